"""Pixel-true pictures over each other, in Qt alone: what the first page shows does not wait for pyqtgraph.

No QGraphicsView: a scene that has changed has the window painted at once, from its own background on, and so
four walls on a page would have it painted four times for one frame. Here the window paints when all is there.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.palettes import Lut

MOSAIC_HEIGHT = 1


class Layer:
    """One of the pictures of a view; painted over those of less height. GUI thread only."""

    def __init__(self) -> None:
        self._view: QWidget | None = None
        self._position = QPointF()
        self._visible = True

    def join(self, view: QWidget) -> None:
        """Lie in this view."""
        self._view = view

    def update(self) -> None:
        """Have the view painted anew, soon."""
        if self._view is not None:
            self._view.update()

    @property
    def position(self) -> QPointF:
        """Where the layer's origin is, in logical pixels of the view."""
        return self._position

    def set_position(self, position: QPointF) -> None:
        """Put the layer's origin somewhere else."""
        if position != self._position:
            self._position = position
            self.update()

    @property
    def visible(self) -> bool:
        """Whether it is painted."""
        return self._visible

    def set_visible(self, visible: bool) -> None:
        """Paint it, or do not."""
        if visible != self._visible:
            self._visible = visible
            self.update()

    def bounds(self) -> QRectF:
        """Say what `paint` covers, in logical pixels from the origin."""
        raise NotImplementedError

    def paint(self, painter: QPainter) -> None:
        """Paint, in logical pixels from the origin."""
        raise NotImplementedError


class PixelView:
    """A widget that shows layers on a plain background. GUI thread only.

    It lets the mouse through: the widget that it lies in handles all input.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._view = _View(parent)

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        return self._view

    def set_background(self, colour: QColor) -> None:
        """Fill what no layer covers."""
        self._view.set_background(colour)

    def add_layer(self, layer: Layer, height: int) -> None:
        """Take in a layer; those of one height are painted in the order in which they came."""
        self._view.add_layer(layer, height)

    def add_mosaic(self) -> "Mosaic":
        """Make an empty mosaic in this view, at `MOSAIC_HEIGHT`."""
        mosaic = Mosaic()
        self._view.add_layer(mosaic, MOSAIC_HEIGHT)
        return mosaic


class Mosaic(Layer):
    """A picture of device pixels, shown one to one, coloured by a table of 256 entries.

    Coloured when it is painted, in the format of the screen: Qt only copies.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dpr = 1.0
        self._lut: Lut | None = None
        self._colours = np.zeros(256, np.uint32)
        self._rows, self._row_of = np.zeros((0, 0), np.uint8), np.zeros(0, np.intp)
        # The image has no copy of its own of the pixels.
        self._pixels = np.zeros((0, 0), np.uint32)
        self._image: QImage | None = None

    def set_lut(self, lut: Lut) -> None:
        """Colour the entries with a table of shape (256, 4)."""
        if lut is self._lut:
            return
        self._lut = lut
        red, green, blue, alpha = lut.astype(np.uint32).T
        red, green, blue = ((part * alpha + 127) // 255 for part in (red, green, blue))
        self._colours = alpha << 24 | red << 16 | green << 8 | blue
        self._image = None
        self.update()

    def set_place(self, position: QPointF, dpr: float) -> None:
        """Put the top left corner at a logical point on a screen of `dpr` device pixels each."""
        self._dpr = dpr
        self.set_position(snapped(position, dpr))
        self.update()

    def set_rows(self, rows: NDArray[np.uint8], row_of: NDArray[np.intp]) -> None:
        """Show entries. Most rows of a mosaic repeat the one above: those that differ are coloured once.

        Parameters
        ----------
        rows : ndarray of uint8, shape (different rows, width)
        row_of : ndarray of intp, shape (height,)
            Which of them each row of the picture is. Neither array may be written to afterwards.
        """
        self._rows, self._row_of = rows, row_of
        self._image = None
        self.update()

    def bounds(self) -> QRectF:
        """Cover all entries."""
        return QRectF(0, 0, self._rows.shape[1] / self._dpr, len(self._row_of) / self._dpr)

    def paint(self, painter: QPainter) -> None:
        """Colour what is new, and copy it to the screen."""
        height, width = len(self._row_of), self._rows.shape[1]
        if self._image is None:
            self._pixels = self._colours.take(self._rows).take(self._row_of, axis=0)
            premultiplied = QImage.Format.Format_ARGB32_Premultiplied
            self._image = QImage(self._pixels.data, width, height, 4 * width, premultiplied)
        painter.scale(1 / self._dpr, 1 / self._dpr)
        painter.drawImage(QRectF(0, 0, width, height), self._image)


def snapped(position: QPointF, dpr: float) -> QPointF:
    """Move a logical point to the nearest corner of a device pixel."""
    return QPointF(round(position.x() * dpr) / dpr, round(position.y() * dpr) / dpr)


class _View(QWidget):
    """Paints the layers, from its corner on."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._layers: list[tuple[int, Layer]] = []
        self._background = QColor(Qt.GlobalColor.black)
        # What lies behind need not be painted first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def add_layer(self, layer: Layer, height: int) -> None:
        """Take in a layer at its height."""
        self._layers.append((height, layer))
        self._layers.sort(key=lambda at: at[0])
        layer.join(self)
        self.update()

    def set_background(self, colour: QColor) -> None:
        """Fill what no layer covers."""
        self._background = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers that can be seen."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._background)
        seen = QRectF(event.rect())
        for _, layer in self._layers:
            bounds = layer.bounds()
            if layer.visible and not bounds.isEmpty() and bounds.translated(layer.position).intersects(seen):
                painter.save()
                painter.translate(layer.position)
                layer.paint(painter)
                painter.restore()
        painter.end()
