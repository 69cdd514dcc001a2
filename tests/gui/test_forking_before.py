"""A fork at a step from before a run's own: that is its parent's, with the settings that this had."""

import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel

from engine.inspect.words import grouped
from tests.gui.test_tape_tools import dialog_of, go_to, paused, press

__all__ = ["paused"]

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def forked(paused):
    """Run 2, forked from Run 1 with another learning rate, and trained on; it is open."""
    paused.trigger("fork")
    dialog = dialog_of(paused)
    dialog.findChild(QDoubleSpinBox, "fork_learning_rate").setValue(0.01)
    press(dialog, "fork_only")
    paused.wait(lambda: paused.window.session.name == "Run 2")
    paused.settle()
    paused.play_until(paused.window.session.step_count + 5)
    return paused


def test_the_dialog_asks_about_the_run_that_the_step_is_of_and_its_settings(forked):
    go_to(forked, 7)
    forked.trigger("fork")
    dialog = dialog_of(forked)
    assert dialog.windowTitle() == "Fork Run 1 at step 7"
    intro = dialog.findChild(QLabel, "fork_intro").text()
    assert intro.startswith("Step 7 is one of Run 1, which Run 2 came from. A new run goes on from here. ")
    assert dialog.findChild(QDoubleSpinBox, "fork_learning_rate").value() == 0.002
    press(dialog, "fork_only")
    forked.wait(lambda: forked.window.session.name == "Run 3")
    forked.settle()
    assert forked.window.session.config.learning_rate == 0.002
    assert forked.message == "This is Run 3, forked from Run 1 at step 7."


def test_without_the_parent_it_is_said_before_anything_is_done_from_where_on_it_can_be(forked):
    bridge = forked.window._bridge
    child = bridge.present
    bridge.delete_run(child.parent.key)
    go_to(forked, 7)
    events = child.session.events
    forked.trigger("fork")
    first = grouped(child.parent.step)
    assert forked.message == (
        f"Run 1 has been deleted: Run 2, which came from it, can be forked from step {first} on."
    )
    assert child.session.events == events
    assert forked.shown_step == 7
    forked.click("message_action")
    dialog = dialog_of(forked)
    assert dialog.windowTitle() == f"Fork Run 2 at step {first}"
    press(dialog, "fork_only")
    forked.wait(lambda: forked.window.session.name == "Run 3")
    forked.settle()
