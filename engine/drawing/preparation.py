"""The steps from ink to an MNIST picture: crop, scale, centre of mass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.drawing.raster import rasterize
from engine.drawing.resampling import fit_into_square, fitted_size, resize
from engine.drawing.values import CANVAS_SIDE, CHANNELS, PICTURE_SIDE, Drawing

_DIGIT_SIDE = 20
# Where MNIST has the centre of mass: in all its digits within half a pixel of index 14.
_CENTRE = 14

# Less ink than a spot of 2 × 2 pixels of 140 × 140, or none darker than this, is no ink: what an
# eraser leaves at its edge, or a pen of no width.
_BLANK_AREA = 2e-4
_VISIBLE = 0.25
# The bounding box is that of ink darker than this, just under the lightest grey of a data set.
_FAINT = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """Every step from a drawing to what the network receives. Read-only arrays; any thread.

    Parameters
    ----------
    ink
        ``(side, side)`` float32, the canvas, 0 = paper, 1 = ink.
    box
        Top, left, bottom and right (the last two exclusive) of the ink in canvas pixels; None
        when blank.
    scaled
        ``(h, w)`` float32, what is in the box, ratio kept, longer side 20; ``(0, 0)`` when blank.
    shift
        Row and column of the 28 × 28 picture at which the scaled one's top left corner is put, so
        that the centre of mass is the centre.
    picture
        ``(28, 28)`` float32, 0 to 1: what the network receives.
    blank
        True where there is no ink to speak of; then the picture is all paper.
    """

    ink: NDArray[np.float32]
    box: tuple[int, int, int, int] | None
    scaled: NDArray[np.float32]
    shift: tuple[int, int]
    picture: NDArray[np.float32]
    blank: bool

    def __post_init__(self) -> None:
        for array in (self.ink, self.scaled, self.picture):
            array.flags.writeable = False


def prepare(drawing: Drawing) -> Preparation:
    """Turn a drawing into an MNIST picture, the way MNIST was made. Any thread.

    The bounding box of the ink is scaled into 20 × 20 with its ratio kept, each new pixel the
    mean of the area it covers, and placed by whole pixels so that its centre of mass is the centre
    of 28 × 28. Where that would cut ink off, it is placed as near as possible instead. A data set's
    digit without strokes is handed on unchanged.

    Parameters
    ----------
    drawing
        What is on the canvas.

    Returns
    -------
    Preparation
        The picture and the steps to it.
    """
    ink = rasterize(drawing, CANVAS_SIDE)
    box = _ink_box(ink)
    if box is None or ink.max() < _VISIBLE or ink.mean() < _BLANK_AREA:
        nothing = np.zeros((0, 0), dtype=np.float32)
        paper = np.zeros((PICTURE_SIDE, PICTURE_SIDE), dtype=np.float32)
        return Preparation(ink, None, nothing, (0, 0), paper, blank=True)
    if drawing.backdrop is not None and drawing.backdrop.exact and not drawing.strokes:
        return _unchanged(ink, box, drawing.backdrop.ink)
    top, left, bottom, right = box
    rows, columns = fitted_size(bottom - top, right - left, _DIGIT_SIDE)
    scaled = resize(ink[top:bottom, left:right], rows, columns)
    shift = (_place(scaled.sum(axis=1)), _place(scaled.sum(axis=0)))
    picture = np.zeros((PICTURE_SIDE, PICTURE_SIDE), dtype=np.float32)
    picture[shift[0] : shift[0] + rows, shift[1] : shift[1] + columns] = scaled
    return Preparation(ink, box, scaled, shift, picture, blank=False)


def as_received(drawing: Drawing, preparation: Preparation, channels: int) -> NDArray[np.float32]:
    """Give the picture that a network of so many input channels receives, ``(channels, 28, 28)``.

    With three channels, red, green and blue: strokes in the drawing's colour, over a coloured backdrop where
    there is one. Otherwise each channel has the same grey.

    Parameters
    ----------
    drawing, preparation
        What is on the canvas, and what `prepare` makes of it.
    channels
        Of the network's input.
    """
    backdrop = drawing.backdrop
    if channels != CHANNELS:
        return np.repeat(preparation.picture[None], channels, axis=0)
    if backdrop is None or not backdrop.is_coloured:
        return preparation.picture * np.array(drawing.colour, np.float32)[:, None, None]
    if not drawing.strokes:
        return backdrop.pixels.astype(np.float32) / np.float32(255)
    if preparation.box is None:
        return np.zeros((channels, PICTURE_SIDE, PICTURE_SIDE), np.float32)
    top, left, bottom, right = preparation.box
    ground = rasterize(Drawing(backdrop=backdrop), CANVAS_SIDE)
    strokes = rasterize(Drawing(drawing.strokes), CANVAS_SIDE)[top:bottom, left:right]
    # What an eraser took away of the backdrop is gone in each of its channels.
    left_over = np.minimum(preparation.ink / np.maximum(ground, np.float32(1e-6)), 1)
    rows, columns = preparation.scaled.shape
    row, column = preparation.shift
    received = np.zeros((channels, PICTURE_SIDE, PICTURE_SIDE), np.float32)
    for channel, (pixels, part) in enumerate(zip(backdrop.pixels, drawing.colour, strict=True)):
        light = fit_into_square(pixels.astype(np.float32) / np.float32(255), CANVAS_SIDE) * left_over
        mixed = light[top:bottom, left:right] * (1 - strokes) + np.float32(part) * strokes
        received[channel, row : row + rows, column : column + columns] = resize(mixed, rows, columns)
    return received


def _unchanged(
    ink: NDArray[np.float32], box: tuple[int, int, int, int], pixels: NDArray[np.uint8]
) -> Preparation:
    """Describe a digit of a data set in the same steps; its picture is its pixels."""
    picture = pixels.astype(np.float32) / np.float32(255)
    small = _ink_box(picture)
    assert small is not None
    top, left, bottom, right = small
    scaled = picture[top:bottom, left:right].copy()
    return Preparation(ink, box, scaled, (top, left), picture, blank=False)


def _ink_box(ink: NDArray[np.float32]) -> tuple[int, int, int, int] | None:
    visible = ink > _FAINT
    rows = np.flatnonzero(visible.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(visible.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _place(profile: NDArray[np.float32]) -> int:
    """Return the index at which a profile of ink starts, so that its mean is at the centre."""
    mean = float(profile @ np.arange(len(profile), dtype=np.float32) / profile.sum())
    return min(max(round(_CENTRE - mean), 0), PICTURE_SIDE - len(profile))
