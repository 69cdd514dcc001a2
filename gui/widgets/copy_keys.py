"""Ctrl+C copies a panel's picture, Ctrl+Shift+C its numbers."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

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
    """

    def __init__(
        self,
        widget: QWidget,
        picture: Callable[[], QImage],
        numbers: Callable[[], str],
        marked: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(widget)
        self._picture = picture
        self._numbers = numbers
        self._marked = marked
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the two keys from the menu bar, and copy."""
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
        text = self._text(picture)
        if text:
            QGuiApplication.clipboard().setText(text)
        elif picture:
            QGuiApplication.clipboard().setImage(self._picture())
        return True

    def _text(self, picture: bool) -> str:
        if picture:
            return self._marked() if self._marked is not None else ""
        return self._numbers()


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
