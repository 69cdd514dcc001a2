"""One step of the preparation as a picture, with crisp square cells."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.drawing import PICTURE_SIDE, Preparation
from gui.pad.cells import cell_image, picture_image
from gui.pad.preparation_steps import PICTURE, STEP_NAMES, StepView, step_view
from gui.theme import ThemeManager

_CROSS_CELLS = 2


class StepPicture(QWidget):
    """Shows the values of one step, ink and paper in the theme's colours. GUI thread only.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    side
        Logical pixels per side.
    """

    hovered = Signal(str)
    """The value under the pointer; empty when it has left."""

    def __init__(
        self, theme_manager: ThemeManager, side: int = 3 * PICTURE_SIDE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("network_input")
        self._themes = theme_manager
        self._side = side
        self._step = PICTURE
        self._preparation: Preparation | None = None
        self._coloured: NDArray[np.float32] | None = None
        self._view = StepView(np.zeros((PICTURE_SIDE, PICTURE_SIDE), np.float32), PICTURE_SIDE)
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the network receives")
        theme_manager.changed.connect(self.update)

    def set_side(self, side: int) -> None:
        """Ask for another size, in logical pixels per side."""
        self._side = side
        self.updateGeometry()

    def show_step(
        self, preparation: Preparation, step: int, coloured: NDArray[np.float32] | None = None
    ) -> None:
        """Show a step of a preparation; for the last one in colour, ``(3, 28, 28)``, what comes of it."""
        if preparation is self._preparation and step == self._step and coloured is self._coloured:
            return
        self._preparation, self._step, self._coloured = preparation, step, coloured
        self._view = step_view(preparation, step)
        self.update()
        if self._pointer is not None:
            self.hovered.emit(self.readout(self._pointer))

    def readout(self, position: QPointF) -> str:
        """Tell the value at a place of the widget: "28 × 28, row 3, column 4: 0.50"."""
        room = self._values_rect()
        if not room.contains(position):
            return ""
        rows, columns = self._view.values.shape
        row = min(rows - 1, int((position.y() - room.top()) / room.height() * rows))
        column = min(columns - 1, int((position.x() - room.left()) / room.width() * columns))
        values = self._values()[..., row, column]
        if values.ndim:
            red, green, blue = values.tolist()
            words = f"red {red:.2f}, green {green:.2f}, blue {blue:.2f}"
        else:
            words = f"{float(values):.2f}"
        return f"{STEP_NAMES[self._step]}, row {row}, column {column}: {words}"

    def _values(self) -> NDArray[np.float32]:
        """What is painted: the step's picture, ``(h, w)``, or the last one in colour."""
        last = self._step == PICTURE and self._coloured is not None
        return self._coloured if last and self._coloured is not None else self._view.values

    def _square(self) -> tuple[QRectF, int]:
        """Return the square of the picture, and device pixels per value (0: less than one).

        It is made of whole device pixels per value of the network's picture, and is the same for
        every step.
        """
        ratio = self.devicePixelRatioF()
        room_px = int(min(self.width(), self.height()) * ratio)
        side_px = max(1, room_px // PICTURE_SIDE) * PICTURE_SIDE
        cell = side_px // self._view.side if side_px % self._view.side == 0 else 0
        return QRectF(0, 0, side_px / ratio, side_px / ratio), cell

    def _values_rect(self) -> QRectF:
        square, _ = self._square()
        rows, columns = self._view.values.shape
        value = square.width() / self._view.side
        left, top = (self._view.side - columns) // 2, (self._view.side - rows) // 2
        return QRectF(square.left() + left * value, square.top() + top * value, columns * value, rows * value)

    def _paint_marks(self, painter: QPainter, square: QRectF, colour: QColor) -> None:
        value = square.width() / self._view.side
        painter.setPen(QPen(colour, 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._view.box is not None:
            top, left, bottom, right = (value * edge for edge in self._view.box)
            painter.drawRect(QRectF(left, top, right - left, bottom - top).translated(square.topLeft()))
        if self._view.crosses_centre:
            # The centre of mass is put on the centre of the value with index 14.
            middle = square.topLeft() + QPointF(1, 1) * (PICTURE_SIDE / 2 + 0.5) * value
            for arm in (QPointF(_CROSS_CELLS * value, 0), QPointF(0, _CROSS_CELLS * value)):
                painter.drawLine(middle - arm, middle + arm)

    def sizeHint(self) -> QSize:
        """Return the side that was asked for."""
        return QSize(self._side, self._side)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the value under the pointer."""
        self._pointer = event.position()
        self.hovered.emit(self.readout(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._pointer = None
        self.hovered.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the values, and what the step marks on them."""
        theme = self._themes.theme
        painter = QPainter(self)
        square, cell = self._square()
        painter.fillRect(square, theme.paper)
        room = self._values_rect()
        if cell:
            image = cell_image(self._values(), theme.picture_lut, cell, self.devicePixelRatioF())
            painter.drawImage(room.topLeft(), image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(room, picture_image(self._values(), theme.picture_lut))
        self._paint_marks(painter, square, theme.text_dim)
        edge = 0.75 / self.devicePixelRatioF()
        painter.setPen(QPen(theme.hairline, 0))
        painter.drawRect(square.adjusted(edge, edge, -edge, -edge))
        painter.end()
