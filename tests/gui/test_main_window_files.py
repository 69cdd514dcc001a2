"""Networks in and out, drops, and the run that is there again at the next start."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from safetensors.numpy import save_file

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from engine.formats.model import load_model
from engine.formats.onnx_import import load_onnx
from engine.session import SessionState
from gui.inspector import Inspector
from gui.pad.answer_source import AnswerSource
from gui.settings import Folders
from gui.tape_bar import TapeBar
from gui.widgets.switch import Switch
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SAMPLES = Path(__file__).parents[1] / "engine" / "samples"

SPEC = NetworkSpec((1, 28, 28), (Conv2D(4, 5), ReLU(), Flatten(), Dense(10)))


@pytest.fixture
def network_file(tmp_path):
    """A network that is not the shipped one."""
    path = tmp_path / "sevens.safetensors"
    Network(SPEC, seed=7).save(path)
    return path


def test_an_opened_network_answers(driver, network_file):
    driver.draw(*SEVEN)
    before = driver.window.classify()
    driver.window.open_file(network_file)
    driver.settle()
    assert "“sevens” answers now" in driver.message
    assert driver.window.instrument.answering.spec == SPEC
    assert not np.array_equal(driver.window.classify(), before)
    assert "sevens" in driver.window.findChild(AnswerSource).words


def test_a_saved_network_gives_the_same_answer_when_it_is_opened(driver, tmp_path):
    driver.draw(*SEVEN)
    driver.play_until(3)
    trained = driver.window.classify()
    path = tmp_path / "run.safetensors"
    driver.window._files.save(path)
    assert "saved as “run.safetensors”" in driver.message
    driver.play_until(driver.shown_step + 3)
    assert not np.array_equal(driver.window.classify(), trained)
    driver.window.open_file(path)
    driver.settle()
    np.testing.assert_array_equal(driver.window.classify(), trained)


def test_the_card_of_a_saved_run_says_where_it_comes_from(driver, tmp_path):
    driver.play_until(2)
    driver.window._files.save(tmp_path / "run.safetensors")
    card = load_model(tmp_path / "run.safetensors").card
    assert (card["name"], card["source"], card["step"]) == ("run", "Run 1", str(driver.shown_step))


def test_the_shipped_network_is_saved_with_its_card(driver, tmp_path):
    driver.window._files.save(tmp_path / "copy.safetensors")
    copy = load_model(tmp_path / "copy.safetensors")
    assert copy.card == driver.window._shipped[0].model.card


def test_an_opened_network_without_a_card_does_not_show_the_shipped_ones(driver, network_file):
    driver.window.open_file(network_file)
    driver.settle()
    assert driver.find("inspector", Inspector).heading == "sevens"


def test_a_network_that_cannot_be_written_is_one_sentence(driver, tmp_path):
    driver.window._files.save(tmp_path / "nowhere" / "run.safetensors")
    assert driver.message == "“run.safetensors” cannot be written: no such file or directory."


def chosen_network(driver):
    return driver.window.findChild(AnswerSource).networks


def test_the_classic_is_one_click_away_and_so_is_the_way_back(driver):
    driver.draw(*SEVEN)
    chooser, reader = chosen_network(driver), driver.window.classify()
    assert (chooser.chosen, len(reader)) == (0, 11)

    place = chooser.segment(1).center().toPoint()
    QTest.mouseClick(chooser, Qt.MouseButton.LeftButton, pos=place)
    driver.settle()
    assert driver.window.instrument.answering.source == "Classic"
    assert (chooser.chosen, len(driver.window.classify())) == (1, 10)
    assert "Classic" in driver.window.findChild(AnswerSource).words

    driver.window._actions["reader_network"].trigger()
    driver.settle()
    np.testing.assert_array_equal(driver.window.classify(), reader)
    assert chooser.chosen == 0


def test_while_another_network_answers_none_is_marked_and_one_click_brings_one_back(driver, network_file):
    driver.window.open_file(network_file)
    driver.settle()
    chooser = chosen_network(driver)
    assert chooser.chosen == -1
    driver.play_until(2)
    assert chooser.chosen == -1
    QTest.mouseClick(chooser, Qt.MouseButton.LeftButton, pos=chooser.segment(0).center().toPoint())
    driver.settle()
    assert (chooser.chosen, driver.window.instrument.answering.source) == (0, "Reader")
    assert not driver.find("answer_switch", Switch).isChecked()


def test_opening_a_network_while_one_trains_moves_the_switch(driver, network_file):
    driver.play_until(2)
    switch = driver.find("answer_switch", Switch)
    driver.window.open_file(network_file)
    driver.settle()
    assert not switch.isChecked()
    driver.click("answer_switch")
    driver.settle()
    assert driver.window.instrument.answering.source == "Run 1"


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def foreign(path):
    save_file({"a": np.zeros(3, np.float32)}, path)


def garbage(path):
    path.write_bytes(b"\x00" * 500)


def newer(path):
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"version":"1"', b'"version":"9"'))


def other_size(path):
    Network(NetworkSpec((1, 8, 8), (Flatten(), Dense(10)))).save(path)


def missing(path):
    path.unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, "damaged"),
        (foreign, "holds no network"),
        (garbage, "damaged or not"),
        (newer, "a newer version"),
        (other_size, "must read pictures of 28 × 28"),
        (missing, "cannot be opened"),
    ],
)
def test_a_file_that_does_not_serve_is_one_sentence_and_changes_nothing(driver, network_file, spoil, words):
    spoil(network_file)
    driver.draw(*SEVEN)
    before, card = driver.window.classify(), driver.window._files.card
    driver.window.open_file(network_file)
    driver.settle()
    assert words in driver.message
    assert "sevens.safetensors" in driver.message
    assert "\n" not in driver.message
    np.testing.assert_array_equal(driver.window.classify(), before)
    assert driver.window._files.card is card


def drop(widget, data):
    """Drag something over the middle of a widget and let it go; tells whether it was taken."""
    middle = widget.rect().center()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(middle), copy, data, left, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    target = widget
    while not target.acceptDrops() or not _takes(target, data):
        target = target.parentWidget()
    place = QPointF(widget.mapTo(target, middle))
    QApplication.sendEvent(target, QDropEvent(place, copy, data, left, none))
    return True


def _takes(widget, data):
    """Ask one widget alone, as Qt does on the way outwards."""
    middle = widget.rect().center()
    event = QDragEnterEvent(
        middle, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    widget.dragEnterEvent(event)
    return event.isAccepted()


def file_data(path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


@pytest.mark.parametrize("name", ["canvas", "class_bars", "page_draw", "tape_bar"])
def test_a_network_dropped_anywhere_is_opened(driver, network_file, name):
    assert drop(driver.find(name), file_data(network_file))
    driver.settle()
    assert driver.window.instrument.answering.source == "sevens"


@pytest.mark.parametrize("name", ["torch-grey", "torch-grey-dynamo", "keras-grey"])
def test_an_onnx_network_of_another_program_answers_when_it_is_dropped(driver, name):
    path = SAMPLES / f"{name}.onnx"
    driver.draw(*SEVEN)
    assert drop(driver.window, file_data(path))
    driver.settle()
    assert f"“{name}” answers now" in driver.message
    model = load_onnx(path)
    assert driver.window.instrument.answering.spec == model.spec
    assert driver.window.classify().shape == (10,)
    assert driver.window._files.card == model.card


def test_a_drop_on_the_window_itself_is_taken(driver, network_file):
    assert drop(driver.window, file_data(network_file))
    assert driver.window.instrument.answering.source == "sevens"


def test_a_dropped_file_of_another_kind_is_not_taken(driver, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    assert not drop(driver.find("canvas"), file_data(path))
    assert not drop(driver.window, file_data(path))


@pytest.mark.parametrize("name", ["canvas", "page_draw"])
def test_a_picture_may_be_dropped_beside_the_pad_too(driver, tmp_path, name):
    image = QImage(60, 60, QImage.Format.Format_Grayscale8)
    image.fill(255)
    for y in range(10, 50):
        for x in range(28, 33):
            image.setPixel(x, y, 0)
    path = tmp_path / "one.png"
    assert image.save(str(path))
    assert drop(driver.find(name), file_data(path))
    importer = driver.window._pad.transfer.importer
    driver.wait(importer.isVisible)
    importer.close()


def test_closing_during_training_loses_nothing(driver, open_window):
    driver.window.show_page("train")
    driver.click("play_button")
    driver.wait(lambda: driver.window.session.step_count > 30)
    session = driver.window.session
    driver.window.close()
    steps = session.steps.since(0)

    again = open_window(restored=True)
    kept = again.window.session
    assert (kept.name, kept.state, kept.step_count) == ("Run 1", SessionState.PAUSED, len(steps))
    np.testing.assert_array_equal(kept.steps.since(0), steps)
    again.wait(lambda: again.shown_step == len(steps))
    again.wait(lambda: again.find("tape_bar", TapeBar).figures[0].startswith(f"step {len(steps)} "))
    again.play_until(len(steps) + 3)
    assert again.window.session is kept


def test_a_kept_run_goes_on_bit_for_bit_as_if_it_had_not_been_interrupted(driver, open_window):
    driver.play_until(4)
    count, seed = driver.window.session.step_count, driver.window.session.config.seed
    driver.window.close()
    again = open_window(restored=True)
    for step in range(count + 1, count + 4):
        again.click("step_button")
        again.wait(lambda step=step: again.shown_step == step)
    interrupted = again.window.instrument.run.parameters.vector
    again.click("restart_button")
    assert again.window.session.config.seed == seed
    for step in range(1, count + 4):
        again.click("step_button")
        again.wait(lambda step=step: again.shown_step == step)
    np.testing.assert_array_equal(again.window.instrument.run.parameters.vector, interrupted)


def test_a_run_that_has_not_begun_is_not_kept(driver, open_window):
    driver.window.show_page("train")
    driver.window.close()
    assert open_window(restored=True, page="draw").window.session is None


def test_the_run_before_is_kept_with_its_own_data_set_when_the_newest_has_not_begun(
    driver, open_window, tmp_path
):
    driver.play_until(3)
    step = driver.window.session.step_count
    path = tmp_path / "mine.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), y=np.arange(40) % 10)
    driver.window._train.dataset_chosen.emit(str(path))
    driver.wait(lambda: driver.window.session.name == "Run 2")
    driver.window.close()
    again = open_window(restored=True)
    assert (again.window.session.name, again.window.session.step_count) == ("Run 1", step)


def test_a_kept_run_whose_data_set_is_gone_is_one_sentence(driver, open_window, tmp_path):
    path = tmp_path / "mine.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), y=np.arange(40) % 10)
    driver.window._training.choose_dataset(str(path))
    driver.wait(lambda: driver.window.session is not None)
    driver.play_until(1)
    driver.window.close()
    path.unlink()
    again = open_window(restored=True)
    again.wait(lambda: again.message)
    assert "mine.npz" in again.message
    assert again.window.session is None


def test_a_damaged_kept_run_does_not_stop_the_program(driver, open_window, places: Folders):
    driver.play_until(1)
    driver.window.close()
    (kept,) = places.data.glob("working/runs/*/run.safetensors")
    kept.write_bytes(kept.read_bytes()[:-50])
    again = open_window(restored=True)
    assert again.window.session is None
    assert again.message.startswith("Run 1 cannot be brought back. ")
    assert (places.data / "damaged-run-1" / kept.name).exists()


def test_closing_leaves_no_thread_even_with_several_runs(driver):
    driver.play_until(2)
    driver.choose("preset", "One filter")
    driver.play_until(2)
    driver.choose("preset", "LeNet-like")
    driver.click("play_button")
    driver.wait(lambda: driver.window.session.step_count > 2)
    driver.window.close()
