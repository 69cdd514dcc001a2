"""Where the blocks of a network lie from left to right: pure arithmetic in whole device pixels."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from gui.widgets.flow_rooms import (
    LARGEST_CONNECTOR,
    LINE_GAP,
    BlockShape,
    Room,
    Size,
    broken,
    chosen_room,
    size_of,
)
from gui.widgets.tile_geometry import Box, TileLayout


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """Where one block lies. Device pixels.

    ``grid`` places the tiles from the corner of ``body``; a block of bars has none, but
    ``bars`` of ``bar_height`` each. ``connector`` is the room for words before the block.
    """

    heading: Box
    body: Box
    connector: Box
    grid: TileLayout | None = None
    bar_height: int = 0
    bars: int = 0

    @property
    def columns(self) -> int:
        """Tiles side by side."""
        return self.grid.tile_columns if self.grid is not None else 1

    def shows(self, channel: int) -> bool:
        """Whether a channel has a place."""
        return channel < (self.bars if self.grid is None else self.grid.shown)

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
    shapes: tuple[BlockShape, ...],
    width: int,
    height: int,
    dpr: float,
    zoom: float = 1.0,
    fits: bool = False,
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
    fits : bool
        Show only some channels of each layer, and no words between the blocks, where that makes everything
        fit the room.

    Returns
    -------
    FlowLayout
        Of the size of the room, or larger where not everything has room.
    """
    room, side = chosen_room(shapes, width, height, dpr, fits=fits)
    return _placed([size_of(shape, side, room, zoom) for shape in shapes], room, round(side * zoom))


def _placed(sizes: list[Size], room: Room, side: int) -> FlowLayout:
    bars = sizes.pop() if room.beside else None
    lines = broken(sizes, room)
    widths = [sum(size.step for size in line) for line in lines]
    heights = [room.heading + max(size.height for size in line) for line in lines]
    between = len(lines) + 1
    leading = max(round(LINE_GAP * room.dpr), (room.height - sum(heights)) // between)
    # Connectors take up what room is left, equally in all lines.
    width = room.width - (0 if bars is None else bars.step)
    widest = round(LARGEST_CONNECTOR * room.dpr)
    most = max(len(line) for line in lines)
    spare = min(max(0, width - max(widths)) // most, widest // 2)
    left = max(0, (width - max(widths) - spare * (most - 1)) // 2) if len(lines) == 1 else 0
    blocks: list[FlowBlock] = []
    top = leading if len(lines) * leading + sum(heights) <= room.height else 0
    right = room.width
    for line, height in zip(lines, heights, strict=True):
        x, body = left, height - room.heading
        for size in line:
            way = size.connector + (spare if size.connector else 0)
            y = top + room.heading + (body - size.height) // 2
            blocks.append(_block(size, Box(x, top + room.heading + body // 2, way, 0), y, room))
            x += way + size.width
        right = max(right, x)
        if bars is not None and line is lines[-1]:
            blocks.append(_beside(bars, x, max(x, room.width - bars.width), top + height, room))
            right = max(right, blocks[-1].body.x + bars.width)
        top += height + leading
    return FlowLayout(tuple(blocks), right, max(room.height, top - leading), side, room.dpr)


def _beside(bars: Size, left: int, right: int, bottom: int, room: Room) -> FlowBlock:
    """Place bars at the right of all lines; the last line leads to them where they are as low."""
    y = max(room.heading, (max(bottom, room.height) + room.heading - bars.height) // 2)
    middle = min(bottom, y + bars.height) - bars.height // 4
    return _block(bars, Box(left, middle, right - left, 0), y, room)


def _block(size: Size, connector: Box, y: int, room: Room) -> FlowBlock:
    x = connector.x + connector.width
    return FlowBlock(
        Box(x, y - room.heading, size.width, room.heading),
        Box(x, y, size.grid.width if size.grid else size.width, size.height),
        connector,
        size.grid,
        size.bar_height,
        size.bars,
    )
