"""What a tape and a report say of a run's events."""

import dataclasses

import pytest

from engine import forking
from engine.session_messages import Failed, Forked, KnobChanged, Replayed
from engine.trainer import TrainingDiverged
from engine.training_config import TrainingConfig
from gui.bridge import Bridge, SessionState, StateChanged
from gui.run_book import Parent
from gui.run_events import differences, event_words, told
from tests.gui.test_bridge import CONFIG, SPEC, make_split, train

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize(
    ("event", "label", "words"),
    [
        (KnobChanged(7, "learning_rate", 0.002, 0.0005), "lr 0.002 → 0.0005", "learning rate 0.002 → 0.0005"),
        (KnobChanged(7, "batch_size", 64, 128), "batch 64 → 128", "batch size 64 → 128"),
        (StateChanged(0, SessionState.RUNNING), "", ""),
        (StateChanged(9, SessionState.RUNNING), "", "trains"),
        (StateChanged(9, SessionState.PAUSED), "paused", "paused"),
        (StateChanged(0, SessionState.READY), "", ""),
        (Forked(9, "Run 1"), "forked from Run 1", "forked from Run 1"),
        (Failed(9, "The loss is not a number.", "Take another."), "failed", "The loss is not a number."),
        (Failed(9, "It is 1e9.", TrainingDiverged.ADVICE), "diverged", "It is 1e9."),
        (Replayed(9, exact=True), "", ""),
        (Replayed(9, exact=False), "", "the steps up to here were taken again, with another result"),
    ],
)
def test_an_event_in_words(event, label, words):
    assert event_words(event) == (label, words)


def test_a_fork_is_told_with_what_was_changed():
    words = event_words(Forked(9, "Run 1", changes=(("frozen", "", "conv1"),)), "Wide: the first")
    assert words == ("forked from Wide: the first", "forked from Wide: the first: frozen conv1")
    edited = Forked(9, "Run 1", ("conv1", "conv2"))
    assert event_words(edited)[1] == "forked from Run 1: conv1 and conv2 edited by hand"
    both = event_words(dataclasses.replace(edited, changes=(("learning_rate", 0.001, 0.01),)))[1]
    assert both == "forked from Run 1: learning rate 0.001 → 0.01, conv1 and conv2 edited by hand"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"learning_rate": 0.01}, ("learning rate 0.001 → 0.01",)),
        ({"optimizer": "sgd"}, ("optimiser Adam → SGD",)),
        ({"frozen": ("conv1", "conv2")}, ("frozen conv1 and conv2",)),
        ({"seed": 8}, ("pictures in another order",)),
        ({"nesterov": True}, ("Nesterov on",)),
        ({"schedule": "cosine", "batch_size": 32}, ("batch size 64 → 32", "schedule constant → cosine")),
    ],
)
def test_settings_that_differ_in_words(changes, words):
    before = TrainingConfig()
    assert differences(forking.differences(before, dataclasses.replace(before, **changes))) == words


def test_no_layer_frozen_any_more_in_words():
    changes = forking.differences(TrainingConfig(frozen=("conv1",)), TrainingConfig())
    assert differences(changes) == ("nothing frozen",)


@pytest.fixture
def bridge(qtbot, monkeypatch):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", "thread")
    bridge = Bridge()
    bridge.open_run(SPEC, CONFIG, make_split(), data_key="embedded", preset_name="test")
    yield bridge
    bridge.close()


def fork(bridge, qtbot, entry, step, **changes):
    """Fork a run, and give the new one, which is shown."""
    found = []
    bridge.fork(entry.key, step, then=found.append, failed=pytest.fail, **changes)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    return found[0]


def forks_of(book, entry):
    return [event.words for event in told(book, entry) if event.label.startswith("forked")]


def settle(qtbot, entry, count):
    qtbot.waitUntil(lambda: sum(isinstance(e, KnobChanged) for e in entry.session.events) == count)


def test_a_fork_tells_what_it_changed_whatever_was_turned_before_and_since(bridge, qtbot):
    first = bridge.present
    bridge.set_knobs(momentum=0.7)
    train(bridge, qtbot, 3)
    child = fork(bridge, qtbot, first, 3, learning_rate=0.04, frozen=("conv1",))
    words = [f"forked from Run 1: learning rate {CONFIG.learning_rate:g} → 0.04, frozen conv1"]
    assert forks_of(bridge.book, child) == words
    # At the step of the fork itself, of both.
    bridge.set_knobs(learning_rate=0.5, weight_decay=0.1)
    settle(qtbot, child, 3)
    bridge.go_back()
    qtbot.waitUntil(lambda: bridge.present is first, timeout=20_000)
    bridge.set_knobs(learning_rate=0.3, momentum=0.1)
    settle(qtbot, first, 3)
    assert forks_of(bridge.book, child) == words
    # Of the fork's fork both are told, the first by what its parent is called by now.
    bridge.book.rename(first, "Warm-up")
    last = fork(bridge, qtbot, child, 3)
    told_now = [words[0].replace("Run 1", "Warm-up")]
    assert forks_of(bridge.book, last) == [*told_now, "forked from Run 2"]


def test_a_fork_from_a_file_tells_the_same_and_without_its_parent_too(bridge, qtbot):
    first = bridge.present
    train(bridge, qtbot, 3)
    child = fork(bridge, qtbot, first, 2, batch_size=5)
    read = [bridge.keep_run(e.session.record(), make_split(), data_key="embedded") for e in (first, child)]
    read[1].parent = Parent(read[0].key, "Run 1", 2)
    words = f"forked from Run 1: batch size {CONFIG.batch_size} → 5"
    assert forks_of(bridge.book, read[1]) == [words]
    bridge.delete_run(read[0].key)
    assert forks_of(bridge.book, read[1]) == [words]


def test_every_run_keeps_its_own_events(driver):
    window = driver.window

    def events():
        run = window._bridge.present
        return tuple((event.step, event.words) for event in told(window._bridge.book, run))

    window.show_page("train")
    driver.play_until(5)
    step = window.session.step_count
    assert events() == ((step, "paused"),)
    driver.click("restart_button")
    driver.settle()
    assert events() == ()
    window._bridge.go_back()
    assert events() == ((step, "paused"),)
