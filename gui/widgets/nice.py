"""Round distances between the numbers of an axis."""

import math


def nice_step(span: float, most: int) -> float:
    """Choose the distance 1, 2 or 5 times a power of ten that divides `span` at most `most` times.

    Parameters
    ----------
    span : float
        The length of the axis, above 0.
    most : int
        How many distances have room on it.
    """
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(step * power for step in (1, 2, 5, 10) if span <= most * step * power)
