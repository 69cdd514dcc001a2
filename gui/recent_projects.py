"""The projects that were opened or saved last, for the menu."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.formats.files import write_atomically
from engine.inspect.words import grouped
from gui.working_folder import Left, projects_aside, read_note, summary_of

logger = logging.getLogger(__name__)

RECENT_FILE = "recent-projects.json"
MOST = 10


@dataclass(frozen=True, slots=True)
class RecentEntry:
    """One line of the menu: its words, what it opens, and why it cannot be opened, "" if it can.

    `is_aside` tells that no file of the person's is meant, but a folder that the program has set aside.
    """

    text: str
    path: Path
    tip: str
    reason: str = ""
    is_aside: bool = False


class RecentProjects(QObject):
    """Remembers files, the newest first, and knows of projects that were set aside. GUI thread only.

    Parameters
    ----------
    config, data
        The program's folders.
    """

    changed = Signal()

    def __init__(self, config: Path, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file, self._data = config / RECENT_FILE, data
        self._paths = _read(self._file)

    def add(self, path: Path) -> None:
        """Put a file first; a disk that cannot be written to is a line in the log."""
        self._paths = [path, *(known for known in self._paths if known != path)][:MOST]
        self._write()

    def forget(self) -> None:
        """Forget all files; the files themselves stay."""
        self._paths = []
        self._write()

    def entries(self) -> list[RecentEntry]:
        """Give the files, then the projects that were set aside and are in no file."""
        files = [
            RecentEntry(
                path.stem, path, str(path), "" if path.is_file() else "This file is not there any more"
            )
            for path in self._paths
        ]
        return files + [_aside_entry(folder) for folder in projects_aside(self._data)]

    def _write(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, msgspec.json.encode([str(path) for path in self._paths]))
        except OSError as error:
            logger.warning("recent projects not saved: %s", error)
        self.changed.emit()


def clock_words(seconds: float) -> str:
    """Say when something was: the time of today, and the day of another one."""
    then = datetime.fromtimestamp(seconds)
    today = then.date() == datetime.now().date()
    return f"{then:%H:%M}" if today else f"{then.day} {then:%B, %H:%M}"


def offer_of(lefts: Sequence[Left]) -> tuple[str, Path | None]:
    """Say what programs left that ended unexpectedly, and which folder to bring back: what was kept last.

    The others are among the recent projects. None where nothing of it can be read.
    """
    ended = "Filterscope ended unexpectedly"
    found = [(summary, left.folder) for left in lefts if (summary := summary_of(left.folder)) is not None]
    if not found:
        names = ", ".join(f"“{left.folder.name}”" for left in lefts)
        return f"{ended}, and what was kept cannot be read. It is in {names}.", None
    newest, folder = max(found, key=lambda pair: pair[0].saved)
    what = f"{newest.run} was saved at" if newest.run else "Your work was saved at"
    step = f", step {grouped(newest.step)}" if newest.run else ""
    more = " What other windows left is among the recent projects." if len(lefts) > 1 else ""
    return f"{ended}. {what} {clock_words(newest.saved)}{step}.{more}", folder


def _aside_entry(folder: Path) -> RecentEntry:
    found, note = summary_of(folder), read_note(folder)
    if found is None:
        return RecentEntry("Set aside", folder, str(folder), "This project cannot be read", True)
    name = Path(note.path).stem if note is not None and note.path else "Not saved"
    what = f"{found.run}, step {grouped(found.step)}" if found.run else "no run"
    tip = f"Set aside by the program: {what}"
    return RecentEntry(f"{name}, {clock_words(found.saved)}", folder, tip, is_aside=True)


def _read(file: Path) -> list[Path]:
    try:
        return [Path(text) for text in msgspec.json.decode(file.read_bytes(), type=list[str])[:MOST]]
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        logger.warning("recent projects cannot be read: %s", error)
        return []
