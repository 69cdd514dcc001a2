"""The strokes of a wall of tiles: cards, captions, numbers and outlines, as pure functions."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from engine.inspect.tiles import TileSet, tile_indices
from engine.inspect.words import number
from gui.palettes import GAP_INDEX, Lut
from gui.theme import S1, S2, Theme, caption_font, contrast, text_on
from gui.widgets.tile_geometry import Box, TileLayout

CARD_RADIUS = 6
# Figures in cells have at least this height, in logical pixels; in smaller cells there are none.
_SMALLEST_FIGURES_PX = 11
_LARGE_CELL_PX = 56
_LARGE_FIGURES_PX = 14
# A wall of numbers is no picture any more, and costs a frame.
_MOST_FIGURES = 600


def mosaic_entries(tiles: TileSet, start: TileSet | None, change: TileSet | None) -> NDArray[np.uint8]:
    """Give what a wall's plan asks for; `start` and `change` where it has small pictures."""
    entries = [tile_indices(tiles).ravel()]
    if start is not None and change is not None:
        entries += [tile_indices(start).ravel(), tile_indices(change).ravel()]
    return np.concatenate(entries)


def logical(box: Box, dpr: float) -> QRectF:
    """Turn device pixels into logical ones."""
    return QRectF(box.x / dpr, box.y / dpr, box.width / dpr, box.height / dpr)


def paint_cards(painter: QPainter, layout: TileLayout, theme: Theme) -> None:
    """Paint the surface on which each tile lies; small tiles have none."""
    if not layout.captioned:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(theme.panel)
    for tile in range(layout.shown):
        box = logical(layout.tile_box(tile), layout.dpr)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)


def paint_captions(painter: QPainter, layout: TileLayout, tiles: TileSet, theme: Theme) -> None:
    """Paint each tile's number at the left and, where all have room, its caption at the right."""
    if not layout.captioned:
        return
    font = caption_font()
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    longest = max((metrics.horizontalAdvance(caption) for caption in tiles.captions), default=0.0)
    room = layout.picture_box(0).width / layout.dpr - S1
    have_room = longest + metrics.horizontalAdvance(str(layout.shown)) <= room
    for tile in range(layout.shown):
        box = layout.tile_box(tile)
        picture = logical(layout.picture_box(tile), layout.dpr)
        top = box.y / layout.dpr
        line = QRectF(picture.left(), top, picture.width(), picture.top() - top)
        painter.setPen(theme.text)
        painter.drawText(line, _LEFT, str(tile + 1))
        if have_room:
            painter.setPen(theme.text_dim)
            painter.drawText(line, _RIGHT, tiles.captions[tile])
        if layout.preview_cell:
            _paint_preview_signs(painter, layout, tile, theme)


def _paint_preview_signs(painter: QPainter, layout: TileLayout, tile: int, theme: Theme) -> None:
    """Paint the arrow between the two small pictures, and the Δ behind the second."""
    first = logical(layout.preview_box(tile, 0, 0), layout.dpr)
    second = logical(layout.preview_box(tile, 1, 0), layout.dpr)
    bottom = logical(layout.preview_box(tile, 0, layout.slices - 1), layout.dpr).bottom()
    width = second.left() - layout.arrow / layout.dpr - first.left()
    painter.setPen(theme.text_dim)
    height = bottom - first.top()
    arrow = QRectF(first.left() + width, first.top(), layout.arrow / layout.dpr, height)
    painter.drawText(arrow, Qt.AlignmentFlag.AlignCenter, "→")
    after = QRectF(second.left() + width + S1, first.top(), S2 * 2, height)
    if after.right() <= logical(layout.tile_box(tile), layout.dpr).right():
        painter.drawText(after, _LEFT, "Δ")


def paint_numbers(painter: QPainter, layout: TileLayout, tiles: TileSet, theme: Theme) -> None:
    """Write the value into each cell, where cells are large enough to read it."""
    font = figures_font(layout, tiles.scale)
    if font is None:
        return
    painter.setFont(font)
    colours = figure_colours(theme, tiles.role, tiles.signed)
    entries = tile_indices(tiles)
    digits = figures_digits(tiles.scale)
    for tile in range(layout.shown):
        for (index, row, column), value in np.ndenumerate(tiles.maps[tile]):
            box = logical(layout.cell_box(tile, index, row, column), layout.dpr)
            painter.setPen(colours[entries[tile, index, row, column]])
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number(float(value), digits))


