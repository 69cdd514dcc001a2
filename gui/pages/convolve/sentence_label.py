"""A few lines of words in a room of fixed size; what has no room is in the tooltip."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class SentenceLabel(QLabel):
    """Shows as many words as fit and an ellipsis; never asks for more room. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setProperty("role", "dim")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def set_sentence(self, sentence: str) -> None:
        """Show a sentence; its tooltip has all of it."""
        if sentence != self._whole:
            self._whole = sentence
            self.setToolTip(sentence)
            self.setAccessibleName(sentence)
            self._fit()

    def _fit(self) -> None:
        words = self._whole.split(" ")
        metrics = QFontMetrics(self.font())

        def fits(text: str) -> bool:
            room = QRect(0, 0, self.width(), 10_000)
            return metrics.boundingRect(room, int(_FLAGS.value), text).height() <= self.height()

        text, count = self._whole, len(words)
        while count > 1 and not fits(text):
            count -= 1
            text = " ".join(words[:count]).rstrip(",.:;") + "…"
        self.setText(text)

    def sizeHint(self) -> QSize:
        """Ask for nothing: the room is given."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """Ask for nothing: the room is given."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._fit()
