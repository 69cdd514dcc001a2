"""A convolution of a network as a layer of the lab, with the input that it has there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.geometry import pair
from engine.lab.values import LARGEST_KERNEL, Filter, Geometry, LabLayer
from engine.layers import Conv2D, MaxPool2D, ReLU
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What was taken out of a network.

    Parameters
    ----------
    layer
        The convolution, and the ReLU and square max pooling that follow it there.
    input
        What comes to it, ``(c, h, w)``; with groups only the channels of the filter's group.
    selected
        Which of the layer's filters was asked for.
    pixel
        Which of its output pixels was; None for none.
    """

    layer: LabLayer
    input: Array
    selected: int
    pixel: tuple[int, int] | None = None


def convolution_of(spec: NetworkSpec, layer: str) -> str | None:
    """Name the convolution whose output channels a layer shows: itself, or the one that it follows.

    Between them there may be only layers that keep each channel to itself; None where there is none.
    """
    if layer not in spec.layer_names:
        return None
    for name in reversed(spec.layer_names[: spec.layer_names.index(layer) + 1]):
        if isinstance(spec.layer(name), Conv2D):
            return name
        if len(spec.shapes[name]) != 3:
            return None
    return None


def first_convolution(spec: NetworkSpec) -> str | None:
    """Name a network's first convolution, None where it has none."""
    return next(iter(spec.convolutions), None)


def take_convolution(
    spec: NetworkSpec,
    parameters: Parameters,
    activations: Mapping[str, Array],
    name: str,
    index: int = 0,
    *,
    seen: str | None = None,
    pixel: tuple[int, int] | None = None,
) -> Taken:
    """Take a convolution out of a network.

    Parameters
    ----------
    spec, parameters
        The network.
    activations
        Output of every layer for one picture, ``(c, h, w)``, and "input".
    name, index
        The layer and the filter that is meant.
    seen
        The layer whose channel was looked at: what follows it is left out. None: the ReLU and the pooling
        that follow the convolution are taken, too.
    pixel
        Row and column in that channel.

    Raises
    ------
    ConfigError
        If there is no such convolution, or its kernels are larger than the lab's largest.
    """
    found = spec.layer(name) if name in spec.layer_names else None
    if not isinstance(found, Conv2D) or not 0 <= index < found.filters:
        raise ConfigError(f"the filter must be one of a convolution of this network, got {name}, {index + 1}")
    if max(found.kernel) > LARGEST_KERNEL:
        raise ConfigError(
            f"kernels must have sides of at most {LARGEST_KERNEL} to be shown here, "
            f"got {found.kernel[0]} × {found.kernel[1]}"
        )
    position = spec.layer_names.index(name)
    before = ("input", *spec.layer_names)[position]
    weight = np.asarray(parameters[f"{name}.weight"], np.float64)
    bias = np.asarray(parameters[f"{name}.bias"], np.float64) if found.bias else np.zeros(found.filters)
    x = np.asarray(activations[before], np.float64)
    group_filters, group_channels = found.filters // found.groups, len(x) // found.groups
    group = index // group_filters
    filters = tuple(
        Filter(f"{name} · {number + 1}", weight[number], float(bias[number]))
        for number in range(group * group_filters, (group + 1) * group_filters)
    )
    geometry = Geometry(pair(found.stride, "stride"), found.padding, "zero", pair(found.dilation, "dilation"))
    relu, pool = _followers(spec, position, seen)
    if pixel is not None and pool > 1:
        # Of a pooled pixel, the first one of its window.
        pixel = pixel[0] * pool, pixel[1] * pool
    layer = LabLayer(filters, geometry, relu=relu, pool=pool, has_bias=found.bias)
    x = x[group * group_channels : (group + 1) * group_channels]
    return Taken(layer, x, index % group_filters, pixel)


def _followers(spec: NetworkSpec, position: int, seen: str | None) -> tuple[bool, int]:
    """Whether a ReLU follows, and the side of a plain square max pooling after it, 1 for none."""
    end = position + 3 if seen is None else spec.layer_names.index(seen) + 1
    rest = list(spec.layers[position + 1 : min(end, position + 3)])
    relu = bool(rest) and isinstance(rest[0], ReLU)
    if relu:
        del rest[0]
    if not rest or not isinstance(rest[0], MaxPool2D):
        return relu, 1
    pool = rest[0]
    height, width = pair(pool.size, "size")
    stride = (height, width) if pool.stride is None else pair(pool.stride, "stride")
    plain = height == width and stride == (height, width) and pair(pool.padding, "padding", 0) == (0, 0)
    return relu, height if plain else 1
