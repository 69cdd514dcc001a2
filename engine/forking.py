"""Taking up a run at one of its recorded steps again, unchanged or with other settings or parameters."""

from dataclasses import replace
from typing import Any

import numpy as np

from engine.errors import ConfigError
from engine.freezing import check_frozen, layer_of
from engine.inspect.words import grouped
from engine.parameters import Parameters
from engine.replay import Replay, position_after
from engine.session_messages import Forked, KnobChanged, SessionEvent, Setting
from engine.session_record import SessionRecord
from engine.tape import Recording
from engine.thinning import Strip
from engine.trainer import TrainerState
from engine.training_config import TrainingConfig, as_setting

# Settings that a fork may change: all but those on which the parameters' places and the numbers' sums depend.
FORK_SETTINGS = (
    "learning_rate",
    "momentum",
    "weight_decay",
    "batch_size",
    "epochs",
    "optimizer",
    "nesterov",
    "schedule",
    "label_smoothing",
    "augmentation",
    "averaging",
    "frozen",
    "seed",
)


def config_at(config: TrainingConfig, events: tuple[SessionEvent, ...], step: int) -> TrainingConfig:
    """Give a run's settings as they were from `step` on, from those of now and what happened since."""
    for event in reversed(events):
        if isinstance(event, KnobChanged) and event.step > step:
            config = replace(config, **{event.name: as_setting(config, event.name, event.old)})
    return config


def differences(before: TrainingConfig, after: TrainingConfig) -> tuple[tuple[str, Setting, Setting], ...]:
    """Tell in which settings that a fork may change the second differs, as `Forked` keeps it."""
    return tuple(
        (name, _kept(getattr(before, name)), _kept(getattr(after, name)))
        for name in FORK_SETTINGS
        if getattr(before, name) != getattr(after, name)
    )


def _kept(value: Any) -> Setting:
    if isinstance(value, tuple):
        return ",".join(value)
    return value if value is None or isinstance(value, str | float | int) else type(value).__name__


def first_fork_step(record: SessionRecord) -> int:
    """Tell the first step that a run can be forked at; those before belong to the run it was forked from."""
    states = None if record.recording is None else record.recording.states
    return record.state.position.step if states is None else states.steps[0]


def fork(
    record: SessionRecord,
    step: int,
    *,
    name: str,
    count: int,
    parameters: Parameters | None = None,
    **changes: Any,
) -> SessionRecord:
    """Give a run that goes on from a recorded step of another one.

    With nothing changed it is the same run, to the bit: same data order, same optimiser state. Another kind
    of optimiser begins without memory. Another seed is another data order from that step on.

    Parameters
    ----------
    record
        The run, at rest, with its recording.
    step
        One of the recorded steps, or the run's last.
    name
        Of the new run.
    count
        Pictures of its data set.
    parameters
        Edited ones, instead of those that were there.
    changes
        Settings by name, `FORK_SETTINGS`.

    Raises
    ------
    ConfigError
        If there is no such step to fork at, or a setting is not allowed.
    """
    for setting in changes:
        if setting not in FORK_SETTINGS:
            raise ConfigError(f"a fork can change {', '.join(FORK_SETTINGS)}, got {setting}")
    recording = record.recording
    known = {record.state.position.step} | set(() if recording is None else recording.tape.steps)
    first = first_fork_step(record)
    if recording is None or step not in known or step < first:
        raise ConfigError(
            f"{record.name} can be forked at a recorded step from {grouped(first)} on, got {grouped(step)}"
        )
    then = config_at(record.config, recording.events, step)
    check_frozen(record.spec, changes.get("frozen", ()))
    state, way = _state_at(record, recording, step, count)
    config = replace(then, **changes)
    if config.optimizer != then.optimizer:
        state = replace(state, optimizer={})
    if config.averaging == 0:
        state = replace(state, averaged=None)
    edited: tuple[str, ...] = ()
    if parameters is not None:
        if not np.isfinite(parameters.vector).all():
            raise ConfigError("a run can go on with finite weights only, got some that are not")
        edited = _layers_that_differ(state.parameters, parameters)
        state = replace(state, parameters=parameters.frozen())
    past = recording.until(step)
    tape = past.tape
    if parameters is not None:
        # What the new run shows at this step is what it begins with.
        tape = Strip(tape.steps, (*tape.items[:-1], state.parameters.vector), tape.gaps)
    told = Forked(step, record.name, edited, differences(then, config))
    states = None if way is not None else Strip((step,), (state,), ())
    return SessionRecord(
        name,
        record.spec,
        config,
        state,
        record.initial,
        record.steps[record.steps["step"] <= step],
        record.tests[record.tests["step"] <= step],
        Recording(tape, states, (*past.events, told)),
        way,
    )


def _layers_that_differ(a: Parameters, b: Parameters) -> tuple[str, ...]:
    differing = [layer_of(name) for name in a if not np.array_equal(a[name], b[name])]
    return tuple(dict.fromkeys(differing))


def _state_at(
    record: SessionRecord, recording: Recording, step: int, count: int
) -> tuple[TrainerState, Replay | None]:
    """Give the state at `step`, and how to come to what is not known of it."""
    if step == record.state.position.step:
        return record.state, record.replay
    assert recording.states is not None
    index = recording.states.until(step).steps[-1]
    origin = recording.states.items[recording.states.steps.index(index)]
    if index == step:
        return origin, None
    found = recording.tape.until(step)
    vector = found.items[-1]
    expected = Parameters(record.spec.layout, vector)
    config = config_at(record.config, recording.events, index)
    changes = tuple(
        event for event in recording.events if isinstance(event, KnobChanged) and index < event.step <= step
    )
    position = position_after(origin.position, step, config, changes, count)
    return TrainerState(position, expected, {}), Replay(origin, config, changes, expected)
