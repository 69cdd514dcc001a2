"""The window's one door to training: opens sessions, passes commands on, pulls what is new."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from engine.datasets import Split
from engine.errors import EngineError
from engine.forking import fork
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
from engine.session_messages import ENDED
from engine.spec import NetworkSpec
from engine.tape import Recorded
from engine.training_config import TrainingConfig
from gui.run_book import Parent, RunBook, RunEntry, RunInfo
from gui.run_wishes import RunWishes
from gui.training_processes import training_workers, trains_in_process

# How often it is looked whether a run has come back from its process.
POLL_MS = 15


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


class Bridge(QObject):
    """Owns the present `TrainingSession` and the runs before it. GUI thread only; nothing waits for training.

    A run that is left waits with its process, so that one can go back to it at once. When another one is
    left as well, the older one is put away: its process ends, and it goes on from its record when wanted.
    """

    run_opened = Signal(object)
    """A `RunInfo`: there is a new session, at rest."""
    about_to_train = Signal()
    """The present run is going to take all the cores: what else trains should pause."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.book = RunBook(self)
        self.present: RunEntry | None = None
        self._previous: RunEntry | None = None
        self._retired: list[TrainingSession] = []
        self._steps_seen = 0
        self._tests_seen = 0
        self._again: Snapshot | None = None
        self._pool = WorkerPool() if trains_in_process() else None
        # What is to be done when runs have been put away.
        self._wishes = RunWishes()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._on_poll)

    @property
    def session(self) -> TrainingSession | None:
        """The present session."""
        return None if self.present is None else self.present.session

    @property
    def info(self) -> RunInfo | None:
        """What the present run was opened with."""
        return None if self.present is None else self.present.info

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
    def is_leaving(self) -> bool:
        """Whether the present run is being taken from its process: another one comes in its place at once."""
        return self.present is not None and self.present.put_away

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
        """Make a fresh run, at rest; the present one waits."""
        name = self.book.next_name()
        config = replace(config, workers=training_workers())
        self._take(self._make_entry(RunInfo(name, preset_name, data_key, split, spec, config)))

    def reopen_run(self, record: SessionRecord, split: Split, *, data_key: str) -> RunEntry:
        """Go on with a run that was saved; it waits, paused."""
        entry = self.keep_run(record, split, data_key=data_key)
        self._take(entry)
        return entry

    def keep_run(self, record: SessionRecord, split: Split, *, data_key: str) -> RunEntry:
        """Take a run that was saved among the others, without opening it."""
        preset_name = next((p.name for p in PRESETS if p.spec.layers == record.spec.layers), record.name)
        info = RunInfo(record.name, preset_name, data_key, split, record.spec, record.config)
        entry = self._make_entry(info, record)
        self.book.add(entry)
        return entry

    def restart(self, *, new_seed: bool) -> None:
        """Open a run like the present one, with its present knobs and the same or another seed."""
        session, info = self.session, self.info
        if session is None or info is None:
            return
        was_running = self.is_running
        # The person's number, not the one that grew when a finished run was trained on.
        seed, epochs = session.config.seed, info.config.epochs
        if new_seed:
            seed = int(np.random.default_rng().integers(1, 1_000_000))
        config = replace(session.config, seed=seed, epochs=epochs)
        self.open_run(info.spec, config, info.split, data_key=info.data_key, preset_name=info.preset_name)
        if was_running:
            self.toggle()

    def fork(
        self,
        key: str,
        step: int | None,
        *,
        edit: Callable[[Parameters], Parameters] | None = None,
        then: Callable[[RunEntry], None] = lambda child: None,
        failed: Callable[[str], None] = lambda sentence: None,
        **changes: Any,
    ) -> None:
        """Open a run that goes on from a recorded step of another one, which is put away.

        It may take a moment: a run that trains has to come back from its process first. Where another run
        is wanted in the meantime, that one is opened, and the new run waits among the others.

        Parameters
        ----------
        key
            The other run.
        step
            A recorded step, or None for the last one. Where the tape has let it go, the one before counts.
        edit
            Makes other parameters of those of that step.
        then, failed
            Called with the new run, which is not `present` where another one was wanted since; or with a
            sentence that says why it cannot be.
        changes
            Other settings, `engine.forking.FORK_SETTINGS`.
        """
        entry = self.book.find(key)
        if entry is None:
            failed("The run is not there any more.")
            return

        def open_fork(in_front: bool) -> None:
            if self.book.find(key) is None:
                failed(f"{entry.name} was deleted before it was forked.")
                return
            record = entry.session.record()
            found = entry.session.tape.at(record.state.position.step if step is None else step)
            at, count, name = found.step, len(entry.info.split.train), self.book.next_name()
            try:
                parameters = None if edit is None else edit(found.parameters)
                child = fork(record, at, name=name, count=count, parameters=parameters, **changes)
                info = replace(entry.info, name=name, config=child.config)
                forked = self._make_entry(info, child, Parent(entry.key, entry.name, at))
            except EngineError as error:
                failed(str(error))
                return
            (self._take if in_front else self.book.add)(forked)
            then(forked)

        self._put_away(entry, open_fork)

    def open_entry(self, key: str) -> None:
        """Show a run of the book; it waits where it was left."""
        entry = self.book.find(key)
        if entry is None or (entry is self.present and not entry.put_away):
            return
        if entry.put_away:
            self._put_away(entry, lambda in_front: self._reopen(entry) if in_front else None)
        else:
            self._take(entry)

    def delete_run(self, key: str) -> Callable[[], None] | None:
        """Take a run that is not shown out of the book; gives what brings it back, or None."""
        entry = self.book.find(key)
        if entry is None or entry is self.present:
            return None
        self._put_away(entry)
        self._retired = [s for s in self._retired if s.is_alive] + [entry.session]
        if entry is self._previous:
            self._previous = None
        place = self.book.remove(entry)
        return lambda: self.book.add(entry, place)

    def set_knobs(self, **changes: float) -> None:
        """Change knobs of the present run; ConfigError, and no change, if a value is not allowed."""
        entry = self.present
        if entry is not None:
            entry.session.set_knobs(**changes)
            if "epochs" in changes:
                config = replace(entry.info.config, epochs=entry.session.config.epochs)
                entry.info = replace(entry.info, config=config)

    @property
    def previous_name(self) -> str | None:
        """Name of the run before the present one, if it had begun: `go_back` returns to it."""
        return None if self._previous is None else self._previous.name

    def go_back(self) -> None:
        """Return to the run before the present one; it waits, paused."""
        if self._previous is not None:
            self.open_entry(self._previous.key)

    def toggle(self) -> None:
        """Pause what runs, start or resume what waits."""
        if self.session is None:
            return
        if self.is_running:
            self.session.pause()
        else:
            self.about_to_train.emit()
            self.session.start()

    def step(self) -> None:
        """Train one batch, then pause."""
        if self.session is not None:
            self.session.step()

    def run_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        if self.session is not None:
            self.about_to_train.emit()
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
        entry = self.present
        if entry is None:
            return None
        session = entry.session
        snapshot = session.snapshot() or self._again
        self._again = None
        entry.newest = snapshot or entry.newest
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
        self._poll.stop()
        self._wishes.clear()
        for session in self._retired:
            session.close()
        for entry in self.book:
            entry.session.close(keep_tape=True)
        if self._pool is not None:
            self._pool.close()
        for kept in (self.present, self._previous):
            if kept is not None and kept.has_begun:
                return kept.session.record(), kept.info.data_key
        return None

    def _make_entry(
        self, info: RunInfo, record: SessionRecord | None = None, parent: Parent | None = None
    ) -> RunEntry:
        return RunEntry(self._make_session(info, record), info, self.book.free_hue(), parent=parent)

    def _make_session(self, info: RunInfo, record: SessionRecord | None) -> TrainingSession:
        """Make a session in a process of its own, or on a thread where there is but one core for both."""
        what = info.spec, info.config, info.split.train
        options: dict[str, Any] = {"test_data": info.split.test, "name": info.name, "record": record}
        if self._pool is None:
            return TrainingSession(*what, **options)
        session = ProcessSession(*what, **options, pool=self._pool)
        self._pool.warm()
        return session

    def _take(self, entry: RunEntry) -> None:
        """Make this run the present one. The one before waits, so that one can go back to it."""
        self._wishes.pass_over()
        left = self.present if self.present is not entry else None
        if left is not None and left.has_begun:
            left.session.pause()
            if self._previous is not None and self._previous is not entry:
                self._put_away(self._previous)
            self._previous = left
        elif left is not None:
            self._retire(left.session)
            self.book.remove(left)
            self._previous = None if self._previous is entry else self._previous
        if self.book.find(entry.key) is None:
            self.book.add(entry)
        self.book.look_at(entry)
        session = entry.session
        # What was asked for and what happened before it was left is not wanted any more.
        session.recorded()
        session.drain_events()
        self.present = entry
        self._steps_seen = self._tests_seen = 0
        # What was collected then is not sent again by a session at rest.
        self._again = entry.newest
        self.run_opened.emit(entry.info)

    def _put_away(self, entry: RunEntry, then: Callable[[bool], None] | None = None) -> None:
        """End a run's process, and call `then` when all of the run is here, see `RunWishes.add`."""
        session = entry.session
        if session.state not in ENDED:
            entry.put_away = True
            session.stop()
        self._poll.start()
        if then is not None:
            self._wishes.add(entry, then)
            self._on_poll()

    def _on_poll(self) -> None:
        self._wishes.meet()
        left = self.present
        if left is not None and left.put_away and not (left.session.is_alive or self._wishes.is_for_front):
            # Nothing came of what it was to make room for.
            self._reopen(left)
        ending = any(entry.session.is_alive for entry in self.book if entry.put_away)
        if not ending and not self._wishes.are_waiting:
            self._poll.stop()
            self.book.trim()

    def _reopen(self, entry: RunEntry) -> None:
        """Show a run that was put away, and not deleted since: a new session goes on from its record."""
        if self.book.find(entry.key) is None:
            return
        record = entry.session.record()
        entry.session = self._make_session(replace(entry.info, config=record.config), record)
        entry.put_away = False
        entry.newest = None
        self._take(entry)

    def _retire(self, session: TrainingSession) -> None:
        """Stop a run for good. Its thread ends by itself; waiting for it would hold the window up."""
        session.let_go()
        self._retired = [s for s in self._retired if s.is_alive] + [session]


__all__ = ["Bridge", "Pulled", "RunInfo", "SessionRecord", "SessionState", "StateChanged"]
