"""Where everything of the chain of layers lies, on whole device pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF

from gui.pages.convolve.chain_stages import PICTURE, Stage

Part: TypeAlias = Literal["tile", "more", "words", "close", "card", "problem"]

BAR_PX = 6
"""Room that is always kept below for the scroll bar."""

_PAD_X, _PAD_Y, _GAP = 6, 4, 2
_SHORTEST_ARROW = 28
_CLOSE_SIDE = 16
_PROBLEM_WIDTH = 236
# The width that one stage's channels may take, and the air beside words: generous while all fits, else less.
_GENEROUS, _COMPACT = (232, 8), (112, 6)
_MOST_LINES = 3
# A map is never drawn smaller than that, however many there are.
_SMALLEST_TILE = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One channel's picture; `factor` device pixels per number, 0 where it is made smaller."""

    channel: int
    rect: QRectF
    factor: int


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One stage on screen: the words and the arrow before it, and its tiles."""

    stage: Stage
    words: QRectF
    tiles: tuple[Tile, ...]
    more: QRectF
    hidden: int


@dataclass(frozen=True, slots=True)
class Card:
    """The ground of a layer, or of the picture; `close` is empty where it cannot be removed."""

    layer: int
    rect: QRectF
    close: QRectF


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies at a place: a part, its layer and group, and the channel and pixel of a tile."""

    part: Part
    layer: int
    group: int = -1
    channel: int = -1
    pixel: tuple[int, int] = (-1, -1)


@dataclass(frozen=True, slots=True, eq=False)
class ChainLayout:
    """A finished layout, in logical pixels that are whole device pixels."""

    groups: tuple[Group, ...]
    cards: tuple[Card, ...]
    problem: Card | None
    width: float

    def with_stages(self, stages: Sequence[Stage]) -> "ChainLayout":
        """Put other stages of the same shapes and words in the same places."""
        groups = (replace(group, stage=stage) for group, stage in zip(self.groups, stages, strict=True))
        return replace(self, groups=tuple(groups))

    def hit(self, place: QPointF) -> Hit | None:
        """Tell what lies at a place; None between the parts."""
        cards = self.cards if self.problem is None else (*self.cards, self.problem)
        for card in cards:
            if card.close.contains(place):
                return Hit("close", card.layer)
        for index, group in enumerate(self.groups):
            for tile in group.tiles:
                if tile.rect.contains(place):
                    inside = place - tile.rect.topLeft()
                    _, rows, columns = group.stage.values.shape
                    row = min(int(inside.y() / tile.rect.height() * rows), rows - 1)
                    column = min(int(inside.x() / tile.rect.width() * columns), columns - 1)
                    return Hit("tile", group.stage.layer, index, tile.channel, (row, column))
            if group.more.contains(place):
                return Hit("more", group.stage.layer, index)
            if group.words.contains(place):
                return Hit("words", group.stage.layer, index)
        for card in cards:
            if card.rect.contains(place):
                return Hit("problem" if card is self.problem else "card", card.layer)
        return None


def plan_chain(
    stages: Sequence[Stage],
    *,
    width: float,
    height: float,
    dpr: float,
    text_width: Callable[[str], float],
    selected: tuple[int, int],
    problem: bool,
) -> ChainLayout:
    """Find a place for every stage.

    Parameters
    ----------
    stages
        The picture, then what the layers make of it.
    width, height, dpr
        The room in logical pixels, and device pixels per logical one.
    text_width
        Measures a word in logical pixels.
    selected
        Layer and channel that must be among the tiles shown.
    problem
        Whether a sentence follows about a layer that could not be computed.
    """
    layout = _planned(stages, _GENEROUS, height, dpr, text_width, selected, problem)
    if layout.width > width:
        layout = _planned(stages, _COMPACT, height, dpr, text_width, selected, problem)
    return layout


def _planned(
    stages: Sequence[Stage],
    density: tuple[int, int],
    height: float,
    dpr: float,
    text_width: Callable[[str], float],
    selected: tuple[int, int],
    problem: bool,
) -> ChainLayout:
    room, air = density
    pen = _Pen(height, dpr)
    groups: list[Group] = []
    cards: list[Card] = []
    for index, stage in enumerate(stages):
        opens = stage.kind in ("picture", "outputs")
        last = index + 1 == len(stages) or stages[index + 1].kind == "outputs"
        longest = max(text_width(word) for word in (*stage.words, stage.shape))
        words_width = max(longest + 2 * air, _SHORTEST_ARROW)
        if opens and stage.layer != PICTURE:
            words = pen.take(words_width)
            pen.open_card()
        else:
            if opens:
                pen.open_card()
                words_width = longest + air
            words = pen.take(words_width)
        keep = selected[1] if stage.layer == selected[0] else -1
        tiles, hidden = pen.tiles(stage, room, keep)
        more = pen.take(text_width(f"+{hidden}") + air) if hidden else QRectF()
        groups.append(Group(stage, words, tiles, more, hidden))
        if last:
            cards.append(pen.close_card(stage.layer))
    note = None
    if problem:
        pen.take(_SHORTEST_ARROW)
        pen.open_card()
        pen.take(_PROBLEM_WIDTH)
        note = pen.close_card(cards[-1].layer + 1)
    return ChainLayout(tuple(groups), tuple(cards), note, pen.x / dpr)


