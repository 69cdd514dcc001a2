"""Where the pictures of the slide lie: pure geometry in device pixels, no Qt."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.geometry import Sides
from engine.lab.values import LayerResult

Kind: TypeAlias = Literal["input", "part", "output"]

# Up to this many channels stand in one column; more of them make a grid.
ONE_COLUMN = 3
# Logical pixels.
CAPTION = 18
GAP = 8
WIDE_GAP = 40
SUM_WIDTH = 88
MARGIN = 4
LEAST_MAP_WIDTH = 24
LARGEST_CELL = 96
# The output channel may be drawn larger than the many channels it comes from, but not out of all relation.
MOST_OUTPUT_ZOOM = 4.0
_NOTCH = 1.2
_SHRINKS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
_SMALLEST_CELL = 0.02
_BEYOND_COST = 1000.0


@dataclass(frozen=True, slots=True)
class SceneShape:
    """What the layout needs to know of a layer: sizes, no values."""

    channels: int
    input_size: tuple[int, int]
    sides: Sides
    output_size: tuple[int, int]

    @classmethod
    def of(cls, result: LayerResult) -> "SceneShape":
        """Tell the shape of a layer's result."""
        c, h, w = result.input.shape
        return cls(c, (h, w), result.sides, result.positions)


@dataclass(frozen=True, slots=True)
class MapBox:
    """One picture of the scene; `x` and `y` are the corner of its pixel (0, 0), its border lies outside."""

    kind: Kind
    channel: int
    x: int
    y: int
    cell: float
    rows: int
    columns: int
    sides: Sides = ((0, 0), (0, 0))

    def span(
        self, row: float, column: float, rows: float = 1, columns: float = 1
    ) -> tuple[int, int, int, int]:
        """Give (x, y, width, height) of some cells in whole device pixels, neighbours without a gap."""
        left, top = self.x + round(column * self.cell), self.y + round(row * self.cell)
        right = self.x + round((column + columns) * self.cell)
        bottom = self.y + round((row + rows) * self.cell)
        return left, top, right - left, bottom - top

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """The picture without its border."""
        return self.span(0, 0, self.rows, self.columns)

    @property
    def outer(self) -> tuple[int, int, int, int]:
        """The picture with its border."""
        (top, bottom), (left, right) = self.sides
        return self.span(-top, -left, self.rows + top + bottom, self.columns + left + right)

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Find the row and column under a point; negative or too large in the border, None beside it."""
        row, column = math.floor((y - self.y) / self.cell), math.floor((x - self.x) / self.cell)
        (top, bottom), (left, right) = self.sides
        inside = -top <= row < self.rows + bottom and -left <= column < self.columns + right
        return (row, column) if inside else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A cell under the pointer."""

    kind: Kind
    channel: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class SlideLayout:
    """All pictures of the scene. `parts` and the box of the sum exist only with several input channels."""

    dpr: float
    inputs: tuple[MapBox, ...]
    parts: tuple[MapBox, ...]
    output: MapBox
    sum_box: tuple[int, int, int, int] | None
    width: int
    height: int

    @property
    def boxes(self) -> tuple[MapBox, ...]:
        """All pictures."""
        return (*self.inputs, *self.parts, self.output)

    def hit(self, x: float, y: float) -> Hit | None:
        """Find the cell under a point."""
        for box in self.boxes:
            cell = box.cell_at(x, y)
            if cell is not None:
                return Hit(box.kind, box.channel, *cell)
        return None

    def nearest(self, x: float, y: float) -> MapBox:
        """Find the picture that a point lies in or is next to."""

        def distance(box: MapBox) -> float:
            left, top, width, height = box.outer
            return max(left - x, 0, x - left - width) + max(top - y, 0, y - top - height)

        return min(self.boxes, key=distance)


@dataclass(frozen=True, slots=True)
class Zoom:
    """How large cells are, in device pixels, and in how many columns the channels stand."""

    cell: float
    output_cell: float
    columns: int


def snapped(cell: float) -> float:
    """Make a cell of whole device pixels; below one pixel the picture is made smaller instead."""
    return float(math.floor(cell + 1e-9)) if cell >= 1 else max(cell, _SMALLEST_CELL)


