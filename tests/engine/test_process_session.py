"""Training in a process of its own, behind the session's unchanged interface."""

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, NetworkSpec, ReLU, TrainingConfig
from engine.augment import GENTLE
from engine.forking import fork
from engine.process_session import ProcessSession, WorkerPool
from engine.session import Failed, KnobChanged, SessionState, StateChanged, TrainingSession

SPEC = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
CONFIG = TrainingConfig(epochs=3, batch_size=32, augmentation=GENTLE, seed=5, workers=2)


@pytest.fixture(scope="module")
def pool():
    pool = WorkerPool()
    yield pool
    pool.close()


@pytest.fixture
def make(pool):
    sessions = []

    def build(config=CONFIG, **options):
        pool.warm()
        sessions.append(ProcessSession(SPEC, config, make_data(), pool=pool, **options))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()
        assert not session.is_alive


def make_data(count=96):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, count)


def wait_for(condition, seconds=30.0):
    waiting = threading.Event()
    for _ in range(int(seconds / 0.002)):
        if condition():
            return
        waiting.wait(0.002)
    pytest.fail("it did not happen in time")


def wait_for_state(session, *states):
    wait_for(lambda: session.state in states)


def test_it_is_bit_equal_to_training_on_a_thread(make):
    process, thread = make(), TrainingSession(SPEC, CONFIG, make_data())
    for session in (process, thread):
        session.start()
        while session.state in (SessionState.READY, SessionState.RUNNING):
            session.request_snapshot()
            session.snapshot()
            threading.Event().wait(0.002)
        assert session.state is SessionState.FINISHED
        session.close()
    np.testing.assert_array_equal(
        process.record().state.parameters.vector, thread.record().state.parameters.vector
    )
    np.testing.assert_array_equal(process.steps.since(0), thread.steps.since(0))
    assert process.record().state.position == thread.record().state.position


def test_steps_pauses_and_epochs_are_obeyed(make):
    session = make(test_data=make_data(20))
    session.step()
    session.step()
    wait_for(lambda: session.step_count == 2 and session.state is SessionState.PAUSED)
    session.run_epoch()
    wait_for(lambda: session.step_count == 3 and session.state is SessionState.PAUSED)
    assert [row["step"] for row in session.steps.since(0)] == [1, 2, 3]
    assert len(session.tests) >= 1
    assert session.progress.epoch == 1.0
    states = [e.state for e in session.drain_events() if isinstance(e, StateChanged)]
    assert states[0] is SessionState.RUNNING
    assert states[-1] is SessionState.PAUSED


def test_a_snapshot_is_private_read_only_and_of_the_step_it_names(make):
    session = make()
    assert session.snapshot().step == 0
    session.step()
    wait_for_state(session, SessionState.PAUSED)
    session.request_snapshot()
    session.request_snapshot()
    found = []
    wait_for(lambda: found.append(session.snapshot()) or found[-1] is not None)
    snapshot = found[-1]
    assert snapshot.step == 1
    with pytest.raises(ValueError, match="read-only"):
        snapshot.parameters.vector[0] = 1
    assert not np.array_equal(snapshot.parameters.vector, session.initial.vector)


def test_knobs_act_in_the_other_process_and_are_told(make):
    session = make()
    session.step()
    wait_for_state(session, SessionState.PAUSED)
    session.drain_events()
    session.set_knobs(batch_size=16, learning_rate=0.25)
    session.step()
    wait_for(lambda: session.step_count == 2 and session.state is SessionState.PAUSED)
    changes = [e for e in session.drain_events() if isinstance(e, KnobChanged)]
    assert {(c.name, c.old, c.new) for c in changes} == {
        ("batch_size", 32, 16),
        ("learning_rate", CONFIG.learning_rate, 0.25),
    }
    assert session.steps.since(1)["learning_rate"][0] == 0.25


def test_a_knob_set_before_the_start_goes_with_the_run(make):
    session = make()
    session.set_knobs(learning_rate=0.125)
    session.step()
    wait_for_state(session, SessionState.PAUSED)
    assert session.steps.since(0)["learning_rate"][0] == 0.125


def test_divergence_is_told_with_step_and_advice(make):
    session = make(replace(CONFIG, learning_rate=1e38, optimizer="sgd", augmentation=None))
    session.start()
    wait_for_state(session, SessionState.FAILED)
    failure = next(e for e in session.drain_events() if isinstance(e, Failed))
    assert failure.step >= 1
    assert "learning rate" in failure.advice
    session.close()
    assert np.isfinite(session.record().state.parameters.vector).all()


def test_a_knob_turned_while_the_process_starts_is_told(make, pool, monkeypatch):
    turned, take = threading.Event(), pool.take

    def take_late():
        assert turned.wait(30)
        return take()

    monkeypatch.setattr(pool, "take", take_late)
    session = make()
    session.step()
    session.set_knobs(learning_rate=0.125)
    turned.set()
    wait_for(lambda: session.step_count == 1 and session.state is SessionState.PAUSED)
    wait_for(lambda: any(isinstance(event, KnobChanged) for event in session.events))
    change = next(event for event in session.events if isinstance(event, KnobChanged))
    assert (change.name, change.old, change.new) == ("learning_rate", CONFIG.learning_rate, 0.125)


