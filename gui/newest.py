"""A thread that computes one thing after another, always for the newest request."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

logger = logging.getLogger(__name__)

LOOK_MS = 10

J = TypeVar("J")


class NewestWorker(QObject, Generic[J]):
    """Calls a function off the GUI thread; a request that still waits when a newer one comes is dropped.

    GUI thread only.

    Parameters
    ----------
    compute
        Called with a request, on the thread; what it gives is sent on. It makes no Qt call.
    name
        Of the thread.
    """

    made = Signal(object)

    def __init__(self, compute: Callable[[J], object], name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compute, self._name = compute, name
        self._condition = threading.Condition()
        self._wanted: list[J] = []
        self._made: list[object] = []
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_look)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        with self._condition:
            return not (self._wanted or self._busy or self._made)

    def request(self, job: J) -> None:
        """Ask for something."""
        with self._condition:
            if self._closed:
                return
            self._wanted = [job]
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name=self._name, daemon=True)
                self._thread.start()
            self._condition.notify()
        if not self._look.isActive():
            # Started anew by each request, it might never get to look.
            self._look.start()

    def close(self, timeout: float = 5.0) -> None:
        """End the thread after what it is computing."""
        self._look.stop()
        with self._condition:
            self._closed, self._wanted = True, []
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    def _on_look(self) -> None:
        with self._condition:
            made, self._made = self._made, []
            idle = not (self._wanted or self._busy)
        if idle:
            self._look.stop()
        for each in made[-1:]:
            self.made.emit(each)

    # From here on: the worker's thread.

    def _main(self) -> None:
        while True:
            with self._condition:
                while not self._wanted and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                job = self._wanted.pop()
                self._busy = True
            made = []
            try:
                # Networks that have diverged are looked at like others; the terminal does not hear of it.
                with np.errstate(all="ignore"):
                    made = [self._compute(job)]
            except Exception:
                # One that cannot be computed must not end the display; the next one may work.
                logger.exception("%s could not be computed", self._name)
            with self._condition:
                self._busy = False
                self._made += made
