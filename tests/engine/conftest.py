"""What every test of the engine gets: a check that no thread outlives it; and hosts of sessions."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine import NetworkSpec, TrainingConfig
from engine.process_session import ProcessSession, WorkerPool
from engine.session import TrainingSession
from tests.leaks import no_thread_left, thread_origins

__all__ = ["no_thread_left", "thread_origins"]

Host = Callable[..., TrainingSession]


@pytest.fixture(autouse=True)
def _clean_engine(no_thread_left: None) -> None:
    """Fail a test that leaves a thread running."""


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Keep a process warm for the tests of a module."""
    pool = WorkerPool()
    yield pool
    pool.close()


@pytest.fixture(params=["thread", "process"])
def host(request: pytest.FixtureRequest, pool: WorkerPool) -> Iterator[Host]:
    """Open sessions on threads, and once more in processes; they end with the test."""
    sessions: list[TrainingSession] = []

    def build(spec: NetworkSpec, config: TrainingConfig, data: Any, **options: Any) -> TrainingSession:
        if request.param == "thread":
            sessions.append(TrainingSession(spec, config, data, **options))
        else:
            pool.warm()
            sessions.append(ProcessSession(spec, config, data, pool=pool, **options))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()
        assert not session.is_alive
