"""Where everything lies on a card of the pattern wall; pure numbers, in logical pixels.

They are asked for hundreds of times whenever the wall is painted, and so are kept.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from gui.theme import S2

HEADING_PX = 24
GAP_PX = 4
# The side of a block of nine patches, and of the picture made for the channel: it grows while as many cards
# as with the least have room in a row.
LEAST_BLOCK_PX, MOST_BLOCK_PX, BLOCK_STEP_PX = 116, 184, 4
ACROSS = 3


@dataclass(frozen=True)
class CardGeometry:
    """A card: a heading, nine patches, what in them excites the channel, and a picture made for it.

    Parameters
    ----------
    patch
        Height and width of a patch in pixels of the picture.
    dream
        The same of the made picture.
    side
        Logical pixels that a block of patches comes nearest to; the made picture is as tall as it.
    """

    patch: tuple[int, int]
    dream: tuple[int, int]
    side: int = LEAST_BLOCK_PX

    @cached_property
    def patch_cell(self) -> int:
        """Logical pixels of a patch's pixel."""
        room = (self.side - (ACROSS - 1) * GAP_PX) // ACROSS
        return max(1, room // max(self.patch))

    @cached_property
    def dream_cell(self) -> int:
        """Logical pixels of the made picture's pixel."""
        return max(1, self.block[0] // max(self.dream))

    @cached_property
    def block(self) -> tuple[int, int]:
        """Height and width of nine patches."""
        cell = self.patch_cell
        h, w = self.patch
        return ACROSS * h * cell + (ACROSS - 1) * GAP_PX, ACROSS * w * cell + (ACROSS - 1) * GAP_PX

    @cached_property
    def made(self) -> tuple[int, int]:
        """Height and width of the made picture."""
        return self.dream[0] * self.dream_cell, self.dream[1] * self.dream_cell

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of the card."""
        tallest = max(self.block[0], self.made[0])
        return HEADING_PX + tallest + S2, S2 + self.block[1] + S2 + self.block[1] + S2 + self.made[1] + S2

    def patch_corner(self, index: int) -> tuple[int, int]:
        """Left and top of a patch in its block."""
        row, column = divmod(index, ACROSS)
        h, w = self.patch
        return column * (w * self.patch_cell + GAP_PX), row * (h * self.patch_cell + GAP_PX)

    @cached_property
    def lefts(self) -> tuple[int, int, int]:
        """Left edges of the patches, of what excites, and of the made picture."""
        second = S2 + self.block[1] + S2
        return S2, second, second + self.block[1] + S2


@dataclass(frozen=True)
class WallGeometry:
    """Cards in rows, as many to a row as the width holds."""

    card: CardGeometry
    count: int
    width: int

    @classmethod
    def fitted(cls, card: CardGeometry, count: int, width: int) -> "WallGeometry":
        """Make the cards as large as can be without fewer in a row."""
        best = cls(replace(card, side=LEAST_BLOCK_PX), count, width)
        for side in range(LEAST_BLOCK_PX, MOST_BLOCK_PX + 1, BLOCK_STEP_PX):
            larger = cls(replace(card, side=side), count, width)
            if larger.columns == best.columns and larger.row_width <= max(width, best.row_width):
                best = larger
        return best

    @cached_property
    def row_width(self) -> int:
        """Width of a full row."""
        return self.columns * (self.card.size[1] + S2) - S2

    @cached_property
    def columns(self) -> int:
        """Cards in a row, at least one."""
        return max(1, min(self.count, (self.width + S2) // (self.card.size[1] + S2)))

    @cached_property
    def height(self) -> int:
        """Of the whole wall."""
        rows = -(-self.count // self.columns)
        return max(0, rows * (self.card.size[0] + S2) - S2)

    def corner(self, place: int) -> tuple[int, int]:
        """Left and top of the card at a place, counted row by row."""
        row, column = divmod(place, self.columns)
        return column * (self.card.size[1] + S2), row * (self.card.size[0] + S2)

    def card_at(self, x: float, y: float) -> int | None:
        """Find the place of the card at a point."""
        height, width = self.card.size
        column, row = int(x // (width + S2)), int(y // (height + S2))
        inside = x - column * (width + S2) < width and y - row * (height + S2) < height
        place = row * self.columns + column
        good = inside and 0 <= column < self.columns and 0 <= place < self.count
        return place if good else None
