"""How a training session ends, and how it goes on from a record."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import DataError
from engine.session import Failed, TrainingSession
from tests.engine.network_samples import SMALL, digits_like
from tests.engine.session_listener import (
    CONFIG,
    DATA,
    FAILED,
    FINISHED,
    PAUSED,
    STOPPED,
    TEST,
    Gate,
    Listener,
    session_of,
    unwatched,
)


def test_a_stopped_session_keeps_its_numbers_and_ignores_further_commands() -> None:
    with session_of(replace(CONFIG, epochs=10_000)) as (session, listener):
        session.start()
        listener.until(lambda: session.step_count >= 2)
        session.stop()
        listener.until_state(STOPPED)
        listener.until(lambda: not session.is_alive)
        count = session.step_count
        for command in (session.start, session.pause, session.step, session.request_snapshot):
            command()
        assert session.state is STOPPED
        assert not session.is_alive
        assert len(session.steps) == session.step_count == count
        last = session.snapshot()
        assert last is not None
        assert last.step == count
        assert session.drain_events() == ()


@pytest.mark.parametrize("command", ["start", "step", "run_epoch", "resume"])
def test_nothing_brings_a_stopped_session_back(command: str) -> None:
    gate = Gate()
    with session_of(replace(CONFIG, epochs=10_000, augmentation=gate)) as (session, listener):
        session.start()
        listener.until(gate.waits.is_set)
        session.stop()
        getattr(session, command)()
        gate.open()
        listener.until(lambda: not session.is_alive)
        assert session.state is STOPPED
        assert session.step_count == 1


def test_a_diverged_run_fails_with_its_step_and_advice() -> None:
    class Poison:
        def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
            self.calls = getattr(self, "calls", 0) + 1
            return pictures * np.float32(np.nan) if self.calls == 4 else pictures

    with session_of(replace(CONFIG, augmentation=Poison())) as (session, listener):
        session.start()
        listener.until_state(FAILED)
        listener.until(lambda: listener.events)
        (failure,) = listener.events
        assert isinstance(failure, Failed)
        assert failure.step == 4
        assert "step 4" in failure.message
        assert "learning rate ten times smaller" in failure.advice
        assert failure.details == ""
        listener.until(lambda: not session.is_alive)
        last = session.snapshot()
        assert last is not None
        assert last.step == 3
        assert np.isfinite(last.parameters.vector).all()


def test_an_unexpected_error_fails_the_run_with_its_details(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
            raise RuntimeError("no such thing")

    with session_of(replace(CONFIG, augmentation=Broken())) as (session, listener):
        session.start()
        listener.until_state(FAILED)
        listener.until(lambda: listener.events)
        (failure,) = listener.events
        assert isinstance(failure, Failed)
        assert failure.step == 0
        assert "an error in the program: no such thing" in failure.message
        assert failure.advice
        assert "Traceback" in failure.details
        assert "RuntimeError" in failure.details
    assert "training of Run 1 failed" in caplog.text


@pytest.mark.parametrize("stop_at", [1, 4, 9])
def test_a_recorded_run_goes_on_bit_for_bit(stop_at: int) -> None:
    config = replace(CONFIG, averaging=0.9, schedule="onecycle")
    with session_of(config, test_data=TEST, name="Run 7") as (session, listener):
        for _ in range(stop_at):
            session.step()
            listener.until_state(PAUSED)
        session.close()
        record = session.record()
    assert (record.name, record.state.position.step) == ("Run 7", stop_at)
    with session_of(record.config, record=record, name=record.name) as (session, listener):
        assert session.state is PAUSED
        assert session.step_count == stop_at == len(session.steps)
        np.testing.assert_array_equal(session.initial.vector, record.initial.vector)
        first = session.snapshot()
        assert first is not None
        assert first.step == stop_at
        session.start()
        listener.until_state(FINISHED)
        session.close()
        again = session.record()
    assert [row[0] for row in again.steps] == list(range(1, 10 if stop_at < 9 else 9 + 1))
    np.testing.assert_array_equal(again.state.parameters.vector, unwatched(config))
    assert again.state.averaged is not None


def test_the_speed_of_a_restored_run_is_its_own() -> None:
    with session_of(replace(CONFIG, epochs=200)) as (session, listener):
        session.start()
        listener.until_state(FINISHED)
        usual = session.progress.images_per_second
        session.close()
        record = session.record()
    with session_of(replace(CONFIG, epochs=300), record=record) as (session, listener):
        assert session.progress.images_per_second == 0
        session.step()
        listener.until_state(PAUSED)
        assert session.progress.images_per_second < 5 * usual


def test_a_record_of_other_data_is_refused() -> None:
    with session_of() as (session, listener):
        session.step()
        session.step()
        listener.until_state(PAUSED)
        listener.until(lambda: session.step_count == 2)
        session.close()
        record = session.record()
    with pytest.raises(DataError, match="stands at picture 64 of its data, got data of 40"):
        TrainingSession(SMALL, CONFIG, digits_like(40), record=record)


def prepare(session: TrainingSession, listener: Listener, moment: str) -> None:
    """Bring a session to a moment of its life."""
    if moment == "running":
        session.start()
        listener.until(lambda: session.step_count > 1)
    elif moment == "starting":
        session.start()
    elif moment == "paused":
        session.step()
        listener.until_state(PAUSED)
    elif moment == "pausing":
        session.start()
        session.pause()
    elif moment == "finished":
        session.set_knobs(batch_size=96)
        session.start()
        listener.until_state(FINISHED)
    elif moment == "asked":
        session.start()
        session.request_snapshot()
    elif moment == "stopped":
        session.start()
        session.stop()


MOMENTS = ["new", "starting", "running", "pausing", "paused", "asked", "finished", "stopped"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_closing_at_any_moment_ends_the_thread_for_good(moment: str) -> None:
    before = threading.active_count()
    config = CONFIG if moment == "finished" else replace(CONFIG, epochs=10_000)
    session = TrainingSession(SMALL, config, DATA, test_data=TEST)
    prepare(session, Listener(session), moment)
    session.close()
    assert session.state is STOPPED
    session.close()
    session.start()
    session.set_knobs(learning_rate=0.5)
    session.request_snapshot()
    assert threading.active_count() == before
    assert not session.is_alive
    record = session.record()
    assert record.state.position.step == len(record.steps)


def test_commands_from_many_threads_start_one_thread() -> None:
    before = threading.active_count()
    with session_of(replace(CONFIG, epochs=10_000)) as (session, listener):
        together = threading.Barrier(8)

        def press() -> None:
            together.wait()
            session.start()

        presses = [threading.Thread(target=press) for _ in range(8)]
        for thread in presses:
            thread.start()
        for thread in presses:
            thread.join()
        listener.until(lambda: session.step_count > 2)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
