"""A wall of a layer's output channels in any order, large and pixel-true, some of them pinned."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from engine.inspect.tiles import TileSet, tile_indices
from gui.pages.inside.channel_geometry import layout_channels
from gui.pages.inside.channel_grid import ChannelGrid
from gui.pages.inside.channel_painting import (
    BLEED_PX,
    Place,
    faint_pin,
    paint_card,
    paint_pin,
    pin_on,
    place_of,
)
from gui.pages.inside.channel_words import noun, readout
from gui.palettes import Lut
from gui.theme import ThemeManager, caption_font, mixed, tabular
from gui.widgets import tile_painting
from gui.widgets.tile_geometry import Hit, TileLayout


class ChannelWall(ChannelGrid):
    """Paints a tile for each channel that is shown, at the place that the order gives it. GUI thread only.

    New pixels repaint the maps alone. The wall keeps no selection of its own.
    """

    pin_toggled = Signal(int)
    """A channel's pin mark was clicked, or P pressed while it is selected."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._tiles: TileSet | None = None
        self._pinned: frozenset[int] = frozenset()
        self._captions: tuple[str, ...] = ()
        self._layout: TileLayout | None = None
        self._room = QSize()
        self._named = False
        self._places: tuple[Place, ...] = ()
        self._maps = QRegion()
        self._image = QImage()
        self._pixels = np.zeros(0, np.uint32)
        self._colours: tuple[Lut, np.ndarray] | None = None
        self._pixel: tuple[int, int] | None = None
        self._hit: Hit | None = None
        self._mouse = QPointF()
        self._empty_text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Channels of a layer")
        themes.changed.connect(self._on_theme_changed)

    @property
    def tiles(self) -> TileSet | None:
        """What is shown, all channels by number; None where there is nothing."""
        return self._tiles

    @property
    def tile_layout(self) -> TileLayout | None:
        """Where they stand, in device pixels from the first tile's corner; None where nothing is shown."""
        return self._layout

    @property
    def captions(self) -> tuple[str, ...]:
        """What is written on each channel, by number."""
        return self._captions

    def show_tiles(self, tiles: TileSet) -> None:
        """Show new values of all channels; cheap enough for every frame."""
        old, self._tiles = self._tiles, tiles
        self._colour()
        if old is None or old.maps.shape != tiles.maps.shape:
            self._lay_out()
        else:
            self.update(self._maps)

    def show_order(self, order: Sequence[int], pinned: frozenset[int]) -> None:
        """Show these channels, in this order; it stays until it is told anew."""
        if (tuple(order), pinned) != (self._order, self._pinned):
            self._order, self._pinned = tuple(order), pinned
            self._lay_out()

    def show_captions(self, captions: Sequence[str]) -> None:
        """Write a few words on each channel, given by number."""
        if tuple(captions) != self._captions:
            self._captions = tuple(captions)
            self.update()
        self._tell()

    def show_nothing(self, why: str) -> None:
        """Say what will be here and the one thing to do."""
        if self._tiles is not None or why != self._empty_text:
            self._tiles, self._empty_text = None, why
            self._lay_out()

    def set_selected(self, channel: int | None, pixel: tuple[int, int] | None = None) -> None:
        """Outline a channel, and a (row, column) in it; None for none."""
        if (channel, pixel) != (self._selected, self._pixel):
            self._selected, self._pixel = channel, pixel
            self.update()

    def set_named(self, named: bool) -> None:
        """Make tiles so large that a name has room on each."""
        if named != self._named:
            self._named = named
            self._lay_out()

    def set_room(self, room: QSize) -> None:
        """Use the room that can be seen at once, in logical pixels; the wall itself may be higher."""
        if room != self._room:
            self._room = room
            self._lay_out()

    def box_of(self, channel: int) -> QRect:
        """Where a channel's tile is painted; nowhere where it is not shown."""
        return (
            self._places[self._order.index(channel)].pixels
            if self._layout is not None and channel in self._order
            else QRect()
        )

    def columns(self) -> int:
        """Count the channels in a row."""
        return 0 if self._layout is None else self._layout.tile_columns

    def channel_at(self, position: QPointF) -> int | None:
        """Find the channel at a point of the widget."""
        hit = self._hit_at(position)
        return None if hit is None else self._order[hit.tile]

    def choose(self, channel: int, position: QPointF) -> None:
        """Tell that a channel was chosen, and a pixel of it where it has several."""
        hit, layout = self._hit_at(position), self._layout
        single = layout is None or layout.rows == layout.columns == 1
        pixel = None if hit is None or single or hit.row is None else (hit.row, hit.column)
        self.channel_clicked.emit(channel, pixel)

    def cell_of(self, channel: int, row: int, column: int) -> QRectF:
        """Where a pixel of a channel that is shown is painted."""
        assert self._layout is not None
        box = self._layout.cell_box(self._order.index(channel), 0, row, column)
        return tile_painting.logical(box, self._layout.dpr).translated(BLEED_PX, BLEED_PX)

    def pin_box(self, channel: int) -> QRectF:
        """Where the pin mark of a channel that is shown is painted."""
        return self._places[self._order.index(channel)].pin

    def _lay_out(self) -> None:
        """Find places for the tiles, and take the height that they need."""
        self._hit, self._layout, self._places, self._maps = None, None, (), QRegion()
        height = self._room.height()
        if self._tiles is not None and self._order:
            dpr = self.devicePixelRatioF()
            _, _, rows, columns = self._tiles.maps.shape
            width, room = (max(1, int((side - 2 * BLEED_PX) * dpr)) for side in self._room.toTuple())
            layout = self._layout = layout_channels(
                len(self._order), rows, columns, width, room, dpr, self._named
            )
            self._places = tuple(place_of(layout, index) for index in range(layout.count))
            for place in self._places:
                self._maps += place.picture.toAlignedRect()
            height = max(height, int(layout.height / dpr) + 2 * BLEED_PX)
            words = f"Arrow keys choose a {noun(self._tiles)}, Enter opens it, P pins it."
            self.setAccessibleDescription(words)
        else:
            self.setAccessibleDescription(self._why_empty)
        self.setFixedSize(max(1, self._room.width()), max(1, height))
        self.update()

    @property
    def _why_empty(self) -> str:
        return self._empty_text if self._tiles is None else "All channels are silent here, and hidden"

    def _colour(self) -> None:
        """Make one picture of all channels, one below the other, a pixel each."""
        assert self._tiles is not None
        lut = self._themes.theme.lut(self._tiles.role, self._tiles.signed)
        if self._colours is None or self._colours[0] is not lut:
            red, green, blue = lut[:, :3].astype(np.uint32).T
            self._colours = lut, np.uint32(0xFF << 24) | red << 16 | green << 8 | blue
        count, _, rows, columns = self._tiles.maps.shape
        self._pixels = self._colours[1][tile_indices(self._tiles).reshape(count * rows, columns)]
        data, line = self._pixels.data, 4 * columns
        self._image = QImage(data, columns, count * rows, line, QImage.Format.Format_RGB32)

    def _on_theme_changed(self) -> None:
        if self._tiles is not None:
            self._colour()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles that can be seen, and of those only what has changed."""
        painter, theme, layout = QPainter(self), self._themes.theme, self._layout
        region = event.region()
        painter.fillRect(event.rect(), theme.window)
        if self._tiles is None or layout is None:
            tile_painting.paint_empty_text(painter, QSizeF(self.size()), self._why_empty, theme)
            return
        painter.setFont(tabular(caption_font()))
        rows = layout.rows
        for place, channel in zip(self._places, self._order, strict=True):
            if not region.intersects(place.pixels):
                continue
            if layout.captioned and region.intersects(place.heading.toRect()):
                caption = self._captions[channel] if channel < len(self._captions) else ""
                with_pin = channel in self._pinned or channel == self._hovered
                paint_card(painter, place, str(channel + 1), caption, theme, with_pin=with_pin)
                if with_pin:
                    paint_pin(painter, place, theme.text if channel in self._pinned else faint_pin(theme))
            painter.drawImage(place.picture, self._image, QRectF(0, channel * rows, layout.columns, rows))
            if channel in self._pinned and not layout.captioned:
                paint_pin(painter, place, pin_on(self._image.pixelColor(0, channel), theme))
        self._paint_outlines(painter, layout)

    @property
    def _hovered(self) -> int | None:
        """The channel under the mouse."""
        return None if self._hit is None else self._order[self._hit.tile]

    def _paint_outlines(self, painter: QPainter, layout: TileLayout) -> None:
        theme = self._themes.theme
        painter.translate(BLEED_PX, BLEED_PX)
        if self._hit is not None and self._hovered != self._selected:
            colour = mixed(theme.hairline, theme.text, 0.5)
            tile_painting.paint_outline(painter, layout, self._hit.tile, colour, 1.0)
        if self._selected in self._order:
            place = self._order.index(self._selected)
            tile_painting.paint_outline(painter, layout, place, theme.accent, 2.0)
            if self._pixel is not None:
                tile_painting.paint_cell_outline(painter, layout, place, self._pixel, theme.accent)

    def _hit_at(self, position: QPointF) -> Hit | None:
        if self._layout is None:
            return None
        inside = (position - QPointF(BLEED_PX, BLEED_PX)) * self._layout.dpr
        return self._layout.hit(inside.x(), inside.y())

    def _is_on_pin(self, hit: Hit, position: QPointF) -> bool:
        captioned = self._layout is not None and self._layout.captioned
        return captioned and self.pin_box(self._order[hit.tile]).contains(position)

    def _tell(self) -> None:
        """Read out what is under the mouse; its value may have changed."""
        hit, tiles = self._hit, self._tiles
        if hit is None or tiles is None:
            return
        channel = self._order[hit.tile]
        if self._is_on_pin(hit, self._mouse):
            does = "lets it go" if channel in self._pinned else "pins it: first in every order, never hidden"
            self.hovered.emit(f"{tiles.name} · {noun(tiles)} {channel + 1} · a click, or P, {does}")
            return
        cell = None if hit.row is None or hit.column is None else (hit.row, hit.column)
        caption = self._captions[channel] if channel < len(self._captions) else ""
        self.hovered.emit(readout(tiles, channel, cell, caption))

    def event(self, event: QEvent) -> bool:
        """Follow the screen's scale; keep P, which elsewhere takes the pen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and _is_p(event) and self._selected in self._order:
            event.accept()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out what is under the mouse."""
        self._mouse = event.position()
        old, self._hit = self._hit, self._hit_at(self._mouse)
        if (old and old.tile) != (self._hit and self._hit.tile):
            self.update()
        if self._hit is None:
            self.hovered.emit("")
        else:
            self._tell()

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        self._hit = None
        self.update()
        self.hovered.emit("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a channel and a pixel of it, or pin it."""
        if not self._pinned_by(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go deeper; on a pin mark, the second of two clicks."""
        if not self._pinned_by(event):
            super().mouseDoubleClickEvent(event)

    def _pinned_by(self, event: QMouseEvent) -> bool:
        """Pin the channel whose pin mark was clicked, or let it go; False where none was."""
        hit = self._hit_at(event.position())
        left = event.button() == Qt.MouseButton.LeftButton
        if hit is None or not left or not self._is_on_pin(hit, event.position()):
            return False
        self.pin_toggled.emit(self._order[hit.tile])
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, go deeper with Enter, pin with P."""
        if _is_p(event) and self._here is not None:
            self.pin_toggled.emit(self._order[self._here])
        else:
            super().keyPressEvent(event)


def _is_p(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_P and not event.modifiers()
