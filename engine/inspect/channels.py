"""What there is to know of the output channels of any layer: maps, names, silence, order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.filter_reading import read_filter
from engine.inspect.fingerprint import fingerprint, name_of
from engine.inspect.layer_tiles import layer_tiles
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]


def layer_signs(spec: NetworkSpec, activations: Mapping[str, Array]) -> dict[str, bool]:
    """Name the layers whose channels are worth looking at, and whether they can be negative.

    Parameters
    ----------
    spec : NetworkSpec
    activations : mapping of str to ndarray
        "input" and every layer's name, to (c, h, w) or (d,).

    Returns
    -------
    dict of str to bool
        In the order of the network, "input" first, as the blocks of `layer_tiles`.
    """
    blocks = layer_tiles(spec, activations)
    return {block.name: block.tiles is None or block.tiles.signed for block in blocks}


def maps_of(values: Array) -> Array:
    """Give a layer's output as maps ``(channels, h, w)``; the numbers of a vector as maps of one pixel."""
    return values if values.ndim == 3 else values.reshape(-1, 1, 1)


def silent_channels(maps: Array) -> frozenset[int]:
    """Find the channels of ``(channels, h, w)`` that are zero everywhere."""
    return frozenset(np.flatnonzero(~maps.any(axis=(1, 2))).tolist())


def filter_names(weight: Array) -> tuple[str, ...]:
    """Say in few words what each filter is like: ``left edge, 15°``.

    Parameters
    ----------
    weight : ndarray of float, shape (filters, input channels, kernel height, kernel width)
        Of several input channels, the slice with the largest sum of squares gives the name.
    """
    return tuple(_filter_name(slices) for slices in weight)


def _filter_name(slices: Array) -> str:
    heaviest = int(np.nan_to_num(np.square(slices, dtype=np.float64).sum(axis=(1, 2))).argmax())
    weight = slices[heaviest]
    if weight.shape == (3, 3):
        return fingerprint(weight).name
    if not np.isfinite(weight).all():
        return "broken"
    reading = read_filter(weight)
    if reading.pattern == "single":
        return f"{'adds' if reading.positive else 'subtracts'} channel {heaviest + 1}"
    return name_of(reading, reading.angle, reading.angle)


def by_name(names: Sequence[str]) -> list[int]:
    """Put channels in the order of their names, and those of one pattern in that of their numbers."""
    return sorted(range(len(names)), key=lambda channel: (names[channel].partition(",")[0], channel))


def by_size(values: Array) -> list[int]:
    """Put channels in the order of a value of each, largest first; what is not a number goes last."""
    ranks = np.where(np.isnan(values), np.inf, -values)
    return [int(channel) for channel in np.argsort(ranks, kind="stable")]


def arranged(order: Sequence[int], pinned: Collection[int], hidden: Collection[int]) -> tuple[int, ...]:
    """Put pinned channels first and leave hidden ones out; pinned ones are never hidden."""
    first = [channel for channel in order if channel in pinned]
    return (*first, *(channel for channel in order if channel not in pinned and channel not in hidden))
