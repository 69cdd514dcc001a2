"""Pixel-true pictures in a scene, in Qt alone: what the first page shows does not wait for pyqtgraph."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from gui.palettes import Lut


class PixelView:
    """A scene whose coordinates are logical pixels of its widget. GUI thread only.

    The widget lets the mouse through: the widget that it lies in handles all input.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._view = _View(parent)

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        return self._view

    def set_background(self, colour: QColor) -> None:
        """Fill what no item covers."""
        self._view.setBackgroundBrush(QBrush(colour))

    def add_item(self, item: QGraphicsItem) -> None:
        """Put a plain item into the scene."""
        self._view.scene().addItem(item)

    def add_mosaic(self) -> "Mosaic":
        """Make an empty mosaic in this view."""
        mosaic = Mosaic()
        self._view.scene().addItem(mosaic.item)
        return mosaic


class Mosaic:
    """A picture of device pixels, shown one to one, coloured by a table of 256 entries."""

    def __init__(self) -> None:
        self.item = _MosaicItem()
        self.item.setZValue(1)
        self._lut: Lut | None = None

    def set_lut(self, lut: Lut) -> None:
        """Colour the entries with a table of shape (256, 4)."""
        if lut is not self._lut:
            self._lut = lut
            self.item.set_table(lut)

    def set_place(self, position: QPointF, dpr: float) -> None:
        """Put the top left corner at a logical point on a screen of `dpr` device pixels each."""
        self.item.setPos(snapped(position, dpr))
        self.item.setScale(1 / dpr)

    def set_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Show entries, shape (height, width); the array must not be written to afterwards."""
        self.item.setVisible(pixels.size > 0)
        if pixels.size:
            self.item.set_entries(pixels)


def snapped(position: QPointF, dpr: float) -> QPointF:
    """Move a logical point to the nearest corner of a device pixel."""
    return QPointF(round(position.x() * dpr) / dpr, round(position.y() * dpr) / dpr)


class _View(QGraphicsView):
    """Shows the scene from its corner on, one unit per logical pixel, whatever its size."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        scene = QGraphicsScene(self)
        # A handful of items: to go through them all is quicker than to keep an index.
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # What changes is a picture that fills the view: one rectangle is cheaper than a region.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the corner where it is."""
        self.setSceneRect(QRectF(self.rect()))
        super().resizeEvent(event)


class _MosaicItem(QGraphicsItem):
    """Entries of a table, coloured when they are painted, in the format of the screen: Qt only copies."""

    def __init__(self) -> None:
        super().__init__()
        self._colours = np.zeros(256, np.uint32)
        self._entries = np.zeros((0, 0), np.uint8)
        # The image has no copy of its own of the pixels.
        self._pixels = np.zeros((0, 0), np.uint32)
        self._image: QImage | None = None

    def set_table(self, lut: Lut) -> None:
        """Colour the entries with a table of shape (256, 4)."""
        red, green, blue, alpha = lut.astype(np.uint32).T
        red, green, blue = ((part * alpha + 127) // 255 for part in (red, green, blue))
        self._colours = alpha << 24 | red << 16 | green << 8 | blue
        self._image = None
        self.update()

    def set_entries(self, entries: NDArray[np.uint8]) -> None:
        """Show entries, shape (height, width)."""
        if entries.shape != self._entries.shape:
            self.prepareGeometryChange()
        self._entries = entries
        self._image = None
        self.update()

    def boundingRect(self) -> QRectF:
        """Cover all entries."""
        height, width = self._entries.shape
        return QRectF(0, 0, width, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Colour what is new, and copy it to the screen."""
        height, width = self._entries.shape
        if self._image is None:
            self._pixels = self._colours[self._entries]
            premultiplied = QImage.Format.Format_ARGB32_Premultiplied
            self._image = QImage(self._pixels.data, width, height, 4 * width, premultiplied)
        painter.drawImage(QRectF(0, 0, width, height), self._image)
