"""Space: it presses what the keyboard has gone to, and plays everywhere else."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QVBoxLayout, QWidget

from gui.pad.step_chooser import StepChooser
from gui.pages.convolve.source_parts import PaletteChooser
from gui.space_key import SpaceKey
from gui.theme import ThemeManager
from gui.widgets.switch import Switch
from gui.widgets.tool_button import ToolButton
from tests.gui.hosting import shown

# Offscreen, a list that opens warns about both.
OPENS_LIST = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")
LEFT, TAB, SPACE = Qt.MouseButton.LeftButton, Qt.Key.Key_Tab, Qt.Key.Key_Space


class TickedList(QListWidget):
    """A list in which Space means something, as the runs'."""

    takes_space = True

    def __init__(self):
        super().__init__()
        self.addItems(["one", "two"])


class Window(QWidget):
    """A line to type, and one control of each kind, in a window whose shortcut is Space."""

    def __init__(self):
        super().__init__()
        themes = ThemeManager("dark")
        self.line, self.button, self.switch = QLineEdit(), ToolButton(themes, "play", "Go"), Switch(themes)
        self.combo = QComboBox()
        self.combo.addItems(["one", "two"])
        self.chooser = StepChooser(themes, ("a", "b"), ("", ""))
        self.palette_chooser, self.ticks = PaletteChooser(themes), TickedList()
        column = QVBoxLayout(self)
        for widget in (self.line, self.button, self.switch, self.combo, self.chooser, self.palette_chooser):
            column.addWidget(widget)
        column.addWidget(self.ticks)
        self.plays = 0
        action = QAction("play", self)
        action.setShortcut("Space")
        action.triggered.connect(self._on_play)
        self.addAction(action)
        self.presses = []
        self.button.clicked.connect(lambda: self.presses.append("button"))
        self.switch.toggled.connect(lambda on: self.presses.append("switch"))
        self.chooser.step_chosen.connect(self.presses.append)
        self.palette_chooser.classic_chosen.connect(self.presses.append)
        SpaceKey(self)

    def _on_play(self):
        self.plays += 1


@pytest.fixture
def window(qtbot):
    window = shown(qtbot, Window(), 300, 300)
    QTest.qWaitForWindowActive(window.window())
    window.line.setFocus()
    return window


def tab_to(widget):
    for _ in range(8):
        if QApplication.focusWidget() is widget:
            return
        QTest.keyClick(QApplication.focusWidget(), TAB)
    raise AssertionError(f"Tab does not reach {widget}")


def space():
    QTest.keyClick(QApplication.focusWidget(), SPACE)


@pytest.mark.parametrize(
    ("name", "pressed"),
    [("button", "button"), ("switch", "switch"), ("chooser", 1), ("palette_chooser", True)],
)
def test_space_presses_what_the_keyboard_has_gone_to(window, name, pressed):
    tab_to(getattr(window, name))
    space()
    assert (window.presses, window.plays) == ([pressed], 0)


@OPENS_LIST
def test_space_opens_a_list(window):
    tab_to(window.combo)
    space()
    assert window.combo.view().isVisible()
    QTest.keyClick(window.combo.view(), Qt.Key.Key_Escape)
    # The list has given the keys back, and Space still belongs to it.
    space()
    assert window.combo.view().isVisible()
    window.combo.hidePopup()
    assert window.plays == 0


def test_space_plays_in_a_fresh_window_and_after_the_mouse(window):
    window.button.setFocus()
    space()
    assert (window.presses, window.plays) == ([], 1)
    QTest.mouseClick(window.button, LEFT)
    space()
    assert (window.presses, window.plays) == (["button"], 2)


@OPENS_LIST
def test_the_mouse_on_a_control_gives_space_back(window):
    tab_to(window.combo)
    QTest.mousePress(window.combo, LEFT)
    window.combo.hidePopup()
    QTest.mouseRelease(window.combo, LEFT)
    space()
    assert not window.combo.view().isVisible()
    assert window.plays == 1


def test_the_mouse_on_what_a_control_scrolls_gives_space_back(window):
    tab_to(window.ticks)
    space()
    assert window.plays == 0
    QTest.mouseClick(window.ticks.viewport(), LEFT, pos=QPoint(5, 5))
    space()
    assert window.plays == 1


def test_a_click_takes_no_focus_from_where_it_is(window):
    tab_to(window.combo)
    window.line.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.mouseClick(window.switch, LEFT)
    assert QApplication.focusWidget() is window.line


def test_a_blank_is_still_typed(window):
    QTest.keyClick(window.line, SPACE)
    assert (window.line.text(), window.plays) == (" ", 0)


def test_space_goes_round_a_row_of_words(window):
    tab_to(window.chooser)
    for _ in range(3):
        space()
    assert window.presses == [1, 0, 1]
