"""The run that a version before projects kept over a closing."""

import logging
from pathlib import Path

from engine.errors import FormatError
from engine.formats.run import load_run
from gui.bridge import SessionRecord

logger = logging.getLogger(__name__)

RUN_FILE = "last-run.safetensors"


class RunStore:
    """Finds that run in the data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RUN_FILE

    def load(self) -> tuple[SessionRecord, str] | None:
        """Give the kept run and its data set, or None; a damaged one is set aside under another name."""
        try:
            if not self._path.exists():
                return None
            return load_run(self._path)
        except FormatError as error:
            logger.warning("%s", error)
            self.set_aside()
        except OSError as error:
            logger.warning("the kept run cannot be read: %s", error)
        return None

    def set_aside(self) -> Path | None:
        """Give the kept run a name of its own, which no later one takes; None if that cannot be done."""
        for number in range(1, 1000):
            aside = self._path.with_name(f"kept-run-{number}.safetensors")
            if not aside.exists():
                try:
                    self._path.replace(aside)
                except OSError as error:
                    logger.warning("the kept run cannot be renamed: %s", error)
                    return None
                return aside
        return None
