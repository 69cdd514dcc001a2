"""What can be done on the Pad: actions for its buttons, for menus and for the keyboard."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QWidget

from gui.icons import icon
from gui.theme import ThemeManager

ICON_PX = 18

_WINDOW = Qt.ShortcutContext.WindowShortcut
_PAD = Qt.ShortcutContext.WidgetWithChildrenShortcut

Keys = QKeySequence.StandardKey | str | None


class PadActions(QObject):
    """Makes the Pad's actions once; menus and buttons share them. GUI thread only.

    Parameters
    ----------
    theme_manager
        Tints the icons.
    undo_stack
        The document's history.
    owner
        The widget within which the shortcuts of the Pad alone work.
    """

    def __init__(self, theme_manager: ThemeManager, undo_stack: QUndoStack, owner: QWidget) -> None:
        super().__init__(owner)
        self._themes = theme_manager
        self._owner = owner
        self._icons: list[tuple[QAction, str]] = []
        self.pen = self._make("Pen", "pen", "P", _PAD)
        self.eraser = self._make("Eraser", "eraser", "E", _PAD)
        tools = QActionGroup(self)
        for tool in (self.pen, self.eraser):
            tool.setCheckable(True)
            tools.addAction(tool)
        self.pen.setChecked(True)
        self.undo = self._adopt(undo_stack.createUndoAction(self), "undo")
        self.undo.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo = self._adopt(undo_stack.createRedoAction(self), "redo")
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.clear = self._make("Clear", "clear", QKeySequence.StandardKey.Delete, _PAD)
        self.pin = self._make("Pin this drawing as a probe", "pin", "Shift+P", _WINDOW)
        self._pin_tip = self.pin.toolTip()
        self.smaller_brush = self._make("Smaller brush", None, "[", _WINDOW)
        self.larger_brush = self._make("Larger brush", None, "]", _WINDOW)
        self.pick_digit = self._make("Pick a digit…", "digit", "D", _PAD)
        self.open = self._make("Open picture…", "picture", None, _PAD)
        self.paste = self._make("Paste picture", "paste", QKeySequence.StandardKey.Paste, _WINDOW)
        self.copy = self._make("Copy picture", "copy", QKeySequence.StandardKey.Copy, _PAD)
        self.copy_numbers = self._make("Copy the 28 × 28 numbers", None, "Ctrl+Shift+C", _PAD)
        self.save = self._make("Save drawing…", "save", None, _PAD)
        self.pressure = self._make("Pen pressure changes the width", None, None, _PAD)
        self.pressure.setCheckable(True)
        self.pressure.setChecked(True)
        self._tint()
        theme_manager.changed.connect(self._tint)

    def named(self) -> dict[str, QAction]:
        """The actions by the names that the window's table of commands has for them."""
        return {
            "undo": self.undo,
            "redo": self.redo,
            "clear_drawing": self.clear,
            "pen": self.pen,
            "eraser": self.eraser,
            "brush_smaller": self.smaller_brush,
            "brush_larger": self.larger_brush,
            "pick_digit": self.pick_digit,
            "open_picture": self.open,
            "paste_picture": self.paste,
            "copy_drawing": self.copy,
            "save_drawing": self.save,
            "pressure": self.pressure,
            "pin_probe": self.pin,
        }

    def offer_pin(self, offered: bool) -> None:
        """Let the drawing be pinned, or say why it cannot be."""
        self.pin.setEnabled(offered)
        self.pin.setToolTip(self._pin_tip if offered else f"{self._pin_tip}. Draw something first.")

    def _make(self, text: str, icon_name: str | None, keys: Keys, context: Qt.ShortcutContext) -> QAction:
        action = self._adopt(QAction(text, self), icon_name)
        action.setShortcutContext(context)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text.removesuffix('…')} ({shown})")
        return action

    def _adopt(self, action: QAction, icon_name: str | None) -> QAction:
        self._owner.addAction(action)
        if icon_name is not None:
            self._icons.append((action, icon_name))
        return action

    def _tint(self) -> None:
        for action, name in self._icons:
            action.setIcon(icon(name, self._themes.theme.text, ICON_PX))
