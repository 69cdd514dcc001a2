"""The search for the largest square cells with which a wall of tiles fits its room."""

from dataclasses import dataclass
from functools import lru_cache

from gui.widgets.tile_geometry import TileLayout

# Lengths in logical pixels.
CAPTION_HEIGHT = 20
CARD_PADDING = 8
CARD_GAP = 8
COMPACT_GAP = 4
PREVIEW_GAP = 8
PREVIEW_ARROW = 16
SLICE_GAP = 3
SMALLEST_CARD_PICTURE = 44  # below, "12" and "max 1.6" do not stand side by side
SMALLEST_PICTURE = 16
SMALLEST_FILTER_CELL = 2
CARD_WORTH = 0.66  # a card's cells may be this much smaller than without captions
LARGEST_CELL = 96  # a lone 3 × 3 filter is not made a poster
PREVIEW_SHARE = 4  # a preview's cells are a quarter of the tile's


@lru_cache(maxsize=64)
def layout_tiles(
    count: int,
    slices: int,
    rows: int,
    columns: int,
    width: int,
    height: int,
    dpr: float,
    captioned: bool,
    previews: bool = False,
) -> TileLayout:
    """Give every tile the largest square cells for which all tiles have room.

    The answer depends on shapes and room alone, never on values: nothing moves while a network
    learns.

    Parameters
    ----------
    count, slices, rows, columns : int
        The shape of the tiles' maps.
    width, height : int
        The room in device pixels.
    dpr : float
        Device pixels per logical pixel.
    captioned : bool
        Whether each tile wants a line above it. Tiles too small for it go without.
    previews : bool
        Whether each tile wants two small pictures below it; the first that it gives up.

    Returns
    -------
    TileLayout
        Of all tiles, or of the first ones where not all have room at the smallest size.
    """
    compact = _Style(dpr, rows, columns, slices, card=False, previews=False)
    plain = _largest(compact, count, width, height)
    if captioned:
        for small_pictures in (True, False) if previews else (False,):
            card = _Style(dpr, rows, columns, slices, card=True, previews=small_pictures)
            best = _largest(card, count, width, height)
            if best is not None and _is_worth_it(best, plain):
                return best
    return plain if plain is not None else _first_ones(compact, count, width, height)


def height_for(shape: tuple[int, ...], width: float) -> int:
    """Give the height, in logical pixels, in which all filters fit into a width at their smallest.

    Parameters
    ----------
    shape : tuple of int
        (filters, input channels, kernel height, kernel width).
    width : float
        In logical pixels.
    """
    count, slices, rows, columns = shape
    high = 8
    while layout_tiles(count, slices, rows, columns, int(width), high, 1.0, False).shown < count:
        high = high + max(8, high // 8)
    return high


def _is_worth_it(card: TileLayout, plain: TileLayout | None) -> bool:
    """Captions may not cost more of the picture than they tell."""
    wide_enough = card.picture_box(0).width >= round(SMALLEST_CARD_PICTURE * card.dpr)
    return wide_enough and (plain is None or card.cell >= CARD_WORTH * plain.cell)


@dataclass(frozen=True, slots=True)
class _Style:
    dpr: float
    rows: int
    columns: int
    slices: int
    card: bool
    previews: bool

    def layout(self, count: int, shown: int, tile_columns: int, slice_columns: int, cell: int) -> TileLayout:
        small = max(round(2 * self.dpr), cell // PREVIEW_SHARE) if self.previews else 0
        return TileLayout(
            count=count,
            shown=shown,
            slices=self.slices,
            rows=self.rows,
            columns=self.columns,
            tile_columns=tile_columns,
            slice_columns=slice_columns,
            cell=cell,
            preview_cell=small,
            gap=round(self.gap * self.dpr),
            slice_gap=max(1, min(round(SLICE_GAP * self.dpr), cell // 4)),
            padding=round(CARD_PADDING * self.dpr) if self.card else 0,
            caption=round(CAPTION_HEIGHT * self.dpr) if self.card else 0,
            arrow=round(PREVIEW_ARROW * self.dpr),
            preview_gap=round(PREVIEW_GAP * self.dpr),
            dpr=self.dpr,
        )

    @property
    def gap(self) -> int:
        """Tell tiles apart from slices: where a tile has slices, tiles stand further apart."""
        return CARD_GAP if self.card or self.slices > 1 else COMPACT_GAP

    @property
    def smallest_cell(self) -> int:
        """A filter's cells stay visible; a map's cells may be single device pixels."""
        side = min(self.rows, self.columns)
        if side <= 7:
            return max(1, round(SMALLEST_FILTER_CELL * self.dpr))
        return max(1, -(-round(SMALLEST_PICTURE * self.dpr) // side))

    def slice_grids(self) -> list[int]:
        """List the counts of slices side by side that are worth trying, squarest first."""
        tried = {-(-self.slices // rows) for rows in range(1, self.slices + 1)}

        def awkwardness(columns: int) -> tuple[int, float]:
            rows = -(-self.slices // columns)
            wide, tall = columns * self.columns, rows * self.rows
            return (columns * rows - self.slices, max(wide / tall, tall / wide))

        return sorted(tried, key=awkwardness)


def _largest(style: _Style, count: int, width: int, height: int) -> TileLayout | None:
    best: TileLayout | None = None
    for slice_columns in style.slice_grids():
        for tile_columns in range(1, max(1, count) + 1):
            tile_rows = -(-count // tile_columns)
            if tile_rows > 1 and -(-count // tile_rows) < tile_columns:
                continue  # the same rows with fewer columns are tried anyway, and are wider
            start = best.cell + 1 if best is not None else style.smallest_cell
            found = _grown(style, count, tile_columns, slice_columns, width, height, start)
            best = found or best
    return best


def _grown(
    style: _Style,
    count: int,
    tile_columns: int,
    slice_columns: int,
    width: int,
    height: int,
    start: int,
) -> TileLayout | None:
    """Find the largest cell from `start` up with which the grid fits; None when none does."""

    def fits(cell: int) -> TileLayout | None:
        layout = style.layout(count, count, tile_columns, slice_columns, cell)
        return layout if layout.width <= width and layout.height <= height else None

    low, high = start, round(LARGEST_CELL * style.dpr)
    found = fits(low) if low <= high else None
    if found is None:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        tried = fits(middle)
        if tried is None:
            high = middle - 1
        else:
            low, found = middle, tried
    return found


def _first_ones(style: _Style, count: int, width: int, height: int) -> TileLayout:
    """Fill the room with tiles of the smallest size; at least one is shown, cut off or not."""
    best = style.layout(count, 1, 1, style.slice_grids()[0], style.smallest_cell)
    for slice_columns in style.slice_grids():
        tile = style.layout(count, 1, 1, slice_columns, style.smallest_cell)
        tile_columns = (width + tile.gap) // (tile.tile_width + tile.gap)
        tile_rows = (height + tile.gap) // (tile.tile_height + tile.gap)
        shown = min(count, tile_columns * tile_rows)
        if shown > best.shown:
            best = style.layout(count, shown, tile_columns, slice_columns, style.smallest_cell)
    return best
