"""What goes into a training session and what comes out of it: small immutable values."""

import traceback
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from engine.parameters import Parameters


class SessionState(Enum):
    """Where a session is in its life."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


# From these no command leads on.
ENDED = (SessionState.STOPPED, SessionState.FAILED)

# Settings that may change during a run.
KNOBS = ("learning_rate", "momentum", "weight_decay", "batch_size", "epochs")


@dataclass(frozen=True, slots=True)
class Run:
    """Command: go on for `steps` steps, or to the end of the epoch, or without a limit; then pause.

    At the end of the epoch it is measured on the test pictures; after `steps` with `examine`.
    """

    steps: int | None = None
    to_epoch_end: bool = False
    examine: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Command: wait after the present step."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Command: end the run after the present step; its tape is let go where nobody keeps it."""

    keep_tape: bool = True


@dataclass(frozen=True, slots=True)
class SetKnobs:
    """Command: change settings from the next step on."""

    changes: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Command: copy the parameters at the next step boundary."""


@dataclass(frozen=True, slots=True)
class TakeRecorded:
    """Command: give the parameters that were recorded at or last before `step`, at once."""

    step: int


@dataclass(frozen=True, slots=True)
class SetProbes:
    """Command: read these pictures at recorded steps, from now on and instead of others.

    Parameters
    ----------
    number
        Goes with their readings.
    shape
        ``(n, c, h, w)``; with n = 0 nothing is read any more.
    pictures
        Bytes of float32, 0 to 1.
    """

    number: int
    shape: tuple[int, int, int, int]
    pictures: bytes


@dataclass(frozen=True, slots=True)
class SaveRun:
    """Command: write the run to a folder as it is at the next step boundary; `data` names its data set."""

    folder: str
    data: str


Command = Run | Pause | Stop | SetKnobs | TakeSnapshot | TakeRecorded | SetProbes | SaveRun


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The parameters after `step` steps: a private copy that nobody writes to."""

    step: int
    epoch: float
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Event: the session is in another state."""

    step: int
    state: SessionState


@dataclass(frozen=True, slots=True)
class KnobChanged:
    """Event: a setting has another value from the step after `step` on."""

    step: int
    name: str
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Event: the run ended at `step`; `message` says why and `advice` what to try."""

    step: int
    message: str
    advice: str
    details: str = ""


def unforeseen(step: int, error: Exception) -> Failed:
    """Make the event of an error in the program, while that is handled."""
    return Failed(
        step,
        f"Training stopped at step {step} by an error in the program: {error}",
        "Save the network and report the details.",
        traceback.format_exc(),
    )


Setting: TypeAlias = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Forked:
    """Event: what follows `step` is another run than the one named, which it came from.

    Parameters
    ----------
    edited
        The layers whose filters or biases were edited by hand there.
    changes
        Settings that were changed there: name, value before, and after. Of frozen layers the names with
        commas between, of an augmentation only what kind there is.
    """

    step: int
    parent: str
    edited: tuple[str, ...] = ()
    changes: tuple[tuple[str, Setting, Setting], ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """Event: the steps before `step` were taken again; `exact` if they gave the same bits as before."""

    step: int
    exact: bool


SessionEvent = StateChanged | KnobChanged | Failed | Forked | Replayed


@dataclass(frozen=True, slots=True)
class RunSaved:
    """Answer to `SaveRun`: the run as it was after `step` steps is in the folder."""

    step: int
    folder: str


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """Answer to `SaveRun`: the folder could not be written; `sentence` says why."""

    step: int
    folder: str
    sentence: str


Saved = RunSaved | SaveFailed
