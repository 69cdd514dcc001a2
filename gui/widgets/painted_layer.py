"""A layer of text and lines over a picture, painted now and then and shown at every frame."""

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from gui.pixel_view import Layer


class PaintedLayer(Layer):
    """Keeps what was painted as a picture, because text is costly. GUI thread only.

    Parameters
    ----------
    paint_over : callable, optional
        Paints what changes with every movement of the mouse, over the kept picture.
    bleed : float
        How far `paint_over` may paint beyond the layer's size, in logical pixels.
    """

    def __init__(self, paint_over: Callable[[QPainter], None] | None = None, bleed: float = 0.0) -> None:
        super().__init__()
        self._bleed = bleed
        self._size = QSizeF()
        # The rows that something was painted on, and where they begin; None: nothing is kept.
        self._kept: QImage | None = None
        self._top = 0.0
        self._paint_over = paint_over

    @property
    def is_kept(self) -> bool:
        """Whether there is a kept picture."""
        return self._kept is not None

    def forget(self) -> None:
        """Keep nothing: only `paint_over` paints."""
        self._kept = None
        self.update()

    def set_size(self, size: QSizeF) -> None:
        """Cover a room of this size, in logical pixels."""
        if size != self._size:
            self._size = size
            self.update()

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
        width, height = max(1, math.ceil(size.width() * dpr)), max(1, math.ceil(size.height() * dpr))
        whole = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        whole.setDevicePixelRatio(dpr)
        whole.fill(Qt.GlobalColor.transparent)
        painter = QPainter(whole)
        paint(painter)
        painter.end()
        # Captions are on a few rows, and to lay nothing over the others takes as long as to lay something.
        pixels = np.frombuffer(whole.constBits(), np.uint32).reshape(height, width)
        painted = np.flatnonzero(pixels.any(axis=1))
        first, last = (int(painted[0]), int(painted[-1])) if len(painted) else (0, -1)
        self._kept, self._top = whole.copy(0, first, width, last + 1 - first), first / dpr
        self.update()

    def bounds(self) -> QRectF:
        """Cover what is kept, and the bleed."""
        kept = QRectF(0, 0, self._size.width(), self._size.height())
        return kept.adjusted(-self._bleed, -self._bleed, self._bleed, self._bleed)

    def paint(self, painter: QPainter) -> None:
        """Show what was painted, then what moves."""
        if self._kept is not None and not self._kept.isNull():
            painter.drawImage(QPointF(0, self._top), self._kept)
        if self._paint_over is not None:
            self._paint_over(painter)
