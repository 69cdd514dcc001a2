"""The status line: what is at work at the left, what is under the pointer at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.inspect.words import plural
from gui.theme import S3, S6, ThemeManager, caption_font
from gui.widgets.elided_label import ElidedLabel

LINE_HEIGHT = 24
# Room for the longest readout, "filter 16, channel 8, cell (12, 12) = −0.0412".
READOUT_SAMPLE = "output channel 16 of conv2 (12, 12) = −0.0412"


class StatusLine(QWidget):
    """One quiet line of facts; nothing in it moves when another changes. GUI thread only."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.setFixedHeight(LINE_HEIGHT)
        self.setFont(caption_font())
        self._network = ElidedLabel(theme, dim=True, parent=self)
        self._dataset = ElidedLabel(theme, dim=True, parent=self)
        self._workers = ElidedLabel(theme, dim=True, parent=self)
        self._kept = ElidedLabel(theme, dim=True, parent=self)
        self._kept.setObjectName("kept")
        self._message = ElidedLabel(theme, parent=self)
        self._message.setObjectName("status_message")
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._readout = ElidedLabel(
            theme, alignment=Qt.AlignmentFlag.AlignRight, reserve=READOUT_SAMPLE, parent=self
        )
        self._readout.setObjectName("readout")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S3, 0, S3, 0)
        layout.setSpacing(S6)
        for label in (self._network, self._dataset, self._workers, self._kept):
            layout.addWidget(label)
        layout.addWidget(self._message, 1)
        layout.addWidget(self._readout)

    @property
    def readout(self) -> str:
        """What is said about the thing under the pointer."""
        return self._readout.text

    @property
    def message(self) -> str:
        """What happened last."""
        return self._message.text

    def show_network(self, name: str, weights: int) -> None:
        """Name the network that answers and count its weights."""
        self._network.set_text(f"{name} · {plural(weights, 'weight')}")

    def show_dataset(self, text: str) -> None:
        """Name the data set: "MNIST 60 000"."""
        self._dataset.set_text(text)

    def show_workers(self, count: int) -> None:
        """Say how many processes train together."""
        self._workers.set_text(plural(count, "worker"))

    def show_kept(self, when: str) -> None:
        """Say when all was kept last: "14:02"."""
        self._kept.set_text(f"autosaved {when}")
        self._kept.setToolTip("All of your work is kept: it is here again at the next start")

    def show_message(self, text: str) -> None:
        """Say what happened last, in a few words; "" says nothing."""
        self._message.set_text(text)

    def show_readout(self, text: str) -> None:
        """Say what is under the pointer; "" when it is over nothing."""
        self._readout.set_text(text)