def fitted(shape: SceneShape, width: int, height: int, dpr: float) -> Zoom:
    """Choose the largest cells and the arrangement that fit into a room of device pixels."""
    best, best_score = Zoom(_SMALLEST_CELL, _SMALLEST_CELL, 1), -math.inf
    room = width - 2 * round(MARGIN * dpr), height - 2 * round(MARGIN * dpr)
    for columns in _column_choices(shape.channels):
        whole = _largest_cell(shape, columns, *room, dpr)
        for shrink in _SHRINKS if shape.channels > 1 else (1.0,):
            cell = snapped(min(whole * shrink, LARGEST_CELL * dpr))
            output = cell
            if shape.channels > 1:
                output = _output_cell(shape, columns, cell, *room, dpr)
            zoom = Zoom(cell, output, columns)
            layout = arranged(shape, zoom, dpr)
            beyond = max(layout.width - width, 0) + max(layout.height - height, 0)
            # What does not fit is taken only where nothing fits, and then the least of it.
            score = 2 * math.log(cell) + math.log(output) - _BEYOND_COST * beyond
            if score > best_score:
                best, best_score = zoom, score
    return best


def zoomed(zoom: Zoom, notches: float, dpr: float, fit: Zoom) -> Zoom:
    """Make cells larger or smaller by turns of a wheel, at least by one device pixel."""
    cell = zoom.cell * _NOTCH**notches
    if zoom.cell >= 1 and abs(cell - zoom.cell) < 1:
        cell = zoom.cell + math.copysign(1, notches)
    least = max(min(fit.cell / 2, 1.0), _SMALLEST_CELL)
    cell = snapped(min(max(round(cell) if cell >= 1 else cell, least), LARGEST_CELL * dpr))
    output = snapped(min(cell * fit.output_cell / fit.cell, LARGEST_CELL * dpr))
    return Zoom(cell, output, zoom.columns)


