"""What comes out of a session: numbers, events, and pictures of the training, for any thread to collect."""

from abc import abstractmethod
from collections import deque
from queue import Empty, SimpleQueue

from engine.recorder import Recorder
from engine.run_commands import RunCommands
from engine.session_messages import SessionEvent, Snapshot, TakeSnapshot
from engine.tape import Recorded, Tape


class SessionReadings(RunCommands):
    """The reading side of a session, which puts what is new in its boxes.

    Every method may be called from any thread and returns at once.
    """

    _recorder: Recorder

    def __init__(self) -> None:
        self._events: SimpleQueue[SessionEvent] = SimpleQueue()
        # The newest wins.
        self._snapshots: deque[Snapshot] = deque(maxlen=1)
        self._recorded: deque[Recorded] = deque(maxlen=1)
        # Whether a snapshot was asked for that is not there yet.
        self._asked = False

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
        events: list[SessionEvent] = []
        while True:
            try:
                events.append(self._events.get_nowait())
            except Empty:
                return tuple(events)

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
        # The tape's vectors are never written to: no step has to end first, and nothing is copied.
        self._recorded.append(self.tape.at(step))

    def recorded(self) -> Recorded | None:
        """Give the newest answer of the tape that was not yet collected, or None."""
        try:
            return self._recorded.pop()
        except IndexError:
            return None

    def _tell(self, event: SessionEvent) -> None:
        self._recorder.note_event(event)
        self._events.put(event)
