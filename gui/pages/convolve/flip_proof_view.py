"""The flip proof: turn every kernel, change the operation, and see which logits stay."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.lab.flip_proof import FlipProof
from gui.pages.convolve.kernel_turn import KernelTurn
from gui.pages.convolve.logit_table import DIGITS, LogitTable
from gui.theme import S1, S2, S3, ThemeManager, caption_font
from gui.widgets.caption_line import CaptionLine
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.switch import Switch

LEAST_WIDTH, LEAST_HEIGHT = 420, 190
_LEFT_WIDTH = 200
_TABLE_WIDTH = 320
_TALL = 1000
_TURN = "Turn every kernel by 180°"
_CONVOLVE = "Convolve instead of correlate"
_NEITHER = "As it is: what deep learning calls a convolution is this cross-correlation. Turn a switch."
_ONLY_TURN = "Kernels turned: each looks for its pattern upside down."
_ONLY_CONVOLVE = "Operation changed: a convolution turns each kernel as it slides."
_BOTH = (
    "Both: every logit is equal to the last digit shown. A convolution is a correlation with turned kernels."
)
_LONGEST = f"{_ONLY_CONVOLVE} All 10 logits change; the answer goes from 0 to 0."


class FlipProofView(QWidget):
    """Shows the logits of a network as it is and as it was changed by two switches. GUI thread only.

    It computes nothing: it tells what was switched, and shows the proof that follows.
    """

    changed = Signal(bool, bool)
    """Whether every kernel is turned, and whether the operation is a convolution."""
    hovered = Signal(str)
    """The logits or the weight under the mouse; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flip_proof_view")
        self._caption = CaptionLine(themes)
        self._caption.set_text("Flip proof")
        self._turn = self._switch(themes, "turn_kernels", _TURN)
        self._convolve = self._switch(themes, "convolve", _CONVOLVE)
        self._kernel = KernelTurn(themes)
        policy = self._kernel.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._kernel.setSizePolicy(policy)
        self._table = LogitTable(themes)
        self._sentence = _Sentence()
        self._sentence.setObjectName("flip_proof_sentence")

        switches = QGridLayout()
        switches.setHorizontalSpacing(S2)
        switches.setVerticalSpacing(S1)
        for line, (switch, text) in enumerate(((self._turn, _TURN), (self._convolve, _CONVOLVE))):
            label = QLabel(text)
            label.setFont(caption_font())
            label.setBuddy(switch)
            switches.addWidget(switch, line, 0)
            switches.addWidget(label, line, 1)
        switches.setColumnStretch(1, 1)
        left = QWidget()
        left.setMinimumWidth(_LEFT_WIDTH)
        self._table.setMaximumWidth(_TABLE_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        column.addLayout(switches)
        column.addWidget(self._kernel, 1)
        column.addWidget(self._sentence)
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(left, 1)
        row.addWidget(self._table, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._caption)
        whole.addLayout(row, 1)

        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        CopyKeys(self, lambda: widget_picture(self), self._table.table_text)
        self._table.hovered.connect(self.hovered)
        self._kernel.hovered.connect(self.hovered)
        self._say("Nothing is computed yet.")

    @property
    def switches(self) -> tuple[bool, bool]:
        """Whether kernels are turned, and whether the operation is a convolution."""
        return self._turn.isChecked(), self._convolve.isChecked()

    @property
    def sentence(self) -> str:
        """What is said about what one sees."""
        return self._sentence.text()

    def show_proof(
        self, proof: FlipProof, classes: Sequence[str], kernel2d: NDArray[Any], source: str
    ) -> None:
        """Show the proof of the switches' present state.

        Parameters
        ----------
        proof
            Logits before and after.
        classes
            Their names.
        kernel2d
            A slice of the network's first filter as it is stored, ``(rows, columns)``.
        source
            Whose logits these are: "shipped network · my drawing".
        """
        self._set_empty(False)
        self._caption.set_text("Flip proof", source)
        self._kernel.show_kernel(kernel2d)
        self._table.show_proof(proof, classes)
        self._say(sentence_of(proof, classes, *self.switches))

    def clear(self, text: str) -> None:
        """Show no proof but a sentence that says why there is none: a network without convolutions."""
        self._set_empty(True)
        self._caption.set_text("Flip proof")
        self._table.clear()
        self._say(text)

    def _set_empty(self, is_empty: bool) -> None:
        for switch in (self._turn, self._convolve):
            switch.setEnabled(not is_empty)
        self._kernel.setVisible(not is_empty)

    def _switch(self, themes: ThemeManager, name: str, text: str) -> Switch:
        switch = Switch(themes)
        switch.setObjectName(name)
        switch.setAccessibleName(text)
        switch.setToolTip(f"{text} (Space)")
        switch.toggled.connect(self._on_toggled)
        return switch

    def _say(self, sentence: str) -> None:
        self._sentence.say(sentence)
        self.setAccessibleDescription(sentence)

    def _on_toggled(self) -> None:
        turn, convolve = self.switches
        self._kernel.turn(turn, turn != convolve)
        self._table.set_stale()
        self.changed.emit(turn, convolve)

    def sizeHint(self) -> QSize:
        """Want a little more than the least."""
        return QSize(560, 200)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(LEAST_WIDTH, LEAST_HEIGHT)


class _Sentence(QLabel):
    """Keeps the room of the longest sentence at its width, so that the kernel above does not move."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(caption_font())
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show a sentence."""
        self.setText(text)
        self._keep_room()

    def _keep_room(self) -> None:
        metrics = self.fontMetrics()
        heights = [
            metrics.boundingRect(0, 0, self.width(), _TALL, Qt.TextFlag.TextWordWrap, text).height()
            for text in (_LONGEST, self.text())
        ]
        self.setFixedHeight(max(heights))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room that the new width asks for."""
        super().resizeEvent(event)
        self._keep_room()


def sentence_of(proof: FlipProof, classes: Sequence[str], turn: bool, convolve: bool) -> str:
    """Say what one sees in each of the four cases."""
    equal = proof.equal(DIGITS)
    count, unequal = len(equal), int((~equal).sum())
    before, after = (classes[int(np.argmax(logits))] for logits in (proof.before, proof.after))
    answer = f"the answer stays {before}" if before == after else f"the answer goes from {before} to {after}"
    if not unequal:
        outcome = "No logit changes: the kernels look the same turned."
    elif unequal == count:
        outcome = f"All {count} logits change; {answer}."
    else:
        verb = "changes" if unequal == 1 else "change"
        outcome = f"{unequal} of {count} logits {verb}; {answer}."
    if turn and convolve:
        return f"Both: {outcome}" if unequal else _BOTH
    if turn:
        return f"{_ONLY_TURN} {outcome}"
    if convolve:
        return f"{_ONLY_CONVOLVE} {outcome}"
    return _NEITHER
