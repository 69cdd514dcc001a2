"""The last run on disk."""

import logging

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, NetworkSpec, ReLU, TrainingConfig
from engine.formats.run import save_run
from engine.session import SessionState, TrainingSession
from gui.run_store import RUN_FILE, RunStore

SPEC = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), Flatten(), Dense(10)))


@pytest.fixture
def record(qtbot):
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (64, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, 64)
    session = TrainingSession(SPEC, TrainingConfig(epochs=3, batch_size=16), data, name="Run 4")
    session.run_epoch()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    session.close()
    return session.record()


def test_there_is_nothing_at_first(tmp_path):
    assert RunStore(tmp_path / "data").load() is None


def test_a_kept_run_is_given_back_with_its_data_set(record, tmp_path):
    store = RunStore(tmp_path / "data")
    (tmp_path / "data").mkdir()
    save_run(tmp_path / "data" / RUN_FILE, record, data="embedded")
    found, key = store.load()
    assert (found.name, found.state.position.step, key) == ("Run 4", 4, "embedded")
    np.testing.assert_array_equal(found.state.parameters.vector, record.state.parameters.vector)
    np.testing.assert_array_equal(found.steps, record.steps)


def test_a_damaged_run_is_set_aside(record, tmp_path, caplog):
    store = RunStore(tmp_path)
    path = tmp_path / RUN_FILE
    save_run(path, record, data="embedded")
    path.write_bytes(path.read_bytes()[:-10])
    with caplog.at_level(logging.WARNING, "gui.run_store"):
        assert store.load() is None
    assert not path.exists()
    assert path.with_name("kept-run-1.safetensors").exists()
    assert "damaged" in caplog.text
    assert store.load() is None


def test_runs_that_are_set_aside_keep_names_of_their_own(record, tmp_path):
    store = RunStore(tmp_path)
    for _ in range(2):
        save_run(tmp_path / RUN_FILE, record, data="embedded")
        store.set_aside()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kept-run-1.safetensors",
        "kept-run-2.safetensors",
    ]
    assert store.load() is None
