"""The controls of the slide."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox

from gui.pages.convolve.slide_transport import ScrubSlider, SlideTransport
from gui.theme import ThemeManager
from tests.gui.hosting import shown


@pytest.fixture
def bar(qtbot):
    """Show the transport at position 220 of 676."""
    made = shown(qtbot, SlideTransport(ThemeManager("dark")), 620, 32)
    made.show_state(220.4, 676, 26, playing=False, speed=30)
    return made


def button(bar, name):
    return bar.findChild(QAbstractButton, name)


def slider(bar):
    return bar.findChild(ScrubSlider)


def test_it_says_where_the_filter_is(bar):
    assert bar.figures == "221 of 676 · (8, 12)"
    assert slider(bar).value() == 220


@pytest.mark.parametrize(
    ("name", "signal", "args"),
    [
        ("slide_first", "sought", [0]),
        ("slide_back", "stepped", [-1]),
        ("slide_play", "play_toggled", []),
        ("slide_step", "stepped", [1]),
        ("slide_last", "sought", [675]),
    ],
)
def test_each_button_asks_for_its_thing(bar, qtbot, name, signal, args):
    with qtbot.waitSignal(getattr(bar, signal)) as asked:
        qtbot.mouseClick(button(bar, name), Qt.MouseButton.LeftButton)
    assert asked.args == args


def test_pressing_the_slider_goes_there_and_dragging_scrubs(bar):
    sought = []
    bar.sought.connect(sought.append)
    scrub = slider(bar)
    QTest.mousePress(scrub, Qt.MouseButton.LeftButton, pos=QPoint(round(scrub.place_of(400)), 16))
    QTest.mouseMove(scrub, QPoint(scrub.width() - 1, 16))
    QTest.mouseRelease(scrub, Qt.MouseButton.LeftButton, pos=QPoint(scrub.width() - 1, 16))
    assert abs(sought[0] - 400) <= 3
    assert sought[-1] == 675
    sought.clear()
    QTest.mouseMove(scrub, QPoint(10, 16))
    assert sought == []


def test_the_slider_goes_position_by_position_with_the_keyboard(bar, qtbot):
    sought = []
    bar.sought.connect(sought.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(slider(bar), key)
    assert sought == [221, 222, 221, 220, 675]


def test_telling_the_state_asks_for_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.sought), qtbot.assertNotEmitted(bar.speed_chosen):
        bar.show_state(3, 100, 10, playing=True, speed=240)
    assert bar.figures == "4 of 100 · (0, 3)"
    assert bar.findChild(QComboBox, "speed").currentData() == 240


def test_the_play_button_turns_into_pause(bar):
    assert button(bar, "slide_play").accessibleName() == "Let the filter slide"
    bar.show_state(220, 676, 26, playing=True, speed=30)
    assert button(bar, "slide_play").accessibleName() == "Pause the filter"


@pytest.mark.parametrize(
    ("place", "count", "useless"),
    [
        (0, 676, {"slide_first", "slide_back"}),
        (675, 676, {"slide_step", "slide_last"}),
        (0, 0, {"slide_first", "slide_back", "slide_play", "slide_step", "slide_last"}),
    ],
)
def test_a_button_that_is_of_no_use_says_why(bar, place, count, useless):
    bar.show_state(place, count, 26, playing=False, speed=30)
    names = ("slide_first", "slide_back", "slide_play", "slide_step", "slide_last")
    assert {name for name in names if not button(bar, name).isEnabled()} == useless
    assert all(button(bar, name).toolTip().endswith(".") for name in useless)


def test_choosing_a_speed_tells_it(bar, qtbot):
    speed = bar.findChild(QComboBox, "speed")
    with qtbot.waitSignal(bar.speed_chosen) as chosen:
        qtbot.keyClick(speed, Qt.Key.Key_Down)
    assert chosen.args == [60]


def test_nothing_moves_while_it_plays(bar, qtbot):
    geometries = set()
    for place in (0, 9, 99, 675):
        bar.show_state(place, 676, 26, playing=True, speed=30)
        bar.layout().activate()
        geometries.add(slider(bar).geometry().getRect())
    assert len(geometries) == 1


def test_the_figures_are_whole_at_the_smallest_width(bar):
    bar.resize(bar.minimumSizeHint())
    bar.layout().activate()
    figures = bar._figures
    assert figures.width() >= figures.sizeHint().width()
    assert slider(bar).width() >= 72


def test_pointing_at_the_slider_reads_out_the_position(bar):
    heard = []
    bar.hovered.connect(heard.append)
    scrub = slider(bar)
    QTest.mouseMove(scrub, QPoint(scrub.width() - 1, 16))
    assert heard[-1] == "676 of 676 · (25, 25)"
