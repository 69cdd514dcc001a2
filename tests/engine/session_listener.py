"""A training session under test: small data, a gate for its steps, and waiting for its events."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Network, Trainer, TrainingConfig
from engine.session import SessionEvent, SessionState, StateChanged, TrainingSession
from tests.engine.network_samples import SMALL, digits_like

DATA = digits_like(96)
TEST = digits_like(40, seed=1)
CONFIG = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.01, seed=5)
PATIENCE_S = 20.0

READY, RUNNING, PAUSED = SessionState.READY, SessionState.RUNNING, SessionState.PAUSED
FINISHED, STOPPED, FAILED = SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED


class Gate:
    """An augmentation that lets the training thread through one step at a time, and says when it waits."""

    def __init__(self, *, open_: bool = False) -> None:
        self._permits = threading.Semaphore(0)
        self.waits = threading.Event()
        self.is_open = open_

    def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        if not self.is_open:
            self.waits.set()
            assert self._permits.acquire(timeout=PATIENCE_S)
            self.waits.clear()
        return pictures

    def open(self) -> None:
        self.is_open = True
        self._permits.release()


class Listener:
    """Collects a session's events, and waits for conditions without ever sleeping for a fixed time."""

    def __init__(self, session: TrainingSession) -> None:
        self.session = session
        self.events: list[SessionEvent] = []

    def until(self, condition: Callable[[], object]) -> None:
        tick = threading.Event()
        for _ in range(int(PATIENCE_S / 0.002)):
            self.events += self.session.drain_events()
            if condition():
                return
            tick.wait(0.002)
        raise AssertionError(f"not in {PATIENCE_S} s; {self.session.state}, events {self.events}")

    def until_state(self, state: SessionState) -> None:
        """Wait until an event tells of this state, and forget the events up to it."""

        def told() -> bool:
            for i, event in enumerate(self.events):
                if isinstance(event, StateChanged) and event.state is state:
                    del self.events[: i + 1]
                    return True
            return False

        self.until(told)

    @property
    def states(self) -> list[SessionState]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]


@contextmanager
def session_of(
    config: TrainingConfig = CONFIG, **settings: Any
) -> Iterator[tuple[TrainingSession, Listener]]:
    settings = {"spec": SMALL, "config": config, "data": DATA} | settings
    session = TrainingSession(**settings)
    try:
        yield session, Listener(session)
    finally:
        session.close()


def unwatched(config: TrainingConfig = CONFIG, steps: int | None = None) -> NDArray[Any]:
    trainer = Trainer(Network(SMALL, config.seed), config)
    for report in trainer.run(DATA):
        if report.step == steps:
            break
    return trainer.network.parameters.vector
