"""What can be chosen above the lower half of the Inside page."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from engine.inspect.backward import Rule
from gui.pages.inside.layer_choice import LayerChoice
from gui.theme import S2

WAYS: tuple[tuple[str, Rule, str], ...] = (
    ("Deconvnet", "deconvnet", "Back through the pools' switches and the filters turned round"),
    ("Guided backpropagation", "guided", "The gradient, along what is positive on both ways only"),
    ("Gradient", "gradient", "How the channel's pixel moves with each pixel of the patch"),
)
ORDERS = (
    ("by number", "Channels in the order in which the network has them"),
    ("by activity here", "Those that the present picture excites most come first"),
    ("by importance here", "Those without which the answer's logit would fall most come first"),
    ("by strongest patch", "Those that their strongest patch excites most come first"),
)
SLIDER_PX = 96


class WallTools(QWidget):
    """Which convolution's wall is shown, by which way back, and at which step of the ascent."""

    layer_chosen = Signal(str)
    way_chosen = Signal()
    order_chosen = Signal()
    ascent_moved = Signal(int)

    def __init__(self, steps: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = LayerChoice("wall_layer", "The convolution whose channels are shown.")
        self._ways = QComboBox()
        self._layers.layer_chosen.connect(self.layer_chosen)
        self._ways.setObjectName("wall_way")
        self._ways.setAccessibleName("Way back to the pixels")
        for place, (name, _, tip) in enumerate(WAYS):
            self._ways.addItem(name)
            self._ways.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._ways.setToolTip(
            "How the second block of each card is carried back from the channel to the pixels."
        )
        self._ways.activated.connect(lambda index: self.way_chosen.emit())
        self._orders, self._hide_dead = QComboBox(), QCheckBox("Hide dead")
        self._orders.setObjectName("wall_order")
        self._orders.setAccessibleName("Order of the cards")
        for place, (name, tip) in enumerate(ORDERS):
            self._orders.addItem(name)
            self._orders.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._orders.setToolTip("The order of the cards, as it is at this moment: they stay where they are.")
        self._orders.activated.connect(lambda index: self.order_chosen.emit())
        self._hide_dead.setObjectName("wall_hide_dead")
        self._hide_dead.setToolTip("Leave out channels that none of the pictures excites.")
        self._hide_dead.toggled.connect(lambda on: self.order_chosen.emit())
        self._ascent, self._words = QSlider(Qt.Orientation.Horizontal), QLabel()
        self._ascent.setObjectName("wall_ascent")
        self._ascent.setAccessibleName("Step of the gradient ascent")
        self._ascent.setRange(0, steps)
        self._ascent.setValue(steps)
        self._ascent.setFixedWidth(SLIDER_PX)
        self._ascent.setToolTip("Step of the gradient ascent that makes the third picture of each card.")
        self._ascent.valueChanged.connect(self._on_ascent)
        self._words.setProperty("role", "dim")
        self._on_ascent(steps)
        _in_a_row(self, self._layers, self._orders, self._hide_dead, self._ways, self._ascent, self._words)

    @property
    def rule(self) -> Rule:
        """The way back that is chosen."""
        return WAYS[max(self._ways.currentIndex(), 0)][1]

    @property
    def order(self) -> int:
        """Which of `ORDERS` is chosen."""
        return max(self._orders.currentIndex(), 0)

    @property
    def hides_dead(self) -> bool:
        """Whether channels that no picture excites are left out."""
        return self._hide_dead.isChecked()

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer a network's convolutions."""
        self._layers.show_layers(names)

    def show_layer(self, name: str) -> None:
        """Show which one is looked at."""
        self._layers.setCurrentText(name)

    def _on_ascent(self, step: int) -> None:
        self._words.setText(f"step {step}")
        self.ascent_moved.emit(step)


class ClassTools(QWidget):
    """Which class is asked about, and which one it is compared with."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._other = QComboBox(), QComboBox()
        self._label.setObjectName("asked_class")
        self._label.setToolTip("The class whose logit is asked about.")
        self._other.setObjectName("compared_class")
        self._other.setToolTip("The class that it is compared with: how its lead over that one moves.")
        for choice in (self._label, self._other):
            choice.activated.connect(lambda index: self.changed.emit())
        _in_a_row(self, QLabel("Logit of"), self._label, QLabel("minus that of"), self._other)

    def show_classes(self, names: Sequence[str]) -> None:
        """Offer a network's classes."""
        for choice, first in ((self._label, "the answer"), (self._other, "nothing")):
            with QSignalBlocker(choice):
                choice.clear()
                choice.addItem(first, None)
                for index, name in enumerate(names):
                    choice.addItem(name, index)

    def chosen(self, answer: int) -> tuple[int, int | None]:
        """Give the class, the answer unless another was chosen, and what it is compared with, if anything."""
        label, other = self._label.currentData(), self._other.currentData()
        asked = answer if label is None else int(label)
        return asked, None if other is None or other == asked else int(other)


def _in_a_row(whole: QWidget, *widgets: QWidget) -> None:
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S2)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
