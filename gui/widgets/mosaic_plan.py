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
    numbers = 1 + np.arange(size).reshape(shape)
    placed: list[tuple[Box, NDArray[np.intp]]] = []
    for tile in range(layout.shown):
        for index in range(layout.slices):
            cells = numbers[tile, index]
            placed.append((layout.slice_box(tile, index), cells))
            if layout.preview_cell:
                for which in (0, 1):
                    placed.append((layout.preview_box(tile, which, index), cells + (which + 1) * size))
    # Only where a row of cells begins or ends can a row of the mosaic differ from the one above.
    bands = {_band(box, cells) for box, cells in placed}
    edges = {top + row * cell for top, cell, rows in bands for row in range(rows + 1)}
    tops = np.array(sorted(edges - {layout.height} | {0}), np.intp)
    spans = {band: _span(tops, band) for band in bands}
    # The gap is entry 0, so that entries of small pictures for which there is no room do no harm.
    source = np.zeros((len(tops), layout.width), np.intp)
    for box, cells in placed:
        _, cell, _ = band = _band(box, cells)
        span, rows = spans[band]
        source[span, box.x : box.x + box.width] = cells.repeat(cell, axis=1)[rows]
    row_of = np.searchsorted(tops, np.arange(layout.height), side="right") - 1
    return MosaicPlan(source, row_of)


def _band(box: Box, cells: NDArray[np.intp]) -> tuple[int, int, int]:
    """Give what boxes beside each other have in common: top, side of a cell, rows of cells."""
    return box.y, box.height // len(cells), len(cells)


def _span(tops: NDArray[np.intp], band: tuple[int, int, int]) -> tuple[slice, NDArray[np.intp]]:
    """Tell which of the rows that begin at `tops` lie in a band, and the row of cells that each shows."""
    top, cell, rows = band
    first, last = np.searchsorted(tops, (top, top + rows * cell))
    return slice(first, last), (tops[first:last] - top) // cell
