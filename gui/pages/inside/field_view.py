"""The ink under a number: the picture, with the receptive fields of a way down the ledger."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.fields import Box
from gui.pages.inside.card_pictures import as_tiles, single_image
from gui.theme import ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture

Array: TypeAlias = NDArray[Any]


class FieldView(QWidget):
    """Paints a picture and rectangles on it, the last one strongest. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._picture: Array = np.zeros((1, 0, 0), np.float32)
        self._boxes: tuple[Box, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What the number sees of the picture")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self.update)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The rectangles, from the outside in."""
        return self._boxes

    def show_picture(self, picture: Array) -> None:
        """Show a picture ``(c, h, w)`` of 0 to 1, in colour where it has three channels."""
        self._picture = picture
        self.update()

    def show_boxes(self, boxes: tuple[Box, ...]) -> None:
        """Draw rectangles in the picture's pixels; they may reach beyond it."""
        self._boxes = boxes
        self.update()

    def _numbers(self) -> str:
        rows = self._picture.reshape(-1, self._picture.shape[-1])
        return "\n".join("\t".join(f"{value:.6g}" for value in row) for row in rows) + "\n"

    def sizeHint(self) -> QSize:
        """Want room for a picture that can be read."""
        return QSize(224, 224)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a small picture."""
        return QSize(112, 112)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture and the rectangles."""
        if not self._picture.size:
            return
        painter, theme = QPainter(self), self._themes.theme
        h, w = self._picture.shape[-2:]
        cell = max(1, min(self.width() // w, self.height() // h))
        room = QRectF(0, 0, w * cell, h * cell)
        painter.drawImage(room, single_image(as_tiles(self._picture[None])[0], 1, theme.picture_lut))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, (top, bottom, left, right) in enumerate(self._boxes):
            inner = place == len(self._boxes) - 1
            colour = QColor(theme.accent if inner else theme.text_dim)
            painter.setPen(QPen(colour, 2 if inner else 1))
            box = QRectF(left * cell, top * cell, (right - left) * cell, (bottom - top) * cell)
            painter.drawRect(box.intersected(room.adjusted(0, 0, -1, -1)))
