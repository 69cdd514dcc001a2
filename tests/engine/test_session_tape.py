"""Recording a run: on a thread and in a process, what the tape gives is the network that was there."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import Network, Trainer, TrainingConfig, session_readings
from engine.process_session import ProcessSession, WorkerPool
from engine.session import SessionState, TrainingSession
from engine.session_messages import TakeRecorded
from engine.tape import Recorded, Tape
from engine.wire import decode_command, encode_command
from tests.engine.network_samples import SMALL
from tests.engine.session_listener import DATA, PATIENCE_S

CONFIG = TrainingConfig(epochs=20, batch_size=32, learning_rate=0.01, seed=5)
ENDLESS = TrainingConfig(epochs=100_000, batch_size=32, learning_rate=0.01, seed=5)
Make = Callable[..., TrainingSession]


@pytest.fixture
def make(host: Make) -> Make:
    return lambda config=CONFIG, **options: host(SMALL, config, DATA, **options)


def until(condition: Callable[[], object]) -> None:
    waiting = threading.Event()
    for _ in range(int(PATIENCE_S / 0.002)):
        if condition():
            return
        waiting.wait(0.002)
    raise AssertionError(f"not in {PATIENCE_S} s")


def taken(session: TrainingSession, step: int) -> Recorded:
    found: list[Recorded | None] = []
    session.request_recorded(step)
    until(lambda: found.append(session.recorded()) or found[-1] is not None)
    assert found[-1] is not None
    return found[-1]


def trained(config: TrainingConfig, steps: int) -> list[NDArray[Any]]:
    """The parameters after 0, 1, ... steps, without any session."""
    trainer = Trainer(Network(SMALL, config.seed), config)
    vectors = [trainer.network.parameters.vector.copy()]
    for report in trainer.run(DATA):
        vectors.append(trainer.network.parameters.vector.copy())
        if report.step == steps:
            break
    return vectors


def run_to_the_end(session: TrainingSession) -> None:
    session.start()
    until(lambda: session.state is SessionState.FINISHED)


def test_every_recorded_step_is_the_network_that_was_there_bit_for_bit(make: Make) -> None:
    session = make()
    run_to_the_end(session)
    until(lambda: len(session.recorded_steps) == 61)
    wanted = trained(CONFIG, 60)
    for step in session.recorded_steps:
        found = taken(session, step)
        assert found.step == step
        np.testing.assert_array_equal(found.parameters.vector, wanted[step])


def test_recording_and_scrubbing_change_no_bit(make: Make) -> None:
    session = make()
    session.start()
    while session.state in (SessionState.READY, SessionState.RUNNING):
        session.request_recorded(session.step_count // 2)
        session.recorded()
    session.close()
    np.testing.assert_array_equal(session.record().state.parameters.vector, trained(CONFIG, 60)[60])


def test_the_tape_begins_before_the_first_step(make: Make) -> None:
    session = make()
    assert session.recorded_steps == (0,)
    np.testing.assert_array_equal(taken(session, 7).parameters.vector, session.initial.vector)


def test_the_tape_answers_while_the_run_trains(make: Make) -> None:
    session = make(ENDLESS)
    session.start()
    until(lambda: session.step_count > 20)
    found = taken(session, 13)
    assert session.state is SessionState.RUNNING
    np.testing.assert_array_equal(found.parameters.vector, trained(ENDLESS, 13)[found.step])


def test_the_step_at_which_a_run_pauses_is_on_the_tape(make: Make) -> None:
    session = make(ENDLESS)
    session.start()
    until(lambda: session.step_count > 20)
    session.pause()
    until(lambda: session.state is SessionState.PAUSED)
    until(lambda: session.recorded_steps[-1] == session.step_count)
    assert taken(session, 10**9).step == session.step_count


@pytest.mark.parametrize("end", ["stop", "diverge"])
def test_the_whole_tape_stays_readable_after_the_run_has_ended(make: Make, end: str) -> None:
    config = ENDLESS if end == "stop" else replace(ENDLESS, optimizer="sgd")
    session = make(config)
    for _ in range(5):
        session.step()
    until(lambda: session.step_count == 5 and session.state is SessionState.PAUSED)
    if end == "stop":
        session.stop()
        until(lambda: session.state is SessionState.STOPPED and not session.is_alive)
    else:
        session.set_knobs(learning_rate=1e38)
        session.start()
        until(lambda: session.state is SessionState.FAILED and not session.is_alive)
    assert session.recorded_steps[:6] == (0, 1, 2, 3, 4, 5)
    wanted = trained(config, 5)
    for step in range(6):
        np.testing.assert_array_equal(taken(session, step).parameters.vector, wanted[step])
    session.close()
    assert taken(session, 3).step == 3


@pytest.mark.parametrize("with_recording", [True, False])
def test_a_reopened_run_goes_on_with_its_recording(make: Make, with_recording: bool) -> None:
    first = make()
    for _ in range(4):
        first.step()
    until(lambda: first.step_count == 4 and first.state is SessionState.PAUSED)
    first.close(keep_tape=True)
    record = first.record()
    begin = 0 if with_recording else 4
    second = make(record=record if with_recording else replace(record, recording=None))
    assert second.recorded_steps == tuple(range(begin, 5))
    run_to_the_end(second)
    until(lambda: second.recorded_steps[-1] == 60)
    assert second.recorded_steps[:3] == (begin, begin + 1, begin + 2)
    assert taken(second, 0).step == begin
    np.testing.assert_array_equal(taken(second, 9).parameters.vector, trained(CONFIG, 9)[9])


def test_requests_never_queue_up_and_the_newest_is_answered(pool: WorkerPool) -> None:
    pool.warm()
    session = ProcessSession(SMALL, ENDLESS, DATA, pool=pool)
    sent: list[int] = []
    write = session._write
    session._write = lambda command: sent.append(1) or write(command)  # type: ignore[method-assign, assignment]
    try:
        session.start()
        until(lambda: session.step_count > 20)
        sent.clear()
        with session._lock:
            for step in range(1, 20):
                session.request_recorded(step)
        answers: list[int] = []

        def last_came() -> bool:
            found = session.recorded()
            if found is not None:
                answers.append(found.step)
            return answers[-1:] == [19]

        until(last_came)
        assert len(sent) == 2
        assert session._step_asked is None
    finally:
        session.close()


def test_a_process_that_is_killed_leaves_the_first_and_its_newest_snapshot(pool: WorkerPool) -> None:
    pool.warm()
    session = ProcessSession(SMALL, ENDLESS, DATA, pool=pool)
    try:
        session.start()
        until(lambda: session.step_count > 20)
        session.request_snapshot()
        until(lambda: not session._asked)
        assert session._worker is not None
        session._worker.process.kill()
        session.request_recorded(3)
        until(lambda: session.state is SessionState.FAILED and not session.is_alive)
        first, newest = session.recorded_steps
        assert (first, newest) == (0, session.step_count)
        assert newest > 0
    finally:
        session.close()


def test_a_run_that_is_let_go_does_not_send_its_tape(pool: WorkerPool) -> None:
    pool.warm()
    session = ProcessSession(SMALL, ENDLESS, DATA, pool=pool)
    session.start()
    until(lambda: session.step_count > 20)
    session.let_go()
    until(lambda: not session.is_alive)
    assert session.recorded_steps == (0, session.step_count)


def test_a_request_travels_as_a_command() -> None:
    assert decode_command(encode_command(TakeRecorded(7))) == TakeRecorded(7)


def test_the_first_values_are_recorded_of_what_the_run_was_given() -> None:
    given = Network(SMALL, 9).parameters
    session = TrainingSession(SMALL, CONFIG, DATA, parameters=given)
    assert isinstance(session.tape, Tape)
    np.testing.assert_array_equal(session.tape.at(0).parameters.vector, given.vector)


@pytest.mark.parametrize("asked", [False, True])
def test_training_rests_between_steps_while_the_tape_is_asked_and_gives_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(session_readings.time, "sleep", rests.append)
    monkeypatch.setattr(session_readings, "GIVING_WAY_SECONDS", 1000.0 if asked else -1.0)
    session = TrainingSession(SMALL, CONFIG, DATA)
    session.request_recorded(0)
    run_to_the_end(session)
    assert (session_readings.REST_SECONDS in rests) is asked
    np.testing.assert_array_equal(taken(session, 60).parameters.vector, trained(CONFIG, 60)[60])
    session.close()
