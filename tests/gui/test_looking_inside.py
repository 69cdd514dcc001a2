"""The Inside page in the window: of the network that answers, at its newest step, and quiet elsewhere."""

import pytest
from PySide6.QtCore import QPoint

from gui.pages.inside.page import InsidePage
from gui.theme import DARK, LIGHT
from tests.driving import SEVEN, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def inside(driver: Driver) -> InsidePage:
    driver.trigger("classic_network")
    driver.draw(*SEVEN)
    driver.click("rail_inside")
    driver.settle()
    return driver.find("page_inside", InsidePage)


def test_the_wall_of_the_network_that_answers_is_filled(driver: Driver, inside: InsidePage) -> None:
    assert inside.parts.patterns.wall.filled == (8, 8)
    driver.window.selection.update(layer="conv2")
    driver.settle()
    assert inside.parts.patterns.wall.filled == (16, 16)


def test_a_card_is_selected_with_the_mouse_and_shown_on_convolve(driver: Driver, inside: InsidePage) -> None:
    inside.parts.patterns.wall.channel_clicked.emit(3, None)
    value = driver.window.selection.value
    assert (value.layer, value.kind, value.channel) == ("conv1", "channel", 3)
    inside.parts.patterns.wall.channel_activated.emit(3)
    assert driver.window._skeleton.page == "convolve"
    driver.trigger("show_back")
    assert driver.window._skeleton.page == "inside"


def test_another_page_lets_it_rest(driver: Driver, inside: InsidePage) -> None:
    driver.window.selection.update(layer="conv2")
    driver.click("rail_draw")
    before = inside.parts.patterns.wall.filled
    driver.qtbot.wait(200)
    assert inside.parts.patterns.wall.filled == before
    driver.click("rail_inside")
    driver.settle()
    assert inside.parts.patterns.wall.filled == (16, 16)


def test_the_wall_follows_a_run(driver: Driver, inside: InsidePage) -> None:
    driver.play_until(30)
    driver.settle()
    step = driver.shown_step
    assert step is not None
    assert step >= 30
    assert f"step {step}" in inside.parts.patterns.wall.words_of(0)


def test_the_wall_knows_when_a_training_has_ended(driver: Driver, inside: InsidePage) -> None:
    driver.play_until(30)
    driver.wait(lambda: not inside._training)
    driver.settle()
    assert f"step {driver.shown_step}" in inside.parts.patterns.wall.words_of(7)


def test_the_wall_goes_with_the_playhead(driver: Driver, inside: InsidePage) -> None:
    driver.play_until(60)
    driver.settle()
    newest = driver.shown_step
    driver.window._tape.playhead_wanted.emit(10)
    driver.wait(lambda: driver.window.instrument.playhead is not None)
    driver.settle()
    step = driver.window.instrument.answering.step
    assert step is not None
    assert step <= 10
    assert f"step {step}" in inside.parts.patterns.wall.words_of(0)
    driver.window._tape.playhead_wanted.emit(None)
    driver.wait(lambda: driver.window.instrument.answering.step == newest)
    driver.settle()
    assert f"step {newest}" in inside.parts.patterns.wall.words_of(0)


def test_the_window_closes_while_the_wall_is_filled(driver: Driver, inside: InsidePage) -> None:
    driver.trigger("reader_network")
    driver.window.selection.update(layer="conv5")
    driver.qtbot.wait(100)
    driver.window.close()
    assert inside.parts.patterns.wall.filled != (128, 128)


def test_surgery_shows_at_first_sight_what_was_done_and_measured_before(driver: Driver) -> None:
    driver.trigger("classic_network")
    driver.draw(*SEVEN)
    driver.window.selection.update(layer="conv1", kind="filter", channel=2)
    driver.trigger("switch_filter")
    driver.settle()
    inside = driver.find("page_inside", InsidePage)
    assert "surgery" not in inside.parts.made
    driver.click("rail_inside")
    driver.click("inside_surgery")
    assert not inside.parts.surgery.panel._on.isChecked()
    assert inside.parts.surgery.bars.shown is not None
    before, now = inside.parts.surgery.bars.shown
    assert now.min() < before.min()


def test_the_ground_of_the_fingerprints_follows_the_theme(driver: Driver, inside: InsidePage) -> None:
    driver.click("inside_fingerprints")
    driver.settle()
    for mode, theme in (("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
        driver.trigger(f"theme_{mode}")
        viewport = inside.parts.fingerprints.table.body.viewport()
        # Right of the columns, above the lowest row.
        corner = viewport.rect().bottomRight() - QPoint(3, 3)
        assert viewport.grab().toImage().pixelColor(corner) == theme.panel
