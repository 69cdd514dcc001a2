"""Room for a widget that stays square."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class SquareRoom(QWidget):
    """Gives its one child the largest square that fits, at the top. GUI thread only.

    Parameters
    ----------
    child
        The widget; it becomes a child of this one.
    """

    def __init__(self, child: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._child = child
        self._preferred = child.sizeHint().height()
        child.setParent(self)
        self.setFocusProxy(child)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_preferred_side(self, side: int) -> None:
        """Ask for a square of this side, where there is room."""
        if side != self._preferred:
            self._preferred = side
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the preferred square."""
        return QSize(self._preferred, self._preferred)

    def minimumSizeHint(self) -> QSize:
        """Return the child's smallest size."""
        return self._child.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the child."""
        side = min(self.width(), self.height())
        self._child.setGeometry(QRect(0, 0, side, side))
