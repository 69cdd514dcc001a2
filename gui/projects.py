"""Projects: new, open, save, and bringing back what an earlier start left."""

import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.errors import reason_of
from gui.data_library import DataLibrary
from gui.jobs import Job, JobProgress
from gui.project_keeper import ProjectKeeper
from gui.project_parts import ProjectParts
from gui.project_reading import (
    ReadProject,
    ReadRun,
    Report,
    read_folder,
    read_kept_folder,
    read_new_file,
    read_run,
    write_file,
)
from gui.recent_projects import RecentProjects, offer_of
from gui.settings import Folders
from gui.widgets.message_strip import MessageStrip
from gui.working_folder import (
    Left,
    WorkingFolder,
    WorkNote,
    crashed_elsewhere,
    read_note,
    remove_old_damaged_runs,
    take_working_folder,
)

logger = logging.getLogger(__name__)

OPENING = ".opening"

Say = Callable[..., None]


class Projects(QObject):
    """Opens and saves the person's projects. GUI thread only; reading and writing are not on it.

    All work is kept in the working folder, every few seconds and at closing, so that nobody is ever asked
    whether to save. The person's file is written only when they say so. A project that is left, and is not
    in its file as it is, is set aside, and can be opened again. Whatever fails is told in one sentence, and
    nothing changes.

    Parameters
    ----------
    window
        Whose title names the project.
    parts
        Where the project's parts come from and go to.
    library
        Data sets, which runs need.
    places
        The program's folders.
    say
        Tells the person one sentence, with something to do about it.
    messages
        Where progress is shown.
    """

    def __init__(
        self,
        window: QWidget,
        parts: ProjectParts,
        library: DataLibrary,
        places: Folders,
        say: Say,
        messages: MessageStrip,
    ) -> None:
        super().__init__(window)
        self._window, self._parts, self._library = window, parts, library
        self._places, self._say, self._messages = places, say, messages
        self.recent = RecentProjects(places.config, places.data, self)
        self.keeper, self.notes = ProjectKeeper(parts, self), parts.notes
        self._leaves_traces = True
        # The working folder while what was left there at the last closing is read.
        self._reading: WorkingFolder | None = None
        self._job: Job | None = None
        # What is to be done when the present work is through.
        self._next: list[Callable[[], None]] = []
        self.keeper.failed.connect(self._on_keeping_failed)
        self.keeper.title_changed.connect(self._show_title)
        library.loaded.connect(self._on_data_loaded)
        self._show_title()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being opened or saved because somebody asked for it."""
        return self._is_free and not self._next

    @property
    def _is_free(self) -> bool:
        return self._job is None and not self.keeper.is_flushing

    def start(self, *, restore: bool) -> bool:
        """Begin to keep the work; bring back what was left by the last start, if `restore`.

        Returns
        -------
        Whether there was anything.
        """
        working = take_working_folder(self._places.data)
        if working is None:
            return False
        remove_old_damaged_runs(self._places.data)
        for path in self._places.data.glob(f"{OPENING}-{working.path.name}-*"):
            shutil.rmtree(path, ignore_errors=True)
        left, crashed = working.left, crashed_elsewhere(self._places.data)
        if left is not None and left.crashed:
            crashed.append(left)
        if left is not None and not left.crashed and restore:
            # Until it is here nothing is written there.
            self._reading = working
            work = partial(read_folder, left.folder, "Opening the last project", self._library)
            failed = partial(self._set_left_aside, working)
            self._do(work, partial(self._bring_back, working, left.note, crashed), failed)
            return True
        self._begin(working)
        self._offer(crashed)
        return left is not None or bool(crashed)

    def leave_no_trace(self) -> None:
        """Keep nothing from now on."""
        self._leaves_traces = False
        self.keeper.stop()

    def close(self) -> None:
        """Keep everything at once, when nothing trains any more; called at the end."""
        self._next = []
        if self._job is not None:
            self._job.close()
            self._job = None
        if self._reading is not None:
            self._reading.release()
        elif self._leaves_traces:
            if self.keeper.working is None and not self._parts.is_empty:
                self._begin_late()
            self.keeper.write_last()
        self.keeper.stop()

    def new(self) -> None:
        """Begin a new project; the one before is kept."""
        self._when_free(lambda: self._flush(self._begin_new))

    def open(self, path: Path) -> bool:
        """Open a project's file, or a folder that was set aside; True: what comes of it is told later."""
        work = self._open_folder if path.is_dir() else self._open_file
        self._when_free(partial(work, path))
        return True

    def save_as(self, path: Path) -> None:
        """Write the project to a file, which is its own from then on."""
        self._when_free(lambda: self._flush(partial(self._pack, path)))

    # Left by an earlier start

    def _begin_late(self) -> None:
        """Have a folder for what a window holds that was never restored; what is there is set aside."""
        working = take_working_folder(self._places.data)
        if working is not None:
            self._begin(working)

    def _begin(self, working: WorkingFolder) -> None:
        """Keep the work there; what is there is set aside. Where it cannot be, nothing is written over it."""
        if self._attempt(working.set_aside):
            self.keeper.begin(working)
        else:
            working.release()

    def _offer(self, lefts: Sequence[Left]) -> None:
        if lefts:
            sentence, folder = offer_of(lefts)
            act = None if folder is None else partial(self.open, folder)
            self._say(sentence, action="" if act is None else "Bring it back", act=act, warning=True)

    def _bring_back(
        self, working: WorkingFolder, note: WorkNote, crashed: Sequence[Left], read: ReadProject
    ) -> None:
        self._reading = None
        self.keeper.begin(working)
        self._parts.put(read, instead=False)
        self._take(read, note)
        if self._parts.waiting:
            self._tell_waiting()
        else:
            self._offer(crashed)

    def _set_left_aside(self, working: WorkingFolder, sentence: str) -> None:
        self._reading = None
        self._begin(working)
        self._say(f"The last project was not brought back: {sentence}", warning=True)

    # Opening

    def _open_file(self, path: Path) -> None:
        own = "" if self.keeper.working is None else self.keeper.working.path.name
        folder = self._places.data / f"{OPENING}-{own}-{secrets.token_hex(4)}"
        work = partial(read_new_file, path, folder, self._library)
        self._do(work, lambda read: self._leave(read, WorkNote(str(path))))

    def _open_folder(self, folder: Path) -> None:
        work = partial(read_kept_folder, folder, self._library)
        note = read_note(folder) or WorkNote(modified=True)
        self._do(work, lambda read: self._leave(read, note))

    def _leave(self, read: ReadProject, note: WorkNote) -> None:
        """Open what was read in place of the present project, when that is kept."""
        self._flush(lambda _: self._exchange(read, note))

    def _exchange(self, read: ReadProject, note: WorkNote) -> None:
        working = self.keeper.working
        assert working is not None
        done, aside = self._empty_folder(working, read.folder)
        if not done:
            return
        if not self._attempt(lambda: working.adopt(read.folder)):
            # All of the present project is written anew.
            self.keeper.set_file(self.keeper.path, in_file=False)
            return
        self._parts.put(read, instead=True)
        self._take(read, note)
        path = self.keeper.path
        name = f"“{path.stem}”" if path is not None else "The project"
        if path is not None:
            self.recent.add(path)
        if self._parts.waiting:
            self._tell_waiting()
        else:
            self._say_left(f"{name} is open.", aside)

    def _begin_new(self, _: Hashable) -> None:
        working = self.keeper.working
        assert working is not None
        done, aside = self._empty_folder(working)
        if done:
            self._parts.clear()
            self.keeper.set_file(None, in_file=True)
            self._say_left("A new project has begun.", aside)

    def _empty_folder(self, working: WorkingFolder, spare: Path | None = None) -> tuple[bool, Path | None]:
        """Make room, or say why all is as it was; tells whether, and where a project in no file went."""
        if self._parts.is_empty or (self.keeper.path is not None and not self.keeper.is_modified):
            working.clear()
            return True, None
        aside: list[Path | None] = []
        done = self._attempt(lambda: aside.append(working.set_aside(spare)))
        return done, aside[0] if done else None

    def _say_left(self, sentence: str, aside: Path | None) -> None:
        if aside is None:
            self._say(sentence)
        else:
            more = "The one before is kept."
            self._say(f"{sentence} {more}", action="Go back to it", act=lambda: self.open(aside))

    def _take(self, read: ReadProject, note: WorkNote) -> None:
        """Take over the file's name of what the window shows now."""
        path = Path(note.path) if note.path else None
        in_file = path is not None and not note.modified
        self.keeper.set_file(path, in_file=in_file, holds=[run.known.id for run in read.runs])

    # Saving

    def _pack(self, path: Path, written: Hashable) -> None:
        working = self.keeper.working
        assert working is not None
        # Nobody may write to the folder meanwhile.
        self.keeper.hold(True)
        self._do(partial(write_file, working.path, path), lambda _: self._on_packed(path, written))

    def _on_packed(self, path: Path, written: Hashable) -> None:
        self.keeper.note_file(path, written)
        self.recent.add(path)
        self._say(f"Saved as “{path.name}”.")

    # Runs whose data sets are not here

    def _tell_waiting(self) -> None:
        waiting = self._parts.waiting
        if not waiting:
            return
        self._parts.waiting = tuple(run for run in waiting if not run.is_damaged)
        for run in waiting:
            if run.is_damaged and self.keeper.working is not None:
                place = self.keeper.working.move_damaged_run(run.known.id)
                logger.error("%s What is left of it is in %s", run.sentence, place)
        more = f" So it is with {len(waiting) - 1} more." if len(waiting) > 1 else ""
        first, key = waiting[0].sentence + more, waiting[0].data_key
        if key:
            name = self._library.name_of(key)
            self._say(first, action=f"Fetch {name}", act=lambda: self._library.load(key), warning=True)
        else:
            self._say(first, warning=True)

    def _on_data_loaded(self, key: str, _: Any) -> None:
        wanted = [waiting.known for waiting in self._parts.waiting if waiting.data_key == key]
        if wanted and self.keeper.working is not None:
            folder = self.keeper.working.path

            def work(report: Report, cancel: threading.Event) -> list[ReadRun]:
                found = [read_run(folder, known, self._library, cancel) for known in wanted]
                return [run for run in found if isinstance(run, ReadRun)]

            self._when_free(lambda: self._do(work, self._parts.put_waiting))

    # One work at a time

    def _flush(self, then: Callable[[Hashable], None]) -> None:
        """Do something when all is kept; it is told how the work was then."""
        if self.keeper.working is None and self._leaves_traces:
            self._begin_late()
        if self.keeper.working is None:
            self._fail("There is no folder to keep your work in: the log says why.")
            return

        def go_on(written: Hashable) -> None:
            then(written)
            self._go_on()

        self.keeper.flush(go_on)

    def _on_keeping_failed(self, sentence: str) -> None:
        self._fail(sentence)
        self._go_on()

    def _go_on(self) -> None:
        while self._next and self._is_free:
            self._next.pop(0)()

    def _when_free(self, act: Callable[[], None]) -> None:
        if self.is_settled:
            act()
        else:
            self._next.append(act)

    def _do(
        self,
        work: Callable[[Report, threading.Event], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
    ) -> None:
        job = Job(work, self)
        self._job = job
        job.progressed.connect(self._show_progress)
        job.succeeded.connect(lambda result: self._end(partial(done, result)))
        job.failed.connect(lambda sentence: self._end(partial(failed or self._fail, sentence)))
        cancelled = (lambda: None) if failed is None else partial(failed, "it was cancelled.")
        job.cancelled.connect(lambda: self._end(cancelled))
        job.start()

    def _end(self, act: Callable[[], None]) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.keeper.hold(False)
        self._messages.end_progress()
        act()
        self._go_on()

    def _fail(self, sentence: str) -> None:
        self._say(sentence, warning=True)

    def _attempt(self, act: Callable[[], object]) -> bool:
        """Do something with folders; False, and a sentence, if the system does not let us."""
        try:
            act()
        except OSError as error:
            logger.error("the working folder cannot be changed: %s", error)
            reason = reason_of(error)
            self._fail(f"The program's folder cannot be changed: {reason}.")
            return False
        return True

    def _show_progress(self, progress: JobProgress) -> None:
        text = progress.text if progress.share is None else f"{progress.text}, {progress.share:.0%}"
        self._messages.show_message(text, kind="progress", action="Cancel", on_action=self._cancel)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _show_title(self) -> None:
        path = self.keeper.path
        self._window.setWindowTitle("Filterscope" if path is None else f"Filterscope — {path.stem}[*]")
        self._window.setWindowModified(path is not None and self.keeper.is_modified)
