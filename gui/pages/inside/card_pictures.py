"""From patches and made pictures to what is painted: nine in a block, each pixel a square."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.pages.inside.card_geometry import CardGeometry
from gui.palettes import FULL_INDEX, GAP_INDEX, ZERO_INDEX, Lut

Array: TypeAlias = NDArray[Any]


def picture_entries(values: Array) -> NDArray[np.uint8]:
    """Turn pixels of 0 to 1 into entries of a one-sided colour table."""
    return np.rint(np.clip(np.nan_to_num(values), 0, 1) * FULL_INDEX).astype(np.uint8)


def signed_entries(values: Array, scale: float) -> NDArray[np.uint8]:
    """Turn signed numbers into entries of a diverging colour table; `scale` is full strength."""
    with np.errstate(all="ignore"):
        shares = values / scale if scale > 0 else np.zeros_like(values)
    return np.rint(ZERO_INDEX + ZERO_INDEX * np.clip(np.nan_to_num(shares), -1, 1)).astype(np.uint8)


def block_image(tiles: NDArray[np.uint8], geometry: CardGeometry, lut: Lut) -> QImage:
    """Paint up to nine tiles ``(k, h, w)`` of entries, or ``(k, h, w, 4)`` of colours, in rows of three."""
    height, width = geometry.block
    colours = lut[tiles] if tiles.ndim == 3 else tiles
    block = np.zeros((height, width, 4), np.uint8)
    block[:] = lut[GAP_INDEX]
    for index, tile in enumerate(colours):
        left, top = geometry.patch_corner(index)
        grown = _grown(tile, geometry.patch_cell)
        block[top : top + grown.shape[0], left : left + grown.shape[1]] = grown
    return _image(block)


def single_image(tile: NDArray[np.uint8], cell: int, lut: Lut) -> QImage:
    """Paint one tile ``(h, w)`` of entries, or ``(h, w, 4)`` of colours."""
    return _image(_grown(lut[tile] if tile.ndim == 2 else tile, cell))


def as_tiles(pictures: Array) -> NDArray[np.uint8]:
    """Turn pictures ``(k, c, h, w)`` of 0 to 1 into tiles: grey ones into entries, coloured into colours."""
    if pictures.shape[1] == 3:
        return _colours(pictures)
    return picture_entries(pictures.mean(axis=1))


def as_signed_tiles(carried: Array) -> NDArray[np.uint8]:
    """Turn what was carried back ``(k, c, h, w)`` into tiles, the largest of all at full strength.

    Of coloured pictures, zero is the middle grey and each colour goes up or down from there.
    """
    scale = float(np.abs(carried).max(initial=0.0))
    if carried.shape[1] == 3:
        with np.errstate(all="ignore"):
            return _colours(np.nan_to_num(0.5 + 0.5 * carried / (scale or 1.0), nan=0.5))
    return signed_entries(carried.sum(axis=1), float(np.abs(carried.sum(axis=1)).max(initial=0.0)))


def _colours(pictures: Array) -> NDArray[np.uint8]:
    levels = np.rint(255 * np.clip(pictures, 0, 1)).astype(np.uint8).transpose(0, 2, 3, 1)
    return np.concatenate([levels, np.full((*levels.shape[:3], 1), 255, np.uint8)], axis=3)


def _grown(tile: NDArray[np.uint8], cell: int) -> NDArray[np.uint8]:
    return tile.repeat(cell, axis=0).repeat(cell, axis=1)


def _image(rgba: NDArray[np.uint8]) -> QImage:
    pixels = np.ascontiguousarray(rgba)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    # In the format of the screen, and with a memory of its own.
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
