"""From a layout to pixels: which entry of the tiles each device pixel of the mosaic shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.palettes import GAP_INDEX
from gui.widgets.tile_geometry import Box, TileLayout


@dataclass(frozen=True, slots=True, eq=False)
class MosaicPlan:
    """A gather that turns the entries of tiles into the pixels of their mosaic.

    Most rows of a mosaic repeat the row above, because a cell is many pixels tall. So only rows
    that differ are gathered (`sources`), and copied to where they belong (`row_of`): about a
    tenth of the time of gathering every pixel.

    Parameters
    ----------
    sources : ndarray of intp, shape (different rows, width)
        Positions in the flat entries of all tiles, from 1; position 0 is the gap.
    row_of : ndarray of intp, shape (height,)
        Which of the different rows each row of the mosaic is.
    """

    sources: NDArray[np.intp]
    row_of: NDArray[np.intp]

    def rows(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Compose the rows that differ.

        Parameters
        ----------
        entries : ndarray of uint8, shape (n,)
            The entries of all tiles, flat, in the order in which the plan was made.

        Returns
        -------
        ndarray of uint8, shape (different rows, width)
        """
        with_gap = np.concatenate((np.array([GAP_INDEX], np.uint8), entries))
        return with_gap.take(self.sources)

    def pixels(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Compose the mosaic, shape (height, width), of the same entries."""
        return self.rows(entries).take(self.row_of, axis=0)


def plan_mosaic(layout: TileLayout) -> MosaicPlan:
    """Plan the mosaic of a layout.

    The entries are those of the tiles; with small pictures, those of the left ones and then
    those of the right ones follow.
    """
    shape = (layout.count, layout.slices, layout.rows, layout.columns)
    size = int(np.prod(shape))
    # The gap is entry 0, so that entries of small pictures for which there is no room do no harm.
    source = np.zeros((layout.height, layout.width), np.intp)
    numbers = 1 + np.arange(size).reshape(shape)
    for tile in range(layout.shown):
        for index in range(layout.slices):
            cells = numbers[tile, index]
            _place(source, layout.slice_box(tile, index), cells)
            if layout.preview_cell:
                for which in (0, 1):
                    box = layout.preview_box(tile, which, index)
                    _place(source, box, cells + (which + 1) * size)
    different = np.ones(len(source), bool)
    different[1:] = (source[1:] != source[:-1]).any(axis=1)
    return MosaicPlan(source[different], np.cumsum(different) - 1)


def _place(source: NDArray[np.intp], box: Box, cells: NDArray[np.intp]) -> None:
    cell = box.height // len(cells)
    grown = cells.repeat(cell, axis=0).repeat(cell, axis=1)
    source[box.y : box.y + box.height, box.x : box.x + box.width] = grown
