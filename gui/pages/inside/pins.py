"""The channels that somebody wants to keep an eye on."""

from PySide6.QtCore import QObject, Signal

from engine.lab.from_network import convolution_of
from engine.spec import NetworkSpec


class PinBoard(QObject):
    """Remembers pinned channels by layer and number, whatever the network. GUI thread only."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pins: set[tuple[str, int]] = set()

    def of(self, layer: str) -> frozenset[int]:
        """Give the pinned channels of a layer."""
        return frozenset(channel for name, channel in self._pins if name == layer)

    def toggle(self, layer: str, channel: int) -> None:
        """Pin a channel, or let it go."""
        self._pins ^= {(layer, channel)}
        self.changed.emit()


def pin_layer(spec: NetworkSpec, layer: str) -> str:
    """Name the layer under which a channel is pinned: what comes of a convolution's channels has its pins."""
    return convolution_of(spec, layer) or layer
