"""A whole network as a page shows it: of frames, with what feeds the channel under the mouse."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.inspect.layer_tiles import layer_scales, layer_tiles
from engine.inspect.wiring import wiring
from engine.spec import NetworkSpec
from gui.frames import Frame
from gui.selection import Selection
from gui.theme import ThemeManager
from gui.widgets.layer_flow import LayerFlow
from gui.widgets.paced import Paced

# Channels that are named in words.
_NAMED = 3


class NetworkFlow(LayerFlow):
    """The flow of the network of a frame. GUI thread only."""

    tile_chosen = Signal(str, str, int, object)
    """Layer, "channel", its number from 0, and (row, column) or None."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._frame: Frame | None = None
        self._scales: dict[str, float] = {}
        self._pointed: tuple[str, int] | None = None
        self._relights = Paced(self._light, parent=self)
        self.channel_clicked.connect(self._on_channel_clicked)
        self.pointed.connect(self._on_pointed)

    def show_frame(self, frame: Frame) -> None:
        """Show every layer's answer to a drawing."""
        if self._frame is None or frame.subject.key != self._frame.subject.key:
            # Scales are fixed as long as the same network is looked at; another one gets its own.
            self._scales = {}
        self._frame = frame
        if frame.verdict.kind == "blank":
            self.show_layers(())
            return
        blocks = layer_tiles(frame.spec, frame.activations, self._scales)
        self._scales = layer_scales(blocks)
        self.show_layers(blocks)
        if self._pointed is not None:
            # Weights that are trained or changed feed otherwise.
            self._relights.request()

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected."""
        self.set_selected(selection.layer, selection.channel, selection.pixel)

    def _on_channel_clicked(self, layer: str, channel: int, row: object, column: object) -> None:
        pixel = None if row is None else (row, column)
        self.tile_chosen.emit(layer, "channel", channel, pixel)

    def _on_pointed(self, place: tuple[str, int] | None) -> None:
        self._pointed = place
        self._light()

    def _light(self) -> None:
        """Light what feeds the channel under the mouse, and what it feeds."""
        frame, place = self._frame, self._pointed
        if frame is None or place is None or not _has_channel(frame.spec, *place):
            self.show_lights({}, "")
            return
        found = wiring(frame.spec, frame.parameters, *place)
        lights = {found.source: found.feeds_it, found.target: found.fed_by_it}
        words = []
        if found.source:
            words.append(f"fed by {_most(frame.spec, found.source, found.feeds_it)}")
        if found.target:
            words.append(f"feeds {_most(frame.spec, found.target, found.fed_by_it)}")
        self.show_lights({name: each for name, each in lights.items() if name}, ", ".join(words))


def _has_channel(spec: NetworkSpec, layer: str, channel: int) -> bool:
    shape = spec.input_shape if layer == "input" else spec.shapes.get(layer, (0,))
    return channel < shape[0]


def _most(spec: NetworkSpec, layer: str, strengths: np.ndarray) -> str:
    """Name the channels of a layer that matter most: ``pool1 6, 2 and 8 most``."""
    order = [int(each) for each in np.argsort(-strengths, kind="stable") if strengths[each] > 0]
    last = layer == spec.layer_names[-1]
    names = [spec.classes[each] if last else str(each + 1) for each in order[:_NAMED]]
    where = "the logit of" if last else layer
    if not names:
        return f"no channel of {layer}"
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{where} {listed}{' most' if len(order) > _NAMED else ''}"
