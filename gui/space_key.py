"""Space presses the control that the keyboard has gone to, and is the window's shortcut everywhere else."""

import weakref

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QComboBox, QWidget


class SpaceKey(QObject):
    """Keeps Space from the window's shortcuts while a control has the focus that can be pressed.

    Only Tab, Shift+Tab or a control's own letter bring the focus there for that: after the mouse, after a
    dialog and in a fresh window, Space stays the shortcut. A press of the mouse on the control gives Space
    back, too. A widget that is no button and no combo box joins in by an attribute ``takes_space`` that is
    true. GUI thread only.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._by_keyboard: weakref.ref[QWidget] | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    def gives_space_to(self, widget: QWidget) -> bool:
        """Tell whether Space presses this control at the moment."""
        return _can_be_pressed(widget) and self._came_by_keyboard(widget)

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        # Only the one control in question is watched: a filter on all events would cost time.
        if old is not None:
            for each in _with_viewport(old):
                each.removeEventFilter(self)
        if now is None or now.window().windowType() == Qt.WindowType.Popup:
            # Another window or an open list has the keys for a while.
            return
        if now.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self._by_keyboard = weakref.ref(now)
        elif not self._came_by_keyboard(now):
            self._by_keyboard = None
        if _can_be_pressed(now):
            for each in _with_viewport(now):
                each.installEventFilter(self)

    def _came_by_keyboard(self, widget: QObject) -> bool:
        return self._by_keyboard is not None and self._by_keyboard() is widget

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Space for the control."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._by_keyboard = None
        elif (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and self._came_by_keyboard(watched)
        ):
            event.accept()
            return True
        return False


def has_space(widget: QWidget) -> bool:
    """Tell whether Space is this control's own at the moment, and not the shortcut of its window."""
    keys = widget.window().findChild(SpaceKey)
    return keys is None or keys.gives_space_to(widget)


def _can_be_pressed(widget: QWidget) -> bool:
    """Tell whether Space means something to a control."""
    return isinstance(widget, QAbstractButton | QComboBox) or bool(getattr(widget, "takes_space", False))


def _with_viewport(widget: QWidget) -> tuple[QWidget, ...]:
    """Give a control and, of a list or another one that scrolls, what the mouse presses in it."""
    return (widget, widget.viewport()) if isinstance(widget, QAbstractScrollArea) else (widget,)
