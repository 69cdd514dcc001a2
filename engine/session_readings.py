"""What comes out of a session: numbers, events, and pictures of the training, for any thread to collect."""

import time
from abc import abstractmethod
from collections import deque
from queue import Empty, SimpleQueue
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.probes import MOST_PROBES
from engine.recorder import Recorder
from engine.run_commands import RunCommands
from engine.run_probes import ProbeReadings
from engine.saver import Saver
from engine.session_messages import Saved, SessionEvent, SetProbes, Snapshot, TakeSnapshot
from engine.spec import NetworkSpec
from engine.tape import Recorded, Tape

T = TypeVar("T")

# Whoever drags through the tape has the cores: for so long after a wish for a step the training rests
# between two of its own, and so long each time.
GIVING_WAY_SECONDS, REST_SECONDS = 0.1, 0.02


class SessionReadings(RunCommands):
    """The reading side of a session, which puts what is new in its boxes.

    Every method may be called from any thread and returns at once.
    """

    spec: NetworkSpec
    is_lost = False
    """Whether most of what was recorded is gone, because a process ended unexpectedly."""
    _recorder: Recorder

    def __init__(self) -> None:
        self._events: SimpleQueue[SessionEvent] = SimpleQueue()
        # The newest wins.
        self._snapshots: deque[Snapshot] = deque(maxlen=1)
        self._recorded: deque[Recorded] = deque(maxlen=1)
        # In pieces, none of them lost.
        self._probe_box: SimpleQueue[ProbeReadings] = SimpleQueue()
        self._saved: deque[Saved] = deque(maxlen=1)
        self._saver = Saver(self._saved.append)
        # Whether a snapshot was asked for that is not there yet.
        self._asked = False
        # When the tape was asked for a step last.
        self._tape_asked_at = -GIVING_WAY_SECONDS

    @property
    @abstractmethod
    def step_count(self) -> int:
        """Finished steps."""

    @property
    def tape(self) -> Tape:
        """What was recorded in this process."""
        return self._recorder.tape

    @property
    def events(self) -> tuple[SessionEvent, ...]:
        """All that has happened since the run began, oldest first."""
        return tuple(self._recorder.events)

    def drain_events(self) -> tuple[SessionEvent, ...]:
        """Give the events since the last call, oldest first."""
        return _drained(self._events)

    def request_snapshot(self) -> None:
        """Ask for a copy of the parameters at the next step boundary, unless one was asked for already."""
        if not self._asked:
            self._asked = True
            self.send(TakeSnapshot())

    def snapshot(self) -> Snapshot | None:
        """Give the newest snapshot that was not yet collected, or None."""
        try:
            return self._snapshots.pop()
        except IndexError:
            return None

    @property
    def recorded_steps(self) -> tuple[int, ...]:
        """Steps whose parameters the tape holds, ascending."""
        return self.tape.steps

    def request_recorded(self, step: int) -> None:
        """Ask for the parameters recorded at or last before `step`; of several requests the newest wins."""
        self._tape_asked_at = time.monotonic()
        # The tape's vectors are never written to: no step has to end first, and nothing is copied.
        self._recorded.append(self.tape.at(step))

    def recorded(self) -> Recorded | None:
        """Give the newest answer of the tape that was not yet collected, or None."""
        try:
            return self._recorded.pop()
        except IndexError:
            return None

    def _give_way(self) -> None:
        """Rest a little where somebody drags through the tape; for the training thread, between steps."""
        if time.monotonic() < self._tape_asked_at + GIVING_WAY_SECONDS:
            time.sleep(REST_SECONDS)

    def set_probes(self, number: int, pictures: NDArray[np.float32]) -> None:
        """Have these pictures read at recorded steps, instead of others; `number` goes with their readings.

        Parameters
        ----------
        number
            Any other than the last one.
        pictures
            ``(n, c, h, w)`` float32 0–1 of the network's input shape, at most `MOST_PROBES` of them.

        Raises
        ------
        ShapeError
            If they are not.
        """
        wanted = self.spec.input_shape
        if pictures.dtype != np.float32 or pictures.shape[1:] != wanted or len(pictures) > MOST_PROBES:
            raise ShapeError(
                f"Probes must be float32 (n, *{wanted}) with n of at most {MOST_PROBES}, "
                f"got {pictures.dtype} {pictures.shape}."
            )
        count, channels, rows, columns = pictures.shape
        self.send(SetProbes(number, (count, channels, rows, columns), pictures.tobytes()))

    def probe_readings(self) -> tuple[ProbeReadings, ...]:
        """Give what was read of the probes since the last call, in pieces, each with its pictures' number."""
        return _drained(self._probe_box)

    def saved(self) -> Saved | None:
        """Give the newest answer to `SaveRun` that was not yet collected, or None."""
        try:
            return self._saved.pop()
        except IndexError:
            return None

    def _tell(self, event: SessionEvent) -> None:
        self._recorder.note_event(event)
        self._events.put(event)


def _drained(box: SimpleQueue[T]) -> tuple[T, ...]:
    found: list[T] = []
    while True:
        try:
            found.append(box.get_nowait())
        except Empty:
            return tuple(found)
