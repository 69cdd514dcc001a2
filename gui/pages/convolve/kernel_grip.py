"""The handle by which a kernel is dragged out of its panel."""

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.pages.convolve.kernel_tools import BUTTON_PX
from gui.theme import ThemeManager
from gui.widgets.tool_button import ToolButton

_WIDTH_PX, _ICON_PX = 20, 20


class KernelGrip(ToolButton):
    """Tells when it is dragged; a press without a drag is a click as of any button. GUI thread only."""

    dragged = Signal()
    """The pointer has gone far enough for a drag to begin."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(
            themes,
            "grip",
            "Drag the kernel out, onto a filter or into the Library; a press copies it",
            parent=parent,
        )
        self.setObjectName("kernel_grip")
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setFixedSize(_WIDTH_PX, BUTTON_PX)
        self.setStyleSheet("QToolButton { padding: 0; }")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed_at: QPointF | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag would begin."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag when the pointer has gone far enough."""
        start = self._pressed_at
        if start is None:
            super().mouseMoveEvent(event)
        elif (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            # The release goes to where the kernel is dropped.
            self.setDown(False)
            self.dragged.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Click, unless it was a drag."""
        self._pressed_at = None
        super().mouseReleaseEvent(event)