def arranged(shape: SceneShape, zoom: Zoom, dpr: float) -> SlideLayout:
    """Lay the pictures out with cells of a given size, the scene's corner at (0, 0)."""
    caption, gap, wide = round(CAPTION * dpr), round(GAP * dpr), round(WIDE_GAP * dpr)
    (top, bottom), (left, right) = shape.sides
    h, w = shape.input_size
    oh, ow = shape.output_size
    cell = zoom.cell
    in_width = _extent(w + left + right, cell, dpr)
    part_width = _extent(ow, cell, dpr)
    slot = max(_length(h + top + bottom, cell), _length(oh, cell)) + caption
    rows = math.ceil(shape.channels / zoom.columns)
    block_height = rows * slot + (rows - 1) * gap
    out_height = caption + _length(oh, zoom.output_cell)
    height = max(block_height, out_height)

    def grid(kind: Kind, origin: int, width: int, size: tuple[int, int], sides: Sides) -> tuple[MapBox, ...]:
        first = (height - block_height) // 2 + caption
        ghost = round(sides[1][0] * cell), round(sides[0][0] * cell)
        # A smaller picture stands in the middle of its slot, next to the one it comes from.
        spare = (slot - caption - _length(size[0] + sum(sides[0]), cell)) // 2 if shape.channels > 1 else 0
        return tuple(
            MapBox(
                kind,
                i,
                origin + (i % zoom.columns) * (width + gap) + ghost[0],
                first + (i // zoom.columns) * (slot + gap) + spare + ghost[1],
                cell,
                *size,
                sides,
            )
            for i in range(shape.channels)
        )

    x = 0
    inputs = grid("input", x, in_width, shape.input_size, shape.sides)
    x += zoom.columns * (in_width + gap) - gap + wide
    parts: tuple[MapBox, ...] = ()
    sum_box: tuple[int, int, int, int] | None = None
    out_top = (height - block_height) // 2 + caption
    if shape.channels > 1:
        parts = grid("part", x, part_width, shape.output_size, ((0, 0), (0, 0)))
        x += zoom.columns * (part_width + gap) - gap
        sum_width = round(SUM_WIDTH * dpr)
        out_top = (height - out_height) // 2 + caption
        sum_box = (x, out_top, sum_width, out_height - caption)
        x += sum_width
    output = MapBox("output", 0, x, out_top, zoom.output_cell, *shape.output_size)
    width = x + _extent(ow, zoom.output_cell, dpr)
    return SlideLayout(dpr, inputs, parts, output, sum_box, width, height)


def place_at(
    shape: SceneShape, corner_step: tuple[int, int], span: tuple[int, int], row: int, column: int
) -> int:
    """Find the output pixel whose patch has an input pixel nearest to its middle.

    Parameters
    ----------
    shape
        Sizes of the scene.
    corner_step
        The stride, (vertical, horizontal).
    span
        How many input pixels the filter spans, (vertical, horizontal).
    row, column
        The input pixel; may lie in the border.
    """
    oh, ow = shape.output_size
    (top, _), (left, _) = shape.sides
    found_row = math.floor((row + top - (span[0] - 1) / 2) / corner_step[0] + 0.5)
    found_column = math.floor((column + left - (span[1] - 1) / 2) / corner_step[1] + 0.5)
    return min(max(found_row, 0), oh - 1) * ow + min(max(found_column, 0), ow - 1)


def patch_span(result: LayerResult) -> tuple[int, int]:
    """Tell how many input pixels the filter spans, (vertical, horizontal)."""
    (dh, dw), (kh, kw) = result.layer.geometry.dilation, result.used.shape[2:]
    return dh * (kh - 1) + 1, dw * (kw - 1) + 1


def patch_middle_cell(result: LayerResult, row: int, column: int) -> tuple[int, int]:
    """Find the input pixel in the middle of an output pixel's patch; it may lie in the border."""
    span, (y, x) = patch_span(result), result.corner(row, column)
    return y + (span[0] - 1) // 2, x + (span[1] - 1) // 2


def neighbour(index: int, size: tuple[int, int], rows: int, columns: int) -> int:
    """Find the output pixel so many rows and columns further on, or the one at the edge."""
    row, column = divmod(index, size[1])
    return min(max(row + rows, 0), size[0] - 1) * size[1] + min(max(column + columns, 0), size[1] - 1)


def glided(place: float, columns: int) -> tuple[float, float]:
    """Turn a place into the (row, column) where the filter is drawn.

    It rests on a position so that one can look, then moves on softly; from the end of a row it jumps.
    """
    index = math.floor(place)
    row, column = divmod(index, columns)
    share = min(max((place - index - 0.4) / 0.6, 0.0), 1.0)
    if column == columns - 1:
        return float(row), float(column)
    return float(row), column + share * share * (3 - 2 * share)


def _length(cells: int, cell: float) -> int:
    return round(cells * cell)


def _extent(cells: int, cell: float, dpr: float) -> int:
    """Width of a picture with the room that its caption needs."""
    return max(_length(cells, cell), round(LEAST_MAP_WIDTH * dpr))


def _column_choices(channels: int) -> range:
    return range(1, 2) if channels <= ONE_COLUMN else range(2, max(3, math.ceil(math.sqrt(2 * channels)) + 1))


def _fixed(shape: SceneShape, columns: int, dpr: float) -> tuple[int, int]:
    """Width and height of what is not pictures."""
    rows = math.ceil(shape.channels / columns)
    height = rows * round(CAPTION * dpr) + (rows - 1) * round(GAP * dpr)
    width = round(WIDE_GAP * dpr)
    if shape.channels > 1:
        width += 2 * (columns - 1) * round(GAP * dpr) + round(SUM_WIDTH * dpr)
    return width, height


def _largest_cell(shape: SceneShape, columns: int, width: int, height: int, dpr: float) -> float:
    (top, bottom), (left, right) = shape.sides
    fixed_width, fixed_height = _fixed(shape, columns, dpr)
    rows = math.ceil(shape.channels / columns)
    tall = max(shape.input_size[0] + top + bottom, shape.output_size[0])
    in_columns, out_columns = shape.input_size[1] + left + right, shape.output_size[1]
    broad = columns * in_columns + (columns if shape.channels > 1 else 0) * out_columns + out_columns
    return max(min((height - fixed_height) / (rows * tall), (width - fixed_width) / broad), _SMALLEST_CELL)


def _output_cell(shape: SceneShape, columns: int, cell: float, width: int, height: int, dpr: float) -> float:
    """Let the output channel have the room that the others leave."""
    fixed_width, _ = _fixed(shape, columns, dpr)
    (_, _), (left, right) = shape.sides
    oh, ow = shape.output_size
    used = columns * (_extent(shape.input_size[1] + left + right, cell, dpr) + _extent(ow, cell, dpr))
    spare = (width - fixed_width - used) / ow, (height - round(CAPTION * dpr)) / oh
    return snapped(min(max(min(spare), cell), cell * MOST_OUTPUT_ZOOM, LARGEST_CELL * dpr))
