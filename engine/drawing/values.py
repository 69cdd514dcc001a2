"""What a drawing is: immutable values that undo, files and threads can share."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError

CANVAS_SIDE = 140
"""Pixels per side of the canvas as the engine draws it: five per pixel of an MNIST picture."""

PICTURE_SIDE = 28
"""Pixels per side of an MNIST picture."""

# A digit drawn with it over two thirds of the canvas has MNIST's stroke thickness (both 2.5 of 28
# pixels, the median along the strokes' middle) and 0.87 of the ink of MNIST's digits of its class.
DEFAULT_PEN_WIDTH = 0.09
"""Diameter of the pen as a fraction of the canvas side, to start with."""

MAX_COORDINATE = 100.0
"""A pen that is dragged out of the window leaves the canvas, but not by more than this."""

MAX_BACKDROP_SIDE = 8192

CHANNELS = 3
"""Of a coloured picture: red, green and blue."""

Colour: TypeAlias = tuple[float, float, float]
WHITE: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of the pen, from touching the canvas to leaving it. Any thread.

    Parameters
    ----------
    points
        At least one ``(x, y, width)``, as fractions of the canvas side; y points down, and width
        is the diameter of the round pen.
    erases
        True for the eraser, which takes ink away.

    Raises
    ------
    ConfigError
        If there is no point, or a number is not finite or out of all proportion.
    """

    points: tuple[tuple[float, float, float], ...]
    erases: bool = False

    def __post_init__(self) -> None:
        values = np.asarray(self.points, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != 3:
            raise ConfigError(f"A stroke needs one or more points (x, y, width), got shape {values.shape}.")
        # Written so that a NaN fails the comparison.
        if not (np.abs(values[:, :2]).max() <= MAX_COORDINATE):
            raise ConfigError(
                f"Stroke coordinates must be within ±{MAX_COORDINATE:g} canvas sides, "
                f"got {float(np.abs(values[:, :2]).max())}."
            )
        if not (values[:, 2].min() >= 0.0 and values[:, 2].max() <= 1.0):
            raise ConfigError(
                "A pen's width must be from 0 to 1 of the canvas side, "
                f"got {float(values[:, 2].min())} to {float(values[:, 2].max())}."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """A picture under the strokes. Keeps a private read-only copy of its pixels. Any thread.

    Parameters
    ----------
    pixels
        ``(h, w)`` uint8, 0 = paper, 255 = ink; or, of an exact one, ``(3, h, w)``, red, green and blue.
    exact
        True for a picture of a data set, 28 × 28, that is handed to the network unchanged as long as
        there are no strokes on it.

    Raises
    ------
    ShapeError
        If the pixels are no such array.
    """

    pixels: NDArray[np.uint8]
    exact: bool = False

    def __post_init__(self) -> None:
        pixels = self.pixels
        coloured = pixels.ndim == 3 and pixels.shape[0] == CHANNELS and self.exact
        if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or coloured) or pixels.size == 0:
            raise ShapeError(
                "A backdrop must be uint8 (h, w), or (3, 28, 28) if exact, "
                f"got {pixels.dtype} {tuple(pixels.shape)}."
            )
        if max(pixels.shape) > MAX_BACKDROP_SIDE:
            raise ShapeError(
                f"A backdrop's side must be at most {MAX_BACKDROP_SIDE} pixels, got {tuple(pixels.shape)}."
            )
        if self.exact and pixels.shape[-2:] != (PICTURE_SIDE, PICTURE_SIDE):
            raise ShapeError(f"An exact backdrop must be 28 × 28, got {tuple(pixels.shape)}.")
        private = np.array(pixels, dtype=np.uint8, order="C")
        private.flags.writeable = False
        object.__setattr__(self, "pixels", private)

    @property
    def is_coloured(self) -> bool:
        """Whether it has red, green and blue."""
        return self.pixels.ndim == 3

    @property
    def ink(self) -> NDArray[np.uint8]:
        """How much ink there is, ``(h, w)``: of a coloured one, its brightest channel."""
        return self.pixels.max(axis=0) if self.is_coloured else self.pixels


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What is on the canvas: strokes in the order they were made, over an optional backdrop.

    Parameters
    ----------
    strokes
        Oldest first; the order matters where an eraser is among them.
    backdrop
        A picture under the strokes.
    label
        The true class, where it is known.
    name
        What the program calls it: "my drawing", "digit 4711".
    colour
        Red, green and blue of the strokes, 0 to 1, for a network with three input channels.

    Raises
    ------
    ConfigError
        If the colour is not three numbers from 0 to 1.
    """

    strokes: tuple[Stroke, ...] = ()
    backdrop: Backdrop | None = None
    label: int | None = None
    name: str = ""
    colour: Colour = WHITE

    def __post_init__(self) -> None:
        if len(self.colour) != CHANNELS or not all(0 <= part <= 1 for part in self.colour):
            raise ConfigError(f"A colour must be three numbers from 0 to 1, got {self.colour}.")

    def with_stroke(self, stroke: Stroke) -> "Drawing":
        """Return the same drawing with one more stroke on top."""
        return replace(self, strokes=(*self.strokes, stroke))
