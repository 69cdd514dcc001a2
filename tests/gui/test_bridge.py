"""The window's one door to training."""

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, NetworkSpec, ReLU, TrainingConfig
from engine.datasets import Dataset, Split
from gui.bridge import Bridge, SessionState

SPEC = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
CONFIG = TrainingConfig(epochs=2, batch_size=16, seed=4)


def make_split():
    rng = np.random.default_rng(0)
    classes = tuple("0123456789")

    def dataset(count):
        pictures = rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8)
        return Dataset("random", pictures, rng.integers(0, 10, count), classes)

    return Split(dataset(64), dataset(32))


@pytest.fixture
def bridge(qtbot):
    bridge = Bridge()
    bridge.open_run(SPEC, CONFIG, make_split(), data_key="embedded", preset_name="test")
    yield bridge
    bridge.close()


def train(bridge, qtbot, steps=1):
    wanted = bridge.session.step_count + steps
    for _ in range(steps):
        bridge.step()
    qtbot.waitUntil(lambda: bridge.session.step_count == wanted and bridge.state is SessionState.PAUSED)


def test_a_fresh_run_waits_with_random_values(bridge):
    pulled = bridge.pull(want_snapshot=True)
    assert bridge.state is SessionState.READY
    assert pulled.snapshot.step == 0
    np.testing.assert_array_equal(pulled.snapshot.parameters.vector, bridge.initial.vector)


def test_numbers_are_pulled_once_and_completely(bridge, qtbot):
    train(bridge, qtbot, 3)
    assert list(bridge.pull(want_snapshot=False).steps["step"]) == [1, 2, 3]
    assert len(bridge.pull(want_snapshot=False).steps) == 0
    train(bridge, qtbot, 1)
    assert list(bridge.pull(want_snapshot=False).steps["step"]) == [4]


def test_restart_from_the_same_seed_begins_with_the_same_values(bridge, qtbot):
    first = bridge.initial.vector.copy()
    train(bridge, qtbot)
    bridge.restart(new_seed=False)
    assert bridge.session.step_count == 0
    np.testing.assert_array_equal(bridge.initial.vector, first)
    bridge.restart(new_seed=True)
    assert not np.array_equal(bridge.initial.vector, first)


def test_restart_keeps_the_knobs(bridge, qtbot):
    bridge.set_knobs(epochs=7)
    bridge.session.set_knobs(learning_rate=0.5, batch_size=8)
    bridge.restart(new_seed=False)
    config = bridge.session.config
    assert (config.learning_rate, config.batch_size, config.epochs) == (0.5, 8, 7)


def test_one_can_go_back_to_the_run_before(bridge, qtbot):
    train(bridge, qtbot, 2)
    before = bridge.session
    bridge.restart(new_seed=True)
    assert bridge.previous_name == "Run 1"
    assert bridge.info.name == "Run 2"
    bridge.go_back()
    assert bridge.session is before
    assert list(bridge.pull(want_snapshot=False).steps["step"]) == [1, 2]
    train(bridge, qtbot, 1)


def test_closing_gives_the_run_that_has_begun(bridge, qtbot):
    train(bridge, qtbot, 2)
    bridge.restart(new_seed=True)
    record, data_key = bridge.close()
    assert (record.name, record.state.position.step, data_key) == ("Run 1", 2, "embedded")


def test_closing_gives_nothing_when_nothing_has_begun(bridge):
    assert bridge.close() is None


def test_a_kept_run_waits_where_it_was(bridge, qtbot):
    train(bridge, qtbot, 3)
    record, _ = bridge.close()
    other = Bridge()
    other.reopen_run(record, make_split(), data_key="embedded")
    assert (other.state, other.session.step_count) == (SessionState.PAUSED, 3)
    assert len(other.pull(want_snapshot=False).steps) == 3
    train(other, qtbot, 1)
    other.restart(new_seed=False)
    assert other.info.name == "Run 2"
    other.close()
