"""What the person writes about a run: saved while typing, after a short rest."""

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.theme import ThemeManager
from gui.widgets.thin_scroll import make_thin

SAVE_AFTER_MS = 500


class NoteField(QPlainTextEdit):
    """A plain text about one run. GUI thread only.

    What is being typed is told after a short rest, and before another run's note is shown; it is not
    written over by what is told from outside meanwhile.
    """

    changed = Signal(str, str)
    """Key of a run, and its note."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_note")
        self.setTabChangesFocus(True)
        make_thin(self, themes)
        self._key: str | None = None
        self._unsaved = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.textChanged.connect(self._on_typed)
        self.show_note(None, "", "")

    def show_note(self, key: str | None, name: str, note: str) -> None:
        """Show the note of a run; None for no run."""
        if key == self._key and self._unsaved:
            return
        self.save()
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

    def save(self) -> None:
        """Tell what was typed, if that has not been done."""
        self._timer.stop()
        if self._unsaved and self._key is not None:
            self._unsaved = False
            self.changed.emit(self._key, self.toPlainText())

    def _on_typed(self) -> None:
        self._unsaved = True
        self._timer.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Save when the person goes elsewhere."""
        self.save()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Save when the page goes."""
        self.save()
        super().hideEvent(event)

    def sizeHint(self) -> QSize:
        """Return room for four lines."""
        return QSize(280, 4 * self.fontMetrics().lineSpacing() + 12)
