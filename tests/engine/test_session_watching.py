"""Watching a training session: snapshots are lossy, numbers are not, and neither changes a bit."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Network, Trainer
from tests.engine.network_samples import SMALL
from tests.engine.session_listener import (
    CONFIG,
    DATA,
    FINISHED,
    RUNNING,
    TEST,
    Gate,
    session_of,
    unwatched,
)


def test_the_numbers_of_every_step_are_kept() -> None:
    trainer = Trainer(Network(SMALL, 5), CONFIG)
    wanted = [(r.step, r.epoch, r.loss, r.accuracy, r.learning_rate) for r in trainer.run(DATA)]
    with session_of() as (session, listener):
        session.start()
        listener.until_state(FINISHED)
        found = session.steps.since(0)
    np.testing.assert_allclose(np.array(found.tolist()), np.array(wanted), rtol=1e-6)


def test_the_test_set_is_measured_once_per_step_at_most() -> None:
    with session_of(test_data=TEST) as (session, listener):
        for _ in range(4):
            session.run_epoch()
            listener.until(lambda: session.state is not RUNNING and listener.states)
            listener.events.clear()
        session.start()
        listener.until_state(FINISHED)
        steps = session.tests.since(0)["step"]
    assert len(steps) == len(set(steps.tolist()))
    assert {3, 6, 9} <= set(steps.tolist())


def test_watching_changes_no_bit() -> None:
    config = replace(CONFIG, epochs=40)
    with session_of(config, test_data=TEST) as (session, listener):
        done = threading.Event()

        def hammer() -> None:
            while not done.is_set():
                session.request_snapshot()
                session.snapshot()
                session.progress  # noqa: B018 (reading is what is tested)

        watchers = [threading.Thread(target=hammer) for _ in range(2)]
        for watcher in watchers:
            watcher.start()
        session.start()
        try:
            listener.until_state(FINISHED)
        finally:
            done.set()
            for watcher in watchers:
                watcher.join()
        session.close()
        vector = session.record().state.parameters.vector
    np.testing.assert_array_equal(vector, unwatched(config))


def test_at_most_one_snapshot_is_outstanding_and_the_newest_wins() -> None:
    gate = Gate()
    with session_of(replace(CONFIG, epochs=50, augmentation=gate)) as (session, listener):
        session.snapshot()
        session.start()
        listener.until(gate.waits.is_set)
        for _ in range(100):
            session.request_snapshot()
        assert session._commands.qsize() == 1
        gate.open()
        listener.until(lambda: session.step_count > 3)
        first = session.snapshot()
        assert first is not None
        assert first.step == 1
        assert session.snapshot() is None
        session.request_snapshot()
        listener.until(lambda: not session._asked)
        session.request_snapshot()
        listener.until(lambda: not session._asked)
        assert len(session._snapshots) == 1


def test_without_a_request_nothing_is_copied() -> None:
    with session_of(replace(CONFIG, epochs=10_000)) as (session, listener):
        session.snapshot()
        session.start()
        listener.until(lambda: session.step_count > 20)
        assert session.snapshot() is None


def test_a_snapshot_is_private_and_read_only() -> None:
    with session_of(replace(CONFIG, epochs=10_000)) as (session, listener):
        session.start()
        listener.until(lambda: session.step_count > 2)
        session.snapshot()
        session.request_snapshot()
        taken: list[Any] = []
        listener.until(lambda: taken.append(session.snapshot()) or taken[-1] is not None)
        kept = taken[-1].parameters.vector.copy()
        step = session.step_count
        listener.until(lambda: session.step_count > step + 5)
        np.testing.assert_array_equal(taken[-1].parameters.vector, kept)
        with pytest.raises(ValueError, match="read-only"):
            taken[-1].parameters["conv1.weight"][0] = 1
        assert 0 < taken[-1].step <= step


def test_histories_read_from_the_last_index_have_no_holes() -> None:
    with session_of(replace(CONFIG, epochs=400)) as (session, listener):
        rows: list[Any] = []

        def read() -> bool:
            new = session.steps.since(len(rows))
            assert not new.flags.writeable
            rows.extend(new.tolist())
            return session.state is FINISHED

        session.start()
        listener.until(read)
        read()
    assert [row[0] for row in rows] == list(range(1, 1201))
    assert all(row[2] > 0 for row in rows)
