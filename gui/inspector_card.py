"""A trained network's card: how well it does, on what, made how, and where it errs."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.inspect.words import grouped, percent, plural
from gui.theme import S1, S2, ThemeManager, caption_font, heading_font, mixed
from gui.widgets.fact_list import FactList

LARGEST_CONFUSION_CELL = 22
# Instead of the name of a class that no cell has room for; the readout has it.
_TOO_LONG = "–"
# Keys of a card that are not written as rows of text.
_NOT_ROWS = ("name", "confusion", "accuracy")


class ConfusionGrid(QWidget):
    """A small confusion matrix: rows are true classes, columns are answers. GUI thread only.

    Right answers are shown as a quiet diagonal, so that the mistakes can be seen.
    """

    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._labels: tuple[str, ...] = ()
        self.setFont(caption_font())
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Confusion matrix")
        theme.changed.connect(self.update)

    def set_counts(self, counts: NDArray[np.int64], labels: Sequence[str] = ()) -> None:
        """Show counts (classes, classes): how often a true class (row) got an answer (column)."""
        self._counts = counts
        self._labels = tuple(labels) or tuple(str(index) for index in range(len(counts)))
        self.updateGeometry()
        self.update()

    def _cell(self, width: int) -> int:
        return max(1, min(LARGEST_CONFUSION_CELL, width // (len(self._counts) + 1)))

    def _point_at(self, position: QPointF) -> None:
        cell = self._cell(self.width())
        row, column = int(position.y() // cell) - 1, int(position.x() // cell) - 1
        text = ""
        if 0 <= row < len(self._counts) and 0 <= column < len(self._counts):
            count = plural(int(self._counts[row, column]), "picture")
            text = f"true {self._labels[row]}, answered {self._labels[column]}: {count}"
        self.hovered.emit(text)

    def hasHeightForWidth(self) -> bool:
        """Tell the layout that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that goes with a width."""
        return self._cell(width) * (len(self._counts) + 1) if len(self._counts) else 0

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(S1, S1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._point_at(event.position())

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self.hovered.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        cell = self._cell(self.width())
        mistakes = self._counts * (1 - np.eye(len(self._counts), dtype=np.int64))
        most = max(1, int(mistakes.max(initial=1)))
        for index, label in enumerate(self._labels):
            painter.setPen(theme.text_dim)
            shown = label if painter.fontMetrics().horizontalAdvance(label) <= cell else _TOO_LONG
            side = QRectF(0, (index + 1) * cell, cell, cell)
            painter.drawText(side, Qt.AlignmentFlag.AlignCenter, shown)
            above = QRectF((index + 1) * cell, 0, cell, cell)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, shown)
        for row, column in np.ndindex(self._counts.shape):
            place = QRectF((column + 1) * cell, (row + 1) * cell, cell - 1, cell - 1)
            painter.fillRect(place, self._colour(row, column, most))
            count = int(mistakes[row, column])
            if count and cell >= 16:
                painter.setPen(theme.text)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, grouped(count))
        painter.end()

    def _colour(self, row: int, column: int, most: int) -> QColor:
        theme = self._theme.theme
        if row == column:
            return theme.hairline
        share = int(self._counts[row, column]) / most
        return mixed(theme.raised, theme.warning, 0.7 * share)


class CardView(QWidget):
    """Shows a trained network's card: accuracy, data, recipe, seed, mistakes. GUI thread only.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    title : str
        The heading above it.
    """

    hovered = Signal(str)

    def __init__(self, theme: ThemeManager, title: str = "Card", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(title, self)
        self._title.setFont(heading_font())
        self._facts = FactList(theme, self)
        self._mistakes = QLabel("Mistakes on the test pictures", self)
        self._mistakes.setFont(heading_font())
        self._legend = QLabel("row: true class, column: answer", self)
        self._legend.setFont(caption_font())
        self._legend.setProperty("role", "dim")
        self._confusion = ConfusionGrid(theme, self)
        self._confusion.hovered.connect(self.hovered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        layout.addWidget(self._title)
        layout.addWidget(self._facts)
        layout.addSpacing(S2)
        layout.addWidget(self._mistakes)
        layout.addWidget(self._legend)
        layout.addWidget(self._confusion)

    def show_card(self, card: Mapping[str, object]) -> None:
        """Show what a card holds.

        Parameters
        ----------
        card : Mapping[str, object]
            "name", "data", "recipe", "accuracy" (0 to 1), "seed", "confusion" (a square list of
            counts), "classes" (their names, for the confusion) and any further text, number or
            mapping of settings; what is missing is left out.
        """
        rows = card_rows(card)
        self._title.setVisible(bool(rows))
        self._facts.set_rows(rows)
        counts = confusion_counts(card)
        for widget in (self._mistakes, self._legend, self._confusion):
            widget.setVisible(counts is not None)
        if counts is not None:
            self._confusion.set_counts(counts, _class_names(card, len(counts)))


def card_rows(card: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return a card's text and numbers as rows, accuracy first."""
    rows: list[tuple[str, str]] = []
    accuracy = card.get("accuracy")
    if isinstance(accuracy, int | float):
        rows.append(("accuracy", percent(accuracy, 2)))
    elif accuracy is not None:
        rows.append(("accuracy", str(accuracy)))
    for key, value in card.items():
        if key in _NOT_ROWS:
            continue
        if isinstance(value, Mapping):
            settings = (f"{_words(k)} {_plain(v)}" for k, v in value.items() if _says(v))
            rows.append((_words(key), " · ".join(settings)))
        elif isinstance(value, str | int | float):
            text = str(value) if isinstance(value, str | float) else grouped(value)
            rows.append((_words(key), text))
    return tuple(rows)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _says(value: object) -> bool:
    """Whether a setting is worth a word: what is off or zero is not."""
    return isinstance(value, str | int | float) and value is not False and value != 0


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _class_names(card: Mapping[str, object], count: int) -> tuple[str, ...]:
    names = card.get("classes")
    if isinstance(names, list | tuple) and len(names) == count:
        return tuple(str(name) for name in names)
    return ()


def confusion_counts(card: Mapping[str, object]) -> NDArray[np.int64] | None:
    """Return a card's confusion matrix (classes, classes), or None if it has no proper one."""
    try:
        counts = np.asarray(card.get("confusion"), dtype=np.int64)
    except (TypeError, ValueError):
        return None
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1] > 0
    return counts if square else None
