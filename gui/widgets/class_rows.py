"""Rows of classes that can be pointed at, walked through and clicked."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget


class ClassRows(QWidget):
    """What every widget with a row for each class does with mouse and keys. GUI thread only.

    Whoever inherits from it places the rows, says what is in them, and paints them.
    """

    hovered = Signal(str)
    """The row under the pointer or reached by keys, in words; empty when there is none."""

    class_clicked = Signal(int)
    """The class whose row was clicked, or chosen with Enter."""

    def __init__(self, classes: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes = tuple(classes)
        self._current: int | None = None
        self.setMouseTracking(True)

    def readout(self, row: int) -> str:
        """Tell one row in words."""
        raise NotImplementedError

    def row_rect(self, row: int) -> QRectF:
        """Return where a row is drawn."""
        raise NotImplementedError

    def _row_at(self, position: QPointF) -> int | None:
        rows = range(len(self._classes))
        return next((row for row in rows if self.row_rect(row).contains(position)), None)

    def _set_current(self, row: int | None) -> None:
        if row != self._current:
            self._current = row
            self.hovered.emit("" if row is None else self.readout(row))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the row under the pointer."""
        self._set_current(self._row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._set_current(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which class was clicked."""
        row = self._row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row is not None:
            self.class_clicked.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the rows with the arrows; Enter chooses."""
        last = len(self._classes) - 1
        if event.key() == Qt.Key.Key_Down:
            self._set_current(0 if self._current is None else min(last, self._current + 1))
        elif event.key() == Qt.Key.Key_Up:
            self._set_current(last if self._current is None else max(0, self._current - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.class_clicked.emit(self._current)
        else:
            super().keyPressEvent(event)
