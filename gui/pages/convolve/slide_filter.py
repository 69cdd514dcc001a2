"""The moving parts of the slide: the filter on its patch, outlined pixels, the lines between."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from engine.lab.values import LayerResult
from gui.numbers import local_number
from gui.pages.convolve.map_image import entry_images, map_entries
from gui.pages.convolve.slide_layout import ONE_COLUMN, Hit, MapBox, SlideLayout, patch_span
from gui.pages.convolve.slide_look import figure_colours, weight_colours
from gui.pages.convolve.slide_painting import (
    SMALLEST_FIGURE_PX,
    TWO_LINES_CELL,
    SlideView,
    faded,
    pixel_font,
)
from gui.pages.convolve.slide_sum import sum_circle
from gui.theme import S1, Theme, caption_font, mixed

# Logical pixels. Cells smaller than the first are all weight.
_LEAST_CHIP_CELL = 7
_BAND = 16
_OUTLINE = 2
# How much of a small cell's colour is its weight.
_PLAIN_STRENGTH = 0.75
# An outline up to this size is kept as a picture.
_MOST_KEPT_SIDE = 96
_LEAST_PIXEL = 5
# A filter larger than that is painted anew each time instead of being kept.
_MOST_KEPT_PX = 2_000_000


class FilterStamp:
    """The filter as it lies on an input channel, painted once for each size and set of weights.

    Parameters
    ----------
    view, channel
        What is shown, and which input channel.
    plain
        The weights as colours where cells are too small for anything else.
    """

    def __init__(self, view: SlideView, channel: int, plain: QImage | None) -> None:
        self._view = view
        self._box = view.layout.inputs[channel]
        self._weights: NDArray[Any] = view.result.used[view.index, channel]
        self._pixmap: QPixmap | None = None
        self._span = patch_span(view.result)
        self._bleed = math.ceil((_OUTLINE + 1) * view.layout.dpr) + 1
        self._plain = plain

    def rect(self, row: float, column: float) -> QRect:
        """Tell which device pixels the patch takes whose first pixel is (row, column) of the input."""
        x, y, _, _ = self._box.span(row, column)
        _, _, width, height = self._box.span(0, 0, *self._span)
        return QRect(x, y, width, height)

    def draw(self, painter: QPainter, row: float, column: float) -> None:
        """Lay the filter on the patch whose first pixel is (row, column) of the input."""
        place = self.rect(row, column)
        if self._plain is not None:
            painter.setOpacity(_PLAIN_STRENGTH)
            painter.drawImage(place, self._plain)
            painter.setOpacity(1.0)
            outline(painter, place, self._view.theme, self._view.layout.dpr, width=_OUTLINE)
            return
        if place.width() * place.height() > _MOST_KEPT_PX:
            painter.save()
            painter.translate(place.topLeft())
            self._paint(painter)
            painter.restore()
            return
        if self._pixmap is None:
            bleed = QSize(2 * self._bleed, 2 * self._bleed)
            pixmap = QPixmap(place.size() + bleed)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as canvas:
                canvas.translate(self._bleed, self._bleed)
                self._paint(canvas)
            self._pixmap = pixmap
        painter.drawPixmap(place.left() - self._bleed, place.top() - self._bleed, self._pixmap)

    def _paint(self, painter: QPainter) -> None:
        view, theme, dpr = self._view, self._view.theme, self._view.layout.dpr
        colours = weight_colours(theme, classic=view.look.classic)
        entries = map_entries(self._weights, view.look.weight_scale, signed=True)
        pens = figure_colours(colours, theme)
        cell = self._box.cell
        grid = MapBox("input", 0, 0, 0, cell, *self._span)
        dh, dw = view.result.layer.geometry.dilation
        texts, font = self._texts(dpr)
        # A shade that is neither the colour of an empty pixel nor that of a weight of zero.
        veil = faded(mixed(theme.window, theme.text, 0.22), 0.55)
        apart = _is_apart(self._view)
        for row, column in np.ndindex(*self._weights.shape):
            place = QRect(*grid.span(row * dh, column * dw))
            entry = int(entries[row, column])
            chip, shade = _chip(place, dpr), QColor(*colours.lut[entry, :3].tolist())
            if chip is None:
                painter.fillRect(place, faded(shade, _PLAIN_STRENGTH))
            else:
                if cell < TWO_LINES_CELL * dpr:
                    painter.fillRect(place, veil)
                else:
                    # A weight may have the colour of the pixel over which it lies.
                    rim = max(1, round(dpr))
                    painter.fillRect(chip.adjusted(-rim, -rim, rim, rim), theme.panel)
                    painter.setPen(QPen(veil, rim))
                    painter.drawRect(place.adjusted(0, 0, -1, -1))
                painter.fillRect(chip, shade)
                if texts is not None and font is not None:
                    painter.setFont(font)
                    painter.setPen(pens[entry])
                    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, texts[row][column])
            if apart:
                outline(painter, place, theme, dpr, width=1)
        whole = QRect(*grid.inner)
        if apart:
            painter.setPen(QPen(faded(theme.text, 0.6), max(1.0, dpr), Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(whole).adjusted(-0.5 * dpr, -0.5 * dpr, 0.5 * dpr, 0.5 * dpr))
        else:
            outline(painter, whole, theme, dpr, width=_OUTLINE)

    def _texts(self, dpr: float) -> tuple[list[list[str]] | None, QFont | None]:
        """Write the weights, if the cells have room for figures."""
        chip = _chip(QRect(0, 0, int(self._box.cell), int(self._box.cell)), dpr)
        if chip is None:
            return None, None
        whole = bool((self._weights == self._weights.round()).all())
        times = "× " if self._box.cell >= TWO_LINES_CELL * dpr else ""
        texts = [[times + local_number(float(w), 0 if whole else 2) for w in row] for row in self._weights]
        font = pixel_font(caption_font(), SMALLEST_FIGURE_PX, dpr)
        metrics = QFontMetricsF(font)
        if metrics.ascent() > chip.height():
            return None, None
        widest = max(metrics.horizontalAdvance(text) for row in texts for text in row)
        return (texts, font) if widest + S1 * dpr / 2 <= chip.width() else (None, None)


def stamps_of(view: SlideView) -> list[FilterStamp]:
    """Make the filter's stamps for all input channels."""
    boxes = view.layout.inputs
    plain: list[QImage | None] = [None] * len(boxes)
    if boxes[0].cell < _LEAST_CHIP_CELL * view.layout.dpr and not _is_apart(view):
        # Small cells are all weight: one small picture is quicker than many squares.
        colours = weight_colours(view.theme, classic=view.look.classic)
        entries = map_entries(view.result.used[view.index], view.look.weight_scale, signed=True)
        plain = [*entry_images(entries, colours.lut)]
    return [FilterStamp(view, box.channel, plain[box.channel]) for box in boxes]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the filter is: the (row, column) it is drawn at, and the output pixel that it makes."""

    row: float
    column: float
    pixel: tuple[int, int]


def patch_middle(result: LayerResult, layout: SlideLayout, position: int) -> QPointF:
    """Find the middle of the filter on the first input channel, in device pixels of the layout."""
    row, column = result.corner(*divmod(position, result.positions[1]))
    place = QRect(*layout.inputs[0].span(row, column, *patch_span(result)))
    return place.toRectF().center()


def paint_moving(painter: QPainter, view: SlideView, stamps: list[FilterStamp], place: Place) -> None:
    """Paint the filter on every input channel, the pixels it makes, and the lines between."""
    (top, _), (left, _) = view.result.sides
    sh, sw = view.result.layer.geometry.stride
    row, column = place.row * sh - top, place.column * sw - left
    layout, theme, dpr = view.layout, view.theme, view.layout.dpr
    target = QRect(*layout.output.span(*place.pixel))
    patches = [stamp.rect(row, column) for stamp in stamps]
    pixels = [QRect(*box.span(*place.pixel)) for box in layout.parts]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Quiet lines with a halo, which is what is seen of them on a bright or a dark picture.
    for colour, strength, width in ((theme.window, 0.5, 3.0), (theme.text, 0.42, 1.0)):
        painter.setPen(QPen(faded(colour, strength), width * dpr))
        if not pixels:
            _join(painter, patches[0], target)
            continue
        if len(pixels) <= ONE_COLUMN:
            for patch, pixel in zip(patches, pixels, strict=True):
                _join(painter, patch, pixel)
        _paint_sum_lines(painter, view, pixels, target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for stamp in stamps:
        stamp.draw(painter, row, column)
    for pixel in pixels:
        outline(painter, _seen(pixel, dpr), theme, dpr, width=1)
    outline(painter, _seen(target, dpr), theme, dpr, width=_OUTLINE)


def paint_marks(
    painter: QPainter,
    layout: SlideLayout,
    theme: Theme,
    hit: Hit | None,
    marked: tuple[int, int, int] | None,
) -> None:
    """Outline the cell under the mouse, and a marked input pixel (channel, row, column)."""
    if hit is not None and hit.kind != "output":
        box = (layout.inputs if hit.kind == "input" else layout.parts)[hit.channel]
        outline(painter, QRect(*box.span(hit.row, hit.column)), theme, layout.dpr, width=1)
    if marked is not None and marked[0] < len(layout.inputs):
        place = QRect(*layout.inputs[marked[0]].span(*marked[1:]))
        outline(painter, _seen(place, layout.dpr), theme, layout.dpr, width=_OUTLINE, accent=True)


def outline(
    painter: QPainter, place: QRect, theme: Theme, dpr: float, *, width: int, accent: bool = False
) -> None:
    """Draw a line round some device pixels, with a darker or lighter one outside of it."""
    line = max(1, round(width * dpr))
    halo = max(1, round(dpr))
    colour = theme.accent if accent else theme.text
    edge = faded(theme.window, 0.6)
    if max(place.width(), place.height()) > _MOST_KEPT_SIDE:
        _draw_outline(painter, place, line, halo, colour, edge)
        return
    frame = _outline_image(place.width(), place.height(), line, halo, colour.rgba(), edge.rgba())
    painter.drawImage(place.left() - line - halo, place.top() - line - halo, frame)


@lru_cache(maxsize=64)
def _outline_image(width: int, height: int, line: int, halo: int, colour: int, halo_colour: int) -> QImage:
    """Draw an outline once, as a picture."""
    bleed = line + halo
    image = QImage(width + 2 * bleed, height + 2 * bleed, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        place = QRect(bleed, bleed, width, height)
        _draw_outline(painter, place, line, halo, QColor.fromRgba(colour), QColor.fromRgba(halo_colour))
    return image


def _draw_outline(
    painter: QPainter, place: QRect, line: int, halo: int, line_colour: QColor, halo_colour: QColor
) -> None:
    for grow, thick, colour in ((line, halo, halo_colour), (0, line, line_colour)):
        out = place.adjusted(-grow - thick, -grow - thick, grow + thick, grow + thick)
        painter.fillRect(QRect(out.left(), out.top(), out.width(), thick), colour)
        painter.fillRect(QRect(out.left(), out.bottom() + 1 - thick, out.width(), thick), colour)
        inside = out.height() - 2 * thick
        painter.fillRect(QRect(out.left(), out.top() + thick, thick, inside), colour)
        painter.fillRect(QRect(out.right() + 1 - thick, out.top() + thick, thick, inside), colour)


def _paint_sum_lines(painter: QPainter, view: SlideView, pixels: list[QRect], target: QRect) -> None:
    """Join the contributions to the sum, and the sum to the output pixel."""
    circle = sum_circle(view)
    into, out = QPointF(circle.left(), circle.center().y()), QPointF(circle.right(), circle.center().y())
    if len(pixels) <= ONE_COLUMN:
        for pixel in pixels:
            painter.drawLine(QPointF(pixel.right() + 1, QRectF(pixel).center().y()), into)
    else:
        # Many lines would be a thicket: one bracket stands for all.
        boxes = [QRect(*box.inner) for box in view.layout.parts]
        x = max(box.right() for box in boxes) + S1 * view.layout.dpr
        top, bottom = min(box.top() for box in boxes), max(box.bottom() for box in boxes)
        hook = S1 * view.layout.dpr
        # Three bars: a line with corners is slow to paint.
        pen = painter.pen()
        wide = max(1, round(pen.widthF()))
        left, right = round(x), round(x + hook) - wide // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRect(right, top - wide // 2, wide, bottom - top + wide), pen.color())
        for y in (top, bottom):
            painter.fillRect(QRect(left, y - wide // 2, right - left, wide), pen.color())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawLine(QPointF(right + wide, into.y()), into)
    painter.drawLine(out, QPointF(target.left(), QRectF(target).center().y()))


def _join(painter: QPainter, patch: QRect, pixel: QRect) -> None:
    """Draw two lines from the corners of a patch to those of the pixel that it becomes."""
    painter.drawLine(QPointF(patch.right() + 1, patch.top()), QPointF(pixel.left(), pixel.top()))
    painter.drawLine(
        QPointF(patch.right() + 1, patch.bottom() + 1), QPointF(pixel.left(), pixel.bottom() + 1)
    )


def _chip(place: QRect, dpr: float) -> QRect | None:
    """Tell where in a cell its weight stands, so that the pixel is still seen; None in small cells."""
    side = place.width()
    if side < _LEAST_CHIP_CELL * dpr:
        return None
    if side >= TWO_LINES_CELL * dpr:
        band, inset = round(_BAND * dpr), round(S1 * dpr)
        return QRect(place.left() + inset, place.bottom() + 1 - inset - band, side - 2 * inset, band)
    inset = max(1, round(side * (0.22 if side < 2 * SMALLEST_FIGURE_PX * dpr else 0.1)))
    return place.adjusted(inset, inset, -inset, -inset)


def _is_apart(view: SlideView) -> bool:
    """Tell whether there are pixels between those that the filter covers."""
    dilated = max(view.result.layer.geometry.dilation) > 1
    return dilated and view.layout.inputs[0].cell >= _LEAST_CHIP_CELL * view.layout.dpr / 2


def _seen(pixel: QRect, dpr: float) -> QRect:
    """Make the outlined place of a tiny pixel large enough to be seen."""
    lack = max(0, round(_LEAST_PIXEL * dpr) - pixel.width() + 1) // 2
    return pixel.adjusted(-lack, -lack, lack, lack)
