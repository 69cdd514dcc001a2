"""The race's door to training: three sessions side by side, which wait for each other."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import Split
from engine.process_session import ProcessSession, WorkerPool
from engine.race import RaceEntry, RaceResult
from engine.session import Failed, SessionState, Snapshot, TrainingSession
from engine.session_messages import ENDED, Run
from engine.spec import NetworkSpec
from gui.training_processes import trains_in_process

logger = logging.getLogger(__name__)

# How far the one ahead may be: less than can be seen, more than is trained between two looks.
LEAD_STEPS = 40
# How often all three are tested, at the same steps; closer together at first, where most is learned.
TESTS = 40


@dataclass(frozen=True, slots=True, eq=False)
class RunnerNews:
    """What is new of one of the three since the last pull.

    `tests` are rows (step, share of right answers from 0 to 1, loss), ``(n, 3)``; `failure` says in a
    sentence why it has ended early.
    """

    step: int
    tests: NDArray[np.float64]
    snapshot: Snapshot | None
    failure: str


class RaceSessions:
    """One race: its sessions, the distance between them, and their ends. GUI thread only.

    No method but `close` waits. Nothing trains before the first `advance`; without further ones all of them
    come to rest at one and the same step. All are tested at the same steps.

    Parameters
    ----------
    pool
        Gives the processes; each session starts its own without one.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        entries: Sequence[RaceEntry],
        split: Split,
        pool: WorkerPool | None = None,
    ) -> None:
        config = entries[0].config
        self.total = config.epochs * -(-len(split.train) // config.batch_size)
        self._keys = [entry.key for entry in entries]
        self._test_count = len(split.test)
        # The end is no test of its own: a session that has come there tests itself.
        self._exams = [step for step in exam_steps(self.total) if step < self.total]
        self._granted = 0
        self._seen = [0] * len(entries)
        self._failures = [""] * len(entries)
        pool = pool or WorkerPool(helpers=False)
        self._sessions: list[TrainingSession] = []
        for entry in entries:
            options: dict[str, Any] = {"test_data": split.test, "parameters": entry.parameters}
            if trains_in_process():
                options["pool"] = pool
            kind = ProcessSession if trains_in_process() else TrainingSession
            self._sessions.append(kind(spec, entry.config, split.train, name=entry.name, **options))

    @property
    def step(self) -> int:
        """The step that every one has reached which has not failed."""
        return min((session.step_count for session in self._running()), default=0)

    @property
    def is_over(self) -> bool:
        """Whether nothing is trained any more: all are at the end, or failed, or were stopped."""
        over = (*ENDED, SessionState.FINISHED)
        return all(session.state in over for session in self._sessions)

    @property
    def is_alive(self) -> bool:
        """Whether anything may still come of it."""
        return any(session.is_alive for session in self._sessions)

    @property
    def is_resting(self) -> bool:
        """Whether all have come to the step that was granted last."""
        return all(session.step_count == self._granted for session in self._running())

    def advance(self) -> None:
        """Let every one train a little beyond the slowest, but none beyond a test that is to come."""
        if self._exams and self._granted == self._exams[0] and self.is_resting:
            del self._exams[0]
        goal = min(self.step + LEAD_STEPS, self._exams[0] if self._exams else self.total)
        more = goal - self._granted
        if more <= 0:
            return
        self._granted = goal
        # Without a limit to the end, which a session only finds when it asks for a step that is not there.
        command = Run() if goal == self.total else Run(steps=more, examine=goal in self._exams[:1])
        for session in self._sessions:
            session.send(command)

    def pull(self, *, want_snapshots: bool) -> tuple[RunnerNews, ...]:
        """Collect what is new of each; ask for snapshots where somebody looks."""
        news = []
        for place, session in enumerate(self._sessions):
            for event in session.drain_events():
                if isinstance(event, Failed):
                    self._failures[place] = event.message
                    if event.details:
                        logger.error("%s\n%s", event.message, event.details)
            step = session.step_count
            rows = session.tests.since(self._seen[place])
            self._seen[place] += len(rows)
            # Shares of a whole number of pictures again, as they were before they were float32.
            right = np.round(rows["accuracy"].astype(np.float64) * self._test_count)
            tests = np.stack([rows["step"], right / self._test_count, rows["loss"]], axis=1)
            snapshot = session.snapshot()
            if want_snapshots and session.state is SessionState.RUNNING:
                session.request_snapshot()
            news.append(RunnerNews(step, tests, snapshot, self._failures[place]))
        return tuple(news)

    def results(self) -> tuple[RaceResult, ...] | None:
        """What each has reached at the end; None unless all three have come there."""
        if any(session.state is not SessionState.FINISHED for session in self._sessions):
            return None
        found = []
        for key, session in zip(self._keys, self._sessions, strict=True):
            step, _, accuracy = session.tests.since(len(session.tests) - 1)[0].tolist()
            found.append(RaceResult(key, step, round(accuracy * self._test_count), self._test_count))
        return tuple(found)

    def stop(self) -> None:
        """End all of them after their present steps, and their processes."""
        for session in self._sessions:
            session.let_go()

    def close(self) -> None:
        """End all of them, and wait until they have ended."""
        self.stop()
        for session in self._sessions:
            session.close()

    def _running(self) -> list[TrainingSession]:
        return [session for session in self._sessions if session.state is not SessionState.FAILED]


def exam_steps(total: int) -> tuple[int, ...]:
    """Steps at which a race of `total` steps is tested: the first, the last, and some between."""
    return tuple(sorted({1, *(max(1, round(total * (place / TESTS) ** 2)) for place in range(1, TESTS + 1))}))