def test_a_process_that_is_killed_is_told_and_loses_no_more_than_the_last_snapshot(make):
    session = make(replace(CONFIG, epochs=10_000))
    session.start()
    taken = []

    def have_snapshot():
        session.request_snapshot()
        snapshot = session.snapshot()
        if snapshot is not None and snapshot.step > 3:
            taken.append(snapshot)
        return taken

    wait_for(have_snapshot)
    session._worker.process.kill()
    wait_for_state(session, SessionState.FAILED)
    failure = next(e for e in session.drain_events() if isinstance(e, Failed))
    assert "ended unexpectedly" in failure.message
    session.close()
    assert session.record().state.position.step >= taken[-1].step


def test_a_run_whose_process_was_killed_is_where_its_weights_are(make):
    session = make(replace(CONFIG, epochs=10_000))
    session.start()
    # Nobody has asked for a snapshot.
    wait_for(lambda: session.step_count > 20)
    session._worker.process.kill()
    wait_for_state(session, SessionState.FAILED)
    session.close()
    record = session.record()
    assert session.step_count == record.state.position.step == record.recording.tape.steps[-1]
    assert record.steps["step"].tolist() == list(range(1, session.step_count + 1))
    assert record.recording.tape.items[-1].tobytes() == record.state.parameters.vector.tobytes()


def test_a_fork_whose_process_was_killed_after_its_replay_keeps_what_came_then(make):
    parent = make()
    for _ in range(5):
        parent.step()
    wait_for(lambda: parent.step_count == 5 and parent.state is SessionState.PAUSED)
    parent.close(keep_tape=True)
    record = fork(parent.record(), 3, name="fork", count=96)
    assert record.replay is not None
    session = make(record.config, record=record)
    session.run_epoch()
    wait_for(lambda: session.step_count == 6 and session.state is SessionState.PAUSED)
    wait_for(lambda: session._newest is not None and session._newest.step == 6)
    session._worker.process.kill()
    wait_for_state(session, SessionState.FAILED)
    session.close()
    found = session.record()
    assert found.replay is None
    assert found.state.position.step == session.step_count == 6
    assert found.state.parameters.vector.tobytes() == session._newest.parameters.vector.tobytes()


def test_a_helper_that_is_killed_does_not_stop_the_run(make):
    session = make(replace(CONFIG, epochs=10_000))
    session.start()
    wait_for(lambda: session.step_count > 3)
    helpers = children(session._worker.process.pid)
    assert len(helpers) >= 1
    for helper in helpers:
        os.kill(helper, signal.SIGKILL)
    before = session.step_count
    wait_for(lambda: session.step_count > before + 20)
    assert session.state is SessionState.RUNNING


def children(pid):
    """Give the processes that another one has started, as Linux tells them."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_parent_that_dies_leaves_no_process(make):
    session = make(replace(CONFIG, epochs=10_000))
    session.start()
    wait_for(lambda: session.step_count > 3)
    process = session._worker.process
    # What the operating system does to the pipes of a process that has died.
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_run_goes_on_bit_for_bit_after_it_was_closed(make):
    first = make()
    for _ in range(4):
        first.step()
    wait_for(lambda: first.step_count == 4 and first.state is SessionState.PAUSED)
    first.close()
    second = make(record=first.record())
    assert second.state is SessionState.PAUSED
    assert second.step_count == 4
    second.start()
    wait_for_state(second, SessionState.FINISHED)
    unbroken = make()
    unbroken.start()
    wait_for_state(unbroken, SessionState.FINISHED)
    for session in (second, unbroken):
        session.close()
    np.testing.assert_array_equal(
        second.record().state.parameters.vector, unbroken.record().state.parameters.vector
    )


def test_play_after_the_end_trains_as_many_epochs_again(make):
    session = make(replace(CONFIG, epochs=1))
    session.start()
    wait_for_state(session, SessionState.FINISHED)
    session.start()
    wait_for(lambda: session.step_count == 6 and session.state is SessionState.FINISHED)
    assert session.config.epochs == 2


def test_stopping_before_the_start_needs_no_process(make):
    session = make()
    session.stop()
    assert session.state is SessionState.STOPPED
    assert not session.is_alive


def test_it_says_that_it_is_starting_until_the_process_answers(make):
    session = make()
    assert not session.is_starting
    session.start()
    assert session.is_starting or session.state is not SessionState.READY
    wait_for(lambda: session.step_count > 0)
    assert not session.is_starting


def test_a_pause_that_comes_while_it_starts_is_obeyed(make):
    session = make(replace(CONFIG, epochs=10_000))
    session.start()
    session.pause()
    wait_for_state(session, SessionState.PAUSED)
    assert session.step_count <= 1
