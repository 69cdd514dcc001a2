"""Ink in colour: for a network that sees red, green and blue, and for no other."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.pad.ink_colours import COLOURS, ColourSwatches
from tests.driving import ONE, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def shapes(driver: Driver) -> Driver:
    driver.trigger("shapes_network")
    driver.draw(*ONE)
    driver.settle()
    return driver


def choose(driver: Driver, name: str) -> None:
    swatches = driver.find("ink_colours", ColourSwatches)
    number = [each for each, _ in COLOURS].index(name)
    QTest.mouseClick(swatches._group.button(number), Qt.MouseButton.LeftButton)
    driver.settle()


def test_colours_are_offered_only_where_they_are_seen(driver: Driver) -> None:
    swatches = driver.find("ink_colours", ColourSwatches)
    assert swatches.isHidden()
    driver.trigger("shapes_network")
    driver.settle()
    assert not swatches.isHidden()
    driver.trigger("reader_network")
    driver.settle()
    assert swatches.isHidden()


def test_the_colour_of_the_ink_reaches_the_network_and_can_be_undone(shapes: Driver) -> None:
    assert shapes.window._answer is not None
    white = shapes.window._answer.picture
    assert (white[0] == white[2]).all()
    choose(shapes, "yellow")
    yellow = shapes.window._answer.picture
    np.testing.assert_array_equal(yellow[0], white[0])
    assert not yellow[2].any()
    canvas = shapes.find("canvas").grab().toImage()
    middle = canvas.pixelColor(canvas.width() // 2, canvas.height() // 2)
    assert (middle.red(), middle.green(), middle.blue()) == (255, 255, 0)
    shapes.click("undo_button")
    shapes.settle()
    np.testing.assert_array_equal(shapes.window._answer.picture, white)


def test_a_new_drawing_keeps_the_colour(shapes: Driver) -> None:
    choose(shapes, "blue")
    shapes.click("clear_button")
    shapes.draw(*ONE)
    shapes.settle()
    assert shapes.window._answer is not None
    assert shapes.window._answer.picture.max(axis=(1, 2)).tolist() == pytest.approx([0, 0, 1], abs=0.01)


def test_the_picker_offers_pictures_of_the_networks_kind(shapes: Driver) -> None:
    shapes.window._pad.pick_digit()
    picker = shapes.window._pad._picker
    assert picker is not None
    assert picker.windowTitle() == "RGB shapes: 2,000 pictures"
    picker.take_next()
    shapes.settle()
    assert shapes.window._answer is not None
    assert shapes.window._answer.spec.classes[shapes.window._answer.verdict.label] == "square"
    # An open picker follows the network that answers.
    shapes.trigger("reader_network")
    assert "Embedded" in picker.windowTitle() or "digits" in picker.windowTitle()
    picker.close()
