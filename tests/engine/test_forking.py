"""Restarts and forks: bit-equal where nothing is changed, and otherwise only from the fork on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import BatchNorm2D, Conv2D, Dense, Dropout, Flatten, NetworkSpec, ReLU, TrainingConfig
from engine.augment import GENTLE
from engine.errors import ConfigError
from engine.forking import config_at, fork
from engine.formats.run import run_from_bytes, run_to_bytes
from engine.parameters import Parameters
from engine.process_session import ProcessSession, WorkerPool
from engine.replay import position_after
from engine.session import SessionRecord, TrainingSession
from engine.session_messages import Forked, KnobChanged, Replayed
from engine.training_data import BEGINNING, Position
from tests.engine.network_samples import SMALL, digits_like
from tests.engine.session_listener import FINISHED, PAUSED, Listener

COUNT = 96
DATA = digits_like(COUNT)
TEST = digits_like(40, seed=1)
# With everything that depends on an order or on something remembered.
HARD = NetworkSpec(
    input_shape=(1, 12, 12),
    layers=(Conv2D(3, 3), BatchNorm2D(), ReLU(), Dropout(0.2), Flatten(), Dense(10)),
)
CONFIG = TrainingConfig(
    epochs=6, batch_size=20, learning_rate=0.01, averaging=0.9, schedule="cosine", augmentation=GENTLE, seed=5
)
Make = Callable[..., TrainingSession]


@pytest.fixture
def make(host: Make) -> Make:
    return lambda config=CONFIG, **options: host(HARD, config, DATA, test_data=TEST, **options)


def go_on(make: Make, record: SessionRecord) -> TrainingSession:
    return make(record.config, record=record, name=record.name)


def to_the_end(session: TrainingSession) -> SessionRecord:
    listener = Listener(session)
    session.start()
    listener.until_state(FINISHED)
    session.close(keep_tape=True)
    return session.record()


def few_states(monkeypatch: pytest.MonkeyPatch, room: int = 3) -> None:
    """Leave so little room for states that forks have to replay; for sessions of this process."""
    monkeypatch.setattr("engine.recorder.MOST_STATES", room)


def same(one: SessionRecord, other: SessionRecord) -> None:
    assert one.state.position == other.state.position
    assert one.state.parameters.vector.tobytes() == other.state.parameters.vector.tobytes()
    assert one.state.averaged is not None
    assert other.state.averaged is not None
    assert one.state.averaged.vector.tobytes() == other.state.averaged.vector.tobytes()
    assert one.state.optimizer.keys() == other.state.optimizer.keys()
    for name, value in one.state.optimizer.items():
        assert value.tobytes() == other.state.optimizer[name].tobytes()
    np.testing.assert_array_equal(one.steps, other.steps)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("step", [0, 1, 11, 29, 30])
def test_a_fork_with_nothing_changed_is_the_same_run(make: Make, step: int, optimizer: Any) -> None:
    whole = to_the_end(make(replace(CONFIG, optimizer=optimizer)))
    forked = fork(whole, step, name="Run 2", count=COUNT)
    assert forked.state.position.step == step
    assert [*forked.steps["step"]] == list(range(1, step + 1))
    again = to_the_end(go_on(make, forked)) if step < 30 else go_on(make, forked).record()
    same(again, whole)
    assert again.recording is not None
    assert Forked(step, "Run 1") in again.recording.events


@pytest.mark.parametrize("step", [8, 13, 22])
def test_what_is_not_remembered_is_replayed_to_the_bit(make: Make, step: int) -> None:
    session = make()
    listener = Listener(session)
    session.set_knobs(learning_rate=0.02)
    for _ in range(8):
        session.step()
    listener.until(lambda: session.step_count == 8 and session.state is PAUSED)
    session.set_knobs(batch_size=13, momentum=0.8)
    whole = to_the_end(session)
    assert whole.recording is not None
    assert whole.recording.states is not None
    # As if there had been room for the first state only.
    poor = replace(whole, recording=replace(whole.recording, states=whole.recording.states.until(0)))
    forked = fork(poor, step, name="Run 2", count=COUNT)
    assert forked.replay is not None
    # Through a file as well.
    forked, _ = run_from_bytes(run_to_bytes(forked, data=""))
    found = go_on(make, forked)
    listener = Listener(found)
    assert found.step_count == step
    found.step()
    listener.until(lambda: found.step_count == step + 1)
    assert Replayed(step, exact=True) in listener.events
    same(to_the_end(found), whole)


def test_a_knob_turned_before_a_run_goes_on_counts_from_there(make: Make) -> None:
    """A run that came back from a file, and is changed before it trains again."""
    first = make()
    listener = Listener(first)
    for _ in range(12):
        first.step()
    listener.until(lambda: first.step_count == 12 and first.state is PAUSED)
    first.close(keep_tape=True)
    again = go_on(make, first.record())
    again.set_knobs(learning_rate=0.02)
    turned = KnobChanged(12, "learning_rate", 0.01, 0.02)
    rests = again.record().recording
    assert rests is not None
    assert turned in rests.events
    whole = to_the_end(again)
    assert whole.recording is not None
    assert [event for event in whole.recording.events if isinstance(event, KnobChanged)] == [turned]
    assert whole.recording.states is not None
    poor = replace(whole, recording=replace(whole.recording, states=whole.recording.states.until(0)))
    forked = fork(poor, 11, name="Run 2", count=COUNT)
    assert forked.config.learning_rate == 0.01
    found = go_on(make, forked)
    listener = Listener(found)
    found.step()
    listener.until(lambda: found.step_count == 12)
    assert Replayed(11, exact=True) in listener.events


def test_a_run_that_is_closed_on_the_way_replays_later(make: Make) -> None:
    whole = to_the_end(make())
    assert whole.recording is not None
    assert whole.recording.states is not None
    poor = replace(whole, recording=replace(whole.recording, states=whole.recording.states.until(0)))
    forked = fork(poor, 20, name="Run 2", count=COUNT)
    session = go_on(make, forked)
    session.start()
    session.close(keep_tape=True)
    kept = session.record()
    np.testing.assert_array_equal(kept.steps["step"][:20], np.arange(1, 21))
    assert kept.state.position.step >= 20
    same(to_the_end(go_on(make, kept)), whole)


def test_knobs_turned_before_the_replay_count_after_it(make: Make) -> None:
    whole = to_the_end(make())
    assert whole.recording is not None
    assert whole.recording.states is not None
    poor = replace(whole, recording=replace(whole.recording, states=whole.recording.states.until(0)))
    session = go_on(make, fork(poor, 20, name="Run 2", count=COUNT))
    session.set_knobs(learning_rate=0.5)
    end = to_the_end(session)
    changed = to_the_end(go_on(make, fork(whole, 20, name="Run 2", count=COUNT, learning_rate=0.5)))
    same(end, changed)
    assert end.steps["learning_rate"][20] > 0.1


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.03},
        {"optimizer": "sgd"},
        {"seed": 6},
        {"batch_size": 7},
        {"frozen": ("conv1",)},
        {"schedule": "constant"},
    ],
)
def test_a_changed_fork_differs_only_from_there_on(make: Make, changes: dict[str, Any]) -> None:
    whole = to_the_end(make())
    assert whole.recording is not None
    forked = fork(whole, 12, name="Run 2", count=COUNT, **changes)
    end = to_the_end(go_on(make, forked))
    np.testing.assert_array_equal(end.steps[:12], whole.steps[:12])
    assert end.state.parameters.vector.tobytes() != whole.state.parameters.vector.tobytes()
    assert end.recording is not None
    for step in range(13):
        mine, others = end.recording.tape.until(step).items[-1], whole.recording.tape.until(step).items[-1]
        assert mine.tobytes() == others.tobytes()
    again = to_the_end(go_on(make, fork(whole, 12, name="Run 3", count=COUNT, **changes)))
    same(again, end)


def test_an_edited_filter_is_what_the_fork_begins_with(make: Make) -> None:
    whole = to_the_end(make())
    assert whole.recording is not None
    edited = Parameters(HARD.layout, whole.recording.tape.until(12).items[-1].copy())
    edited["conv1.weight"][0] = 0.25
    forked = fork(whole, 12, name="Run 2", count=COUNT, parameters=edited)
    assert forked.recording is not None
    assert forked.recording.events[-1] == Forked(12, "Run 1", ("conv1",))
    kept, _ = run_from_bytes(run_to_bytes(forked, data=""))
    assert kept.recording is not None
    assert kept.recording.events == forked.recording.events
    session = go_on(make, forked)
    session.request_recorded(12)
    shown = session.recorded()
    assert shown is not None
    assert (shown.parameters["conv1.weight"][0] == 0.25).all()
    end = to_the_end(session)
    assert end.state.parameters.vector.tobytes() != whole.state.parameters.vector.tobytes()
    # A fork of the fork, later: exact, too, and never replayed from before the edit.
    later = fork(end, 20, name="Run 3", count=COUNT)
    same(to_the_end(go_on(make, later)), end)
    with pytest.raises(ConfigError, match="can be forked at a recorded step from 12 on, got 5"):
        fork(end, 5, name="Run 3", count=COUNT)


@pytest.mark.parametrize("step", [11, 16])
def test_a_fork_without_averaging_has_no_average(make: Make, step: int) -> None:
    """Whether its state is known or has to be replayed."""
    whole = to_the_end(make(replace(CONFIG, epochs=4)))
    forked = fork(whole, step, name="Run 2", count=COUNT, averaging=0.0)
    assert (forked.replay is None) == (step == 16)
    assert to_the_end(go_on(make, forked)).state.averaged is None


def test_the_step_of_a_fork_stays_on_its_tape(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    # So short a tape that an odd step would not stay on it.
    monkeypatch.setattr("engine.tape.MOST_STEPS", 6)
    session = make()
    listener = Listener(session)
    for _ in range(13):
        session.step()
    listener.until(lambda: session.step_count == 13 and session.state is PAUSED)
    session.close(keep_tape=True)
    whole = session.record()
    edited = Parameters(HARD.layout, whole.state.parameters.vector.copy())
    edited["conv1.weight"][0] = 0.25
    end = to_the_end(go_on(make, fork(whole, 13, name="Run 2", count=COUNT, parameters=edited)))
    assert end.recording is not None
    assert 13 in end.recording.tape.steps
    if not isinstance(session, ProcessSession):
        # The other process has a bound of its own.
        monkeypatch.setattr("engine.formats.recording.MOST_STEPS", 6)
    kept, _ = run_from_bytes(run_to_bytes(end, data=""))
    assert kept.recording is not None
    assert kept.recording.tape.steps == end.recording.tape.steps
    begun = Parameters(HARD.layout, end.recording.tape.until(13).items[-1])
    assert (begun["conv1.weight"][0] == 0.25).all()
    monkeypatch.undo()
    again = fork(end, 13, name="Run 3", count=COUNT)
    same(to_the_end(go_on(make, again)), end)


def test_a_restart_from_the_same_seed_gives_equal_bits(make: Make) -> None:
    same(to_the_end(make()), to_the_end(make()))


def test_a_fork_shared_by_two_workers_is_exact(pool: WorkerPool) -> None:
    config = replace(CONFIG, workers=2)
    first = ProcessSession(HARD, config, DATA, test_data=TEST, pool=pool)
    whole = to_the_end(first)
    assert whole.recording is not None
    assert whole.recording.states is not None
    poor = replace(whole, recording=replace(whole.recording, states=whole.recording.states.until(0)))
    for record in (whole, poor):
        forked = fork(record, 17, name="Run 2", count=COUNT)
        session = ProcessSession(HARD, config, DATA, test_data=TEST, record=forked, pool=pool)
        same(to_the_end(session), whole)


def test_a_step_that_is_not_there_is_one_sentence() -> None:
    session = TrainingSession(SMALL, CONFIG, DATA)
    session.close()
    record = session.record()
    for step in (1, 99, -1):
        with pytest.raises(ConfigError, match=rf"Run 1 can be forked .* got {step}".replace("-", "[-−]")):
            fork(record, step, name="Run 2", count=COUNT)
    with pytest.raises(ConfigError, match="a fork can change learning_rate"):
        fork(record, 0, name="Run 2", count=COUNT, workers=2)
    with pytest.raises(ConfigError, match="learning_rate must be"):
        fork(record, 0, name="Run 2", count=COUNT, learning_rate=-1)
    with pytest.raises(ConfigError, match="conv9"):
        fork(record, 0, name="Run 2", count=COUNT, frozen=("conv9",))
    broken = Parameters(SMALL.layout, np.full(SMALL.layout.size, np.inf, np.float32))
    with pytest.raises(ConfigError, match="finite weights only"):
        fork(record, 0, name="Run 2", count=COUNT, parameters=broken)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 50),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=4),
)
def test_positions_are_those_of_a_run(count: int, step: int, sizes: list[tuple[int, int]]) -> None:
    sizes.sort()
    changes = tuple(KnobChanged(at, "batch_size", 1, size) for at, size in sizes)
    epoch = picture = 0
    batch = CONFIG.batch_size
    for now in range(step):
        batch = ([size for at, size in sizes if at <= now] or [CONFIG.batch_size])[-1]
        picture += batch
        if picture >= count:
            epoch, picture = epoch + 1, 0
    assert position_after(BEGINNING, step, CONFIG, changes, count) == Position(step, epoch, picture)


def test_the_position_of_a_far_step_is_not_counted_step_by_step() -> None:
    change = KnobChanged(7, "batch_size", 20, 48)
    # Five steps an epoch, and from the third step of the second one on two.
    found = position_after(BEGINNING, 10**15, CONFIG, (change,), COUNT)
    assert found == Position(10**15, 2 + (10**15 - 9) // 2, 48)


def test_settings_are_those_of_their_moment() -> None:
    events = (KnobChanged(3, "learning_rate", 0.01, 0.02), KnobChanged(8, "learning_rate", 0.02, 0.04))
    now = replace(CONFIG, learning_rate=0.04)
    assert [config_at(now, events, step).learning_rate for step in (2, 3, 7, 8)] == [0.01, 0.02, 0.02, 0.04]


def test_a_recording_keeps_within_its_budget_in_a_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tape.MOST_STEPS", 40)
    few_states(monkeypatch, 12)
    session = TrainingSession(SMALL, replace(CONFIG, epochs=200, augmentation=None, averaging=0.0), DATA)
    record = to_the_end(session)
    assert record.recording is not None
    assert record.recording.states is not None
    assert 12 < len(record.recording.tape.steps) <= 40
    assert 4 <= len(record.recording.states.steps) <= 12
    assert record.recording.states.steps[0] == 0
