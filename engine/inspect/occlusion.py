"""What a network answers when a square of its picture is covered: at one place, along its row and column."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.network import Network

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Patch:
    """A square that is laid over a picture.

    `row` and `column` are those of its middle pixel, right and below of the middle where `side` is even; the
    square may hang over the edge. `side` is in pixels, and `fill` is what it is covered with: 0 is paper.

    Raises
    ------
    ConfigError
        If the square has no pixel.
    """

    row: int
    column: int
    side: int = 5
    fill: float = 0.0

    def __post_init__(self) -> None:
        if self.side < 1:
            raise ConfigError(f"a patch needs a side of at least 1 pixel, got {self.side}")

    @property
    def top(self) -> int:
        """Row of the upper left pixel, which may lie outside the picture."""
        return self.row - self.side // 2

    @property
    def left(self) -> int:
        """Column of the upper left pixel, which may lie outside the picture."""
        return self.column - self.side // 2

    def at(self, row: int, column: int, size: tuple[int, int]) -> Self:
        """Move the middle to a pixel, or to the nearest one of a picture of `size`, ``(h, w)``."""
        height, width = size
        return replace(self, row=min(max(row, 0), height - 1), column=min(max(column, 0), width - 1))


def covered(picture: Array, tops: Sequence[int], lefts: Sequence[int], side: int, fill: float) -> Array:
    """Copy a picture ``(c, h, w)`` once for each place and cover a square of each copy.

    Parameters
    ----------
    picture
        Stays as it is.
    tops, lefts
        The place of the square's upper left pixel in each copy; it may lie outside the picture.
    side, fill
        Of the square, in pixels, and what it is covered with.

    Returns
    -------
    ``(places, c, h, w)``.

    Raises
    ------
    ShapeError
        If there is not one left for each top.
    """
    if len(tops) != len(lefts):
        raise ShapeError(f"a place needs a top and a left, got {len(tops)} tops and {len(lefts)} lefts")
    copies = np.repeat(picture[None], len(tops), axis=0)
    for copy, top, left in zip(copies, tops, lefts, strict=True):
        # A negative end would be counted from the far edge.
        copy[:, max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)] = fill
    return copies


def logits_under(network: Network, picture: Array, patch: Patch) -> Array:
    """Ask a network about a picture ``(c, h, w)`` with a patch on it: logits ``(classes,)``."""
    return network.forward(covered(picture, [patch.top], [patch.left], patch.side, patch.fill))[0]


@dataclass(frozen=True, slots=True, eq=False)
class Cross:
    """The answers while a patch goes along its row, and along its column.

    ``along_row``, ``(w, classes)``, holds the logits with the patch's middle in each column of its row, and
    ``along_column``, ``(h, classes)``, those with it in each row of its column.
    """

    along_row: Array
    along_column: Array


def cross(network: Network, picture: Array, patch: Patch) -> Cross:
    """Move a patch through all columns of its row and all rows of its column, and ask at each place.

    Parameters
    ----------
    network
        Which network answers, in one call.
    picture
        ``(c, h, w)``, what is covered.
    patch
        Where the two lines cross.
    """
    _, height, width = picture.shape
    half = patch.side // 2
    tops = [patch.top] * width + [row - half for row in range(height)]
    lefts = [column - half for column in range(width)] + [patch.left] * height
    logits = network.forward(covered(picture, tops, lefts, patch.side, patch.fill))
    return Cross(logits[:width], logits[width:])
