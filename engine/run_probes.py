"""Reads the probes of one run while it trains, without taking much of its time. For the training thread."""

import time
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from engine.probes import ProbeReader, Reading
from engine.session_messages import SetProbes
from engine.spec import NetworkSpec
from engine.tape import Tape

# Reading probes may take this share of the training time.
SHARE = 0.01
# While the run rests, commands wait for no longer than this, or for one reading.
REST_SECONDS = 0.005
# What is saved up while there is nothing to read, at least; always enough for one reading.
MOST_SAVED_SECONDS = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class ProbeReadings:
    """Readings of the pictures that were set as number `number`."""

    number: int
    readings: tuple[Reading, ...]


class RunProbes:
    """Paces a `ProbeReader` by the time that was trained.

    Parameters
    ----------
    spec, tape
        Of the run.
    box
        Takes what was read, for another thread.
    """

    def __init__(self, spec: NetworkSpec, tape: Tape, box: SimpleQueue[ProbeReadings]) -> None:
        self._spec, self._tape, self._box = spec, tape, box
        self._reader: ProbeReader | None = None
        self._number = 0
        self._allowance = 0.0

    def set_pictures(self, number: int, pictures: NDArray[np.float32]) -> None:
        """Read these pictures ``(n, c, h, w)`` from now on; `number` goes with their readings."""
        self._number = number
        self._reader = ProbeReader(self._spec, pictures, self._tape) if len(pictures) else None
        self._allowance = 0.0

    def obey(self, command: SetProbes) -> None:
        """Read the pictures of a command from now on."""
        pictures = np.frombuffer(command.pictures, np.float32).reshape(command.shape)
        self.set_pictures(command.number, pictures)

    def note(self, seconds: float) -> None:
        """Take note of time spent on training, and read as much as it allows."""
        reader = self._reader
        if reader is None:
            return
        most = max(MOST_SAVED_SECONDS, reader.expected_seconds)
        self._allowance = min(self._allowance + SHARE * seconds, most)
        started = time.perf_counter()
        if reader.advance(self._allowance):
            self._deliver(reader)
            self._allowance -= time.perf_counter() - started

    def rest(self) -> bool:
        """Read for a moment while the run waits; whether there may be more to read."""
        reader = self._reader
        if reader is None or not reader.advance(max(REST_SECONDS, reader.expected_seconds)):
            return False
        self._deliver(reader)
        return True

    def _deliver(self, reader: ProbeReader) -> None:
        self._box.put(ProbeReadings(self._number, tuple(reader.take())))
