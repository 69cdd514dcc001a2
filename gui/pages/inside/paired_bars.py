"""Two bars for each class: a share before, and under it the one after."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import RADIUS, S1, S2, ThemeManager, caption_font, mixed
from gui.widgets.class_bars import SILENCE, percent
from gui.widgets.class_rows import ClassRows
from gui.widgets.copy_keys import CopyKeys, widget_picture

Array = NDArray[Any]

_WIDEST_NUMBER = "100.0 %"
_LARGEST_ROW_PX, _LARGEST_BAR_PX = 34, 10
_LONGEST_NAME_SHARE = 0.3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Plan:
    """Names as they fit; where bars begin and end, and both columns of numbers, which are so wide."""

    names: tuple[str, ...]
    left: float
    right: float
    numbers: tuple[float, float]
    number_width: float


class PairedBars(ClassRows):
    """Shows a share of each class before and after, in the order of the classes. GUI thread only.

    Widths are reserved, so nothing moves when a number changes. A class can be clicked.

    Parameters
    ----------
    themes
        Shared with the window.
    headings
        What is written above the two numbers.
    subject
        What the shares are, for a screen reader.
    marks_best
        Whether the class of the largest share stands out.
    """

    def __init__(
        self,
        themes: ThemeManager,
        headings: tuple[str, str] = ("before", "covered"),
        subject: str = "Class probabilities",
        *,
        marks_best: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._themes = themes
        self._headings, self._marks_best = headings, marks_best
        self._before: Array | None = None
        self._after: Array | None = None
        self._asked: int | None = None
        # Of both: 0 where there is none, and the class of the largest.
        self._shares: tuple[list[float], list[float]] = ([], [])
        self._best: tuple[int | None, int | None] = (None, None)
        self._planned: _Plan | None = None
        self._line = 0
        self._set_font()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{subject} {headings[0]} and {headings[1]}")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self._on_theme_changed)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, one per row."""
        return self._classes

    @property
    def shown(self) -> tuple[Array, Array] | None:
        """The shares ``(classes,)`` before and after."""
        return None if self._before is None or self._after is None else (self._before, self._after)

    def set_classes(self, classes: Sequence[str]) -> None:
        """Show other classes; nothing is known of them yet."""
        self._classes = tuple(classes)
        self._before = self._after = self._current = self._planned = None
        self._shares, self._best = ([], []), (None, None)
        self.updateGeometry()
        self.update()

    def show_pair(self, before: Array, after: Array, asked: int | None) -> None:
        """Show shares ``(classes,)`` before and after, NaN for none, and mark the class asked about."""
        self._before, self._after, self._asked = before, after, asked
        known = [np.nan_to_num(each) for each in (before, after)]
        self._shares = known[0].tolist(), known[1].tolist()
        if self._marks_best:
            self._best = int(known[0].argmax()), int(known[1].argmax())
        order = np.argsort(-after, kind="stable")[:3]
        self.setAccessibleDescription("; ".join(self.readout(int(row)) for row in order))
        if self._current is not None:
            self.hovered.emit(self.readout(self._current))
        self.update()

    def readout(self, row: int) -> str:
        """Tell one row in words: "7: 98.2 % before, 61.0 % covered"."""
        if self._before is None or self._after is None:
            return f"{self._classes[row]}: no answer yet"
        before, after = (_share(each, row) for each in (self._before, self._after))
        return f"{self._classes[row]}: {before} {self._headings[0]}, {after} {self._headings[1]}"

    def row_rect(self, row: int) -> QRectF:
        """Return where a row is drawn, below the headings."""
        height = self._row_height()
        return QRectF(0, self._line + S1 + row * height, self.width(), height)

    def _numbers(self) -> str:
        if self._before is None or self._after is None:
            return ""
        rows = zip(self._classes, self._before, self._after, strict=True)
        return (
            "\n".join(
                ["\t".join(("class", *self._headings)), *(f"{n}\t{b:.6g}\t{a:.6g}" for n, b, a in rows)]
            )
            + "\n"
        )

    def _row_height(self) -> int:
        room = (self.height() - self._line - S1) // max(1, len(self._classes))
        return max(self._line, min(_LARGEST_ROW_PX, room))

    def sizeHint(self) -> QSize:
        """Return room for every class, with a little air."""
        return QSize(240, self._line + S1 + 24 * max(1, len(self._classes)))

    def minimumSizeHint(self) -> QSize:
        """Return room for every class, line under line."""
        return QSize(168, self._line + S1 + self._line * max(1, len(self._classes)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._planned = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the headings and the rows."""
        painter, theme, plan = QPainter(self), self._themes.theme, self._plan()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.text_dim)
        for words, left in zip(self._headings, plan.numbers, strict=True):
            painter.drawText(QRectF(left, 0, plan.number_width, self._line), _RIGHT, words)
        for row in range(len(self._classes)):
            self._paint_row(painter, row, plan)
        if len(self._classes) and plan.right - plan.left >= S2:
            self._paint_bars(painter, plan)
        if self.hasFocus():
            painter.setPen(QPen(theme.text_dim, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _plan(self) -> _Plan:
        """Give the places of everything; they are the same from one answer to the next."""
        if self._planned is None:
            metrics = QFontMetricsF(self.font())
            widest = max(metrics.horizontalAdvance(text) for text in (_WIDEST_NUMBER, *self._headings))
            longest = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)
            name_width = min(math.ceil(longest), self.width() * _LONGEST_NAME_SHARE)
            numbers = self.width() - 2 * widest - S2, self.width() - widest
            names = tuple(
                metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width) for name in self._classes
            )
            self._planned = _Plan(names, S1 + name_width + S2, numbers[0] - S2, numbers, widest)
        return self._planned

    def _paint_row(self, painter: QPainter, row: int, plan: _Plan) -> None:
        """Paint a name and both numbers."""
        theme, rect = self._themes.theme, self.row_rect(row)
        if row == self._current or (row == self._asked and self._after is not None):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.panel, theme.text, 0.05 if row != self._current else 0.1))
            painter.drawRoundedRect(rect.adjusted(0, 0.5, 0, -0.5), 2, 2)
        painter.setPen(theme.text)
        painter.drawText(rect.adjusted(S1, 0, 0, 0), _LEFT, plan.names[row])
        for values, best, left in zip((self._before, self._after), self._best, plan.numbers, strict=True):
            painter.setPen(theme.text if row == best else theme.text_dim)
            words = SILENCE if values is None else _share(values, row)
            painter.drawText(QRectF(left, rect.top(), plan.number_width, rect.height()), _RIGHT, words)

    def _paint_bars(self, painter: QPainter, plan: _Plan) -> None:
        """Paint of each class the bar before over the one after, each on its track."""
        theme, room = self._themes.theme, plan.right - plan.left
        quiet = mixed(theme.text_dim, theme.panel, 0.55)
        stands_out = self._best[1] if self._marks_best else self._asked
        height = min(_LARGEST_BAR_PX, (int(self._row_height()) - 5) // 2)
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(len(self._classes)):
            rect = self.row_rect(row)
            top = rect.top() + (rect.height() - 2 * height - 1) / 2
            painter.setBrush(mixed(theme.panel, theme.text, 0.07))
            painter.drawRoundedRect(QRectF(plan.left, top, room, 2 * height + 1), 2, 2)
            strong = theme.accent if row == stands_out else theme.text_dim
            for index, (shares, colour) in enumerate(zip(self._shares, (quiet, strong), strict=True)):
                length = room * shares[row] if shares else 0.0
                if length >= 0.5:
                    painter.setBrush(colour)
                    box = QRectF(plan.left, top + index * (height + 1), length, height)
                    painter.drawRoundedRect(box, 1, 1)

    def _set_font(self) -> None:
        self.setFont(caption_font())
        self._planned = None
        self._line = int(np.ceil(QFontMetricsF(self.font()).height()))

    def _on_theme_changed(self) -> None:
        self._set_font()
        self.update()


def _share(values: Array, row: int) -> str:
    value = float(values[row])
    return SILENCE if np.isnan(value) else percent(value)
