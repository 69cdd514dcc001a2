"""Where the blocks of a network lie from left to right: pure arithmetic in whole device pixels."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from gui.widgets.tile_geometry import Box, TileLayout

# Lengths in logical pixels.
HEADING_HEIGHT = 48
TILE_GAP = 4
SMALLEST_TILE = 12
SCROLLED_TILE = 24  # where nothing fits, however high, tiles may as well be seen
LARGEST_TILE = 224
LARGEST_UNIT = 10  # a unit of a vector is a dot, however large the pictures are
BARS_WIDTH = 168
BAR_HEIGHT = 20
SMALLEST_BAR_HEIGHT = 12
LARGEST_CONNECTOR = 112
LINE_GAP = 16
MOST_LINES = 6
# As many times as high as the room may a network become that does not fit in it, so as to keep its width.
HIGHER = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
WORTH_A_CHANGE = 1.15  # a further line, or half empty rows, must make tiles this much larger


@dataclass(frozen=True, slots=True)
class BlockShape:
    """What a block needs to know its size.

    Parameters
    ----------
    count, rows, columns : int
        Tiles and the shape of each; rows 0 means `count` bars, a label and a value each.
    connector, heading : int
        Room of the words before the block (0 for the first one) and of those above it, in logical
        pixels.
    """

    count: int
    rows: int
    columns: int
    connector: int
    heading: int


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """Where one block lies. Device pixels.

    ``grid`` places the tiles from the corner of ``body``; a block of bars has none, but
    ``bar_height`` for each. ``connector`` is the room for words before the block.
    """

    heading: Box
    body: Box
    connector: Box
    grid: TileLayout | None = None
    bar_height: int = 0

    @property
    def columns(self) -> int:
        """Tiles side by side."""
        return self.grid.tile_columns if self.grid is not None else 1

    def channel_box(self, channel: int) -> Box:
        """Place a tile or a bar."""
        if self.grid is None:
            top = self.body.y + channel * self.bar_height
            return Box(self.body.x, top, self.body.width, self.bar_height)
        return self._moved(self.grid.tile_box(channel))

    def cell_box(self, channel: int, row: int, column: int) -> Box:
        """Place a cell of a tile."""
        if self.grid is None:
            return self.channel_box(channel)
        return self._moved(self.grid.cell_box(channel, 0, row, column))

    def _moved(self, box: Box) -> Box:
        return Box(self.body.x + box.x, self.body.y + box.y, box.width, box.height)


class FlowHit(NamedTuple):
    """What lies under a point: a block, and in it a tile or bar and a cell, or None."""

    block: int
    channel: int | None = None
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class FlowLayout:
    """The geometry of a whole network, in device pixels. A value."""

    blocks: tuple[FlowBlock, ...]
    width: int
    height: int
    tile_side: int
    dpr: float

    def hit(self, x: float, y: float) -> FlowHit | None:
        """Find what lies at a point in device pixels; None between the blocks."""
        for index, block in enumerate(self.blocks):
            if block.heading.holds(x, y):
                return FlowHit(index)
            if block.body.holds(x, y):
                if block.grid is None:
                    return FlowHit(index, int((y - block.body.y) // block.bar_height))
                found = block.grid.hit(x - block.body.x, y - block.body.y)
                return found and FlowHit(index, found.tile, found.row, found.column)
        return None


@lru_cache(maxsize=32)
def layout_flow(
    shapes: tuple[BlockShape, ...], width: int, height: int, dpr: float, zoom: float = 1.0
) -> FlowLayout:
    """Place all blocks, in one line or a few, with the largest tiles for which they have room.

    Parameters
    ----------
    shapes : tuple of BlockShape
    width, height : int
        The room in device pixels.
    dpr : float
        Device pixels per logical pixel.
    zoom : float
        1 fits the room, or at least its width, as far as tiles do not become too small to be seen; above 1
        the picture is larger than the room, with the tiles in the same places to each other.

    Returns
    -------
    FlowLayout
        Of the size of the room, or larger where not everything has room.
    """
    found = (_best_room(shapes, width, round(height * factor), dpr) for factor in HIGHER)
    nowhere = _Room(width, height, 1, dpr, True), round(SCROLLED_TILE * dpr)
    room, side = next((best for best in found if best is not None), nowhere)
    sizes = [_size(shape, side, room, zoom) for shape in shapes]
    return _placed(_broken(sizes, room), room, round(side * zoom))


@dataclass(frozen=True, slots=True)
class _Room:
    width: int
    height: int
    lines: int
    dpr: float
    even: bool  # whether rows of tiles shall be full

    @property
    def heading(self) -> int:
        return round(HEADING_HEIGHT * self.dpr)

    @property
    def body(self) -> int:
        """Height of a line without its heading."""
        gaps = (self.lines - 1) * round(LINE_GAP * self.dpr)
        return max(1, (self.height - gaps) // self.lines - self.heading)


@dataclass(frozen=True, slots=True)
class _Size:
    width: int
    height: int
    connector: int
    grid: TileLayout | None = None
    bar_height: int = 0

    @property
    def step(self) -> int:
        return self.connector + self.width


def _size(shape: BlockShape, side: int, room: _Room, zoom: float = 1.0) -> _Size:
    """Size a block; `width` is the room that it takes up, not less than its heading needs."""
    dpr = room.dpr
    connector, smallest = round(shape.connector * dpr), round(shape.heading * dpr)
    if shape.rows == 0:
        wanted = min(round(BAR_HEIGHT * dpr), room.body // max(1, shape.count))
        bar = max(round(SMALLEST_BAR_HEIGHT * dpr), wanted)
        return _Size(round(BARS_WIDTH * dpr), bar * shape.count, connector, bar_height=bar)
    grid = _grid(shape, _cell(shape, side, dpr), room)
    if zoom != 1.0:
        # The same number of tiles side by side, whatever the size.
        grid = replace(grid, cell=max(grid.cell, round(grid.cell * zoom)))
    return _Size(max(grid.width, smallest), grid.height, connector, grid)


def _cell(shape: BlockShape, side: int, dpr: float) -> int:
    largest = round(LARGEST_UNIT * dpr) if shape.rows * shape.columns == 1 else side
    return max(1, round(min(side, largest) / max(shape.rows, shape.columns)))


def _grid(shape: BlockShape, cell: int, room: _Room) -> TileLayout:
    """Stack as many tiles as the height allows, and make the columns equally high."""
    gap = round((TILE_GAP if shape.rows > 1 else 2) * room.dpr)
    per_column = max(1, (room.body + gap) // (shape.rows * cell + gap))
    columns = -(-shape.count // per_column)
    return TileLayout(
        count=shape.count,
        shown=shape.count,
        slices=1,
        rows=shape.rows,
        columns=shape.columns,
        tile_columns=_even_columns(shape.count, columns) if room.even else columns,
        slice_columns=1,
        cell=cell,
        preview_cell=0,
        gap=gap,
        slice_gap=1,
        padding=0,
        caption=0,
        arrow=0,
        preview_gap=0,
        dpr=room.dpr,
    )


def _even_columns(count: int, fewest: int) -> int:
    """Choose as many columns as needed, or a few more where that leaves no row half empty."""
    wider = range(fewest, fewest + fewest // 3 + 1)
    return next((columns for columns in wider if count % columns == 0), fewest)


def _best_room(
    shapes: tuple[BlockShape, ...], width: int, height: int, dpr: float
) -> tuple[_Room, int] | None:
    """Choose the lines with which tiles are largest, and the side that these then have."""
    best: tuple[_Room, int] | None = None
    for lines in range(1, min(MOST_LINES, len(shapes)) + 1):
        for even in (True, False):
            room = _Room(width, height, lines, dpr, even)
            side = _largest_side(shapes, room)
            if side > WORTH_A_CHANGE * (0 if best is None else best[1]):
                best = room, side
    return best


def _largest_side(shapes: tuple[BlockShape, ...], room: _Room) -> int:
    """Find the largest tiles with which everything has room; 0 when nothing has."""

    def fits(side: int) -> bool:
        sizes = [_size(shape, side, room) for shape in shapes]
        if any(size.height > room.body for size in sizes):
            return False
        return max(size.step for size in sizes) <= room.width and _lines(sizes, room.width) <= room.lines

    low, high = round(SMALLEST_TILE * room.dpr), round(LARGEST_TILE * room.dpr)
    if not fits(low):
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _lines(sizes: list[_Size], width: int) -> int:
    """Count the lines of a width that the blocks need."""
    return len(_filled(sizes, width))


def _filled(sizes: list[_Size], width: int) -> list[list[_Size]]:
    """Fill line after line up to a width."""
    lines: list[list[_Size]] = [[]]
    x = 0
    for size in sizes:
        if x and x + size.step > width:
            lines.append([])
            x = 0
        lines[-1].append(size)
        x += size.step
    return lines


def _broken(sizes: list[_Size], room: _Room) -> list[list[_Size]]:
    """Break the blocks into lines of about equal width: the narrowest for which they are enough."""
    low, high = max(size.step for size in sizes), sum(size.step for size in sizes)
    while low < high:
        middle = (low + high) // 2
        if _lines(sizes, middle) <= room.lines:
            high = middle
        else:
            low = middle + 1
    return _filled(sizes, low)


def _placed(lines: list[list[_Size]], room: _Room, side: int) -> FlowLayout:
    widths = [sum(size.step for size in line) for line in lines]
    heights = [room.heading + max(size.height for size in line) for line in lines]
    between = len(lines) + 1
    leading = max(round(LINE_GAP * room.dpr), (room.height - sum(heights)) // between)
    # Connectors take up what room is left, equally in all lines.
    widest = round(LARGEST_CONNECTOR * room.dpr)
    most = max(len(line) for line in lines)
    spare = min(max(0, room.width - max(widths)) // most, widest // 2)
    left = max(0, (room.width - max(widths) - spare * (most - 1)) // 2) if len(lines) == 1 else 0
    blocks: list[FlowBlock] = []
    top = leading if len(lines) * leading + sum(heights) <= room.height else 0
    right = room.width
    for line, height in zip(lines, heights, strict=True):
        x, body = left, height - room.heading
        for size in line:
            way = size.connector + (spare if size.connector else 0)
            y = top + room.heading + (body - size.height) // 2
            blocks.append(
                FlowBlock(
                    Box(x + way, y - room.heading, size.width, room.heading),
                    Box(x + way, y, size.grid.width if size.grid else size.width, size.height),
                    Box(x, top + room.heading + body // 2, way, 0),
                    size.grid,
                    size.bar_height,
                )
            )
            x += way + size.width
        right = max(right, x)
        top += height + leading
    return FlowLayout(tuple(blocks), right, max(room.height, top - leading), side, room.dpr)
