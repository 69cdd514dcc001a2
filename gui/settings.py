"""Preferences: one typed value in one JSON file, and the folders the program writes to."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_type_hints

import msgspec
import platformdirs
from PySide6.QtCore import QObject, QTimer, Signal

from engine.drawing import DEFAULT_PEN_WIDTH
from engine.formats.files import write_atomically

logger = logging.getLogger(__name__)

APP_NAME = "Filterscope"
HOME_VARIABLE = "FILTERSCOPE_HOME"
PREFERENCES_FILE = "preferences.json"
# A slider changes a preference many times a second; the disk need not follow.
SAVE_DELAY_MS = 400

ThemeMode = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the program keeps its files; a folder exists once something was written to it."""

    config: Path
    data: Path
    cache: Path
    log: Path


def folders() -> Folders:
    """Return the program's folders: the system's own, or below ``$FILTERSCOPE_HOME`` if set."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        root = Path(home).expanduser()
        return Folders(root / "config", root / "data", root / "cache", root / "log")
    found = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
    return Folders(found.user_config_path, found.user_data_path, found.user_cache_path, found.user_log_path)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the person chose and wants to find again."""

    theme: ThemeMode = "system"
    page: str = "draw"
    pressure: bool = True
    """A pen's pressure changes the width of the line."""
    brush: float = DEFAULT_PEN_WIDTH
    """Width of the pen, as a fraction of the canvas's side."""
    inspector: bool = True
    splitter: tuple[int, ...] = ()
    """Widths of Pad, Stage and Inspector, in pixels."""


def read_preferences(path: Path) -> Preferences:
    """Read preferences, whatever state the file is in.

    Parameters
    ----------
    path : Path
        The JSON file; it need not exist.

    Returns
    -------
    Preferences
        Defaults for everything that is missing or wrong; unknown keys are ignored, and anything
        wrong is a warning in the log.
    """
    try:
        content = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("Preferences in %s cannot be read, using defaults: %s", path, error)
        return Preferences()
    if not isinstance(content, dict):
        logger.warning("Preferences in %s are not a JSON object, using defaults", path)
        return Preferences()
    good: dict[str, Any] = {}
    for name, kind in get_type_hints(Preferences).items():
        if name in content:
            try:
                good[name] = msgspec.convert(content[name], kind)
            except msgspec.ValidationError as error:
                logger.warning("Preference %s ignored: %s", name, error)
    return Preferences(**good)


def write_preferences(path: Path, value: Preferences) -> None:
    """Write preferences so that a crash leaves the old file or the new one, never half of one.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, msgspec.json.format(msgspec.json.encode(value), indent=2))


class PreferencesStore(QObject):
    """Holds the preferences while the program runs and saves them soon after a change.

    GUI thread only. A disk that cannot be written to is a warning in the log; the value holds.
    """

    changed = Signal(object)
    """The new `Preferences`."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._value = read_preferences(path)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def value(self) -> Preferences:
        """The present preferences."""
        return self._value

    def update(self, value: Preferences) -> None:
        """Take new preferences, tell everybody, and save them shortly."""
        if value != self._value:
            self._value = value
            self._timer.start()
            self.changed.emit(value)

    def flush(self) -> None:
        """Save now; call it when the program closes."""
        self._timer.stop()
        try:
            write_preferences(self._path, self._value)
        except OSError as error:
            logger.warning("Preferences not saved: %s", error)
