"""One bar per class: how sure the network is of each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.errors import ShapeError
from gui.theme import RADIUS, S2, ThemeManager, caption_font, mixed
from gui.widgets.class_rows import ClassRows

DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
SILENCE = "–"
_WIDEST_NUMBER = "100.0 %"
_LARGEST_ROW_PX = 20
# With more classes than that the rows stand in several columns where the room is low.
_MOST_ROWS_WANTED = 12
_NARROWEST_WITH_NUMBER_PX = 120
_LONGEST_NAME_SHARE = 0.4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def percent(probability: float) -> str:
    """Write a probability with one decimal, so that only certainty is shown as 100 %."""
    shown = round(100 * probability, 1)
    if shown == 100.0 and probability < 1.0:
        shown = 99.9
    return f"{shown:.1f} %"


@dataclass(frozen=True, slots=True)
class _Plan:
    """Lines of each column, a row's height and width, room for names and numbers; names as they fit."""

    rows: int
    height: int
    width: float
    name_width: float
    number_width: float
    names: tuple[str, ...]


class ClassBars(ClassRows):
    """Shows the probability of every class; the winner in the accent. GUI thread only.

    Widths are reserved for the longest name and for "100.0 %", so nothing moves.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    classes
        The names of the classes, in the network's order.
    """

    def __init__(
        self,
        theme_manager: ThemeManager,
        classes: Sequence[str] = DIGITS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(classes, parent)
        self.setObjectName("class_bars")
        self._themes = theme_manager
        self._probabilities: NDArray[np.float64] | None = None
        self._trusted = True
        self._spoken = ""
        self._planned: _Plan | None = None
        self.setFont(caption_font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Class probabilities")
        self._describe()
        theme_manager.changed.connect(self._on_theme_changed)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, one per row."""
        return self._classes

    @property
    def probabilities(self) -> NDArray[np.float64] | None:
        """What is shown; None is silence."""
        return None if self._probabilities is None else self._probabilities.copy()

    def set_classes(self, classes: Sequence[str]) -> None:
        """Show other classes; their probabilities are not known yet."""
        if tuple(classes) == self._classes:
            return
        self._classes = tuple(classes)
        self._planned = None
        self._probabilities = None
        self._current = None
        self._describe()
        self.updateGeometry()
        self.update()

    def show_probabilities(self, probabilities: ArrayLike | None, *, trusted: bool = True) -> None:
        """Show new probabilities, at once.

        Parameters
        ----------
        probabilities
            ``(classes,)``, 0 to 1; None for silence: empty bars and dashes.
        trusted
            False where the picture resembles none of the classes: then no bar is the winner.

        Raises
        ------
        ShapeError
            If there is not one probability per class.
        """
        new = None if probabilities is None else np.array(probabilities, dtype=np.float64)
        if new is not None and new.shape != (len(self._classes),):
            raise ShapeError(
                f"Bars of {len(self._classes)} classes need as many probabilities, got {new.shape}."
            )
        old, self._probabilities = self._probabilities, new
        if trusted == self._trusted and _same(old, new):
            return
        self._trusted = trusted
        self._describe()
        self.update()
        if self._current is not None:
            self.hovered.emit(self.readout(self._current))

    def readout(self, row: int) -> str:
        """Tell one row in words: "7: 99.9 %"."""
        if self._probabilities is None:
            return f"{self._classes[row]}: no answer yet"
        return f"{self._classes[row]}: {percent(float(self._probabilities[row]))}"

    def row_rect(self, row: int) -> QRectF:
        """Return where a row is drawn, in logical pixels."""
        plan = self._plan()
        column, line = divmod(row, plan.rows)
        return QRectF(column * (plan.width + S2), line * plan.height, plan.width, plan.height)

    def _plan(self) -> _Plan:
        """Give the places of everything; they are the same from one answer to the next."""
        if self._planned is None:
            self._planned = self._make_plan()
        return self._planned

    def _make_plan(self) -> _Plan:
        metrics = QFontMetricsF(self.font())
        smallest, count = self._smallest_row(), max(1, len(self._classes))
        # Lines of each column: as many as there is room for, at most one for each class.
        rows = math.ceil(count / math.ceil(count / max(1, self.height() // smallest)))
        columns = math.ceil(count / rows)
        width = (self.width() - S2 * (columns - 1)) / columns
        longest = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)
        name_width = min(math.ceil(longest), width * _LONGEST_NAME_SHARE)
        # Of many classes in several columns, names and bars; the numbers are in the readout.
        numbered = width >= _NARROWEST_WITH_NUMBER_PX
        return _Plan(
            rows=rows,
            height=max(smallest, min(_LARGEST_ROW_PX, self.height() // rows)),
            width=width,
            name_width=name_width,
            number_width=math.ceil(metrics.horizontalAdvance(_WIDEST_NUMBER)) if numbered else -S2,
            names=tuple(
                metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width) for name in self._classes
            ),
        )

    def _smallest_row(self) -> int:
        return math.ceil(QFontMetricsF(self.font()).height())

    def _describe(self) -> None:
        if self._probabilities is None:
            words = "No answer yet"
        else:
            order = np.argsort(-self._probabilities, kind="stable")[:3]
            words = ", ".join(self.readout(int(row)) for row in order)
        if words != self._spoken:
            self._spoken = words
            self.setAccessibleDescription(words)

    def _on_theme_changed(self) -> None:
        self.setFont(caption_font())
        self.update()

    def _paint_row(self, painter: QPainter, row: int, winner: int | None) -> None:
        theme, plan = self._themes.theme, self._plan()
        rect = self.row_rect(row)
        wins = row == winner
        painter.setPen(theme.text if wins or row == self._current else theme.text_dim)
        painter.drawText(
            QRectF(rect.left(), rect.top(), plan.name_width, plan.height), _LEFT, plan.names[row]
        )
        numbers = QRectF(rect.right() - plan.number_width, rect.top(), plan.number_width, plan.height)
        if plan.number_width > 0:
            known = self._probabilities
            painter.drawText(numbers, _RIGHT, SILENCE if known is None else percent(float(known[row])))
        self._paint_bar(painter, row, wins, rect.left() + plan.name_width + S2, numbers.left() - S2)

    def _paint_bar(self, painter: QPainter, row: int, wins: bool, left: float, right: float) -> None:
        theme, plan = self._themes.theme, self._plan()
        thickness = 8 if plan.height >= 14 else 6
        top = row % plan.rows * plan.height + (plan.height - thickness) // 2
        if right - left < S2:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.panel, theme.text, 0.16 if row == self._current else 0.07))
        painter.drawRoundedRect(QRectF(left, top, right - left, thickness), 2, 2)
        if self._probabilities is None:
            return
        length = (right - left) * float(self._probabilities[row])
        if length >= 0.5:
            painter.setBrush(theme.accent if wins else mixed(theme.text_dim, theme.panel, 0.25))
            painter.drawRoundedRect(QRectF(left, top, length, thickness), 2, 2)

    def sizeHint(self) -> QSize:
        """Return room for every class, with a little air."""
        row = min(_LARGEST_ROW_PX, self._smallest_row() + 2)
        return QSize(192, row * min(len(self._classes), _MOST_ROWS_WANTED))

    def minimumSizeHint(self) -> QSize:
        """Return room for the classes, line under line where they are not many."""
        return QSize(144, self._smallest_row() * min(len(self._classes), _MOST_ROWS_WANTED))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._planned = None

    def changeEvent(self, event: QEvent) -> None:
        """Use the font that there is."""
        super().changeEvent(event)
        self._planned = None

    def event(self, event: QEvent) -> bool:
        """Show the readout of the row as its tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_at(QPointF(event.pos()))
            if row is not None:
                QToolTip.showText(event.globalPos(), self.readout(row), self)
                return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Read out the row under the pointer."""
        self._set_current(self._row_at(event.position()))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read out nothing."""
        self._set_current(None)
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        winner = None
        if self._probabilities is not None and self._trusted:
            winner = int(np.argmax(self._probabilities))
        for row in range(len(self._classes)):
            self._paint_row(painter, row, winner)
        if self.hasFocus():
            painter.setPen(QPen(self._themes.theme.text_dim, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            plan = self._plan()
            bounds = QRectF(0.5, 0.5, self.width() - 1, plan.height * plan.rows - 1)
            painter.drawRoundedRect(bounds, RADIUS, RADIUS)
        painter.end()


def _same(old: NDArray[np.float64] | None, new: NDArray[np.float64] | None) -> bool:
    if old is None or new is None:
        return old is new
    return bool(np.array_equal(old, new))
