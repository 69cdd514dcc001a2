"""The window's one door to training: opens sessions, passes commands on, pulls what is new."""

import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.cores import default_workers
from engine.datasets import Split
from engine.parameters import Parameters
from engine.process_session import ProcessSession, WorkerPool
from engine.recipes import PRESETS
from engine.session import (
    Progress,
    SessionEvent,
    SessionRecord,
    SessionState,
    Snapshot,
    StateChanged,
    TrainingSession,
)
from engine.spec import NetworkSpec
from engine.tape import Recorded
from engine.training_config import TrainingConfig


@dataclass(frozen=True, slots=True, eq=False)
class RunInfo:
    """What a run was opened with."""

    name: str
    preset_name: str
    data_key: str
    split: Split
    spec: NetworkSpec
    config: TrainingConfig


@dataclass(frozen=True, slots=True, eq=False)
class Pulled:
    """What is new since the last pull: rows of the histories, the newest snapshot, the events, the answer.

    `recorded` is what the tape answered to `Bridge.request_recorded`.
    """

    steps: NDArray[Any]
    tests: NDArray[Any]
    snapshot: Snapshot | None
    events: tuple[SessionEvent, ...]
    progress: Progress
    recorded: Recorded | None = None


def trains_in_process() -> bool:
    """Whether training gets a process of its own: it does unless there is one core, or somebody says so."""
    wanted = os.environ.get("FILTERSCOPE_TRAINING", "")
    return wanted != "thread" and (os.cpu_count() or 1) > 1


def training_workers() -> int:
    """Tell how many processes share the batches of a new run.

    They wait for each other at each step, so that one that shares its core with the window holds all of them
    up: from three cores on, one is left to the window.
    """
    if not trains_in_process():
        return 1
    return max(min(default_workers(), 2), default_workers() - 1)


