"""Several runs in one window: from one to the next, and back."""

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from engine.session import SessionState
from gui.widgets.switch import Switch
from gui.widgets.tile_wall import TileWall

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def on_train(driver):
    driver.window.show_page("train")
    driver.settle()
    return driver


def test_another_preset_opens_a_run_and_go_back_returns_to_the_old_one(on_train):
    on_train.play_until(4)
    first, step = on_train.window.session, on_train.window.session.step_count
    on_train.choose("preset", "LeNet-like")
    on_train.settle()
    assert on_train.window.session.spec.shapes["conv1"] == (6, 28, 28)
    assert on_train.find("filters_view", TileWall).tiles.maps.shape == (6, 1, 5, 5)
    assert on_train.message == "This is Run 2. Run 1 is kept as it was."

    on_train.click("message_action")
    on_train.wait_for(SessionState.PAUSED)
    assert on_train.window.session is first
    assert on_train.shown_step == step
    assert on_train.find("filters_view", TileWall).tiles.maps.shape == (8, 1, 3, 3)
    assert on_train.find("preset", QComboBox).currentText() == "8–16"
    on_train.play_until(step + 2)


def test_one_goes_back_and_forth_between_two_runs_that_have_begun(on_train):
    on_train.play_until(2)
    on_train.choose("preset", "One filter")
    on_train.settle()
    on_train.play_until(3)
    second = on_train.window.session
    on_train.click("message_action")
    on_train.settle()
    assert on_train.window.session.name == "Run 1"
    assert on_train.message == "This is Run 1. Run 2 is kept as it was."
    on_train.click("message_action")
    on_train.settle()
    assert on_train.window.session is second


def test_playing_a_stopped_run_again_keeps_what_was_stopped(on_train):
    on_train.play_until(2)
    on_train.stop()
    on_train.click("play_button")
    on_train.wait(lambda: on_train.window.session.step_count >= 1)
    assert on_train.message == "This is Run 2. Run 1 is kept as it was."


def test_the_answer_switch_stays_as_it_was_set(on_train):
    on_train.play_until(2)
    on_train.click("answer_switch")
    on_train.choose("preset", "One filter")
    on_train.play_until(2)
    assert not on_train.find("answer_switch", Switch).isChecked()
    assert on_train.window.instrument.answering.source == "Reader"


def test_going_back_to_a_stopped_run_shows_its_filters(on_train):
    on_train.play_until(2)
    on_train.stop()
    learned = on_train.find("filters_view", TileWall).tiles.maps
    on_train.choose("preset", "One filter")
    on_train.settle()
    on_train.click("message_action")
    on_train.settle()
    np.testing.assert_array_equal(on_train.find("filters_view", TileWall).tiles.maps, learned)
