"""The ribbon of the Tape: the loss of a whole run at a glance, its events, and where we are."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import grouped, short_number
from gui.theme import S1, S2, ThemeManager, caption_font, mixed
from gui.widgets.loss_buckets import LossBuckets, LossCurve
from gui.widgets.paced import Paced

# A run shorter than this leaves the right part of the ribbon empty instead of stretching two steps.
LEAST_STEPS = 50
# Decades of loss that the ribbon shows at least, so that a flat run looks flat.
LEAST_DECADES = 0.5
# Labels and lines beyond this many are for a longer ribbon than any screen has.
EVENT_LIMIT = 200
PLAYHEAD_WIDTH = 2.0
REPAINT_MS = 100
# Logical pixels from one painted point to the next: closer ones are a smear and cost time.
POINT_SPACING = 2.0


class LossRibbon(QWidget):
    """Paints loss over steps on a logarithmic scale. GUI thread only.

    Cost per paint is bounded by the number of buckets, whatever the length of the run.
    """

    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buckets = LossBuckets()
        self._events: list[tuple[int, str]] = []
        self._step = 0
        self._total: int | None = None
        self._empty_text = ""
        self._pointer: float | None = None
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Loss of this run")
        theme.changed.connect(self.update)
        # A curve that crawls need not be painted with every frame.
        self._repaint = Paced(self.update, REPAINT_MS, parent=self)

    @property
    def empty_text(self) -> str:
        """What is said while there is no loss yet."""
        return self._empty_text

    @property
    def events(self) -> tuple[tuple[int, str], ...]:
        """Steps and words of what happened during the run."""
        return tuple(self._events)

    def set_empty_text(self, text: str) -> None:
        """Say what will be here and the one thing to do."""
        if text != self._empty_text:
            self._empty_text = text
            self.update()

    def append(self, steps: ArrayLike, losses: ArrayLike) -> None:
        """Add losses of some steps, both (n,)."""
        self._buckets.append(steps, losses)
        self._step = max(self._step, self._buckets.last_step)
        self._repaint.request()

    def add_event(self, step: int, text: str) -> None:
        """Mark a step with a thin line and a few words; of too many the oldest goes."""
        self._events.append((step, text))
        del self._events[:-EVENT_LIMIT]
        self.update()

    def set_progress(self, step: int, total_steps: int | None) -> None:
        """Move the playhead and say how long the run will be, in steps, None when nobody knows."""
        if (step, total_steps) != (self._step, self._total):
            self._step = step
            self._total = total_steps
            self._repaint.request()

    def clear(self) -> None:
        """Forget the run."""
        self._buckets.clear()
        self._events.clear()
        self._step = 0
        self._total = None
        self.update()

    def _extent(self) -> int:
        """Return the step at the right edge.

        Without a known end it doubles, so that the curve shrinks rarely instead of all the time.
        """
        needed = max(LEAST_STEPS, self._step, self._buckets.last_step)
        if self._total is not None:
            return max(self._total, self._step, self._buckets.last_step, 1)
        extent = LEAST_STEPS
        while extent < needed:
            extent *= 2
        return extent

    def _area(self) -> QRectF:
        """Return the room of the curve, inside the playhead's width."""
        return QRectF(self.rect()).adjusted(0, 2, -PLAYHEAD_WIDTH, -2)

    def _x(self, step: float, area: QRectF) -> float:
        return area.left() + area.width() * step / self._extent()

    def _paint_curve(self, painter: QPainter, curve: LossCurve, area: QRectF) -> None:
        theme = self._theme.theme
        bottom, top = _range(curve)
        xs = area.left() + area.width() * curve.step / self._extent()

        def points(values: NDArray[np.float64]) -> list[QPointF]:
            ys = area.bottom() - area.height() * (values - bottom) / (top - bottom)
            return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]

        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if bool(np.any(curve.high - curve.low > 0)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.panel, theme.text_dim, 0.35))
            painter.drawPolygon(QPolygonF(points(curve.high) + points(curve.low)[::-1]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(mixed(theme.text_dim, theme.text, 0.35), 1.2))
        painter.drawPolyline(QPolygonF(points(curve.mean)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_events(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme.theme
        metrics = QFontMetricsF(self.font())
        playhead = self._x(self._step, area)
        places = [float(round(self._x(step, area))) for step, _ in self._events]
        painter.setPen(theme.hairline)
        for x in places:
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        free_from = 0.0
        for x, (_, text) in zip(places, self._events, strict=True):
            width = metrics.horizontalAdvance(text)
            left = x + S1
            if left + width > self.width() or x <= playhead < left + width:
                left = x - S1 - width
            if left >= free_from:
                ground = QColor(theme.panel)
                ground.setAlphaF(0.8)
                painter.fillRect(QRectF(left - 2, 0, width + 4, metrics.height()), ground)
                painter.setPen(theme.text_dim)
                painter.drawText(QPointF(left, metrics.ascent()), text)
                free_from = left + width + S2

    def _readout(self, x: float) -> str:
        area = self._area()
        step = round((x - area.left()) / max(1.0, area.width()) * self._extent())
        if not 0 <= step <= self._step:
            return ""
        marks = [text for at, text in self._events if abs(self._x(at, area) - x) <= 3]
        loss = self._buckets.loss_near(step)
        words = [f"step {grouped(step)}"]
        if loss is not None:
            words.append(f"loss {short_number(loss)}")
        return " · ".join(words + marks[:2])

    def _point_at(self, x: float | None) -> None:
        self._pointer = x if self._buckets.last_step >= 0 else None
        self.hovered.emit("" if self._pointer is None else self._readout(self._pointer))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(480, 44)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(120, 36)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._point_at(event.position().x())

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self._point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        share = (self._step + 1) / self._extent()
        curve = self._buckets.curve(max(1, round(self.width() * share / POINT_SPACING)))
        if curve.step.size == 0:
            painter.setPen(theme.text_dim)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.setFont(QGuiApplication.font())
            text = painter.fontMetrics().elidedText(
                self._empty_text, Qt.TextElideMode.ElideRight, self.width()
            )
            painter.drawText(self.rect(), flags, text)
            painter.end()
            return
        area = self._area()
        self._paint_curve(painter, curve, area)
        self._paint_events(painter, area)
        if self._pointer is not None:
            painter.setPen(theme.hairline)
            painter.drawLine(QPointF(self._pointer, 0), QPointF(self._pointer, self.height()))
        left = min(self._x(self._step, area), self.width() - PLAYHEAD_WIDTH)
        painter.fillRect(QRectF(left, 0, PLAYHEAD_WIDTH, self.height()), theme.accent)
        painter.end()


def _range(curve: LossCurve) -> tuple[float, float]:
    """Return the log10 losses at the ribbon's foot and top."""
    bottom, top = float(curve.low.min()), float(curve.high.max())
    missing = LEAST_DECADES - (top - bottom)
    if missing > 0:
        bottom, top = bottom - missing / 2, top + missing / 2
    return bottom, top
