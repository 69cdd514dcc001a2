"""The numbers of a run as curves, in bounded memory, and how many pictures it had seen at each step."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.session_messages import KnobChanged, SessionEvent
from gui.widgets.trace import Points, Smoother, Trace

Quantity: TypeAlias = Literal["loss", "accuracy"]

_LOSS_SPANS, _TEST_SPANS = 256, 128


class RunCurve:
    """Smoothed loss and test accuracy of one run. Any one thread.

    Rows are fed in order; `rows` and `tests` tell how many have been, so that only new ones come next.
    """

    def __init__(self) -> None:
        self._loss, self._test = Trace(_LOSS_SPANS), Trace(_TEST_SPANS)
        self._mean = Smoother()
        self.rows = self.tests = 0
        self.last_step = 0

    def feed(self, steps: NDArray[Any], tests: NDArray[Any]) -> bool:
        """Take further rows of a session's histories, `engine.history`; tells whether there were any."""
        if len(steps):
            self._loss.append(steps["step"].astype(np.float64), self._mean.feed(steps["loss"]))
            self.rows += len(steps)
            self.last_step = int(steps["step"][-1])
        if len(tests):
            self._test.append(tests["step"].astype(np.float64), 100 * tests["accuracy"].astype(np.float64))
            self.tests += len(tests)
        return bool(len(steps) or len(tests))

    def points(self, quantity: Quantity) -> Points:
        """Give steps and values; the accuracy in percent."""
        return (self._loss if quantity == "loss" else self._test).points()

    def value_at(self, quantity: Quantity, step: float) -> float | None:
        """Give the value at the last point not after a step; None before the first and after the last."""
        if step > self.last_step:
            return None
        return (self._loss if quantity == "loss" else self._test).nearest(step)


def batch_sizes(batch_size: int, events: Sequence[SessionEvent], steps: NDArray[Any]) -> NDArray[np.int64]:
    """Give the batch size of each step.

    Parameters
    ----------
    batch_size
        The run's present one.
    events
        What happened in it, oldest first.
    steps
        ``(n,)``, from 1.
    """
    sizes = np.full(len(steps), batch_size, np.int64)
    for event in reversed(events):
        if isinstance(event, KnobChanged) and event.name == "batch_size":
            sizes[steps <= event.step] = int(event.old)
    return sizes


def pictures_seen(epochs: NDArray[Any], batches: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Tell how many pictures a run had seen after each of its steps, from the first one on.

    Parameters
    ----------
    epochs, batches
        ``(n,)``: the epoch of each step, from 0, and its batch size.
    count
        Pictures of the data set; an epoch's last step takes what is left.
    """
    if len(epochs) == 0:
        return np.zeros(0, np.int64)
    total = np.cumsum(batches)
    first = np.flatnonzero(np.diff(epochs, prepend=epochs[0] - 1))
    before = total[first] - batches[first]
    within = total - np.repeat(before, np.diff(first, append=len(epochs)))
    return epochs.astype(np.int64) * count + np.minimum(within, count)
