"""The still parts of the slide, painted in device pixels: pictures, borders, captions, figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QFontMetricsF, QPainter, QPen, QPolygonF

from engine.inspect.words import shape_text
from engine.lab.values import LayerResult
from gui.numbers import local_number
from gui.pages.convolve.map_image import entry_images, map_entries
from gui.pages.convolve.slide_layout import CAPTION, LEAST_MAP_WIDTH, MapBox, SlideLayout, patch_span
from gui.pages.convolve.slide_look import (
    Colours,
    SceneLook,
    figure_colours,
    input_colours,
    output_colours,
)
from gui.theme import S1, S2, Theme, caption_font, mixed

# Figures in cells, in logical pixels: below that they cannot be read.
SMALLEST_FIGURE_PX = 11
_LARGE_FIGURE_PX = 13
_LARGE_CELL_PX = 56
# In cells from this size on, pixel and weight stand one below the other.
TWO_LINES_CELL = 52
_ROOM_BELOW = 16
_VEIL = 0.62
_STRIDE_DOT_PX = 8
_LEAST_WINDOW_PX = 5


@dataclass(frozen=True, slots=True, eq=False)
class SlideView:
    """Everything that the pictures of the slide depend on."""

    result: LayerResult
    index: int
    parts: NDArray[Any] | None
    look: SceneLook
    theme: Theme
    layout: SlideLayout

    @property
    def output(self) -> NDArray[Any]:
        """The output channel that is shown, before or after its ReLU."""
        stack = self.result.activated if self.look.show_relu else self.result.outputs
        return stack[self.index]

    def input_colours(self, channel: int) -> Colours:
        """Choose the colours of an input channel: its whole border counts, too."""
        values = self.result.padded[channel]
        return input_colours(self.theme, self.look.tint(channel), values, classic=self.look.classic)


def paint_inputs(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Paint the numbers of the inputs as colours."""
    boxes = view.layout.inputs
    colours = [view.input_colours(box.channel) for box in boxes]
    _paint_maps(painter, boxes, view.result.padded, colours, view.look.input_scale, clip)


