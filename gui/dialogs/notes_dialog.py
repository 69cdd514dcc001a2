"""The dialog in which one writes about the whole project."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QPalette, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.inspect.words import grouped
from engine.project import MOST_NOTES
from gui.project_notes import ProjectNotes
from gui.theme import S2, S3, S4, ThemeManager
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.task_row import set_property
from gui.widgets.thin_scroll import make_thin

KEPT = "Kept with the project as you type"
_SIZE = QSize(420, 360)


class NotesDialog(QDialog):
    """A plain text, kept as it is typed. Not modal; closed, it stays as it is for the next time.

    Parameters
    ----------
    notes
        Where the text is kept.
    themes
        Where the colours come from.
    """

    def __init__(self, notes: ProjectNotes, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notes_dialog")
        self.setWindowTitle("Project notes")
        self.setModal(False)
        self._notes = notes
        self._whose = ElidedLabel(themes, dim=True)
        self._state = QLabel()
        self._editor = QPlainTextEdit()
        self._close = QPushButton("Close")
        self._lay_out(themes)
        self.show_project(None)
        self._show_notes()
        self._editor.textChanged.connect(self._on_typed)
        self._close.clicked.connect(self.close)
        notes.replaced.connect(self._show_notes)

    @property
    def message(self) -> str:
        """What it says of keeping the text."""
        return self._state.text()

    def show_project(self, path: Path | None) -> None:
        """Say whose notes these are: of a project that is in this file, or in none."""
        self._whose.set_text(f"About the project “{path.stem}”" if path is not None else "About this project")

    def _lay_out(self, themes: ThemeManager) -> None:
        self._editor.setObjectName("project_notes")
        self._editor.setAccessibleName("Project notes")
        self._editor.setTabChangesFocus(True)
        self._editor.setPlaceholderText("What this is about, what was tried, and what comes next")
        make_thin(self._editor, themes)
        # A paper with an edge, the bar's room among it.
        self._editor.setFrameShape(QFrame.Shape.StyledPanel)
        self._editor.setBackgroundRole(QPalette.ColorRole.Base)
        self._editor.setAutoFillBackground(True)
        self._state.setObjectName("notes_state")
        self._state.setWordWrap(True)
        self._state.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self._say(0)
        self._close.setObjectName("notes_close")
        self._close.setToolTip("Close the notes; they are kept with the project")
        self._close.setAutoDefault(False)
        line = QHBoxLayout()
        line.setSpacing(S3)
        line.addWidget(self._state, 1)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S2)
        column.addWidget(self._whose)
        column.addWidget(self._editor, 1)
        column.addLayout(line)
        self.setFocusProxy(self._editor)
        self.resize(_SIZE)

    def _show_notes(self) -> None:
        """Show what is kept; what was undone or could be is of another project."""
        # What the editor makes of odd blanks and ends of lines is nothing that the person has changed.
        blocked = self._editor.blockSignals(True)
        self._editor.setPlainText(self._notes.text)
        self._editor.blockSignals(blocked)
        self._say(len(self._notes.text) - MOST_NOTES)
        self._editor.moveCursor(QTextCursor.MoveOperation.End)

    def _on_typed(self) -> None:
        text = self._editor.toPlainText()
        self._notes.write(text)
        self._say(len(text) - MOST_NOTES)

    def _say(self, over: int) -> None:
        """Say that the text is kept, or how much of it is not."""
        most = f"Notes can have {grouped(MOST_NOTES)} characters"
        self._state.setText(f"{most}: the last {grouped(over)} are not kept." if over > 0 else KEPT)
        set_property(self._state, "role", "warning" if over > 0 else "dim")
