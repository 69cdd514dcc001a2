"""Colour tables of the display: perceptually even ramps, made in OKLab.

Signed tables have 127 as zero, 0 and 254 as full strength; one-sided tables run from 0 to 254.
Entry 255 is transparent everywhere: it is the gap between tiles.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rgb: TypeAlias = tuple[int, int, int]
Lut: TypeAlias = NDArray[np.uint8]

ZERO_INDEX = 127
FULL_INDEX = 254
GAP_INDEX = 255

# Björn Ottosson, "A perceptual color space for image processing" (2020).
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Turn sRGB bytes into OKLab.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., 3)

    Returns
    -------
    ndarray of float64, shape (..., 3)
        Lightness 0..1, then the green-red and the blue-yellow axis.
    """
    value = rgb.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def srgb(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Turn OKLab, shape (..., 3), into the nearest sRGB bytes of the same shape."""
    linear = ((lab @ np.linalg.inv(_TO_LAB).T) ** 3) @ np.linalg.inv(_TO_LMS).T
    linear = linear.clip(0, 1)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    rgb: NDArray[np.uint8] = np.rint(value * 255).astype(np.uint8)
    return rgb


def ramp(start: Rgb, end: Rgb, entries: int) -> NDArray[np.uint8]:
    """Make an even ramp from `start` to `end`, both included, shape (entries, 3)."""
    first, last = oklab(np.array([start, end], np.uint8))
    share = np.linspace(0, 1, entries)[:, None]
    return srgb(first + share * (last - first))


def one_sided_lut(zero: Rgb, full: Rgb) -> Lut:
    """Make the table of a map without negative values: `zero` at 0, `full` at 254.

    Returns
    -------
    ndarray of uint8, shape (256, 4), read-only
        RGBA; entry 255 is transparent.
    """
    return _finished(ramp(zero, full, FULL_INDEX + 1))


def diverging_lut(negative: Rgb, zero: Rgb, positive: Rgb) -> Lut:
    """Make the table of a signed map: `negative` at 0, `zero` at 127, `positive` at 254.

    Returns
    -------
    ndarray of uint8, shape (256, 4), read-only
        RGBA; entry 255 is transparent.
    """
    below = ramp(negative, zero, ZERO_INDEX + 1)
    above = ramp(zero, positive, ZERO_INDEX + 1)
    return _finished(np.concatenate([below, above[1:]]))


def _finished(colours: NDArray[np.uint8]) -> Lut:
    lut = np.zeros((256, 4), np.uint8)
    lut[: FULL_INDEX + 1, :3] = colours
    lut[: FULL_INDEX + 1, 3] = 255
    lut.flags.writeable = False
    return lut
