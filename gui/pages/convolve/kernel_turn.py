"""A small kernel that visibly turns by 180°: as it is stored, and as it slides over the picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from gui.numbers import local_number
from gui.pages.convolve.chain_painting import paint_arrow
from gui.pages.convolve.map_image import map_entries, map_image
from gui.theme import S1, S2, ThemeManager, caption_font, mixed, text_on

TURN_MS = 300
_GAP = 28
# Room for the corner mark outside the kernel.
_MARGIN = 4
_LARGEST_SIDE = 96
_FIGURE_PX = 11
_CAPTIONS = ("kernel", "as it slides")


class KernelTurn(QWidget):
    """Shows one slice of a filter twice, before and after the operation's own turn. GUI thread only.

    A corner mark tells the way up, because many kernels look the same turned. With reduced motion it turns
    at once.
    """

    hovered = Signal(str)
    """The weight under the mouse; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._weight: NDArray[np.float64] | None = None
        self._turned = [False, False]
        self._angles = [0.0, 0.0]
        self._cell: tuple[int, int, int] | None = None
        self._motions = [self._motion(0), self._motion(1)]
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Kernel as it is stored, and as it slides")
        themes.changed.connect(self.update)

    @property
    def angles(self) -> tuple[float, float]:
        """Degrees by which both kernels are turned just now."""
        return self._angles[0], self._angles[1]

    def show_kernel(self, weight: NDArray[Any]) -> None:
        """Show a slice ``(rows, columns)`` the way it is in the network."""
        self._weight = np.array(weight, np.float64)
        self.update()

    def turn(self, stored: bool, sliding: bool) -> None:
        """Turn the stored kernel, and the one that slides, to where they belong."""
        for index, turned in enumerate((stored, sliding)):
            if turned == self._turned[index]:
                continue
            self._turned[index] = turned
            goal = 180.0 if turned else 0.0
            self._motions[index].stop()
            still = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
            if still or not self.isVisible():
                self._angles[index] = goal
                self.update()
            else:
                self._motions[index].setStartValue(self._angles[index])
                self._motions[index].setEndValue(goal)
                self._motions[index].start()

    def side(self) -> float:
        """The side of either kernel, in logical pixels."""
        line = QFontMetricsF(caption_font()).height()
        return max(
            min((self.width() - _GAP) / 2 - _MARGIN, self.height() - line - S1 - _MARGIN, _LARGEST_SIDE), 8.0
        )

    def kernel_rect(self, index: int) -> QRectF:
        """Where a kernel lies: 0 as it is stored, 1 as it slides; cells are whole device pixels."""
        rows, columns = self._weight.shape if self._weight is not None else (1, 1)
        dpr = self.devicePixelRatioF()
        cell = max(int(self.side() * dpr / max(rows, columns)), 1) / dpr
        line = QFontMetricsF(caption_font()).height() + S1
        left = round((_MARGIN + index * (self.side() + _GAP)) * dpr) / dpr
        return QRectF(left, round(line * dpr) / dpr, columns * cell, rows * cell)

    def _motion(self, index: int) -> QVariantAnimation:
        motion = QVariantAnimation(self)
        motion.setDuration(TURN_MS)
        motion.setEasingCurve(QEasingCurve.Type.InOutCubic)

        def step(angle: float) -> None:
            self._angles[index] = angle
            self.update()

        motion.valueChanged.connect(step)
        return motion

    def _scale(self) -> float:
        return max(float(np.abs(self._weight).max()), 1e-9) if self._weight is not None else 1.0

    def _at(self, index: int) -> NDArray[np.float64] | None:
        """The numbers of a kernel the way it lies when it rests."""
        if self._weight is None:
            return None
        return self._weight[::-1, ::-1] if self._turned[index] else self._weight

    def _paint_kernel(self, painter: QPainter, index: int, weight: NDArray[np.float64]) -> None:
        theme = self._themes.theme
        rect, angle = self.kernel_rect(index), self._angles[index]
        painter.save()
        painter.translate(rect.center())
        painter.rotate(angle)
        place = QRectF(-rect.width() / 2, -rect.height() / 2, rect.width(), rect.height())
        painter.drawImage(place, map_image(weight, theme.weight_lut, self._scale(), signed=True))
        painter.setPen(QPen(mixed(theme.hairline, theme.text, 0.25), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        # The corner that was at the upper left.
        painter.setPen(QPen(theme.accent, 2, c=Qt.PenCapStyle.FlatCap))
        corner, arm = place.topLeft() + QPointF(-2, -2), 8.0
        painter.drawLine(corner - QPointF(1, 0), corner + QPointF(arm, 0))
        painter.drawLine(corner, corner + QPointF(0, arm))
        painter.restore()
        if angle in (0.0, 180.0):
            self._paint_numbers(painter, index, rect)

    def _paint_numbers(self, painter: QPainter, index: int, rect: QRectF) -> None:
        weight = self._at(index)
        if weight is None:
            return
        rows, columns = weight.shape
        cell = rect.width() / columns
        font = QFont(caption_font())
        font.setPixelSize(_FIGURE_PX)
        texts = [[local_number(value, 1 if cell < 30 else 2) for value in row] for row in weight.tolist()]
        metrics = QFontMetricsF(font)
        if max(metrics.horizontalAdvance(text) for row in texts for text in row) + 2 > cell:
            return
        painter.setFont(font)
        theme = self._themes.theme
        colours = theme.weight_lut[map_entries(weight, self._scale(), signed=True)]
        for row, column in np.ndindex(rows, columns):
            red, green, blue, _ = colours[row, column].tolist()
            painter.setPen(text_on((red, green, blue)))
            place = QRectF(rect.left() + column * cell, rect.top() + row * cell, cell, cell)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, texts[row][column])

    def _hover(self, cell: tuple[int, int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.hovered.emit(self._readout(cell))

    def _readout(self, cell: tuple[int, int, int] | None) -> str:
        weight = self._at(cell[0]) if cell is not None else None
        if weight is None or cell is None:
            return ""
        index, row, column = cell
        return f"{_CAPTIONS[index]} · ({row}, {column}) = {local_number(float(weight[row, column]), 4)}"

    def sizeHint(self) -> QSize:
        """Want room for numbers in the cells of 3 × 3."""
        line = int(QFontMetricsF(caption_font()).height()) + S1
        return QSize(2 * _LARGEST_SIDE + _GAP, _LARGEST_SIDE + line + 4)

    def minimumSizeHint(self) -> QSize:
        """Shrink until the colours can just be told apart."""
        return QSize(2 * 40 + _GAP, 64)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the weight under the mouse."""
        for index in (0, 1):
            rect, weight = self.kernel_rect(index), self._at(index)
            if weight is not None and rect.contains(event.position()):
                inside = event.position() - rect.topLeft()
                row = min(int(inside.y() / rect.height() * weight.shape[0]), weight.shape[0] - 1)
                column = min(int(inside.x() / rect.width() * weight.shape[1]), weight.shape[1] - 1)
                self._hover((index, row, column))
                return
        self._hover(None)

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._hover(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both kernels, their names and the arrow between them."""
        if self._weight is None:
            return
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font())
        metrics = QFontMetricsF(caption_font())
        for index, caption in enumerate(_CAPTIONS):
            painter.setPen(theme.text_dim)
            painter.drawText(QPointF(self.kernel_rect(index).left(), metrics.ascent()), caption)
            self._paint_kernel(painter, index, self._weight)
        first, second = self.kernel_rect(0), self.kernel_rect(1)
        y = round(first.center().y()) + 0.5
        start, end = QPointF(first.right() + S2, y), QPointF(second.left() - S2 + 1, y)
        paint_arrow(painter, start, end, theme.text_dim)
        painter.end()
