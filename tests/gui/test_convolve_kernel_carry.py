"""A filter that is carried: dropped on the panel, dragged out, copied."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from engine.lab.values import Filter
from gui.pages.convolve import kernel_panel, kernel_tools
from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.kernel_mime import kernel_mime, kernel_of
from gui.pages.convolve.kernel_panel import KernelPanel
from gui.pages.convolve.kernel_tools import drag_kernel
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

LEFT = Qt.MouseButton.LeftButton
WEIGHT = np.random.default_rng(5).normal(0, 1, (3, 3, 3)).round(2)


@pytest.fixture
def panel(qtbot):
    widget = shown(qtbot, KernelPanel(ThemeManager("dark"), np.random.default_rng(1)), 244, 420)
    widget.show_filter(
        Filter("mine", WEIGHT, 0.5),
        1,
        scale=1.0,
        classic=False,
        turned=False,
        sentence="",
        slice_names=("red", "green", "blue"),
    )
    return widget


def drop(panel, data):
    place = QPoint(20, 20)
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, data, LEFT, none)
    enter.ignore()
    QGuiApplication.sendEvent(panel, enter)
    if enter.isAccepted():
        QGuiApplication.sendEvent(panel, QDropEvent(QPointF(place), copy, data, LEFT, none))
    return enter.isAccepted()


def test_a_kernel_is_dropped_on_the_panel_and_words_are_not(panel, qtbot):
    data = kernel_mime("dropped", WEIGHT, kernel_image(WEIGHT[0], DARK, False))
    with qtbot.waitSignal(panel.kernel_dropped) as told:
        assert drop(panel, data)
    assert told.args[0] == "dropped"
    np.testing.assert_array_equal(told.args[1], WEIGHT)
    words = QMimeData()
    words.setText("a seven")
    assert not drop(panel, words)


def test_a_kernel_held_over_the_panel_outlines_it_until_it_leaves(panel):
    corner = QPoint(122, 1)
    plain = panel.grab().toImage().pixelColor(corner).name()
    data = kernel_mime("dropped", WEIGHT, kernel_image(WEIGHT[0], DARK, False))
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, data, LEFT, none)
    QGuiApplication.sendEvent(panel, enter)
    assert panel.grab().toImage().pixelColor(corner).name() == DARK.accent.name()
    QGuiApplication.sendEvent(panel, QDragLeaveEvent())
    assert panel.grab().toImage().pixelColor(corner).name() == plain


def test_the_grip_drags_the_kernel_out(panel, monkeypatch):
    dragged = []
    monkeypatch.setattr(
        kernel_panel, "drag_kernel", lambda _, name, weight, image: dragged.append((name, weight))
    )
    grip = panel.findChild(QToolButton, "kernel_grip")
    QTest.mousePress(grip, LEFT, pos=QPoint(8, 8))
    QTest.mouseMove(grip, QPoint(10, 8))
    assert dragged == []
    QTest.mouseMove(grip, QPoint(40, 40))
    QTest.mouseRelease(grip, LEFT, pos=QPoint(40, 40))
    assert [(name, weight.shape) for name, weight in dragged] == [("mine", (3, 3, 3))]


def test_a_press_on_the_grip_copies_the_kernel(panel):
    grip = panel.findChild(QWidget, "kernel_grip")
    QTest.mouseClick(grip, LEFT, pos=grip.rect().center())
    name, weight = kernel_of(QGuiApplication.clipboard().mimeData())
    assert name == "mine"
    np.testing.assert_array_equal(weight, WEIGHT)


def test_a_drag_carries_kernel_numbers_and_picture(panel, monkeypatch):
    carried = []

    class Drag:
        def __init__(self, source):
            pass

        def setMimeData(self, data):  # noqa: N802
            carried.append(data)

        setPixmap = setHotSpot = exec = lambda *_: None  # noqa: N815

    monkeypatch.setattr(kernel_tools, "QDrag", Drag)
    drag_kernel(panel, "mine", WEIGHT, kernel_image(WEIGHT[0], DARK, False))
    assert kernel_of(carried[0])[0] == "mine"
    assert carried[0].hasText()
    assert carried[0].hasImage()
