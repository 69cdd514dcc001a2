"""Writes a run to its folder while it trains on, in the process that trains."""

import logging
import threading
from collections.abc import Callable

from engine.errors import EngineError, reason_of
from engine.formats.run_folder import RunFolder
from engine.session_messages import RunSaved, Saved, SaveFailed, SaveRun
from engine.session_record import SessionRecord

logger = logging.getLogger(__name__)


class Saver:
    """Writes on a thread of its own, one at a time; of several requests that wait the newest wins.

    Parameters
    ----------
    tell
        Is told how each writing ended, on that thread.
    """

    def __init__(self, tell: Callable[[Saved], object]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._waiting: tuple[SaveRun, SessionRecord] | None = None
        self._thread: threading.Thread | None = None
        self._folder: RunFolder | None = None

    def save(self, command: SaveRun, record: SessionRecord) -> None:
        """Write a run as soon as what is being written is through; returns at once."""
        with self._lock:
            self._waiting = command, record
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="saver", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Write nothing more, and wait for what is being written."""
        with self._lock:
            self._waiting = None
            thread = self._thread
        if thread is not None:
            thread.join()

    def _main(self) -> None:
        while True:
            with self._lock:
                if self._waiting is None:
                    self._thread = None
                    return
                (command, record), self._waiting = self._waiting, None
            self._tell(self._write(command, record))

    def _write(self, command: SaveRun, record: SessionRecord) -> Saved:
        step = record.state.position.step
        try:
            return self._try_to_write(command, record)
        except OSError as error:
            reason = reason_of(error)
            return SaveFailed(step, command.folder, f"{record.name} could not be saved: {reason}.")
        except EngineError as error:
            return SaveFailed(step, command.folder, f"{record.name} could not be saved: {error}")
        except Exception as error:
            logger.exception("%s could not be saved", record.name)
            return SaveFailed(step, command.folder, f"{record.name} could not be saved: {error}.")

    def _try_to_write(self, command: SaveRun, record: SessionRecord) -> Saved:
        if self._folder is None or str(self._folder.path) != command.folder:
            self._folder = RunFolder(command.folder)
        self._folder.write(record, data=command.data)
        return RunSaved(record.state.position.step, command.folder)