def figures_font(layout: TileLayout, scale: float) -> QFont | None:
    """Choose the font of the numbers in cells; None where they would not fit."""
    if layout.shown * layout.slices * layout.rows * layout.columns > _MOST_FIGURES:
        return None
    return figures_font_for(layout.cell / layout.dpr, scale)


def figures_font_for(side: float, scale: float) -> QFont | None:
    """Choose the font of numbers up to `scale` in cells of a side in logical pixels; None for none."""
    font = caption_font()
    font.setPixelSize(_LARGE_FIGURES_PX if side >= _LARGE_CELL_PX else _SMALLEST_FIGURES_PX)
    metrics = QFontMetricsF(font)
    widest = metrics.horizontalAdvance(
        number(-8 * 10 ** max(0, _whole_digits(scale) - 1), figures_digits(scale))
    )
    return font if widest + S1 <= side and metrics.height() <= side else None


def paint_outline(painter: QPainter, layout: TileLayout, tile: int, colour: QColor, width: float) -> None:
    """Draw a line round a tile."""
    if not 0 <= tile < layout.shown:
        return
    box = logical(layout.tile_box(tile), layout.dpr)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width))
    if layout.captioned:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset = width / 2
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), CARD_RADIUS, CARD_RADIUS)
    else:
        painter.drawRect(box.adjusted(-width / 2, -width / 2, width / 2, width / 2))
    painter.restore()


def paint_cell_outline(
    painter: QPainter, layout: TileLayout, tile: int, cell: tuple[int, int], colour: QColor
) -> None:
    """Draw a line round one cell of every slice of a tile."""
    row, column = cell
    if not (0 <= tile < layout.shown and 0 <= row < layout.rows and 0 <= column < layout.columns):
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1))
    for index in range(layout.slices):
        box = logical(layout.cell_box(tile, index, row, column), layout.dpr)
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))


def paint_empty_text(painter: QPainter, size: QSizeF, text: str, theme: Theme) -> None:
    """Write what will be here into the middle of the room."""
    painter.setPen(theme.text_dim)
    room = QRectF(QPointF(0, 0), size).adjusted(S2, S2, -S2, -S2)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def mosaic_image(pixels: NDArray[np.uint8], lut: Lut) -> QImage:
    """Colour a mosaic as a picture of its own, apart from any screen."""
    return _indexed(pixels, lut).copy()


def draw_mosaic(painter: QPainter, layout: TileLayout, pixels: NDArray[np.uint8], lut: Lut) -> None:
    """Paint a mosaic at the origin, one device pixel per entry."""
    if pixels.size:
        painter.save()
        # Not stretched and stretched back, Qt copies it line by line, and only where it is wanted.
        painter.scale(1 / layout.dpr, 1 / layout.dpr)
        painter.drawImage(QPointF(0, 0), _indexed(pixels, lut))
        painter.restore()


def _indexed(pixels: NDArray[np.uint8], lut: Lut) -> QImage:
    """Give a picture that shares the memory of its pixels: it must not outlive them."""
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
    red, green, blue, alpha = lut.astype(np.uint32).T
    image.setColorTable((alpha << 24 | red << 16 | green << 8 | blue).tolist())
    return image


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def figures_digits(scale: float) -> int:
    """Decimals of numbers in cells, by the largest of them."""
    return 2 if scale < 10 else 1 if scale < 100 else 0


def _whole_digits(scale: float) -> int:
    return len(str(int(scale)))


@lru_cache(maxsize=16)
def figure_colours(theme: Theme, role: str, signed: bool) -> tuple[QColor, ...]:
    """Choose the text colour for each entry: the theme's own text where it reads well."""
    lut = theme.lut(role, signed)
    colours: list[QColor] = []
    for red, green, blue, _ in lut[:GAP_INDEX].tolist():
        cell = QColor(red, green, blue)
        readable = (text for text in (theme.text, theme.window) if contrast(text, cell) >= 4.5)
        colours.append(next(readable, text_on((red, green, blue))))
    return tuple(colours)
