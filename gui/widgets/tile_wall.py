"""A wall of tiles: filters or output channels, large, pixel-true, selectable."""

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspect.tiles import TileSet
from gui.pixel_view import MOSAIC_HEIGHT, PixelView, snapped
from gui.theme import S1, ThemeManager, mixed
from gui.widgets import tile_painting
from gui.widgets.caption_line import CaptionLine, legend_of
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.mosaic_plan import MosaicPlan, plan_mosaic
from gui.widgets.paced import Paced
from gui.widgets.painted_layer import PaintedLayer
from gui.widgets.tile_geometry import Hit, TileLayout
from gui.widgets.tile_layout import layout_tiles
from gui.widgets.tile_words import numbers_as_table, readout, unit_word

# Room at every edge for the outline of a tile that lies there.
_BLEED = 2
_SELECTED_WIDTH = 2.0
_HOVER_WIDTH = 1.0


class TileWall(QWidget):
    """Shows one TileSet as a grid of tiles. GUI thread only.

    The pixels of all tiles are one picture, new at every `show_tiles`; captions, numbers and the
    title follow at a pace at which they can be read. The wall keeps no selection of its own: it
    tells what was clicked and outlines what it is told.
    """

    tile_clicked = Signal(int, object, object)
    """A tile, counted from 0, and the row and column of the cell under the mouse or None."""
    tile_activated = Signal(int)
    """A tile was double-clicked, or Enter pressed on it."""
    menu_requested = Signal(object)
    """The menu of the tile that was just chosen is wanted at a `QPoint` of the screen."""
    hovered = Signal(str)
    """What lies under the mouse, in words; empty when the mouse has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._tiles: TileSet | None = None
        self._start: TileSet | None = None
        self._change: TileSet | None = None
        self._layout: TileLayout | None = None
        self._plan: MosaicPlan | None = None
        self._selected: int | None = None
        self._selected_cell: tuple[int, int] | None = None
        self._hit: Hit | None = None
        self._empty_text = ""

        self._caption = CaptionLine(themes, indent=_BLEED)
        self._view = PixelView()
        self._mosaic = self._view.add_mosaic()
        self._ground = PaintedLayer()
        self._text = PaintedLayer(self._paint_outlines, bleed=_BLEED)
        self._view.add_layer(self._ground, MOSAIC_HEIGHT - 1)
        self._view.add_layer(self._text, MOSAIC_HEIGHT + 1)
        self._words = Paced(self._refresh_words, parent=self)
        CopyKeys(self, self.picture, self._numbers, menu="none")

        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addWidget(self._caption)
        column.addWidget(self._view.widget, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._view.set_background(themes.theme.window)
        themes.changed.connect(self._on_theme_changed)

    @property
    def tiles(self) -> TileSet | None:
        """What is shown."""
        return self._tiles

    @property
    def tile_layout(self) -> TileLayout | None:
        """Where the tiles lie, in device pixels from the corner of the picture; None if empty."""
        return self._layout

    @property
    def picture_origin(self) -> QPointF:
        """The corner of the picture in the wall, in logical pixels."""
        return QPointF(self._view.widget.pos()) + self._origin(self.devicePixelRatioF())

    @property
    def selected(self) -> int | None:
        """The tile that is outlined as selected."""
        return self._selected

    def show_tiles(self, tiles: TileSet, start: TileSet | None = None, change: TileSet | None = None) -> None:
        """Show tiles; cheap enough for every frame.

        Parameters
        ----------
        tiles : TileSet
        start, change : TileSet, optional
            Two small pictures below each tile, both of the shape of `tiles`: what it was at the
            start of the run, and how it has changed.
        """
        if tiles is self._tiles and start is self._start and change is self._change:
            return
        old, had_previews = self._tiles, self._start is not None
        self._tiles, self._start, self._change = tiles, start, change
        if old is None or old.maps.shape != tiles.maps.shape or had_previews != (start is not None):
            self._hit = None
            self._relayout()
            return
        if (old.role, old.signed) != (tiles.role, tiles.signed):
            self._mosaic.set_lut(self._themes.theme.lut(tiles.role, tiles.signed))
        self._refresh_pixels()
        self._words.request()

    def clear(self) -> None:
        """Show no tiles, only the empty text."""
        self._tiles = self._start = self._change = None
        self._hit = None
        self._relayout()

    def set_empty_text(self, text: str) -> None:
        """Say what will be here and the one thing to do, while there is nothing to show."""
        self._empty_text = text
        if self._tiles is None:
            self._words.call_now()

    def set_selected(self, tile: int | None, cell: tuple[int, int] | None = None) -> None:
        """Outline a tile, and a (row, column) in it, as selected; None for none."""
        if (tile, cell) != (self._selected, self._selected_cell):
            self._selected, self._selected_cell = tile, cell
            self._text.update()

    def picture(self, dpr: float = COPY_SCALE) -> QImage:
        """Draw the wall anew at another number of device pixels per logical one."""
        image = QImage(self.size() * dpr, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(dpr)
        image.fill(self._themes.theme.window)
        painter = QPainter(image)
        self.paint(painter, dpr)
        painter.end()
        return image

    def paint(self, painter: QPainter, dpr: float) -> None:
        """Paint the wall for that many device pixels per logical one, its corner at the painter's origin."""
        theme = self._themes.theme
        self._caption.paint(painter)
        painter.translate(QPointF(self._view.widget.pos()) + self._origin(dpr))
        if self._tiles is not None:
            layout = self._layout_at(self._tiles, dpr)
            entries = tile_painting.mosaic_entries(self._tiles, self._start, self._change)
            pixels = plan_mosaic(layout).pixels(entries)
            tile_painting.paint_cards(painter, layout, theme)
            lut = theme.lut(self._tiles.role, self._tiles.signed)
            tile_painting.draw_mosaic(painter, layout, pixels, lut)
            tile_painting.paint_captions(painter, layout, self._tiles, theme)
            tile_painting.paint_numbers(painter, layout, self._tiles, theme)

    def _numbers(self) -> str:
        return numbers_as_table(self._tiles) if self._tiles is not None else ""

    def _layout_at(self, tiles: TileSet, dpr: float) -> TileLayout:
        room = self._room()
        count, slices, rows, columns = tiles.maps.shape
        return layout_tiles(
            count,
            slices,
            rows,
            columns,
            int(room.width() * dpr),
            int(room.height() * dpr),
            dpr,
            captioned=True,
            previews=self._start is not None and self._change is not None,
        )

    def _relayout(self) -> None:
        """Find places for the tiles, and draw all layers at once."""
        theme = self._themes.theme
        dpr = self.devicePixelRatioF()
        if self._tiles is None:
            self._layout = self._plan = None
        else:
            layout = self._layout_at(self._tiles, dpr)
            if layout != self._layout or self._plan is None:
                self._layout, self._plan = layout, plan_mosaic(layout)
            self._mosaic.set_lut(theme.lut(self._tiles.role, self._tiles.signed))
        origin = self._origin(dpr)
        self._mosaic.set_place(origin, dpr)
        self._ground.set_position(origin)
        self._text.set_position(origin)
        self._refresh_pixels()
        self._ground.repaint(self._room(), dpr, self._paint_ground)
        self._words.call_now()

    def _refresh_pixels(self) -> None:
        self._mosaic.set_visible(self._plan is not None)
        if self._plan is not None and self._tiles is not None:
            entries = tile_painting.mosaic_entries(self._tiles, self._start, self._change)
            self._mosaic.set_rows(self._plan.rows(entries), self._plan.row_of)

    def _refresh_words(self) -> None:
        """Write what is slower than the pixels: captions, numbers, title, readout."""
        theme = self._themes.theme
        self._text.repaint(self._room(), self.devicePixelRatioF(), self._paint_text)
        tiles, layout = self._tiles, self._layout
        if tiles is None or layout is None:
            self._caption.set_text("")
            self._caption.set_legend(None)
            self.setAccessibleDescription(self._empty_text)
            return
        detail = tiles.detail
        if layout.shown < layout.count:
            detail += f" · {layout.shown} of {layout.count} shown"
        self._caption.set_text(tiles.title, detail)
        self._caption.set_legend(legend_of(tiles, theme.lut(tiles.role, tiles.signed)))
        self.setAccessibleName(tiles.title)
        self.setAccessibleDescription(f"{detail}. Arrow keys choose a {unit_word(tiles)}, Enter opens it.")
        if self._hit is not None:
            self.hovered.emit(readout(tiles, self._hit))

    def _room(self) -> QSizeF:
        size = self._view.widget.size()
        return QSizeF(size.width() - 2 * _BLEED, size.height() - 2 * _BLEED)

    def _origin(self, dpr: float) -> QPointF:
        return snapped(QPointF(_BLEED, _BLEED), dpr)

    def _paint_ground(self, painter: QPainter) -> None:
        if self._layout is not None:
            tile_painting.paint_cards(painter, self._layout, self._themes.theme)

    def _paint_text(self, painter: QPainter) -> None:
        theme = self._themes.theme
        if self._tiles is None or self._layout is None:
            tile_painting.paint_empty_text(painter, self._room(), self._empty_text, theme)
            return
        tile_painting.paint_captions(painter, self._layout, self._tiles, theme)
        tile_painting.paint_numbers(painter, self._layout, self._tiles, theme)

    def _paint_outlines(self, painter: QPainter) -> None:
        if self._layout is None:
            return
        theme = self._themes.theme
        if self._hit is not None and self._hit.tile != self._selected:
            colour = mixed(theme.hairline, theme.text, 0.5)
            tile_painting.paint_outline(painter, self._layout, self._hit.tile, colour, _HOVER_WIDTH)
        if self._selected is not None:
            tile_painting.paint_outline(painter, self._layout, self._selected, theme.accent, _SELECTED_WIDTH)
            if self._selected_cell is not None:
                tile_painting.paint_cell_outline(
                    painter, self._layout, self._selected, self._selected_cell, theme.accent
                )

    def _on_theme_changed(self) -> None:
        self._view.set_background(self._themes.theme.window)
        self._relayout()

    def _hit_at(self, position: QPointF) -> Hit | None:
        if self._layout is None:
            return None
        inside = (position - self.picture_origin) * self._layout.dpr
        return self._layout.hit(inside.x(), inside.y())

    def _hover(self, hit: Hit | None) -> None:
        if hit == self._hit:
            return
        if (hit and hit.tile) != (self._hit and self._hit.tile):
            self._text.update()
        self._hit = hit
        text = readout(self._tiles, hit) if hit is not None and self._tiles is not None else ""
        self.hovered.emit(text)

    def _moved(self, key: int) -> int | None:
        """Find the tile that an arrow key leads to; None for any other key."""
        if self._layout is None:
            return None
        columns = self._layout.tile_columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        step = next((step for arrow, step in steps.items() if arrow == key), None)
        if step is None:
            return None
        if self._selected is None:
            return 0
        wanted = self._selected + step
        return wanted if 0 <= wanted < self._layout.shown else self._selected

    def sizeHint(self) -> QSize:
        """Want room for a row of large filters."""
        return QSize(480, 176)

    def minimumSizeHint(self) -> QSize:
        """Shrink to one small tile and the title."""
        return QSize(96, 80)

    def event(self, event: QEvent) -> bool:
        """Follow the screen's scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._relayout()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._column.activate()
        self._relayout()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        self._hover(self._hit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which tile, and which cell of it, was clicked."""
        hit = self._hit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit is not None:
            self.tile_clicked.emit(hit.tile, hit.row, hit.column)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Choose the tile under the mouse and ask for its menu."""
        hit = self._hit_at(QPointF(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Mouse and hit is not None:
            self.tile_clicked.emit(hit.tile, hit.row, hit.column)
        if self._selected is not None:
            self.menu_requested.emit(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go deeper into a tile."""
        hit = self._hit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit is not None:
            self.tile_activated.emit(hit.tile)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, go deeper with Enter."""
        wanted = self._moved(event.key())
        if wanted is not None:
            self.tile_clicked.emit(wanted, None, None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.tile_activated.emit(self._selected)
        else:
            super().keyPressEvent(event)
