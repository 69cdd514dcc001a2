"""The table of a layer's slices as Qt's views want it: columns, texts, and an order that stays."""

from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.inspect.fingerprints import kernels_of_size
from engine.inspect.words import number, percent
from gui.pages.inside.fingerprint_rows import Rows

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What is written of a slice, from left to right."""

    SLICE = 0
    FILTER = 1
    INPUT = 2
    NAME = 3
    START = 4
    ANGLE = 5
    MADE_OF = 6
    LIKENESS = 7
    NEAREST = 8
    LENGTH = 9
    EDGE = 10
    LINE = 11
    SPOT = 12
    AVERAGE = 13


TITLES = (
    *("", "filter", "input", "name", "at the start", "angle", "made of", "likeness", "most like", "length"),
    *("edge", "line", "spot", "average"),
)
HELP = (
    "The slice, orange above zero and blue below. A click puts the rows in the network's own order",
    "Number of the filter, which is that of its output channel",
    "Number of the input channel that the slice is laid over",
    "The plain pattern that the slice is most like; noise where that is not much",
    "Its name before training, where that was another",
    "Of an edge the way in which it brightens, of a line the way along it: counter-clockwise from the right",
    "Shares of the squared length that lie along the Frei–Chen patterns of edges, lines, spots and average",
    "Cosine with the filter it is compared with: 1 the same but for strength, −1 its negative, 0 unlike",
    "The hand-made filter that the slice is most like, in either sign, and the cosine",
    "L2 length of the slice, in percent of the longest of the layer",
    "Share of the four edge patterns: two gradients and two ripples",
    "Share of the two line patterns",
    "Share of the two spot patterns, which Frei and Chen count among the lines",
    "Share of the average: how much it is the same everywhere",
)
_ROOT = QModelIndex()
_NUMERIC = frozenset(
    {Column.FILTER, Column.INPUT, Column.ANGLE, Column.LIKENESS, Column.LENGTH, *list(Column)[Column.EDGE :]}
)
_BY_WORDS = frozenset({Column.NAME, Column.START, Column.NEAREST})
_ASCENDING = frozenset({Column.SLICE, Column.FILTER, Column.INPUT, Column.ANGLE}) | _BY_WORDS


def is_numeric(column: int) -> bool:
    """Tell whether a column is of numbers, which stand at the right."""
    return column in _NUMERIC


def begins_ascending(column: int) -> bool:
    """Tell whether the first click on a column's title puts the smallest first."""
    return column in _ASCENDING


