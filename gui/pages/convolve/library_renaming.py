"""The line in which a card of the Library gets another name."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit

from gui.theme import caption_font


class NameLine(QLineEdit):
    """Opens on a card: Enter and leaving take the new name, Esc gives up. GUI thread only."""

    renamed = Signal(str, str)
    """The old name and the one wanted."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area.viewport())
        self._area = area
        self._old = ""
        self.setObjectName("library_name")
        self.setAccessibleName("New name of the kernel")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(caption_font())
        self.hide()

    def open(self, name: str, place: QRect) -> None:
        """Show the line at its place on the card of that name, all of it selected."""
        self._old = name
        self.setGeometry(place)
        self.setText(name)
        self.show()
        self.setFocus()
        self.selectAll()

    def finish(self, *, keep: bool) -> None:
        """Close the line, if it is open, and tell the new name unless it is given up."""
        if self.isHidden():
            return
        name, focused = self.text().strip(), self.hasFocus()
        self.hide()
        if focused:
            self._area.setFocus()
        if keep and name and name != self._old:
            self.renamed.emit(self._old, name)

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window's shortcuts."""
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the name on Enter, give up on Esc."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.finish(keep=event.key() != Qt.Key.Key_Escape)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the name when the person goes elsewhere."""
        super().focusOutEvent(event)
        self.finish(keep=True)
