"""The words and lines of the flow: headings, connectors, bars and outlines, as pure functions."""

from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.functional import softmax
from engine.inspect.layer_tiles import LayerTiles
from engine.inspect.words import MINUS, number, percent, shape_text
from gui.palettes import FULL_INDEX
from gui.theme import S1, S6, Theme, caption_font
from gui.widgets.flow_layout import FlowBlock, FlowLayout
from gui.widgets.flow_rooms import BlockShape
from gui.widgets.tile_painting import logical

_ARROW = 4.0
_FULL_HEADING_PX = 40
NO_NUMBER = "–"
_FAINTEST_LIGHT, _LIGHT_WIDTH = 0.1, 1.5
_SMALLEST_CONNECTOR = 24
_ELIDE = Qt.TextElideMode.ElideRight
_LABEL_SHARE, _MOST_LABEL_SHARE, _VALUE_SHARE = 0.13, 0.35, 0.48
_LABEL_GAP_PX = 4
# Of a bar's row, what the probability at its end takes.
_SHARE_SHARE = 0.22


def block_shapes(layers: tuple[LayerTiles, ...]) -> tuple[BlockShape, ...]:
    """Tell the layout what it needs to know of each block: shapes and words, no values."""
    metrics = QFontMetricsF(caption_font())
    shapes: list[BlockShape] = []
    for layer in layers:
        words = [metrics.horizontalAdvance(word) for word in layer.connector]
        connector = max(_SMALLEST_CONNECTOR, round(max(words)) + 2 * S1) if words else 0
        names = (heading_of(layer), shape_text(layer.shape))
        heading = round(max(metrics.horizontalAdvance(name) for name in names)) + S1
        count, rows, columns = layer.shape[0], 0, 0
        if layer.tiles is not None:
            rows, columns = layer.tiles.maps.shape[2:]
        note, name, brief = (
            round(metrics.horizontalAdvance(text)) + S1
            for text in (shown_text(count, count), heading_of(layer), shown_text(count, count, brief=True))
        )
        shapes.append(BlockShape(count, rows, columns, connector, heading, note, name, brief))
    return tuple(shapes)


def heading_of(layer: LayerTiles) -> str:
    """Name a block: the layer's name, or what its numbers are."""
    return "logits, probabilities" if layer.kind == "logits" else layer.name


def shown_text(shown: int, count: int, *, brief: bool = False) -> str:
    """Say how many of a layer's channels are shown."""
    return f"{shown} of {count}" if brief else f"{shown} of {count} shown"


def paint_words(painter: QPainter, layout: FlowLayout, layers: tuple[LayerTiles, ...], theme: Theme) -> None:
    """Paint headings, the lines and words between the blocks, and the frames of ink."""
    _paint_frames(painter, layout, layers, theme)
    painter.setFont(caption_font())
    for block, layer in zip(layout.blocks, layers, strict=True):
        _paint_heading(painter, logical(block.heading, layout.dpr), layer, block, theme)
        if block.connector.width:
            box = logical(block.connector, layout.dpr)
            _paint_connector(painter, box, layer, theme, layout.height / layout.dpr)


def _paint_heading(painter: QPainter, box: QRectF, layer: LayerTiles, block: FlowBlock, theme: Theme) -> None:
    line = QFontMetricsF(painter.font()).height()
    brief = box.height() < _FULL_HEADING_PX
    texts = [heading_of(layer)] if brief else [heading_of(layer), shape_text(layer.shape), layer.range_text]
    shown = block.bars if block.grid is None else block.grid.shown
    if shown < layer.shape[0]:
        texts.append(shown_text(shown, layer.shape[0], brief=brief))
    for place, text in enumerate(texts):
        painter.setPen(theme.text if place == 0 else theme.text_dim)
        top = box.bottom() - S1 - (len(texts) - place) * line
        room = QRectF(box.left(), top, box.width() + S6, line)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _paint_connector(painter: QPainter, box: QRectF, layer: LayerTiles, theme: Theme, bottom: float) -> None:
    metrics = QFontMetricsF(painter.font())
    y = round(box.top()) + 0.5
    left, right = box.left() + S1, box.right() - S1
    painter.setPen(QPen(theme.text_dim, 1))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    for tilt in (-_ARROW, _ARROW):
        painter.drawLine(QPointF(right - _ARROW, y + tilt), QPointF(right, y))
    if max((metrics.horizontalAdvance(word) for word in layer.connector), default=0) + S1 > box.width():
        # No room for words: they are read out with the layer's name.
        return
    top = y + S1
    if top + len(layer.connector) * metrics.height() > bottom:
        return
    for word in layer.connector:
        room = QRectF(box.left(), top, box.width(), metrics.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, word)
        top += metrics.height()


def _paint_frames(
    painter: QPainter, layout: FlowLayout, layers: tuple[LayerTiles, ...], theme: Theme
) -> None:
    """Paint a line round each picture of ink: its paper may have the colour of the room."""
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for block, layer in zip(layout.blocks, layers, strict=True):
        if layer.tiles is not None and layer.tiles.role == "picture":
            for channel in range(0 if block.grid is None else block.grid.shown):
                box = logical(block.channel_box(channel), layout.dpr)
                painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))


