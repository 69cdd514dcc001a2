"""What the channels of a layer draw at full strength: fixed over time, of a unit, a layer or the network."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.channels import maps_of
from engine.inspect.tiles import nice_scale, unit_scales

Scope: TypeAlias = Literal["unit", "layer", "network"]


class ChannelScales:
    """Scales of one network's layers, which only ever grow until they are forgotten. GUI thread only."""

    def __init__(self) -> None:
        self._units: dict[str, NDArray[np.float64]] = {}
        self._common: dict[tuple[str, ...], float] = {}

    def forget(self) -> None:
        """Begin anew with what is shown next."""
        self._units.clear()
        self._common.clear()

    def of_units(self, layer: str, activations: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """Give a scale for each channel of a layer, ``(channels,)``, all above 0."""
        known = self._units[layer] = unit_scales(maps_of(activations[layer]), self._units.get(layer))
        return np.where(known > 0, known, 1.0)

    def of_layers(self, names: Sequence[str], activations: Mapping[str, NDArray[Any]]) -> float:
        """Give the one scale of some layers, above 0."""
        peaks = np.array([max(activations[name].max(), -activations[name].min()) for name in names])
        key = tuple(names)
        scale = nice_scale(peaks, self._common.get(key))
        if (peaks > 0).any():
            self._common[key] = scale
        return scale
