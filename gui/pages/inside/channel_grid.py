"""What the walls of the Inside page have in common: one place for each channel, chosen by mouse and keys."""

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from gui.theme import ThemeManager


class ChannelGrid(QWidget):
    """Channels of a layer in rows, in an order, one of them outlined. GUI thread only.

    The mouse chooses, a double click and Enter go deeper, the arrows move. The grid keeps no selection of
    its own: it tells what was chosen and outlines what it is told.
    """

    channel_clicked = Signal(int, object)
    """A channel, counted from 0, and the (row, column) under the mouse or None."""
    channel_activated = Signal(int)
    """A channel was double-clicked, or Enter pressed on the selected one."""
    menu_requested = Signal(object)
    """The menu of the channel that was just chosen is wanted at a `QPoint` of the screen."""
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._order: tuple[int, ...] = ()
        self._selected: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def order(self) -> tuple[int, ...]:
        """The channels that are shown, as they stand."""
        return self._order

    @property
    def selected(self) -> int | None:
        """The channel that is outlined."""
        return self._selected

    def box_of(self, channel: int) -> QRect:
        """Where a channel is painted; nowhere where it is not shown."""
        raise NotImplementedError

    def columns(self) -> int:
        """Count the channels in a row; 0 where nothing can be chosen."""
        raise NotImplementedError

    def channel_at(self, position: QPointF) -> int | None:
        """Find the channel at a point of the widget."""
        raise NotImplementedError

    def choose(self, channel: int, position: QPointF) -> None:
        """Tell that a channel was chosen at a point of the widget."""
        self.channel_clicked.emit(channel, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a channel."""
        channel = self._pressed(event)
        if channel is None:
            super().mousePressEvent(event)
        else:
            self.choose(channel, event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go deeper."""
        channel = self._pressed(event)
        if channel is not None:
            self.channel_activated.emit(channel)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Choose the channel under the mouse and ask for its menu; a key asks for that of the chosen one."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            position = QPointF(event.pos())
            channel = self.channel_at(position)
            if channel is None:
                return
            self.choose(channel, position)
            self.menu_requested.emit(event.globalPos())
        elif self._here is not None:
            self.menu_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, go deeper with Enter."""
        columns, here = self.columns(), self._here
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if key in steps and columns:
            following = 0 if here is None else here + steps[key]
            if 0 <= following < len(self._order):
                self.channel_clicked.emit(self._order[following], None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here is not None:
            self.channel_activated.emit(self._order[here])
        else:
            super().keyPressEvent(event)

    @property
    def _here(self) -> int | None:
        """Where in the order the selected channel stands; None where it is not shown."""
        return self._order.index(self._selected) if self._selected in self._order else None

    def _pressed(self, event: QMouseEvent) -> int | None:
        """The channel that the left button was pressed on."""
        left = event.button() == Qt.MouseButton.LeftButton
        return self.channel_at(event.position()) if left else None
