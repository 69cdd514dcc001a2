"""Where the cards of filters lie, and what on a card lies under the mouse; all in device pixels."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF

from gui.theme import S1, S2

Part: TypeAlias = Literal["kernel", "output", "card"]

MOST_SLICES = 4
SMALLEST_OUTPUT_PX, LARGEST_OUTPUT_PX = 72, 208
# Maps beyond this many cells a side may be drawn smaller than one pixel per number.
_MOST_WHOLE_CELLS = 128
_CAPTION_PX = 14
_LEAST_CARD_PX = 90
# Rooms for the kernel: below the output channel, or beside it; there all its slices share them.
_KERNEL_BELOW_PX = 24
_KERNELS_BESIDE_PX = (44, 36, 28)
# Or in the caption line, where the room is narrow and a filter has but one slice.
_KERNEL_ABOVE_PX = 24
_LEAST_SLICE_PX = 14
_MORE_PX = 26
_INSET_PX = 6
_GAP_PX = S2
# Kept free round all cards for the outline of a selected one.
EDGE_PX = 2


@dataclass(frozen=True, slots=True)
class CardHit:
    """What lies under the mouse: a card, and a number of its kernel or of its output channel."""

    card: int
    part: Part = "card"
    slice: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class CardLayout:
    """The places of equal cards in rows; those of parts are from the card's corner.

    Parameters
    ----------
    count, slices
        Cards, and slices of each filter, of which `MOST_SLICES` are drawn.
    kernel, output
        Rows and columns of a slice and of an output channel.
    dpr
        Device pixels per logical pixel.
    per_row
        Cards in a row.
    width, height
        Of a card.
    kernel_cell
        Side of a cell of the kernel.
    kernel_corners
        Where the drawn slices begin.
    output_rect
        Where the output channel lies.
    caption_rect
        Where a card's name stands.
    """

    count: int
    slices: int
    kernel: tuple[int, int]
    output: tuple[int, int]
    dpr: float
    per_row: int
    width: int
    height: int
    kernel_cell: int
    kernel_corners: tuple[tuple[int, int], ...]
    output_rect: tuple[int, int, int, int]
    caption_rect: tuple[int, int, int, int]

    @property
    def total_height(self) -> int:
        """Height of all rows of cards."""
        rows = math.ceil(self.count / self.per_row)
        return rows * (self.height + self._gap) - self._gap + 2 * round(EDGE_PX * self.dpr)

    @property
    def row_step(self) -> int:
        """From one row of cards to the next."""
        return self.height + self._gap

    @property
    def caption(self) -> QRectF:
        """Where a card's name stands."""
        return QRectF(*self.caption_rect)

    @property
    def _gap(self) -> int:
        return round(_GAP_PX * self.dpr)

    def card(self, index: int) -> QRectF:
        """Tell where a card lies."""
        row, column = divmod(index, self.per_row)
        edge = round(EDGE_PX * self.dpr)
        return QRectF(
            edge + column * (self.width + self._gap), edge + row * self.row_step, self.width, self.height
        )

    def kernel_rect(self, index: int) -> QRectF:
        """Tell where a drawn slice lies on its card."""
        left, top = self.kernel_corners[index]
        return QRectF(left, top, self.kernel[1] * self.kernel_cell, self.kernel[0] * self.kernel_cell)

    @property
    def note(self) -> QRectF:
        """The room beside the kernel for what does not fit or is quieter; empty where there is none."""
        last = self.kernel_rect(len(self.kernel_corners) - 1)
        left, top, width, height = self.output_rect
        if last.bottom() <= top:
            return QRectF()
        if last.top() < top + height:
            below = max(self.kernel_rect(i).bottom() for i in range(len(self.kernel_corners)))
            inset, space = round(_INSET_PX * self.dpr), round(2 * self.dpr)
            return QRectF(
                inset,
                below + space,
                left - inset - round(S1 * self.dpr),
                max(0.0, top + height - below - space),
            )
        start = last.right() + round(S1 * self.dpr)
        return QRectF(start, last.top(), max(0.0, left + width - start), last.height())

    def visible(self, top: float, bottom: float) -> range:
        """Tell which cards are between two heights."""
        first = max(0, int(top // self.row_step))
        last = max(first, math.ceil(bottom / self.row_step))
        return range(min(self.count, first * self.per_row), min(self.count, last * self.per_row))

    def hit(self, x: float, y: float) -> CardHit | None:
        """Tell what lies at a point."""
        edge = round(EDGE_PX * self.dpr)
        column, row = int((x - edge) // (self.width + self._gap)), int((y - edge) // self.row_step)
        index = row * self.per_row + column
        if column < 0 or row < 0 or column >= self.per_row or index >= self.count:
            return None
        card = self.card(index)
        point = QPointF(x, y)
        if not card.contains(point):
            return None
        inside = point - card.topLeft()
        output = QRectF(*self.output_rect)
        if output.contains(inside):
            row, column = _cell(inside, output, self.output)
            return CardHit(index, "output", 0, row, column)
        for number in range(len(self.kernel_corners)):
            rect = self.kernel_rect(number)
            if rect.contains(inside):
                row, column = _cell(inside, rect, self.kernel)
                return CardHit(index, "kernel", number, row, column)
        return CardHit(index)

    def output_cell(self, row: int, column: int) -> QRectF:
        """Tell where one number of the output channel is drawn on its card."""
        left, top, width, height = self.output_rect
        across, down = width / self.output[1], height / self.output[0]
        return QRectF(left + column * across, top + row * down, across, down)


def _cell(inside: QPointF, rect: QRectF, shape: tuple[int, int]) -> tuple[int, int]:
    row = int((inside.y() - rect.top()) * shape[0] / rect.height())
    column = int((inside.x() - rect.left()) * shape[1] / rect.width())
    return min(row, shape[0] - 1), min(column, shape[1] - 1)


@lru_cache(maxsize=64)
def plan_cards(
    count: int,
    slices: int,
    kernel: tuple[int, int],
    output: tuple[int, int],
    width: int,
    height: int,
    dpr: float,
) -> CardLayout:
    """Find the largest cards that are all in view, or else the smallest ones, to be scrolled.

    The kernel lies beside the output channel, below it or above it, whichever leaves more room for that.

    Parameters
    ----------
    count, slices : int
        Cards, and slices of each filter.
    kernel, output : tuple of int
        Rows and columns of a slice and of an output channel.
    width, height : int
        The room, in device pixels.
    dpr : float
        Device pixels per logical pixel.
    """
    sizes = _output_sizes(output, dpr)
    layouts: list[CardLayout] = []
    for size in sizes:
        layouts = [
            _layout(count, slices, kernel, output, size, beside, width, dpr)
            for beside in (None, *_KERNELS_BESIDE_PX, *((0,) if slices == 1 else ()))
        ]
        fitting = [
            layout
            for layout in layouts
            if layout.total_height <= height and layout.width + 2 * EDGE_PX <= width
        ]
        if fitting:
            return fitting[0]
    return min(layouts, key=lambda layout: layout.total_height)


def _output_sizes(output: tuple[int, int], dpr: float) -> list[tuple[int, int]]:
    """List the sizes in which an output channel may be drawn, largest first: whole pixels per number."""
    rows, columns = output
    side = max(rows, columns)
    least, most = round(SMALLEST_OUTPUT_PX * dpr), round(LARGEST_OUTPUT_PX * dpr)
    largest = max(1, most // side)
    smallest = max(1, math.ceil(least / side))
    cells = list(range(max(largest, smallest), smallest - 1, -1))
    sizes = [(columns * cell, rows * cell) for cell in cells]
    if side > _MOST_WHOLE_CELLS:
        step = round(S1 * dpr)
        reduced = range(min(side, most), least - 1, -step)
        sizes = [(max(1, round(columns * s / side)), max(1, round(rows * s / side))) for s in reduced]
    return sizes


def _layout(
    count: int,
    slices: int,
    kernel: tuple[int, int],
    output: tuple[int, int],
    size: tuple[int, int],
    beside: int | None,
    width: int,
    dpr: float,
) -> CardLayout:
    inset, gap, space = round(_INSET_PX * dpr), round(_GAP_PX * dpr), round(S1 * dpr)
    top = round((S1 + _CAPTION_PX + 2) * dpr)
    drawn = min(slices, MOST_SLICES)
    rows, columns = kernel
    more = round(_MORE_PX * dpr) if slices > drawn else 0
    between = round(3 * dpr)
    name_left, caption = inset, round(_CAPTION_PX * dpr)
    corners: tuple[tuple[int, int], ...]
    if beside == 0:
        cell = max(1, round(_KERNEL_ABOVE_PX * dpr) // max(kernel))
        corners = ((inset, inset),)
        top = inset + cell * rows + space
        card = max(size[0] + 2 * inset, round(_LEAST_CARD_PX * dpr))
        left = (card - size[0]) // 2
        bottom = top + size[1]
        name_left += cell * columns + space
        # Beside the kernel a long name has a second line.
        caption = max(caption, top - space)
    elif beside is None:
        card = max(size[0] + 2 * inset, round(_LEAST_CARD_PX * dpr))
        room = (card - 2 * inset - more - (drawn - 1) * between) // drawn
        side = max(kernel)
        least = math.ceil(_LEAST_SLICE_PX * dpr / side)
        cell = max(least, min(room // columns, round(_KERNEL_BELOW_PX * dpr) // side))
        needed = drawn * cell * columns + (drawn - 1) * between + more + 2 * inset
        card = max(card, needed)
        kernel_top = top + size[1] + space
        corners = tuple((inset + i * (cell * columns + between), kernel_top) for i in range(drawn))
        left = (card - size[0]) // 2
        bottom = kernel_top + cell * rows
    else:
        across = 1 if drawn == 1 else 2
        room = round(beside * dpr) - (across - 1) * between
        cell = max(1, room // across // max(kernel))
        pitch = (cell * columns + between, cell * rows + between)
        corners = tuple(
            (inset + (i % across) * pitch[0], top + (i // across) * pitch[1]) for i in range(drawn)
        )
        left = inset + max(across * pitch[0] - between, more) + space + round(2 * dpr)
        card = max(left + size[0] + inset, round(_LEAST_CARD_PX * dpr))
        left = card - inset - size[0]
        high = math.ceil(drawn / across) * pitch[1] - between
        bottom = top + max(size[1], high + more // 2)
    per_row = max(1, (width - 2 * round(EDGE_PX * dpr) + gap) // (card + gap))
    return CardLayout(
        count,
        slices,
        kernel,
        output,
        dpr,
        per_row,
        card,
        bottom + inset - 1,
        cell,
        corners,
        (left, top, *size),
        (name_left, round(S1 * dpr) - 1, card - name_left - inset, caption),
    )
