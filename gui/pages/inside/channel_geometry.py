"""Where the channels of a layer lie: as large as the room allows, never too small to be read."""

from functools import lru_cache

from gui.widgets.tile_geometry import TileLayout

# Lengths in logical pixels.
CAPTION_PX, PADDING_PX, GAP_PX = 20, 8, 8
# Of a map, also where a name stands on it, and of the one pixel of a dense unit that has a caption.
LEAST_MAP_PX, LEAST_NAMED_PX, LEAST_UNIT_PX, MOST_PX = 80, 124, 56, 320
# Dense units without captions, where there are many.
SMALL_CELL_PX, SMALL_GAP_PX = 28, 4


@lru_cache(maxsize=64)
def layout_channels(
    count: int, rows: int, columns: int, width: int, height: int, dpr: float, named: bool = False
) -> TileLayout:
    """Give every channel the largest square cells for which all have room, or a readable size.

    Parameters
    ----------
    count, rows, columns : int
        How many channels there are, and of how many pixels.
    width, height : int
        The room in device pixels. Where cards of a readable size need more height, the wall is higher; where
        those of single numbers do, they are small cells without captions.
    dpr : float
        Device pixels per logical pixel.
    named : bool
        Whether the words on maps are names and need room.
    """
    single = rows == columns == 1
    side = max(rows, columns)
    smallest = LEAST_UNIT_PX if single else LEAST_NAMED_PX if named else LEAST_MAP_PX
    least = -(-round(smallest * dpr) // side)
    # A picture of few pixels does not become a poster.
    most = round((LEAST_UNIT_PX * 2 if single else MOST_PX) * dpr) // side
    for cell in range(max(least, most), least - 1, -1):
        layout = _cards(count, rows, columns, cell, width, dpr)
        if layout.width <= width and layout.height <= height:
            return layout
    if single:
        return _layout(count, 1, 1, round(SMALL_CELL_PX * dpr), width, dpr, card=False)
    across = _cards(count, rows, columns, least, width, dpr).tile_columns
    cells = range(max(least, most), least, -1)
    tried = (_cards(count, rows, columns, cell, width, dpr) for cell in cells)
    return next(
        (layout for layout in tried if layout.tile_columns == across and layout.width <= width),
        _cards(count, rows, columns, least, width, dpr),
    )


def _cards(count: int, rows: int, columns: int, cell: int, width: int, dpr: float) -> TileLayout:
    return _layout(count, rows, columns, cell, width, dpr, card=True)


def _layout(
    count: int, rows: int, columns: int, cell: int, width: int, dpr: float, *, card: bool
) -> TileLayout:
    """Put tiles of a size into as few rows as there is room for, all about equally long."""
    gap = round((GAP_PX if card else SMALL_GAP_PX) * dpr)
    padding = round(PADDING_PX * dpr) if card else 0
    across = max(1, min(count, (width + gap) // (columns * cell + 2 * padding + gap)))
    down = -(-count // across)
    return TileLayout(
        count=count,
        shown=count,
        slices=1,
        rows=rows,
        columns=columns,
        tile_columns=-(-count // down),
        slice_columns=1,
        cell=cell,
        preview_cell=0,
        gap=gap,
        slice_gap=1,
        padding=padding,
        caption=round(CAPTION_PX * dpr) if card else 0,
        arrow=0,
        preview_gap=0,
        dpr=dpr,
    )
