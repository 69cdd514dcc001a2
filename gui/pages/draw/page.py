"""The Draw page: the whole network at work on what is drawn, layer by layer."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.frames import Frame
from gui.pages.network_flow import NetworkFlow
from gui.selection import Selection
from gui.theme import S3, S4, ThemeManager


class DrawPage(QWidget):
    """Shows every layer's output channels for the drawing. A lens on frames."""

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
        self._flow = NetworkFlow(themes)
        self._flow.setObjectName("layer_flow")
        self._flow.set_empty_text("Draw a digit: what every layer makes of it appears here")
        self._flow.hovered.connect(self.hovered)
        self._flow.tile_chosen.connect(self.tile_chosen)
        self._flow.layer_clicked.connect(self.layer_chosen)
        self._flow.channel_activated.connect(lambda layer, channel: self.tile_activated.emit())
        self._flow.menu_requested.connect(self.menu_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S3, S4, S3)
        column.addWidget(self._flow)

    def show_frame(self, frame: Frame) -> None:
        """Show a network's layers."""
        self._flow.show_frame(frame)

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected."""
        self._flow.show_selection(selection)
