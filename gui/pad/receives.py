"""What the network receives, and how the ink became it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.drawing import PICTURE_SIDE, Preparation
from gui.pad.preparation_steps import NOTHING_YET, PICTURE, STEP_NAMES, STEP_TIPS, explain
from gui.pad.step_chooser import StepChooser
from gui.pad.step_picture import StepPicture
from gui.theme import S1, S3, ThemeManager, caption_font, heading_font
from gui.widgets.elided_label import ElidedLabel

_CELL_PX, _LARGE_CELL_PX = 3, 5


class Receives(QWidget):
    """Shows one step of the preparation, chosen by its name, with its numbers. GUI thread only.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    beside
        A widget for the room to the right of the picture: the answer.
    """

    hovered = Signal(str)
    """The value under the pointer; empty when it has left."""

    def __init__(
        self,
        theme_manager: ThemeManager,
        beside: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preparation: Preparation | None = None
        self._coloured: NDArray[np.float32] | None = None
        self.picture = StepPicture(theme_manager)
        self.chooser = StepChooser(theme_manager, STEP_NAMES, STEP_TIPS, PICTURE)
        self._explanation = ElidedLabel(theme_manager, dim=True)
        self._explanation.setFont(caption_font())
        self._explanation.set_text(NOTHING_YET)
        self._caption = QLabel("network receives")
        self._caption.setFont(caption_font())
        self._caption.setProperty("role", "dim")
        # As high as the title of the panel beside it, so that the pictures are in line.
        self._caption.setFixedHeight(QFontMetrics(heading_font()).height())
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(self.picture)
        if beside is not None:
            row.addWidget(beside, 1)
        else:
            row.addStretch(1)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addWidget(self._caption)
        layout.addLayout(row)
        layout.addWidget(self.chooser)
        layout.addWidget(self._explanation)
        self.set_large(False)
        self.picture.hovered.connect(self.hovered)
        self.chooser.step_chosen.connect(self._on_step_chosen)

    @property
    def explanation(self) -> str:
        """What the chosen step did, in words."""
        return self._explanation.text

    def set_large(self, large: bool) -> None:
        """Show a larger picture, with a caption, where there is room."""
        self._caption.setVisible(large)
        self.picture.set_side((_LARGE_CELL_PX if large else _CELL_PX) * PICTURE_SIDE)
        self._layout.activate()

    def show_preparation(self, preparation: Preparation, coloured: NDArray[np.float32] | None = None) -> None:
        """Show the chosen step of a new preparation; what the network receives in colour, if it does."""
        self._preparation, self._coloured = preparation, coloured
        self.picture.show_step(preparation, self.chooser.chosen, coloured)
        self._explanation.set_text(explain(preparation, self.chooser.chosen))

    def _on_step_chosen(self) -> None:
        if self._preparation is not None:
            self.show_preparation(self._preparation, self._coloured)
