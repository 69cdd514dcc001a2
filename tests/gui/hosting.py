"""Shows a widget the way the window does, as a child of the size the test wants; and a hand on it."""

from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

W = TypeVar("W", bound=QWidget)


def shown(qtbot: QtBot, widget: W, width: int, height: int) -> W:
    """Show a widget in a host of its own.

    A top-level window of limited size makes the offscreen platform warn that it cannot pass the
    limits on to a window manager; a child does not.
    """
    host = QWidget()
    # pytest-qt holds widgets weakly; the function keeps the host alive until the test is over.
    qtbot.addWidget(host, before_close_func=lambda _: host.hide())
    host.resize(width, height)
    widget.setParent(host)
    widget.resize(width, height)
    host.show()
    widget.show()
    return widget


def double_click(widget: QWidget, place: QPoint | None = None) -> None:
    """Click twice and let go, which `QTest.mouseDClick` by itself does not: the button would stay held."""
    at = widget.rect().center() if place is None else place
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=at)
