"""A training run at rest, as a value."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.parameters import Parameters
from engine.replay import Replay
from engine.session_messages import SessionState, StateChanged
from engine.spec import NetworkSpec
from engine.tape import Recording
from engine.trainer import TrainerState
from engine.training_config import TrainingConfig


@dataclass(frozen=True, slots=True, eq=False)
class SessionRecord:
    """All that a later session needs to show a run and to go on with it.

    Parameters
    ----------
    name, spec, config
        What was trained, and how.
    state
        Where it is.
    initial
        The parameters before training.
    steps, tests
        Rows of `STEP_FIELDS` and `TEST_FIELDS`.
    recording
        What can be shown again, and where it can be taken up; None if only `state` is known.
    replay
        How to come to what is not known of `state`, which are then only its position and parameters.
    """

    name: str
    spec: NetworkSpec
    config: TrainingConfig
    state: TrainerState
    initial: Parameters
    steps: NDArray[Any]
    tests: NDArray[Any]
    recording: Recording | None = None
    replay: Replay | None = None

    @property
    def resting_state(self) -> SessionState:
        """FINISHED if the run had come to its end, PAUSED if not: what a play button means to it."""
        events = () if self.recording is None else self.recording.events
        states = [event.state for event in events if isinstance(event, StateChanged)]
        states = [state for state in states if state is not SessionState.STOPPED]
        return SessionState.FINISHED if states[-1:] == [SessionState.FINISHED] else SessionState.PAUSED
