"""The folder in which the present project is kept while the program runs, and what an earlier start left.

One program has it at a time: a lock beside it, which the system lets go of however the program ends. A note
in it says whether it was left in good order. What is not to be worked on any more, and is not in a file of
the person's either, is set aside under a name of its own, where it can be opened again.
"""

import contextlib
import logging
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import FormatError
from engine.formats.files import write_atomically
from engine.formats.project import PROJECT_FILE, make_project_folder, read_project, run_folder
from engine.formats.run_folder import run_place
from gui.instance import open_locked

logger = logging.getLogger(__name__)

FOLDER = "working"
ASIDE = "set-aside"
DAMAGED = "damaged-run"
NOTE_FILE = "state.json"
# Programs that have a window of their own, each with a folder.
MOST_FOLDERS = 20
# Projects that were set aside and never looked at again.
MOST_ASIDE = 10
# Nothing in the program opens a damaged run again: they are for somebody who looks by hand at what the last
# accidents left. Their recordings have 64 MB each, so that these are a third of a gigabyte at most.
MOST_DAMAGED = 5


@dataclass(frozen=True, slots=True)
class WorkNote:
    """What is noted of a working folder beside the project.

    Parameters
    ----------
    path
        The person's file that it was opened from or saved to; "" for none.
    modified
        Whether there is more in it than in that file.
    is_open
        Whether a program works on it, or was ended while it did.
    process, started
        Which program that is, and when it began to, in seconds since 1970.
    """

    path: str = ""
    modified: bool = False
    is_open: bool = False
    process: int = 0
    started: float = 0.0


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier start left: the folder, its note, and whether that start ended unexpectedly."""

    folder: Path
    note: WorkNote
    crashed: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What there is to say of a project in a folder: the run that is shown, its step, when it was saved."""

    run: str
    step: int
    saved: float


class WorkingFolder:
    """One program's working folder. Any thread, one at a time.

    Parameters
    ----------
    path
        The folder; made when something is written.
    handle
        The open, locked file beside it.
    left
        What was there, if anything.
    """

    def __init__(self, path: Path, handle: int, left: Left | None) -> None:
        self.path = path
        self.left = left
        self._handle = handle
        self._started = time.time()

    def note(self, path: Path | None, *, modified: bool, is_open: bool = True) -> None:
        """Note how the project stands to the person's file; OSError if that cannot be written."""
        make_project_folder(self.path)
        known = "" if path is None else str(path)
        value = WorkNote(known, modified, is_open, os.getpid(), self._started)
        write_atomically(self.path / NOTE_FILE, msgspec.json.encode(value))

    def set_aside(self, spare: Path | None = None) -> Path | None:
        """Put the project elsewhere, whole, and have an empty folder; gives where, None if there was none.

        `spare` is one that was set aside before and is wanted now: it stays, however old it is.
        """
        if (self.path / PROJECT_FILE).exists():
            return set_aside(self.path, spare)
        self.clear()
        return None

    def clear(self) -> None:
        """Remove what is in the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

    def move_damaged_run(self, run_id: str) -> Path | None:
        """Put a run that cannot be read beside the folder; gives where, None if that cannot be done."""
        with contextlib.suppress(OSError):
            newest = max(map(_damaged_number, self.path.parent.iterdir()))
            place = self.path.with_name(f"{DAMAGED}-{newest + 1}")
            run_folder(self.path, run_id).rename(place)
            return place
        return None

    def adopt(self, folder: Path) -> None:
        """Have this folder's content, which is no longer there then; the present one must be empty."""
        self.clear()
        folder.rename(self.path)

    def release(self) -> None:
        """Let another program have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def take_working_folder(data: Path) -> WorkingFolder | None:
    """Take the first folder that no program works in; None, and a line in the log, if there is none.

    What was left by a program that ended unexpectedly is set aside: `left` says where.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        for number in range(1, MOST_FOLDERS + 1):
            path = _folder(data, number)
            handle = open_locked(_lock(path))
            if handle is not None:
                return WorkingFolder(path, handle, _left(path))
    except OSError as error:
        logger.error("there is no folder to work in below %s: %s", data, error)
    return None


