"""Ctrl+C copies a panel's picture, Ctrl+Shift+C its numbers; a panel without a menu gets one for both."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

# A copied picture has this many pixels per logical pixel.
COPY_SCALE = 2.0


class CopyKeys(QObject):
    """Gives a widget the two copy keys while it has the focus. GUI thread only.

    Parameters
    ----------
    widget : QWidget
        The panel; it owns this object.
    picture : callable
        Draws the panel; `widget_picture` where nothing better is known.
    numbers : callable
        Writes the panel's numbers as tab-separated text; "" when there are none.
    marked : callable or None
        Gives the text that is marked, where text can be; Ctrl+C copies that unless it is "".
    menu : {"press", "click", "none"}
        When the right button opens a menu with both: at once, or only when it was not for a drag; "none" for
        a panel with a menu of its own.
    """

    def __init__(
        self,
        widget: QWidget,
        picture: Callable[[], QImage],
        numbers: Callable[[], str],
        marked: Callable[[], str] | None = None,
        *,
        menu: Literal["press", "click", "none"] = "press",
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        self._picture = picture
        self._numbers = numbers
        self._marked = marked
        self._menu = menu
        self._pressed: QPointF | None = None
        widget.installEventFilter(self)

    def copy_numbers(self) -> None:
        """Put the panel's numbers on the clipboard."""
        text = self._numbers()
        if text:
            QGuiApplication.clipboard().setText(text)

    def copy_picture(self) -> None:
        """Put the panel's picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self._picture())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the two keys from the menu bar, and copy; offer both in a menu."""
        if isinstance(event, QMouseEvent) and self._menu == "click":
            self._takes_mouse(event)
            return False
        if isinstance(event, QContextMenuEvent) and self._menu != "none":
            if self._menu == "press" or event.reason() == QContextMenuEvent.Reason.Keyboard:
                self._offer(event.globalPos())
            return True
        if not isinstance(event, QKeyEvent):
            return False
        picture = event.matches(QKeySequence.StandardKey.Copy)
        if not picture and not _asks_for_numbers(event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        marked = self._marked() if picture and self._marked is not None else ""
        if marked:
            QGuiApplication.clipboard().setText(marked)
        elif picture:
            self.copy_picture()
        else:
            self.copy_numbers()
        return True

    def add_to(self, menu: QMenu) -> None:
        """Add both to a menu."""
        for words, keys, act in (
            ("Copy picture", "Ctrl+C", self.copy_picture),
            ("Copy numbers", "Ctrl+Shift+C", self.copy_numbers),
        ):
            menu.addAction(words, QKeySequence(keys), act)

    def _offer(self, place: QPoint) -> None:
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_to(menu)
        menu.popup(place)

    def _takes_mouse(self, event: QMouseEvent) -> None:
        """Open the menu where the right button was pressed and let go without a drag."""
        if event.button() != Qt.MouseButton.RightButton:
            return
        place = event.globalPosition()
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = place
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            moved = (place - self._pressed).manhattanLength()
            self._pressed = None
            if moved < QApplication.startDragDistance():
                self._offer(place.toPoint())


def widget_picture(widget: QWidget) -> QImage:
    """Draw a widget as it is, at twice its size."""
    image = QImage(widget.size() * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(COPY_SCALE)
    image.fill(widget.palette().window().color())
    widget.render(image)
    return image


def _asks_for_numbers(event: QKeyEvent) -> bool:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_C and event.modifiers() == both
