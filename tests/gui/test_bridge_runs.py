"""Several runs behind the one door: forks, runs that are left and opened again, deletion, memory."""

import numpy as np
import pytest

from engine.session_messages import Forked
from gui.bridge import Bridge, SessionState
from tests.gui.test_bridge import CONFIG, SPEC, make_split, train


@pytest.fixture(params=["process", "thread"])
def bridge(qtbot, request, monkeypatch):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", request.param)
    bridge = Bridge()
    bridge.open_run(SPEC, CONFIG, make_split(), data_key="embedded", preset_name="test")
    yield bridge
    bridge.close()


@pytest.fixture
def until(qtbot):
    return lambda condition: qtbot.waitUntil(condition, timeout=20_000)


def names(bridge):
    return [entry.name for entry in bridge.book]


def forked(bridge, until, step, **options):
    before = bridge.present
    failures = []
    bridge.fork(before.key, step, failed=failures.append, **options)
    until(lambda: bool(failures) or bridge.present is not before)
    return failures


def vector(bridge):
    return bridge.session.record().state.parameters.vector


def to_the_end(bridge, until):
    bridge.toggle()
    until(lambda: bridge.state is SessionState.FINISHED)
    bridge.session.close(keep_tape=True)
    return vector(bridge)


def test_a_fork_goes_on_from_a_recorded_step_to_the_same_end(bridge, qtbot, until):
    train(bridge, qtbot, 5)
    first = bridge.present
    assert forked(bridge, until, 3) == []
    child = bridge.present
    assert (child.name, child.session.step_count, child.parent.step) == ("Run 2", 3, 3)
    assert (child.parent.key, child.parent.name) == (first.key, "Run 1")
    assert child.hue != first.hue
    assert Forked(3, "Run 1") in child.session.events
    assert bridge.recorded_steps == (0, 1, 2, 3)
    assert list(bridge.pull(want_snapshot=False).steps["step"]) == [1, 2, 3]
    end = to_the_end(bridge, until)
    bridge.go_back()
    until(lambda: bridge.present is first)
    assert (bridge.state, bridge.session.step_count) == (SessionState.PAUSED, 5)
    assert bridge.recorded_steps == (0, 1, 2, 3, 4, 5)
    np.testing.assert_array_equal(to_the_end(bridge, until), end)


def test_where_the_tape_has_let_a_step_go_the_one_before_is_forked(bridge, qtbot, until):
    train(bridge, qtbot, 3)
    assert forked(bridge, until, 99) == []
    assert bridge.present.parent.step == 3


def test_a_run_that_trains_is_forked_at_the_step_it_had_come_to(bridge, until):
    bridge.set_knobs(epochs=5000)
    first = bridge.present
    bridge.toggle()
    until(lambda: first.session.step_count > 20)
    assert forked(bridge, until, None, learning_rate=0.5) == []
    child = bridge.present
    assert child.parent.step == first.session.step_count == child.session.step_count > 20
    assert child.session.config.learning_rate == 0.5
    assert child.info.config.learning_rate == 0.5


def test_a_fork_that_cannot_be_is_one_sentence_and_the_run_stays(bridge, qtbot, until):
    train(bridge, qtbot, 3)
    first = bridge.present
    (sentence,) = forked(bridge, until, 3, learning_rate=-1.0)
    assert sentence.startswith("learning_rate must be a number above 0")
    (sentence,) = forked(bridge, until, 3, frozen=("conv9",))
    assert "got 'conv9'" in sentence
    assert bridge.present is first
    assert names(bridge) == ["Run 1"]
    assert (bridge.state, bridge.recorded_steps) == (SessionState.PAUSED, (0, 1, 2, 3))
    train(bridge, qtbot, 1)
    bridge.fork("nobody", 1, failed=lambda text: pytest.fail(text) if "not there" not in text else None)


def test_runs_that_were_left_long_ago_open_where_they_were(bridge, qtbot, until):
    train(bridge, qtbot, 4)
    first = bridge.present
    left = vector(bridge).copy() if bridge._pool is None else None
    for _ in range(2):
        bridge.restart(new_seed=True)
        train(bridge, qtbot, 2)
    assert names(bridge) == ["Run 1", "Run 2", "Run 3"]
    until(lambda: not first.session.is_alive)
    assert first.put_away
    bridge.open_entry(first.key)
    until(lambda: bridge.present is first)
    assert (bridge.state, bridge.session.step_count, bridge.recorded_steps) == (
        SessionState.PAUSED,
        4,
        (0, 1, 2, 3, 4),
    )
    if left is not None:
        np.testing.assert_array_equal(vector(bridge), left)
    train(bridge, qtbot, 1)
    assert [entry.hue for entry in bridge.book] == [0, 1, 2]


def test_a_run_that_has_not_begun_leaves_no_entry_but_a_twin_does(bridge, qtbot, until):
    bridge.restart(new_seed=True)
    assert names(bridge) == ["Run 2"]
    train(bridge, qtbot, 2)
    assert forked(bridge, until, 0, learning_rate=0.25) == []
    assert bridge.session.step_count == 0
    bridge.restart(new_seed=True)
    assert names(bridge) == ["Run 2", "Run 3", "Run 4"]


