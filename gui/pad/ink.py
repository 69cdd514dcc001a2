"""Strokes on the screen: the same smooth line that the network's picture is made from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from engine.drawing import WHITE, Colour, Drawing, Stroke, smooth_path
from gui.pad.cells import picture_image
from gui.pad.ribbon import ribbon
from gui.palettes import Lut, one_sided_lut
from gui.theme import Theme

Path = NDArray[np.float64]

NO_PATH: Path = np.zeros((0, 3))
"""The line of a stroke that has no points yet."""

BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class InkColours:
    """Colours of a canvas: of its paper, its ink, and of the greys of a picture on it."""

    paper: QColor
    ink: QColor
    lut: Lut


def theme_colours(theme: Theme) -> InkColours:
    """The colours for a network that sees greys: those of the theme."""
    return InkColours(theme.paper, theme.ink, theme.picture_lut)


@lru_cache(maxsize=16)
def light_colours(colour: Colour) -> InkColours:
    """The colours for a network that sees red, green and blue: light of one colour on black."""
    red, green, blue = (round(255 * part) for part in colour)
    return InkColours(QColor(*BLACK), QColor(red, green, blue), one_sided_lut(BLACK, (red, green, blue)))


def colours_of(drawing: Drawing, theme: Theme) -> InkColours:
    """The colours of a drawing by itself: the theme's, unless it has some of its own."""
    coloured = drawing.backdrop is not None and drawing.backdrop.is_coloured
    return light_colours(drawing.colour) if coloured or drawing.colour != WHITE else theme_colours(theme)


# Widths that differ by less are drawn as one.
_EVEN_PX = 0.01
# The anti-aliased edge of a line reaches one pixel further than its width.
_EDGE_PX = 2.0


def screen_path(stroke: Stroke, side: float) -> Path:
    """Return the corners of a stroke's smooth line, ``(m, 3)``: x, y and width in pixels."""
    return smooth_path(stroke.points) * side


def path_bounds(path: Path) -> QRectF:
    """Return the rectangle that a line can touch, its edge included."""
    if len(path) == 0:
        return QRectF()
    reach = path[:, 2:] / 2 + _EDGE_PX
    left, top = (path[:, :2] - reach).min(axis=0)
    right, bottom = (path[:, :2] + reach).max(axis=0)
    return QRectF(left, top, right - left, bottom - top)


def changed_bounds(old: Path, new: Path) -> QRectF:
    """Return the rectangle in which a line that has grown differs from what it was."""
    length = min(len(old), len(new))
    differs = np.flatnonzero((old[:length] != new[:length]).any(axis=1))
    first = int(differs[0]) if differs.size else length
    # The piece that leads to the first changed corner has changed too.
    first = max(0, first - 1)
    return path_bounds(old[first:]).united(path_bounds(new[first:]))


def paint_path(painter: QPainter, path: Path, colour: QColor, within: QRectF | None = None) -> None:
    """Paint a line as the union of its round-capped pieces.

    Parameters
    ----------
    painter
        In pixels of the canvas; its clip is the caller's.
    path
        ``(m, 3)``, as from `screen_path`.
    colour
        Ink, or paper for the eraser.
    within
        Pieces that do not touch this rectangle are left out.
    """
    if within is not None:
        path = _part_within(path, within)
    if len(path) == 0:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if len(path) > 1 and np.ptp(path[:, 2]) < _EVEN_PX:
        pen = QPen(colour, float(path[0, 2]))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(_polygon(path[:, :2]))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPath(ribbon(path))
    painter.restore()


def paint_drawing(painter: QPainter, drawing: Drawing, side: float, colours: InkColours) -> None:
    """Paint paper, backdrop and strokes onto a square of `side` pixels."""
    painter.fillRect(QRectF(0, 0, side, side), colours.paper)
    if drawing.backdrop is not None:
        pixels = drawing.backdrop.pixels
        height, width = pixels.shape[-2:]
        scale = side / max(height, width)
        room = QRectF(0, 0, width * scale, height * scale)
        room.moveCenter(QPointF(side / 2, side / 2))
        # The cells of a data set's digit are shown as they are; a photo is shown smooth.
        smooth = not drawing.backdrop.exact
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(room, picture_image(pixels, colours.lut))
    for stroke in drawing.strokes:
        paint_stroke(painter, stroke, side, colours)


def paint_stroke(painter: QPainter, stroke: Stroke, side: float, colours: InkColours) -> None:
    """Paint one finished stroke."""
    paint_path(painter, screen_path(stroke, side), colours.paper if stroke.erases else colours.ink)


def drawing_image(drawing: Drawing, side_px: int, theme: Theme) -> QImage:
    """Render a drawing to a picture of `side_px` × `side_px`, for the clipboard and for files."""
    image = QImage(side_px, side_px, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_drawing(painter, drawing, side_px, colours_of(drawing, theme))
    painter.end()
    return image


class InkLayer:
    """Keeps the ink of the finished strokes as a pixmap in device pixels. GUI thread only."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._side = 0.0

    def pixmap(self, drawing: Drawing, side: float, ratio: float, colours: InkColours) -> QPixmap:
        """Return the ink of `drawing`, painted anew where it was forgotten or the screen changed.

        Parameters
        ----------
        drawing
            What `add` has kept up with since the last `forget`.
        side
            Side of the canvas, in logical pixels.
        ratio
            Device pixels per logical pixel.
        colours
            Of ink and paper.
        """
        if (
            self._pixmap is None
            or self._side != side
            or not np.isclose(self._pixmap.devicePixelRatio(), ratio)
        ):
            self._side = side
            side_px = max(1, int(np.ceil(side * ratio)))
            self._pixmap = QPixmap(side_px, side_px)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(colours.paper)
            painter = QPainter(self._pixmap)
            paint_drawing(painter, drawing, side, colours)
            painter.end()
        return self._pixmap

    def add(self, stroke: Stroke, colours: InkColours) -> None:
        """Paint one more finished stroke."""
        if self._pixmap is not None:
            painter = QPainter(self._pixmap)
            paint_stroke(painter, stroke, self._side, colours)
            painter.end()

    def forget(self) -> None:
        """Paint everything anew at the next chance."""
        self._pixmap = None


def _part_within(path: Path, within: QRectF) -> Path:
    """Return the shortest part of a line that looks the same inside a rectangle."""
    starts, ends = (path, path) if len(path) == 1 else (path[:-1], path[1:])
    reach = np.maximum(starts[:, 2:], ends[:, 2:]) / 2 + _EDGE_PX
    low = np.minimum(starts, ends)[:, :2] - reach
    high = np.maximum(starts, ends)[:, :2] + reach
    before_end = (low <= (within.right(), within.bottom())).all(axis=1)
    after_start = (high >= (within.left(), within.top())).all(axis=1)
    touching = np.flatnonzero(before_end & after_start)
    if touching.size == 0:
        return NO_PATH
    # One more piece on each side, since the sides of a ribbon bend with its neighbours.
    return path[max(0, touching[0] - 1) : touching[-1] + 3]


def _polygon(points: Path) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])
