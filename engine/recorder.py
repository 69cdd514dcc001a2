"""Records a run while it is trained: its parameters, states to take it up from again, and its events."""

from dataclasses import replace

from engine.session_messages import KnobChanged, SessionEvent
from engine.tape import MOST_STATES, STATES_BYTES, Recording, Tape
from engine.thinning import Strip, Thinned
from engine.trainer import Trainer, TrainerState

# Every 64th step at most: a fork replays the few between, and a state takes three copies, half of which
# another worker's core has written.
STATES_SPACING = 6


class Recorder:
    """The record of one run. The training thread writes; any thread reads.

    Parameters
    ----------
    trainer
        Recorded as it is at the moment of each note.
    recording
        What was recorded before, of a run that goes on.
    knows_state
        Whether the trainer's present state is a place to take the run up from; not before a replay.
    """

    def __init__(
        self, trainer: Trainer, recording: Recording | None = None, *, knows_state: bool = True
    ) -> None:
        self._trainer = trainer
        self.tape = Tape(trainer.position.step, trainer.network.parameters)
        self.states: Thinned[TrainerState] | None = None
        self._has_room = self._room() >= 2
        self.events: list[SessionEvent] = []
        if recording is not None:
            self.adopt(recording)
            # A run that was saved while it trained may have come to a step that was not kept.
            self.note_rest()
            if self.states is None:
                self.tape.pin(trainer.position.step)
        if self.states is None and knows_state:
            self.begin_states()

    def adopt(self, recording: Recording) -> None:
        """Hold this recording instead of what was recorded here."""
        self.tape.adopt(recording.tape)
        self.events = list(recording.events)
        if recording.states is not None:
            self.states = Thinned(recording.states, self._room(), spacing=STATES_SPACING)
            # What a fork began with, an edited filter perhaps, is nowhere else.
            self.tape.pin(recording.states.steps[0])

    def begin_states(self) -> None:
        """Take the trainer's present state as the first one: there is no way to a step before it."""
        step = self._trainer.position.step
        strip = Strip((step,), (self._trainer.state(),), ())
        self.states = Thinned(strip, self._room(), spacing=STATES_SPACING)

    def note_step(self) -> None:
        """Record the step that the trainer has finished."""
        step = self._trainer.position.step
        if step >= self.tape.next_due:
            self.tape.record(step, self._trainer.network.parameters.vector)
        # For a network of which not even two states fit, the first one has to do.
        if self.states is not None and step >= self.states.next_due and self._has_room:
            self.states.keep(step, self._trainer.state)

    def note_rest(self) -> None:
        """Record a step in any case: the run rests there."""
        trainer = self._trainer
        self.tape.record(trainer.position.step, trainer.network.parameters.vector, newest=True)

    def note_event(self, event: SessionEvent) -> None:
        """Record an event; of several changes of one knob at one step, only from where to where."""
        last = self.events[-1] if self.events else None
        if (
            isinstance(event, KnobChanged)
            and isinstance(last, KnobChanged)
            and (event.step, event.name) == (last.step, last.name)
        ):
            self.events[-1] = replace(event, old=last.old)
        else:
            self.events.append(event)

    def recording(self) -> Recording:
        """Give all of it as a value."""
        states = None if self.states is None else self.states.strip()
        return Recording(self.tape.strip(), states, tuple(self.events))

    def _room(self) -> int:
        moments = 1 if self._trainer.config.optimizer == "sgd" else 2
        vectors = 1 + moments + bool(self._trainer.config.averaging)
        size = max(vectors * self._trainer.network.parameters.vector.nbytes, 1)
        return min(MOST_STATES, STATES_BYTES // size)