class _Pen:
    """Lays parts side by side from left to right, in device pixels."""

    def __init__(self, height: float, dpr: float) -> None:
        self._dpr = dpr
        self.x = 0
        self._card_left = 0
        self._top, self._bottom = self._px(1), int((height - BAR_PX) * dpr)
        self._room_top = self._top + self._px(_PAD_Y)
        self._room = max(self._bottom - self._px(_PAD_Y) - self._room_top, 1)

    def take(self, width: float) -> QRectF:
        """Use a column of the whole height."""
        left = self.x
        self.x += self._px(width)
        return self._rect(left, self._top, self.x - left, self._bottom - self._top)

    def open_card(self) -> None:
        """Begin the ground of a layer."""
        self._card_left = self.x
        self.x += self._px(_PAD_X)

    def close_card(self, layer: int) -> Card:
        """End the ground of a layer; all but the first can be removed."""
        close = QRectF()
        if layer > 0:
            side = self._px(_CLOSE_SIDE)
            close = self._rect(self.x, self._top + self._px(1), side, side)
            self.x += side + self._px(1)
        else:
            self.x += self._px(_PAD_X)
        width, height = self.x - self._card_left, self._bottom - self._top
        return Card(layer, self._rect(self._card_left, self._top, width, height), close)

    def tiles(self, stage: Stage, room: int, keep: int) -> tuple[tuple[Tile, ...], int]:
        """Arrange a stage's channels in as few rows as have room; tell how many have none."""
        count, rows, columns = stage.values.shape
        gap, width = self._px(_GAP), self._px(room)
        # Whole pixels while all channels fit, else smaller pictures, else not all of them.
        choices = [(self._tile(rows, columns, lines, width), lines) for lines in range(1, _MOST_LINES + 1)]
        whole = [(tile, lines) for tile, lines in choices if tile[0]]
        candidates = whole + [(tile, lines) for tile, lines in choices[:2] if not tile[0]]
        for tile, lines in candidates:
            across = -(-count // lines)
            if across * (tile[1] + gap) - gap <= width:
                break
        else:
            tile, lines = max(whole, key=lambda one: one[1]) if whole else choices[1]
            across = max(1, (width + gap) // (tile[1] + gap))
        factor, tile_w, tile_h = tile
        shown = min(count, lines * across)
        channels = list(range(shown))
        if shown <= keep < count:
            channels[-1] = keep
        used = min(across, -(-shown // lines)) if shown < lines * across else across
        lines_used = -(-shown // used)
        top = self._room_top + (self._room - lines_used * (tile_h + gap) + gap) // 2
        tiles = []
        for place, channel in enumerate(channels):
            line, column = divmod(place, used)
            left = self.x + column * (tile_w + gap)
            rect = self._rect(left, top + line * (tile_h + gap), tile_w, tile_h)
            tiles.append(Tile(channel, rect, factor))
        self.x += used * (tile_w + gap) - gap
        return tuple(tiles), count - shown

    def _tile(self, rows: int, columns: int, lines: int, width: int) -> tuple[int, int, int]:
        """Give factor, width and height of a tile when there are `lines` of them."""
        cell = self._cell(lines)
        if rows <= cell and columns <= width:
            factor = min(cell // rows, max(1, width // columns))
            return factor, columns * factor, rows * factor
        share = min(cell / rows, width / columns)
        least = self._px(_SMALLEST_TILE)
        return 0, max(round(columns * share), min(columns, least)), max(round(rows * share), 1)

    def _cell(self, lines: int) -> int:
        return (self._room - (lines - 1) * self._px(_GAP)) // lines

    def _px(self, logical: float) -> int:
        return round(logical * self._dpr)

    def _rect(self, left: int, top: int, width: int, height: int) -> QRectF:
        dpr = self._dpr
        return QRectF(left / dpr, top / dpr, width / dpr, height / dpr)
