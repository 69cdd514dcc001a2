"""The size of an output channel, with the actual numbers in the formula."""

from dataclasses import dataclass

from engine.errors import ShapeError
from engine.geometry import output_size, resolve_padding
from engine.inspect.words import number, plural
from engine.lab.values import Geometry


@dataclass(frozen=True, slots=True)
class SizeFormula:
    """The formula for rows or columns in words.

    Parameters
    ----------
    text
        ``(28 + 1 + 1 − 3) / 1 + 1 = 28``; with dilation the span of the filter is worked out first.
    size
        Output pixels; 0 where not even one fits.
    left_over
        Pixels at the end, of the padded input, that no position covers.
    """

    text: str
    size: int
    left_over: int


def size_formulas(
    size: tuple[int, int], kernel: tuple[int, int], geometry: Geometry
) -> tuple[SizeFormula, SizeFormula]:
    """Fill in the formula for rows and for columns: ``(size + padding − span) / stride + 1``."""
    sides = resolve_padding(geometry.padding, size, kernel, geometry.stride, geometry.dilation)
    formulas = [
        _formula(*numbers)
        for numbers in zip(size, kernel, sides, geometry.stride, geometry.dilation, strict=True)
    ]
    return formulas[0], formulas[1]


def _formula(size: int, kernel: int, sides: tuple[int, int], stride: int, dilation: int) -> SizeFormula:
    span = dilation * (kernel - 1) + 1
    padding = "".join(f" + {side}" for side in sides if side)
    spanned = str(kernel) if dilation == 1 else f"({dilation} × ({kernel} − 1) + 1)"
    steps = size + sum(sides) - span
    try:
        count, _ = output_size((size, 1), (kernel, 1), (stride, 1), (sides, (0, 0)), (dilation, 1))
    except ShapeError:
        return SizeFormula(f"{size}{padding} − {spanned} is below 0: the filter does not fit", 0, 0)
    left_over = steps % stride
    down = f" = {number(steps / stride, 2)}, rounded down, + 1" if left_over else " + 1"
    middle = f"({size}{padding} − {spanned}) / {stride}{down}"
    return SizeFormula(f"{middle} = {count}", count, left_over)


def left_over_sentence(rows: SizeFormula, columns: SizeFormula) -> str:
    """Explain a division that leaves a rest; "" where both come out even."""
    parts = [
        f"the last {one if formula.left_over == 1 else plural(formula.left_over, one)}"
        for formula, one in ((rows, "row"), (columns, "column"))
        if formula.left_over
    ]
    if not parts:
        return ""
    return (
        "There is a remainder: one more step would not fit, so no output pixel sees "
        f"{' and '.join(parts)} of the input with its border."
    )
