"""What a filter detects, and in a convolution the kernel as it is used."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.pages.convolve.sentence_label import SentenceLabel
from gui.pages.convolve.turned_kernel import TurnedKernel
from gui.theme import S2, ThemeManager, caption_font

_TURNED_PX = 80
_MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class KernelNotes(QWidget):
    """Holds the sentence and the turned kernel, side by side or, stacked, one of the two. GUI thread only.

    The sentence is about the kernel as it is used: stacked, where there is room for one, it gives way, and
    beside the turned kernel it says so. In a low window it stands beside small kernels only.
    """

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turn = TurnedKernel(themes, "as used")
        self.turn.setFixedSize(_TURNED_PX, _TURNED_PX)
        self.turn.setAccessibleName("The kernel as the convolution uses it, turned by 180°")
        self.turn.setToolTip(
            "What a convolution multiplies with: the kernel turned by 180°; the mark was at the upper left. "
            "A correlation, which deep learning calls convolution, takes it as it is drawn. "
            "Ctrl+C copies its picture, Ctrl+Shift+C its numbers."
        )
        self.sentence = SentenceLabel()
        self.sentence.setObjectName("filter_sentence")
        self._used = QLabel("Turned by 180°")
        self._used.setToolTip(self.turn.toolTip())
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._used)
        words.addWidget(self.sentence, 1)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self.turn, alignment=_MIDDLE)
        self._box.addLayout(words, 1)
        self._turned, self._stacked, self._low, self._text = False, False, False, ""
        self.turn.settled.connect(self.set_turned)
        themes.changed.connect(self._dress)
        self._dress()
        self.set_stacked(True)

    def set_stacked(self, stacked: bool) -> None:
        """Put the parts below each other, as in a narrow room, or beside each other."""
        if stacked != self._stacked:
            self._stacked = stacked
            direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
            self._box.setDirection(direction)
            self._box.setSpacing(0 if stacked else S2)
            self._used.setAlignment(_MIDDLE if stacked else Qt.AlignmentFlag.AlignLeft)
            self.setMinimumHeight(0 if stacked else _TURNED_PX)
            self.set_turned(self._turned)

    def set_low(self, low: bool) -> None:
        """Take no height below a large kernel, but for a turned one."""
        self._low = low
        self.set_turned(self._turned)

    def set_turned(self, turned: bool) -> None:
        """Show the turned kernel, or leave the room to the sentence."""
        self._turned = turned
        self.turn.setVisible(turned)
        self._used.setVisible(turned)
        self.sentence.setVisible(not (turned and self._stacked))
        self.setVisible(turned or self._stacked or not self._low)
        self._write()

    def set_sentence(self, sentence: str) -> None:
        """Say what the kernel, as it is used, detects; "" for nothing."""
        self._text = sentence
        self._write()

    def _write(self) -> None:
        self.sentence.set_sentence(
            f"As it is used: {self._text}" if self._turned and self._text else self._text
        )

    def animate_turn(self, to_turned: bool) -> None:
        """Let the kernel turn by 180° before the eyes, or back; afterwards show what belongs to that."""
        self.set_turned(True)
        self.turn.turn(to_turned)

    def _dress(self) -> None:
        for label in (self._used, self.sentence):
            label.setFont(caption_font())
