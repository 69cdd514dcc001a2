"""Work that takes a while, on a thread of its own, with progress and cancel."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError

logger = logging.getLogger(__name__)

# How often the window looks; the thread itself never calls Qt.
LOOK_MS = 50


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is: what is being done, and the share that is done (None where nobody knows)."""

    text: str
    share: float | None


class Job(QObject):
    """Runs one function off the GUI thread. Signals come on the GUI thread.

    The function gets `report(text, share)` and a `threading.Event` that is set when it should give up.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(str)
    """One sentence. Not sent after `cancel`."""
    cancelled = Signal()

    def __init__(
        self,
        work: Callable[[Callable[[str, float | None], None], threading.Event], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._cancel = threading.Event()
        self._progress: JobProgress | None = None
        self._result: tuple[bool, Any] | None = None
        self._thread = threading.Thread(target=self._main, name="job", daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)

    @property
    def is_alive(self) -> bool:
        """Whether the function is still at work."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Ask the function to give up; `cancelled` follows when it has."""
        self._cancel.set()

    def close(self, timeout: float = 5.0) -> None:
        """Cancel and wait; no signal follows."""
        self._timer.stop()
        self._cancel.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _main(self) -> None:
        try:
            # Networks that have diverged are looked at like others; the terminal does not hear of it.
            with np.errstate(all="ignore"):
                self._result = True, self._work(self._report, self._cancel)
        except EngineError as error:
            self._result = False, str(error)
        except Exception as error:
            logger.exception("a job failed")
            self._result = False, f"That did not work: {error}"

    def _report(self, text: str, share: float | None) -> None:
        self._progress = JobProgress(text, share)

    def _on_look(self) -> None:
        progress, self._progress = self._progress, None
        if progress is not None:
            self.progressed.emit(progress)
        if self._result is None:
            return
        self._timer.stop()
        succeeded, value = self._result
        if self._cancel.is_set():
            self.cancelled.emit()
        elif succeeded:
            self.succeeded.emit(value)
        else:
            self.failed.emit(value)
