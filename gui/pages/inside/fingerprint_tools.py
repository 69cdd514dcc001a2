"""What can be chosen above the table of what filters are made of."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from engine.inspect.fingerprints import kernels_of_size
from engine.kernels import KERNELS, Kernel
from gui.pages.inside.layer_choice import LayerChoice
from gui.theme import S2

USUAL = "sobel-x"
# What a combo box has beside its text.
ARROW_PX = 36


class FingerprintTools(QWidget):
    """Which convolution is taken apart, and which hand-made filter its slices are compared with."""

    layer_chosen = Signal(str)
    kernel_chosen = Signal()
    nearest_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = (0, 0)
        self._chosen: dict[tuple[int, int], str] = {}
        self._layers = LayerChoice("fingerprint_layer", "The convolution whose filters are taken apart.")
        self._kernels = QComboBox()
        self._layers.layer_chosen.connect(self.layer_chosen)
        self._kernels.setObjectName("fingerprint_kernel")
        self._kernels.setToolTip("The hand-made filter of the same size that every slice is compared with.")
        # As wide for each size of filters.
        widest = max(self._kernels.fontMetrics().horizontalAdvance(kernel.name) for kernel in KERNELS)
        self._kernels.setFixedWidth(widest + ARROW_PX)
        self._kernels.activated.connect(self._on_kernel_chosen)
        self._find = QPushButton("Find nearest")
        self._find.setObjectName("fingerprint_find")
        self._find.setToolTip(
            "Put the most alike first, in either sign: a filter and its negative find the same edges."
        )
        self._find.clicked.connect(lambda: self.nearest_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addStretch(1)
        for widget in (self._layers, QLabel("Compare with"), self._kernels, self._find):
            row.addWidget(widget)

    @property
    def kernel(self) -> Kernel | None:
        """The chosen hand-made filter; None where there is none of the layer's size."""
        found: Kernel | None = self._kernels.currentData()
        return found

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer a network's convolutions."""
        self._layers.show_layers(names)

    def show_layer(self, name: str, size: tuple[int, int]) -> None:
        """Show which one is looked at, and offer the hand-made filters of its size."""
        self._layers.setCurrentText(name)
        if size == self._size:
            return
        self._size = size
        kernels, chosen = kernels_of_size(*size), self._chosen.get(size, USUAL)
        with QSignalBlocker(self._kernels):
            self._kernels.clear()
            for kernel in kernels:
                self._kernels.addItem(kernel.name, kernel)
                place = self._kernels.count() - 1
                self._kernels.setItemData(place, kernel.sentence, Qt.ItemDataRole.ToolTipRole)
                if kernel.key == chosen:
                    self._kernels.setCurrentIndex(place)
            if not kernels:
                self._kernels.addItem(f"none of {size[0]} × {size[1]}", None)
        self._kernels.setEnabled(bool(kernels))
        self._find.setEnabled(bool(kernels))

    def _on_kernel_chosen(self) -> None:
        if self.kernel is not None:
            self._chosen[self._size] = self.kernel.key
        self.kernel_chosen.emit()