class FingerprintModel(QAbstractTableModel):
    """Rows in an order that only changes when it is asked to. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Rows | None = None
        self._order: Array = np.arange(0)
        self._marked: tuple[int, bool] | None = None

    @property
    def rows(self) -> Rows | None:
        """What is shown."""
        return self._rows

    @property
    def order(self) -> Array:
        """The number of the slice in each row."""
        return self._order

    def show_rows(self, rows: Rows | None) -> bool:
        """Show rows; those of the same layer stay where they are. Tells whether they did."""
        old, self._rows = self._rows, rows
        if old is not None and rows is not None and _same(old, rows):
            end = self.index(len(self._order) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), end)
            return True
        self.beginResetModel()
        self._order = np.arange(0 if rows is None else len(rows.filters))
        self.endResetModel()
        return False

    def mark_order(self, column: int, ascending: bool) -> None:
        """Mark the title of the column that rows are in the order of; that of the pictures has none."""
        self._marked = (column, ascending) if column != Column.SLICE else None
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)

    def sort_by(self, column: int, ascending: bool) -> None:
        """Put the rows in order, as they are at this moment; those without a value come last."""
        rows = self._rows
        if rows is None or column == Column.MADE_OF:
            return
        keys = _keys(rows, column)
        self.put_in_order(np.argsort(keys if ascending else -keys, kind="stable"))

    def sort_by_likeness_in_either_sign(self) -> None:
        """Put those that are most like the chosen filter, or its negative, first."""
        if self._rows is not None and self._rows.likeness is not None:
            self.put_in_order(np.argsort(-np.abs(self._rows.likeness), kind="stable"))

    def put_in_order(self, order: Array) -> None:
        """Show the slices in another order; what is current moves with its row."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = np.empty(len(order), np.intp)
        places[order] = np.arange(len(order))
        moved = [self.index(int(places[self._order[one.row()]]), one.column()) for one in kept]
        self._order = order
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def slice_at(self, row: int) -> int:
        """The number of the slice in a row."""
        return int(self._order[row])

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Count the slices."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Count the columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the text of a cell, or all that is known of its row to a screen reader."""
        if self._rows is None or not index.isValid():
            return None
        row = self.slice_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(self._rows, row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._rows.words(row)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Give a column's title and what it means."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return HELP[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if is_numeric(section) else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _title(self, column: int) -> str:
        if self._marked is None or self._marked[0] != column:
            return TITLES[column]
        arrow = "▴" if self._marked[1] else "▾"
        # Where it does not move the word.
        return f"{arrow} {TITLES[column]}" if is_numeric(column) else f"{TITLES[column]} {arrow}"


def text_of(rows: Rows, row: int, column: int) -> str:
    """Write a cell; pictures have no text."""
    by_hand = rows.question is None
    match column:
        case Column.FILTER if not by_hand:
            return str(rows.filters[row] + 1)
        case Column.INPUT if not by_hand:
            return str(rows.inputs[row] + 1)
        case Column.NAME:
            return rows.names[row]
        case Column.START if rows.start_names is not None:
            return "the same" if rows.start_names[row] == rows.names[row] else rows.start_names[row]
        case Column.ANGLE:
            return rows.orientation_text(row)
        case Column.LIKENESS if rows.likeness is not None:
            return number(float(rows.likeness[row]))
        case Column.NEAREST if not by_hand:
            return rows.nearest_text(row)
        case Column.LENGTH if not by_hand:
            return percent(float(rows.length[row]))
        case Column.EDGE | Column.LINE | Column.SPOT | Column.AVERAGE if rows.made is not None:
            return percent(float(rows.made.shares[row, column - Column.EDGE]))
    return ""


def hidden_columns(rows: Rows) -> frozenset[int]:
    """Which columns say nothing about these rows."""
    hidden: set[int] = set()
    if not rows.has_inputs:
        hidden.add(Column.INPUT)
    if rows.start_names is None:
        hidden.add(Column.START)
    if rows.made is None:
        hidden |= {Column.ANGLE, Column.MADE_OF, *list(Column)[Column.EDGE :]}
    if rows.likeness is None:
        hidden.add(Column.LIKENESS)
    if rows.nearest is None or len(kernels_of_size(*rows.size)) == 1:
        hidden.add(Column.NEAREST)
    return frozenset(hidden)


def table_text(rows: Rows, order: Array, by_hand: Rows | None) -> str:
    """Write the table as tab-separated text, with all figures; a spreadsheet reads it."""
    height, width = rows.size
    cells = [f"({y}, {x})" for y in range(height) for x in range(width)]
    shares = [] if rows.made is None else [TITLES[column] for column in list(Column)[Column.EDGE :]]
    head = ["filter", "input", "name", "at the start", "angle", "likeness", "most like", "length"]
    lines = ["\t".join([*head, *shares, *cells])]
    lines += [_line(each, row) for each, row in ([(by_hand, 0)] if by_hand is not None else [])]
    lines += [_line(rows, row) for row in order.tolist()]
    return "\n".join(lines) + "\n"


def _line(rows: Rows, row: int) -> str:
    by_hand = rows.question is None
    angle = np.nan if rows.made is None else rows.made.orientation[row]
    numbers = [] if rows.made is None else rows.made.shares[row].tolist()
    return "\t".join(
        [
            rows.name if by_hand else str(rows.filters[row] + 1),
            "" if by_hand else str(rows.inputs[row] + 1),
            rows.names[row],
            "" if rows.start_names is None else rows.start_names[row],
            "" if np.isnan(angle) else f"{angle:.6g}",
            "" if rows.likeness is None else f"{rows.likeness[row]:.6g}",
            text_of(rows, row, Column.NEAREST),
            "" if by_hand else f"{rows.length[row]:.6g}",
            *(f"{value:.6g}" for value in [*numbers, *rows.weight[row].ravel().tolist()]),
        ]
    )


def _same(one: Rows, other: Rows) -> bool:
    """Whether two rows of the same number are of the same slice."""
    if one.question is None or other.question is None:
        return False
    return one.question.is_about(other.question) and one.weight.shape == other.weight.shape


def _keys(rows: Rows, column: int) -> Array:
    """Numbers that put the rows in the order of a column."""
    made = rows.made
    match column:
        case Column.FILTER:
            return rows.filters
        case Column.INPUT:
            return rows.inputs
        case Column.ANGLE if made is not None:
            return made.orientation
        case Column.LIKENESS if rows.likeness is not None:
            return rows.likeness
        case Column.LENGTH:
            return rows.length
        case Column.EDGE | Column.LINE | Column.SPOT | Column.AVERAGE if made is not None:
            shares: Array = made.shares[:, column - Column.EDGE]
            return shares
        case Column.NAME:
            return np.unique(rows.names, return_inverse=True)[1]
        case Column.START if rows.start_names is not None:
            return np.unique(rows.start_names, return_inverse=True)[1]
        case Column.NEAREST if rows.nearest is not None:
            # By name, and within a name the most alike first.
            return rows.nearest[0] + (1 - np.abs(rows.nearest[1])) / 2
    return np.arange(len(rows.filters))
