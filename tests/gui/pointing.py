"""Mouse and wheel as a hand moves them, where QTest has no such event."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


def turn_wheel(widget, at, notches):
    """Turn the wheel over a point."""
    place = QPointF(at)
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def drag(widget, start, end, button=Qt.MouseButton.LeftButton, modifiers=Qt.KeyboardModifier.NoModifier):
    """Drag with real events."""
    QTest.mousePress(widget, button, modifiers, start)
    move(widget, (start + end) / 2, button, modifiers)
    move(widget, end, button, modifiers)
    QTest.mouseRelease(widget, button, modifiers, end)


def move(widget, to, button=Qt.MouseButton.NoButton, modifiers=Qt.KeyboardModifier.NoModifier):
    """Move the mouse with its button held: QTest.mouseMove tells of no button."""
    place = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, widget.mapToGlobal(place), Qt.MouseButton.NoButton, button, modifiers
    )
    QApplication.sendEvent(widget, event)