def test_deleting_can_be_undone_but_not_of_what_is_shown(bridge, qtbot, until):
    train(bridge, qtbot, 2)
    first = bridge.present
    assert bridge.delete_run(first.key) is None
    bridge.restart(new_seed=True)
    train(bridge, qtbot, 1)
    undo = bridge.delete_run(first.key)
    assert names(bridge) == ["Run 2"]
    assert bridge.previous_name is None
    undo()
    assert names(bridge) == ["Run 1", "Run 2"]
    bridge.open_entry(first.key)
    until(lambda: bridge.present is first)
    assert bridge.session.step_count == 2


def test_a_run_that_is_deleted_while_it_is_opened_stays_deleted(bridge, qtbot, until, monkeypatch):
    train(bridge, qtbot, 2)
    first = bridge.present
    for _ in range(2):
        bridge.restart(new_seed=True)
        train(bridge, qtbot, 1)
    present = bridge.present
    assert first.put_away
    with monkeypatch.context() as patch:
        # Its process has still to end.
        patch.setattr(type(first.session), "is_alive", property(lambda session: True))
        bridge.open_entry(first.key)
        assert bridge._wishes.are_waiting
        bridge.delete_run(first.key)
    until(lambda: not bridge._wishes.are_waiting)
    assert bridge.present is present
    assert names(bridge) == ["Run 2", "Run 3"]


@pytest.fixture
def held(bridge):
    """Let no process or thread of a run end until it is called."""
    patch = pytest.MonkeyPatch()
    patch.setattr(type(bridge.session), "is_alive", property(lambda session: True))
    yield patch.undo
    patch.undo()


def test_of_two_forks_the_newer_one_is_opened_and_the_older_one_kept(bridge, qtbot, until, held):
    train(bridge, qtbot, 4)
    first, there = bridge.present, []
    bridge.fork(first.key, 1, then=lambda child: there.append((child, child is bridge.present)))
    bridge.fork(first.key, 3, then=lambda child: there.append((child, child is bridge.present)))
    assert bridge.is_leaving
    assert there == []
    held()
    until(lambda: len(there) == 2)
    assert not bridge.is_leaving
    assert [(child.name, child.parent.step, in_front) for child, in_front in there] == [
        ("Run 2", 1, False),
        ("Run 3", 3, True),
    ]
    assert names(bridge) == ["Run 1", "Run 2", "Run 3"]
    bridge.open_entry(there[0][0].key)
    until(lambda: bridge.present is there[0][0])
    train(bridge, qtbot, 1)
    assert bridge.session.step_count == 2


def test_a_run_that_is_opened_while_a_fork_waits_stays_in_front(bridge, qtbot, until, held):
    train(bridge, qtbot, 2)
    there = []
    bridge.fork(bridge.present.key, 1, then=there.append)
    bridge.restart(new_seed=True)
    fresh = bridge.present
    assert not bridge.is_leaving
    held()
    until(lambda: bool(there))
    assert bridge.present is fresh
    assert names(bridge) == ["Run 1", "Run 2", "Run 3"]
    assert there[0].parent.name == "Run 1"
    train(bridge, qtbot, 1)


def test_a_fork_of_a_run_that_is_deleted_meanwhile_is_one_sentence(bridge, qtbot, until, held):
    train(bridge, qtbot, 2)
    first, failures = bridge.present, []
    bridge.restart(new_seed=True)
    present = bridge.present
    bridge.fork(first.key, 1, failed=failures.append)
    assert not bridge.is_leaving
    bridge.delete_run(first.key)
    held()
    until(lambda: bool(failures))
    assert failures == ["Run 1 was deleted before it was forked."]
    assert bridge.present is present
    assert names(bridge) == ["Run 2"]


def test_a_run_that_made_room_for_nothing_comes_back(bridge, qtbot, until, held):
    train(bridge, qtbot, 2)
    first = bridge.present
    bridge.restart(new_seed=True)
    train(bridge, qtbot, 1)
    present = bridge.present
    bridge.fork(present.key, None, learning_rate=-1.0)
    bridge.fork(first.key, 1)
    bridge.delete_run(first.key)
    assert bridge.is_leaving
    held()
    until(lambda: not bridge.is_leaving)
    assert bridge.present is present
    assert names(bridge) == ["Run 2"]
    train(bridge, qtbot, 1)
    assert bridge.session.step_count == 2


def test_names_and_notes_are_kept_and_numbers_not_used_twice(bridge, qtbot):
    told = []
    bridge.book.changed.connect(lambda: told.append(1))
    bridge.book.rename(bridge.present, "Run 41")
    bridge.book.annotate(bridge.present, "wider")
    assert (bridge.present.name, bridge.info.name, bridge.present.note) == ("Run 41", "Run 41", "wider")
    assert len(told) == 2
    train(bridge, qtbot, 1)
    bridge.restart(new_seed=False)
    assert names(bridge) == ["Run 41", "Run 42"]


def test_tapes_of_all_runs_together_stay_within_a_limit(bridge, qtbot):
    bridge.set_knobs(epochs=40)
    for _ in range(3):
        if bridge.session.step_count:
            bridge.restart(new_seed=True)
        train(bridge, qtbot, 100)
    for entry in bridge.book:
        entry.session.close(keep_tape=True)
        assert len(entry.session.tape.steps) == 101
    oldest = next(iter(bridge.book))
    bridge.book.trim(limit=170 * oldest.initial.vector.nbytes)
    lengths = [len(entry.session.tape.steps) for entry in bridge.book]
    assert lengths[0] <= lengths[1] < 100
    assert lengths[2] == 101
    assert oldest.session.tape.steps[0] == 0
    assert oldest.session.tape.steps[-1] == 100
