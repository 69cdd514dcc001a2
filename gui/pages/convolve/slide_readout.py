"""What the slide says of the cell under the mouse, and its numbers as text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.words import number
from gui.numbers import localised
from gui.pages.convolve.slide_layout import Hit
from gui.pages.convolve.slide_painting import SlideView

_DIGITS = 4
_SURE_DECIMALS = 12
_BORDERS = {"zero": "border of zeros", "reflect": "mirrored border", "replicate": "repeated border"}


def readout(view: SlideView, hit: Hit, corner: tuple[int, int], filled: int) -> str:
    """Tell a cell in words: "red · (8, 12) = 0.7843 × −1.0000".

    Parameters
    ----------
    view
        What is shown.
    hit
        The cell.
    corner
        The input pixel under the filter's first weight, whose covered cells are told with their weights.
    filled
        The last output pixel that is computed.
    """
    where = f"({localised(number(hit.row, 0))}, {localised(number(hit.column, 0))})"
    if hit.kind == "input":
        return _input_readout(view, hit, corner, where)
    name = view.look.output_name
    if hit.kind == "part":
        name = f"from {view.look.input_name(hit.channel)}"
    values = view.parts[hit.channel] if hit.kind == "part" and view.parts is not None else view.output
    if hit.row * values.shape[1] + hit.column > filled or (hit.kind == "part" and view.parts is None):
        return f"{name} · {where} is not computed yet"
    text = f"{name} · {where} = {_written(float(values[hit.row, hit.column]))}"
    winners = view.result.winners
    if hit.kind == "output" and winners is not None and winners[view.index, hit.row, hit.column]:
        text += " · wins its pooling window"
    return text


def numbers_of(view: SlideView, hit: Hit | None) -> str:
    """Write the picture under the mouse as tab-separated rows, the output channel beside all pictures."""
    values: NDArray[Any] = view.output
    if hit is not None and hit.kind == "input":
        values = view.result.input[hit.channel]
    elif hit is not None and hit.kind == "part" and view.parts is not None:
        values = view.parts[hit.channel]
    # What is left of sums that are zero is no number to copy.
    rows = (np.asarray(values).round(_SURE_DECIMALS) + 0.0).tolist()
    return "\n".join("\t".join(f"{value:.6g}" for value in row) for row in rows)


def _input_readout(view: SlideView, hit: Hit, corner: tuple[int, int], where: str) -> str:
    (top, _), (left, _) = view.result.sides
    value = float(view.result.padded[hit.channel, hit.row + top, hit.column + left])
    text = f"{view.look.input_name(hit.channel)} · {where} = {_written(value)}"
    weights = view.result.used[view.index, hit.channel]
    dh, dw = view.result.layer.geometry.dilation
    (i, row_rest), (j, column_rest) = divmod(hit.row - corner[0], dh), divmod(hit.column - corner[1], dw)
    if not row_rest and not column_rest and 0 <= i < weights.shape[0] and 0 <= j < weights.shape[1]:
        text += f" × {_written(float(weights[i, j]))}"
    _, h, w = view.result.input.shape
    if not (0 <= hit.row < h and 0 <= hit.column < w):
        text += f" · {_BORDERS[view.result.layer.geometry.border]}"
    return text


def _written(value: float) -> str:
    return localised(number(value, _DIGITS))
