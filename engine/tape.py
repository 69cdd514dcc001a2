"""The recorded run: the parameters at many of its steps, and all that some of them need to go on from there.

Which steps are kept, and how far apart they are, is told in `engine.thinning`.
"""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.parameters import Parameters
from engine.session_messages import SessionEvent
from engine.thinning import Strip, Thinned
from engine.trainer import TrainerState

# Memory of a recorded run, whatever its length and its network: what is shown of it, and where it can be
# taken up again. A state is about three times as large as its parameters, and needed less often.
TAPE_BYTES = 48_000_000
STATES_BYTES = 16_000_000

# More could hardly be told apart on a screen, and for a small network copying costs time, not room.
MOST_STEPS = 1024

# Neighbours among so many states are at most a tenth of a run apart: no fork waits long for more.
MOST_STATES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The parameters after `step` steps, as the tape holds them: nobody writes to them."""

    step: int
    parameters: Parameters


class Tape(Thinned[NDArray[Any]]):
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
        capacity = min(MOST_STEPS, limit // max(parameters.vector.nbytes, 1))
        super().__init__(Strip((step,), (_kept(parameters.vector),), ()), capacity)

    @property
    def nbytes(self) -> int:
        """Memory of all vectors together."""
        return sum(vector.nbytes for vector in self.items)

    def at(self, step: int) -> Recorded:
        """Give what was recorded at `step`, or last before it; the first of all for a step before that."""
        found, vector = self.found(step)
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
        self.keep(step, lambda: _kept(vector), newest=newest)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recorded run, as a value.

    Parameters
    ----------
    tape
        Vectors of parameters ``(layout.size,)``.
    states
        Where it can be taken up again, exactly; None where a replay has to come first.
    events
        What happened, oldest first.
    """

    tape: Strip[NDArray[Any]]
    states: Strip[TrainerState] | None
    events: tuple[SessionEvent, ...] = ()

    def until(self, step: int) -> "Recording":
        """Give what was recorded up to `step`."""
        events = tuple(event for event in self.events if event.step <= step)
        states = None if self.states is None else self.states.until(step)
        return Recording(self.tape.until(step), states, events)


def _kept(vector: NDArray[Any]) -> NDArray[Any]:
    copy = vector.copy()
    copy.flags.writeable = False
    return copy
