"""Dense and Flatten: from pictures to numbers, and weighted sums of all of them."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.layers.base import Initializer, Layer, Shape, draw_weights, known_initializer, positive


@dataclass(frozen=True)
class Dense(Layer):
    """`units` weighted sums of the whole input, each with a bias (unless `bias` is False)."""

    kind: ClassVar[str] = "dense"

    units: int
    bias: bool = True
    initial: Initializer = "he"

    def __post_init__(self) -> None:
        positive("Dense", "units", self.units)
        known_initializer("Dense", self.initial)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(f"Dense needs a flat input (put Flatten before it), got shape {shape}")
        return (self.units,)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.units, shape[0])} | ({"bias": (self.units,)} if self.bias else {})

    def initial_value(self, name: str, shape: Shape, *, rng: np.random.Generator) -> NDArray[np.float64]:
        if name == "bias":
            return np.zeros(shape)
        return draw_weights(self.initial, shape, shape[1], shape[0], rng)


@dataclass(frozen=True)
class Flatten(Layer):
    """Lay channels, rows and columns out in one row: (c, h, w) to (c · h · w,)."""

    kind: ClassVar[str] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)
