"""Keeps the present project in its working folder, and knows how it stands to the person's file."""

import logging
import time
from collections.abc import Callable, Collection, Hashable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.autosave import Autosave
from gui.project_parts import ProjectParts
from gui.working_folder import WorkingFolder

logger = logging.getLogger(__name__)

# What is lost at most by a process that is killed: this and the time that writing takes, 10 s together.
AUTOSAVE_SECONDS = 7.0
LOOK_MS = 1000


class ProjectKeeper(QObject):
    """Looks every second whether there is something new, and writes it every few seconds. GUI thread only."""

    kept = Signal(float)
    """All is in the folder, as it was at this time, in seconds since 1970."""
    failed = Signal(str)
    """One sentence, once for each reason: not all could be written."""
    title_changed = Signal()
    """Another file, or the work stands otherwise to it."""

    def __init__(self, parts: ProjectParts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._autosave = Autosave(parts, self)
        self._autosave.saved.connect(self._on_saved)
        self._autosave.failed.connect(self._on_failed)
        self.working: WorkingFolder | None = None
        self.path: Path | None = None
        self._seen: Hashable = parts.signature()
        # The work as it is in the person's file; as it was kept last; and as it is being written.
        self._in_file: Hashable = None
        self._kept: Hashable = None
        self._begun: tuple[Hashable, Hashable, float] = (None, None, 0.0)
        # How it stands to the person's file, as that was noted last.
        self._noted: tuple[Path | None, bool] | None = None
        self._is_held = False
        self._changed = time.time()
        self._due = 0.0
        self._told = ""
        self._then: list[Callable[[Hashable], None]] = []
        self._again = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def is_modified(self) -> bool:
        """Whether there is more than in the person's file; kept it is in any case."""
        return self._seen != self._in_file

    @property
    def is_flushing(self) -> bool:
        """Whether something waits for all to be written."""
        return bool(self._then)

    def begin(self, working: WorkingFolder) -> None:
        """Keep the project in this folder from now on."""
        self.working = working
        self._autosave.know_folder(working.path)
        self._timer.start()

    def stop(self) -> None:
        """Keep nothing any more, and let the folder go."""
        self._timer.stop()
        self._then = []
        self._autosave.close()
        if self.working is not None:
            self.working.release()
            self.working = None

    def set_file(self, path: Path | None, *, in_file: bool | Hashable, holds: Collection[str] = ()) -> None:
        """Take over what was just opened, or begun.

        Parameters
        ----------
        path
            The person's file.
        in_file
            Whether the work is in that file as it is; or how it was when it was written there.
        holds
            Keys of the runs that are in the working folder.
        """
        self._seen = self._parts.signature()
        self.path = path
        self._in_file = self._seen if in_file is True else None if in_file is False else in_file
        if self.working is not None:
            self._autosave.know_folder(self.working.path, holds)
        self._kept = self._noted = None
        self._due = 0.0
        self.title_changed.emit()

    def note_file(self, path: Path, written: Hashable) -> None:
        """Note that the work was written to a file, as it was when `flush` gave `written`."""
        self.path, self._in_file = path, written
        self.title_changed.emit()
        self._note(is_open=True)

    def hold(self, held: bool) -> None:
        """Write nothing while `held`: the folder is read."""
        self._is_held = held

    def flush(self, then: Callable[[Hashable], None]) -> None:
        """Write all that is new, and call `then` with how the work was; a failure is told instead."""
        self._then.append(then)
        if self._autosave.is_busy:
            self._again = True
        else:
            self._write()

    def look(self) -> None:
        """See whether something is new, and write it if it is time."""
        self._renew_seen()
        busy = self._is_held or self._autosave.is_busy or time.monotonic() < self._due
        if self.working is None or busy or (self._kept is None and self._parts.is_empty):
            return
        if (self._seen, self._parts.view()) != self._kept:
            self._write()

    def write_last(self) -> None:
        """Write all at once, when nothing trains any more, and leave the folder in good order."""
        if self.working is None:
            return
        self._timer.stop()
        if self._parts.is_empty and self.path is None:
            self._autosave.close()
            self.working.clear()
            return
        self._seen = self._parts.signature()
        failure = self._autosave.finish(self._changed)
        if failure:
            logger.error("%s", failure)
        else:
            self._note(is_open=False)

    def _renew_seen(self) -> None:
        seen = self._parts.signature()
        if seen != self._seen:
            self._seen, self._changed = seen, time.time()
            self.title_changed.emit()

    def _write(self) -> None:
        self._again = False
        self._due = time.monotonic() + AUTOSAVE_SECONDS
        self._renew_seen()
        self._begun = self._seen, self._parts.view(), time.time()
        note = None
        if self.working is not None and self._noted != (self.path, self.is_modified):
            note = partial(self.working.note, self.path, modified=self.is_modified)
            self._noted = self.path, self.is_modified
        self._autosave.begin(self._changed, note)

    def _on_saved(self) -> None:
        signature, view, at = self._begun
        self._kept, self._told = (signature, view), ""
        self.kept.emit(at)
        if self._again:
            self._write()
            return
        # What was done while that was written is in no file either.
        self._renew_seen()
        waiting, self._then = self._then, []
        for then in waiting:
            then(signature)

    def _on_failed(self, sentence: str) -> None:
        wanted, self._then, self._again = bool(self._then), [], False
        self._noted = None
        if wanted or sentence != self._told:
            self._told = sentence
            logger.error("%s", sentence)
            self.failed.emit(sentence)

    def _note(self, *, is_open: bool) -> None:
        if self.working is None:
            return
        try:
            self.working.note(self.path, modified=self.is_modified, is_open=is_open)
            self._noted = self.path, self.is_modified
        except OSError as error:
            logger.error("the state of the project could not be noted: %s", error)
