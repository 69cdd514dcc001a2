"""Which channels feed a channel, and which ones it feeds: read off the weights."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers import Conv2D, Dense, Dropout, Flatten
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """The neighbours of one channel.

    ``source`` and ``target`` name the layers before and behind it, "" where there is none; ``feeds_it`` and
    ``fed_by_it`` have a number from 0 to 1 for each of their channels, the strongest 1: the length of the
    weights between the two channels, as a share of the longest. Layers without weights tie channels of the
    same number.
    """

    source: str
    feeds_it: Array
    target: str
    fed_by_it: Array


def wiring(spec: NetworkSpec, parameters: Parameters, layer: str, channel: int) -> Wiring:
    """Find what feeds a channel and what it feeds.

    Flatten and Dropout are looked through: they have no channels of their own.

    Parameters
    ----------
    spec, parameters
        The network.
    layer, channel
        "input" or a layer's name, and a channel or unit of it, from 0.
    """
    names = ["input", *(name for name in spec.layer_names if not _is_looked_through(spec, name))]
    place = names.index(layer)
    source, target = names[max(place - 1, 0)] if place else "", (*names[place + 1 :], "")[0]
    feeds = _strengths(spec, parameters, layer, source)[channel] if source else np.zeros(0)
    fed = _strengths(spec, parameters, target, layer)[:, channel] if target else np.zeros(0)
    return Wiring(source, _shares(feeds), target, _shares(fed))


def _is_looked_through(spec: NetworkSpec, name: str) -> bool:
    return name != spec.layer_names[-1] and isinstance(spec.layer(name), Flatten | Dropout)


def _strengths(spec: NetworkSpec, parameters: Parameters, layer: str, source: str) -> Array:
    """How strongly each channel of `source` feeds each of `layer`: ``(channels, source's channels)``."""
    inputs, made = spec.shapes[source][0], spec.layer(layer)
    if isinstance(made, Conv2D):
        weight = np.asarray(parameters[f"{layer}.weight"], np.float64)
        lengths = np.sqrt((weight**2).sum(axis=(2, 3)))
        if made.groups == 1:
            return lengths
        found = np.zeros((made.filters, inputs))
        per_group = made.filters // made.groups
        for index, row in enumerate(lengths):
            start = index // per_group * len(row)
            found[index, start : start + len(row)] = row
        return found
    if isinstance(made, Dense):
        weight = np.asarray(parameters[f"{layer}.weight"], np.float64)
        # A channel that was flattened is as many numbers of its own.
        return np.sqrt((weight.reshape(len(weight), inputs, -1) ** 2).sum(axis=2))
    return np.eye(inputs)


def _shares(strengths: Array) -> Array:
    with np.errstate(invalid="ignore"):
        finite = np.nan_to_num(strengths, posinf=0.0)
    largest = float(finite.max(initial=0.0))
    return finite / largest if largest > 0 else finite
