"""Runs at rest on disk."""

import threading

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, NetworkSpec, ReLU, TrainingConfig
from engine.augment import GENTLE
from engine.errors import FormatError
from engine.formats.run import load_run, save_run
from engine.session import SessionState, TrainingSession

SPEC = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))


def make_data(count=96):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, count)


def train_steps(session, count):
    """Train `count` steps, then end the session's thread."""
    wanted = session.step_count + count
    for _ in range(count):
        session.step()
    while session.step_count < wanted or session.state is SessionState.RUNNING:
        threading.Event().wait(0.001)
    session.close()


def stopped_run(optimizer="adam", steps=4):
    config = TrainingConfig(epochs=3, batch_size=32, optimizer=optimizer, augmentation=GENTLE, seed=5)
    session = TrainingSession(SPEC, config, make_data(), test_data=make_data(20), name="Run 7")
    train_steps(session, steps)
    return session


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_run_that_was_saved_goes_on_bit_for_bit(tmp_path, optimizer):
    path = tmp_path / "run.safetensors"
    save_run(path, stopped_run(optimizer).record(), data="embedded")
    record, data = load_run(path)
    resumed = TrainingSession(record.spec, record.config, make_data(), name=record.name, record=record)
    assert resumed.state is SessionState.PAUSED
    train_steps(resumed, 3)
    unbroken = stopped_run(optimizer, steps=7)
    assert data == "embedded"
    assert resumed.name == "Run 7"
    assert resumed.step_count == 7
    np.testing.assert_array_equal(
        resumed.record().state.parameters.vector, unbroken.record().state.parameters.vector
    )
    np.testing.assert_array_equal(resumed.steps.since(0), unbroken.steps.since(0))
    np.testing.assert_array_equal(resumed.initial.vector, unbroken.initial.vector)


def test_a_cut_or_foreign_file_is_one_sentence_that_names_it(tmp_path):
    path = tmp_path / "run.safetensors"
    save_run(path, stopped_run().record(), data="embedded")
    whole = path.read_bytes()
    for cut in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(FormatError, match=r"run\.safetensors"):
            load_run(path)
    path.write_bytes(whole.replace(b"filterscope-run", b"filterscope-pun"))
    with pytest.raises(FormatError, match="filterscope-pun"):
        load_run(path)


def test_a_position_that_is_no_position_is_refused(tmp_path):
    path = tmp_path / "run.safetensors"
    save_run(path, stopped_run().record(), data="embedded")
    whole = path.read_bytes()
    damaged = whole.replace(b'\\"position\\":[4,1,32]', b'\\"position\\":[4,-1,2]')
    assert damaged != whole
    path.write_bytes(damaged)
    with pytest.raises(FormatError, match="position"):
        load_run(path)
