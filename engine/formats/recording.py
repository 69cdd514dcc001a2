"""What was recorded of a run as tensors by name, and the header that says which they are."""

from dataclasses import replace
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.config_json import ConfigValues, config_from_values, config_to_builtins
from engine.formats.events import EventValues, decode_event, encode_event
from engine.formats.text import brief
from engine.parameters import Parameters
from engine.replay import Replay
from engine.session_messages import KNOBS, KnobChanged, SessionEvent
from engine.spec import NetworkSpec
from engine.tape import MOST_STEPS, STATES_BYTES, TAPE_BYTES, Recording
from engine.thinning import Strip
from engine.trainer import TrainerState
from engine.training_config import TrainingConfig, as_setting
from engine.training_data import Position

Item = TypeVar("Item")
Tensors = dict[str, NDArray[Any]]
PositionValues = tuple[int, int, int]

# The tables of a run count with 32 bits.
MOST_POSITION = (1 << 31) - 1

_OPTIMIZER = "optimizer."
_REPLAY = "replay."


class RecordingHeader(msgspec.Struct, forbid_unknown_fields=True):
    """Which steps were recorded, and what happened."""

    steps: list[int]
    gaps: list[int]
    states: list[PositionValues] | None
    state_gaps: list[int]
    events: list[EventValues]


class ReplayHeader(msgspec.Struct, forbid_unknown_fields=True):
    """How a run comes to its present state."""

    position: PositionValues
    config: ConfigValues
    changes: list[EventValues]


def put_recording(tensors: Tensors, recording: Recording) -> dict[str, Any]:
    """Add the recording's tensors; gives its header."""
    tape, states = recording.tape, recording.states
    tensors.update({_tape_name(step): vector for step, vector in zip(tape.steps, tape.items, strict=True)})
    for state in () if states is None else states.items:
        put_state(tensors, _state_name(state.position.step), state)
    return {
        "steps": tape.steps,
        "gaps": tape.gaps,
        "states": None if states is None else [_values(state.position) for state in states.items],
        "state_gaps": () if states is None else states.gaps,
        "events": [encode_event(event) for event in recording.events],
    }


def take_recording(
    tensors: Tensors, header: RecordingHeader, spec: NetworkSpec, config: TrainingConfig
) -> Recording:
    """Read what `put_recording` added; KeyError, ValueError or FormatError if it does not fit."""
    # One more is pinned where a run was forked.
    if len(header.steps) > MOST_STEPS + 1 or len(header.states or ()) > MOST_STEPS:
        raise FormatError(f"a recording has at most {MOST_STEPS + 1} steps, got {len(header.steps)}")
    # As much as a run that is recorded here can hold at most: two of each in any case, and one more pinned.
    for count, limit, vectors_each in (
        (len(header.steps), TAPE_BYTES, 1),
        (len(header.states or ()), STATES_BYTES, 2),
    ):
        most = max(limit, 2 * vectors_each * 4 * spec.layout.size)
        if (count - 1) * vectors_each * 4 * spec.layout.size > most:
            raise FormatError(f"a recording has at most {most >> 20} MB, got {count} steps")
    vectors = tuple(private(tensors[_tape_name(step)]) for step in header.steps)
    if any(vector.shape != (spec.layout.size,) for vector in vectors):
        raise FormatError(f"each recorded step must have {spec.layout.size} parameters")
    states = None
    if header.states is not None:
        items = tuple(
            take_state(tensors, _state_name(values[0]), values, spec, config) for values in header.states
        )
        steps = tuple(state.position.step for state in items)
        states = _strip(steps, items, header.state_gaps)
    events = tuple(_event(values, config) for values in header.events)
    return Recording(_strip(tuple(header.steps), vectors, header.gaps), states, events)


def _strip(steps: tuple[int, ...], items: tuple[Item, ...], gaps: list[int]) -> Strip[Item]:
    try:
        return Strip(steps, items, tuple(gaps))
    except ValueError as error:
        raise FormatError(str(error)) from None


