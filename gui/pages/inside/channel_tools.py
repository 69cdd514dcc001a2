"""What can be chosen of the channels of a layer, and the legend of their colours."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from engine.inspect.tiles import TileSet
from engine.inspect.words import MINUS
from gui.pages.inside.channel_scales import Scope
from gui.pages.inside.layer_choice import LayerChoice
from gui.theme import S2, ThemeManager
from gui.widgets.caption_line import CaptionLine, Legend, legend_of

Order: TypeAlias = Literal["number", "activity", "importance", "name"]
ORDERS: tuple[tuple[Order, str], ...] = (
    ("number", "In the order in which the network has them"),
    ("activity", "Those with the largest value for this drawing come first"),
    ("importance", "Those without which the answer's logit would fall most, to first order, come first"),
    ("name", "By what the filter is like that makes the channel; classes by their names"),
)
SCOPES: tuple[tuple[Scope, str, str], ...] = (
    ("unit", "each channel", "Each has its own scale: weak ones are seen, strengths are not compared"),
    ("layer", "the layer", "One scale for all channels of the layer: their strengths can be compared"),
    ("network", "the network", "One scale for all layers before the logits: layers can be compared"),
)
Shown: TypeAlias = Scope | Literal["paper"]
_WORDS: dict[Shown, str] = {
    "unit": "each its own scale, fixed",
    "layer": "scale of the layer, fixed",
    "network": "scale of the network, fixed",
    "paper": "paper to ink",
}


class ChannelTools(QWidget):
    """Which layer's channels are shown, in which order, and whether silent ones are. GUI thread only."""

    layer_chosen = Signal(str)
    order_chosen = Signal()
    hiding_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = LayerChoice("channels_layer", "The layer whose channels are shown.")
        self._orders = QComboBox()
        self._hides_silent = QCheckBox("Hide silent")
        self._layers.layer_chosen.connect(self.layer_chosen)
        self._orders.setObjectName("channels_order")
        for place, (order, tip) in enumerate(ORDERS):
            here = " here" if order in ("activity", "importance") else ""
            self._orders.addItem(f"by {order}{here}", order)
            self._orders.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._orders.setToolTip(
            "The order as it is when you choose it: channels stay where they are until you choose again."
        )
        self._orders.activated.connect(lambda index: self.order_chosen.emit())
        self._hides_silent.setObjectName("channels_hide_silent")
        self._hides_silent.setToolTip(
            "Leave out channels that are zero everywhere for the drawing of this moment. Another drawing may "
            "excite them: choose the order again to look anew."
        )
        self._hides_silent.toggled.connect(lambda on: self.hiding_changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addStretch(1)
        for widget in (self._layers, self._orders, self._hides_silent):
            row.addWidget(widget)

    @property
    def order(self) -> Order:
        """The order that is chosen."""
        return ORDERS[max(self._orders.currentIndex(), 0)][0]

    @property
    def hides_silent(self) -> bool:
        """Whether channels that are zero everywhere are left out."""
        return self._hides_silent.isChecked()

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer a network's layers."""
        self._layers.show_layers(names)

    def show_layer(self, name: str) -> None:
        """Show which one is looked at."""
        self._layers.setCurrentText(name)


class ScaleLine(QWidget):
    """What is drawn at full strength: the choice, the way to choose anew, and the legend. GUI thread only."""

    scope_chosen = Signal()
    fit_wanted = Signal()
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._scopes, self._fit, self._legend = QComboBox(), QPushButton("Fit scale now"), _Legend(themes)
        self._scopes.setObjectName("channels_scope")
        for place, (scope, words, tip) in enumerate(SCOPES):
            self._scopes.addItem(words, scope)
            self._scopes.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._scopes.setCurrentIndex(1)
        self._scopes.setToolTip("What has one scale in common.")
        self._scopes.activated.connect(lambda index: self.scope_chosen.emit())
        self._fit.setObjectName("channels_fit")
        self._fit.setToolTip(
            "Scales are fixed over time, and only grow. This fits them to the values of this moment."
        )
        self._fit.clicked.connect(self.fit_wanted)
        self._legend.setObjectName("channels_legend")
        self._legend.fit_wanted.connect(self.fit_wanted)
        self._legend.hovered.connect(self.hovered)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        for widget in (QLabel("Scale of"), self._scopes, self._fit):
            row.addWidget(widget)
        row.addWidget(self._legend, 1)

    @property
    def scope(self) -> Scope:
        """What has one scale in common."""
        return SCOPES[max(self._scopes.currentIndex(), 0)][0]

    @property
    def legend(self) -> Legend | None:
        """The colours and the values at their ends; None while nothing is shown."""
        return self._legend.ends

    @property
    def words(self) -> str:
        """Of what the colours are the scale."""
        return self._legend.detail

    def show_scale(self, tiles: TileSet, shown: Shown) -> None:
        """Say what the colours of the tiles mean, which may have a scale each."""
        lut = self._themes.theme.lut(tiles.role, tiles.signed)
        legend = legend_of(tiles, lut)
        if tiles.scales is not None:
            legend = Legend(lut, f"{MINUS}its largest" if tiles.signed else "0", "its largest")
        self._legend.show_legend(legend, _WORDS[shown])

    def show_nothing(self) -> None:
        """Say nothing while there is nothing to see."""
        self._legend.show_legend(None, "")


class _Legend(CaptionLine):
    """A legend that is read out, and fits the scale when it is double-clicked."""

    fit_wanted = Signal()
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes)
        self.ends: Legend | None = None
        self.setToolTip("Double-click: fit the scale to the values of this moment.")

    def show_legend(self, legend: Legend | None, words: str) -> None:
        self.ends = legend
        self.set_legend(legend)
        self.set_text("", words)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit_wanted.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        if self.ends is not None:
            self.hovered.emit(f"Colours from {self.ends.low} to {self.ends.high} · {self.detail}")

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit("")
