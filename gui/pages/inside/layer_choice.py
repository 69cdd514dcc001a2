"""Which layer of a network a part of the page looks at."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget


class LayerChoice(QComboBox):
    """Offers layers by name. GUI thread only; tells only what the person chose."""

    layer_chosen = Signal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(tip)
        self.setAccessibleName("Layer")
        self.activated.connect(lambda index: self.layer_chosen.emit(self.itemText(index)))

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer a network's layers; without any there is nothing to choose."""
        with QSignalBlocker(self):
            self.clear()
            self.addItems(list(names))
        self.setEnabled(bool(names))
