"""A window of real digits, of which one goes onto the canvas."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.datasets import NO_DIGIT, Dataset
from engine.datasets.shapes import SHAPES
from engine.drawing import CHANNELS, PICTURE_SIDE, Backdrop, Drawing
from gui.pad.digit_grid import PAGE, DigitGrid
from gui.theme import S1, S2, S4, ThemeManager, caption_font

_ALL = -1


def dataset_drawing(dataset: Dataset, index: int) -> Drawing:
    """Return a picture of a data set as a drawing, with its true class and its number.

    One of 28 × 28, grey or coloured, is exact: the network receives its very pixels. Any other is drawn
    as it is on the canvas; colours become their mean.
    """
    exact = _is_exact(dataset)
    return Drawing(
        backdrop=Backdrop(_pixels(dataset, index), exact=exact),
        label=int(dataset.labels[index]),
        name=f"{thing_of(dataset.classes)} {index}",
    )


def _is_exact(dataset: Dataset) -> bool:
    channels, height, width = dataset.picture_shape
    return channels in (1, CHANNELS) and (height, width) == (PICTURE_SIDE, PICTURE_SIDE)


def _pixels(dataset: Dataset, index: int) -> NDArray[np.uint8]:
    """A picture as a backdrop has it: ``(h, w)``, or in its colours ``(3, h, w)``."""
    picture = dataset.pictures[index]
    if len(picture) == CHANNELS and _is_exact(dataset):
        return picture
    return np.asarray(np.rint(picture.mean(axis=0)), dtype=np.uint8)


def thing_of(classes: Sequence[str]) -> str:
    """What a picture of these classes is called: "digit", "shape" or "picture"."""
    names = [name for name in classes if name != NO_DIGIT]
    if all(name.isdigit() for name in names):
        return "digit"
    return "shape" if set(names) <= set(SHAPES) else "picture"


class DigitPicker(QDialog):
    """Shows the pictures of a data set, page by page, all or of one class. GUI thread only.

    It stays open, so that one digit after the other can be tried.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    seed
        Seed of the random choice; None takes fresh entropy.
    """

    digit_chosen = Signal(object)
    """The Drawing of the picture that was taken."""

    hovered = Signal(str)
    """Number and class of the picture under the pointer; empty without one."""

    def __init__(
        self, theme_manager: ThemeManager, seed: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("digit_picker")
        self._themes = theme_manager
        self._random = np.random.default_rng(seed)
        self._dataset: Dataset | None = None
        self._class = _ALL
        self._shown: NDArray[np.intp] = np.zeros(0, np.intp)
        self._place = 0
        self.grid = DigitGrid(theme_manager)
        self._classes = QButtonGroup(self)
        self._class_row = QHBoxLayout()
        self._class_row.setSpacing(S1)
        self.words = QLabel()
        self.words.setFont(caption_font())
        self.words.setProperty("role", "dim")
        self.previous_button = QPushButton("Back")
        self.previous_button.setToolTip("The page before (Page up)")
        self.next_page_button = QPushButton("More")
        self.next_page_button.setToolTip("The next page (Page down)")
        self.random_button = QPushButton("Random")
        self.random_button.setToolTip("Take a digit by chance (R)")
        self.next_button = QPushButton("Next digit")
        self.next_button.setToolTip("Take the next digit (N)")
        self._lay_out()
        self._connect()

    def set_dataset(self, dataset: Dataset) -> None:
        """Show another data set from its start."""
        if dataset is self._dataset:
            return
        self._dataset = dataset
        self.setWindowTitle(f"{dataset.name}: {len(dataset):,} pictures")
        for button in self._classes.buttons():
            self._classes.removeButton(button)
            self._class_row.removeWidget(button)
            button.deleteLater()
        for number, name in enumerate(("all", *dataset.classes)):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolTip("Every class" if number == 0 else f"Only {name}")
            self._classes.addButton(button, number)
            self._class_row.insertWidget(number, button)
        self._classes.button(0).setChecked(True)
        self.show_class(None)

    def show_class(self, label: int | None) -> None:
        """Show only pictures of one class, or all of them."""
        if self._dataset is None:
            return
        self._class = _ALL if label is None else label
        self._classes.button(self._class + 1).setChecked(True)
        wanted = self._dataset.labels >= 0 if label is None else self._dataset.labels == label
        self._shown = np.flatnonzero(wanted)
        self._go_to(0)

    def take_current(self) -> None:
        """Take the picture that is current."""
        if self._dataset is not None and self._shown.size:
            index = int(self._shown[self._place])
            self.digit_chosen.emit(dataset_drawing(self._dataset, index))

    def take_next(self) -> None:
        """Take the picture after the current one; after the last one, the first."""
        if self._shown.size:
            self._go_to((self._place + 1) % len(self._shown))
            self.take_current()

    def take_random(self) -> None:
        """Take a picture of those that are shown by chance."""
        if self._shown.size:
            self._go_to(int(self._random.integers(len(self._shown))))
            self.take_current()

    def _lay_out(self) -> None:
        self._class_row.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addWidget(self.previous_button)
        foot.addWidget(self.next_page_button)
        foot.addStretch(1)
        foot.addWidget(self.random_button)
        foot.addWidget(self.next_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S4, S4, S4, S4)
        layout.setSpacing(S2)
        layout.addLayout(self._class_row)
        layout.addWidget(self.grid)
        layout.addWidget(self.words)
        layout.addLayout(foot)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        for button in (
            self.previous_button, self.next_page_button, self.random_button, self.next_button
        ):  # fmt: skip
            button.setAutoDefault(False)

    def _connect(self) -> None:
        self._classes.idClicked.connect(self._on_class_clicked)
        self.grid.chosen.connect(self._on_chosen)
        self.grid.moved.connect(self._on_moved)
        self.grid.hovered_position.connect(self._on_hovered)
        self.previous_button.clicked.connect(lambda: self._on_moved(-PAGE))
        self.next_page_button.clicked.connect(lambda: self._on_moved(PAGE))
        self.random_button.clicked.connect(self.take_random)
        self.next_button.clicked.connect(self.take_next)
        for key, take in (("N", self.take_next), ("R", self.take_random)):
            QShortcut(QKeySequence(key), self).activated.connect(take)

    def _go_to(self, place: int) -> None:
        self._place = min(max(place, 0), max(0, len(self._shown) - 1))
        first = self._first()
        assert self._dataset is not None
        numbers = self._shown[first : first + PAGE].tolist()
        pictures = [_pixels(self._dataset, number) for number in numbers]
        self.grid.show_page(pictures, self._place - first if pictures else -1)
        self.previous_button.setEnabled(first > 0)
        self.next_page_button.setEnabled(first + PAGE < len(self._shown))
        self._say(-1)

    def _first(self) -> int:
        return self._place // PAGE * PAGE

    def _say(self, position: int) -> None:
        """Tell the picture pointed at, or else which ones are shown."""
        if self._dataset is None or not self._shown.size:
            self.words.setText("no pictures of this class")
            return
        first = self._first()
        if position >= 0:
            index = int(self._shown[first + position])
            name = self._dataset.classes[int(self._dataset.labels[index])]
            self.words.setText(f"number {index}, class {name}")
            self.hovered.emit(f"{self._dataset.name}, number {index}, class {name}")
            return
        last = min(first + PAGE, len(self._shown))
        self.words.setText(f"{first + 1:,} to {last:,} of {len(self._shown):,}")
        self.hovered.emit("")

    def _on_class_clicked(self, number: int) -> None:
        self.show_class(None if number == 0 else number - 1)

    def _on_chosen(self, position: int) -> None:
        self._go_to(self._first() + position)
        self.take_current()

    def _on_moved(self, count: int) -> None:
        if self._shown.size:
            self._go_to(self._place + count)

    def _on_hovered(self, position: int) -> None:
        self._say(position)
