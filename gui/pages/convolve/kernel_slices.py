"""The slices of one filter, one for each input channel, as a row of thumbnails."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.pages.convolve.kernel_cells import kernel_image, plan_cells
from gui.pages.convolve.kernel_mime import numbers_text
from gui.theme import S1, ThemeManager, caption_font
from gui.widgets.copy_keys import CopyKeys, widget_picture

_SIDE_PX, _LINE_PX = 30, 16
# Up to so many slices leave room for the words beside them.
_MOST_BESIDE = 4
_CHOSEN_PX = 2.0
_WHEEL_NOTCH = 120


class KernelSlices(QWidget):
    """Shows a filter's slices; one is chosen, and the row moves so that it can be seen. GUI thread only."""

    slice_chosen = Signal(int)
    """The slice that the person chose."""
    hovered = Signal(str)
    """The slice under the pointer, "" when there is none."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernel_slices")
        self._themes = themes
        self._weight: NDArray[Any] = np.zeros((1, 1, 1))
        self._names: tuple[str, ...] = ()
        self._scale, self._classic = 1.0, False
        self._chosen = 0
        self._pointed: int | None = None
        CopyKeys(self, lambda: widget_picture(self), lambda: numbers_text(self._weight))
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Slices of the filter")
        themes.changed.connect(self._on_theme_changed)

    def show_slices(
        self, weight: NDArray[Any], names: Sequence[str], chosen: int, scale: float, classic: bool
    ) -> None:
        """Show slices ``(slices, kh, kw)`` by the names of their input channels."""
        other = len(weight) != len(self._weight)
        self._weight, self._names = weight, tuple(names)
        if other:
            self.updateGeometry()
        self._chosen, self._scale, self._classic = chosen, scale, classic
        self.setAccessibleDescription(self.words(chosen))
        self.update()

    def words(self, index: int) -> str:
        """Tell one slice in words: ``slice 2 of 3 · green``."""
        name = f" · {self._names[index]}" if index < len(self._names) else ""
        return f"slice {index + 1} of {len(self._weight)}{name}"

    def step(self, by: int) -> None:
        """Choose a slice further on; beyond the ends nothing happens."""
        index = self._chosen + by
        if 0 <= index < len(self._weight):
            self.slice_chosen.emit(index)

    def slice_rect(self, index: int) -> QRectF:
        """Return where a slice is drawn, in logical pixels; it may be outside."""
        top = 0 if self._beside else _LINE_PX
        return QRectF((index - self._first()) * (_SIDE_PX + S1), top, _SIDE_PX, _SIDE_PX)

    @property
    def _beside(self) -> bool:
        """Whether the words stand beside the thumbnails, not above them."""
        return len(self._weight) <= _MOST_BESIDE

    def _first(self) -> int:
        """The slice at the left end: as few as possible are left out before the chosen one."""
        fitting = max(1, (self.width() + S1) // (_SIDE_PX + S1))
        return max(0, min(self._chosen - fitting // 2, len(self._weight) - fitting))

    def _index_at(self, point: QPointF) -> int | None:
        return next((i for i in range(len(self._weight)) if self.slice_rect(i).contains(point)), None)

    def _point_at(self, index: int | None) -> None:
        if index != self._pointed:
            self._pointed = index
            self.hovered.emit("" if index is None else self.words(index))
            self.update()

    def _on_theme_changed(self) -> None:
        self.setFont(caption_font())
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the thumbnails, and for a line of words where they stand above."""
        return QSize(240, _SIDE_PX if self._beside else _LINE_PX + _SIDE_PX)

    def event(self, event: QEvent) -> bool:
        """Say which slice is under the pointer, and how to choose."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            if index is not None:
                text = (
                    f"{self.words(index)}: looks at this input channel alone (PgUp, PgDown). "
                    "Ctrl+C copies the picture of all slices, Ctrl+Shift+C their numbers."
                )
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the slice under the pointer."""
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.slice_chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the slice under the pointer."""
        self._point_at(self._index_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._point_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go to the next slice where there are more than can be seen."""
        if self._first() == 0 and self.slice_rect(len(self._weight) - 1).right() <= self.width():
            event.ignore()
            return
        event.accept()
        if abs(event.angleDelta().y()) >= _WHEEL_NOTCH:
            self.step(-1 if event.angleDelta().y() > 0 else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the slices with the arrows."""
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Home: -self._chosen,
            Qt.Key.Key_End: len(self._weight) - 1 - self._chosen,
        }
        by = moves.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.step(by)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus has gone."""
        self.update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words and the thumbnails."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setPen(theme.text if self.hasFocus() else theme.text_dim)
        line, words = QRectF(0, 0, self.width(), _LINE_PX - 2), self.words(self._chosen)
        if self._beside:
            left = self.slice_rect(len(self._weight)).left() + S1
            line = QRectF(left, 0, self.width() - left, _SIDE_PX)
            words = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        dpr = self.devicePixelRatioF()
        painter.scale(1 / dpr, 1 / dpr)
        for index, weight in enumerate(self._weight):
            rect = self.slice_rect(index)
            if rect.right() < 0 or rect.left() > self.width():
                continue
            box = QRectF(*(round(v * dpr) for v in (rect.left(), rect.top(), rect.width(), rect.height())))
            rows, columns = weight.shape
            side, inner = int(box.width()), int(box.width() - S1 * dpr)
            cells = plan_cells(rows, columns, side, side, max(1, inner // max(rows, columns)))
            place = cells.frame.translated(box.topLeft())
            painter.drawImage(place, kernel_image(weight, theme, self._classic, self._scale))
            chosen = index == self._chosen
            line_px = round(_CHOSEN_PX * dpr) if chosen else 1
            colour = theme.accent if chosen else theme.text_dim if index == self._pointed else theme.hairline
            painter.setPen(QPen(colour, line_px, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(box.adjusted(line_px / 2, line_px / 2, -line_px / 2, -line_px / 2))
        painter.end()
