"""What every layer says about itself: its kind, its output's shape and its parameters."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError

Shape = tuple[int, ...]
Initializer = Literal["he", "glorot", "zeros", "uniform"]


@dataclass(frozen=True)
class Layer:
    """One step of a network, as an immutable description; `engine.plan` knows how to compute it.

    Shapes are those of one picture, ``(c, h, w)`` or ``(d,)``, without the batch.
    """

    kind: ClassVar[str]

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for an input of `shape`; ShapeError if it does not fit."""
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of what training changes, by name, for an input of `shape`."""
        return {}

    def state_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of what is kept beside the trained parameters, such as running statistics."""
        return {}

    def initial_value(self, name: str, shape: Shape, *, rng: np.random.Generator) -> NDArray[np.float64]:
        """Value of parameter `name` before training."""
        return np.zeros(shape)


def pairs_as_tuples(layer: Layer, *names: str) -> None:
    """Turn settings that were given as lists into tuples, so that equal layers are equal and hashable."""
    for name in names:
        if isinstance(value := getattr(layer, name), list):
            object.__setattr__(layer, name, tuple(value))


def known_initializer(layer: str, name: object) -> None:
    """Raise ConfigError unless weights can be drawn by this name."""
    if name not in get_args(Initializer):
        raise ConfigError(
            f"{layer}'s initial must be one of {', '.join(get_args(Initializer))}, got {name!r}"
        )


def positive(layer: str, name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{layer}'s {name} must be a whole number of at least 1, got {value!r}")


def between(layer: str, name: str, value: object, low: float, high: float) -> None:
    """Raise ConfigError unless `low` <= value < `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value < high:
        raise ConfigError(f"{layer}'s {name} must be at least {low} and below {high}, got {value!r}")


def picture_shape(layer: str, shape: Shape) -> tuple[int, int, int]:
    """Give `shape` as (channels, height, width); ShapeError if it is not one."""
    if len(shape) != 3:
        raise ShapeError(f"{layer} needs an input of (channels, height, width), got shape {shape}")
    return shape[0], shape[1], shape[2]


def draw_weights(
    initializer: Initializer, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator
) -> NDArray[Any]:
    """Random weights whose spread keeps signals at one size from layer to layer.

    "he": normal, variance 2 / fan_in (He et al., 2015). "glorot": uniform within ±√(6 / (fan_in + fan_out))
    (Glorot and Bengio, 2010). "uniform": within ±√(1 / fan_in), PyTorch's default. "zeros": all zero.
    """
    if initializer == "he":
        return rng.normal(0.0, (2 / fan_in) ** 0.5, shape)
    if initializer == "glorot":
        limit = (6 / (fan_in + fan_out)) ** 0.5
        return rng.uniform(-limit, limit, shape)
    if initializer == "uniform":
        return rng.uniform(-(fan_in**-0.5), fan_in**-0.5, shape)
    return np.zeros(shape)