def paint_vectors(
    painter: QPainter, layout: FlowLayout, layers: tuple[LayerTiles, ...], theme: Theme
) -> None:
    """Paint bars and their numbers, which must be those of one frame."""
    for block, layer in zip(layout.blocks, layers, strict=True):
        _paint_bars(painter, layout, block, layer, theme)
        _paint_figures(painter, layout, block, layer, theme)


def _paint_bars(
    painter: QPainter, layout: FlowLayout, block: FlowBlock, layer: LayerTiles, theme: Theme
) -> None:
    """Paint a vector as signed bars about zero."""
    if layer.vector is None:
        return
    finite = np.where(np.isfinite(layer.vector), layer.vector, 0.0)
    reach = max(float(np.abs(finite).max(initial=0)), 1.0)
    for index, value in enumerate(finite[: block.bars].tolist()):
        row = logical(block.channel_box(index), layout.dpr)
        room = _label_room(layer.labels, row.width())
        half = (row.width() * (1 - _VALUE_SHARE) - room) / 2
        zero = round(row.left() + room + half)
        length = half * abs(value) / reach
        left = zero if value >= 0 else zero - length
        bar = QRectF(left, row.top() + 3, length, row.height() - 6)
        painter.fillRect(bar, _end_colour(theme, value >= 0))
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(QPointF(zero, row.top()), QPointF(zero, row.bottom()))


def _paint_figures(
    painter: QPainter, layout: FlowLayout, block: FlowBlock, layer: LayerTiles, theme: Theme
) -> None:
    """Write each bar's class at its left and its value at its right; the largest stands out."""
    if layer.vector is None:
        return
    painter.setFont(caption_font())
    largest = int(np.nan_to_num(layer.vector, nan=-np.inf).argmax())
    shares = probabilities_of(layer.vector)
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    for index, value in enumerate(layer.vector[: block.bars].tolist()):
        row = logical(block.channel_box(index), layout.dpr)
        room = _label_room(layer.labels, row.width()) - _LABEL_GAP_PX
        name = painter.fontMetrics().elidedText(layer.labels[index], _ELIDE, room)
        painter.setPen(theme.text)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(theme.text if index == largest else theme.text_dim)
        share = percent(float(shares[index])) if np.isfinite(value) else NO_NUMBER
        painter.drawText(row, right, share)
        painter.drawText(row.adjusted(0, 0, -_SHARE_SHARE * row.width(), 0), right, signed_text(value))


def probabilities_of(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the probabilities of logits; of what is no number, none."""
    finite = np.nan_to_num(logits.astype(np.float64), nan=-1e300, posinf=1e300, neginf=-1e300)
    found: NDArray[np.float64] = softmax(finite)
    return found


@lru_cache(64)
def _label_room(labels: tuple[str, ...], width: float) -> int:
    """Give the names of classes the room that the longest one wants, within bounds."""
    metrics = QFontMetricsF(caption_font())
    widest = max((metrics.horizontalAdvance(label) for label in labels), default=0.0)
    # A pixel more than measured: eliding works with whole pixels and rounds each word up.
    wanted = ceil(widest) + 1 + _LABEL_GAP_PX
    return int(max(width * _LABEL_SHARE, min(wanted, width * _MOST_LABEL_SHARE)))


def _end_colour(theme: Theme, positive: bool) -> QColor:
    """Choose the colour of a strong activation of either sign."""
    red, green, blue, _ = theme.signed_activation_lut[FULL_INDEX if positive else 0].tolist()
    return QColor(red, green, blue)


def signed_text(value: float) -> str:
    """Write a number with its sign, one decimal: ``+11.4``."""
    text = number(value, 1)
    return text if text.startswith(MINUS) or value != value else f"+{text}"


def paint_channel_outline(
    painter: QPainter, layout: FlowLayout, place: tuple[int, int], colour: QColor, width: float
) -> None:
    """Draw a line round one tile or bar; `place` is a block and a channel."""
    block, channel = place
    if not layout.blocks[block].shows(channel):
        return
    box = logical(layout.blocks[block].channel_box(channel), layout.dpr)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width))
    painter.drawRect(box.adjusted(-width / 2, -width / 2, width / 2, width / 2))


def paint_lights(
    painter: QPainter, layout: FlowLayout, block: int, strengths: NDArray[np.floating], theme: Theme
) -> None:
    """Draw a line round each channel of a block, the stronger the more it feeds or is fed."""
    for channel, strength in enumerate(strengths.tolist()):
        if strength > _FAINTEST_LIGHT:
            colour = QColor(theme.text)
            colour.setAlphaF(strength)
            paint_channel_outline(painter, layout, (block, channel), colour, _LIGHT_WIDTH)


def paint_pixel_outline(
    painter: QPainter,
    layout: FlowLayout,
    place: tuple[int, int],
    pixel: tuple[int, int],
    colour: QColor,
) -> None:
    """Draw a line round one cell of a tile."""
    block = layout.blocks[place[0]]
    grid, (row, column) = block.grid, pixel
    if grid is not None and block.shows(place[1]) and 0 <= row < grid.rows and 0 <= column < grid.columns:
        box = logical(block.cell_box(place[1], row, column), layout.dpr)
        painter.setPen(QPen(colour, 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
