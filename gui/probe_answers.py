"""Work on probes off the GUI thread: what one network answers now, and what a whole tape holds."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine.network import Network
from engine.probes import Legible, ProbeReader, Reading
from engine.spec import NetworkSpec
from engine.tape import Tape
from gui.frames import Subject
from gui.jobs import Job

# A slice of reading, and a breath after it for whoever else wants the interpreter.
SLICE_SECONDS, BREATH_SECONDS = 0.01, 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A network at one moment, and the probes that it is to answer."""

    subject: Subject
    legible: Legible


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What was asked, and the probability of each class, ``(probes, classes)``."""

    asked: Asked
    probabilities: NDArray[np.float32]


class Answerer:
    """Computes answers, one network after another of the same kind without making it anew. One thread."""

    def __init__(self) -> None:
        self._network: Network | None = None

    def __call__(self, asked: Asked) -> Answered:
        """Answer."""
        subject = asked.subject
        if self._network is None or self._network.spec != subject.spec:
            self._network = Network.from_parameters(subject.spec, subject.parameters)
        else:
            np.copyto(self._network.parameters.vector, subject.parameters.vector)
        probabilities = self._network.probabilities(asked.legible.pictures).astype(np.float32)
        probabilities.flags.writeable = False
        return Answered(asked, probabilities)


class TapeReading(QObject):
    """Reads probes off a tape that nobody records any more, on a thread. GUI thread only.

    Parameters
    ----------
    spec
        Of the run's network.
    pictures
        ``(n, c, h, w)`` float32.
    tape
        The recorded run.
    known
        Steps, ascending, that were read already.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        pictures: NDArray[np.float32],
        tape: Tape,
        known: Sequence[int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._arguments = spec, pictures, tape, known
        self._readings: deque[Reading] = deque()
        self._job = Job(self._read, self)
        self._job.start()

    def take(self) -> list[Reading]:
        """Give the readings since the last call."""
        return [self._readings.popleft() for _ in range(len(self._readings))]

    def close(self) -> None:
        """Read no further; waits for the step that is being read."""
        self._job.close()
        self.deleteLater()

    def _read(self, report: Callable[[str, float | None], None], cancel: threading.Event) -> None:
        """Read on the job's thread."""
        reader = ProbeReader(*self._arguments)
        while not cancel.is_set() and reader.advance(max(SLICE_SECONDS, reader.expected_seconds)):
            self._readings.extend(reader.take())
            time.sleep(BREATH_SECONDS)
