"""A photograph with a rectangle on it that is dragged with the mouse."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import ThemeManager

# How near an edge has to be to be taken, and how small a crop can become, on the screen.
_GRIP_PX = 8
_SMALLEST_PX = 12

Crop = tuple[int, int, int, int]


class CropView(QWidget):
    """Shows a grey picture and lets a person choose a part of it. GUI thread only.

    A drag on an edge or corner moves it, a drag inside moves the rectangle, a drag outside draws a
    new one; a double-click takes the whole picture.
    """

    crop_changed = Signal()
    """The person moved the rectangle."""

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crop_view")
        self._themes = theme_manager
        self._image = QImage()
        self._crop = QRectF()
        self._grip: tuple[bool, bool, bool, bool] | None = None
        self._drag_from = QPointF()
        self._crop_before = QRectF()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture to crop")
        theme_manager.changed.connect(self.update)

    @property
    def crop(self) -> Crop:
        """Top, left, bottom and right of the chosen part, in pixels; the last two exclusive."""
        rect = self._crop.toAlignedRect()
        return rect.top(), rect.left(), rect.top() + rect.height(), rect.left() + rect.width()

    def set_picture(self, grey: NDArray[np.uint8]) -> None:
        """Show a picture, ``(h, w)`` uint8, and choose all of it."""
        height, width = grey.shape
        lines = np.ascontiguousarray(grey)
        image = QImage(lines.data, width, height, width, QImage.Format.Format_Grayscale8)
        self._image = image.copy()
        self._crop = QRectF(self._image.rect())
        self.update()

    def set_crop(self, crop: Crop) -> None:
        """Choose a part of the picture; what is outside of it is left out."""
        top, left, bottom, right = crop
        chosen = QRectF(left, top, right - left, bottom - top) & QRectF(self._image.rect())
        if not chosen.isEmpty() and chosen != self._crop:
            self._crop = chosen
            self.update()
            self.crop_changed.emit()

    def screen_rect(self) -> QRectF:
        """Return where the chosen part is on the screen, in logical pixels of this widget."""
        room, scale = self._room()
        return QRectF(
            room.left() + self._crop.left() * scale,
            room.top() + self._crop.top() * scale,
            self._crop.width() * scale,
            self._crop.height() * scale,
        )

    def _room(self) -> tuple[QRectF, float]:
        """Return where the picture is shown, and logical pixels per pixel of it."""
        width, height = max(1, self._image.width()), max(1, self._image.height())
        scale = min(self.width() / width, self.height() / height)
        room = QRectF(0, 0, width * scale, height * scale)
        room.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        return room, scale

    def _edges_at(self, position: QPointF) -> tuple[bool, bool, bool, bool]:
        """Tell which of left, top, right and bottom a drag from here moves."""
        rect = self.screen_rect()
        near = rect.adjusted(-_GRIP_PX, -_GRIP_PX, _GRIP_PX, _GRIP_PX)
        if not near.contains(position):
            return False, False, False, False
        x, y = position.x(), position.y()
        left, right = abs(x - rect.left()), abs(x - rect.right())
        top, bottom = abs(y - rect.top()), abs(y - rect.bottom())
        return (
            left <= _GRIP_PX and left <= right,
            top <= _GRIP_PX and top <= bottom,
            right <= _GRIP_PX and right < left,
            bottom <= _GRIP_PX and bottom < top,
        )

    def _show_cursor(self, position: QPointF) -> None:
        left, top, right, bottom = self._edges_at(position)
        shape = Qt.CursorShape.CrossCursor
        if (left and top) or (right and bottom):
            shape = Qt.CursorShape.SizeFDiagCursor
        elif (right and top) or (left and bottom):
            shape = Qt.CursorShape.SizeBDiagCursor
        elif left or right:
            shape = Qt.CursorShape.SizeHorCursor
        elif top or bottom:
            shape = Qt.CursorShape.SizeVerCursor
        elif self._is_whole():
            shape = Qt.CursorShape.CrossCursor
        elif self.screen_rect().contains(position):
            shape = Qt.CursorShape.SizeAllCursor
        self.setCursor(shape)

    def _is_whole(self) -> bool:
        return self._crop == QRectF(self._image.rect())

    def _drag_to(self, position: QPointF) -> None:
        room, scale = self._room()
        moved = (position - self._drag_from) * (1 / scale)
        before, whole = self._crop_before, QRectF(self._image.rect())
        if self._grip is None:
            start = (self._drag_from - room.topLeft()) * (1 / scale)
            rect = QRectF(start, start + moved).normalized() & whole
        elif not any(self._grip):
            x = min(max(moved.x(), -before.left()), whole.right() - before.right())
            y = min(max(moved.y(), -before.top()), whole.bottom() - before.bottom())
            rect = before.translated(x, y)
        else:
            left, top, right, bottom = self._grip
            rect = before.adjusted(left * moved.x(), top * moved.y(), right * moved.x(), bottom * moved.y())
            rect = rect.normalized() & whole
        if min(rect.width(), rect.height()) * scale >= _SMALLEST_PX:
            self.set_crop(
                (
                    round(rect.top()),
                    round(rect.left()),
                    round(rect.bottom()),
                    round(rect.right()),
                )
            )

    def sizeHint(self) -> QSize:
        """Return room in which a photo is recognised."""
        return QSize(320, 280)

    def minimumSizeHint(self) -> QSize:
        """Return room in which an edge can still be caught."""
        return QSize(160, 120)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take an edge, the rectangle, or begin a new one."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        edges = self._edges_at(event.position())
        inside = self.screen_rect().contains(event.position()) and not self._is_whole()
        self._grip = edges if any(edges) or inside else None
        self._drag_from = event.position()
        self._crop_before = QRectF(self._crop)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or show what a drag from here would do."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_to(event.position())
        else:
            self._show_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the whole picture."""
        self.set_crop((0, 0, self._image.height(), self._image.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, shaded where it is left out, and the rectangle."""
        theme = self._themes.theme
        room, _ = self._room()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(room, self._image)
        chosen = self.screen_rect()
        shade = QColor(theme.window)
        shade.setAlphaF(0.7)
        for left_out in (
            QRectF(room.left(), room.top(), room.width(), chosen.top() - room.top()),
            QRectF(room.left(), chosen.bottom(), room.width(), room.bottom() - chosen.bottom()),
            QRectF(room.left(), chosen.top(), chosen.left() - room.left(), chosen.height()),
            QRectF(chosen.right(), chosen.top(), room.right() - chosen.right(), chosen.height()),
        ):
            painter.fillRect(left_out, shade)
        painter.setPen(QPen(theme.accent, 2))
        painter.drawRect(chosen.adjusted(1, 1, -1, -1))
        painter.end()
