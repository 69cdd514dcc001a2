"""Pooling layers: a picture of each channel with fewer pixels."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import ConfigError
from engine.geometry import Pair, Sides, output_size, pair
from engine.layers.base import Layer, Shape, pairs_as_tuples, picture_shape


@dataclass(frozen=True)
class _Pool2D(Layer):
    """What both pooling layers share: a window of `size` that moves by `stride` (its size unless given)."""

    size: Pair
    stride: Pair | None = None
    padding: Pair = 0

    def __post_init__(self) -> None:
        pairs_as_tuples(self, "size", "stride", "padding")
        name = type(self).__name__
        size, padding = pair(self.size, f"{name}'s size"), self.sides
        if self.stride is not None:
            pair(self.stride, f"{name}'s stride")
        if any(2 * p[0] > s for p, s in zip(padding, size, strict=True)):
            raise ConfigError(
                f"{name}'s padding must be at most half its size {self.size}, got {self.padding}"
            )

    @property
    def window(self) -> tuple[int, int]:
        """Height and width of the window in pixels."""
        return pair(self.size, "size")

    @property
    def steps(self) -> tuple[int, int]:
        """Vertical and horizontal stride in pixels."""
        return self.window if self.stride is None else pair(self.stride, "stride")

    @property
    def sides(self) -> Sides:
        """Padding in pixels ((top, bottom), (left, right))."""
        ph, pw = pair(self.padding, "padding", least=0)
        return (ph, ph), (pw, pw)

    def output_shape(self, shape: Shape) -> Shape:
        c, h, w = picture_shape(type(self).__name__, shape)
        return (c, *output_size((h, w), self.window, self.steps, self.sides))


@dataclass(frozen=True)
class MaxPool2D(_Pool2D):
    """Keep the largest value under a window of `size` pixels, moved by `stride` (its size unless given)."""

    kind: ClassVar[str] = "pool"


@dataclass(frozen=True)
class AvgPool2D(_Pool2D):
    """Average under a window of `size` pixels that moves by `stride`; padded zeros count, as in PyTorch."""

    kind: ClassVar[str] = "avgpool"


@dataclass(frozen=True)
class GlobalAvgPool2D(Layer):
    """Average each channel over all its pixels: (c, h, w) to (c, 1, 1)."""

    kind: ClassVar[str] = "globalpool"

    def output_shape(self, shape: Shape) -> Shape:
        return (picture_shape("GlobalAvgPool2D", shape)[0], 1, 1)
