"""The values of the lab: filters, layers, and what they make of a picture."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.geometry import Padding, Sides

Array: TypeAlias = NDArray[Any]
Border: TypeAlias = Literal["zero", "reflect", "replicate"]
Operation: TypeAlias = Literal["correlation", "convolution"]

LARGEST_KERNEL = 11


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """One filter: a slice for each input channel, and a bias. A value.

    Parameters
    ----------
    name
        What it is called: "top edge".
    weight
        ``(input channels, kh, kw)``; a private, read-only float64 copy is kept.
    bias
        Added at each position.

    Raises
    ------
    ShapeError
        If `weight` has not three axes, or a side of more than `LARGEST_KERNEL`.
    ConfigError
        If a number is not finite.
    """

    name: str
    weight: Array
    bias: float = 0.0

    def __post_init__(self) -> None:
        weight = np.array(self.weight, np.float64)
        if weight.ndim != 3 or not weight.size or max(weight.shape[1:]) > LARGEST_KERNEL:
            raise ShapeError(
                "a filter must be (input channels, height, width) with sides of 1 to "
                f"{LARGEST_KERNEL}, got shape {weight.shape}"
            )
        if not (np.isfinite(weight).all() and np.isfinite(self.bias)):
            raise ConfigError(f"a filter must have finite numbers, got {self.name} with others")
        weight.flags.writeable = False
        object.__setattr__(self, "weight", weight)


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a filter slides: all in pixels, (vertical, horizontal)."""

    stride: tuple[int, int] = (1, 1)
    padding: Padding = "valid"
    border: Border = "zero"
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class LabLayer:
    """A convolution and what follows it.

    Parameters
    ----------
    filters
        At least one; all weights of the same shape.
    geometry, operation
        How they slide, and whether they are turned by 180° first ("convolution").
    relu
        Whether what is negative becomes 0.
    pool
        Side and stride of the max pooling that follows; 1 for none.
    takes
        The channel of what comes before that is this layer's only input; None: all of them.
    has_bias
        Whether its filters have biases to learn; those of filters without one are 0.
    """

    filters: tuple[Filter, ...]
    geometry: Geometry = field(default_factory=Geometry)
    operation: Operation = "correlation"
    relu: bool = False
    pool: int = 1
    takes: int | None = None
    has_bias: bool = True

    def __post_init__(self) -> None:
        shapes = {one.weight.shape for one in self.filters}
        if len(shapes) != 1:
            raise ShapeError(
                f"a layer must have filters of one shape, got {', '.join(map(str, sorted(shapes))) or 'none'}"
            )

    @property
    def weight(self) -> Array:
        """All filters, ``(filters, input channels, kh, kw)``, as they were given."""
        return np.stack([one.weight for one in self.filters])

    @property
    def bias(self) -> Array:
        """All biases, ``(filters,)``."""
        return np.array([one.bias for one in self.filters])

    def used_weight(self, one: Filter) -> Array:
        """The weights of a filter as they are multiplied: turned by 180° in a convolution."""
        return one.weight[:, ::-1, ::-1] if self.operation == "convolution" else one.weight

    @property
    def weight_count(self) -> int:
        """Numbers to learn: weights and biases."""
        return sum(one.weight.size + self.has_bias for one in self.filters)


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """Everything that is set on Convolve but the picture: a chain of layers.

    `channels_on` says which of the picture's channels count; those that are off are zeros.
    """

    layers: tuple[LabLayer, ...]
    channels_on: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LayerResult:
    """What one layer makes of its input; all arrays read-only float64.

    Parameters
    ----------
    layer
        The layer.
    input
        ``(c, h, w)``.
    padded, sides
        The input with its border, ``(c, H, W)``, and how wide that is, ((top, bottom), (left, right)).
    used
        The weights that are multiplied, ``(n, c, kh, kw)``: turned by 180° in a convolution.
    outputs
        Output channels with the bias, ``(n, oh, ow)``.
    activated
        After ReLU, the same as `outputs` without one.
    passed
        What goes on to the next layer: after pooling, ``(n, ph, pw)``.
    winners
        ``(n, oh, ow)``, True where a pixel won its pooling window; None without pooling.
    """

    layer: LabLayer
    input: Array
    padded: Array
    sides: Sides
    used: Array
    outputs: Array
    activated: Array
    passed: Array
    winners: NDArray[np.bool_] | None

    @property
    def positions(self) -> tuple[int, int]:
        """Rows and columns of an output channel."""
        return self.outputs.shape[1], self.outputs.shape[2]

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Where the filter's first weight lies for an output pixel, in input pixels; negative in a border."""
        (top, _), (left, _) = self.sides
        sh, sw = self.layer.geometry.stride
        return row * sh - top, column * sw - left


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What a setup makes of a picture: as many layers as fit, and one sentence where one does not."""

    picture: Array
    layers: tuple[LayerResult, ...]
    problem: str = ""
