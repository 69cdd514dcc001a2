"""The runs as a model for Qt's list view."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.pages.runs.rows import RunRow

Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractListModel):
    """Rows of runs; the tick of a row says whether its curve is drawn. GUI thread only.

    It renames nothing by itself: it tells what the person typed.
    """

    renamed = Signal(str, str)
    """Key of a run and the name that was typed."""
    ticked = Signal()
    """A curve was hidden or shown again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RunRow, ...] = ()
        self._hidden: set[str] = set()
        self.shown_key = ""
        """The run that the window shows."""
        self.compared_key: str | None = None
        """The run that it is compared with."""

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The rows, from the top."""
        return self._rows

    @property
    def hidden(self) -> frozenset[str]:
        """Keys of the runs whose curves are not drawn."""
        return frozenset(self._hidden)

    def row_at(self, index: Index) -> RunRow | None:
        """The run in a row; None for no row."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, key: str | None) -> QModelIndex:
        """The place of a run; an invalid one where it is not there."""
        place = next((i for i, row in enumerate(self._rows) if row.key == key), -1)
        return self.index(place) if place >= 0 else QModelIndex()

    def show_rows(self, rows: Sequence[RunRow]) -> bool:
        """Show these rows; tells whether there are other runs than before or in another order."""
        before, self._rows = self._rows, tuple(rows)
        if [row.key for row in before] == [row.key for row in rows]:
            for place, (old, new) in enumerate(zip(before, self._rows, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(place), self.index(place))
            return False
        self._rows = before
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()
        return True

    def mark(self, shown: str, compared: str | None) -> None:
        """Mark the run that is shown, and the one that it is compared with."""
        if (shown, compared) != (self.shown_key, self.compared_key):
            self.shown_key, self.compared_key = shown, compared
            self._repaint()

    def tick(self, key: str, visible: bool) -> None:
        """Draw a run's curve, or hide it."""
        if visible == (key in self._hidden):
            (self._hidden.discard if visible else self._hidden.add)(key)
            self._repaint()
            self.ticked.emit()

    def tick_only(self, keys: Sequence[str]) -> None:
        """Draw the curves of these runs alone."""
        self._hidden = {row.key for row in self._rows} - set(keys)
        self._repaint()
        self.ticked.emit()

    def tick_all(self) -> None:
        """Draw every curve."""
        self.tick_only([row.key for row in self._rows])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the runs."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let a row be selected, renamed and ticked."""
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the name, the words of a tooltip, or the tick."""
        row = self.row_at(index)
        roles = Qt.ItemDataRole
        if row is None:
            return None
        if role in (roles.DisplayRole, roles.EditRole):
            return row.name
        if role in (roles.ToolTipRole, roles.AccessibleTextRole):
            return row.words
        if role == roles.CheckStateRole:
            return Qt.CheckState.Unchecked if row.key in self._hidden else Qt.CheckState.Checked
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell the name that was typed, or take the tick."""
        row = self.row_at(index)
        if row is None:
            return False
        if role == Qt.ItemDataRole.CheckStateRole:
            self.tick(row.key, value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value))
            return True
        name = " ".join(str(value).split())
        if role == Qt.ItemDataRole.EditRole and name != row.name:
            self.renamed.emit(row.key, name)
            return True
        return False

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
