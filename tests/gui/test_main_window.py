"""The window as a whole: drawing, classifying, pages, selection, themes."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.drawing import prepare
from engine.formats.model import load_model
from engine.network import Network
from gui.address_bar import AddressBar
from gui.inspector import Inspector
from gui.pad.answer_line import AnswerLine
from gui.theme import DARK, LIGHT
from gui.widgets.class_bars import ClassBars
from gui.widgets.layer_flow import LayerFlow
from gui.widgets.tile_wall import TileWall
from resources import resource_path
from tests.driving import ONE, SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NAMES = [
    *("canvas", "class_bars", "clear_button", "undo_button"),
    *("play_button", "step_button", "stop_button", "restart_button"),
    *("learning_rate", "dataset", "preset", "page_draw", "page_train"),
    *("filters_view", "channels_view", "loss_plot", "tape_bar", "inspector", "address_bar"),
]


def test_outside_tests_find_widgets_by_their_names(driver):
    found = {name: len(driver.window.findChildren(QWidget, name)) for name in NAMES}
    assert found == dict.fromkeys(NAMES, 1)


def test_names_stay_on_the_same_widgets_from_run_to_run(driver):
    before = {name: driver.find(name) for name in NAMES}
    driver.window.show_page("train")
    driver.choose("preset", "LeNet-like")
    driver.choose("preset", "One filter")
    driver.settle()
    assert {name: driver.find(name) for name in NAMES} == before


def test_the_window_opens_on_draw_without_a_run(driver):
    assert driver.find("page_draw").isVisible()
    assert driver.window.session is None


def test_classify_gives_probabilities_that_follow_the_drawing(driver):
    driver.draw(*ONE)
    one = driver.window.classify()
    driver.click("clear_button")
    driver.draw(*SEVEN)
    seven = driver.window.classify()
    for probabilities in (one, seven):
        assert probabilities.shape == (11,)  # ten digits, and none
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert probabilities.min() >= 0
    assert np.abs(one - seven).max() > 0.1


def test_classify_asks_the_shipped_network_about_what_is_on_the_canvas(driver):
    driver.draw(*SEVEN)
    model = load_model(resource_path("networks", "reader.safetensors"))
    picture = prepare(driver.window.document.drawing).picture
    expected = Network.from_parameters(model.spec, model.parameters).probabilities(picture[None, None])
    np.testing.assert_array_equal(driver.window.classify(), expected[0])


def test_what_the_pad_answers_is_what_classify_gives(driver):
    frames = []
    driver.window.instrument.answer_changed.connect(frames.append)
    driver.draw(*SEVEN)
    driver.settle()
    np.testing.assert_allclose(frames[-1].probabilities, driver.window.classify(), atol=1e-6)


def test_a_blank_canvas_is_silence(driver):
    bars, answer = driver.find("class_bars", ClassBars), driver.window.findChild(AnswerLine)
    blank = answer.accessibleName()
    assert bars.probabilities is None
    driver.draw(*SEVEN)
    driver.settle()
    assert bars.probabilities is not None
    driver.click("clear_button")
    driver.settle()
    assert bars.probabilities is None
    assert answer.accessibleName() == blank


def test_undo_redo_and_clear_reach_the_answer(driver):
    driver.draw(*ONE)
    one = driver.window.classify()
    driver.draw((0.2, 0.5), (0.8, 0.5))
    both = driver.window.classify()
    driver.click("undo_button")
    np.testing.assert_array_equal(driver.window.classify(), one)
    driver.click("redo_button")
    np.testing.assert_array_equal(driver.window.classify(), both)
    driver.click("clear_button")
    assert driver.window.document.drawing.strokes == ()
    driver.click("undo_button")
    np.testing.assert_array_equal(driver.window.classify(), both)


def test_keys_choose_the_page_and_the_rail_follows(driver):
    QTest.keyClick(driver.find("canvas"), Qt.Key.Key_2)
    assert driver.find("page_convolve").isVisible()
    QTest.keyClick(driver.find("canvas"), Qt.Key.Key_3)
    assert driver.find("page_train").isVisible()
    assert driver.find("rail_train").isChecked()
    driver.click("rail_draw")
    assert driver.find("page_draw").isVisible()


def test_the_page_is_remembered(driver, open_window):
    driver.window.show_page("train")
    driver.window.close()
    assert open_window().find("page_train").isVisible()


def test_draw_shows_what_was_drawn_while_another_page_was_in_front(driver):
    flow = driver.find("layer_flow", LayerFlow)
    driver.draw(*ONE)
    driver.settle()
    one = flow.grab().toImage()
    driver.window.show_page("train")
    driver.click("clear_button")
    driver.draw(*SEVEN)
    driver.settle()
    driver.window.show_page("draw")
    assert flow.grab().toImage() != one


def click_tile(driver, name):
    """Click the middle of the second tile."""
    wall = driver.find(name, TileWall)
    driver.wait(lambda: wall.tile_layout is not None)
    box = wall.tile_layout.picture_box(1)
    place = wall.picture_origin + QPointF(box.x + box.width // 2, box.y + box.height // 2)
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=place.toPoint())
    return wall


@pytest.mark.parametrize(
    ("name", "heading", "end"),
    [
        ("filters_view", "conv1 · filter 2", "conv1 ▸ filter 2"),
        ("channels_view", "relu1 · channel 2", "relu1 ▸ channel 2"),
    ],
)
def test_a_clicked_tile_is_the_selection_that_inspector_and_address_bar_follow(driver, name, heading, end):
    driver.window.show_page("train")
    wall = click_tile(driver, name)
    inspector, address = driver.find("inspector", Inspector), driver.find("address_bar", AddressBar)
    assert wall.selected == 1
    assert inspector.heading == heading
    assert end in address.path
    assert driver.window.selection.value.channel == 1


def test_esc_goes_up_level_by_level_to_the_network(driver):
    driver.window.show_page("train")
    wall = click_tile(driver, "filters_view")
    inspector = driver.find("inspector", Inspector)
    headings = []
    for _ in range(3):
        QTest.keyClick(wall, Qt.Key.Key_Escape)
        headings.append(inspector.heading)
    assert headings == ["conv1 · filter 2", "conv1", "Run 1"]
    assert wall.selected is None


def test_back_returns_to_what_was_selected_before(driver):
    driver.window.show_page("train")
    click_tile(driver, "filters_view")
    click_tile(driver, "channels_view")
    driver.click("back_button")
    assert driver.window.selection.value.kind == "filter"


def test_a_selection_that_another_network_does_not_have_is_let_go(driver):
    driver.window.show_page("train")
    driver.settle()
    driver.window.selection.update(layer="conv2", kind="filter", channel=3, pixel=(2, 2))
    driver.choose("preset", "One filter")
    driver.settle()
    assert driver.window.selection.value.layer is None
    driver.window.selection.update(layer="conv1", kind="filter", channel=0, pixel=(4, 4))
    driver.choose("preset", "8–16")
    driver.settle()
    value = driver.window.selection.value
    assert (value.layer, value.channel, value.pixel) == ("conv1", 0, None)


def mean_grey(widget):
    image = widget.grab().toImage()
    width, height = image.width(), image.height()
    places = itertools.product(range(0, width, 9), range(0, height, 9))
    return np.mean([image.pixelColor(x, y).lightness() for x, y in places])


def test_the_theme_changes_at_once_and_is_remembered(driver, open_window):
    driver.draw(*SEVEN)
    driver.settle()
    dark = mean_grey(driver.window)
    driver.trigger("theme_light")
    assert mean_grey(driver.window) > dark + 100
    driver.window.close()
    again = open_window(theme=None)
    assert mean_grey(again.window) > dark + 100
    again.trigger("theme_dark")
    assert again.window._themes.theme is DARK is not LIGHT


def test_the_windows_size_is_remembered(driver, open_window):
    # Of a size that the offscreen platform's screen of 800 x 800 has room for, as far as the window can.
    size = QSize(driver.window.minimumSizeHint().width(), 715)
    driver.window.resize(size)
    driver.window.close()
    again = open_window(restored=True)
    assert again.window.size() == size


def test_a_closed_inspector_stays_closed_at_the_next_start(driver, open_window):
    inspector = driver.find("inspector")
    assert inspector.isVisible()
    driver.click("inspector_button")
    driver.window.close()
    again = open_window(restored=True)
    assert not again.find("inspector").isVisible()


def test_everything_fits_into_a_small_window(driver):
    driver.window.resize(1280, 720)
    driver.settle()
    assert (driver.window.width(), driver.window.height()) == (1280, 720)
    for name in ("canvas", "class_bars", "play_button", "address_bar", "tape_bar"):
        widget = driver.find(name)
        corner = widget.mapTo(driver.window, widget.rect().bottomRight())
        assert driver.window.rect().contains(corner), name


def test_a_window_can_be_closed_twice(driver):
    driver.window.close()
    driver.window.close()


def test_a_closed_window_asks_for_nothing_more(driver):
    driver.window.close()
    frames = []
    driver.window.instrument.answer_changed.connect(frames.append)
    driver.window.document.undo_stack.clear()
    driver.window.instrument.wake()
    driver.qtbot.wait(30)
    assert frames == []


def test_brush_and_pressure_are_found_again(open_window):
    first = open_window().window
    first._pad.canvas.set_brush(0.05)
    first._pad.pad_actions.pressure.setChecked(False)
    first.close()
    second = open_window().window
    assert second._pad.canvas.brush == pytest.approx(0.05)
    assert not second._pad.pad_actions.pressure.isChecked()
