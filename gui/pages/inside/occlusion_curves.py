"""Curves of the classes' probabilities as a patch goes along a row, or along a column."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pages.inside.class_strokes import class_colour, class_pen
from gui.theme import S1, S2, Theme, ThemeManager, caption_font
from gui.widgets.class_bars import percent
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.nice import nice_step

Array = NDArray[Any]

# A class that never reaches this is not drawn, unless it is the answer.
WORTH_A_CURVE = 0.05
_LONGEST_NAME_PX, _SAMPLE_PX = 64, 14
_TOLD = 3
_FEWEST_PX = 36
_BACK, _ON = (Qt.Key.Key_Left, Qt.Key.Key_Down), (Qt.Key.Key_Right, Qt.Key.Key_Up)


class ClassCurves(QWidget):
    """Draws probabilities over the places of a patch; the place is dragged along them. GUI thread only.

    Parameters
    ----------
    along
        "column" for a walk through the columns, along a row, and "row" for one down a column.
    """

    placed = Signal(int)
    """The column, or the row, where the patch's middle is wanted."""
    pointed = Signal(object)
    """The column, or the row, under the mouse; None when it has left."""
    hovered = Signal(str)

    def __init__(
        self, themes: ThemeManager, along: Literal["row", "column"], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes, self._along = themes, along
        self._classes: tuple[str, ...] = ()
        self._values: Array | None = None
        self._labels: tuple[int, ...] = ()
        self._strong: int | None = None
        self._place = 0
        self._pointed: int | None = None
        self._dragged = False
        # Asked for each point of each curve.
        self._box: QRectF | None = None
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"Class probabilities with the patch in each {along}")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self._on_theme_changed)

    @property
    def drawn(self) -> tuple[int, ...]:
        """The classes that have a curve."""
        return self._labels

    def show_curves(self, values: Array | None, classes: Sequence[str], strong: int | None = None) -> None:
        """Show probabilities ``(places, classes)``, the class `strong` with a thicker curve; or none."""
        if tuple(classes) != self._classes:
            self._classes, self._box = tuple(classes), None
        self._values, self._strong = values, strong
        peaks = np.zeros(0) if values is None else values.max(axis=0)
        self._labels = tuple(
            label for label, peak in enumerate(peaks) if peak > WORTH_A_CURVE or label == strong
        )
        if self._pointed is not None:
            self.hovered.emit(self._words_at(self._pointed))
        self.update()

    def show_place(self, place: int) -> None:
        """Stand the marker where the patch's middle is."""
        if place != self._place:
            self._place = place
            self.update()

    def _numbers(self) -> str:
        if self._values is None:
            return ""
        lines = ["\t".join([self._along, *self._classes])]
        lines += [
            "\t".join([str(place), *(f"{v:.6g}" for v in row)]) for place, row in enumerate(self._values)
        ]
        return "\n".join(lines) + "\n"

    @property
    def _places(self) -> int:
        return 1 if self._values is None else len(self._values)

    def plot_box(self) -> QRectF:
        """Where the curves lie, between the numbers at the left and the names at the right."""
        if self._box is None:
            self._box = self._find_box()
        return self._box

    def _find_box(self) -> QRectF:
        metrics = QFontMetricsF(self.font())
        names = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)
        right = min(names, _LONGEST_NAME_PX) + S2 + S1
        left, line = metrics.horizontalAdvance("100 %") + S1, metrics.height()
        return QRectF(
            left, line / 2, max(1.0, self.width() - left - right), max(1.0, self.height() - 1.5 * line - S1)
        )

    def point_of(self, place: float, probability: float) -> QPointF:
        """Where a probability at a place is drawn."""
        box = self.plot_box()
        share = place / max(1, self._places - 1)
        return QPointF(box.left() + share * box.width(), box.bottom() - probability * box.height())

    def place_at(self, position: QPointF) -> int:
        """The place that is nearest to a point."""
        box = self.plot_box()
        share = (position.x() - box.left()) / box.width()
        return min(max(round(share * (self._places - 1)), 0), self._places - 1)

    def sizeHint(self) -> QSize:
        """Want a wide, low plot."""
        return QSize(280, 160)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where the curves can still be told apart."""
        return QSize(160, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes, the curves with their names, and the marker."""
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, theme)
        if self._values is None:
            return
        painter.setPen(QPen(theme.accent, 1.5))
        top, bottom = self.point_of(self._place, 1), self.point_of(self._place, 0)
        painter.drawLine(top, bottom)
        if self._pointed is not None:
            painter.setPen(QPen(theme.text_dim, 1, Qt.PenStyle.DotLine))
            painter.drawLine(self.point_of(self._pointed, 1), self.point_of(self._pointed, 0))
        # The answer's curve lies over the others.
        for label in sorted(self._labels, key=lambda label: label == self._strong):
            values = self._values[:, label]
            if not np.isfinite(values).all():
                # A network that has diverged answers with no numbers.
                continue
            curve = [self.point_of(place, p) for place, p in enumerate(values.tolist())]
            painter.setPen(class_pen(theme, label, strong=label == self._strong))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(curve))
            if self._place < len(curve):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(class_colour(theme, label))
                painter.drawEllipse(curve[self._place], 3, 3)
        self._paint_names(painter, theme)

    def _paint_axes(self, painter: QPainter, theme: Theme) -> None:
        box, line = self.plot_box(), QFontMetricsF(self.font()).height()
        for tick in (0, 50, 100):
            y = round(self.point_of(0, tick / 100).y()) + 0.5
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(theme.text_dim)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - line / 2, box.left() - S1, line), right, f"{tick} %")
        last = self._places - 1
        step = nice_step(max(1, last), max(1, int(box.width() / _FEWEST_PX)))
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        for place in np.arange(0, last + 1, max(1, step)):
            x = self.point_of(float(place), 0).x()
            painter.drawText(QRectF(x - 40, box.bottom() + S1, 80, line), middle, f"{place:.0f}")

    def name_boxes(self) -> dict[int, QRectF]:
        """Where the names stand: at the ends of their curves, moved apart, as many as have room."""
        if self._values is None or not self._labels:
            return {}
        # Below each name is room for its dash.
        box, line = self.plot_box(), QFontMetricsF(self.font()).height() + 2
        room = int((box.height() + line) // line)
        peaks = self._values.max(axis=0)
        # Where not all names have room, those of the highest curves do.
        named = sorted(self._labels, key=lambda label: (label != self._strong, -peaks[label]))[:room]
        named.sort(key=lambda label: -float(self._values[-1, label]))  # type: ignore[index]
        tops: list[float] = []
        for label in named:
            wanted = self.point_of(0, float(self._values[-1, label])).y() - line / 2
            tops.append(max(wanted, tops[-1] + line) if tops else wanted)
        lowest = box.bottom() - line / 2
        for index in range(len(tops) - 1, -1, -1):
            tops[index] = min(tops[index], lowest)
            lowest = tops[index] - line
        left = box.right() + S2
        return {
            label: QRectF(left, top, self.width() - left, line)
            for label, top in zip(named, tops, strict=True)
        }

    def _paint_names(self, painter: QPainter, theme: Theme) -> None:
        assert self._values is not None
        metrics = QFontMetricsF(self.font())
        for label, box in self.name_boxes().items():
            end = self.point_of(self._places - 1, float(self._values[-1, label]))
            colour = class_colour(theme, label)
            # A level stroke before a digit would be read as a minus.
            if abs(end.y() - box.center().y()) > box.height() / 2:
                painter.setPen(QPen(theme.text_dim, 1))
                painter.drawLine(end, QPointF(box.left() - 3, box.center().y()))
            painter.setPen(colour)
            words = metrics.elidedText(self._classes[label], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            pen = class_pen(theme, label, strong=label == self._strong)
            if pen.style() != Qt.PenStyle.SolidLine:
                # Names of the same colour are told apart by the dash below them.
                painter.setPen(pen)
                under = box.bottom() - 1.5
                painter.drawLine(QPointF(box.left(), under), QPointF(box.left() + _SAMPLE_PX, under))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the patch to where the click is."""
        if event.button() == Qt.MouseButton.LeftButton and self._values is not None:
            self._dragged = True
            self._bring(self.place_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the patch, and read out the place under the mouse."""
        if self._values is None:
            return
        self._pointed = self.place_at(event.position())
        if self._dragged:
            self._bring(self._pointed)
        self.pointed.emit(self._pointed)
        self.hovered.emit(self._words_at(self._pointed))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the patch."""
        self._dragged = False

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._pointed = None
        self.pointed.emit(None)
        self.hovered.emit("")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the patch by a pixel along the curves."""
        if event.key() not in _BACK + _ON or self._values is None:
            super().keyPressEvent(event)
            return
        place = self._place + (1 if event.key() in _ON else -1)
        self._bring(min(max(place, 0), self._places - 1))

    def _bring(self, place: int) -> None:
        if place != self._place:
            self.show_place(place)
            self.placed.emit(place)

    def _words_at(self, place: int) -> str:
        if self._values is None or place >= len(self._values):
            return ""
        row = self._values[place]
        best = np.argsort(-row, kind="stable")[:_TOLD]
        told = ", ".join(f"{self._classes[label]} {percent(float(row[label]))}" for label in best)
        return f"Middle of the patch in {self._along} {place}: {told}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the room for the curves anew."""
        self._box = None
        super().resizeEvent(event)

    def _on_theme_changed(self) -> None:
        self.setFont(caption_font())
        self._box = None
        self.update()
