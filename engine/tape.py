"""The recorded run: the parameters at many of its steps, in bounded memory.

Which steps are kept is a matter of their age: how many steps after the first one they came. Octave k holds
the ages from 2^k to 2^(k+1) - 1 and keeps every 2^g-th of them, at first every one. When the tape is full,
the octave that may hold the most loses every second step, the oldest of several. A new octave begins with a
gap twice that of the octave before it, and so takes as many steps; until something was lost it takes every
step. So octaves differ by one halving at most, gaps grow with the age, and late in a run hardly a step is
copied.

With room for K steps and L octaves begun, two neighbours are 1 step apart, or at most c times the later one's
age, c = min(1, 2 L / (K - 1)). For let the fullest octave have had 2^D steps when the tape was last full:
then K - 1 <= L 2^D, and every octave has still 2^(D-1) steps, evenly spaced, or all of its steps.
"""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.parameters import Parameters

TAPE_BYTES = 64_000_000

# More could not be told apart on a screen, and their list is sent to the window now and then.
MOST_STEPS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The parameters after `step` steps, as the tape holds them: nobody writes to them."""

    step: int
    parameters: Parameters


class Tape:
    """The parameters at many steps, the first and the newest always among them.

    One thread records; any thread reads. Recording a step is one copy of the vector, or nothing.

    Parameters
    ----------
    step
        Where the recording begins; ages are counted from here.
    parameters
        Those after that many steps; copied.
    limit
        Bytes that all vectors may take together. Where fewer than two fit, the first and the newest are
        kept all the same.
    """

    def __init__(self, step: int, parameters: Parameters, limit: int = TAPE_BYTES) -> None:
        self._layout = parameters.layout
        self._lock = threading.Lock()
        self._steps = [step]
        self._vectors = [_kept(parameters.vector)]
        # Exponent of the gap in each octave.
        self._gaps: list[int] = []
        self.capacity = max(2, min(MOST_STEPS, limit // max(parameters.vector.nbytes, 1)))
        self.changes = 0
        """Grows whenever the recorded steps change."""

    @property
    def steps(self) -> tuple[int, ...]:
        """The recorded steps, ascending."""
        with self._lock:
            return tuple(self._steps)

    @property
    def nbytes(self) -> int:
        """Memory of all vectors together."""
        with self._lock:
            return sum(vector.nbytes for vector in self._vectors)

    def at(self, step: int) -> Recorded:
        """Give what was recorded at `step`, or last before it; the first of all for a step before that."""
        with self._lock:
            index = max(bisect_right(self._steps, step) - 1, 0)
            found, vector = self._steps[index], self._vectors[index]
        return Recorded(found, Parameters(self._layout, vector))

    def record(self, step: int, vector: NDArray[Any], *, newest: bool = False) -> None:
        """Copy the parameters after `step` steps, if that step is to be kept; steps only ever grow.

        Parameters
        ----------
        step
            Later than the last one that was offered.
        vector
            ``(layout.size,)``.
        newest
            Keep it in any case, until a later one is recorded: the run rests here.
        """
        self._begin_octaves(step)
        if not (newest or self._is_due(step)):
            return
        with self._lock:
            if step <= self._steps[-1]:
                return
            if not self._is_due(self._steps[-1]):
                self._keep_only(self._steps[:-1])
            while len(self._steps) >= self.capacity and (newest or self._is_due(step)):
                self._thin()
            if newest or self._is_due(step):
                self._steps.append(step)
                self._vectors.append(_kept(vector))
            self.changes += 1

    def adopt(self, recorded: Sequence[tuple[int, NDArray[Any]]]) -> None:
        """Hold these steps and vectors, ascending, as they are instead of what was recorded here."""
        with self._lock:
            self._steps = [step for step, _ in recorded]
            self._vectors = [vector for _, vector in recorded]
            self.changes += 1

    def _is_due(self, step: int) -> bool:
        age = step - self._steps[0]
        return age == 0 or age % (1 << self._gaps[age.bit_length() - 1]) == 0

    def _begin_octaves(self, step: int) -> None:
        octaves = (step - self._steps[0]).bit_length()
        while (begun := len(self._gaps)) < octaves:
            gap = self._gaps[-1] if self._gaps else 0
            # Never more than the octave's own first age, which is therefore always due.
            self._gaps.append(min(gap + 1, begun) if gap else 0)

    def _thin(self) -> None:
        """Halve the octave that may hold the most, the oldest of several."""
        octave = max(range(len(self._gaps)), key=lambda k: (k - self._gaps[k], -k))
        self._gaps[octave] += 1
        self._keep_only([step for step in self._steps if self._is_due(step)])

    def _keep_only(self, steps: Sequence[int]) -> None:
        kept = set(steps)
        self._vectors = [v for s, v in zip(self._steps, self._vectors, strict=True) if s in kept]
        self._steps = [step for step in self._steps if step in kept]


def _kept(vector: NDArray[Any]) -> NDArray[Any]:
    copy = vector.copy()
    copy.flags.writeable = False
    return copy
