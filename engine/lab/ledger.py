"""The ledger: how one pixel of an output channel comes about, product by product."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import ShapeError
from engine.inspect.words import MINUS, number, short_number
from engine.lab.values import LayerResult

# Sums of the same numbers in another order agree to that many figures of the largest of them.
_SURE_FIGURES = 13
_MOST_PLACES = 10
_HUGE = 1e9


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
    magnitude
        The largest finite number that was multiplied or added up: what rounding errors are measured by.
    """

    filter_index: int
    row: int
    column: int
    rows: tuple[LedgerRow, ...]
    channel_sums: tuple[float, ...]
    bias: float
    total: float
    rectified: float | None
    magnitude: float = 0.0


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
    # What has grown beyond all numbers is written as such, without a word on the terminal.
    with np.errstate(over="ignore", invalid="ignore"):
        products = patch * used
        running = products.cumsum()
        channel_sums = products.sum(axis=(1, 2))
    bias, total = result.layer.filters[index].bias, float(result.outputs[index, row, column])
    reached = np.abs(np.concatenate([products.ravel(), running, [bias, total]]))
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
        tuple(channel_sums.tolist()),
        bias,
        total,
        float(result.activated[index, row, column]) if result.layer.relu else None,
        float(reached[np.isfinite(reached)].max(initial=0.0)),
    )


def shown(value: float, digits: int, magnitude: float = 0.0) -> str:
    """Write a number of a ledger.

    Sums of the same products in another order differ in the sixteenth figure of the largest of them; rounded
    there first, both are written the same even where the next figure is a five.

    Parameters
    ----------
    value
        The number; from a thousand million on it is written with a power of ten.
    digits
        Decimals after the point.
    magnitude
        The largest number in the same ledger.
    """
    if math.isnan(value):
        return "NaN"
    rounded = _rounded(value, magnitude)
    return short_number(rounded) if _HUGE <= abs(rounded) < math.inf else number(rounded, digits)


def ledger_text(
    ledger: Ledger, digits: int = 4, *, decimal_sign: str = ".", channel_names: Sequence[str] = ()
) -> str:
    """Write a ledger as tab-separated text with a heading, for a spreadsheet.

    Parameters
    ----------
    ledger
        What to write.
    digits
        Decimals.
    decimal_sign
        The one that the person's spreadsheet reads; minus signs are plain hyphens.
    channel_names
        What the input channels are called; their numbers where there are no names.
    """

    def text(value: float) -> str:
        rounded = _rounded(value, ledger.magnitude)
        plain = f"{rounded:.{_SURE_FIGURES - 1}g}"
        if abs(rounded) < _HUGE:
            plain = number(rounded, digits).replace(MINUS, "-")
        return plain.replace(".", decimal_sign)

    lines = ["channel\trow\tcolumn\tpixel\tweight\tproduct\trunning sum"]
    for row in ledger.rows:
        name = channel_names[row.channel] if row.channel < len(channel_names) else str(row.channel + 1)
        numbers = "\t".join(text(value) for value in (row.pixel, row.weight, row.product, row.running))
        lines.append(f"{' '.join(name.split())}\t{row.row}\t{row.column}\t{numbers}")
    lines.append(f"bias\t\t\t\t\t{text(ledger.bias)}\t{text(ledger.total)}")
    if ledger.rectified is not None:
        lines.append(f"ReLU\t\t\t\t\t\t{text(ledger.rectified)}")
    return "\n".join(lines)


def _rounded(value: float, magnitude: float) -> float:
    """Round to the figures that are sure beside a number of this magnitude."""
    size = max(abs(value), magnitude)
    if not math.isfinite(size) or size < 1:
        return value if not math.isfinite(value) else round(value, _MOST_PLACES)
    places = min(_MOST_PLACES, _SURE_FIGURES - 1 - math.floor(math.log10(size)))
    # Beyond that there is nothing to round by; the largest numbers would overflow.
    return round(value, places) if size < 1e300 else value
