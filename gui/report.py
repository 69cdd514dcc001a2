"""Writes the report of the present run."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import FormatError, reason_of
from engine.formats.files import write_atomically
from engine.formats.text import brief
from engine.inspect.words import grouped
from engine.tape import Recorded
from engine.version import VERSION
from gui.bridge import Bridge
from gui.film_plan import chosen_steps
from gui.instrument import Instrument
from gui.jobs import Job, JobProgress
from gui.report_content import RunFacts, measured
from gui.report_page import report_page
from gui.run_events import told
from gui.step_walk import StepWalk


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """What the person wants in the report: notes, at how many steps the filters, and how curves are drawn."""

    notes: str = ""
    steps: int = 5
    log_loss: bool = False
    log_steps: bool = False


class RunReport(QObject):
    """Gathers a run from its tape, measures it and writes it down. GUI thread only.

    The parameters come by way of the playhead, a few steps in a fraction of a second; the rest is a job.
    """

    progressed = Signal(object)
    """A `JobProgress`."""
    succeeded = Signal(object)
    """The path of the report."""
    failed = Signal(str)
    """One sentence."""
    cancelled = Signal()

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        today: Callable[[], str] = lambda: time.strftime("%Y-%m-%d"),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._instrument, self._today = bridge, instrument, today
        self._walk = StepWalk(bridge, instrument, lambda: instrument.is_settled, parent=self)
        self._walk.arrived.connect(self._on_arrived)
        self._walk.ended.connect(self._on_gathered)
        self._walk.broken_off.connect(self._on_broken_off)
        self._choice, self._path = ReportChoice(), Path()
        self._wanted = 0
        self._recorded: list[Recorded] = []
        self._job: Job | None = None
        self._written = False

    @property
    def is_active(self) -> bool:
        """Whether a report is being written."""
        return self._walk.is_active or self._job is not None

    def start(self, choice: ReportChoice, path: Path) -> None:
        """Begin; `succeeded`, `failed` or `cancelled` follows."""
        steps = chosen_steps(self._bridge.recorded_steps, choice.steps, "recorded")
        if not steps:
            self.failed.emit("Nothing has been recorded yet: train a network first.")
            return
        self._choice, self._path, self._recorded, self._written = choice, path, [], False
        self._wanted = len(steps)
        self._walk.start(steps)

    def cancel(self) -> None:
        """Give up; nothing is written."""
        if self._walk.is_active:
            self._walk.stop()
            self.cancelled.emit()
        elif self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Give up and wait for the thread; no signal follows."""
        self._walk.stop()
        if self._job is not None:
            self._job.close()
            self._job = None

    def _on_arrived(self, step: int) -> None:
        run = self._instrument.run
        if run is not None:
            self._recorded.append(Recorded(step, run.parameters))
        text = f"Fetching step {grouped(step)} from the tape"
        self.progressed.emit(JobProgress(text, len(self._recorded) / self._wanted))
        self._walk.go_on()

    def _on_broken_off(self, why: str) -> None:
        self.failed.emit(f"The report was given up, because {why}.")

    def _on_gathered(self) -> None:
        facts = self._facts()
        self._job = job = Job(lambda report, cancel: self._write(facts, report, cancel), self)
        job.progressed.connect(self.progressed)
        job.succeeded.connect(lambda path: self._end(self.succeeded, path))
        job.failed.connect(lambda sentence: self._end(self.failed, sentence))
        job.cancelled.connect(self._on_cancelled)
        job.start()

    def _facts(self) -> RunFacts:
        run, choice = self._bridge.present, self._choice
        assert run is not None
        session, info = run.session, run.info
        return RunFacts(
            name=session.name,
            network=info.preset_name,
            notes=choice.notes,
            when=self._today(),
            program=f"Filterscope {VERSION}",
            spec=session.spec,
            config=session.recorded_config,
            epochs_done=session.progress.epoch,
            train=info.split.train,
            test=info.split.test,
            steps=session.steps.since(0),
            tests=session.tests.since(0),
            events=tuple((event.step, event.words) for event in told(self._bridge.book, run)),
            recorded=tuple(self._recorded),
            log_loss=choice.log_loss,
            log_steps=choice.log_steps,
        )

    def _on_cancelled(self) -> None:
        if self._written:
            # It was there before it could be given up.
            self._end(self.succeeded, self._path)
        else:
            self._end(self.cancelled)

    def _end(self, signal: Any, *values: Any) -> None:
        self._recorded = []
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        signal.emit(*values)

    # From here on: the job's thread.

    def _write(self, facts: RunFacts, report: Callable[[str, float | None], None], cancel: Event) -> Any:
        evaluations = measured(facts, report, cancel)
        if evaluations is None:
            return None
        report("Writing", None)
        content = report_page(facts, evaluations).encode("utf-8")
        if cancel.is_set():
            return None
        try:
            write_atomically(self._path, content)
        except OSError as error:
            reason = reason_of(error)
            raise FormatError(f"“{brief(self._path.name)}” cannot be written: {reason}.") from None
        self._written = True
        return self._path
