"""How large the blocks of a network become in a room, and how many lines they take: pure arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gui.widgets.tile_geometry import TileLayout

# Lengths in logical pixels.
HEADING_HEIGHT, BRIEF_HEADING_HEIGHT = 48, 34
NOTE_HEIGHT = 15  # a further line of the heading: how many channels are shown
TILE_GAP = 4
SMALLEST_TILE = 12
SCROLLED_TILE = 24  # where nothing fits, however high, tiles may as well be seen
LARGEST_TILE = 224
LARGEST_UNIT, SMALLEST_UNIT = 10, 3  # a unit of a vector is a dot, however large the pictures are
UNITS_PER_TILE = 6  # side by side, where all must fit
BARS_WIDTH, NARROW_BARS_WIDTH = 208, 166
BAR_HEIGHT = 20
SMALLEST_BAR_HEIGHT = 12
LARGEST_CONNECTOR, NARROW_CONNECTOR = 112, 22
LINE_GAP = 16
MOST_LINES = 6
# As many times as high as the room may a network become that does not fit in it, so as to keep its width.
HIGHER = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
WORTH_A_CHANGE = 1.15  # a further line, or half empty rows, must make tiles this much larger
# So many channels of a layer are shown where all must fit, the first number with which they do.
CAPS = (None, 64, 32, 16, 8, 4, 2, 1)
# Shapes and ranges are given up before fewer channels than these are shown.
FEWEST_WITH_WORDS = 4
# Tiles of many channels that are smaller than this are of less use than fewer that are larger.
MANY, READABLE_TILE = 8, 24


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
    note : int
        Room of the words that say how many of its channels are shown.
    name, brief : int
        Room of its name alone, and of the fewest words that say how many are shown.
    """

    count: int
    rows: int
    columns: int
    connector: int
    heading: int
    note: int = 0
    name: int = 0
    brief: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """A room and how it is used.

    ``even``: rows of tiles shall be full. ``cap``: that many channels of each layer are shown, None for all.
    ``narrow``: no words between the blocks. ``brief``: names above them and no more. ``beside``: bars at the
    end stand beside all lines.
    """

    width: int
    height: int
    lines: int
    dpr: float
    even: bool
    cap: int | None = None
    narrow: bool = False
    beside: bool = False
    brief: bool = False

    @property
    def heading(self) -> int:
        """Height of the words above a block."""
        if self.brief:
            return round(BRIEF_HEADING_HEIGHT * self.dpr)
        return round((HEADING_HEIGHT + (0 if self.cap is None else NOTE_HEIGHT)) * self.dpr)

    @property
    def body(self) -> int:
        """Height of a line without its heading."""
        gaps = (self.lines - 1) * round(LINE_GAP * self.dpr)
        return max(1, (self.height - gaps) // self.lines - self.heading)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a block with its connector; `grid` places its tiles, if it has any."""

    width: int
    height: int
    connector: int
    grid: TileLayout | None = None
    bar_height: int = 0
    bars: int = 0

    @property
    def step(self) -> int:
        """From the end of the block before to the end of this one."""
        return self.connector + self.width


def chosen_room(
    shapes: tuple[BlockShape, ...], width: int, height: int, dpr: float, *, fits: bool
) -> tuple[Room, int]:
    """Choose how to use a room, and the side of the tiles in it; `fits` as in `layout_flow`."""
    nowhere = Room(width, height, 1, dpr, True), round(SCROLLED_TILE * dpr)
    if fits:
        most = max(shape.count for shape in shapes)
        caps = [cap for cap in CAPS if cap is None or cap < most]
        worth_words = [cap for cap in caps if cap is None or cap >= FEWEST_WITH_WORDS]
        ways = [(cap, narrow, False) for cap in worth_words for narrow in (False, True)]
        for cap, narrow, brief in (*ways, *((cap, True, True) for cap in caps)):
            least = READABLE_TILE if cap is None or cap > MANY else SMALLEST_TILE
            best = _best(shapes, _rooms(shapes, width, height, dpr, cap, narrow, brief), least)
            if best is not None:
                return best
    found = (_best(shapes, _rooms(shapes, width, round(height * factor), dpr)) for factor in HIGHER)
    return next((best for best in found if best is not None), nowhere)


def size_of(shape: BlockShape, side: int, room: Room, zoom: float = 1.0) -> Size:
    """Size a block; `width` is the room that it takes up, not less than its heading needs."""
    dpr = room.dpr
    connector = round(min(shape.connector, NARROW_CONNECTOR if room.narrow else shape.connector) * dpr)
    if shape.rows == 0:
        body = room.height - room.heading if room.beside else room.body
        wanted = min(round(BAR_HEIGHT * dpr), body // max(1, shape.count))
        bar = max(round(SMALLEST_BAR_HEIGHT * dpr), wanted)
        # Of very many classes the first ones are shown, where all must fit and nothing else helps.
        bars = min(shape.count, max(1, body // bar)) if room.brief else shape.count
        width = round((NARROW_BARS_WIDTH if room.narrow else BARS_WIDTH) * dpr)
        return Size(width, bar * bars, connector, bar_height=bar, bars=bars)
    grid = _grid(shape, _cell(shape, side, room), room)
    if zoom != 1.0:
        # The same number of tiles side by side, whatever the size.
        grid = replace(grid, cell=max(grid.cell, round(grid.cell * zoom)))
    heading, note = (shape.name, shape.brief) if room.brief else (shape.heading, shape.note)
    words = max(heading, note if grid.shown < grid.count else 0)
    return Size(max(grid.width, round(words * dpr)), grid.height, connector, grid)


def broken(sizes: list[Size], room: Room) -> list[list[Size]]:
    """Break the blocks into lines of about equal width: the narrowest for which they are enough."""
    low, high = max(size.step for size in sizes), sum(size.step for size in sizes)
    while low < high:
        middle = (low + high) // 2
        if len(_filled(sizes, middle)) <= room.lines:
            high = middle
        else:
            low = middle + 1
    return _filled(sizes, low)


def _rooms(
    shapes: tuple[BlockShape, ...],
    width: int,
    height: int,
    dpr: float,
    cap: int | None = None,
    narrow: bool = False,
    brief: bool = False,
) -> Iterator[Room]:
    bars = shapes[-1].rows == 0 and len(shapes) > 1
    for lines in range(1, min(MOST_LINES, len(shapes)) + 1):
        for even in (True, False):
            # Beside several lines only where all must fit: a line then has no room for them.
            yield Room(width, height, lines, dpr, even, cap, narrow, narrow and bars and lines > 1, brief)


def _best(
    shapes: tuple[BlockShape, ...], rooms: Iterator[Room], least: int = SMALLEST_TILE
) -> tuple[Room, int] | None:
    """Choose the room in which tiles are largest, and the side that these then have."""
    best: tuple[Room, int] | None = None
    for room in rooms:
        side = _largest_side(shapes, room, least)
        if side > WORTH_A_CHANGE * (0 if best is None else best[1]):
            best = room, side
    return best


def _largest_side(shapes: tuple[BlockShape, ...], room: Room, least: int) -> int:
    """Find the largest tiles with which everything has room; 0 when nothing has."""

    def fits(side: int) -> bool:
        sizes = [size_of(shape, side, room) for shape in shapes]
        width = room.width
        if room.beside:
            bars = sizes.pop()
            width -= bars.step
            if bars.height > room.height - room.heading:
                return False
        if any(size.height > room.body for size in sizes):
            return False
        return max(size.step for size in sizes) <= width and len(_filled(sizes, width)) <= room.lines

    low, high = round(least * room.dpr), round(LARGEST_TILE * room.dpr)
    if not fits(low):
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _cell(shape: BlockShape, side: int, room: Room) -> int:
    if shape.rows * shape.columns > 1:
        return max(1, round(side / max(shape.rows, shape.columns)))
    largest = round(LARGEST_UNIT * room.dpr)
    if not room.narrow:
        return max(1, min(side, largest))
    return min(largest, max(round(SMALLEST_UNIT * room.dpr), round(side / UNITS_PER_TILE)))


def _grid(shape: BlockShape, cell: int, room: Room) -> TileLayout:
    """Stack as many tiles as the height allows, and make the columns equally high."""
    gap = round((TILE_GAP if shape.rows > 1 else 2) * room.dpr)
    shown = _shown(shape, room)
    per_column = max(1, (room.body + gap) // (shape.rows * cell + gap))
    columns = -(-shown // per_column)
    return TileLayout(
        count=shape.count,
        shown=shown,
        slices=1,
        rows=shape.rows,
        columns=shape.columns,
        tile_columns=_even_columns(shown, columns) if room.even else columns,
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


def _shown(shape: BlockShape, room: Room) -> int:
    """So many of a layer's channels are shown; of dots, as many as of pictures in the same room."""
    if room.cap is None:
        return shape.count
    return min(shape.count, room.cap if shape.rows * shape.columns > 1 else UNITS_PER_TILE * room.cap)


def _even_columns(count: int, fewest: int) -> int:
    """Choose as many columns as needed, or a few more where that leaves no row half empty."""
    wider = range(fewest, fewest + fewest // 3 + 1)
    return next((columns for columns in wider if count % columns == 0), fewest)


def _filled(sizes: list[Size], width: int) -> list[list[Size]]:
    """Fill line after line up to a width."""
    lines: list[list[Size]] = [[]]
    x = 0
    for size in sizes:
        if x and x + size.step > width:
            lines.append([])
            x = 0
        lines[-1].append(size)
        x += size.step
    return lines
