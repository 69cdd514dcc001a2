"""Maps of numbers as pictures, one pixel per number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.palettes import FULL_INDEX, ZERO_INDEX, Lut


def map_entries(values: NDArray[Any], scale: float, *, signed: bool) -> NDArray[np.uint8]:
    """Turn numbers of any shape into entries of a colour table.

    Signed tables have zero at 127 and ±`scale` at 254 and 0, others 0 at 0 and `scale` at 254. What is beyond
    is drawn at full strength, what is not a number as zero.
    """
    low, reach, zero = (-1.0, FULL_INDEX - ZERO_INDEX, ZERO_INDEX) if signed else (0.0, FULL_INDEX, 0)
    with np.errstate(over="ignore"):
        strength = np.clip(values / scale, low, 1.0)
    strength[np.isnan(strength)] = 0.0
    entries: NDArray[np.uint8] = (strength * reach + (zero + 0.5)).astype(np.uint8)
    return entries


def map_image(values: NDArray[Any], lut: Lut, scale: float, *, signed: bool) -> QImage:
    """Colour a map ``(rows, columns)``; the picture keeps its own copy of the pixels."""
    return entry_images(map_entries(values[None], scale, signed=signed), lut)[0]


def entry_images(entries: NDArray[np.uint8], lut: Lut) -> list[QImage]:
    """Colour maps ``(n, rows, columns)`` of entries of a colour table; each picture keeps its own pixels."""
    # Four bytes at a time: many times as fast as lut[entries].
    rgba = lut.view(np.uint32)[:, 0].take(entries)
    _, rows, columns = entries.shape
    source, target = QImage.Format.Format_RGBA8888, QImage.Format.Format_ARGB32_Premultiplied
    return [QImage(one.data, columns, rows, 4 * columns, source).convertToFormat(target) for one in rgba]
