"""The list of runs."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from gui.pages.runs.rows import RunRow
from gui.pages.runs.run_delegate import RunDelegate
from gui.pages.runs.run_model import RunModel
from gui.theme import ThemeManager
from gui.widgets.thin_scroll import make_thin


class RunList(QListView):
    """Shows runs below one another; one row is chosen. GUI thread only."""

    run_chosen = Signal(str)
    """Key of the run whose row was chosen."""
    open_requested = Signal(str)
    delete_requested = Signal(str)
    menu_requested = Signal(str, QPoint)
    """Key of the run whose menu is wanted, and where on the screen."""

    takes_space = True
    """Space ticks the row where the keyboard has come to the list, `gui.space_key`."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_list")
        self.setAccessibleName("Runs")
        self.rows = RunModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(RunDelegate(themes, self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        make_thin(self, themes)
        # The rows lie on the page, not on a sheet of their own.
        self.viewport().setAutoFillBackground(False)
        self.doubleClicked.connect(self._on_activated)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        themes.changed.connect(self._on_theme_changed)

    @property
    def chosen_key(self) -> str | None:
        """Key of the run whose row is chosen."""
        row = self.rows.row_at(self.currentIndex())
        return None if row is None else row.key

    def show_rows(self, rows: tuple[RunRow, ...]) -> None:
        """Show these runs; the chosen one stays, or its neighbour where it has gone."""
        chosen, place = self.chosen_key, self.currentIndex().row()
        blocked = self.selectionModel().blockSignals(True)
        others = self.rows.show_rows(rows)
        if others:
            index = self.rows.index_of(chosen)
            if not index.isValid() and rows:
                index = self.rows.index(max(0, min(place, len(rows) - 1)))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.selectionModel().blockSignals(blocked)
        if others:
            self.viewport().update()
            if self.chosen_key is not None and self.chosen_key != chosen:
                self.run_chosen.emit(self.chosen_key)

    def choose(self, key: str) -> None:
        """Choose a run's row, and bring it into sight."""
        index = self.rows.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def rename(self, key: str) -> None:
        """Open the line for another name in a run's row."""
        self.choose(key)
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    def sizeHint(self) -> QSize:
        """Return the width that shows a row as a whole."""
        return QSize(280, 320)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which rows cannot be told apart."""
        return QSize(180, 96)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter, delete on Del, tick on Space; letters belong to the page."""
        key, chosen = event.key(), self.chosen_key
        if chosen is None or self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_requested.emit(chosen)
        elif key == Qt.Key.Key_Delete:
            self.delete_requested.emit(chosen)
        elif key == Qt.Key.Key_Space:
            self.rows.tick(chosen, chosen in self.rows.hidden)
        elif event.text().isalnum():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Choose the row under the mouse and ask for its menu."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if index.isValid():
                self.setCurrentIndex(index)
        else:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        if self.chosen_key is not None:
            self.menu_requested.emit(self.chosen_key, place)

    def _on_activated(self, index: QModelIndex) -> None:
        row = self.rows.row_at(index)
        if row is not None:
            self.open_requested.emit(row.key)

    def _on_current_changed(self, now: QModelIndex, before: QModelIndex) -> None:
        row = self.rows.row_at(now)
        if row is not None:
            self.run_chosen.emit(row.key)

    def _on_theme_changed(self) -> None:
        self.viewport().update()
