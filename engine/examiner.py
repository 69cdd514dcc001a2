"""Measures a network on test pictures now and then, without taking much of the training's time."""

import time
from typing import Any

from numpy.typing import NDArray

from engine.history import History
from engine.metrics import evaluate
from engine.network import Network

# Evaluations may take this share of the training time, and come no more often than this.
SHARE = 0.05
LEAST_SECONDS = 0.25
# Somebody who pauses waits for an evaluation that takes no longer than this.
QUICK_SECONDS = 0.2


class Examiner:
    """Paces the evaluations of one run and writes them to its table. For the training thread.

    Parameters
    ----------
    network
        Measured as it is at that moment.
    pictures, labels
        ``(n, c, h, w)`` and ``(n,)``.
    results
        A table of `TEST_FIELDS`.
    """

    def __init__(
        self, network: Network, pictures: NDArray[Any], labels: NDArray[Any], results: History
    ) -> None:
        self._network, self._pictures, self._labels = network, pictures, labels
        self._results = results
        self._training_seconds = 0.0
        self._due_at = 0.0
        self._last_step = -1
        self._last_seconds = float("inf")

    def note(self, seconds: float) -> None:
        """Take note of time spent on training."""
        self._training_seconds += seconds

    @property
    def is_due(self) -> bool:
        """Whether enough has been trained since the last evaluation."""
        return self._training_seconds >= self._due_at

    @property
    def is_quick(self) -> bool:
        """Whether the last evaluation took so little time that a person can wait for another one."""
        return self._last_seconds <= QUICK_SECONDS

    def examine(self, step: int) -> None:
        """Evaluate, unless this step was evaluated already."""
        if step == self._last_step:
            return
        self._last_step = step
        started = time.perf_counter()
        result = evaluate(self._network, self._pictures, self._labels)
        self._last_seconds = seconds = time.perf_counter() - started
        self._results.append(step, result.loss, result.accuracy)
        self._due_at = self._training_seconds + max(seconds / SHARE, LEAST_SECONDS)
