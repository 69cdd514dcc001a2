"""Where the cells of a few small maps go in a narrow column: device pixels, no Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Equally large maps in rows of ``across``; every length is in whole device pixels.

    A map has ``rows`` × ``columns`` square cells of side ``cell``; above each map is a caption of
    height ``caption``, 0 for none.
    """

    maps: int
    rows: int
    columns: int
    cell: int
    across: int
    gap: int
    caption: int

    @property
    def map_width(self) -> int:
        """Width of one map."""
        return self.columns * self.cell

    @property
    def map_height(self) -> int:
        """Height of one map without its caption."""
        return self.rows * self.cell

    @property
    def height(self) -> int:
        """Height of everything."""
        down = -(-self.maps // self.across)
        return down * (self.caption + self.map_height) + (down - 1) * self.gap

    def origin(self, index: int) -> tuple[int, int]:
        """Return the left and top of a map's first cell."""
        down, right = divmod(index, self.across)
        left = right * (self.map_width + self.gap)
        return left, down * (self.caption + self.map_height + self.gap) + self.caption

    def hit(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Return the map, row and column at a point, or None between maps."""
        right = int(x // (self.map_width + self.gap))
        down = int(y // (self.caption + self.map_height + self.gap))
        index = down * self.across + right
        if not (0 <= right < self.across and 0 <= index < self.maps):
            return None
        left, top = self.origin(index)
        row, column = int((y - top) // self.cell), int((x - left) // self.cell)
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return index, row, column


def plan_grid(
    maps: int,
    rows: int,
    columns: int,
    width: int,
    *,
    tallest: int,
    largest_cell: int,
    gap: int,
    caption: int,
) -> GridLayout:
    """Choose how many maps go side by side so that the cells are as large as they can be.

    Parameters
    ----------
    maps, rows, columns : int
        How many maps of how many cells.
    width : int
        The room across, in device pixels, like all that follow.
    tallest : int
        The height not to pass if that is possible at all.
    largest_cell : int
        Cells do not grow beyond this.
    gap : int
        Between maps.
    caption : int
        Above each map when there are several.
    """
    caption = caption if maps > 1 else 0
    best: GridLayout | None = None
    for across in range(1, maps + 1):
        room = (width - (across - 1) * gap) // (across * columns)
        if room < 1 and across > 1:
            break
        fitting = GridLayout(maps, rows, columns, max(1, min(largest_cell, room)), across, gap, caption)
        if best is None:
            best = fitting
        elif best.height > tallest:
            if fitting.height < best.height:
                best = fitting
        elif fitting.height <= tallest and fitting.cell > best.cell:
            best = fitting
    return best or GridLayout(maps, rows, columns, 1, 1, gap, caption)
