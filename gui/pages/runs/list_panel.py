"""The left of the Runs page: the list, what can be done with the chosen run, and the note about it."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from engine.inspect.words import plural
from gui.pages.runs.note_field import NoteField
from gui.pages.runs.rows import RunRow
from gui.pages.runs.run_list import RunList
from gui.space_key import has_space
from gui.theme import S1, S2, ThemeManager
from gui.widgets.caption_line import CaptionLine
from gui.widgets.tool_button import ToolButton

IS_OPEN = "This run is open already."
NOT_THE_OPEN_ONE = "The run that is open stays: open another one first."
NOTHING_CHOSEN = "Choose a run first."


class ListPanel(QWidget):
    """Lists the runs and says what the person wants done with them. GUI thread only."""

    run_chosen = Signal(str)
    open_requested = Signal(str)
    delete_requested = Signal(str)
    twin_requested = Signal(str)
    fork_requested = Signal(str)
    """A fork of a run at the step at which it is shown is wanted."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = RunList(themes)
        self.note = NoteField(themes)
        self._caption = CaptionLine(themes)
        self._open = QPushButton("Open")
        self._open.setObjectName("run_open")
        self._rename = ToolButton(themes, "pen", "Rename the chosen run", key="F2")
        self._rename.setObjectName("run_rename")
        self._twin = ToolButton(themes, "duplicate", "Begin a twin of the chosen run with another setting")
        self._twin.setObjectName("run_twin")
        self._delete = ToolButton(themes, "clear", "Delete the chosen run", key="Del")
        self._delete.setObjectName("run_delete")
        self._lay_out()
        self.list.run_chosen.connect(self._on_chosen)
        self.list.open_requested.connect(self._on_open)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.menu_requested.connect(self._show_menu)
        for button, act in (
            (self._open, self._on_open),
            (self._rename, self.list.rename),
            (self._twin, self.twin_requested.emit),
            (self._delete, self.delete_requested.emit),
        ):
            button.clicked.connect(lambda _=False, act=act: self._with_chosen(act))
        self._offer()

    @property
    def chosen(self) -> RunRow | None:
        """The run whose row is chosen."""
        return self.list.rows.row_at(self.list.currentIndex())

    def show_rows(self, rows: tuple[RunRow, ...], shown_key: str) -> None:
        """Show these runs, and which of them is open."""
        self.list.rows.mark(shown_key, self.list.rows.compared_key)
        self.list.show_rows(rows)
        self._caption.set_text("Runs", plural(len(rows), "run") if rows else "")
        if self.chosen is None and rows:
            self.list.choose(shown_key or rows[0].key)
        self._show_note()
        self._offer()

    def mark_compared(self, key: str | None) -> None:
        """Mark the run that the open one is compared with."""
        self.list.rows.mark(self.list.rows.shown_key, key)

    def sizeHint(self) -> QSize:
        """Return the width that shows a row as a whole."""
        return QSize(280, 400)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(S1)
        buttons.addWidget(self._open)
        buttons.addStretch(1)
        for button in (self._rename, self._twin, self._delete):
            buttons.addWidget(button)
        self.note.setFixedHeight(self.note.sizeHint().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        column.addWidget(self._caption)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        column.addWidget(self.note)

    def _on_chosen(self, key: str) -> None:
        self._show_note()
        self._offer()
        self.run_chosen.emit(key)

    def _on_open(self, key: str) -> None:
        if key != self.list.rows.shown_key:
            self.open_requested.emit(key)

    def _with_chosen(self, act: object) -> None:
        row = self.chosen
        if row is not None and callable(act):
            act(row.key)

    def _show_note(self) -> None:
        row = self.chosen
        if row is None:
            self.note.show_note(None, "", "")
        else:
            self.note.show_note(row.key, row.name, row.note)

    def _offer(self) -> None:
        """Enable what can be done with the chosen run; the rest says why it cannot."""
        row = self.chosen
        nothing = NOTHING_CHOSEN if row is None else ""
        is_open = row is not None and row.key == self.list.rows.shown_key
        why = nothing or (IS_OPEN if is_open else "")
        self._open.setEnabled(not why)
        self._open.setToolTip(why or "Show this run in the window, where it was left (Enter)")
        self._rename.set_available(not nothing, nothing)
        self._twin.set_available(not nothing, nothing)
        why = nothing or (NOT_THE_OPEN_ONE if is_open else "")
        self._delete.set_available(not why, why)

    def _show_menu(self, key: str, place: QPoint) -> None:
        menu = self.make_menu(key)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def make_menu(self, key: str) -> QMenu:
        """Make the menu of a run."""
        rows, menu = self.list.rows, QMenu(self)
        menu.setToolTipsVisible(True)
        is_open = key == rows.shown_key
        hidden = key in rows.hidden
        # After the mouse it trains or pauses.
        space = "Space" if has_space(self.list) else ""
        entries = (
            ("Open", "Enter", self._on_open, IS_OPEN if is_open else ""),
            ("Rename", "F2", self.list.rename, ""),
            ("", "", None, ""),
            ("Fork at the playhead…", "", self.fork_requested.emit, ""),
            ("Twin with another setting…", "", self.twin_requested.emit, ""),
            ("", "", None, ""),
            ("Show curve" if hidden else "Hide curve", space, lambda key: rows.tick(key, hidden), ""),
            ("Show this curve alone", "", lambda key: rows.tick_only((key,)), ""),
            ("Show all curves", "", lambda key: rows.tick_all(), "" if rows.hidden else "All are shown."),
            ("", "", None, ""),
            ("Delete", "Del", self.delete_requested.emit, NOT_THE_OPEN_ONE if is_open else ""),
        )
        for words, keys, act, why in entries:
            if act is None:
                menu.addSeparator()
                continue
            action = menu.addAction(words)
            action.setShortcut(QKeySequence(keys))
            action.setEnabled(not why)
            if why:
                action.setToolTip(why)
            action.triggered.connect(lambda _=False, act=act: act(key))
        return menu
