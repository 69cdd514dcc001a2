"""A line of words that can be marked with the mouse and copied."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.widgets.copy_keys import CopyKeys, widget_picture

_FIRM = "\u00a0"


class FormulaLabel(QLabel):
    """Shows rich text; Ctrl+C copies what is marked or its picture, Ctrl+Shift+C all words. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # Qt lets only the mouse in.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Mark it to copy a part (Ctrl+C); Ctrl+Shift+C copies all of it.")
        CopyKeys(self, lambda: widget_picture(self), self.words, self.marked, menu="none")

    def words(self) -> str:
        """Give the text without its dress."""
        return QTextDocumentFragment.fromHtml(self.text()).toPlainText().replace(_FIRM, " ")

    def marked(self) -> str:
        """Give the part of the text that is marked, "" where none is."""
        return self.selectedText().replace(_FIRM, " ")

    def set_words(self, text: str) -> None:
        """Show another text; the same one leaves what is marked as it is."""
        if text != self.text():
            self.setText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of what is marked, unless a menu opens over it."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.setSelection(0, 0)
