"""A page of small pictures, of which one is current."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pad.cells import picture_image
from gui.theme import S1, ThemeManager

COLUMNS, ROWS = 8, 6
PAGE = COLUMNS * ROWS
_THUMB_PX = 44
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
    Qt.Key.Key_PageUp: -PAGE,
    Qt.Key.Key_PageDown: PAGE,
}
_WHEEL_NOTCH = 120


class DigitGrid(QWidget):
    """Shows one page of pictures; a click or Enter chooses. GUI thread only.

    It knows positions on the page only; which pictures these are is its owner's business.
    """

    chosen = Signal(int)
    """The position on the page that was clicked, or chosen with Enter."""

    moved = Signal(int)
    """By how many pictures the arrows or the wheel want to go."""

    hovered_position = Signal(int)
    """The position under the pointer; -1 when there is none."""

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("digit_grid")
        self._themes = theme_manager
        self._pictures: tuple[NDArray[np.uint8], ...] = ()
        self._current = -1
        self._pointed = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Digits of the data set")
        theme_manager.changed.connect(self.update)

    def show_page(self, pictures: Sequence[NDArray[np.uint8]], current: int) -> None:
        """Show pictures, each ``(h, w)`` uint8, with a frame around the current one (-1: none)."""
        self._pictures = tuple(pictures)
        self._current = current
        self.update()

    def cell(self, position: int) -> QRectF:
        """Return where a picture is, in logical pixels."""
        row, column = divmod(position, COLUMNS)
        step = _THUMB_PX + S1
        return QRectF(column * step, row * step, _THUMB_PX, _THUMB_PX)

    def _position_at(self, point: QPointF) -> int:
        for position in range(len(self._pictures)):
            if self.cell(position).contains(point):
                return position
        return -1

    def _point_at(self, position: int) -> None:
        if position != self._pointed:
            self._pointed = position
            self.hovered_position.emit(position)
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for a whole page."""
        step = _THUMB_PX + S1
        return QSize(COLUMNS * step - S1, ROWS * step - S1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the picture under the pointer."""
        self._point_at(self._position_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the picture under the pointer."""
        position = self._position_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and position >= 0:
            self.chosen.emit(position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the page."""
        notches = event.angleDelta().y() / _WHEEL_NOTCH
        if abs(notches) >= 1:
            self.moved.emit(-PAGE if notches > 0 else PAGE)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, choose with Enter."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            self.moved.emit(_MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.update()
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the page."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for position, picture in enumerate(self._pictures):
            cell = self.cell(position)
            painter.drawImage(cell, picture_image(picture, theme.picture_lut))
            frame = theme.hairline
            if position == self._pointed:
                frame = theme.text_dim
            if position == self._current:
                frame = theme.accent
            painter.setPen(QPen(frame, 2 if position == self._current else 0))
            inset = 1.0 if position == self._current else 0.5
            painter.drawRect(cell.adjusted(inset, inset, -inset, -inset))
        painter.end()
