"""The ribbon of the Tape: the loss of a whole run at a glance, its events, and which step is shown."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import grouped
from gui.theme import S1, ThemeManager, caption_font, mixed
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.lines import draw_curve
from gui.widgets.loss_buckets import LossBuckets, LossCurve
from gui.widgets.paced import Paced
from gui.widgets.ribbon_marks import MarkRoom, RibbonEvent, paint_events, paint_marks
from gui.widgets.tape_stops import TapeStops

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
    """Paints loss over steps on a logarithmic scale, and moves the playhead. GUI thread only.

    Pressed or dragged, it asks for the recorded step nearest to the pointer, or for the live end; so it does
    with the arrows, Home and End. Cost per paint is bounded by the number of buckets, whatever the length of
    the run.
    """

    playhead_wanted = Signal(object)
    """A recorded step is to be shown, or None: the newest step, live."""

    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buckets = LossBuckets()
        self._events: tuple[RibbonEvent, ...] = ()
        self._marks: tuple[tuple[int, str], ...] = ()
        self._step = 0
        self._total: int | None = None
        self._empty_text = ""
        self._pointer: float | None = None
        # Whether the keys had a step read out that still is.
        self._keyed = False
        self._recorded: tuple[int, ...] = ()
        self._playhead: int | None = None
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Loss of this run")
        self.setAccessibleDescription(
            "Left and Right go through the recorded steps, Home and End to its ends"
        )
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        theme.changed.connect(self._renew)
        # The curve and its events as they were painted: the pointer and the playhead only move over them.
        self._kept = QPixmap()
        # A curve that crawls need not be painted with every frame.
        self._repaint = Paced(self._renew, REPAINT_MS, parent=self)

    @property
    def empty_text(self) -> str:
        """What is said while there is no loss yet."""
        return self._empty_text

    @property
    def events(self) -> tuple[tuple[int, str], ...]:
        """Steps and labels of what happened during the run."""
        return tuple((event.step, event.label) for event in self._events)

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

    def set_events(self, events: Sequence[RibbonEvent]) -> None:
        """Mark steps with a thin line and a label, in place of those before; of too many the oldest go."""
        shown = tuple(event for event in events if event.label)[-EVENT_LIMIT:]
        if shown != self._events:
            self._events = shown
            self._renew()

    def set_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Mark steps at the foot, in place of the marks before; their words are told under the pointer."""
        self._marks = tuple(marks)[-EVENT_LIMIT:]
        self._renew()

    @property
    def playhead(self) -> int | None:
        """The recorded step that is shown, or None: live."""
        return self._playhead

    @property
    def stops(self) -> TapeStops:
        """Where the playhead can go."""
        return TapeStops(self._recorded, self._step)

    def set_recorded(self, steps: tuple[int, ...]) -> None:
        """Say which steps can be shown again, ascending."""
        self._recorded = steps
        hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        self.setCursor(hand if self.stops.any else arrow)

    def set_playhead(self, step: int | None) -> None:
        """Show that a recorded step is shown, or None: live."""
        if step != self._playhead:
            self._playhead = step
            self._read_out_again()
            self.update()

    def set_progress(self, step: int, total_steps: int | None) -> None:
        """Move the live end and say how long the run will be, in steps, None when nobody knows."""
        if (step, total_steps) != (self._step, self._total):
            self._step = step
            self._total = total_steps
            self._repaint.request()
            self._read_out_again()

    def clear(self) -> None:
        """Forget the run."""
        self._buckets.clear()
        self._events = ()
        self._marks = ()
        self._end_readout()
        self._step = 0
        self._total = None
        self._playhead = None
        self.set_recorded(())
        self._renew()

    def _renew(self) -> None:
        """Paint the curve anew the next time."""
        self._kept = QPixmap()
        self.update()

    def _want(self, step: int | None) -> None:
        if step != self._playhead:
            self.playhead_wanted.emit(step)

    def _nearest(self, x: float) -> int | None:
        """Return the stop nearest to a place."""
        area = self._area()
        return self.stops.nearest((x - area.left()) / max(1.0, area.width()) * self.extent)

    def _numbers(self) -> str:
        curve = self._buckets.curve(max(1, self.width()))
        rows = zip(curve.step.tolist(), (10**curve.mean).tolist(), strict=True)
        return "\n".join(["step\tloss", *(f"{step:g}\t{loss:.6g}" for step, loss in rows)])

    @property
    def extent(self) -> int:
        """The step at the right edge.

        It doubles up to the known end, so that the curve shrinks rarely instead of all the time, and so that
        the playhead has room from the first second on.
        """
        needed = max(LEAST_STEPS, self._step, self._buckets.last_step)
        extent = LEAST_STEPS
        while extent < needed:
            extent *= 2
        return extent if self._total is None else max(1, self._step, min(extent, self._total))

    def _area(self) -> QRectF:
        """Return the room of the curve, inside the playhead's width."""
        return QRectF(self.rect()).adjusted(0, 2, -PLAYHEAD_WIDTH, -2)

    def _x(self, step: float, area: QRectF) -> float:
        return area.left() + area.width() * step / self.extent

    def _paint_curve(self, painter: QPainter, curve: LossCurve, area: QRectF) -> None:
        theme = self._theme.theme
        bottom, top = curve.ends(LEAST_DECADES)
        xs = area.left() + area.width() * curve.step / self.extent

        def heights(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return area.bottom() - area.height() * (values - bottom) / (top - bottom)

        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if bool(np.any(curve.high - curve.low > 0)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.panel, theme.text_dim, 0.35))
            there = zip(xs.tolist(), heights(curve.high).tolist(), strict=True)
            back = zip(xs[::-1].tolist(), heights(curve.low[::-1]).tolist(), strict=True)
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in chain(there, back)]))
        painter.setPen(QPen(mixed(theme.text_dim, theme.text, 0.35), 1.2))
        draw_curve(painter, xs, heights(curve.mean))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _readout(self, x: float) -> str:
        area = self._area()
        step = round((x - area.left()) / max(1.0, area.width()) * self.extent)
        if self.stops.any:
            nearest = self._nearest(x)
            step = self._step if nearest is None else nearest
        return self._words_at(step, x) if 0 <= step <= self._step else ""

    def _words_at(self, step: int, x: float) -> str:
        area = self._area()
        happened = [(event.step, event.words) for event in self._events]
        marks = [text for at, text in (*self._marks, *happened) if abs(self._x(at, area) - x) <= 3]
        near = self._buckets.loss_near(step)
        words = [f"step {grouped(step)}"]
        if near is not None:
            words.append(near.words(step))
        if self.stops.any and step == self._step:
            words.append("live")
        return " · ".join(words + marks[:2])

    def _read_out_again(self) -> None:
        """Read out the step that is shown now in place of the one that the keys had read out."""
        if self._keyed and self._pointer is None:
            at = self._step if self._playhead is None else self._playhead
            self.hovered.emit(self._words_at(at, self._x(at, self._area())))

    def _end_readout(self) -> None:
        """Take back what the keys had read out."""
        if self._keyed and self._pointer is None:
            self.hovered.emit("")
        self._keyed = False

    def _point_at(self, x: float | None) -> None:
        self._keyed = False
        self._pointer = x if self._buckets.last_step >= 0 else None
        self.hovered.emit("" if self._pointer is None else self._readout(self._pointer))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(480, 44)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(120, 36)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the playhead here."""
        if event.button() == Qt.MouseButton.LeftButton and self.stops.any:
            self._want(self._nearest(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer, with the playhead while it is dragged."""
        self._point_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton and self.stops.any:
            self._want(self._nearest(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the playhead by the arrows, Home and End."""
        stops, key = self.stops, event.key()
        goals = {
            Qt.Key.Key_Left: stops.before(self._playhead),
            Qt.Key.Key_Right: stops.after(self._playhead),
            Qt.Key.Key_Home: stops.first,
            Qt.Key.Key_End: None,
        }
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and stops.any and key in goals:
            goal = goals[Qt.Key(key)]
            self._want(goal)
            self._keyed = True
            at = self._step if goal is None else goal
            self.hovered.emit(self._words_at(at, self._x(at, self._area())))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keys go elsewhere."""
        self._end_readout()
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self._point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        if self._buckets.last_step < 0:
            painter.setPen(theme.text_dim)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.setFont(QGuiApplication.font())
            text = painter.fontMetrics().elidedText(
                self._empty_text, Qt.TextElideMode.ElideRight, self.width()
            )
            painter.drawText(self.rect(), flags, text)
            painter.end()
            return
        painter.setFont(self.font())
        area = self._area()
        dpr = self.devicePixelRatioF()
        if self._kept.size() != self.size() * dpr:
            self._kept = self._painted_curve(area, dpr)
        painter.drawPixmap(0, 0, self._kept)
        if self._pointer is not None:
            nearest = self._nearest(self._pointer)
            x = self._pointer if nearest is None else round(self._x(nearest, area))
            painter.setPen(theme.hairline)
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        self._paint_stops(painter, area)
        if self.hasFocus():
            painter.setPen(theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _painted_curve(self, area: QRectF, dpr: float) -> QPixmap:
        """Return the curve and its events on nothing."""
        kept = QPixmap(self.size() * dpr)
        kept.setDevicePixelRatio(dpr)
        kept.fill(Qt.GlobalColor.transparent)
        painter = QPainter(kept)
        painter.setFont(self.font())
        share = (self._step + 1) / self.extent
        curve = self._buckets.curve(max(1, round(self.width() * share / POINT_SPACING)))
        self._paint_curve(painter, curve, area)
        room = MarkRoom(
            self.width(), self.height(), lambda step: self._x(step, area), self._x(self._step, area)
        )
        paint_events(painter, self._theme.theme, self.events, room)
        paint_marks(painter, self._theme.theme, self._marks, room)
        painter.end()
        return kept

    def _paint_stops(self, painter: QPainter, area: QRectF) -> None:
        """Paint the live end, which is the playhead while it is shown, and else the playhead in its place."""
        theme, step = self._theme.theme, self._playhead
        colour = theme.accent if step is None else theme.text_dim
        live = self._left_of(self._step, area)
        painter.fillRect(QRectF(live, 0, PLAYHEAD_WIDTH, self.height()), colour)
        tag = QRectF()
        if step is not None:
            left = self._left_of(step, area)
            painter.fillRect(QRectF(left, 0, PLAYHEAD_WIDTH, self.height()), theme.accent)
            words = f"step {grouped(step)}"
            tag = self._tag_at(words, left)
            self._paint_tag(painter, words, tag, theme.accent_text, theme.accent)
        live_tag = self._tag_at("live", live)
        if self.stops.any and not live_tag.intersects(tag):
            self._paint_tag(painter, "live", live_tag, colour, theme.panel)

    def _left_of(self, step: int, area: QRectF) -> float:
        return min(float(round(self._x(step, area))), self.width() - PLAYHEAD_WIDTH)

    def _tag_at(self, text: str, left: float) -> QRectF:
        """Return the place of a few words at the foot of a line, on the side where there is room."""
        metrics = QFontMetricsF(self.font())
        width, height = metrics.horizontalAdvance(text) + 2 * S1, metrics.height()
        fits_right = left + PLAYHEAD_WIDTH + width <= self.width()
        x = left + PLAYHEAD_WIDTH if fits_right else left - width
        return QRectF(x, self.height() - height, width, height)

    def _paint_tag(self, painter: QPainter, text: str, place: QRectF, colour: QColor, ground: QColor) -> None:
        painter.fillRect(place, ground)
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
