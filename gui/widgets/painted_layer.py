"""A layer of text and lines over a picture, painted now and then and shown at every frame."""

import math
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget


class PaintedLayer(QGraphicsItem):
    """Keeps what was painted as a pixmap, because text is costly. GUI thread only.

    Parameters
    ----------
    paint_over : callable, optional
        Paints what changes with every movement of the mouse, over the kept pixmap.
    bleed : float
        How far `paint_over` may paint beyond the layer's size, in logical pixels.
    """

    def __init__(self, paint_over: Callable[[QPainter], None] | None = None, bleed: float = 0.0) -> None:
        super().__init__()
        self._bleed = bleed
        self._size = QSizeF()
        self._kept = QPixmap()
        self._paint_over = paint_over

    @property
    def is_kept(self) -> bool:
        """Whether there is a kept picture."""
        return not self._kept.isNull()

    def forget(self) -> None:
        """Keep nothing: only `paint_over` paints."""
        self._kept = QPixmap()
        self.update()

    def set_size(self, size: QSizeF) -> None:
        """Cover a room of this size, in logical pixels."""
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size

    def repaint(self, size: QSizeF, dpr: float, paint: Callable[[QPainter], None]) -> None:
        """Paint anew.

        Parameters
        ----------
        size : QSizeF
            In logical pixels.
        dpr : float
            Device pixels per logical pixel.
        paint : callable
            Paints in logical pixels.
        """
        self.set_size(size)
        self._kept = QPixmap(max(1, math.ceil(size.width() * dpr)), max(1, math.ceil(size.height() * dpr)))
        self._kept.setDevicePixelRatio(dpr)
        self._kept.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._kept)
        paint(painter)
        painter.end()
        self.update()

    def boundingRect(self) -> QRectF:
        """Cover what is kept, and the bleed."""
        kept = QRectF(0, 0, self._size.width(), self._size.height())
        return kept.adjusted(-self._bleed, -self._bleed, self._bleed, self._bleed)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Show what was painted, then what moves."""
        if self.is_kept:
            painter.drawPixmap(0, 0, self._kept)
        if self._paint_over is not None:
            self._paint_over(painter)
