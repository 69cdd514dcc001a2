"""Where keys and cells of the slide lead the filter."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from engine.lab.values import LayerResult
from gui.pages.convolve.slide_layout import Hit, SceneShape, neighbour, patch_span, place_at

KEYS_TEXT = "Arrow keys move the filter, plus and minus zoom, Shift and arrows move the scene, F fits it"
ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_OTHER_KEYS = (
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_F,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Minus,
    Qt.Key.Key_Equal,
)


def is_ours(event: QEvent) -> bool:
    """Tell whether an event offers a key for which the scene has a use: the menu bar must not take it."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return plain and (event.key() in ARROWS or event.key() in _OTHER_KEYS)


def place_after(key: int, position: int, size: tuple[int, int]) -> int | None:
    """Find the output pixel, counted row by row, that a key leads to; None for any other key."""
    if key in ARROWS:
        return neighbour(position, size, *ARROWS[Qt.Key(key)])
    if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        return 0 if key == Qt.Key.Key_Home else size[0] * size[1] - 1
    return None


def place_of(hit: Hit, result: LayerResult) -> int:
    """Find the output pixel, counted row by row, that a cell of the scene stands for."""
    if hit.kind == "input":
        stride, shape = result.layer.geometry.stride, SceneShape.of(result)
        return place_at(shape, stride, patch_span(result), hit.row, hit.column)
    return hit.row * result.positions[1] + hit.column


def announce(widget: QWidget, words: str) -> None:
    """Let a screen reader say something at once."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
