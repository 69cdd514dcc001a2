"""Computes what the lab's layers make of its picture, off the GUI thread."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.lab import RunResult
from engine.lab.examples import is_hundredths
from engine.lab.run import contributions, run_setup
from gui.pages.convolve.lab_model import Lab

logger = logging.getLogger(__name__)

# How often the window looks while something is on its way; the thread itself never calls Qt.
LOOK_MS = 2
# What takes longer says so.
SLOW_MS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What was computed, and of what; `parts` are the contributions to one output channel, ``(c, oh, ow)``.

    `parts` is None where the layer has one input channel, or did not fit. `hundredths` says whether the
    layer's input can be written with two decimals.
    """

    lab: Lab
    layer: int
    filter: int
    run: RunResult
    parts: NDArray[Any] | None
    hundredths: bool = False


def evaluate(lab: Lab, layer: int, filter_index: int, before: RunResult | None = None) -> Evaluation:
    """Run the picture through the layers, and take one output channel apart.

    What still holds of the result `before` is taken over.
    """
    run = run_setup(lab.setup, lab.source.picture, before)
    if layer >= len(run.layers):
        return Evaluation(lab, layer, filter_index, run, None)
    result = run.layers[layer]
    parts = contributions(result, filter_index) if len(result.input) > 1 else None
    return Evaluation(lab, layer, filter_index, run, parts, is_hundredths(result.input))


class LabWorker(QObject):
    """Evaluates on a thread of its own; the newest request wins. GUI thread only."""

    evaluated = Signal(object)
    """An `Evaluation`."""
    failed = Signal()
    """The newest request could not be computed; the log has the details."""
    busy_changed = Signal(bool)
    """An evaluation takes longer than is quick, or is done at last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._wanted: tuple[Lab, int, int] | None = None
        self._made: Evaluation | None = None
        self._failed = False
        self._busy = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._look = QTimer(self)
        self._look.setTimerType(Qt.TimerType.PreciseTimer)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_look)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(lambda: self.busy_changed.emit(True))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        with self._condition:
            return not (self._wanted or self._busy or self._made)

    def request(self, lab: Lab, layer: int, filter_index: int) -> None:
        """Ask for an evaluation; one that still waits is dropped."""
        with self._condition:
            if self._closed:
                return
            self._wanted = (lab, layer, filter_index)
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="lab", daemon=True)
                self._thread.start()
            self._condition.notify()
        self._look.start()
        if not self._slow.isActive():
            self._slow.start()

    def close(self, timeout: float = 5.0) -> None:
        """End the thread after what it is computing."""
        self._look.stop()
        self._slow.stop()
        with self._condition:
            self._closed, self._wanted = True, None
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout)
        with self._condition:
            self._made = None

    def _on_look(self) -> None:
        with self._condition:
            made, self._made = self._made, None
            failed, self._failed = self._failed, False
            idle = not (self._wanted or self._busy)
        if idle:
            self._look.stop()
            self._slow.stop()
            self.busy_changed.emit(False)
        if made is not None:
            self.evaluated.emit(made)
        if failed:
            self.failed.emit()

    # From here on: the worker's thread.

    def _main(self) -> None:
        before: RunResult | None = None
        while (job := self._next()) is not None:
            made = None
            try:
                made = evaluate(*job, before)
                before = made.run
            except Exception:
                # One that cannot be computed must not end the display; the next one may work.
                logger.exception("the lab could not be evaluated")
            with self._condition:
                self._busy = False
                self._failed = made is None
                self._made = made or self._made

    def _next(self) -> tuple[Lab, int, int] | None:
        with self._condition:
            while self._wanted is None and not self._closed:
                self._condition.wait()
            if self._closed:
                return None
            job, self._wanted = self._wanted, None
            self._busy = True
            return job
