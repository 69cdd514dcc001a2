"""Filters as pictures for the report, in the program's own colours, light and dark."""

import math
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.formats.png import png_from_indices
from engine.inspect.tiles import filter_tiles, tile_indices
from gui.markup import Markup, element
from gui.palettes import FULL_INDEX, GAP_INDEX, Lut
from gui.theme import DARK, LIGHT

# Of a layer with more, the first ones stand for all.
MOST_FILTERS = 32
_FILTER_PX, _WALL_PX = 48, 168
_SLICE_GAP_PX, _FILTER_GAP_PX = 1, 6
_SMALLEST_CELL_PX, _LARGEST_CELL_PX = 2, 14
_LEGEND = (120, 10)


def filter_wall(weight: NDArray[Any], scale: float) -> NDArray[np.uint8]:
    """Lay filters out as entries of the colour table for signed weights.

    Parameters
    ----------
    weight
        ``(filters, input channels, kernel height, kernel width)``.
    scale
        The weight that is drawn at full strength.

    Returns
    -------
    uint8 ``(h, w)``; gaps are `GAP_INDEX`.
    """
    entries = tile_indices(filter_tiles("", weight[:MOST_FILTERS], scale))
    count, slices, _, columns = entries.shape
    across = slices if slices <= 3 else math.ceil(math.sqrt(slices))
    cell = _FILTER_PX // (across * columns)
    cell = min(max(cell, _SMALLEST_CELL_PX), _LARGEST_CELL_PX)
    large = entries.repeat(cell, axis=2).repeat(cell, axis=3)
    filters = np.stack([_grid(each, across, _SLICE_GAP_PX) for each in large])
    # As many rows as are needed, and all of them as long as the first.
    most = max(1, _WALL_PX // (filters.shape[2] + _FILTER_GAP_PX))
    down = -(-count // most)
    return _grid(filters, -(-count // down), _FILTER_GAP_PX)


def _grid(pictures: NDArray[np.uint8], across: int, gap: int) -> NDArray[np.uint8]:
    """Lay pictures ``(n, h, w)`` out row by row with gaps between them."""
    count, height, width = pictures.shape
    down = -(-count // across)
    laid = np.full((down, across, height + gap, width + gap), GAP_INDEX, np.uint8)
    rows, columns = np.divmod(np.arange(count), across)
    laid[rows, columns, :height, :width] = pictures
    whole = laid.transpose(0, 2, 1, 3).reshape(down * (height + gap), across * (width + gap))
    return np.ascontiguousarray(whole[: whole.shape[0] - gap, : whole.shape[1] - gap])


def in_both_themes(entries: NDArray[np.uint8], words: str) -> Markup:
    """Show entries of the table for weights: light by day and on paper, dark where the reader's screen is."""
    height, width = entries.shape
    return element(
        "picture",
        element(
            "source",
            srcset=_data_uri(entries, DARK.weight_lut),
            media="screen and (prefers-color-scheme: dark)",
        ),
        element("img", src=_data_uri(entries, LIGHT.weight_lut), alt=words, width=width, height=height),
    )


def legend() -> Markup:
    """Show the colours of weights, from the most negative one to the most positive."""
    width, height = _LEGEND
    row = np.linspace(0, FULL_INDEX, width).round().astype(np.uint8)
    return in_both_themes(np.tile(row, (height, 1)), "Blue is negative, orange is positive")


def _data_uri(entries: NDArray[np.uint8], lut: Lut) -> str:
    return f"data:image/png;base64,{b64encode(png_from_indices(entries, lut)).decode('ascii')}"
