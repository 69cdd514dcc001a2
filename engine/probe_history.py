"""What probes answered over a run, and what can be said of it: when each was first right, and forgotten."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.words import grouped
from engine.probes import Reading

NOT_READ = "not read yet"
NEVER_RIGHT = "not right yet"


@dataclass(frozen=True, eq=False)
class ProbeTrack:
    """One probe over the steps at which it was read. Read-only arrays; any thread.

    Parameters
    ----------
    steps
        ``(n,)`` int64, ascending: only the steps that were read, which need not be every one.
    probabilities
        ``(n, classes)`` float32.
    label
        The true class as the network counts it, or None.
    """

    steps: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    label: int | None

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """The class with the largest probability at each step, ``(n,)``."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def curve(self) -> NDArray[np.float32]:
        """The probability of the true class, ``(n,)``; without one, that of the answer."""
        if self.label is None:
            return self.probabilities.max(axis=1, initial=0)
        return self.probabilities[:, self.label]

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether the answer was the true class, ``(n,)``; never without one."""
        return self.answers == (-1 if self.label is None else self.label)

    def index_at(self, step: int) -> int | None:
        """Give the index of the last reading at or before a step; None before the first."""
        index = bisect_right(self.steps, step) - 1
        return index if index >= 0 else None

    def index_near(self, step: float) -> int | None:
        """Give the index of the reading nearest to a step; None without any."""
        return int(np.abs(self.steps - step).argmin()) if len(self.steps) else None

    @property
    def sentence(self) -> str:
        """When it was first right, and whether it still is: "first right at step 214, forgotten at 890"."""
        if not len(self.steps):
            return NOT_READ
        if self.label is None:
            return "no class chosen"
        first = first_right(self.steps, self.right)
        if first is None:
            return NEVER_RIGHT
        forgotten = forgotten_at(self.steps, self.right)
        if forgotten is not None:
            return f"first right at step {grouped(first)}, forgotten at {grouped(forgotten)}"
        since = right_since(self.steps, self.right)
        assert since is not None
        if since == first:
            return f"right since step {grouped(first)}"
        return f"first right at step {grouped(first)}, right since {grouped(since)}"

    @property
    def basis(self) -> str:
        """What the sentence rests on: "read at 312 steps from 0 to 1 240"."""
        count = len(self.steps)
        if count < 2:
            return NOT_READ if not count else f"read at step {grouped(int(self.steps[0]))}"
        first, last = grouped(int(self.steps[0])), grouped(int(self.steps[-1]))
        return f"read at {grouped(count)} steps from {first} to {last}"


def first_right(steps: NDArray[Any], right: NDArray[np.bool_]) -> int | None:
    """Give the first step read at which the answer was right; None if it never was.

    Parameters
    ----------
    steps, right
        ``(n,)``, ascending, and whether each was right.
    """
    return int(steps[right.argmax()]) if right.any() else None


def forgotten_at(steps: NDArray[Any], right: NDArray[np.bool_]) -> int | None:
    """Give the step read at which the last right answer turned wrong for good.

    None if it is right at the last step read, or never was right.
    """
    if not right.any() or right[-1]:
        return None
    return int(steps[np.flatnonzero(right)[-1] + 1])


def right_since(steps: NDArray[Any], right: NDArray[np.bool_]) -> int | None:
    """Give the step read from which on every answer was right; None if the last one is wrong."""
    if not len(right) or not right[-1]:
        return None
    wrong = np.flatnonzero(~right)
    return int(steps[wrong[-1] + 1 if len(wrong) else 0])


@dataclass(frozen=True, slots=True, eq=False)
class ProbeHistory:
    """All readings of some probes in one run. A value with read-only arrays: any thread.

    Parameters
    ----------
    keys
        Of the probes.
    steps
        ``(n,)`` int64, ascending, each once.
    probabilities
        ``(n, probes, classes)`` float32; not a number where a probe was not read at a step.
    """

    keys: tuple[str, ...]
    steps: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    def __post_init__(self) -> None:
        for array in (self.steps, self.probabilities):
            array.flags.writeable = False

    @classmethod
    def empty(cls, keys: Sequence[str], classes: int) -> "ProbeHistory":
        """Give a history of a network of so many classes without any reading."""
        nothing = np.zeros((0, len(keys), classes), np.float32)
        return cls(tuple(keys), np.zeros(0, np.int64), nothing)

    def with_keys(self, keys: Sequence[str]) -> "ProbeHistory":
        """Give the history of these probes: those that were there keep their readings."""
        if tuple(keys) == self.keys:
            return self
        kept = self._spread(keys, self.keys, self.probabilities)
        rows = ~np.isnan(kept).all(axis=(1, 2))
        return ProbeHistory(tuple(keys), self.steps[rows], kept[rows])

    def with_readings(self, keys: Sequence[str], readings: Iterable[Reading]) -> "ProbeHistory":
        """Give the history with more readings of some of its probes, `keys` in the readings' order.

        A later reading of a step takes the place of an earlier one; of probes that are not in this history
        nothing is kept, and nothing of a network that has diverged.
        """
        by_step = {reading.step: reading.probabilities for reading in readings}
        if not by_step:
            return self
        new_steps = np.array(sorted(by_step), np.int64)
        stacked = np.stack([by_step[step] for step in new_steps.tolist()])
        new = self._spread(self.keys, keys, stacked)
        steps = np.union1d(self.steps, new_steps)
        merged = np.full((len(steps), *self.probabilities.shape[1:]), np.nan, np.float32)
        merged[np.searchsorted(steps, self.steps)] = self.probabilities
        rows = np.searchsorted(steps, new_steps)
        merged[rows] = np.where(np.isnan(new), merged[rows], new)
        return ProbeHistory(self.keys, steps, merged)

    def track(self, key: str, label: int | None) -> ProbeTrack:
        """Give what one probe answered, where it was read; KeyError if it is not in this history."""
        if key not in self.keys:
            raise KeyError(key)
        column = self.probabilities[:, self.keys.index(key)]
        read = ~np.isnan(column).any(axis=1)
        return ProbeTrack(self.steps[read], column[read], label)

    def complete_steps(self, keys: Sequence[str]) -> list[int]:
        """Give the steps, ascending, at which every one of these probes was read."""
        columns = [self.keys.index(key) for key in keys]
        read = ~np.isnan(self.probabilities[:, columns]).any(axis=(1, 2))
        steps: list[int] = self.steps[read].tolist()
        return steps

    @staticmethod
    def _spread(
        keys: Sequence[str], given: Sequence[str], probabilities: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Put the columns of `given` where `keys` has them."""
        out = np.full((len(probabilities), len(keys), probabilities.shape[2]), np.nan, np.float32)
        for column, key in enumerate(keys):
            if key in given:
                out[:, column] = probabilities[:, list(given).index(key)]
        return out
