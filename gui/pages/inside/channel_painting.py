"""The strokes of the wall of channels: cards, captions and pin marks, as pure functions."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from gui.icons import icon
from gui.theme import RADIUS, S1, Theme, mixed
from gui.widgets.tile_geometry import TileLayout
from gui.widgets.tile_painting import logical

# Room at every edge of the wall for the outline of a tile that lies there.
BLEED_PX = 2
_PIN_PX, _PIN_EDGE_PX = 16, 2
# Narrower than this, a caption says nothing.
_LEAST_CAPTION_PX = 20


class Place(NamedTuple):
    """Where a tile is painted, in logical pixels of the wall."""

    tile: QRectF
    heading: QRectF
    picture: QRectF
    pin: QRectF
    pixels: QRect


def place_of(layout: TileLayout, index: int) -> Place:
    """Find the place of a tile; its pin mark is in the corner of a card, in the middle of a small cell."""
    tile, picture = (
        logical(box, layout.dpr).translated(BLEED_PX, BLEED_PX)
        for box in (layout.tile_box(index), layout.picture_box(index))
    )
    heading = QRectF(tile.topLeft(), QPointF(tile.right(), picture.top()))
    corner = QPointF(tile.right() - _PIN_PX - _PIN_EDGE_PX, tile.top() + _PIN_EDGE_PX)
    if not layout.captioned:
        corner = tile.center() - QPointF(_PIN_PX / 2, _PIN_PX / 2)
    return Place(tile, heading, picture, QRectF(corner, QSizeF(_PIN_PX, _PIN_PX)), tile.toAlignedRect())


def paint_card(
    painter: QPainter, place: Place, number: str, caption: str, theme: Theme, *, with_pin: bool
) -> None:
    """Paint the surface of a tile, its number at the left, and as much of its caption as has room."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.hairline)
    painter.setBrush(theme.panel)
    painter.drawRoundedRect(place.tile.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    room = QRectF(place.heading)
    room.setLeft(place.picture.left())
    if with_pin:
        room.setRight(place.pin.left())
    metrics, middle = QFontMetricsF(painter.font()), Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.text)
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, number)
    room.setLeft(room.left() + metrics.horizontalAdvance(number) + S1)
    if room.width() >= _LEAST_CAPTION_PX:
        painter.setPen(theme.text_dim)
        shown = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, shown)


def paint_pin(painter: QPainter, place: Place, colour: QColor) -> None:
    """Paint a pin mark."""
    icon("pin", colour, _PIN_PX).paint(painter, place.pin.toRect())


def faint_pin(theme: Theme) -> QColor:
    """Choose the colour of a mark that only says where a click would pin."""
    return mixed(theme.hairline, theme.text_dim, 0.6)


def pin_on(cell: QColor, theme: Theme) -> QColor:
    """Choose the colour of a mark that lies on a cell's own colour."""
    return max((theme.text, theme.window), key=lambda each: abs(each.lightness() - cell.lightness()))
