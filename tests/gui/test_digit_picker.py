"""The picker: real digits, by page, class or chance."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.datasets import DIGIT_CLASSES, NO_DIGIT, Dataset
from engine.datasets.shapes import rgb_shapes
from engine.drawing import prepare
from gui.pad.digit_grid import PAGE
from gui.pad.digit_picker import DigitPicker, dataset_drawing, thing_of
from gui.theme import ThemeManager

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 130


def digits(shape=(1, 28, 28)):
    pictures = np.random.default_rng(0).integers(1, 255, (COUNT, *shape), dtype=np.uint8)
    return Dataset("Some digits", pictures, np.arange(COUNT) % 10)


@pytest.fixture
def picker(qtbot):
    widget = DigitPicker(ThemeManager("light"), seed=3)
    qtbot.addWidget(widget)
    widget.set_dataset(digits())
    widget.show()
    return widget


@pytest.fixture
def taken(picker):
    drawings = []
    picker.digit_chosen.connect(drawings.append)
    return drawings


def click(picker, qtbot, position):
    place = picker.grid.cell(position).center().toPoint()
    qtbot.mouseClick(picker.grid, Qt.MouseButton.LeftButton, pos=place)


def test_a_click_takes_the_exact_digit_with_its_class_and_number(picker, qtbot, taken):
    click(picker, qtbot, 7)
    (drawing,) = taken
    assert (drawing.name, drawing.label) == ("digit 7", 7)
    expected = digits().pictures[7, 0] / np.float32(255)
    np.testing.assert_array_equal(prepare(drawing).picture, expected)


def test_it_stays_open_for_the_next_one(picker, qtbot, taken):
    click(picker, qtbot, 7)
    qtbot.keyClick(picker, Qt.Key.Key_N)
    picker.next_button.click()
    assert [drawing.name for drawing in taken] == ["digit 7", "digit 8", "digit 9"]
    assert picker.isVisible()


def test_a_class_shows_only_its_digits(picker, qtbot, taken):
    picker.show_class(4)
    assert picker.words.text() == "1 to 13 of 13"
    click(picker, qtbot, 2)
    assert (taken[0].name, taken[0].label) == ("digit 24", 4)


def test_pages_are_turned_and_end_where_the_digits_end(picker, qtbot, taken):
    assert picker.words.text() == f"1 to {PAGE} of {COUNT}"
    picker.next_page_button.click()
    picker.next_page_button.click()
    assert picker.words.text() == f"{2 * PAGE + 1} to {COUNT} of {COUNT}"
    assert not picker.next_page_button.isEnabled()
    click(picker, qtbot, 0)
    assert taken[0].name == f"digit {2 * PAGE}"


def test_arrows_and_enter_reach_every_digit(picker, qtbot, taken):
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(picker.grid, key)
    qtbot.keyClick(picker.grid, Qt.Key.Key_PageDown)
    qtbot.keyClick(picker.grid, Qt.Key.Key_Return)
    assert [drawing.name for drawing in taken] == ["digit 9", f"digit {9 + PAGE}"]


def test_the_last_digit_is_followed_by_the_first(picker, qtbot, taken):
    for _ in range(4):
        qtbot.keyClick(picker.grid, Qt.Key.Key_PageDown)
    picker.take_current()
    picker.take_next()
    assert [drawing.name for drawing in taken] == [f"digit {COUNT - 1}", "digit 0"]


def test_chance_stays_within_the_class_and_depends_on_the_seed_alone(picker, qtbot, taken):
    picker.show_class(3)
    for _ in range(4):
        picker.take_random()
    places = np.random.default_rng(3).integers(13, size=4)
    assert [drawing.name for drawing in taken] == [f"digit {3 + 10 * i}" for i in places]
    assert {drawing.label for drawing in taken} == {3}


def test_the_digit_under_the_pointer_is_named(picker, qtbot):
    qtbot.mouseMove(picker.grid, picker.grid.cell(12).center().toPoint())
    qtbot.waitUntil(lambda: picker.words.text() == "number 12, class 2")


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 8, 8)])
def test_pictures_of_another_shape_are_drawn_but_not_exact(shape):
    drawing = dataset_drawing(digits(shape), 5)
    assert drawing.backdrop.pixels.shape == shape[1:]
    assert not drawing.backdrop.exact


def test_another_data_set_brings_its_own_classes(picker):
    shapes = Dataset("Shapes", np.ones((4, 3, 32, 32), np.uint8), np.array([0, 1, 1, 0]), ("circle", "cross"))
    picker.set_dataset(shapes)
    picker.show_class(1)
    assert picker.words.text() == "1 to 2 of 2"
    assert dataset_drawing(shapes, 2).name == "shape 2"


def test_coloured_pictures_of_the_canvass_size_keep_their_colours(picker):
    data = rgb_shapes(8, 1, 28)
    drawing = dataset_drawing(data, 3)
    assert drawing.backdrop.exact
    np.testing.assert_array_equal(drawing.backdrop.pixels, data.pictures[3])
    picker.set_dataset(data)
    image = picker.grid.grab().toImage()
    colour = image.pixelColor(picker.grid.cell(3).center().toPoint())
    assert max(colour.getRgb()[:3]) - min(colour.getRgb()[:3]) > 60
    assert [thing_of(names) for names in (DIGIT_CLASSES, (*DIGIT_CLASSES, NO_DIGIT), ("a", "b"))] == [
        "digit",
        "digit",
        "picture",
    ]
