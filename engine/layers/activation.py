"""Layers that change each number by itself."""

from dataclasses import dataclass
from typing import ClassVar

from engine.layers.base import Layer, between


@dataclass(frozen=True)
class ReLU(Layer):
    """Keep what is positive, make the rest zero."""

    kind: ClassVar[str] = "relu"


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """Keep what is positive, multiply the rest by `slope`."""

    kind: ClassVar[str] = "leakyrelu"

    slope: float = 0.01

    def __post_init__(self) -> None:
        between("LeakyReLU", "slope", self.slope, 0.0, 1.0)


@dataclass(frozen=True)
class Sigmoid(Layer):
    """1 / (1 + e⁻ˣ): between 0 and 1."""

    kind: ClassVar[str] = "sigmoid"


@dataclass(frozen=True)
class Tanh(Layer):
    """Hyperbolic tangent: between −1 and 1."""

    kind: ClassVar[str] = "tanh"
