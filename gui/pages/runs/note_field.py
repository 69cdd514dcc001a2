"""What the person writes about a run: kept with every letter."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.theme import ThemeManager
from gui.widgets.thin_scroll import make_thin


class NoteField(QPlainTextEdit):
    """A plain text about one run, told at once, so that nothing of it is lost. GUI thread only."""

    changed = Signal(str, str)
    """Key of a run, and its note."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_note")
        self.setTabChangesFocus(True)
        make_thin(self, themes)
        self._key: str | None = None
        self.textChanged.connect(self._on_typed)
        self.show_note(None, "", "")

    def show_note(self, key: str | None, name: str, note: str) -> None:
        """Show the note of a run; None for no run."""
        self._key = key
        if note != self.toPlainText():
            blocked = self.blockSignals(True)
            self.setPlainText(note)
            self.blockSignals(blocked)
        self.setEnabled(key is not None)
        self.setAccessibleName(f"Note about {name}" if name else "Note")
        self.setPlaceholderText(f"Note about {name}" if name else "Choose a run to write a note about it")
        # The field paints itself anew for another text, but not for another placeholder.
        self.viewport().update()
        self.setToolTip("What you want to remember of this run; kept as you type")

    def _on_typed(self) -> None:
        if self._key is not None:
            self.changed.emit(self._key, self.toPlainText())

    def sizeHint(self) -> QSize:
        """Return room for four lines."""
        return QSize(280, 4 * self.fontMetrics().lineSpacing() + 12)
