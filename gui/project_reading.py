"""Reading a whole project off the GUI thread: the file or folder, its runs, and their data sets."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.datasets import Split
from engine.errors import EngineError, FormatError, NotReadableNowError, reason_of
from engine.formats.project import read_project, run_folder
from engine.formats.project_file import pack, unpack
from engine.formats.run_folder import read_run_folder
from engine.project import ProjectContent, ProjectRun
from gui.bridge import SessionRecord
from gui.data_library import DataLibrary

Report = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class ReadRun:
    """A run that can be shown: what the project knows of it, the run, and its data set."""

    known: ProjectRun
    record: SessionRecord
    data_key: str
    split: Split


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that cannot be shown now: it stays in the folder.

    `sentence` says why; `data_key` is the data set that would have to be fetched, "" where that is no help.
    A damaged one can never be read.
    """

    known: ProjectRun
    sentence: str
    data_key: str = ""
    is_damaged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReadProject:
    """A project as it was read; `folder` is where it lies."""

    folder: Path
    content: ProjectContent
    runs: tuple[ReadRun, ...]
    waiting: tuple[Waiting, ...] = ()


def read_new_file(
    path: Path, folder: Path, library: DataLibrary, report: Report, cancel: threading.Event
) -> ReadProject:
    """Unpack a project file to a folder that is not there yet, and read it.

    EngineError with one sentence if it cannot be opened; nothing is left of it then.
    """
    text = f"Opening “{path.name}”"

    def watch(share: float) -> None:
        report(text, share)
        if cancel.is_set():
            raise FormatError("it was cancelled")

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpack(path, folder, watch)
        return read_folder(folder, text, library, report, cancel)
    except (EngineError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, EngineError):
            raise
        reason = reason_of(error)
        raise FormatError(f"“{path.name}” cannot be opened: {reason}.") from None


def read_folder(
    folder: Path, text: str, library: DataLibrary, report: Report, cancel: threading.Event
) -> ReadProject:
    """Read a project's folder; a run that cannot be read or shown waits. EngineError if it is no project."""
    content = read_project(folder)
    runs: list[ReadRun] = []
    waiting: list[Waiting] = []
    for number, known in enumerate(content.project.runs):
        report(text, number / len(content.project.runs))
        if cancel.is_set():
            break
        found = read_run(folder, known, library, cancel)
        runs += [found] if isinstance(found, ReadRun) else []
        waiting += [found] if isinstance(found, Waiting) else []
    return ReadProject(folder, content, tuple(runs), tuple(waiting))


def read_kept_folder(
    folder: Path, library: DataLibrary, report: Report, cancel: threading.Event
) -> ReadProject:
    """Read a folder that the program set aside; EngineError with one sentence that names it."""
    try:
        return read_folder(folder, "Opening the project", library, report, cancel)
    except EngineError as error:
        raise FormatError(f"“{folder.name}” cannot be opened as a project: {error}") from None


def read_run(
    folder: Path, known: ProjectRun, library: DataLibrary, cancel: threading.Event
) -> ReadRun | Waiting:
    """Read one run and its data set."""
    try:
        record, key = read_run_folder(run_folder(folder, known.id))
    except EngineError as error:
        damaged = not isinstance(error, NotReadableNowError)
        return Waiting(known, f"{known.name} cannot be brought back. {error}", is_damaged=damaged)
    if library.needs_fetch(key):
        name = library.name_of(key)
        sentence = f"{known.name} learned on {name}, which is not on this computer."
        return Waiting(known, sentence, key)
    try:
        return ReadRun(known, record, key, library.read(key, cancel))
    except EngineError as error:
        return Waiting(known, f"{known.name} cannot be shown: {error}")


def write_file(folder: Path, path: Path, report: Report, cancel: threading.Event) -> None:
    """Write a project's folder as a file; EngineError with one sentence if that cannot be."""

    def watch(share: float) -> None:
        report(f"Saving “{path.name}”", share)
        if cancel.is_set():
            raise FormatError("it was cancelled")

    try:
        pack(folder, path, watch)
    except OSError as error:
        reason = reason_of(error)
        raise FormatError(f"“{path.name}” cannot be written: {reason}.") from None
