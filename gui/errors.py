"""Errors that nobody caught: known ones become a sentence, unknown ones a report, storms one."""

import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from gui.system_information import system_information, without_home

logger = logging.getLogger(__name__)

# An error that repeats with every frame is one error; it is told again after this long.
QUIET_SECONDS = 30.0
# More different errors than this within the quiet time are only logged.
MOST_REPORTS = 3
# Errors of other threads wait for the next look; nobody sees a tenth of a second.
LOOK_INTERVAL_MS = 100

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error that the program did not expect, as text to show, copy or save."""

    title: str
    details: str


def make_report(error: BaseException, thread: str = "MainThread") -> ErrorReport:
    """Write a report of an error with its traceback and what is at work; the home folder is not named."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    details = f"{''.join(lines)}\nthread: {thread}\n{system_information()}\n"
    return ErrorReport(without_home(f"{type(error).__name__}: {error}"), without_home(details))


class ErrorReporter(QObject):
    """Takes every uncaught exception of every thread and tells the window in the GUI thread.

    Threads other than the GUI's make no Qt call: their errors wait in a queue that a timer drains.
    """

    sentence_ready = Signal(str)
    """One sentence about an error that the engine raised on purpose."""
    report_ready = Signal(object)
    """An `ErrorReport` about any other error."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._told: dict[tuple[str, ...], float] = {}
        self._times: deque[float] = deque(maxlen=MOST_REPORTS)
        self._queue: SimpleQueue[tuple[BaseException, str]] = SimpleQueue()
        self._old_hook: Hook | None = None
        self._old_thread_hook: Callable[[threading.ExceptHookArgs], object] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_INTERVAL_MS)
        self._timer.timeout.connect(self._on_time_to_look)

    def install(self) -> None:
        """Take over the hooks of Python; `uninstall` gives them back."""
        if self._old_hook is None:
            self._old_hook, sys.excepthook = sys.excepthook, self._hook
            self._old_thread_hook = threading.excepthook
            threading.excepthook = self._thread_hook
            self._timer.start()

    def uninstall(self) -> None:
        """Give the hooks back to whoever had them before."""
        self._timer.stop()
        if self._old_hook is not None and self._old_thread_hook is not None:
            sys.excepthook = self._old_hook
            threading.excepthook = self._old_thread_hook
            self._old_hook = self._old_thread_hook = None

    def tell(self, error: BaseException, thread: str = "MainThread") -> None:
        """Tell the window about an error; from the GUI thread only."""
        if not self._is_news(error):
            return
        if isinstance(error, EngineError):
            logger.warning("%s", error)
            self.sentence_ready.emit(str(error))
            return
        report = make_report(error, thread)
        logger.error("Unexpected error\n%s", report.details)
        self.report_ready.emit(report)

    def _is_news(self, error: BaseException) -> bool:
        """Tell whether this error was not told just now, nor too many others."""
        now = self._clock()
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        key = (type(error).__name__, place, "" if frames else str(error))
        known = key in self._told and now - self._told[key] < QUIET_SECONDS
        if known:
            return False
        self._told = {k: t for k, t in self._told.items() if now - t < QUIET_SECONDS}
        self._told[key] = now
        crowded = len(self._times) == MOST_REPORTS and now - self._times[0] < QUIET_SECONDS
        if crowded:
            logger.error("Further error, not shown: %s: %s", type(error).__name__, error)
            return False
        self._times.append(now)
        return True

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        old = self._old_hook or sys.__excepthook__
        if not issubclass(kind, Exception):
            old(kind, error, trace)
            return
        try:
            if threading.current_thread() is threading.main_thread():
                self.tell(error.with_traceback(trace))
            else:
                self._queue.put((error.with_traceback(trace), threading.current_thread().name))
        except Exception:
            old(kind, error, trace)

    def _thread_hook(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is None or not isinstance(arguments.exc_value, Exception):
            return
        name = arguments.thread.name if arguments.thread else "unknown"
        self._queue.put((arguments.exc_value, name))

    def _on_time_to_look(self) -> None:
        while True:
            try:
                error, thread = self._queue.get_nowait()
            except Empty:
                return
            self.tell(error, thread)
