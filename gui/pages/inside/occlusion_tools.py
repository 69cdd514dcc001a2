"""What the patch is: how large, what it covers with, and whether the map lies over the picture."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from engine.inspect.occlusion import Patch
from engine.inspect.words import THIN_SPACE
from gui.theme import S2

SMALLEST_PX, LARGEST_PX, USUAL_PX = 1, 14, 5
# What covers, its words over a drawing and over a coloured picture, and what it does.
_FILLS = (
    (0.0, "paper", "black", "As if nothing were drawn there"),
    (1.0, "ink", "white", "As if all of it were drawn full"),
    (0.5, "grey", "grey", "Half way between the two"),
)


class OcclusionTools(QWidget):
    """Chooses the patch's side, its cover, and the map. GUI thread only."""

    changed = Signal()
    map_switched = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side, self._fill, self._map = QSpinBox(), QComboBox(), QCheckBox("Heat map")
        self._side.setObjectName("patch_side")
        self._side.setRange(SMALLEST_PX, LARGEST_PX)
        self._side.setValue(USUAL_PX)
        self._side.setSuffix(f"{THIN_SPACE}px")
        self._side.setAccessibleName("Side of the patch")
        self._side.setToolTip("Side of the square patch, in pixels; Ctrl and the wheel over the picture too.")
        self._side.valueChanged.connect(lambda value: self.changed.emit())
        self._fill.setObjectName("patch_fill")
        self._fill.setAccessibleName("What the patch covers with")
        self._fill.setToolTip("What the patch covers with.")
        for value, words, _, tip in _FILLS:
            self._fill.addItem(words, value)
            self._fill.setItemData(self._fill.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._fill.activated.connect(lambda index: self.changed.emit())
        self._map.setObjectName("patch_map")
        self._map.setToolTip("Lay over the picture how much the logit falls with the patch at each place.")
        self._map.toggled.connect(lambda on: self.map_switched.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addStretch(1)
        for widget in (QLabel("Patch"), self._side, QLabel("of"), self._fill, self._map):
            row.addWidget(widget)

    @property
    def shows_map(self) -> bool:
        """Whether the map lies over the picture."""
        return self._map.isChecked()

    @property
    def fill_words(self) -> str:
        """What covers, in a word."""
        return self._fill.currentText()

    def dressed(self, patch: Patch) -> Patch:
        """Give a patch at the same place as it is chosen here."""
        return Patch(patch.row, patch.column, self._side.value(), float(self._fill.currentData()))

    def grow(self, pixels: int) -> None:
        """Make the side longer, or shorter, within its limits."""
        self._side.setValue(self._side.value() + pixels)

    def show_colour(self, coloured: bool) -> None:
        """Name what covers as it looks over a coloured picture, or over a drawing."""
        with QSignalBlocker(self._fill):
            for index, (_, grey_words, colour_words, _) in enumerate(_FILLS):
                self._fill.setItemText(index, colour_words if coloured else grey_words)
