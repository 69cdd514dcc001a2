"""Filters switched off and on: in a copy, undoably, with what becomes of the accuracy."""

import numpy as np
import pytest

from tests.driving import SEVEN, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def classic(driver: Driver) -> Driver:
    driver.trigger("classic_network")
    driver.draw(*SEVEN)
    driver.click("rail_inside")
    driver.settle()
    return driver


def answering(driver: Driver):
    return driver.window.instrument.answering


def test_a_filter_is_switched_off_and_undo_brings_it_back(classic: Driver) -> None:
    before = answering(classic)
    classic.window.selection.update(layer="relu2", kind="channel", channel=4)
    classic.trigger("switch_filter")
    classic.settle()
    after = answering(classic)
    assert after.source == "Classic without conv2 5"
    assert not after.parameters["conv2.weight"][4].any()
    assert before.parameters["conv2.weight"][4].any()
    assert classic.message.startswith("Without conv2 5, ")
    assert "of 2,000 test digits are read right, before" in classic.message
    frame = classic.window._inspecting.frame_of("inside")
    assert not frame.activations["relu2"][4].any()
    classic.window._actions["undo"].trigger()
    classic.settle()
    assert answering(classic).source == "Classic"
    np.testing.assert_array_equal(answering(classic).parameters.vector, before.parameters.vector)
    assert classic.window._files.card["name"] == "Classic"
    classic.window._actions["redo"].trigger()
    classic.settle()
    assert answering(classic).source == "Classic without conv2 5"


def test_several_filters_are_off_until_they_are_switched_on_again(classic: Driver) -> None:
    for channel in (0, 1, 2, 3):
        classic.window.selection.update(layer="conv1", kind="filter", channel=channel)
        classic.trigger("switch_filter")
    assert answering(classic).source == "Classic without 4 filters"
    assert not answering(classic).parameters["conv1.weight"][:4].any()
    for channel in (0, 1, 2, 3):
        classic.window.selection.update(layer="conv1", kind="filter", channel=channel)
        classic.trigger("switch_filter")
    assert answering(classic).source == "Classic"
    classic.settle()


def test_a_run_is_operated_on_in_a_copy_and_goes_on(classic: Driver) -> None:
    classic.play_until(20)
    assert answering(classic).source.startswith("Run")
    weight = classic.window.instrument.run.parameters["conv1.weight"].copy()
    classic.window.selection.update(layer="conv1", kind="filter", channel=1)
    classic.trigger("switch_filter")
    classic.settle()
    assert answering(classic).source.endswith("without conv1 2")
    np.testing.assert_array_equal(classic.window.instrument.run.parameters["conv1.weight"], weight)
    classic.window._actions["undo"].trigger()
    classic.settle()
    assert answering(classic) is classic.window.instrument.run


def test_a_changed_copy_of_a_run_goes_with_the_run(classic: Driver) -> None:
    window = classic.window
    classic.play_until(20)
    # The copy stays at the step that it was made of, wherever the playhead goes.
    copy = f"Run 1 at step {window.session.step_count} without conv1 2"
    window.selection.update(layer="conv1", kind="filter", channel=1)
    classic.trigger("switch_filter")
    classic.settle()
    assert answering(classic).source == copy
    window.choose_preset("one-filter")
    classic.settle()
    assert window.instrument.run.source == "Run 2"
    assert answering(classic).source == "Classic"
    assert window._files.card["name"] == "Classic"
    assert window._inspecting.frame_of("inside").source == "Classic"
    classic.wait(lambda: window.selection.value.run == "Classic")
    assert not window._looking._surgery.operated.edits
    # What was done to Run 1 cannot be undone in a run of random values.
    window._actions["undo"].trigger()
    assert classic.message.startswith("The changed copy of Run 1 went")
    window._actions["redo"].trigger()
    classic.settle()
    assert answering(classic).source == "Classic"
    classic.play_until(2)
    assert answering(classic).source == "Run 2"
    classic.click("answer_switch")
    assert answering(classic).source == "Classic"
    window._training.go_back()
    classic.settle()
    window._actions["undo"].trigger()
    window._actions["redo"].trigger()
    classic.settle()
    assert answering(classic).source == copy


def test_a_changed_network_of_no_run_stays_when_a_run_is_opened(classic: Driver) -> None:
    classic.window.selection.update(layer="conv1", kind="filter", channel=1)
    classic.trigger("switch_filter")
    classic.window.choose_preset("one-filter")
    classic.settle()
    assert answering(classic).source == "Classic without conv1 2"
    classic.window._actions["undo"].trigger()
    assert answering(classic).source == "Classic"
    classic.settle()


def test_without_a_filter_it_says_what_is_missing(classic: Driver) -> None:
    classic.window.selection.update(layer=None)
    classic.trigger("switch_filter")
    assert classic.message.startswith("Choose a filter or an output channel")
    assert answering(classic).source == "Classic"
    # A logit is of no filter, though there is one of its number.
    classic.window.selection.update(layer="dense1", kind="channel", channel=3)
    classic.trigger("switch_filter")
    assert answering(classic).source == "Classic"
