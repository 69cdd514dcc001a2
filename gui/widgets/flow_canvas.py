"""The picture of a whole network: every layer's output channels, and the logits."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QStyle, QWidget

from engine.inspect.layer_tiles import LayerTiles
from engine.inspect.tiles import tile_indices
from engine.inspect.words import percent, shape_text
from gui.pixel_view import MOSAIC_HEIGHT, Mosaic, PixelView
from gui.theme import Theme, ThemeManager, mixed
from gui.widgets import flow_painting
from gui.widgets.copy_keys import COPY_SCALE
from gui.widgets.flow_closeup import paint_closeup
from gui.widgets.flow_layout import FlowHit, FlowLayout, layout_flow
from gui.widgets.flow_rooms import BlockShape
from gui.widgets.mosaic_plan import MosaicPlan, plan_mosaic
from gui.widgets.paced import Paced
from gui.widgets.painted_layer import PaintedLayer
from gui.widgets.tile_geometry import Hit
from gui.widgets.tile_painting import draw_mosaic, paint_empty_text
from gui.widgets.tile_words import readout

_BLEED = 2
# Words are kept as a picture up to this many device pixels, 32 MB; beyond, they are painted anew.
_MOST_KEPT_PX = 8_000_000
_WHEEL_NOTCH = 120
_SELECTED_WIDTH, _HOVER_WIDTH = 2.0, 1.0


class FlowCanvas(QWidget):
    """Draws the blocks of a network in the room that it is given. GUI thread only.

    Each block's channels are one mosaic, new at every `show_layers`; ranges and figures follow
    at a pace at which they can be read.
    """

    clicked = Signal(object)
    """A FlowHit, or None beside all blocks."""
    double_clicked = Signal(object)
    """A FlowHit, or None beside all blocks."""
    hovered = Signal(str)
    pointed = Signal(object)
    """The layer and the channel under the mouse, or None."""
    zoom_turned = Signal(float, QPointF)
    """The wheel was turned with Ctrl: by how many notches, and where."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._layers: tuple[LayerTiles, ...] = ()
        # The layers whose words are shown: a little older than those whose pixels are.
        self._worded: tuple[LayerTiles, ...] = ()
        self._shapes: tuple[BlockShape, ...] = ()
        self._layout: FlowLayout | None = None
        self._plans: list[MosaicPlan | None] = []
        self._is_close = False
        self._mosaics: list[Mosaic] = []
        self._hit: FlowHit | None = None
        self._selected: tuple[str, int | None, tuple[int, int] | None] | None = None
        self._empty_text = ""
        self._room = QSize()
        self._zoom = 1.0
        self._fits = False
        # Strengths by layer, of what feeds a channel and what it feeds; and what is said about it.
        self._lights: Mapping[str, NDArray[np.floating]] = {}
        self._light_words = ""
        self._view = PixelView(self)
        self._overlay = PaintedLayer(self._paint_overlay, bleed=_BLEED)
        self._view.add_layer(self._overlay, MOSAIC_HEIGHT + 1)
        self._view.set_background(themes.theme.window)
        self._words = Paced(self._refresh_words, parent=self)
        self.setMouseTracking(True)
        themes.changed.connect(self._on_theme_changed)

    @property
    def layers(self) -> tuple[LayerTiles, ...]:
        """What is shown."""
        return self._layers

    @property
    def flow_layout(self) -> FlowLayout | None:
        """Where everything lies; None while there is nothing to show."""
        return self._layout

    @property
    def seen(self) -> QRectF:
        """The part of this widget that the room around it shows."""
        around = self.parentWidget()
        if around is None:
            return QRectF(self.rect())
        return QRectF(QRect(self.mapFrom(around, QPoint(0, 0)), around.size()).intersected(self.rect()))

    def show_layers(self, layers: Sequence[LayerTiles]) -> None:
        """Show a network's answer; cheap enough for every frame."""
        old = self._layers
        self._layers = tuple(layers)
        same = len(old) == len(self._layers) and all(
            (a.shape, a.connector) == (b.shape, b.connector) for a, b in zip(old, self._layers, strict=True)
        )
        if not same:
            self._shapes = flow_painting.block_shapes(self._layers)
            self._hit, self._lights, self._light_words = None, {}, ""
            self._relayout()
        self._refresh_pixels()
        if same:
            self._words.request()
        else:
            self._words.call_now()

    def set_room(self, room: QSize, zoom: float) -> None:
        """Fit the blocks into a room and then make them `zoom` times as large."""
        if (room, zoom) != (self._room, self._zoom):
            self._room, self._zoom = room, zoom
            self._relayout()
            self._refresh_pixels()
            self._words.call_now()

    def set_fits(self, fits: bool) -> None:
        """Show only so many channels of each layer that all layers fit the room, or all of them."""
        changed, self._fits = fits != self._fits, fits
        if changed and self._room.isValid():
            self._relayout()
            self._refresh_pixels()
            self._words.call_now()

    def show_lights(self, lights: Mapping[str, NDArray[np.floating]], words: str) -> None:
        """Light channels, by layer and as strongly as these numbers say, and read out what they are."""
        self._lights, self._light_words = lights, words
        self._overlay.update()
        if self._hit is not None:
            self.hovered.emit(self._readout(self._hit))

    def set_empty_text(self, text: str) -> None:
        """Say what will be here, while there is nothing to show."""
        self._empty_text = text
        self._overlay.update()

    def set_selected(self, layer: str | None, channel: int | None, pixel: tuple[int, int] | None) -> None:
        """Outline a channel, and a pixel in it, as selected."""
        selected = None if layer is None else (layer, channel, pixel)
        if selected != self._selected:
            self._selected = selected
            self._overlay.update()

    def block_named(self, layer: str) -> int | None:
        """Find the block of a layer."""
        names = [block.name for block in self._layers]
        return names.index(layer) if layer in names else None

    def picture(self) -> QImage:
        """Draw all blocks anew at twice the size; from close up, what can be seen of them."""
        if self._is_close:
            return self._seen_picture()
        size = self.size()
        image = QImage(size * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(COPY_SCALE)
        theme = self._themes.theme
        image.fill(theme.window)
        painter = QPainter(image)
        painter.translate(_BLEED, _BLEED)
        if self._layers:
            layout = self._layout_at(COPY_SCALE)
            for layer, block in zip(self._layers, layout.blocks, strict=True):
                if layer.tiles is None or block.grid is None:
                    continue
                painter.save()
                painter.translate(block.body.x / layout.dpr, block.body.y / layout.dpr)
                pixels = plan_mosaic(block.grid).pixels(tile_indices(layer.tiles).ravel())
                lut = theme.lut(layer.tiles.role, layer.tiles.signed)
                draw_mosaic(painter, block.grid, pixels, lut)
                painter.restore()
            _paint_words(painter, layout, self._layers, theme)
            flow_painting.paint_vectors(painter, layout, self._layers, theme)
        painter.end()
        return image

    def _seen_picture(self) -> QImage:
        seen = self.seen
        image = QImage(seen.size().toSize() * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(COPY_SCALE)
        image.fill(self._themes.theme.window)
        painter = QPainter(image)
        painter.translate(QPointF(_BLEED, _BLEED) - seen.topLeft())
        self._paint_close(painter, seen.translated(-_BLEED, -_BLEED))
        painter.end()
        return image

    def _paint_close(self, painter: QPainter, seen: QRectF) -> None:
        layout, theme = self._layout, self._themes.theme
        if layout is not None:
            paint_closeup(painter, layout, self._layers, seen, theme)
            _paint_words(painter, layout, self._layers, theme)
            flow_painting.paint_vectors(painter, layout, self._layers, theme)

    def _layout_at(self, dpr: float) -> FlowLayout:
        width, height = self._room.width() - 2 * _BLEED, self._room.height() - 2 * _BLEED
        layout = layout_flow(self._shapes, int(width * dpr), int(height * dpr), dpr, self._zoom, self._fits)
        if self._zoom == 1.0 and layout.height > int(height * dpr):
            # What goes on below the room is scrolled to with a bar, which takes a little of the width.
            width -= self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
            layout = layout_flow(self._shapes, int(width * dpr), int(height * dpr), dpr, fits=self._fits)
        return layout

    def _relayout(self) -> None:
        if not self._layers or self._room.isEmpty():
            self._layout, self._plans = None, []
            self._set_size(self._room)
            return
        dpr = self.devicePixelRatioF()
        self._layout = layout = self._layout_at(dpr)
        # From close up a mosaic would be many times as large as what can be seen of it.
        self._is_close = layout.width * layout.height > _MOST_KEPT_PX
        self._plans = [plan_mosaic(b.grid) if b.grid and not self._is_close else None for b in layout.blocks]
        while len(self._mosaics) < len(self._plans):
            self._mosaics.append(self._view.add_mosaic())
        for mosaic, block in zip(self._mosaics, layout.blocks, strict=False):
            corner = QPointF(block.body.x / dpr + _BLEED, block.body.y / dpr + _BLEED)
            mosaic.set_place(corner, dpr)
        # Rounded up, so that the last column of device pixels is there.
        self._set_size(
            QSize(int(-(-layout.width // dpr)), int(-(-layout.height // dpr))) + QSize(2 * _BLEED, 2 * _BLEED)
        )

    def _set_size(self, size: QSize) -> None:
        self.setFixedSize(size)
        self._view.widget.setGeometry(0, 0, size.width(), size.height())
        self._overlay.set_position(QPointF(_BLEED, _BLEED))
        self._overlay.set_size(QSizeF(size) - QSizeF(2 * _BLEED, 2 * _BLEED))

    def _refresh_pixels(self) -> None:
        theme = self._themes.theme
        for index, mosaic in enumerate(self._mosaics):
            plan = self._plans[index] if index < len(self._plans) else None
            tiles = self._layers[index].tiles if plan is not None else None
            mosaic.set_visible(tiles is not None)
            if tiles is not None and plan is not None:
                mosaic.set_lut(theme.lut(tiles.role, tiles.signed))
                mosaic.set_rows(plan.rows(tile_indices(tiles).ravel()), plan.row_of)
        if self._is_close:
            self._overlay.update()

    def _refresh_words(self) -> None:
        self._worded = self._layers
        size = QSizeF(self.size()) - QSizeF(2 * _BLEED, 2 * _BLEED)
        dpr = self.devicePixelRatioF()
        if size.width() * size.height() * dpr**2 <= _MOST_KEPT_PX:
            self._overlay.repaint(size, dpr, self._paint_words)
        else:
            self._overlay.forget()
        if self._hit is not None:
            self.hovered.emit(self._readout(self._hit))

    def _paint_words(self, painter: QPainter) -> None:
        if self._layout is not None:
            _paint_words(painter, self._layout, self._worded, self._themes.theme)

    def _paint_overlay(self, painter: QPainter) -> None:
        layout, theme = self._layout, self._themes.theme
        if not self._layers:
            paint_empty_text(painter, QSizeF(self.size()), self._empty_text, theme)
        if layout is None or len(self._worded) != len(layout.blocks):
            return
        if self._is_close:
            self._paint_close(painter, self.seen.translated(-_BLEED, -_BLEED))
        else:
            if not self._overlay.is_kept:
                self._paint_words(painter)
            flow_painting.paint_vectors(painter, layout, self._layers, theme)
        for name, strengths in self._lights.items():
            place = self.block_named(name)
            if place is not None and len(strengths) == self._layers[place].shape[0]:
                flow_painting.paint_lights(painter, layout, place, strengths, theme)
        selected = self._selected_place()
        hit = self._hit
        if hit is not None and hit.channel is not None and (hit.block, hit.channel) != selected:
            flow_painting.paint_channel_outline(
                painter,
                layout,
                (hit.block, hit.channel),
                mixed(theme.hairline, theme.text, 0.5),
                _HOVER_WIDTH,
            )
        if selected is not None and self._selected is not None:
            flow_painting.paint_channel_outline(painter, layout, selected, theme.accent, _SELECTED_WIDTH)
            if self._selected[2] is not None:
                flow_painting.paint_pixel_outline(painter, layout, selected, self._selected[2], theme.accent)

    def _selected_place(self) -> tuple[int, int] | None:
        if self._selected is None or self._selected[1] is None:
            return None
        block = self.block_named(self._selected[0])
        if block is None or not 0 <= self._selected[1] < self._layers[block].shape[0]:
            return None
        return block, self._selected[1]

    def _readout(self, hit: FlowHit) -> str:
        layer = self._layers[hit.block]
        if hit.channel is None:
            facts = (flow_painting.heading_of(layer), shape_text(layer.shape), layer.range_text)
            return " · ".join((*facts, *layer.connector))
        words = ""
        if layer.tiles is not None:
            words = readout(layer.tiles, Hit(hit.channel, 0, hit.row, hit.column))
        elif layer.vector is not None:
            value = flow_painting.signed_text(float(layer.vector[hit.channel]))
            share = percent(float(flow_painting.probabilities_of(layer.vector)[hit.channel]), 1)
            words = f"logits · class {layer.labels[hit.channel]} = {value}, probability {share}"
        return f"{words} · {self._light_words}" if self._light_words else words

    def _on_theme_changed(self) -> None:
        self._view.set_background(self._themes.theme.window)
        self._refresh_pixels()
        self._words.call_now()

    def hit_at(self, position: QPointF) -> FlowHit | None:
        """Find what lies at a point of this widget."""
        if self._layout is None:
            return None
        inside = (position - QPointF(_BLEED, _BLEED)) * self._layout.dpr
        return self._layout.hit(inside.x(), inside.y())

    def place_of(self, hit: FlowHit) -> QPointF:
        """Give the middle of a cell, a tile or a bar, in this widget."""
        assert self._layout is not None
        block = self._layout.blocks[hit.block]
        box = block.heading
        if hit.channel is not None:
            box = block.channel_box(hit.channel)
            if hit.row is not None and hit.column is not None:
                box = block.cell_box(hit.channel, hit.row, hit.column)
        dpr = self._layout.dpr
        x, y = (box.x + box.width / 2) / dpr, (box.y + box.height / 2) / dpr
        return QPointF(x + _BLEED, y + _BLEED)

    def _hover(self, hit: FlowHit | None) -> None:
        if hit != self._hit:
            before, self._hit = self._hit, hit
            self._overlay.update()
            place, old = (_channel_of(each) for each in (hit, before))
            if place != old:
                self._lights, self._light_words = {}, ""
                self.pointed.emit(None if place is None else (self._layers[place[0]].name, place[1]))
            self.hovered.emit(self._readout(hit) if hit is not None else "")

    def event(self, event: QEvent) -> bool:
        """Follow the screen's scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._relayout()
            self._refresh_pixels()
            self._words.call_now()
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        self._hover(self.hit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell what was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.hit_at(event.position()))
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell what was double-clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.hit_at(event.position()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for another zoom with Ctrl; without it, leave the wheel to the scroll area."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_turned.emit(event.angleDelta().y() / _WHEEL_NOTCH, event.position())
            event.accept()
        else:
            event.ignore()


def _channel_of(hit: FlowHit | None) -> tuple[int, int] | None:
    return None if hit is None or hit.channel is None else (hit.block, hit.channel)


def _paint_words(painter: QPainter, layout: FlowLayout, layers: tuple[LayerTiles, ...], theme: Theme) -> None:
    if len(layers) == len(layout.blocks):
        flow_painting.paint_words(painter, layout, layers, theme)
