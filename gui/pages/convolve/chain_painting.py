"""Paints the parts of the chain of layers: grounds, arrows with words, and small pictures of channels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from gui.pages.convolve.chain_layout import Card, ChainLayout, Group, Hit, Tile
from gui.pages.convolve.chain_stages import PICTURE, Array, Stage
from gui.pages.convolve.map_image import entry_images, map_entries
from gui.palettes import Lut
from gui.theme import RADIUS, S1, S2, Theme, caption_font, mixed

_ARROW_HEAD = 3.5
_LINE_SHARE = 1.12
_CHOSEN_WIDTH = 2.0


@dataclass(frozen=True, slots=True)
class ChainLook:
    """How the numbers of a chain become colours; the tables of the picture's channels by their names."""

    classic: bool
    input_luts: tuple[str, ...]
    input_scale: float
    output_scales: tuple[float, ...]

    def input_lut(self, theme: Theme, channel: int) -> Lut:
        """Give the table of a channel of the picture; the plain one where none was named."""
        name = self.input_luts[channel] if channel < len(self.input_luts) else "input"
        return {"red": theme.red_lut, "green": theme.green_lut, "blue": theme.blue_lut}.get(
            name, theme.input_lut
        )

    def output_scale(self, layer: int) -> float:
        """Give the value of a layer drawn at full strength; 1 where none was named."""
        return self.output_scales[layer] if layer < len(self.output_scales) else 1.0


def paint_chain(
    painter: QPainter,
    layout: ChainLayout,
    *,
    seen: QRectF,
    theme: Theme,
    look: ChainLook,
    dpr: float,
    images: dict[tuple[int, int], QImage],
    selected: tuple[int, int],
    problem: str,
    hit: Hit | None,
    buttons: bool,
) -> None:
    """Paint what is seen of a chain.

    Parameters
    ----------
    painter, layout
        Where, and what.
    seen
        The part that is on screen.
    theme, look, dpr
        Colours, and device pixels per logical one.
    images
        Tiles that were drawn before, by group and channel; those drawn now are put in.
    selected
        The layer in front and its channel.
    problem
        What is wrong with the layer after the last.
    hit
        What is under the mouse.
    buttons
        Whether the crosses that remove layers are painted.
    """
    layer = selected[0]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    over = hit.layer if hit is not None and hit.part != "words" else None
    for card in layout.cards:
        paint_card(painter, card, theme, chosen=card.layer == layer, hovered=card.layer == over)
    if layout.problem is not None:
        paint_problem(painter, layout.problem, problem, theme, chosen=layout.problem.layer == layer)
    if buttons:
        for card in (*layout.cards, *([layout.problem] if layout.problem else [])):
            close = hit is not None and (hit.part, hit.layer) == ("close", card.layer)
            paint_close(painter, card, theme, hovered=close)
    for index, group in enumerate(layout.groups):
        if group.words.intersects(seen):
            paint_words(painter, group, theme)
        paint_more(painter, group, theme)
        tiles = [tile for tile in group.tiles if tile.rect.intersects(seen)]
        missing = [tile for tile in tiles if (index, tile.channel) not in images]
        if missing:
            drawn = tile_images(group.stage, missing, look, theme, dpr)
            images.update(zip(((index, tile.channel) for tile in missing), drawn, strict=True))
        for tile in tiles:
            painter.drawImage(tile.rect.topLeft(), images[index, tile.channel])
        paint_tile_frames(painter, tiles, theme.hairline, 1.0)
        if hit is not None and hit.group == index:
            under = [tile for tile in tiles if tile.channel == hit.channel]
            paint_tile_frames(painter, under, mixed(theme.hairline, theme.text, 0.5), 1.0)
        if group.stage.layer == layer:
            chosen = [tile for tile in tiles if tile.channel == selected[1]]
            paint_tile_frames(painter, chosen, theme.accent, _CHOSEN_WIDTH)


def tile_images(
    stage: Stage, tiles: Sequence[Tile], look: ChainLook, theme: Theme, dpr: float
) -> list[QImage]:
    """Draw channels for equal tiles in one go, on exactly the tiles' device pixels."""
    first = tiles[0]
    size = QSize(round(first.rect.width() * dpr), round(first.rect.height() * dpr))
    channels = [tile.channel for tile in tiles]
    maps = stage.values[channels]
    if not first.factor:
        shrink = _means if stage.layer == PICTURE else _strongest
        side = max(1, maps.shape[1] // size.height())
        maps = np.stack([shrink(_squares(values, side)) for values in maps])
    mode = Qt.TransformationMode
    how = mode.FastTransformation if first.factor else mode.SmoothTransformation
    images = _coloured(stage, maps, channels, look, theme)
    if images[0].size() != size:
        images = [image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how) for image in images]
    for image in images:
        image.setDevicePixelRatio(dpr)
    return images


def paint_card(painter: QPainter, card: Card, theme: Theme, *, chosen: bool, hovered: bool) -> None:
    """Paint the ground of a layer; the layer in front is outlined in the accent."""
    outline = theme.accent if chosen else mixed(theme.hairline, theme.text, 0.3 if hovered else 0.0)
    painter.setBrush(theme.panel)
    _outline(painter, card.rect, QPen(outline, _CHOSEN_WIDTH if chosen else 1))


def paint_close(painter: QPainter, card: Card, theme: Theme, *, hovered: bool) -> None:
    """Paint the cross that removes a layer."""
    if card.close.isEmpty():
        return
    middle = card.close.center()
    painter.setPen(QPen(theme.text if hovered else theme.text_dim, 1.25, c=Qt.PenCapStyle.RoundCap))
    for slope in (-1, 1):
        painter.drawLine(middle + QPointF(-3, -3 * slope), middle + QPointF(3, 3 * slope))


