"""A small kernel shown twice: as it is stored, and as it slides over the picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pages.convolve.chain_painting import paint_arrow
from gui.pages.convolve.turned_kernel import TurnedKernel
from gui.theme import S1, S2, ThemeManager, caption_font

_GAP = 28
_LARGEST_SIDE, _LEAST_SIDE = 98, 8
_CAPTIONS = ("kernel", "as it slides")


class KernelTurn(QWidget):
    """Shows one slice of a filter before and after the operation's own turn. GUI thread only."""

    hovered = Signal(str)
    """The weight under the mouse; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._kernels = tuple(TurnedKernel(themes, name, self) for name in _CAPTIONS)
        self._turned = [False, False]
        for kernel in self._kernels:
            kernel.hovered.connect(self.hovered)
            kernel.setToolTip("The mark is at the corner that is stored at the upper left.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Kernel as it is stored, and as it slides")
        themes.changed.connect(self.update)

    @property
    def kernels(self) -> tuple[TurnedKernel, ...]:
        """The kernel as it is stored, and as it slides."""
        return self._kernels

    def show_kernel(self, weight: NDArray[Any]) -> None:
        """Show a slice ``(rows, columns)`` the way it is in the network."""
        scale = float(np.abs(weight).max()) or 1.0
        for kernel in self._kernels:
            kernel.show_kernel(weight, scale, classic=False)

    def turn(self, stored: bool, sliding: bool) -> None:
        """Turn the stored kernel, and the one that slides, to where they belong."""
        for index, turned in enumerate((stored, sliding)):
            if turned != self._turned[index]:
                self._turned[index] = turned
                self._kernels[index].turn(turned)

    def kernel_rect(self, index: int) -> QRectF:
        """Where a kernel lies while it rests: 0 as it is stored, 1 as it slides; logical pixels."""
        kernel = self._kernels[index]
        return kernel.frame().translated(kernel.pos().toPointF())

    def sizeHint(self) -> QSize:
        """Want room for the largest kernels."""
        return QSize(2 * _LARGEST_SIDE + _GAP, _LARGEST_SIDE + self._line())

    def minimumSizeHint(self) -> QSize:
        """Shrink until the colours can just be told apart."""
        return QSize(2 * 40 + _GAP, 64)

    def _line(self) -> int:
        return round(QFontMetricsF(caption_font()).height()) + S1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the kernels as large as the room allows."""
        super().resizeEvent(event)
        room = min((self.width() - _GAP) // 2, self.height() - self._line(), _LARGEST_SIDE)
        side = max(room, _LEAST_SIDE)
        for index, kernel in enumerate(self._kernels):
            kernel.setGeometry(index * (side + _GAP), self._line(), side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the kernels' names and the arrow between them."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font())
        painter.setPen(theme.text_dim)
        for index, caption in enumerate(_CAPTIONS):
            left = self.kernel_rect(index).left()
            painter.drawText(QPointF(left, QFontMetricsF(caption_font()).ascent()), caption)
        first, second = self.kernel_rect(0), self.kernel_rect(1)
        y = round(first.center().y()) + 0.5
        start, end = QPointF(first.right() + S2, y), QPointF(second.left() - S2 + 1, y)
        paint_arrow(painter, start, end, theme.text_dim)
        painter.end()
