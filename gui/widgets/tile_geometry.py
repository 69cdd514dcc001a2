"""The geometry of a wall of tiles in whole device pixels: a value that knows where things lie."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in whole device pixels."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies in the rectangle."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Hit(NamedTuple):
    """What lies under a point: a tile, and within it a cell or None (its frame, a gap)."""

    tile: int
    slice: int | None
    row: int | None
    column: int | None


@dataclass(frozen=True, slots=True)
class TileLayout:
    """The geometry of a wall, all lengths in device pixels. A value.

    Parameters
    ----------
    count, shown : int
        How many tiles there are, and how many of them have a place.
    slices, rows, columns : int
        The shape of one tile's maps.
    tile_columns, slice_columns : int
        Tiles side by side, and slices side by side in a tile.
    cell, preview_cell : int
        Side of a cell; of a cell of the small pictures below, 0 without them.
    gap, slice_gap, padding, caption : int
        Between tiles, between slices, round a picture, and the height of a tile's caption.
    arrow, preview_gap : int
        Room between the two small pictures and above them.
    width, height : int
        Size of the whole mosaic.
    dpr : float
        Device pixels per logical pixel.
    """

    count: int
    shown: int
    slices: int
    rows: int
    columns: int
    tile_columns: int
    slice_columns: int
    cell: int
    preview_cell: int
    gap: int
    slice_gap: int
    padding: int
    caption: int
    arrow: int
    preview_gap: int
    dpr: float

    @property
    def captioned(self) -> bool:
        """Whether tiles are cards with a caption each."""
        return self.caption > 0

    @property
    def slice_rows(self) -> int:
        """Rows of slices in a tile."""
        return -(-self.slices // self.slice_columns)

    @property
    def tile_rows(self) -> int:
        """Rows of tiles."""
        return -(-self.shown // self.tile_columns)

    @property
    def tile_width(self) -> int:
        """Width of one tile with its padding."""
        return self._grid_width(self.cell) + 2 * self.padding

    @property
    def tile_height(self) -> int:
        """Height of one tile with its padding, caption and small pictures."""
        small = self._grid_height(self.preview_cell) + self.preview_gap if self.preview_cell else 0
        return self.caption + self._grid_height(self.cell) + small + self._pads()

    @property
    def width(self) -> int:
        """Width of all tiles."""
        columns = min(self.tile_columns, self.shown)
        return columns * (self.tile_width + self.gap) - self.gap if columns else 0

    @property
    def height(self) -> int:
        """Height of all tiles."""
        rows = self.tile_rows
        return rows * (self.tile_height + self.gap) - self.gap if rows else 0

    def tile_box(self, tile: int) -> Box:
        """Place a tile with its padding and caption."""
        row, column = divmod(tile, self.tile_columns)
        return Box(
            column * (self.tile_width + self.gap),
            row * (self.tile_height + self.gap),
            self.tile_width,
            self.tile_height,
        )

    def picture_box(self, tile: int) -> Box:
        """Place a tile's picture, all its slices together."""
        box = self.tile_box(tile)
        top = box.y + (self.caption if self.caption else self.padding)
        return Box(box.x + self.padding, top, self._grid_width(self.cell), self._grid_height(self.cell))

    def slice_box(self, tile: int, index: int) -> Box:
        """Place one slice of a tile."""
        picture = self.picture_box(tile)
        return self._within(picture.x, picture.y, index, self.cell)

    def preview_box(self, tile: int, which: int, index: int) -> Box:
        """Place a slice of the left (`which` 0) or right (1) small picture below a tile."""
        picture = self.picture_box(tile)
        step = self._grid_width(self.preview_cell) + self.arrow
        top = picture.y + picture.height + self.preview_gap
        return self._within(picture.x + which * step, top, index, self.preview_cell)

    def cell_box(self, tile: int, index: int, row: int, column: int) -> Box:
        """Place one cell of a slice."""
        box = self.slice_box(tile, index)
        return Box(box.x + column * self.cell, box.y + row * self.cell, self.cell, self.cell)

    def hit(self, x: float, y: float) -> Hit | None:
        """Find what lies at a point in device pixels; None between and beyond the tiles."""
        column = int(x // (self.tile_width + self.gap))
        row = int(y // (self.tile_height + self.gap))
        tile = row * self.tile_columns + column
        if not (0 <= column < self.tile_columns and row >= 0 and tile < self.shown):
            return None
        if not self.tile_box(tile).holds(x, y):
            return None
        for index in range(self.slices):
            box = self.slice_box(tile, index)
            if box.holds(x, y):
                return Hit(tile, index, int((y - box.y) // self.cell), int((x - box.x) // self.cell))
        return Hit(tile, None, None, None)

    def _within(self, left: int, top: int, index: int, cell: int) -> Box:
        row, column = divmod(index, self.slice_columns)
        width, height = cell * self.columns, cell * self.rows
        gap = self._slice_gap(cell)
        return Box(left + column * (width + gap), top + row * (height + gap), width, height)

    def _grid_width(self, cell: int) -> int:
        gap = self._slice_gap(cell)
        return self.slice_columns * (self.columns * cell + gap) - gap

    def _grid_height(self, cell: int) -> int:
        gap = self._slice_gap(cell)
        return self.slice_rows * (self.rows * cell + gap) - gap

    def _slice_gap(self, cell: int) -> int:
        return self.slice_gap if cell == self.cell else 1

    def _pads(self) -> int:
        # The caption line stands in for the padding above.
        return self.padding if self.caption else 2 * self.padding