class Bridge(QObject):
    """Owns the present `TrainingSession`. GUI thread only; no method waits for the training."""

    run_opened = Signal(object)
    """A `RunInfo`: there is a new session, at rest."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: TrainingSession | None = None
        self.info: RunInfo | None = None
        self._previous: tuple[TrainingSession, RunInfo, Snapshot | None] | None = None
        self._retired: list[TrainingSession] = []
        self._steps_seen = 0
        self._tests_seen = 0
        self._newest: Snapshot | None = None
        self._again: Snapshot | None = None
        self._count = 0
        self._pool = WorkerPool() if trains_in_process() else None

    @property
    def state(self) -> SessionState | None:
        """Where the present session is in its life."""
        return None if self.session is None else self.session.state

    @property
    def is_running(self) -> bool:
        """Whether it trains at this moment, or is about to."""
        session = self.session
        return session is not None and (session.state is SessionState.RUNNING or session.is_starting)

    @property
    def initial(self) -> Parameters | None:
        """The present run's parameters before training."""
        return None if self.session is None else self.session.initial

    def open_run(
        self,
        spec: NetworkSpec,
        config: TrainingConfig,
        split: Split,
        *,
        data_key: str,
        preset_name: str,
    ) -> None:
        """Make a fresh run, at rest; the present one is stopped and let go."""
        self._count += 1
        name = f"Run {self._count}"
        config = replace(config, workers=training_workers())
        session = self._make_session(spec, config, split, name=name)
        self._take(session, RunInfo(name, preset_name, data_key, split, spec, config))

    def reopen_run(self, record: SessionRecord, split: Split, *, data_key: str) -> None:
        """Go on with a run that was saved; it waits, paused."""
        session = self._make_session(record.spec, record.config, split, name=record.name, record=record)
        number = record.name.rpartition(" ")[2]
        self._count = max(self._count, int(number) if number.isdecimal() else 0)
        preset_name = next((p.name for p in PRESETS if p.spec.layers == record.spec.layers), record.name)
        info = RunInfo(record.name, preset_name, data_key, split, record.spec, record.config)
        self._take(session, info)

    def restart(self, *, new_seed: bool) -> None:
        """Open a run like the present one, with its present knobs and the same or another seed."""
        session, info = self.session, self.info
        if session is None or info is None:
            return
        was_running = self.is_running
        # The person's number, not the one that grew when a finished run was trained on.
        epochs = info.config.epochs
        seed = session.config.seed
        if new_seed:
            seed = int(np.random.default_rng().integers(1, 1_000_000))
        config = replace(session.config, seed=seed, epochs=epochs)
        self.open_run(info.spec, config, info.split, data_key=info.data_key, preset_name=info.preset_name)
        if was_running:
            self.toggle()

    def set_knobs(self, **changes: float) -> None:
        """Change knobs of the present run; ConfigError, and no change, if a value is not allowed."""
        if self.session is not None and self.info is not None:
            self.session.set_knobs(**changes)
            if "epochs" in changes:
                config = replace(self.info.config, epochs=self.session.config.epochs)
                self.info = replace(self.info, config=config)

    @property
    def previous_name(self) -> str | None:
        """Name of the run before the present one, if it had begun: `go_back` returns to it."""
        return None if self._previous is None else self._previous[0].name

    def go_back(self) -> None:
        """Return to the run before the present one; it waits, paused."""
        if self._previous is not None:
            session, info, newest = self._previous
            self._previous = None
            self._take(session, info)
            # What was collected then is not sent again by a session at rest.
            self._again = newest

    def toggle(self) -> None:
        """Pause what runs, start or resume what waits."""
        if self.session is None:
            return
        if self.is_running:
            self.session.pause()
        else:
            self.session.start()

    def step(self) -> None:
        """Train one batch, then pause."""
        if self.session is not None:
            self.session.step()

    def run_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        if self.session is not None:
            self.session.run_epoch()

    def stop(self) -> None:
        """End the run."""
        if self.session is not None:
            self.session.stop()

    @property
    def recorded_steps(self) -> tuple[int, ...]:
        """Steps of the present run whose parameters are on its tape, ascending; empty without a run."""
        return () if self.session is None else self.session.recorded_steps

    def request_recorded(self, step: int) -> None:
        """Ask the present run's tape for the parameters at or last before `step`; a pull brings them."""
        if self.session is not None:
            self.session.request_recorded(step)

    def pull(self, *, want_snapshot: bool, numbers: bool = True) -> Pulled | None:
        """Collect what is new, without `numbers` only the snapshot; None without a session."""
        session = self.session
        if session is None:
            return None
        snapshot = session.snapshot() or self._again
        self._again = None
        self._newest = snapshot or self._newest
        if want_snapshot and self.is_running:
            session.request_snapshot()
        # Events first: rows of the steps before an event are then never behind it.
        events = session.drain_events() if numbers else ()
        steps = session.steps.since(self._steps_seen if numbers else len(session.steps))
        tests = session.tests.since(self._tests_seen if numbers else len(session.tests))
        if numbers:
            self._steps_seen += len(steps)
            self._tests_seen += len(tests)
        return Pulled(steps, tests, snapshot, events, session.progress, session.recorded())

    def close(self) -> tuple[SessionRecord, str] | None:
        """End all training; give the newest run that has begun and the key of its data set, for keeping."""
        kept = [(self.session, self.info)] + ([self._previous[:2]] if self._previous else [])
        for session in (*self._retired, *(session for session, _ in kept)):
            if session is not None:
                session.close()
        if self._pool is not None:
            self._pool.close()
        for session, info in kept:
            if session is not None and info is not None and session.step_count:
                return session.record(), info.data_key
        return None

    def _make_session(
        self,
        spec: NetworkSpec,
        config: TrainingConfig,
        split: Split,
        *,
        name: str,
        record: SessionRecord | None = None,
    ) -> TrainingSession:
        """Make a session in a process of its own, or on a thread where there is but one core for both."""
        if self._pool is None:
            return TrainingSession(spec, config, split.train, test_data=split.test, name=name, record=record)
        session = ProcessSession(
            spec, config, split.train, test_data=split.test, name=name, record=record, pool=self._pool
        )
        self._pool.warm()
        return session

    def _take(self, session: TrainingSession, info: RunInfo) -> None:
        """Make `session` the present one. The one before waits, so that one can go back to it."""
        if self.session is not None and self.info is not None and self.session.step_count:
            self.session.pause()
            if self._previous is not None:
                self._retire(self._previous[0])
            self._previous = self.session, self.info, self._newest
        elif self.session is not None:
            self._retire(self.session)
        # What its tape was asked for before it was left is not wanted any more.
        session.recorded()
        self.session, self.info = session, info
        self._steps_seen = self._tests_seen = 0
        self._newest = self._again = None
        self.run_opened.emit(info)

    def _retire(self, session: TrainingSession) -> None:
        """Stop a run for good. Its thread ends by itself; waiting for it would hold the window up."""
        session.let_go()
        self._retired = [s for s in self._retired if s.is_alive] + [session]


__all__ = ["Bridge", "Pulled", "RunInfo", "SessionRecord", "SessionState", "StateChanged"]
