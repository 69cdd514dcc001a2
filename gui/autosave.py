"""Writes the project to its folder while everybody works on."""

import logging
import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError, FormatError, reason_of
from engine.formats.project import make_project_folder, remove_other_runs, run_folder, write_project
from engine.formats.run_folder import RunFolder
from engine.project import ProjectContent
from engine.session_messages import RunSaved, SaveRun
from gui.bridge import SessionRecord
from gui.jobs import Job
from gui.project_parts import ProjectParts, run_signature
from gui.run_book import RunEntry

logger = logging.getLogger(__name__)

# How often it is looked whether the runs that train have been written.
POLL_MS = 20
# How long closing waits for a slow disk.
PATIENCE_SECONDS = 60.0

_Records = list[tuple[Path, SessionRecord, str]]


class Autosave(QObject):
    """Brings a folder up to date with the project, off the GUI thread; one at a time. GUI thread only.

    A run that is with a thread or process of its own is written there, at the next step; all others, and the
    rest of the project, are written by a job. What has not changed is not written.
    """

    saved = Signal()
    """All is in the folder, as it was when `begin` was called, or later."""
    failed = Signal(str)
    """One sentence: not all could be written. What was there before is whole."""

    def __init__(self, parts: ProjectParts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._folder = Path()
        # Of each run that is in the folder, by its key.
        self._signatures: dict[str, Hashable] = {}
        # Runs, and what they were when they were asked: one may go on with another session meanwhile.
        self._asked: dict[str, tuple[RunEntry, RunEntry, SaveRun, Hashable]] = {}
        self._records: _Records = []
        self._taken: dict[str, Hashable] = {}
        self._failure = ""
        self._changed = 0.0
        self._then: Callable[[], object] | None = None
        self._job: Job | None = None
        self._is_busy = False
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._on_poll)

    @property
    def is_busy(self) -> bool:
        """Whether something is being written."""
        return self._is_busy

    def know_folder(self, folder: Path, holds: Collection[str] = ()) -> None:
        """Write to this folder from now on; `holds` are the keys of runs that are in it as they are."""
        self._folder = folder
        self._signatures = {
            entry.key: run_signature(entry) for entry in self._parts.runs() if entry.key in holds
        }

    def begin(self, changed: float, then: Callable[[], object] | None = None) -> None:
        """Write what is new; `saved` or `failed` follows. Not while it is busy.

        Parameters
        ----------
        changed
            Time of the last change of the work, in seconds since 1970.
        then
            Writes what belongs to it, when all else is in the folder, on a thread.
        """
        self._is_busy, self._failure, self._changed, self._then = True, "", changed, then
        self._records, self._taken, self._asked = [], {}, {}
        try:
            make_project_folder(self._folder)
        except OSError as error:
            self._end(_sentence(error))
            return
        for entry in self._parts.runs():
            if not self._is_kept(entry):
                self._ask(entry, run_signature(entry))
        self._poll.start()
        self._on_poll()

    def finish(self, changed: float) -> str:
        """Write what is new at once, when nothing trains any more; gives a sentence if it cannot be."""
        job = self._job
        self.close()
        if job is not None and job.is_alive:
            # Two that write to one folder would leave neither whole: what the first one writes is kept.
            return "Your work is still being written to the program's folder: the disk is very slow."
        try:
            make_project_folder(self._folder)
            self._records, self._taken = [], {}
            for entry in self._parts.runs():
                if not self._is_kept(entry):
                    self._take(entry, run_folder(self._folder, entry.key))
            _write(self._folder, self._records, self._content(changed)())
        except (OSError, EngineError) as error:
            return _sentence(error)
        return ""

    def close(self) -> None:
        """Wait for what is being written; no signal follows."""
        self._poll.stop()
        if self._job is not None:
            self._job.close(PATIENCE_SECONDS)
            self._job = None
        self._is_busy = False

    def _is_kept(self, entry: RunEntry) -> bool:
        """Whether the folder has all that is known of a run, or more: of one whose process was lost."""
        known = self._signatures.get(entry.key)
        return known is not None and (entry.session.is_lost or known == run_signature(entry))

    def _ask(self, entry: RunEntry, signature: Hashable) -> None:
        path = run_folder(self._folder, entry.key)
        command = SaveRun(str(path), entry.info.data_key)
        if entry.session.is_alive:
            entry.session.saved()
            entry.session.send(command)
            self._asked[entry.key] = entry, replace(entry), command, signature
        else:
            self._take(entry, path)

    def _take(self, entry: RunEntry, path: Path) -> None:
        """Take a run that rests here."""
        self._taken[entry.key] = run_signature(entry)
        self._records.append((path, entry.session.record(), entry.info.data_key))

    def _on_poll(self) -> None:
        for key, (entry, asked, command, signature) in tuple(self._asked.items()):
            session = asked.session
            saved = session.saved()
            if saved is not None and saved.folder == command.folder:
                del self._asked[key]
                if isinstance(saved, RunSaved):
                    self._taken[key] = signature
                else:
                    self._failure = saved.sentence
            elif not session.is_alive:
                # It ended before it came to that; the run may be with a new session meanwhile.
                del self._asked[key]
                self._ask(entry, run_signature(entry))
        if not self._asked:
            self._poll.stop()
            self._start_job()

    def _start_job(self) -> None:
        try:
            content = self._content(self._changed)
        except EngineError as error:
            self._end(_sentence(error))
            return
        self._job = Job(partial(_work, self._folder, self._records, content, self._then), self)
        self._records, self._then = [], None
        self._job.succeeded.connect(lambda _: self._end(self._failure))
        self._job.failed.connect(self._end)
        self._job.start()

    def _content(self, changed: float) -> Callable[[], ProjectContent]:
        """Take the project with those runs only that are in the folder, or in what is written now."""
        project = self._parts.project(changed)
        waiting = {waiting.known.id for waiting in self._parts.waiting}
        there = self._signatures.keys() | self._taken.keys() | waiting
        runs = tuple(run for run in project.runs if run.id in there)
        present = project.present if project.present in there else ""
        # A run that is taken out now and brought back later has to be written anew.
        ids = {run.id for run in runs}
        self._taken = {key: value for key, value in self._taken.items() if key in ids}
        self._signatures = {key: value for key, value in self._signatures.items() if key in ids}
        return self._parts.take(replace(project, runs=runs, present=present))

    def _end(self, failure: str) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._is_busy = False
        if failure:
            self.failed.emit(failure)
            return
        self._signatures |= self._taken
        self.saved.emit()


def _work(
    folder: Path,
    records: _Records,
    make_content: Callable[[], ProjectContent],
    then: Callable[[], object] | None,
    report: Callable[[str, float | None], None],
    cancel: threading.Event,
) -> None:
    try:
        _write(folder, records, make_content())
        if then is not None:
            then()
    except OSError as error:
        raise FormatError(_sentence(error)) from None


def _write(folder: Path, records: _Records, content: ProjectContent) -> None:
    for path, record, data in records:
        # Another process may have written there since: what is in the folder is read anew.
        RunFolder(path).write(record, data=data)
    write_project(folder, content)
    remove_other_runs(folder, [run.id for run in content.project.runs])


def _sentence(error: OSError | EngineError) -> str:
    if isinstance(error, OSError):
        reason = reason_of(error)
        return f"Your work could not be saved to the program's folder: {reason}."
    return str(error)
