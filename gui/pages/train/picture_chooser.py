"""Which picture the output channels on Train are computed of: the drawing, or a digit of the set."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from engine.datasets import Dataset
from engine.drawing import Drawing
from gui.pad.digit_picker import dataset_drawing, thing_of
from gui.theme import S1, ThemeManager
from gui.widgets.tool_button import ToolButton

MINE, DIGIT, PIN = "mine", "digit", "pin"


class PictureChooser(QWidget):
    """My drawing or a test digit, with the next and the previous one. GUI thread only."""

    picture_chosen = Signal(object)
    """A `Drawing` of a digit of the set, or None for my drawing."""
    pin_wanted = Signal(object, int)
    """The `Dataset` and the number of its picture that is to be pinned as a probe."""
    pin_drawing_wanted = Signal()
    """My drawing is to be pinned."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._index = 0
        # Which of the two pictures is chosen: the list's third entry is a deed.
        self._shown = 0
        # Until the person chooses: the drawing as soon as there is one, a digit before that.
        self._chosen_by_hand = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        self._choice = QComboBox()
        self._choice.setObjectName("picture_choice")
        self._choice.setToolTip("The picture whose output channels are shown.")
        self._choice.addItem("My drawing", MINE)
        self._choice.addItem("Test digit 0", DIGIT)
        self._choice.insertSeparator(self._choice.count())
        self._choice.addItem("Pin as a probe", PIN)
        tip = "See in the Pad's probe rack what each step of the run answers for the picture chosen above"
        self._choice.setItemData(self._choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._choice.setFixedWidth(118)
        self._choice.activated.connect(self._on_choice)
        row.addWidget(self._choice)
        for name, tip, step in (("back", "Previous test picture", -1), ("forward", "Next test picture", 1)):
            button = ToolButton(themes, name, tip, parent=self)
            button.setObjectName(f"picture_{name}")
            button.clicked.connect(lambda _=False, step=step: self._go(step))
            row.addWidget(button)

    def set_dataset(self, dataset: Dataset) -> None:
        """Choose among these digits; a digit that was chosen before is chosen anew."""
        self._dataset = dataset
        self._index = self._first_seven(dataset)
        self._write()
        if self.shows_digit:
            self._tell()

    @property
    def shows_digit(self) -> bool:
        """Whether a digit of the set is chosen, rather than the drawing."""
        return self._choice.currentData() == DIGIT

    def follow(self, *, blank: bool) -> None:
        """Show a digit while the canvas is blank and the drawing otherwise, unless the person has chosen."""
        if not self._chosen_by_hand and self.shows_digit != blank:
            self._choose(blank)

    def _choose(self, digit: bool) -> None:
        self._shown = 1 if digit else 0
        self._choice.setCurrentIndex(self._shown)
        self._tell()

    def _go(self, step: int) -> None:
        if self._dataset is not None:
            self._index = (self._index + step) % len(self._dataset)
            self._chosen_by_hand = True
            self._write()
            self._choose(True)

    def _write(self) -> None:
        thing = "digit" if self._dataset is None else thing_of(self._dataset.classes)
        self._choice.setItemText(1, f"Test {thing} {self._index}")

    def _tell(self) -> None:
        self.picture_chosen.emit(self._digit() if self.shows_digit else None)

    def _digit(self) -> Drawing | None:
        return None if self._dataset is None else dataset_drawing(self._dataset, self._index)

    @staticmethod
    def _first_seven(dataset: Dataset) -> int:
        """A seven to begin with, for its clear edges."""
        sevens = np.flatnonzero(dataset.labels == 7)
        return int(sevens[0]) if len(sevens) else 0

    def _on_choice(self, index: int) -> None:
        if self._choice.itemData(index) == PIN:
            self._choice.setCurrentIndex(self._shown)
            self._pin()
            return
        self._shown = index
        self._chosen_by_hand = True
        self._tell()

    def _pin(self) -> None:
        if not self.shows_digit:
            self.pin_drawing_wanted.emit()
        elif self._dataset is not None:
            self.pin_wanted.emit(self._dataset, self._index)
