"""The picture that the network receives, with a patch to drag over it and the map of what that costs."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.occlusion import Patch
from engine.inspect.tiles import nice_scale
from engine.inspect.words import number
from gui.pages.inside.card_pictures import as_tiles, signed_entries, single_image
from gui.palettes import FULL_INDEX
from gui.theme import ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture

Array: TypeAlias = NDArray[Any]

_FAR_PX = 5
_NOTCH = 120
# Over the strongest place of the map some of the picture still shows.
_OPAQUE, _BEHIND = 215, 0.55
_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PatchPicture(QWidget):
    """Paints a picture ``(c, h, w)`` as large as there is room, and the patch. GUI thread only."""

    placed = Signal(int, int)
    """The row and the column where the patch's middle is wanted."""
    growth_wanted = Signal(int)
    """By how many pixels the patch's side is wanted longer."""
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._picture: Array | None = None
        self._image: QImage | None = None
        self._patch = Patch(0, 0)
        self._drop: Array | None = None
        self._overlay: QImage | None = None
        self._step, self._scale, self._name = 1, 1.0, ""
        self._ghost: tuple[int, int] | None = None
        self._grip: tuple[int, int] | None = None
        self._turned = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture with a patch: drag it, or move it with the arrow keys")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self._on_theme_changed)

    @property
    def scale(self) -> float:
        """The fall of the logit at full strength of the map."""
        return self._scale

    def show_picture(self, picture: Array | None) -> None:
        """Show a picture ``(c, h, w)`` of 0 to 1, or none."""
        if picture is not self._picture:
            self._picture, self._image = picture, None
            self.update()

    def show_patch(self, patch: Patch) -> None:
        """Lay the patch where it is wanted."""
        if patch != self._patch:
            self._patch = patch
            self.update()

    def show_drop(self, drop: Array | None, step: int = 1, name: str = "", *, fresh: bool = False) -> None:
        """Lay a map over the picture: how much the logit of the class `name` falls, or none.

        It is ``(rows, columns)`` of places `step` pixels apart. Its scale only grows, unless `fresh` says
        that it is of something else than before.
        """
        if drop is not None:
            self._scale = nice_scale(drop, None if fresh or self._drop is None else self._scale)
        self._drop, self._step, self._name, self._overlay = drop, step, name, None
        self.update()

    def show_ghost(self, place: tuple[int, int] | None) -> None:
        """Outline where the patch would lie, with its middle at a place, or nowhere."""
        if place != self._ghost:
            self._ghost = place
            self.update()

    def _numbers(self) -> str:
        """The map where it is shown, otherwise the picture as the network receives it."""
        if self._picture is None:
            return ""
        planes = [self._drop] if self._drop is not None else list(self._covered())
        blocks = ["\n".join("\t".join(f"{v:.6g}" for v in row) for row in plane) for plane in planes]
        return "\n\n".join(blocks) + "\n"

    def _covered(self) -> Array:
        assert self._picture is not None
        copy, patch = self._picture.copy(), self._patch
        bottom, right = max(patch.top + patch.side, 0), max(patch.left + patch.side, 0)
        copy[:, max(patch.top, 0) : bottom, max(patch.left, 0) : right] = patch.fill
        return copy

    @property
    def size_of_picture(self) -> tuple[int, int]:
        """Rows and columns."""
        return (1, 1) if self._picture is None else (self._picture.shape[1], self._picture.shape[2])

    def box(self) -> QRectF:
        """Where the picture lies: whole pixels of the screen for each of its own."""
        height, width = self.size_of_picture
        # A pixel on each side is the frame's.
        cell = max(1, min((self.width() - 2) // width, (self.height() - 2) // height))
        return QRectF(1, 1, cell * width, cell * height)

    def patch_box(self, place: tuple[int, int] | None = None) -> QRectF:
        """Where the patch lies, or would lie; it may hang over the edge of the picture."""
        box, patch = self.box(), self._patch
        if place is not None:
            patch = patch.at(*place, self.size_of_picture)
        cell = box.width() / self.size_of_picture[1]
        return QRectF(
            box.left() + patch.left * cell, box.top() + patch.top * cell, patch.side * cell, patch.side * cell
        )

    def pixel_at(self, position: QPointF) -> tuple[int, int]:
        """Row and column of the picture under a point, which may lie outside."""
        box = self.box()
        cell = box.width() / self.size_of_picture[1]
        return int((position.y() - box.top()) // cell), int((position.x() - box.left()) // cell)

    def sizeHint(self) -> QSize:
        """Want ten points for a pixel of a drawing."""
        return QSize(296, 296)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a small picture."""
        return QSize(128, 128)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, the map, and the patch over both."""
        if self._picture is None:
            return
        painter, theme, box = QPainter(self), self._themes.theme, self.box()
        if self._image is None:
            self._image = single_image(as_tiles(self._picture[None])[0], 1, theme.picture_lut)
        square = self.patch_box()
        # The picture steps back behind the map.
        painter.setOpacity(1.0 if self._drop is None else _BEHIND)
        painter.drawImage(box, self._image)
        painter.fillRect(square.intersected(box), self._cover())
        painter.setOpacity(1.0)
        if self._drop is not None:
            self._paint_map(painter, box, self._drop)
        painter.setPen(QPen(theme.text_dim if self.hasFocus() else theme.hairline, 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._ghost is not None:
            painter.setPen(QPen(theme.accent, 1, Qt.PenStyle.DashLine))
            painter.drawRect(self.patch_box(self._ghost))
        painter.setPen(QPen(theme.accent, 2))
        painter.drawRect(square)

    def _cover(self) -> QColor:
        fill = self._patch.fill
        if len(self._picture if self._picture is not None else ()) == 3:
            return QColor.fromRgbF(fill, fill, fill)
        red, green, blue, _ = self._themes.theme.picture_lut[round(fill * FULL_INDEX)].tolist()
        return QColor(red, green, blue)

    def _paint_map(self, painter: QPainter, box: QRectF, drop: Array) -> None:
        if self._overlay is None:
            colours = self._themes.theme.weight_lut[signed_entries(np.sign(drop), 1.0)].copy()
            shares = np.clip(np.abs(np.nan_to_num(drop)) / self._scale, 0, 1)
            colours[..., 3] = np.rint(_OPAQUE * shares)
            self._overlay = single_image(colours, 1, self._themes.theme.weight_lut)
        cell = self._step * box.width() / self.size_of_picture[1]
        painter.save()
        painter.setClipRect(box)
        rows, columns = drop.shape
        painter.drawImage(QRectF(box.left(), box.top(), columns * cell, rows * cell), self._overlay)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the patch where it is held, or lay it where the click is."""
        if event.button() != Qt.MouseButton.LeftButton or self._picture is None:
            return
        row, column = self.pixel_at(event.position())
        if self.patch_box().contains(event.position()):
            self._grip = row - self._patch.row, column - self._patch.column
        else:
            self._grip = (0, 0)
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the patch, or read out what lies under the mouse."""
        if self._picture is None:
            return
        if self._grip is not None:
            self._drag(event.position())
        else:
            over = self.patch_box().contains(event.position())
            self.setCursor(Qt.CursorShape.SizeAllCursor if over else Qt.CursorShape.CrossCursor)
        self.hovered.emit(self._words_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the patch."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = None

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self.hovered.emit("")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Make the patch larger or smaller, with Ctrl."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        self._turned += event.angleDelta().y()
        pixels = int(self._turned / _NOTCH)
        self._turned -= pixels * _NOTCH
        if pixels:
            self.growth_wanted.emit(pixels)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the patch by a pixel, with Shift by five."""
        step = _STEPS.get(event.key())
        if step is None or self._picture is None:
            super().keyPressEvent(event)
            return
        far = _FAR_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self._place(self._patch.row + far * step[0], self._patch.column + far * step[1])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the arrow keys move the patch."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they no longer do."""
        super().focusOutEvent(event)
        self.update()

    def _drag(self, position: QPointF) -> None:
        assert self._grip is not None
        row, column = self.pixel_at(position)
        self._place(row - self._grip[0], column - self._grip[1])

    def _place(self, row: int, column: int) -> None:
        patch = self._patch.at(row, column, self.size_of_picture)
        if patch != self._patch:
            self.show_patch(patch)
            self.placed.emit(patch.row, patch.column)

    def _words_at(self, position: QPointF) -> str:
        assert self._picture is not None
        if not self.box().contains(position):
            return ""
        row, column = self.pixel_at(position)
        values = ", ".join(number(float(value), 2) for value in self._picture[:, row, column])
        words = f"({row}, {column}) = {values}"
        if self._drop is None:
            return words
        drop = float(self._drop[row // self._step, column // self._step])
        verb = "rises" if drop < 0 else "falls"
        return f"{words} · with the patch here the logit of {self._name} {verb} by {number(abs(drop), 2)}"

    def _on_theme_changed(self) -> None:
        self._image = self._overlay = None
        self.update()
