"""Numbers and shapes as the program writes them: true minus signs, thin spaces, units apart."""

import math
from collections.abc import Sequence

MINUS = "−"
THIN_SPACE = "\u202f"

RGB = ("red", "green", "blue")
"""The channels of a coloured picture, in order."""


def number(value: float, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals: ``−0.02``; zero never has a sign.

    Parameters
    ----------
    value : float
        The number; what is not finite is written ``not a number`` or ``±∞``.
    digits : int
        Decimals after the point.
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{abs(value):.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) != 0 else text


def short_number(value: float) -> str:
    """Write a number with about three figures that matter, for ranges of unknown size."""
    if not math.isfinite(value) or value == 0:
        return number(value, 0)
    size = abs(value)
    if size >= 10_000 or size < 0.001:
        mantissa, exponent = f"{size:.1e}".split("e")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{MINUS if value < 0 else ''}{mantissa} × 10{power}"
    return number(value, 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 0.1 else 4)


def grouped(value: int) -> str:
    """Write a whole number in groups of three with thin spaces: ``1 240``."""
    text = f"{abs(value):,}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if value < 0 else text


def percent(fraction: float, digits: int = 0) -> str:
    """Write a fraction from 0 to 1 as a percentage: ``41 %``."""
    return f"{number(100 * fraction, digits)}{THIN_SPACE}%"


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape: ``8×26×26``."""
    return "×".join(str(size) for size in shape)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``1 filter``, ``8 filters``."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Write a time as minutes and seconds, or hours before that: ``0:04``, ``1:02:09``."""
    whole = max(0, math.ceil(seconds))
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def rate(per_second: float) -> str:
    """Write a rate in few figures: ``820``, ``31.2k``, ``1.4M``."""
    if per_second >= 999_500:
        return f"{per_second / 1e6:.1f}M"
    if per_second >= 999.5:
        return f"{per_second / 1e3:.1f}k"
    return f"{max(0.0, per_second):.0f}"
