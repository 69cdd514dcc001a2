"""A session that writes its run to a folder while it trains, on a thread and in a process."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.formats.run_folder import RunFolder, read_run_folder
from engine.process_session import ProcessSession, WorkerPool
from engine.saver import Saver
from engine.session import SessionState, TrainingSession
from engine.session_messages import KnobChanged, RunSaved, Saved, SaveFailed, SaveRun
from engine.wire import decode_command, decode_saved, encode_command, encode_saved
from tests.engine.network_samples import SMALL
from tests.engine.project_samples import CONFIG, DATA, Training, assert_same_run
from tests.engine.session_listener import PATIENCE_S, Gate, Listener, session_of, unwatched

LONG = replace(CONFIG, epochs=10_000)
Make = Callable[..., TrainingSession]


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Give processes that wait to train."""
    pool = WorkerPool()
    yield pool
    pool.close()


@pytest.fixture(params=["thread", "process"])
def make(request: pytest.FixtureRequest, pool: WorkerPool) -> Iterator[Make]:
    """Make sessions of both kinds, and close them."""
    sessions: list[TrainingSession] = []

    def build(config: Any = LONG, **options: Any) -> TrainingSession:
        if request.param == "thread":
            session = TrainingSession(SMALL, config, DATA, **options)
        else:
            pool.warm()
            session = ProcessSession(SMALL, config, DATA, pool=pool, **options)
        sessions.append(session)
        return session

    yield build
    for session in sessions:
        session.close()
        assert not session.is_alive


def answer(session: TrainingSession) -> Saved:
    """Wait for the answer to a request."""
    found: list[Saved] = []

    def told() -> bool:
        saved = session.saved()
        if saved is not None:
            found.append(saved)
        return bool(found)

    Listener(session).until(told)
    return found[0]


def save(session: TrainingSession, folder: Path) -> Saved:
    session.send(SaveRun(str(folder), "embedded"))
    return answer(session)


def test_a_run_is_saved_while_it_trains_and_goes_on_from_there(make: Make, tmp_path: Path) -> None:
    session = make()
    session.start()
    Listener(session).until(lambda: session.step_count >= 20)
    first = save(session, tmp_path / "run")
    assert isinstance(first, RunSaved)
    assert first.folder == str(tmp_path / "run")
    found, data = read_run_folder(tmp_path / "run")
    assert data == "embedded"
    assert found.state.position.step == first.step >= 20
    np.testing.assert_array_equal(found.state.parameters.vector, unwatched(LONG, first.step))
    assert list(found.steps["step"]) == list(range(1, first.step + 1))
    assert found.recording is not None
    assert found.recording.tape.steps[-1] <= first.step
    # It trained on, and the next one is later.
    Listener(session).until(lambda: session.step_count > first.step + 5)
    second = save(session, tmp_path / "run")
    assert isinstance(second, RunSaved)
    assert second.step > first.step
    assert read_run_folder(tmp_path / "run")[0].state.position.step == second.step


def test_saving_changes_nothing_of_the_training(make: Make, tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=20)
    session = make(config)
    listener = Listener(session)
    session.start()
    while session.state is not SessionState.FINISHED:
        session.send(SaveRun(str(tmp_path / "run"), "d"))
        listener.until(lambda: session.saved() is not None or session.state is SessionState.FINISHED)
    session.close()
    np.testing.assert_array_equal(session.record().state.parameters.vector, unwatched(config))
    assert not any(isinstance(event, RunSaved) for event in session.events)


def test_a_paused_run_is_saved(make: Make, tmp_path: Path) -> None:
    session = make()
    session.step()
    Listener(session).until_state(SessionState.PAUSED)
    assert save(session, tmp_path / "run") == RunSaved(1, str(tmp_path / "run"))
    session.close()
    found, _ = read_run_folder(tmp_path / "run")
    np.testing.assert_array_equal(found.state.parameters.vector, session.record().state.parameters.vector)


def test_a_finished_run_is_saved(make: Make, tmp_path: Path) -> None:
    session = make(replace(CONFIG, epochs=1))
    session.start()
    Listener(session).until_state(SessionState.FINISHED)
    assert save(session, tmp_path / "run") == RunSaved(3, str(tmp_path / "run"))


def test_a_folder_that_cannot_be_written_is_told_and_the_run_goes_on(make: Make, tmp_path: Path) -> None:
    session = make()
    session.start()
    told = save(session, tmp_path / "gone" / "run")
    assert isinstance(told, SaveFailed)
    assert told.sentence == "Run 1 could not be saved: no such file or directory."
    before = session.step_count
    Listener(session).until(lambda: session.step_count > before + 3)
    assert isinstance(save(session, tmp_path / "run"), RunSaved)


def test_a_run_that_was_saved_goes_on_in_another_session(make: Make, tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=10)
    session = make(config)
    for _ in range(2):
        session.run_epoch()
        Listener(session).until_state(SessionState.PAUSED)
    save(session, tmp_path / "run")
    session.close()
    found, _ = read_run_folder(tmp_path / "run")
    later = make(config, record=found)
    later.start()
    Listener(later).until_state(SessionState.FINISHED)
    later.close()
    np.testing.assert_array_equal(later.record().state.parameters.vector, unwatched(config))
    RunFolder(tmp_path / "run").write(later.record(), data="d")
    assert_same_run(read_run_folder(tmp_path / "run")[0], later.record())


