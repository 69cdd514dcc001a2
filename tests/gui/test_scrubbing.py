"""Scrubbing a run in the real window: every view shows the recorded step, and the way back to live."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.network import Network
from engine.session import SessionState
from engine.trainer import Trainer
from gui.pad.answer_source import AnswerSource
from gui.widgets.loss_ribbon import LossRibbon
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def ribbon_of(driver):
    return driver.find("loss_ribbon", LossRibbon)


def scrub(driver, step):
    """Press the ribbon at a step's place, and wait until a step near it is on screen."""
    ribbon = ribbon_of(driver)
    # The ribbon is told of new steps at its own pace.
    driver.wait(lambda: ribbon.stops.any and ribbon.stops.recorded[-1] >= step)
    place = QPoint(round(ribbon.width() * step / ribbon.extent), ribbon.height() // 2)
    QTest.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=place)
    driver.wait(lambda: driver.window.instrument.playhead is not None)
    driver.wait(lambda: driver.shown_step == driver.window.instrument.playhead)
    driver.settle()
    return driver.window.instrument.playhead


def trained_again(window, steps):
    """The parameters after so many steps of the same training, without any session."""
    session, split = window.session, window._bridge.info.split
    trainer = Trainer(Network.from_parameters(session.spec, session.initial.copy()), session.config)
    for report in trainer.run(split.train):
        if report.step == steps:
            break
    trainer.close()
    return trainer.network.parameters.vector


@pytest.fixture
def paused(driver):
    """A run that was trained for twenty steps, on Train, with a drawing."""
    driver.draw(*SEVEN)
    driver.window.show_page("train")
    driver.play_until(20)
    return driver


def test_every_view_shows_the_recorded_network(paused):
    step = scrub(paused, 7)
    assert 0 < step < 20
    assert paused.window.findChild(AnswerSource).words.endswith(f"Run 1 · step {step}")
    frame = paused.window._inspecting.frame_of("train")
    assert frame.step == step
    np.testing.assert_array_equal(frame.parameters.vector, trained_again(paused.window, step))
    paused.window.show_page("inside")
    paused.settle()
    assert paused.window._inspecting.frame_of("inside").step == step
    # The address is written a little later than the pictures.
    paused.wait(lambda: paused.window.selection.value.step == step)


def test_step_nought_is_the_network_before_training(paused):
    QTest.keyClick(ribbon_of(paused), Qt.Key.Key_Home)
    paused.wait(lambda: paused.shown_step == 0)
    vector = paused.window.instrument.run.parameters.vector
    np.testing.assert_array_equal(vector, paused.window.session.initial.vector)


def test_training_goes_on_underneath_and_live_shows_the_newest(paused):
    paused.click("play_button")
    step = scrub(paused, 7)
    count = paused.window.session.step_count
    paused.wait(lambda: paused.window.session.step_count > count + 10)
    assert paused.shown_step == step
    paused.click("live_button")
    paused.wait(lambda: paused.shown_step > count)
    assert paused.window.instrument.playhead is None


def test_play_goes_on_from_the_newest_step_and_returns_to_live(paused):
    newest = paused.window.session.step_count
    scrub(paused, 7)
    paused.play_until(newest + 5)
    assert paused.window.instrument.playhead is None
    assert paused.window.session.steps.since(newest)["step"][0] == newest + 1


def test_a_pause_leaves_the_recorded_step_on_screen(paused):
    paused.click("play_button")
    step = scrub(paused, 7)
    paused.click("play_button")
    paused.wait(lambda: paused.state is SessionState.PAUSED)
    paused.settle()
    assert paused.shown_step == step


@pytest.mark.parametrize("way", ["restart_button", "new_seed_button", "preset"])
def test_another_run_is_live(paused, way):
    scrub(paused, 7)
    if way == "preset":
        paused.window.choose_preset("one-filter")
    else:
        paused.click(way)
    paused.settle()
    assert paused.window.session.name == "Run 2"
    assert (paused.shown_step, paused.window.instrument.playhead) == (0, None)
    assert ribbon_of(paused).playhead is None
    paused.play_until(3)
    assert paused.shown_step == paused.window.session.step_count


def test_the_run_before_can_be_scrubbed_again(paused):
    paused.click("new_seed_button")
    paused.settle()
    paused.window._training.go_back()
    paused.settle()
    assert scrub(paused, 7) > 0
    assert paused.window.session.name == "Run 1"


def test_a_stopped_run_can_be_scrubbed(paused):
    paused.stop()
    step = scrub(paused, 7)
    assert 0 < step < 20


def test_the_window_closes_while_a_recorded_step_is_on_its_way(paused):
    paused.click("play_button")
    scrub(paused, 7)
    paused.window.instrument.go_to(3)
    paused.window.close()


@pytest.mark.parametrize("page", ["train", "inside"])
def test_everything_stays_in_reach_in_a_small_window(paused, page):
    paused.window.resize(1280, 720)
    paused.window.show_page(page)
    paused.settle()
    for name in ("tape_back_button", "live_button", "loss_ribbon", "epoch_button"):
        widget = paused.find(name, QWidget)
        corner = widget.mapTo(paused.window, widget.rect().bottomRight())
        assert widget.isVisible()
        assert corner.x() < paused.window.width()
        assert corner.y() < paused.window.height()
    assert ribbon_of(paused).width() >= 400
