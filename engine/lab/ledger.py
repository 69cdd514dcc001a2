"""The ledger: how one pixel of an output channel comes about, product by product."""

from dataclasses import dataclass

import numpy as np

from engine.errors import ShapeError
from engine.inspect.words import number
from engine.lab.values import LayerResult


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One product. `row` and `column` are those of the input pixel, beyond its edges in the border."""

    channel: int
    row: int
    column: int
    pixel: float
    weight: float
    product: float
    running: float
    in_border: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """The products under a filter, channel by channel, and what becomes of them.

    Parameters
    ----------
    filter_index, row, column
        Which output pixel.
    rows
        One per weight; `running` adds up from the first row of the first channel.
    channel_sums
        What each input channel contributes.
    bias
        Added to the last running sum.
    total
        The output pixel itself, as `functional.cross_correlate2d` gives it.
    rectified
        After the ReLU; None where the layer has none.
    """

    filter_index: int
    row: int
    column: int
    rows: tuple[LedgerRow, ...]
    channel_sums: tuple[float, ...]
    bias: float
    total: float
    rectified: float | None


def make_ledger(result: LayerResult, index: int, row: int, column: int) -> Ledger:
    """Write down how the output pixel (row, column) of filter `index` comes about.

    Raises
    ------
    ShapeError
        If there is no such pixel.
    """
    n, oh, ow = result.outputs.shape
    if not (0 <= index < n and 0 <= row < oh and 0 <= column < ow):
        raise ShapeError(
            f"the output pixel must be in {n} channels of {oh} × {ow}, got channel {index}, ({row}, {column})"
        )
    geometry = result.layer.geometry
    (dh, dw), (sh, sw) = geometry.dilation, geometry.stride
    top, left = result.corner(row, column)
    used = result.used[index]
    c, kh, kw = used.shape
    h, w = result.input.shape[1:]
    patch = result.padded[
        :, row * sh : row * sh + dh * (kh - 1) + 1 : dh, column * sw : column * sw + dw * (kw - 1) + 1 : dw
    ]
    products = patch * used
    running = products.cumsum()
    rows = tuple(
        LedgerRow(
            channel,
            y := top + i * dh,
            x := left + j * dw,
            float(patch[channel, i, j]),
            float(used[channel, i, j]),
            float(products[channel, i, j]),
            float(running[place]),
            not (0 <= y < h and 0 <= x < w),
        )
        for place, (channel, i, j) in enumerate(np.ndindex(c, kh, kw))
    )
    return Ledger(
        index,
        row,
        column,
        rows,
        tuple(products.sum(axis=(1, 2)).tolist()),
        result.layer.filters[index].bias,
        float(result.outputs[index, row, column]),
        float(result.activated[index, row, column]) if result.layer.relu else None,
    )


def shown(value: float, digits: int) -> str:
    """Write a number of a ledger.

    Sums of the same products in another order differ in the sixteenth figure; rounded there first, both are
    written the same even where the next figure is a five.
    """
    return number(round(value, 10), digits)


def ledger_text(ledger: Ledger, digits: int = 4) -> str:
    """Write a ledger as tab-separated text with a heading, for a spreadsheet."""
    lines = ["channel\trow\tcolumn\tpixel\tweight\tproduct\trunning sum"]
    for row in ledger.rows:
        figures = (row.pixel, row.weight, row.product, row.running)
        numbers = "\t".join(shown(value, digits) for value in figures)
        lines.append(f"{row.channel + 1}\t{row.row}\t{row.column}\t{numbers}")
    lines.append(f"bias\t\t\t\t\t{shown(ledger.bias, digits)}\t{shown(ledger.total, digits)}")
    if ledger.rectified is not None:
        lines.append(f"ReLU\t\t\t\t\t\t{shown(ledger.rectified, digits)}")
    return "\n".join(lines)