def put_replay(tensors: Tensors, replay: Replay) -> dict[str, Any]:
    """Add the replay's tensors; gives its header."""
    put_state(tensors, _REPLAY, replay.origin)
    tensors[_REPLAY + "expected"] = replay.expected.vector
    return {
        "position": _values(replay.origin.position),
        "config": config_to_builtins(replay.config),
        "changes": [encode_event(change) for change in replay.changes],
    }


def take_replay(tensors: Tensors, header: ReplayHeader, spec: NetworkSpec) -> Replay:
    """Read what `put_replay` added; KeyError, ValueError or FormatError if it does not fit."""
    config = config_from_values(header.config)
    changes = tuple(_event(values, config) for values in header.changes)
    if not all(isinstance(change, KnobChanged) for change in changes):
        raise FormatError("only changes of settings can be replayed")
    return Replay(
        take_state(tensors, _REPLAY, header.position, spec, config),
        config,
        changes,  # type: ignore[arg-type]
        Parameters(spec.layout, private(tensors[_REPLAY + "expected"])),
    )


def put_state(tensors: Tensors, prefix: str, state: TrainerState) -> None:
    """Add a state's tensors, their names beginning with `prefix`."""
    tensors[prefix + "parameters"] = state.parameters.vector
    if state.averaged is not None:
        tensors[prefix + "averaged"] = state.averaged.vector
    for name, value in state.optimizer.items():
        tensors[prefix + _OPTIMIZER + name] = np.ascontiguousarray(value)


def take_state(
    tensors: Tensors, prefix: str, position: PositionValues, spec: NetworkSpec, config: TrainingConfig
) -> TrainerState:
    """Read what `put_state` added; KeyError, ValueError or FormatError if it does not fit."""
    if not all(0 <= value <= MOST_POSITION for value in position):
        raise FormatError(f"a position must be from 0 to {MOST_POSITION}, got {position}")
    start = prefix + _OPTIMIZER
    optimizer = {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
    _require_moments(optimizer, config, spec.layout.trainable)
    averaged = tensors.get(prefix + "averaged")
    return TrainerState(
        Position(*position),
        Parameters(spec.layout, private(tensors[prefix + "parameters"])),
        optimizer,
        None if averaged is None else Parameters(spec.layout, private(averaged)),
    )


_MOMENTS = {
    "sgd": ("velocity",),
    "adam": ("mean", "square", "counts"),
    "adamw": ("mean", "square", "counts"),
}


def _require_moments(state: Tensors, config: TrainingConfig, weights: int) -> None:
    shapes = {name: (2,) if name == "counts" else (weights,) for name in _MOMENTS[config.optimizer]}
    fits = not state or {name: value.shape for name, value in state.items()} == shapes
    if not fits or not all(_is_moment(name, value) for name, value in state.items()):
        raise FormatError(f"the state of {config.optimizer} must be finite numbers, one per weight")


def _is_moment(name: str, value: NDArray[Any]) -> bool:
    if name == "counts":
        return value.dtype.kind in "fi" and bool((np.abs(value) <= MOST_POSITION).all())
    return value.dtype in (np.float32, np.float64) and bool(np.isfinite(value).all())


def private(vector: NDArray[Any]) -> NDArray[Any]:
    """Copy a vector of parameters for nobody to write to; FormatError unless its numbers are finite."""
    if vector.dtype != np.float32 or not np.isfinite(vector).all():
        raise FormatError("parameters must be finite float32 numbers")
    vector = vector.copy()
    vector.flags.writeable = False
    return vector


def _event(values: EventValues, config: TrainingConfig) -> SessionEvent:
    """Read an event; FormatError or ConfigError if it changes a setting to what that cannot be."""
    event = decode_event(*values)
    if isinstance(event, KnobChanged):
        if event.name not in KNOBS:
            raise FormatError(f"only {', '.join(KNOBS)} can have been changed, got {brief(event.name)}")
        for value in (event.old, event.new):
            replace(config, **{event.name: as_setting(config, event.name, value)})
    return event


def _values(position: Position) -> PositionValues:
    return position.step, position.epoch, position.picture


def _tape_name(step: int) -> str:
    return f"tape.{step}"


def _state_name(step: int) -> str:
    return f"state.{step}."
