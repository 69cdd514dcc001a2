"""Layers that make training steadier: batch normalisation and dropout."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Layer, Shape, between, picture_shape


@dataclass(frozen=True)
class BatchNorm2D(Layer):
    """Normalise each channel over the batch, then scale and shift it by learned numbers.

    In training by the batch's own mean and variance, which also move the running ones by `momentum`
    (running = (1 − momentum) · running + momentum · batch, with the unbiased variance, as in PyTorch);
    afterwards by the running ones. Source: Ioffe and Szegedy (2015).
    """

    kind: ClassVar[str] = "batchnorm"

    momentum: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        between("BatchNorm2D", "momentum", self.momentum, 0.0, 1.0)
        between("BatchNorm2D", "epsilon", self.epsilon, 1e-12, 1.0)

    def output_shape(self, shape: Shape) -> Shape:
        return picture_shape("BatchNorm2D", shape)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"scale": (shape[0],), "shift": (shape[0],)}

    def state_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": (shape[0],), "running_variance": (shape[0],)}

    def initial_value(self, name: str, shape: Shape, *, rng: np.random.Generator) -> NDArray[np.float64]:
        return np.ones(shape) if name in ("scale", "running_variance") else np.zeros(shape)


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, set each number to zero with probability `rate` and scale up the rest."""

    kind: ClassVar[str] = "dropout"

    rate: float = 0.5

    def __post_init__(self) -> None:
        between("Dropout", "rate", self.rate, 0.0, 1.0)
