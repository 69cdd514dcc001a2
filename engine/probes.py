"""Probes: pinned pictures whose answers are read off the tape, step by step of a run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.datasets import DIGIT_CLASSES
from engine.drawing import PICTURE_SIDE, Drawing, as_received, prepare
from engine.errors import ConfigError, ShapeError
from engine.network import Network
from engine.spec import NetworkSpec
from engine.tape import Recorded, Tape

MOST_PROBES = 12

# Later than any step of any run.
_END = 1 << 62
# How much the newest reading counts in what the next one is expected to take.
_NEWEST_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A picture that is asked of every step of a run. Keeps a private read-only copy. Any thread.

    Parameters
    ----------
    key
        Tells it apart from every other probe; never shown.
    label
        The true class as an index into `classes`; None where nobody said.
    picture
        ``(c, h, w)`` as a network reads it: uint8 0–255 or float32 0–1.
    name
        What the program calls it: "my drawing", "digit 4711".
    drawing
        What the picture was made of, where it was drawn; other networks' pictures are made of it anew.
    classes
        The names that `label` counts in.

    Raises
    ------
    ShapeError, ConfigError
        If the picture is no such array, or the label no class.
    """

    key: str
    label: int | None
    picture: NDArray[np.float32] | NDArray[np.uint8]
    name: str = ""
    drawing: Drawing | None = None
    classes: tuple[str, ...] = DIGIT_CLASSES

    def __post_init__(self) -> None:
        picture = self.picture
        if picture.dtype not in (np.uint8, np.float32) or picture.ndim != 3 or picture.size == 0:
            raise ShapeError(
                f"A probe's picture must be uint8 or float32 (c, h, w), got {picture.dtype} {picture.shape}."
            )
        if self.label is not None and not 0 <= self.label < len(self.classes):
            raise ConfigError(f"A probe's class must be from 0 to {len(self.classes) - 1}, got {self.label}.")
        private = np.array(picture, order="C")
        private.flags.writeable = False
        object.__setattr__(self, "picture", private)

    def label_in(self, classes: Sequence[str]) -> int | None:
        """Give the index of the true class among a network's classes; None where it has none of that name."""
        name = "" if self.label is None else self.classes[self.label]
        return classes.index(name) if name in classes else None

    def received_by(self, input_shape: tuple[int, ...]) -> NDArray[np.float32] | None:
        """Give the picture as a network of this input reads it, float32 0–1; None if it cannot."""
        if self.picture.shape == input_shape:
            full = 255 if self.picture.dtype == np.uint8 else 1
            return self.picture.astype(np.float32) / np.float32(full)
        if self.drawing is not None and input_shape[1:] == (PICTURE_SIDE, PICTURE_SIDE):
            return as_received(self.drawing, prepare(self.drawing), input_shape[0])
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Legible:
    """Those of some probes that a network can read: their keys, and their pictures ``(n, c, h, w)``."""

    keys: tuple[str, ...]
    pictures: NDArray[np.float32]

    @classmethod
    def of(cls, probes: Sequence[Probe], spec: NetworkSpec) -> "Legible":
        """Take the probes whose pictures have the shape of the network's input."""
        received = [(probe.key, probe.received_by(spec.input_shape)) for probe in probes]
        found = [(key, picture) for key, picture in received if picture is not None]
        pictures = np.zeros((len(found), *spec.input_shape), np.float32)
        for place, (_, picture) in zip(pictures, found, strict=True):
            place[...] = picture
        return cls(tuple(key for key, _ in found), pictures)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The answers after `step` steps: the probability of each class, ``(probes, classes)`` float32."""

    step: int
    probabilities: NDArray[np.float32]


class ProbeReader:
    """Reads pictures with the parameters of each recorded step. One thread at a time.

    The newest step comes first; then always one in the middle of the widest stretch without a reading, so
    that a few readings show the whole run and many show it all. A step is read once; one that was thinned
    away before its turn is not read at all.

    Parameters
    ----------
    spec
        Of the network that was recorded.
    pictures
        ``(n, c, h, w)`` float32 0–1, as the network reads them; with none there is nothing to do.
    tape
        The recorded run; it may still grow.
    known
        Steps, ascending, that need not be read again.
    """

    def __init__(
        self, spec: NetworkSpec, pictures: NDArray[np.float32], tape: Tape, known: Sequence[int] = ()
    ) -> None:
        self._spec, self._pictures, self._tape = spec, pictures, tape
        self._network: Network | None = None
        before_all = tape.at(-1).step - 1
        edges = [before_all, *(step for step in known if step > before_all)]
        self._newest = edges[-1]
        # Stretches without a reading, both ends excluded, the widest first: (−width, left, right).
        self._gaps: list[tuple[int, int, int]] = []
        for left, right in pairwise(edges):
            self._add_gap(left, right)
        self._readings: list[Reading] = []
        self._cost = 0.0

    @property
    def expected_seconds(self) -> float:
        """What the next reading is expected to take, 0 before the first."""
        return self._cost

    def advance(self, seconds: float) -> int:
        """Read as many steps as are expected to fit into a time; gives how many were read.

        0 with time enough means that every recorded step is read.
        """
        count, elapsed = 0, 0.0
        while len(self._pictures) and elapsed + self._cost <= seconds:
            began = time.perf_counter()
            recorded = self._next()
            if recorded is None:
                break
            self._read(recorded)
            count += 1
            spent = time.perf_counter() - began
            elapsed += spent
            self._cost += _NEWEST_SHARE * (spent - self._cost)
        return count

    def take(self) -> list[Reading]:
        """Give the readings since the last call, in the order in which they were made."""
        readings, self._readings = self._readings, []
        return readings

    def _read(self, recorded: Recorded) -> None:
        if self._network is None:
            self._network = Network.from_parameters(self._spec, recorded.parameters)
        else:
            np.copyto(self._network.parameters.vector, recorded.parameters.vector)
        probabilities = self._network.probabilities(self._pictures).astype(np.float32)
        probabilities.flags.writeable = False
        self._readings.append(Reading(recorded.step, probabilities))

    def _next(self) -> Recorded | None:
        newest = self._tape.at(_END)
        if newest.step > self._newest:
            self._add_gap(self._newest, newest.step)
            self._newest = newest.step
            return newest
        while self._gaps:
            _, left, right = heappop(self._gaps)
            # The first entry of all answers for a step before it.
            for place in (left, (left + right) // 2, right - 1):
                recorded = self._tape.at(place)
                if left < recorded.step < right:
                    self._add_gap(left, recorded.step)
                    self._add_gap(recorded.step, right)
                    return recorded
        return None

    def _add_gap(self, left: int, right: int) -> None:
        if right - left > 1:
            heappush(self._gaps, (left - right, left, right))