def crashed_elsewhere(data: Path) -> list[Left]:
    """Set aside what programs left in other folders that ended unexpectedly; gives it, the oldest first.

    Folders of programs that run are locked, and so is the one that was taken.
    """
    found = []
    for path in (_folder(data, number) for number in range(1, MOST_FOLDERS + 1)):
        try:
            handle = open_locked(_lock(path)) if (path / PROJECT_FILE).exists() else None
            if handle is None:
                continue
            try:
                note = read_note(path)
                if note is None or note.is_open:
                    found.append(Left(set_aside(path), note or WorkNote(modified=True), True))
            finally:
                os.close(handle)
        except OSError as error:
            logger.warning("what is left in %s cannot be set aside: %s", path, error)
    return found


def read_note(folder: Path) -> WorkNote | None:
    """Read a folder's note; None if there is none that can be read."""
    try:
        return msgspec.json.decode((folder / NOTE_FILE).read_bytes(), type=WorkNote)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def summary_of(folder: Path) -> Summary | None:
    """Say what is in a project's folder, without reading the runs; None if it cannot be read."""
    try:
        project = read_project(folder).project
        shown = project.present or (project.runs[-1].id if project.runs else "")
        name, step = run_place(run_folder(folder, shown)) if shown else ("", 0)
        return Summary(name, step, project.changed)
    except FormatError as error:
        logger.warning("what is in %s cannot be told: %s", folder, error)
        return None


def remove_old_damaged_runs(data: Path) -> None:
    """Keep only the newest of the damaged runs that were put aside; what cannot be removed stays.

    Links and files of such a name are none of ours: they are not followed, and not touched.
    """
    try:
        named = sorted(data.iterdir(), key=_damaged_number, reverse=True)
        found = [path for path in named if _damaged_number(path) and path.is_dir() and not path.is_symlink()]
    except OSError as error:
        logger.warning("damaged runs in %s cannot be looked at: %s", data, error)
        return
    for path in found[MOST_DAMAGED:]:
        try:
            # Of links within it removes the links.
            shutil.rmtree(path)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", path, error)


def projects_aside(data: Path) -> tuple[Path, ...]:
    """Give the folders of projects that were set aside, the newest first."""
    try:
        found = [path for path in data.iterdir() if _aside_number(path)]
    except OSError:
        return ()
    return tuple(sorted(found, key=_aside_number, reverse=True))


def set_aside(folder: Path, spare: Path | None = None) -> Path:
    """Give a project's folder a name of its own beside it; OSError if that cannot be done.

    Of too many of them the oldest are removed, but not `spare`.
    """
    numbers = [_aside_number(path) for path in projects_aside(folder.parent)]
    aside = folder.with_name(f"{ASIDE}-{max(numbers, default=0) + 1}")
    folder.rename(aside)
    for old in projects_aside(folder.parent)[MOST_ASIDE:]:
        if old != spare:
            shutil.rmtree(old, ignore_errors=True)
    return aside


def _folder(data: Path, number: int) -> Path:
    return data / (FOLDER if number == 1 else f"{FOLDER}-{number}")


def _lock(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _left(path: Path) -> Left | None:
    if not (path / PROJECT_FILE).exists():
        # Nothing was ever written to its end.
        shutil.rmtree(path, ignore_errors=True)
        return None
    note = read_note(path)
    if note is None or note.is_open:
        return Left(set_aside(path), note or WorkNote(modified=True), True)
    with contextlib.suppress(OSError):
        # A folder that cannot be written to is no place to go on in.
        if os.access(path, os.W_OK):
            return Left(path, note, False)
    return Left(set_aside(path), note, False)


def _aside_number(path: Path) -> int:
    return _number(path, ASIDE)


def _damaged_number(path: Path) -> int:
    return _number(path, DAMAGED)


def _number(path: Path, kind: str) -> int:
    """Give the number in a name such as “set-aside-3”, 0 for another name; later ones are higher."""
    number = path.name.removeprefix(f"{kind}-")
    return int(number) if number != path.name and number.isdecimal() and len(number) < 10 else 0
