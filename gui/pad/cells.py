"""Small pictures, in the colours of ink and paper or in their own, with square cells on device pixels."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.palettes import FULL_INDEX, Lut


def picture_image(picture: NDArray[np.float32] | NDArray[np.uint8], lut: Lut) -> QImage:
    """Colour a picture, one image pixel per value.

    Parameters
    ----------
    picture
        ``(h, w)``: float 0 to 1 or uint8 0 to 255, where the largest value is ink; or ``(3, h, w)``, which
        has its own colours.
    lut
        ``(256, 4)`` uint8, the theme's `picture_lut`.

    Returns
    -------
    QImage
        It owns its memory.
    """
    full = 255 if picture.dtype == np.uint8 else 1
    share = picture.astype(np.float32).clip(0, full) / np.float32(full)
    if picture.ndim == 3:
        opaque = np.ones((1, *picture.shape[1:]), np.float32)
        levels = np.rint(255 * np.concatenate([share, opaque])).astype(np.uint8)
        colours = np.ascontiguousarray(levels.transpose(1, 2, 0))
    else:
        colours = np.ascontiguousarray(lut[np.rint(share * FULL_INDEX).astype(np.intp)])
    height, width = picture.shape[-2:]
    image = QImage(colours.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.copy()


def cell_image(picture: NDArray[np.float32] | NDArray[np.uint8], lut: Lut, cell: int, ratio: float) -> QImage:
    """Colour a picture with `cell` device pixels per side of each value.

    Parameters
    ----------
    picture, lut
        As for `picture_image`.
    cell
        Device pixels per value, at least 1.
    ratio
        The device pixel ratio of the screen, set on the image, so that it is drawn unscaled.
    """
    large = picture.repeat(cell, axis=-2).repeat(cell, axis=-1)
    image = picture_image(large, lut)
    image.setDevicePixelRatio(ratio)
    return image
