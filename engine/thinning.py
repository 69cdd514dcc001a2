"""Things of many steps of a run, dense early and sparser with age, in bounded number.

Which steps are kept is a matter of their age: how many steps after the first one they came. Octave k holds
the ages from 2^k to 2^(k+1) - 1 and keeps every 2^g-th of them, at first every one. When there is no room
left, the octave that may hold the most loses every second step, the oldest of several. A new octave begins
with a gap twice that of the octave before it, and so takes as many steps; until something was lost it takes
every step. So octaves differ by one halving at most, gaps grow with the age, and late in a run hardly a step
is kept.

With room for K steps and L octaves begun, two neighbours are 1 step apart, or at most c times the later one's
age, c = min(1, 2 L / (K - 1)). For let the fullest octave have had 2^D steps when there was last no room:
then K - 1 <= L 2^D, and every octave has still 2^(D-1) steps, evenly spaced, or all of its steps.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST_OCTAVES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Strip(Generic[Item]):
    """What a `Thinned` holds, as a value: steps, ascending, their items, and the exponents of the gaps.

    Raises
    ------
    ValueError
        If the steps could not have been kept by those gaps.
    """

    steps: tuple[int, ...]
    items: tuple[Item, ...]
    gaps: tuple[int, ...]

    def __post_init__(self) -> None:
        steps, gaps = self.steps, self.gaps
        if not steps or len(steps) != len(self.items) or steps[0] < 0:
            raise ValueError(f"there must be an item for each step from 0 on, got {len(steps)} steps")
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("recorded steps must be ascending")
        # As many octaves as there are ages in any run; each more would have to be thinned through.
        if (
            len(gaps) > MOST_OCTAVES
            or (steps[-1] - steps[0]).bit_length() > len(gaps)
            or any(not 0 <= gap <= octave + 1 for octave, gap in enumerate(gaps))
        ):
            raise ValueError("the gaps of the recorded steps must be those of their octaves")

    def until(self, step: int) -> "Strip[Item]":
        """Give what was recorded up to `step`, and at least the first."""
        count = max(bisect_right(self.steps, step), 1)
        octaves = (self.steps[count - 1] - self.steps[0]).bit_length()
        return Strip(self.steps[:count], self.items[:count], self.gaps[:octaves])


class Thinned(Generic[Item]):
    """Items of many steps, the first and the newest among them. One thread records; any thread reads.

    Parameters
    ----------
    strip
        What is there at the beginning; ages are counted from its first step.
    capacity
        Steps that there is room for, at least 2. What is there already is thinned at the next recording.
    spacing
        Exponent of the gap that octaves begin with where they are long enough: 5 keeps every 32nd step.
    """

    def __init__(self, strip: Strip[Item], capacity: int, *, spacing: int = 0) -> None:
        self._lock = threading.Lock()
        self._steps, self._items = list(strip.steps), list(strip.items)
        # Exponent of the gap in each octave.
        self._gaps = list(strip.gaps)
        self.capacity = max(2, capacity)
        self._spacing = spacing
        self._pinned: int | None = None
        self.next_due = 0
        """No step before this one is kept: most steps of a long run cost no more than to see that."""
        self.changes = 0
        """Grows whenever the recorded steps change."""

    @property
    def steps(self) -> tuple[int, ...]:
        """The recorded steps, ascending."""
        with self._lock:
            return tuple(self._steps)

    @property
    def items(self) -> tuple[Item, ...]:
        """What was recorded, in the order of the steps."""
        with self._lock:
            return tuple(self._items)

    def strip(self) -> Strip[Item]:
        """Give everything as a value."""
        with self._lock:
            return Strip(tuple(self._steps), tuple(self._items), tuple(self._gaps))

    def adopt(self, strip: Strip[Item]) -> None:
        """Hold this instead of what was recorded here."""
        with self._lock:
            self._steps, self._items = list(strip.steps), list(strip.items)
            self._gaps = list(strip.gaps)
            self.next_due = 0
            self.changes += 1

    def found(self, step: int) -> tuple[int, Item]:
        """Give what was recorded at `step`, or last before it; the first of all for a step before that."""
        with self._lock:
            index = max(bisect_right(self._steps, step) - 1, 0)
            return self._steps[index], self._items[index]

    def keep(self, step: int, make: Callable[[], Item], *, newest: bool = False) -> None:
        """Keep `step` if it is to be kept; steps only ever grow.

        Parameters
        ----------
        step
            Later than the last one that was offered.
        make
            Gives the item, only when it is kept.
        newest
            Keep it in any case, until a later one is kept: the run rests here.
        """
        if step < self.next_due and not newest:
            return
        age = step - self._steps[0]
        octaves = age.bit_length()
        if octaves > len(self._gaps):
            self._begin_octaves(octaves)
        if newest or self._is_due(step):
            self._put(step, make, newest=newest)
        # Gaps only grow: what is due now may not be then, and nothing between becomes due.
        gap = 1 << self._gaps[octaves - 1] if octaves else 1
        self.next_due = min(step + gap - age % gap, self._steps[0] + (1 << octaves))

    def _put(self, step: int, make: Callable[[], Item], *, newest: bool) -> None:
        with self._lock:
            if step <= self._steps[-1]:
                return
            if not self._is_due(self._steps[-1]):
                self._keep_only(self._steps[:-1])
            if len(self._steps) >= self._room:
                while len(self._steps) >= self._room and (newest or self._is_due(step)):
                    self._thin()
                if not newest and not self._is_due(step):
                    self.changes += 1
                    return
            # Where there is no memory for it, the step must not be there without it.
            self._items.append(make())
            self._steps.append(step)
            self.changes += 1

    def pin(self, step: int) -> None:
        """Never lose this step, whatever its age; only one, for which there is room beside the others."""
        with self._lock:
            self._pinned = step

    def shrink(self, capacity: int) -> None:
        """Make do with fewer steps from now on; at least 2."""
        with self._lock:
            self.capacity = max(2, capacity)
            step, item = self._steps[-1], self._items[-1]
            while len(self._steps) > self._room and self._gaps:
                self._thin()
            if self._steps[-1] != step:
                while len(self._steps) >= self._room:
                    self._thin()
                self._steps.append(step)
                self._items.append(item)
            self.changes += 1

    @property
    def _room(self) -> int:
        return self.capacity + (self._pinned is not None)

    def _is_due(self, step: int) -> bool:
        age = step - self._steps[0]
        return age == 0 or step == self._pinned or age % (1 << self._gaps[age.bit_length() - 1]) == 0

    def _begin_octaves(self, octaves: int) -> None:
        while (begun := len(self._gaps)) < octaves:
            gap = self._gaps[-1] if self._gaps else 0
            gap = gap + 1 if gap > self._spacing else self._spacing
            # Never more than the octave's own first age, which is therefore always due.
            self._gaps.append(min(gap, begun))

    def _thin(self) -> None:
        """Halve the octave that may hold the most, the oldest of several."""
        octave = max(range(len(self._gaps)), key=lambda k: (k - self._gaps[k], -k))
        self._gaps[octave] += 1
        self._keep_only([step for step in self._steps if self._is_due(step)])

    def _keep_only(self, steps: Sequence[int]) -> None:
        kept = set(steps)
        self._items = [item for step, item in zip(self._steps, self._items, strict=True) if step in kept]
        self._steps = [step for step in self._steps if step in kept]
