"""The steps from ink to the network's picture, in words and numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.drawing import PICTURE_SIDE, Preparation

INK, CROP, SCALE, CENTRE, PICTURE = range(5)
STEP_NAMES = ("ink", "crop", "scale", "centre", "28 × 28")
STEP_TIPS = (
    "The canvas as the program sees it",
    "The smallest box around the ink",
    "The box, made to fit 20 × 20 with its ratio kept",
    "Placed so that its centre of mass is the centre of 28 × 28",
    "What the network receives",
)
NOTHING_YET = "nothing drawn yet"
_SCALED_SIDE = 20


@dataclass(frozen=True, slots=True, eq=False)
class StepView:
    """What one step shows. A value: any thread.

    Parameters
    ----------
    values
        ``(h, w)``, 0 to 1.
    side
        Values per side of the square in which they are shown, in the middle.
    box
        Top, left, bottom and right of a frame in that square, in values; None without one.
    crosses_centre
        True where the centre of mass is marked.
    """

    values: NDArray[np.float32]
    side: int
    box: tuple[int, int, int, int] | None = None
    crosses_centre: bool = False


def step_view(preparation: Preparation, step: int) -> StepView:
    """Return what a step of a preparation shows; all paper when the canvas is blank."""
    if preparation.blank or step == INK:
        values = preparation.picture if preparation.blank else preparation.ink
        return StepView(values, len(values))
    if step == CROP:
        return StepView(preparation.ink, len(preparation.ink), preparation.box)
    if step == SCALE:
        frame = (PICTURE_SIDE - _SCALED_SIDE) // 2
        far = PICTURE_SIDE - frame
        return StepView(preparation.scaled, PICTURE_SIDE, (frame, frame, far, far))
    if step == CENTRE:
        top, left = preparation.shift
        rows, columns = preparation.scaled.shape
        box = (top, left, top + rows, left + columns)
        return StepView(preparation.picture, PICTURE_SIDE, box, crosses_centre=True)
    return StepView(preparation.picture, PICTURE_SIDE)


def explain(preparation: Preparation, step: int) -> str:
    """Say what a step did, with its numbers: "61 × 88 scaled to 14 × 20", width first."""
    if preparation.blank or preparation.box is None:
        return NOTHING_YET
    top, left, bottom, right = preparation.box
    side = len(preparation.ink)
    box = f"{right - left} × {bottom - top}"
    rows, columns = preparation.scaled.shape
    if step == INK:
        return f"canvas of {side} × {side}"
    if step == CROP:
        return f"box {box} of {side} × {side}"
    if step == SCALE:
        return f"{box} scaled to {columns} × {rows}"
    if step == CENTRE:
        down = preparation.shift[0] - (PICTURE_SIDE - rows) // 2
        to_right = preparation.shift[1] - (PICTURE_SIDE - columns) // 2
        return _moved(down, to_right)
    return f"{PICTURE_SIDE} × {PICTURE_SIDE} values, 0 to 1"


def _moved(down: int, to_right: int) -> str:
    moves = [
        f"{abs(count)} {way}"
        for count, way in (
            (down, "down" if down > 0 else "up"),
            (to_right, "right" if to_right > 0 else "left"),
        )
        if count
    ]
    return f"mass centred: {', '.join(moves)}" if moves else "mass centred: nothing to move"