def paint_words(painter: QPainter, group: Group, theme: Theme) -> None:
    """Paint the operation's name over an arrow, and the new shape below it."""
    stage, rect = group.stage, group.words
    font = caption_font()
    line = QFontMetricsF(font).height() * _LINE_SHARE
    painter.setFont(font)
    middle = rect.center().y()
    if stage.layer == PICTURE:
        # Only a name, at the left of its pictures: nothing leads to it.
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        _write(painter, QRectF(rect.left(), middle - line, rect.width(), line), left, "picture", theme.text)
        below = QRectF(rect.left(), middle, rect.width(), line)
        _write(painter, below, left, stage.shape, theme.text_dim)
        return
    y = round(middle + (line / 2 if len(stage.words) > 1 else 0)) + 0.5
    centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
    top = y - S1 / 2 - 2 - line * len(stage.words)
    for index, word in enumerate(stage.words):
        place = QRectF(rect.left(), top + index * line, rect.width(), line)
        _write(painter, place, centre, word, theme.text)
    _write(
        painter, QRectF(rect.left(), y + S1 / 2 + 2, rect.width(), line), centre, stage.shape, theme.text_dim
    )
    paint_arrow(painter, QPointF(rect.left() + S1, y), QPointF(rect.right() - S1, y), theme.text_dim)


def paint_arrow(painter: QPainter, start: QPointF, end: QPointF, colour: QColor) -> None:
    """Paint a level arrow with a small filled head."""
    painter.setPen(QPen(colour, 1))
    painter.drawLine(start, end - QPointF(_ARROW_HEAD, 0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    half = _ARROW_HEAD * 0.8
    painter.drawPolygon(
        QPolygonF([end, end + QPointF(-2 * half, -half), end + QPointF(-2 * half, half)]),
    )


def paint_more(painter: QPainter, group: Group, theme: Theme) -> None:
    """Say how many channels have no room."""
    if group.hidden:
        painter.setFont(caption_font())
        _write(painter, group.more, Qt.AlignmentFlag.AlignCenter, f"+{group.hidden}", theme.text_dim)


def paint_tile_frames(painter: QPainter, tiles: Sequence[Tile], colour: QColor, width: float) -> None:
    """Outline channels just outside their pixels."""
    if tiles:
        half = width / 2
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([tile.rect.adjusted(-half, -half, half, half) for tile in tiles])


def paint_problem(painter: QPainter, card: Card, sentence: str, theme: Theme, *, chosen: bool) -> None:
    """Paint the sentence about a layer that could not be computed, in the place of its channels."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    dashed = QPen(theme.warning, 1, Qt.PenStyle.DashLine)
    _outline(painter, card.rect, QPen(theme.accent, _CHOSEN_WIDTH) if chosen else dashed)
    painter.setFont(caption_font())
    right = card.close.left() if not card.close.isEmpty() else card.rect.right() - S2
    room = QRectF(card.rect.left() + S2, card.rect.top() + 2, right - card.rect.left() - S2, 0)
    room.setBottom(card.rect.bottom() - 2)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
    painter.setPen(theme.warning)
    painter.drawText(room, flags, sentence)


def _coloured(
    stage: Stage, maps: Array, channels: Sequence[int], look: ChainLook, theme: Theme
) -> list[QImage]:
    if stage.layer != PICTURE:
        lut: Lut = theme.classic_lut if look.classic else theme.output_lut
        return entry_images(map_entries(maps, look.output_scale(stage.layer), signed=True), lut)
    if look.classic:
        # Black is 0 here and white 1: the whole of the table that has its zero in the middle.
        strengths = 2 * (maps / look.input_scale) - 1
        return entry_images(map_entries(strengths, 1.0, signed=True), theme.classic_lut)
    entries = map_entries(maps, look.input_scale, signed=False)
    luts = [look.input_lut(theme, channel) for channel in channels]
    if all(one is luts[0] for one in luts):
        return entry_images(entries, luts[0])
    return [entry_images(one[None], lut)[0] for one, lut in zip(entries, luts, strict=True)]


def _squares(values: Array, size: int) -> Array:
    """Cut a map into squares of numbers, ``(rows, columns, size²)``; what is left over at its end goes."""
    rows, columns = (max(side // size, 1) for side in values.shape)
    height, width = (side // count for side, count in zip(values.shape, (rows, columns), strict=True))
    whole = values[: rows * height, : columns * width].reshape(rows, height, columns, width)
    return whole.swapaxes(1, 2).reshape(rows, columns, -1)


def _means(squares: Array) -> Array:
    """The mean of each square: colouring a few means is quicker than colouring all and shrinking."""
    means: Array = squares.mean(axis=2)
    return means


def _strongest(squares: Array) -> Array:
    """The strongest number of each square: in a mean a thin edge would fade."""
    low, high = squares.min(axis=2), squares.max(axis=2)
    return np.where(-low > high, low, high)


def _outline(painter: QPainter, rect: QRectF, pen: QPen) -> None:
    """Draw a rounded line just inside `rect`."""
    half = pen.widthF() / 2
    painter.setPen(pen)
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), RADIUS, RADIUS)


def _write(painter: QPainter, rect: QRectF, flags: Qt.AlignmentFlag, text: str, colour: QColor) -> None:
    painter.setPen(colour)
    painter.drawText(rect, flags | Qt.TextFlag.TextDontClip, text)
