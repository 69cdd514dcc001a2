"""Two runs side by side on the Runs page, and blinking between them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from engine.parameters import Parameters
from gui.pages.runs.blink import HELD_SECONDS, Blink
from gui.pages.runs.compare_part import AT_PLAYHEAD, CHOOSE, IN_ITS_PLACE, ONE_RUN
from gui.pages.runs.page import RunsPage
from gui.selection import Selection
from gui.widgets.elided_label import ElidedLabel
from tests.gui.frame_samples import SMALL, frame_of
from tests.gui.hosting import shown
from tests.gui.runs_bench import ROWS, choose, page, said, themes

__all__ = ["page", "themes"]


@pytest.fixture
def compared(page):
    """The page with two networks of other values, A at step 7 and B at step 5."""
    page.show_part("compare")
    choose(page, "2")
    a, b = frame_of(key="1", seed=1, step=7), frame_of(key="2", seed=2, step=5)
    page.compare.steps.show_recorded((0, 5, 9))
    page.compare.show_frames(a, b)
    return page, a, b


def test_with_one_run_the_comparison_says_what_to_do(qtbot, themes):
    page = shown(qtbot, RunsPage(themes), 900, 640)
    page.show_runs(ROWS[:1], "1")
    page.show_part("compare")
    label = page.findChild(QLabel, "compare_empty")
    assert (label.isVisible(), label.text()) == (True, ONE_RUN)
    page.compare.show_pair(ROWS[0], None, only_one=False)
    assert label.text() == CHOOSE


def test_both_runs_stand_side_by_side(compared):
    page, a, b = compared
    assert page.findChild(QWidget, "compare_layer").accessibleName() == "Layer"
    compare = page.compare
    assert compare.a.header.words[:3] == ("A", "Run 1", "step 7")
    assert compare.b.header.words[:3] == ("B", "Run 2", "step 5, nearest before")
    np.testing.assert_array_equal(compare.a.filters.tiles.maps, a.parameters["conv1.weight"])
    np.testing.assert_array_equal(compare.b.filters.tiles.maps, b.parameters["conv1.weight"])
    assert compare.a.filters.tiles.scale == compare.b.filters.tiles.scale
    assert compare.a.channels.tiles.scale == compare.b.channels.tiles.scale
    np.testing.assert_array_equal(compare.bars.shown[0], a.probabilities)
    np.testing.assert_array_equal(compare.bars.shown[1], b.probabilities)
    compare._layer_choice.setCurrentIndex(1)
    compare._layer_choice.activated.emit(1)
    np.testing.assert_array_equal(compare.a.filters.tiles.maps, a.parameters["conv2.weight"])


def test_blinking_shows_the_numbers_of_b_in_the_place_of_a(compared):
    page, a, b = compared
    button = page.findChild(QPushButton, "compare_blink")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()
    assert page.compare.a.header.words == page.compare.b.header.words
    np.testing.assert_array_equal(page.compare.a.filters.tiles.maps, b.parameters["conv1.weight"])
    np.testing.assert_array_equal(page.compare.a.channels.tiles.maps[:, 0], b.activations["relu1"])
    np.testing.assert_array_equal(page.compare.b.filters.tiles.maps, b.parameters["conv1.weight"])
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isChecked()
    np.testing.assert_array_equal(page.compare.a.filters.tiles.maps, a.parameters["conv1.weight"])


def test_the_key_b_blinks_wherever_the_focus_is_but_not_while_typing(compared):
    page, _, _ = compared
    page.panel.list.setFocus()
    QTest.keyClick(page.panel.list, Qt.Key.Key_B)
    assert page.compare.blink.is_on
    QTest.keyClick(page.panel.note, Qt.Key.Key_B)
    assert page.panel.note.toPlainText() == "widerb" or page.panel.note.toPlainText() == "bwider"
    assert page.compare.blink.is_on
    page.show_part("curves")
    assert not page.compare.blink.is_on
    QTest.keyClick(page.panel.list, Qt.Key.Key_B)
    assert not page.compare.blink.is_on


def test_the_key_held_down_shows_b_until_it_is_let_go(compared, monkeypatch):
    page, _, _ = compared
    now = [0.0]
    monkeypatch.setattr(page.compare.blink, "_clock", lambda: now[0])
    # The focus may be anywhere in the window.
    page.compare.bars.setFocus()
    QTest.keyPress(page.compare.bars, Qt.Key.Key_B)
    assert page.compare.blink.is_on
    now[0] = 2 * HELD_SECONDS
    QTest.keyRelease(page.compare.bars, Qt.Key.Key_B)
    assert not page.compare.blink.is_on


def test_what_is_held_goes_back_when_it_is_let_go(qtbot):
    now = [0.0]
    blink = Blink(clock=lambda: now[0])
    heard = said(blink.changed)
    blink.press()
    now[0] = HELD_SECONDS * 2
    blink.release()
    assert heard == [True, False]
    blink.press()
    blink.release()
    blink.release()
    assert heard == [True, False, True]
    blink.reset()
    assert heard[-1] is False


def test_it_blinks_by_itself_only_when_it_is_switched_on(compared, qtbot):
    page, _, _ = compared
    assert not page.compare.blink.by_itself
    switch = page.findChild(QWidget, "compare_blink_itself")
    # Offscreen there is no desktop that asks for less motion.
    assert switch.isEnabled()
    switch.click()
    qtbot.waitUntil(lambda: page.compare.blink.is_on)
    qtbot.waitUntil(lambda: not page.compare.blink.is_on)
    page.hide()
    assert not page.compare.blink.by_itself
    assert not switch.isChecked()


def test_networks_of_other_shapes_are_shown_as_far_as_they_go(compared):
    page, a, _ = compared
    small = frame_of(key="2", spec=SMALL, step=5)
    page.compare.show_frames(a, small)
    assert page.compare.b.filters.tiles.maps.shape == (2, 1, 5, 5)
    page.compare._layer_choice.layer_chosen.emit("conv2")
    assert page.compare.b.filters.tiles is None
    assert page.compare.a.filters.tiles.maps.shape == (6, 4, 3, 3)


def test_the_slider_unties_b_from_the_step_of_a(compared):
    page, _, _ = compared
    wanted = said(page.compare.steps.wanted)
    assert page.compare.steps.tied
    slider = page.findChild(QWidget, "compare_step")
    assert slider.value() == 1
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert (page.compare.steps.tied, page.compare.steps.step) == (False, 9)
    page.compare.steps.show_recorded((0, 3, 5, 6, 9, 12))
    assert page.compare.steps.step == 9
    page.findChild(QWidget, "compare_tied").click()
    assert page.compare.steps.step is None
    assert len(wanted) == 2


def test_a_tile_is_chosen_and_outlined_in_both(compared):
    page, _, _ = compared
    chosen = said(page.tile_chosen)
    page.compare.b.filters.tile_clicked.emit(2, 1, 0)
    page.compare.a.channels.tile_clicked.emit(3, None, None)
    assert chosen == [("conv1", "filter", 2, (1, 0), "2"), ("relu1", "channel", 3, None, "1")]
    page.show_selection(Selection(layer="relu1", kind="channel", channel=3))
    assert [side.channels.selected for side in (page.compare.a, page.compare.b)] == [3, 3]
    assert page.compare.a.filters.selected is None
    page.compare.show_frames(page.compare._frames[0], frame_of(key="2", spec=SMALL, step=5))
    assert page.compare.b.channels.selected is None


def test_a_tile_is_of_the_run_that_is_seen_and_that_run_is_marked(compared):
    page, _, _ = compared
    chosen = said(page.tile_chosen)
    headers = page.compare.a.header, page.compare.b.header
    page.show_selection(Selection(layer="conv1", kind="filter", channel=1, key="1"))
    assert [header.is_looked_into for header in headers] == [True, False]
    page.show_selection(Selection(layer="conv1", kind="filter", channel=1, key="2"))
    assert [header.is_looked_into for header in headers] == [False, True]
    page.compare.blink.press()
    page.compare.a.filters.tile_clicked.emit(0, None, None)
    assert chosen == [("conv1", "filter", 0, None, "2")]
    assert [header.is_looked_into for header in headers] == [True, True]


def test_it_is_said_that_b_is_in_the_place_of_a_and_nothing_moves(compared):
    page, _, _ = compared
    place = page.findChild(ElidedLabel, "compare_place")
    before = page.compare.a.geometry(), page.compare.b.geometry()
    assert place.text == AT_PLAYHEAD
    page.compare.blink.press()
    QApplication.processEvents()
    assert place.text == IN_ITS_PLACE
    assert (page.compare.a.geometry(), page.compare.b.geometry()) == before
    page.compare.blink.reset()
    assert place.text == AT_PLAYHEAD


def test_another_b_shows_nothing_of_the_one_before(compared):
    page, _, _ = compared
    choose(page, "3")
    assert page.compare.b.filters.tiles is None
    assert page.compare.b.header.words == ("B", "Run 3", "", "")


def test_the_tiles_of_the_one_that_stays_are_not_made_anew(compared):
    page, a, b = compared
    compare = page.compare
    before = compare.a.filters.tiles, compare.a.channels.tiles

    def show_b_times(factor):
        times = Parameters(b.parameters.layout, factor * b.parameters.vector)
        compare.show_frames(a, replace(b, subject=replace(b.subject, parameters=times)))
        np.testing.assert_array_equal(compare.b.filters.tiles.maps, times["conv1.weight"])

    show_b_times(0.5)
    assert (compare.a.filters.tiles, compare.a.channels.tiles) == before
    # Where one has outgrown the scale of both, the other one's tiles are made to the new scale.
    show_b_times(100)
    assert compare.a.filters.tiles.scale == compare.b.filters.tiles.scale > before[0].scale
    np.testing.assert_array_equal(compare.a.filters.tiles.maps, before[0].maps)
