"""Training through the real buttons: transport, knobs, networks, data sets, and whose answer it is."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton

from engine.datasets import Dataset, Split
from engine.drawing import prepare
from engine.errors import DataError
from engine.network import Network
from engine.session import SessionState, TrainingSession
from gui.pad.answer_source import AnswerSource
from gui.tape_bar import TapeBar
from gui.widgets.curves import LossPlot
from gui.widgets.loss_ribbon import LossRibbon
from gui.widgets.switch import Switch
from gui.widgets.tile_wall import TileWall
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def on_train(driver):
    driver.window.show_page("train")
    driver.settle()
    return driver


def ribbon_events(driver):
    return [text for _, text in driver.find("loss_ribbon", LossRibbon).events]


def turn(driver, name, text):
    """Type a value into a knob and press Enter."""
    spin = driver.find(name)
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, text)
    QTest.keyClick(spin, Qt.Key.Key_Return)


def test_play_on_draw_opens_a_run_and_trains_it(driver):
    driver.click("play_button")
    assert isinstance(driver.window.session, TrainingSession)
    driver.wait(lambda: driver.window.session.step_count > 3)


def test_play_pauses_and_goes_on(driver):
    driver.play_until(3)
    step = driver.window.session.step_count
    driver.qtbot.wait(50)
    assert (driver.state, driver.window.session.step_count) == (SessionState.PAUSED, step)
    driver.play_until(step + 3)
    assert driver.window.session.step_count > step


def test_a_step_trains_exactly_one_batch(on_train):
    for wanted in (1, 2, 3):
        on_train.click("step_button")
        on_train.wait(lambda wanted=wanted: on_train.shown_step == wanted)
        on_train.wait_for(SessionState.PAUSED)
        assert on_train.window.session.step_count == wanted
    assert list(on_train.window.session.steps.since(0)["step"]) == [1, 2, 3]


def test_an_epoch_ends_at_the_end_of_the_data(on_train):
    session = on_train.window.session
    session.set_knobs(batch_size=1024)
    on_train.click("epoch_button")
    on_train.wait_for(SessionState.PAUSED)
    assert session.step_count == 8


def test_stop_ends_the_run_and_play_begins_it_again(on_train):
    on_train.play_until(2)
    on_train.stop()
    stopped = on_train.window.session
    on_train.click("play_button")
    on_train.wait(lambda: on_train.window.session.step_count > 0)
    assert on_train.window.session is not stopped


def test_restart_from_the_same_seed_begins_with_the_same_values_bit_for_bit(on_train):
    first = on_train.window.session.initial.vector.copy()
    on_train.play_until(3)
    on_train.click("restart_button")
    on_train.settle()
    assert on_train.window.session.step_count == 0
    np.testing.assert_array_equal(on_train.window.session.initial.vector, first)
    np.testing.assert_array_equal(on_train.window.instrument.run.parameters.vector, first)


def test_a_new_seed_begins_with_other_values(on_train):
    first, seed = on_train.window.session.initial.vector.copy(), on_train.window.session.config.seed
    on_train.play_until(1)
    on_train.click("new_seed_button")
    assert on_train.window.session.config.seed != seed
    assert not np.array_equal(on_train.window.session.initial.vector, first)


def test_restarting_while_it_trains_goes_on_training(on_train):
    on_train.click("play_button")
    on_train.wait(lambda: on_train.window.session.step_count > 2)
    first = on_train.window.session
    on_train.click("restart_button")
    on_train.wait(lambda: on_train.window.session.step_count > 2)
    assert on_train.window.session is not first


def test_restart_before_any_run_opens_one_run_only(driver):
    driver.trigger("new_seed")
    assert driver.window.session.name == "Run 1"


def test_the_filters_on_screen_are_those_of_the_newest_step(on_train):
    wall = on_train.find("filters_view", TileWall)
    first = wall.tiles.maps
    on_train.play_until(5)
    assert not np.array_equal(wall.tiles.maps, first)
    expected = on_train.window.instrument.run.parameters["conv1.weight"]
    np.testing.assert_array_equal(wall.tiles.maps, expected)


@pytest.mark.parametrize(
    ("name", "text", "value", "mark"),
    [
        ("learning_rate", "0.05", 0.05, "lr 0.002 → 0.05"),
        ("momentum", "0.5", 0.5, "momentum 0.9 → 0.5"),
        ("weight_decay", "0.01", 0.01, "decay 0 → 0.01"),
        ("batch_size", "128", 128, "batch 64 → 128"),
    ],
)
def test_a_knob_acts_and_leaves_a_mark_on_the_tape(on_train, name, text, value, mark):
    on_train.play_until(1)
    turn(on_train, name, text)
    assert getattr(on_train.window.session.config, name) == value
    on_train.wait(lambda: mark in ribbon_events(on_train))


def test_a_knob_that_is_being_typed_does_not_act(on_train):
    spin = on_train.find("learning_rate", QDoubleSpinBox)
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "0.5")
    assert on_train.window.session.config.learning_rate == 0.002


def test_a_loss_beyond_numbers_ends_the_run_with_a_sentence_and_one_can_restart(on_train):
    on_train.window._train.knob_turned.emit("learning_rate", 1e9)
    on_train.click("play_button")
    on_train.wait_for(SessionState.FAILED)
    failed = on_train.window.session
    on_train.wait(lambda: "no longer a usable number" in on_train.message)
    assert "learning rate ten times smaller" in on_train.message
    on_train.draw(*SEVEN)
    on_train.settle()
    assert np.isfinite(on_train.window.classify()).all()

    on_train.click("message_action")
    assert on_train.window.session is not failed
    turn(on_train, "learning_rate", "0.002")
    on_train.play_until(3)
    assert on_train.state is SessionState.PAUSED


@pytest.mark.parametrize("name", ["One filter", "LeNet-like", "8–16", "32–64"])
def test_every_preset_trains(on_train, name):
    on_train.choose("preset", name)
    on_train.play_until(2)
    assert np.isfinite(on_train.window.session.steps.since(0)["loss"]).all()


def expected_of_run(driver):
    run = driver.window.instrument.run
    picture = prepare(driver.window.document.drawing).picture
    return Network.from_parameters(run.spec, run.parameters).probabilities(picture[None, None])[0]


def test_the_switch_goes_between_the_run_and_the_shipped_network(driver):
    driver.draw(*SEVEN)
    shipped = driver.window.classify()
    driver.play_until(5)
    np.testing.assert_array_equal(driver.window.classify(), expected_of_run(driver))
    assert "Run 1" in driver.window.findChild(AnswerSource).words

    driver.click("answer_switch")
    driver.settle()
    np.testing.assert_array_equal(driver.window.classify(), shipped)
    assert "Reader" in driver.window.findChild(AnswerSource).words

    driver.click("answer_switch")
    driver.settle()
    np.testing.assert_array_equal(driver.window.classify(), expected_of_run(driver))


def test_menu_and_switch_agree(driver):
    switch = driver.find("answer_switch", Switch)
    driver.play_until(1)
    assert switch.isChecked()
    driver.trigger("follow_run")
    assert not switch.isChecked()


def test_a_run_that_has_not_begun_leaves_the_answer_to_the_shipped_network(driver):
    driver.draw(*SEVEN)
    shipped = driver.window.classify()
    driver.window.show_page("train")
    driver.settle()
    np.testing.assert_array_equal(driver.window.classify(), shipped)


def test_a_paused_run_is_on_screen_as_soon_as_its_page_is(driver):
    driver.draw(*SEVEN)
    driver.play_until(3)
    driver.window.show_page("train")
    driver.settle()
    expected = driver.window.instrument.run.parameters["conv1.weight"]
    np.testing.assert_array_equal(driver.find("filters_view", TileWall).tiles.maps, expected)


def test_a_paused_run_shows_the_drawing_again_after_a_digit(on_train):
    on_train.draw(*SEVEN)
    on_train.play_until(3)
    wall = on_train.find("channels_view", TileWall)
    on_train.choose("picture_choice", "My drawing")
    on_train.settle()
    mine = wall.tiles.maps
    on_train.click("picture_forward")
    on_train.settle()
    assert not np.array_equal(wall.tiles.maps, mine)
    on_train.choose("picture_choice", "My drawing")
    on_train.settle()
    np.testing.assert_array_equal(wall.tiles.maps, mine)


def test_drawing_goes_on_while_it_trains(on_train):
    on_train.click("play_button")
    on_train.wait(lambda: on_train.window.session.step_count > 5)
    frames = []
    on_train.window.instrument.answer_changed.connect(frames.append)
    on_train.draw(*SEVEN)
    drawing = on_train.window.document.drawing
    on_train.wait(lambda: frames and frames[-1].drawing is drawing)
    assert frames[-1].source == "Run 1"


def counted_requests(driver, monkeypatch):
    session, counted = driver.window.session, []
    request = session.request_snapshot
    monkeypatch.setattr(session, "request_snapshot", lambda: (counted.append(1), request()))
    return counted


@pytest.mark.parametrize("way", ["hide", "showMinimized"])
def test_a_window_that_nobody_sees_asks_for_no_snapshots(on_train, monkeypatch, way):
    on_train.click("play_button")
    on_train.wait(lambda: on_train.window.session.step_count > 3)
    getattr(on_train.window, way)()
    counted = counted_requests(on_train, monkeypatch)
    step = on_train.window.session.step_count
    on_train.wait(lambda: on_train.window.session.step_count > step + 40)
    assert counted == []
    on_train.window.showNormal()
    on_train.wait(lambda: counted)
    on_train.wait(lambda: on_train.shown_step > step + 40)


def test_a_data_set_that_does_not_fit_is_one_sentence_and_changes_nothing(on_train, tmp_path):
    path = tmp_path / "small.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 256, (20, 8, 8), dtype=np.uint8), y=np.arange(20) % 10)
    session = on_train.window.session
    on_train.window._train.dataset_chosen.emit(str(path))
    on_train.wait(lambda: on_train.message)
    assert "must hold 28 × 28 grey pictures" in on_train.message
    assert on_train.message.count(".") <= 2
    assert on_train.window.session is session
    assert on_train.find("dataset", QComboBox).currentText() == "Embedded digits"


def test_a_data_set_of_ones_own_opens_a_run(on_train, tmp_path):
    path = tmp_path / "mine.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), y=np.arange(40) % 4)
    on_train.window._train.dataset_chosen.emit(str(path))
    on_train.wait(lambda: on_train.window.session.name == "Run 2" or on_train.message)
    assert on_train.find("dataset", QComboBox).currentText() == "mine.npz"
    on_train.play_until(1)


def test_a_data_set_that_the_network_refuses_leaves_the_old_run(on_train):
    library, session = on_train.window._library, on_train.window.session
    tiny = np.zeros((4, 1, 4, 4), np.uint8)
    dataset = Dataset("tiny", tiny, np.arange(4), tuple("0123"))
    library.loaded.emit("tiny", Split(dataset, dataset))
    assert on_train.message
    assert on_train.window.session is session
    assert on_train.find("dataset", QComboBox).currentText() == "Embedded digits"
    on_train.choose("preset", "One filter")
    assert on_train.window.session is not session


def test_fetching_shows_its_progress_in_place_and_can_be_cancelled(on_train, monkeypatch):
    def fetch(folder, report=None, cancel=None):
        report("Downloading MNIST, 3.1 of 15.2 MB", 0.2)
        cancel.wait(20)
        raise DataError("Fetching MNIST was cancelled.")

    monkeypatch.setattr("engine.datasets.openml.fetch_mnist", fetch)
    session = on_train.window.session
    on_train.choose("dataset", "MNIST, fetch")
    on_train.wait(lambda: on_train.message == "Downloading MNIST, 3.1 of 15.2 MB")
    on_train.draw(*SEVEN)
    on_train.click("message_action")
    on_train.wait(lambda: on_train.find("dataset", QComboBox).currentText() == "Embedded digits")
    assert on_train.message == ""
    assert on_train.window.session is session


def test_figures_of_the_tape_follow_the_run(on_train):
    on_train.play_until(3)
    step = on_train.window.session.step_count
    on_train.wait(lambda: on_train.find("tape_bar", TapeBar).figures[0].startswith(f"step {step} "))


def test_the_last_step_of_a_run_that_ends_by_itself_is_on_screen(on_train):
    on_train.window.session.set_knobs(batch_size=1024, epochs=1)
    on_train.click("play_button")
    on_train.wait_for(SessionState.FINISHED)
    assert on_train.shown_step == 8
    plot = on_train.find("loss_plot", LossPlot)
    assert plot.isVisible()


def test_the_message_is_gone_when_it_is_closed(on_train):
    on_train.play_until(1)
    on_train.choose("preset", "One filter")
    assert on_train.find("message_action", QPushButton).isVisible()
    on_train.click("message_close")
    assert on_train.message == ""
