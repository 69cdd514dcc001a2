"""A curve of any length in bounded memory: one entry for each of ever wider spans of steps."""

import math

import numpy as np
from numpy.typing import NDArray

# The running mean looks back over a sixth of the run, and at most over this many steps.
_LONGEST_MEMORY = 33
_SHARE_OF_RUN = 6
_BATCH_SPANS, _MEAN_SPANS, _TEST_SPANS = 512, 256, 96

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


class Trace:
    """Keeps the lowest and the highest value, or the last one, of each span. Any one thread.

    When there are too many spans, every two become one: memory and the cost of drawing stay
    bounded, and appending n samples costs n.

    Parameters
    ----------
    most_spans : int
        An even number.
    extremes : bool
        True: two points per span, so that no spike is ever lost. False: one, for smooth curves.
    """

    def __init__(self, most_spans: int, *, extremes: bool = False) -> None:
        self._most = most_spans
        self._extremes = extremes
        self._width = 1
        self._spans = np.empty((3, 0))
        self._rest = np.empty((2, 0))

    def __len__(self) -> int:
        """Count the points that `points` gives."""
        return (1 + self._extremes) * self._spans.shape[1] + self._rest.shape[1]

    def append(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> None:
        """Add samples with growing `x`, both of shape (n,); what is not finite is left out."""
        finite = np.isfinite(y)
        samples = np.concatenate([self._rest, np.stack([x[finite], y[finite]])], axis=1)
        while True:
            room = self._most - self._spans.shape[1]
            spans = min(room, samples.shape[1] // self._width)
            self._add(samples[:, : spans * self._width].reshape(2, spans, self._width))
            samples = samples[:, spans * self._width :]
            if self._spans.shape[1] < self._most:
                break
            steps, low, high = self._spans.reshape(3, -1, 2)
            self._spans = self._summed_up(steps, low, high)
            self._width *= 2
        self._rest = samples

    def points(self) -> Points:
        """Give the points to draw: x and y of equal length, at most two per span and a rest."""
        steps, low, high = self._spans
        if self._extremes:
            steps, high = steps.repeat(2), np.stack([low, high], axis=1).ravel()
        x = np.concatenate([steps, self._rest[0]])
        return x, np.concatenate([high, self._rest[1]])

    def nearest(self, x: float) -> float | None:
        """Give the value at the last sample not after `x`; None before the first one."""
        xs, ys = self.points()
        place = int(np.searchsorted(xs, x, side="right")) - 1
        return float(ys[place]) if place >= 0 else None

    def _add(self, samples: NDArray[np.float64]) -> None:
        """Add full spans; `samples` has shape (2, spans, width)."""
        steps, values = samples
        added = self._summed_up(steps, values, values)
        self._spans = np.concatenate([self._spans, added], axis=1)

    def _summed_up(
        self, steps: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Make one span of each row, shape (3, rows)."""
        if self._extremes:
            return np.stack([steps[:, 0], low.min(axis=1), high.max(axis=1)])
        return np.stack([steps[:, -1], low[:, -1], high[:, -1]])


class Smoother:
    """A running mean whose memory grows with the run, so that it keeps up with a steep start."""

    def __init__(self) -> None:
        self._mean = 0.0
        self._count = 0

    @property
    def value(self) -> float | None:
        """The mean so far; None before the first value."""
        return self._mean if self._count else None

    def feed(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Take values and give the mean after each, both of shape (n,)."""
        means = np.full(len(values), np.nan)
        for place, value in enumerate(values.tolist()):
            if math.isfinite(value):
                memory = min(_LONGEST_MEMORY, 1 + self._count / _SHARE_OF_RUN)
                self._mean += (value - self._mean) / memory
                self._count += 1
            if self._count:
                means[place] = self._mean
        return means


class RunTraces:
    """What is drawn of a run: its batches, their running means, its tests. Any one thread."""

    def __init__(self) -> None:
        self.batch = Trace(_BATCH_SPANS, extremes=True)
        self.loss, self.train = Trace(_MEAN_SPANS), Trace(_MEAN_SPANS)
        self.test_loss, self.test = Trace(_TEST_SPANS), Trace(_TEST_SPANS)
        self.highest_mean, self.lowest_mean = 0.0, math.inf
        """How high and how low the mean of the loss has been."""

    @property
    def all(self) -> tuple[Trace, ...]:
        """Batch loss, mean loss, test loss, accuracy, test accuracy; percents from 0 to 100."""
        return self.batch, self.loss, self.test_loss, self.train, self.test
