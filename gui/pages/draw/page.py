"""The Draw page: the whole network at work on what is drawn, layer by layer."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspect.layer_tiles import layer_scales, layer_tiles
from gui.frames import Frame
from gui.selection import Selection
from gui.theme import S3, S4, ThemeManager
from gui.widgets.layer_flow import LayerFlow


class DrawPage(QWidget):
    """Shows every layer's output channels for the drawing. A lens on frames; keeps none."""

    tile_chosen = Signal(str, str, int, object)
    """Layer, "channel", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    """The chosen channel was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen channel is wanted at a `QPoint` of the screen."""
    layer_chosen = Signal(str)
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_draw")
        self._flow = LayerFlow(themes)
        self._flow.setObjectName("layer_flow")
        self._flow.set_empty_text("Draw a digit: what every layer makes of it appears here")
        self._flow.hovered.connect(self.hovered)
        self._flow.channel_clicked.connect(self._on_channel_clicked)
        self._flow.layer_clicked.connect(self.layer_chosen)
        self._flow.channel_activated.connect(lambda layer, channel: self.tile_activated.emit())
        self._flow.menu_requested.connect(self.menu_requested)
        self._key = ""
        self._scales: dict[str, float] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S3, S4, S3)
        column.addWidget(self._flow)

    def show_frame(self, frame: Frame) -> None:
        """Show a network's layers."""
        if frame.verdict.kind == "blank":
            self._flow.show_layers(())
            return
        if frame.subject.key != self._key:
            # Scales are fixed as long as the same network is looked at; another one gets its own.
            self._key, self._scales = frame.subject.key, {}
        blocks = layer_tiles(frame.spec, frame.activations, self._scales)
        self._scales = layer_scales(blocks)
        self._flow.show_layers(blocks)

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected."""
        self._flow.set_selected(selection.layer, selection.channel, selection.pixel)

    def _on_channel_clicked(self, layer: str, channel: int, row: object, column: object) -> None:
        pixel = None if row is None else (row, column)
        self.tile_chosen.emit(layer, "channel", channel, pixel)
