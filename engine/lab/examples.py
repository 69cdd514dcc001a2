"""What Convolve begins with: the four edge filters, and a seven for them to look at."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.datasets import embedded_digits
from engine.kernels import FOUR_EDGES, kernel
from engine.lab.values import Filter, LabLayer

# A test digit with a straight horizontal bar and a stem that is clear of it.
SEVEN_INDEX = 398


def hundredths(picture: ArrayLike) -> NDArray[Any]:
    """Round pixels to two decimals: what is written of them is then all of them, and sums can be checked."""
    return np.asarray(picture, np.float64).round(2)


def is_hundredths(picture: NDArray[Any]) -> bool:
    """Tell whether all pixels can be written with two decimals."""
    return bool(np.array_equal(picture, picture.round(2)))


def example_seven() -> NDArray[Any]:
    """Give a handwritten seven of the embedded test digits, ``(1, 28, 28)`` in hundredths, 0 to 1."""
    return hundredths(embedded_digits().test.pictures[SEVEN_INDEX] / 255)


def four_edges(channels: int = 1) -> LabLayer:
    """Make a layer of the four edge filters; with several input channels each slice is the same."""
    filters = []
    for key in FOUR_EDGES:
        named = kernel(key)
        filters.append(Filter(named.name, np.repeat(named.values[None], channels, axis=0)))
    return LabLayer(tuple(filters))
