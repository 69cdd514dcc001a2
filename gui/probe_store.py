"""The person's probes on disk, so that they are there at the next start."""

import logging
from pathlib import Path

from engine.errors import FormatError
from engine.formats.files import write_atomically
from engine.formats.probes_json import MOST_CHARACTERS, probes_from_json, probes_to_json
from engine.probes import Probe

logger = logging.getLogger(__name__)

PROBES_FILE = "probes.json"
_ASIDE = "probes-that-could-not-be-read.json"


class ProbeStore:
    """Keeps probes in one JSON file.

    Parameters
    ----------
    folder
        Where the file is; made when something is kept for the first time.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROBES_FILE

    def load(self) -> tuple[Probe, ...]:
        """Give the kept probes; a damaged file is set aside, told in the log, and leaves none."""
        try:
            if not self._path.exists():
                return ()
            if self._path.stat().st_size > MOST_CHARACTERS:
                raise FormatError(f"Probes must have at most {MOST_CHARACTERS} characters.")
            return probes_from_json(self._path.read_text(encoding="utf-8", errors="replace"))
        except FormatError as error:
            logger.warning("%s is set aside: %s", self._path.name, error)
            self._set_aside()
        except OSError as error:
            logger.warning("the probes cannot be read: %s", error)
        return ()

    def save(self, probes: tuple[Probe, ...]) -> None:
        """Keep these probes; a disk that is full is a line in the log, and the older ones stay."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, probes_to_json(probes).encode())
        except OSError as error:
            logger.error("the probes could not be kept in %s: %s", self._path, error)

    def _set_aside(self) -> None:
        try:
            self._path.replace(self._path.with_name(_ASIDE))
        except OSError as error:
            logger.warning("the probes cannot be renamed: %s", error)