def paint_input_figures(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Write the numbers of the inputs into their cells."""
    if view.layout.inputs[0].cell < 2 * SMALLEST_FIGURE_PX * view.layout.dpr:
        return
    for box in view.layout.inputs:
        colours, values = view.input_colours(box.channel), view.result.padded[box.channel]
        _paint_figures(painter, view, box, values, colours, view.look.input_scale, clip)


def paint_frames(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Paint what stays while the numbers change: borders, captions, and what is not computed yet."""
    layout, look = view.layout, view.look
    for box in layout.inputs:
        _paint_input_frame(painter, view, box, clip)
    for box in (*layout.parts, layout.output):
        _paint_hollow(painter, box, view.theme)
    names = [look.input_name(box.channel) for box in layout.inputs]
    _paint_captions(painter, layout.inputs, names, shape_text(view.result.input.shape[1:]), view)
    _paint_captions(painter, layout.parts, [f"from {name}" for name in names], "", view)
    _paint_captions(painter, (layout.output,), [look.output_name], shape_text(view.output.shape), view)


def paint_filled(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Paint the contributions and the output channel as if all of them were computed."""
    layout, look = view.layout, view.look
    colours = output_colours(view.theme, classic=look.classic)
    if view.parts is not None and layout.parts:
        shades = [colours] * len(layout.parts)
        _paint_maps(painter, layout.parts, view.parts, shades, look.part_scale, clip)
        for box in layout.parts:
            _paint_figures(painter, view, box, view.parts[box.channel], colours, look.part_scale, clip)
    _paint_maps(painter, (layout.output,), view.output[None], [colours], look.output_scale, clip)
    _paint_figures(painter, view, layout.output, view.output, colours, look.output_scale, clip)


def paint_winners(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Paint the windows of the pool, and a dot on the pixel that wins each of them."""
    box, size = view.layout.output, view.result.layer.pool
    winners = view.result.winners
    if winners is None or size * box.cell < _LEAST_WINDOW_PX * view.layout.dpr:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rows, columns = _visible(box, clip)
    side = max(0.36 * box.cell, 2.0 * view.layout.dpr)
    dots = winners[view.index, rows.start : rows.stop, columns.start : columns.stop]
    for colour, width in ((view.theme.window, side + 1.5 * view.layout.dpr), (view.theme.text, side)):
        painter.setPen(QPen(colour, width, c=Qt.PenCapStyle.RoundCap))
        middles = QPolygonF()
        for row, column in np.argwhere(dots).tolist():
            x, y, w, h = box.span(row + rows.start, column + columns.start)
            middles.append(QPointF(x + w / 2, y + h / 2))
        painter.drawPoints(middles)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_windows(painter: QPainter, view: SlideView, clip: QRect) -> None:
    """Paint hairlines between the windows of the pool."""
    box, size = view.layout.output, view.result.layer.pool
    if size < 2 or size * box.cell < _LEAST_WINDOW_PX * view.layout.dpr:
        return
    painter.setPen(QPen(mixed(view.theme.hairline, view.theme.text_dim, 0.35), _line(view.layout.dpr)))
    left, top, _, _ = box.inner
    high, wide = box.rows // size, box.columns // size
    _, _, width, height = box.span(0, 0, high * size, wide * size)
    for i in range(high + 1):
        y = box.span(i * size, 0)[1]
        if clip.top() - 1 <= y <= clip.bottom() + 1:
            painter.drawLine(left, y, left + width, y)
    for i in range(wide + 1):
        x = box.span(0, i * size)[0]
        if clip.left() - 1 <= x <= clip.right() + 1:
            painter.drawLine(x, top, x, top + height)


def pixel_font(font: QFont, logical: float, dpr: float) -> QFont:
    """Give a font a height in logical pixels, for a painter of device pixels."""
    font.setPixelSize(max(1, round(logical * dpr)))
    return font


def words_font(dpr: float) -> QFont:
    """Give the font of captions, for a painter of device pixels."""
    font = caption_font()
    return pixel_font(font, max(SMALLEST_FIGURE_PX, QFontInfo(font).pixelSize()), dpr)


def decimals(scale: float) -> int:
    """Choose how many decimals a value of this size needs."""
    return 2 if scale < 10 else 1 if scale < 100 else 0


def _line(dpr: float) -> int:
    """Width of a hairline."""
    return max(1, math.floor(dpr))


def _visible(box: MapBox, clip: QRect) -> tuple[range, range]:
    """Tell which rows and columns of a picture, its border too, can be seen."""
    (top, bottom), (left, right) = box.sides
    first_row = max(-top, math.floor((clip.top() - box.y) / box.cell))
    last_row = min(box.rows + bottom, math.ceil((clip.bottom() + 1 - box.y) / box.cell))
    first_column = max(-left, math.floor((clip.left() - box.x) / box.cell))
    last_column = min(box.columns + right, math.ceil((clip.right() + 1 - box.x) / box.cell))
    return range(first_row, max(first_row, last_row)), range(first_column, max(first_column, last_column))


def _paint_maps(
    painter: QPainter,
    boxes: Sequence[MapBox],
    stack: NDArray[Any],
    colours: Sequence[Colours],
    scale: float,
    clip: QRect,
) -> None:
    """Paint what can be seen of the maps of a stack; its maps hold the borders of their boxes, too."""
    # Boxes that are seen in the same part and have the same colours are coloured in one go.
    alike: dict[tuple[range, range, int], list[int]] = {}
    for place, (box, one) in enumerate(zip(boxes, colours, strict=True)):
        rows, columns = _visible(box, clip)
        if rows and columns:
            alike.setdefault((rows, columns, id(one)), []).append(place)
    for (rows, columns, _), places in alike.items():
        first, shades = boxes[places[0]], colours[places[0]]
        (top, _), (left, _) = first.sides
        seen = stack[
            [boxes[place].channel for place in places],
            rows.start + top : rows.stop + top,
            columns.start + left : columns.stop + left,
        ]
        images = entry_images(map_entries(seen, scale, signed=shades.signed), shades.lut)
        for place, image in zip(places, images, strict=True):
            target = QRect(*boxes[place].span(rows.start, columns.start, len(rows), len(columns)))
            if first.cell < 1:
                ignored = Qt.AspectRatioMode.IgnoreAspectRatio
                smooth = Qt.TransformationMode.SmoothTransformation
                painter.drawImage(target.topLeft(), image.scaled(target.size(), ignored, smooth))
            else:
                painter.drawImage(target, image)


def _paint_input_frame(painter: QPainter, view: SlideView, box: MapBox, clip: QRect) -> None:
    theme, layout = view.theme, view.layout
    outer, inner = QRect(*box.outer), QRect(*box.inner)
    line = _line(layout.dpr)
    if outer != inner:
        veil = faded(theme.window, _VEIL)
        for edge in _around(outer, inner):
            painter.fillRect(edge, veil)
            painter.fillRect(edge, QBrush(faded(theme.text_dim, 0.4), Qt.BrushStyle.BDiagPattern))
        pen = QPen(faded(theme.text_dim, 0.7), line, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRect(outer.adjusted(-line, -line, 0, 0))
    rest = _rest(view, box)
    for strip in rest:
        painter.fillRect(strip, QBrush(faded(theme.text, 0.4), Qt.BrushStyle.FDiagPattern))
    painter.setPen(QPen(mixed(theme.hairline, theme.text_dim, 0.4), line))
    painter.drawRect(inner.adjusted(-line, -line, 0, 0))
    _paint_stops(painter, view, box, clip)


def _rest(view: SlideView, box: MapBox) -> list[QRect]:
    """Find what the filter never reaches because its steps do not divide evenly."""
    geometry = view.result.layer.geometry
    span = patch_span(view.result)
    oh, ow = view.result.positions
    (top, bottom), (left, right) = box.sides
    reached_h = (oh - 1) * geometry.stride[0] + span[0]
    reached_w = (ow - 1) * geometry.stride[1] + span[1]
    high, wide = box.rows + top + bottom, box.columns + left + right
    strips = []
    if reached_h < high:
        strips.append(QRect(*box.span(reached_h - top, -left, high - reached_h, wide)))
    if reached_w < wide:
        strips.append(QRect(*box.span(-top, reached_w - left, reached_h, wide - reached_w)))
    return strips


def _paint_stops(painter: QPainter, view: SlideView, box: MapBox, clip: QRect) -> None:
    """With a stride, mark where the middle of the filter stops."""
    geometry = view.result.layer.geometry
    (sh, sw), dpr = geometry.stride, view.layout.dpr
    if max(sh, sw) == 1 or min(sh, sw) * box.cell < _STRIDE_DOT_PX * dpr:
        return
    span = patch_span(view.result)
    (top, _), (left, _) = box.sides
    middle_row, middle_column = (span[0] - 1) / 2 - top, (span[1] - 1) / 2 - left
    rows, columns = view.result.positions
    room = QRectF(clip)
    dots = QPolygonF()
    for row in range(rows):
        for column in range(columns):
            x = box.x + (middle_column + column * sw + 0.5) * box.cell
            y = box.y + (middle_row + row * sh + 0.5) * box.cell
            if room.contains(x, y):
                dots.append(QPointF(x, y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(faded(view.theme.text, 0.55), 2.5 * dpr, c=Qt.PenCapStyle.RoundCap))
    painter.drawPoints(dots)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_hollow(painter: QPainter, box: MapBox, theme: Theme) -> None:
    """Paint a picture that is not computed yet."""
    room = QRect(*box.inner)
    painter.fillRect(room, theme.window)
    painter.fillRect(room, QBrush(faded(theme.text_dim, 0.3), Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(mixed(theme.hairline, theme.text_dim, 0.4), 1))
    painter.drawRect(room.adjusted(-1, -1, 0, 0))


def _paint_figures(
    painter: QPainter,
    view: SlideView,
    box: MapBox,
    values: NDArray[Any],
    colours: Colours,
    scale: float,
    clip: QRect,
) -> None:
    """Write each value into its cell, where cells are large enough."""
    dpr = view.layout.dpr
    if box.cell < 2 * SMALLEST_FIGURE_PX * dpr:
        return
    digits = decimals(scale)
    large = box.cell >= _LARGE_CELL_PX * dpr
    font = pixel_font(caption_font(), _LARGE_FIGURE_PX if large else SMALLEST_FIGURE_PX, dpr)
    widest = local_number(-abs(values).max() if colours.signed else abs(values).max(), digits)
    if QFontMetricsF(font).horizontalAdvance(widest) + S1 * dpr > box.cell:
        return
    painter.setFont(font)
    rows, columns = _visible(box, clip)
    (top, _), (left, _) = box.sides
    # Where the filter writes its weight under the pixel, the pixel's figure stands a little higher.
    lift = round(_ROOM_BELOW * dpr) if box.cell >= TWO_LINES_CELL * dpr else 0
    pens = figure_colours(colours, view.theme)
    entries = map_entries(values, scale, signed=colours.signed)
    for row in rows:
        for column in columns:
            ghost = not (0 <= row < box.rows and 0 <= column < box.columns)
            value = float(values[row + top, column + left])
            # Zeros are many and say little; on a neutral surface they stand back.
            dim = ghost or (value == 0 and not view.look.classic)
            painter.setPen(view.theme.text_dim if dim else pens[entries[row + top, column + left]])
            text = local_number(value, digits)
            place = QRect(*box.span(row, column))
            if box.kind == "input":
                place.setHeight(place.height() - lift)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _paint_captions(
    painter: QPainter, boxes: Sequence[MapBox], names: Sequence[str], detail: str, view: SlideView
) -> None:
    """Write a name above each picture, and their shape at the right where it has room."""
    if not boxes:
        return
    dpr = view.layout.dpr
    font = words_font(dpr)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    height = round(CAPTION * dpr)
    room = max(boxes[0].outer[2], LEAST_MAP_WIDTH * dpr)
    if max(metrics.horizontalAdvance(name) for name in names) > room and len(boxes) > 1:
        # The end of "from channel 3" says more than its beginning, but not that of "from top edge".
        ends = [name.rsplit(" ", 1)[-1] for name in names]
        names = ends if len(set(ends)) == len(ends) else [name.removeprefix("from ") for name in names]
    taken = metrics.horizontalAdvance(detail) + S2 * dpr if detail else 0.0
    if taken + max(metrics.horizontalAdvance(name) for name in names) > room and taken > room / 2:
        taken = 0.0
    for box, name in zip(boxes, names, strict=True):
        left, top, _, _ = box.outer
        line = QRectF(left, top - height, room, height - 3 * dpr)
        if taken:
            painter.setPen(view.theme.text_dim)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        painter.setPen(view.theme.text)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - taken)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _around(outer: QRect, inner: QRect) -> tuple[QRect, ...]:
    """Cut a frame into four strips."""
    return tuple(
        strip
        for strip in (
            QRect(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
            QRect(outer.left(), inner.bottom() + 1, outer.width(), outer.bottom() - inner.bottom()),
            QRect(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
            QRect(inner.right() + 1, inner.top(), outer.right() - inner.right(), inner.height()),
        )
        if not strip.isEmpty()
    )


def faded(colour: QColor, strength: float) -> QColor:
    """Make a colour transparent: 0 is not seen, 1 hides what is under it."""
    faint = QColor(colour)
    faint.setAlphaF(strength)
    return faint
