"""The training session's life: commands in, states and events out, on a thread of its own."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Network
from engine.errors import ConfigError, DataError
from engine.session import KnobChanged, StateChanged, TrainingSession
from tests.engine.network_samples import EVERYTHING, SMALL
from tests.engine.session_listener import (
    CONFIG,
    DATA,
    FINISHED,
    PAUSED,
    READY,
    RUNNING,
    TEST,
    Gate,
    session_of,
    unwatched,
)


def test_a_new_session_is_at_rest_and_shows_the_first_values() -> None:
    with session_of() as (session, _):
        assert session.state is READY
        assert not session.is_alive
        first = session.snapshot()
        assert first is not None
        assert (first.step, first.epoch) == (0, 0)
        np.testing.assert_array_equal(first.parameters.vector, Network(SMALL, 5).parameters.vector)
        np.testing.assert_array_equal(session.initial.vector, first.parameters.vector)
        assert session.snapshot() is None
        assert session.drain_events() == ()
        assert session.progress.step == 0


def test_a_started_session_trains_all_its_epochs_and_says_so() -> None:
    with session_of(test_data=TEST) as (session, listener):
        session.start()
        listener.until(lambda: session.state is FINISHED)
        listener.until(lambda: FINISHED in listener.states)
        assert listener.events == [StateChanged(0, RUNNING), StateChanged(9, FINISHED)]
        last = session.snapshot()
        assert last is not None
        assert (last.step, last.epoch) == (9, 3)
        np.testing.assert_array_equal(last.parameters.vector, unwatched())
        progress = session.progress
        assert (progress.step, progress.epoch, progress.epochs) == (9, 3, 3)
        assert progress.images_per_second > 0
        assert progress.seconds_left == 0
        assert progress.test_accuracy is not None


def test_pause_waits_after_the_present_step_and_resume_goes_on() -> None:
    gate = Gate()
    with session_of(replace(CONFIG, epochs=50, augmentation=gate)) as (session, listener):
        session.start()
        listener.until(gate.waits.is_set)
        session.pause()
        assert session.state is RUNNING
        gate.open()
        listener.until_state(PAUSED)
        assert session.step_count == 1
        session.resume()
        listener.until_state(RUNNING)
        listener.until(lambda: session.step_count > 3)
        session.pause()
        listener.until_state(PAUSED)
        stopped_at = session.step_count
        snapshot = session.snapshot()
        assert snapshot is not None
        assert snapshot.step == stopped_at == len(session.steps)


def test_step_trains_one_batch_and_pauses() -> None:
    with session_of() as (session, listener):
        for count in (1, 2, 3, 4):
            session.step()
            listener.until_state(PAUSED)
            assert session.step_count == count
        last = session.snapshot()
        assert last is not None
        np.testing.assert_array_equal(last.parameters.vector, unwatched(steps=4))


def test_steps_that_are_asked_for_at_once_are_all_taken() -> None:
    gate = Gate()
    with session_of(replace(CONFIG, epochs=9, augmentation=gate)) as (session, listener):
        session.step()
        listener.until(gate.waits.is_set)
        session.step()
        session.step()
        gate.open()
        listener.until(lambda: session.step_count == 3 and session.state is PAUSED)


def test_run_epoch_ends_with_the_epoch_from_wherever_it_began() -> None:
    with session_of() as (session, listener):
        session.step()
        listener.until_state(PAUSED)
        for count in (3, 6):
            session.run_epoch()
            listener.until_state(PAUSED)
            assert session.step_count == count


def test_a_finished_session_trains_as_many_epochs_again_and_the_same_way() -> None:
    with session_of() as (session, listener):
        session.start()
        listener.until_state(FINISHED)
        session.start()
        listener.until_state(RUNNING)
        assert session.config.epochs == 6
        listener.until_state(FINISHED)
        assert session.step_count == 18
        last = session.snapshot()
        assert last is not None
        np.testing.assert_array_equal(last.parameters.vector, unwatched(replace(CONFIG, epochs=6)))
        session.step()
        listener.until_state(PAUSED)
        assert session.step_count == 19


def test_a_changed_knob_is_an_event_with_the_old_and_the_new_value() -> None:
    with session_of(replace(CONFIG, epochs=10_000)) as (session, listener):
        session.step()
        listener.until_state(PAUSED)
        session.set_knobs(learning_rate=0.5, batch_size=32)
        session.set_knobs(momentum=0.5, batch_size=7)
        listener.until(lambda: len(listener.events) == 3)
        assert listener.events == [
            KnobChanged(1, "learning_rate", 0.01, 0.5),
            KnobChanged(1, "momentum", 0.9, 0.5),
            KnobChanged(1, "batch_size", 32, 7),
        ]
        assert session.state is PAUSED
        assert session.config == replace(CONFIG, epochs=10_000, learning_rate=0.5, momentum=0.5, batch_size=7)
        session.step()
        listener.until_state(PAUSED)
        assert session.steps.since(1)["learning_rate"][0] == np.float32(0.5)


@pytest.mark.parametrize(
    "changes",
    [{"learning_rate": 0}, {"momentum": 1}, {"batch_size": 0}, {"seed": 3}, {"epochs": 0}, {"depth": 1}],
)
def test_a_knob_that_is_not_allowed_changes_nothing(changes: dict[str, Any]) -> None:
    with session_of() as (session, listener):
        with pytest.raises(ConfigError):
            session.set_knobs(**changes)
        assert session.config == CONFIG
        session.start()
        listener.until_state(FINISHED)


def test_a_knob_set_before_the_start_counts_from_the_first_step() -> None:
    with session_of() as (session, listener):
        session.set_knobs(learning_rate=0.002)
        assert not session.is_alive
        session.start()
        listener.until_state(FINISHED)
        np.testing.assert_array_equal(session.steps.since(0)["learning_rate"], np.float32(0.002))


def test_data_that_does_not_fit_is_refused_before_any_thread_starts() -> None:
    with pytest.raises(DataError, match="reads pictures of shape"):
        TrainingSession(EVERYTHING, CONFIG, DATA)
    with pytest.raises(DataError, match="reads pictures of shape"):
        TrainingSession(SMALL, CONFIG, DATA, test_data=(DATA[0][:, :, 1:], DATA[1]))


def test_first_values_may_be_given() -> None:
    values = Network(SMALL, 77).parameters
    with session_of(parameters=values) as (session, _):
        np.testing.assert_array_equal(session.initial.vector, values.vector)
        assert session.initial.vector is not values.vector
