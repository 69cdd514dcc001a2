"""The whole loss curve in bounded memory: buckets of steps that merge when they run out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.inspect.words import grouped, short_number

# Twice as many as a wide ribbon has pixels, so that merging is never seen.
CAPACITY = 2048
# Smaller losses than this all look like "none" on a logarithmic ribbon.
SMALLEST_LOSS = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class LossCurve:
    """Buckets in order of steps: their middle step and their least, mean and greatest log10 loss.

    All arrays are (buckets,).
    """

    step: NDArray[np.float64]
    low: NDArray[np.float64]
    mean: NDArray[np.float64]
    high: NDArray[np.float64]

    def ends(self, least: float) -> tuple[float, float]:
        """Return the least and the greatest log10 loss, at least so far apart."""
        bottom, top = float(self.low.min()), float(self.high.max())
        missing = max(0.0, least - (top - bottom))
        return bottom - missing / 2, top + missing / 2


@dataclass(frozen=True, slots=True)
class NearLoss:
    """The mean loss of all steps from `first` to `last`."""

    loss: float
    first: int
    last: int

    def words(self, step: int) -> str:
        """Name it at a step for what it is: "batch loss 1.98", or "mean loss 1.98 (steps 8–11)"."""
        loss = short_number(self.loss)
        if self.first < self.last:
            return f"mean loss {loss} (steps {grouped(self.first)}–{grouped(self.last)})"
        return f"batch loss {loss}" + ("" if self.first == step else f" (step {grouped(self.first)})")


class LossBuckets:
    """Collects losses of any number of steps; appending costs the same at step 10 and step 10⁶.

    One bucket holds ``span`` consecutive steps. When a step falls behind the last bucket, the span
    doubles and neighbours merge. Any one thread.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._span = 1
        self._last_step = -1
        self._count = np.zeros(self._capacity, np.int64)
        self._total = np.zeros(self._capacity)
        self._low = np.full(self._capacity, np.inf)
        self._high = np.full(self._capacity, -np.inf)

    @property
    def last_step(self) -> int:
        """The greatest step seen, −1 before the first."""
        return self._last_step

    def append(self, steps: ArrayLike, losses: ArrayLike) -> None:
        """Take losses of some steps, both (n,); losses that are not finite are left out."""
        step = np.asarray(steps, np.int64).reshape(-1)
        loss = np.asarray(losses, np.float64).reshape(-1)
        good = np.isfinite(loss) & (step >= 0)
        step, loss = step[good], np.log10(np.maximum(loss[good], SMALLEST_LOSS))
        if step.size == 0:
            return
        self._last_step = max(self._last_step, int(step.max()))
        while self._last_step // self._span >= self._capacity:
            self._merge()
        bucket = step // self._span
        np.add.at(self._count, bucket, 1)
        np.add.at(self._total, bucket, loss)
        np.minimum.at(self._low, bucket, loss)
        np.maximum.at(self._high, bucket, loss)

    def curve(self, points: int) -> LossCurve:
        """Return the buckets that hold something, neighbours joined until few enough.

        Parameters
        ----------
        points : int
            The most points wanted across all steps so far; at least 1.
        """
        filled = np.flatnonzero(self._count)
        if filled.size == 0:
            nothing = np.zeros(0)
            return LossCurve(nothing, nothing, nothing, nothing)
        joined = -(-int(filled[-1] + 1) // max(1, points))
        group = filled // joined
        start = np.flatnonzero(np.diff(group, prepend=-1))
        middle = (group[start] + 0.5) * joined * self._span - 0.5
        return LossCurve(
            step=np.minimum(middle, self._last_step),
            low=np.minimum.reduceat(self._low[filled], start),
            mean=np.add.reduceat(self._total[filled], start) / np.add.reduceat(self._count[filled], start),
            high=np.maximum.reduceat(self._high[filled], start),
        )

    def loss_near(self, step: float) -> NearLoss | None:
        """Return the mean loss of the filled bucket nearest to a step; None when all are empty."""
        filled = np.flatnonzero(self._count)
        if filled.size == 0:
            return None
        middles = filled * self._span + (self._span - 1) / 2
        nearest = int(filled[np.argmin(np.abs(middles - step))])
        first = nearest * self._span
        last = min(first + self._span - 1, self._last_step)
        return NearLoss(float(10 ** (self._total[nearest] / self._count[nearest])), first, last)

    def _merge(self) -> None:
        half = self._capacity // 2

        def pairs(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return values.reshape(half, 2)

        count = self._count.reshape(half, 2).sum(axis=1)
        total, low, high = pairs(self._total), pairs(self._low), pairs(self._high)
        self._count = np.concatenate((count, np.zeros(half, np.int64)))
        self._total = np.concatenate((total.sum(axis=1), np.zeros(half)))
        self._low = np.concatenate((low.min(axis=1), np.full(half, np.inf)))
        self._high = np.concatenate((high.max(axis=1), np.full(half, -np.inf)))
        self._span *= 2
