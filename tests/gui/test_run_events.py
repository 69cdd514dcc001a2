"""What a report says of a run's events."""

import pytest

from engine.session_messages import Failed, Forked, KnobChanged
from gui.bridge import SessionState, StateChanged
from gui.run_events import event_words, told

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (KnobChanged(7, "learning_rate", 0.002, 0.0005), "learning rate 0.002 → 0.0005"),
        (KnobChanged(7, "batch_size", 64, 128), "batch size 64 → 128"),
        (StateChanged(0, SessionState.RUNNING), ""),
        (StateChanged(9, SessionState.RUNNING), "trains"),
        (StateChanged(9, SessionState.PAUSED), "paused"),
        (StateChanged(0, SessionState.READY), ""),
        (Forked(9, "Run 1"), "forked from Run 1"),
        (Failed(9, "The loss is not a number.", "Take a smaller one."), "The loss is not a number."),
    ],
)
def test_an_event_in_words(event, words):
    assert event_words(event) == words


def test_every_run_keeps_its_own_events(driver):
    window = driver.window

    def events():
        return told(window.session.events)

    window.show_page("train")
    driver.play_until(5)
    step = window.session.step_count
    assert events() == ((step, "paused"),)
    driver.click("restart_button")
    driver.settle()
    assert events() == ()
    window._bridge.go_back()
    assert events() == ((step, "paused"),)
