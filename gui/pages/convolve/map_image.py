"""One map of numbers as a picture, one pixel per number."""

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
    strength = np.nan_to_num(values / scale, nan=0.0, posinf=1.0, neginf=low).clip(low, 1.0)
    entries: NDArray[np.uint8] = (strength * reach + (zero + 0.5)).astype(np.uint8)
    return entries


def map_image(values: NDArray[Any], lut: Lut, scale: float, *, signed: bool) -> QImage:
    """Colour a map ``(rows, columns)``; the picture keeps its own copy of the pixels."""
    rgba = np.ascontiguousarray(lut[map_entries(values, scale, signed=signed)])
    rows, columns = values.shape
    return QImage(rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).convertToFormat(
        QImage.Format.Format_ARGB32_Premultiplied
    )
