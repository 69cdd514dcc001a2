"""The flow from close up: only what can be seen is painted, however large the whole would be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from engine.inspect.layer_tiles import LayerTiles
from engine.inspect.tiles import TileSet, tile_indices
from engine.inspect.words import number
from gui.theme import Theme
from gui.widgets.flow_layout import FlowBlock, FlowLayout
from gui.widgets.tile_geometry import Box
from gui.widgets.tile_painting import figure_colours, figures_digits, figures_font_for, logical, mosaic_image

# A wall of numbers is no picture any more, and costs a frame.
_MOST_FIGURES = 900


def paint_closeup(
    painter: QPainter, layout: FlowLayout, layers: Sequence[LayerTiles], seen: QRectF, theme: Theme
) -> None:
    """Paint the tiles that lie in `seen`, in logical pixels, and the numbers in large cells."""
    corners = (seen.x(), seen.y(), seen.width(), seen.height())
    room = Box(*(round(value * layout.dpr) for value in corners))
    for block, layer in zip(layout.blocks, layers, strict=True):
        if layer.tiles is None or block.grid is None or not _touch(block.body, room):
            continue
        for channel in range(block.grid.shown):
            box = block.channel_box(channel)
            if _touch(box, room):
                _paint_tile(painter, layout, block, layer.tiles, channel, theme)
        _paint_figures(painter, layout, block, layer.tiles, room, theme)


def _touch(first: Box, second: Box) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.y + second.height
        and second.y < first.y + first.height
    )


def _paint_tile(
    painter: QPainter, layout: FlowLayout, block: FlowBlock, tiles: TileSet, channel: int, theme: Theme
) -> None:
    entries = _entries(tiles, channel)
    image = mosaic_image(entries, theme.lut(tiles.role, tiles.signed))
    # Cells are whole device pixels, so that enlarging without smoothing is exact.
    painter.drawImage(logical(block.channel_box(channel), layout.dpr), image)


def _paint_figures(
    painter: QPainter, layout: FlowLayout, block: FlowBlock, tiles: TileSet, room: Box, theme: Theme
) -> None:
    grid = block.grid
    assert grid is not None
    font = figures_font_for(grid.cell / layout.dpr, tiles.scale)
    if font is None or (room.width / grid.cell) * (room.height / grid.cell) > _MOST_FIGURES:
        return
    painter.setFont(font)
    colours, digits = figure_colours(theme, tiles.role, tiles.signed), figures_digits(tiles.scale)
    for channel in range(grid.shown):
        box = block.channel_box(channel)
        if not _touch(box, room):
            continue
        values = tiles.maps[channel, 0]
        entries = _entries(tiles, channel)
        rows = _span(room.y - box.y, room.height, grid.cell, grid.rows)
        columns = _span(room.x - box.x, room.width, grid.cell, grid.columns)
        for row in rows:
            for column in columns:
                painter.setPen(colours[entries[row, column]])
                cell = logical(block.cell_box(channel, row, column), layout.dpr)
                text = number(float(values[row, column]), digits)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def _span(start: int, length: int, cell: int, count: int) -> range:
    """Which cells of a row or a column lie in a stretch."""
    return range(max(0, start // cell), min(count, -(-(start + length) // cell)))


def _entries(tiles: TileSet, channel: int) -> NDArray[np.uint8]:
    """One tile's entries of the colour table, ``(rows, columns)``."""
    part = slice(channel, channel + 1)
    alone = replace(tiles, maps=tiles.maps[part], captions=tiles.captions[part])
    entries: NDArray[np.uint8] = tile_indices(alone)[0, 0]
    return entries
