"""The convolution layer: filters that slide over their input's channels."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.geometry import Padding, Pair, Sides, output_size, pair, resolve_padding
from engine.layers.base import (
    Initializer,
    Layer,
    Shape,
    draw_weights,
    known_initializer,
    pairs_as_tuples,
    picture_shape,
    positive,
)


@dataclass(frozen=True)
class Conv2D(Layer):
    """`filters` filters slide over the input; each makes one output channel.

    Parameters
    ----------
    filters
        Number of filters, which is the number of output channels.
    kernel_size
        Height and width of a filter in pixels, one number or a pair.
    stride, dilation
        In pixels, one number or (vertical, horizontal).
    padding
        Pixels of zeros per side, one number or a pair, or "valid" (none) or "same" (``ceil(size / stride)``).
    groups
        Channels and filters are cut into this many groups that do not see each other.
    bias
        Whether each filter adds a number of its own.
    initial
        How the weights are drawn: "he", "glorot", "uniform" or "zeros".
    """

    kind: ClassVar[str] = "conv"

    filters: int
    kernel_size: Pair
    stride: Pair = 1
    padding: Padding = "valid"
    dilation: Pair = 1
    groups: int = 1
    bias: bool = True
    initial: Initializer = "he"

    def __post_init__(self) -> None:
        pairs_as_tuples(self, "kernel_size", "stride", "padding", "dilation")
        positive("Conv2D", "filters", self.filters)
        positive("Conv2D", "groups", self.groups)
        pair(self.kernel_size, "Conv2D's kernel_size")
        pair(self.stride, "Conv2D's stride")
        pair(self.dilation, "Conv2D's dilation")
        resolve_padding(self.padding, (1, 1), (1, 1), 1, 1)
        known_initializer("Conv2D", self.initial)
        if self.filters % self.groups:
            raise ConfigError(f"Conv2D's groups must divide its {self.filters} filters, got {self.groups}")

    @property
    def kernel(self) -> tuple[int, int]:
        """Height and width of a filter in pixels."""
        return pair(self.kernel_size, "kernel_size")

    def sides(self, shape: Shape) -> Sides:
        """Padding in pixels ((top, bottom), (left, right)) for an input of `shape`."""
        return resolve_padding(self.padding, shape[1:], self.kernel, self.stride, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        c, h, w = picture_shape("Conv2D", shape)
        if c % self.groups:
            raise ShapeError(f"Conv2D's groups must divide its input's {c} channels, got {self.groups}")
        size = output_size((h, w), self.kernel, self.stride, self.sides(shape), self.dilation)
        return (self.filters, *size)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        weight: Shape = (self.filters, shape[0] // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.filters,)} if self.bias else {})

    def initial_value(self, name: str, shape: Shape, *, rng: np.random.Generator) -> NDArray[np.float64]:
        if name == "bias":
            return np.zeros(shape)
        fan_out = self.filters // self.groups * prod(self.kernel)
        return draw_weights(self.initial, shape, prod(shape[1:]), fan_out, rng)