def test_where_a_run_was_when_it_was_saved_is_on_its_tape_again(make: Make, tmp_path: Path) -> None:
    """Saved while it trains, at a step that its tape did not keep."""
    session = make()
    session.start()
    Listener(session).until(lambda: session.step_count > 3)
    session.pause()
    Listener(session).until(lambda: session.state is SessionState.PAUSED)
    save(session, tmp_path / "run")
    session.close()
    record, _ = read_run_folder(tmp_path / "run")
    assert record.recording is not None
    step = record.state.position.step
    # The tape as it is when a run is saved between two steps that it keeps.
    poor = replace(record, recording=replace(record.recording, tape=record.recording.tape.until(step - 1)))
    again = make(record.config, record=poor)
    assert again.recorded_steps[-1] == again.step_count == step
    again.request_recorded(step)
    found = again.recorded()
    assert found is not None
    assert found.parameters.vector.tobytes() == record.state.parameters.vector.tobytes()


def test_training_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, goes_on = threading.Event(), threading.Event()

    def slow(self: RunFolder, record: Any, *, data: str) -> int:
        writes.set()
        assert goes_on.wait(PATIENCE_S)
        return 0

    monkeypatch.setattr(RunFolder, "write", slow)
    with session_of(LONG) as (session, listener):
        session.start()
        session.send(SaveRun(str(tmp_path / "run"), "d"))
        assert writes.wait(PATIENCE_S)
        before = session.step_count
        listener.until(lambda: session.step_count > before + 10)
        goes_on.set()
        assert isinstance(answer(session), RunSaved)


def test_never_two_at_once_and_the_newest_request_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    permits = threading.Semaphore(0)
    begun, ended, told = [], [], []

    def slow(self: RunFolder, record: Any, *, data: str) -> int:
        assert len(begun) == len(ended)
        begun.append(data)
        assert permits.acquire(timeout=PATIENCE_S)
        ended.append(data)
        return 0

    monkeypatch.setattr(RunFolder, "write", slow)
    record = Training().record_after(0)
    saver = Saver(told.append)
    saver.save(SaveRun("/x", "first"), record)
    while not begun:
        pass
    for name in ("second", "third"):
        saver.save(SaveRun("/x", name), record)
    permits.release()
    permits.release()
    while len(told) < 2:
        pass
    saver.close()
    assert begun == ended == ["first", "third"]
    assert told == [RunSaved(0, "/x")] * 2


def test_closing_waits_for_what_is_written_and_drops_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    writes, goes_on = threading.Event(), threading.Event()

    def slow(self: RunFolder, record: Any, *, data: str) -> int:
        begun.append(data)
        writes.set()
        assert goes_on.wait(PATIENCE_S)
        return 0

    monkeypatch.setattr(RunFolder, "write", slow)
    record = Training().record_after(0)
    saver = Saver(lambda told: None)
    saver.save(SaveRun("/x", "first"), record)
    assert writes.wait(PATIENCE_S)
    saver.save(SaveRun("/x", "second"), record)
    closing = threading.Thread(target=saver.close)
    closing.start()
    while saver._waiting is not None:
        pass
    goes_on.set()
    closing.join(PATIENCE_S)
    assert begun == ["first"]


def test_an_error_nobody_foresaw_is_told(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(self: RunFolder, record: Any, *, data: str) -> int:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(RunFolder, "write", broken)
    told: list[Saved] = []
    saver = Saver(told.append)
    saver.save(SaveRun("/x", "d"), Training().record_after(0))
    while not told:
        pass
    saver.close()
    assert told == [SaveFailed(0, "/x", "Run 1 could not be saved: by zero.")]


def test_saving_waits_for_the_step_to_end(tmp_path: Path) -> None:
    gate = Gate()
    with session_of(replace(LONG, augmentation=gate)) as (session, _listener):
        session.start()
        assert gate.waits.wait(PATIENCE_S)
        session.send(SaveRun(str(tmp_path / "run"), "d"))
        assert session.saved() is None
        gate.open()
        told = answer(session)
        # An augmentation of a test cannot be written: it is told, and nothing breaks.
        assert isinstance(told, SaveFailed)
        assert told.step >= 1


@pytest.mark.parametrize("saved", [RunSaved(7, "/é"), SaveFailed(7, "/x", "why.")])
def test_messages_cross_the_pipe(saved: Saved) -> None:
    assert decode_saved(encode_saved(saved)) == saved
    command = SaveRun("/é", "embedded")
    assert decode_command(encode_command(command)) == command


def test_a_knob_that_was_turned_is_saved_with_the_run(make: Make, tmp_path: Path) -> None:
    session = make()
    session.set_knobs(momentum=0.8)
    session.step()
    listener = Listener(session)
    listener.until_state(SessionState.PAUSED)
    session.set_knobs(learning_rate=0.0123)
    listener.until(lambda: session.recorded_config.learning_rate == 0.0123)
    save(session, tmp_path / "run")
    found, _ = read_run_folder(tmp_path / "run")
    assert (found.config.learning_rate, found.config.momentum) == (0.0123, 0.8)
    session.close()
    assert session.record().config == found.config


@pytest.mark.parametrize("stopping", [False, True], ids=["stopped", "stopping"])
def test_what_is_set_after_the_end_is_for_another_run(make: Make, stopping: bool) -> None:
    session = make()
    session.start()
    listener = Listener(session)
    listener.until(lambda: session.step_count >= 20)
    session.stop()
    if not stopping:
        listener.until(lambda: not session.is_alive)
    session.set_knobs(learning_rate=0.05)
    listener.until(lambda: not session.is_alive)
    assert session.config.learning_rate == 0.05
    record = session.record()
    assert record.config.learning_rate == LONG.learning_rate
    assert record.recording is not None
    assert not [event for event in record.recording.events if isinstance(event, KnobChanged)]
    session.close()
