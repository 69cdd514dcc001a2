"""A run as a folder: written again at low cost, and whole at any moment."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Network, Trainer
from engine.errors import FormatError
from engine.formats import run_folder, tensor_file
from engine.formats.run_folder import MOST_SEGMENTS, RUN_FILE, RunFolder, read_run_folder, run_files
from engine.history import STEP_FIELDS
from engine.tape import Tape
from tests.engine.network_samples import SMALL
from tests.engine.power_cut import power_cut
from tests.engine.project_samples import CONFIG, DATA, Training, assert_same_run, content_of_folder


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_run_comes_back_to_the_bit_and_goes_on(optimizer: Any, tmp_path: Path) -> None:
    config = replace(CONFIG, optimizer=optimizer, averaging=0.9)
    record = Training(config).record_after(5)
    RunFolder(tmp_path / "run").write(record, data="embedded")
    found, data = read_run_folder(tmp_path / "run")
    assert data == "embedded"
    assert_same_run(found, record)
    whole, later = Trainer(Network(SMALL, config.seed), config), Trainer(Network(SMALL, 99), config)
    list(whole.run(DATA))
    later.restore(found.state)
    list(later.run(DATA))
    np.testing.assert_array_equal(later.network.parameters.vector, whole.network.parameters.vector)


def test_an_unchanged_run_writes_nothing(tmp_path: Path) -> None:
    training, path = Training(), tmp_path / "run"
    record = training.record_after(3)
    folder = RunFolder(path)
    assert folder.write(record, data="d") > 0
    before = {entry.name: entry.stat().st_mtime_ns for entry in path.iterdir()}
    assert folder.write(record, data="d") == 0
    assert RunFolder(path).write(training.session.record(), data="d") == 0
    assert {entry.name: entry.stat().st_mtime_ns for entry in path.iterdir()} == before
    assert folder.write(record, data="other") > 0
    assert read_run_folder(path)[1] == "other"


def test_segments_never_change_and_only_what_is_new_is_written(tmp_path: Path) -> None:
    training, path = Training(replace(CONFIG, epochs=30)), tmp_path / "run"
    folder = RunFolder(path)
    folder.write(training.record_after(40), data="d")
    first = (path / "tape-1.safetensors").read_bytes()
    record = training.record_after(2)
    folder.write(record, data="d")
    assert (path / "tape-1.safetensors").read_bytes() == first
    assert (path / "tape-2.safetensors").stat().st_size < len(first) / 10
    assert run_files(path) == (RUN_FILE, "tape-1.safetensors", "tape-2.safetensors")
    assert_same_run(read_run_folder(path)[0], record)


def test_another_program_goes_on_with_the_same_segments(tmp_path: Path) -> None:
    training, path = Training(), tmp_path / "run"
    RunFolder(path).write(training.record_after(5), data="d")
    first = (path / "tape-1.safetensors").read_bytes()
    record = training.record_after(1)
    RunFolder(path).write(record, data="d")
    assert (path / "tape-1.safetensors").read_bytes() == first
    assert_same_run(read_run_folder(path)[0], record)


def test_what_is_thinned_away_does_not_stay_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, path = Training(replace(CONFIG, epochs=200)), tmp_path / "run"
    training.session._recorder.tape.capacity = 16
    folder = RunFolder(path)
    for _ in range(40):
        record = training.record_after(5)
        folder.write(record, data="d")
        assert record.recording is not None
        needed = sum(vector.nbytes for vector in record.recording.tape.items)
        assert record.recording.states is not None
        needed += 3 * sum(state.parameters.vector.nbytes for state in record.recording.states.items)
        held = sum(entry.stat().st_size for entry in path.glob("tape-*"))
        assert held < 2.5 * needed + 100_000
        assert len(run_files(path)) <= MOST_SEGMENTS + 1
    assert sorted(entry.name for entry in path.iterdir()) == sorted(run_files(path))
    assert_same_run(read_run_folder(path)[0], record)


def test_segments_are_joined_when_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "MOST_SEGMENTS", 4)
    training, path = Training(replace(CONFIG, epochs=30)), tmp_path / "run"
    folder = RunFolder(path)
    for _ in range(12):
        record = training.record_after(1)
        folder.write(record, data="d")
        assert len(run_files(path)) <= 6
        assert_same_run(read_run_folder(path)[0], record)


def test_a_long_table_is_written_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "run"
    rows = np.zeros(20_000, STEP_FIELDS)
    rows["step"] = np.arange(20_000)
    record = replace(Training().record_after(1), steps=rows)
    RunFolder(path).write(record, data="d")
    small = (path / RUN_FILE).stat().st_size
    np.testing.assert_array_equal(read_run_folder(path)[0].steps, rows)
    more = np.concatenate([rows, rows[:1]])
    folder = RunFolder(path)
    folder.write(replace(record, steps=more), data="d")
    assert small < rows.nbytes / 2
    assert run_files(path) == (RUN_FILE, "tape-1.safetensors")
    np.testing.assert_array_equal(read_run_folder(path)[0].steps, more)


def test_a_run_without_a_recording_can_be_kept(tmp_path: Path) -> None:
    record = replace(Training().record_after(2), recording=None)
    RunFolder(tmp_path / "run").write(record, data="d")
    found = read_run_folder(tmp_path / "run")[0]
    assert found.recording is None
    np.testing.assert_array_equal(found.state.parameters.vector, record.state.parameters.vector)


@pytest.mark.parametrize("moment", range(9))
def test_a_cut_at_any_moment_leaves_the_older_or_the_newer_run(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, path = Training(), tmp_path / "run"
    older = training.record_after(3)
    RunFolder(path).write(older, data="d")
    newer = training.record_after(3)
    with power_cut(monkeypatch, moment, "replace", "fsync", "unlink"):
        RunFolder(path).write(newer, data="d")
    found = read_run_folder(path)[0]
    assert_same_run(found, newer if found.state.position == newer.state.position else older)
    # And the next write puts everything in order.
    RunFolder(path).write(newer, data="d")
    assert_same_run(read_run_folder(path)[0], newer)
    assert {entry.name for entry in path.iterdir()} == set(run_files(path))


def test_a_disk_that_is_full_keeps_the_older_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training, path = Training(), tmp_path / "run"
    older = training.record_after(3)
    folder = RunFolder(path)
    folder.write(older, data="d")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    newer = training.record_after(1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            folder.write(newer, data="d")
    assert_same_run(read_run_folder(path)[0], older)
    folder.write(newer, data="d")
    assert_same_run(read_run_folder(path)[0], newer)


def test_there_must_be_a_folder_to_put_it_in(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RunFolder(tmp_path / "gone" / "run").write(Training().record_after(1), data="d")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=150)
@given(
    place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), which=st.integers(0, 1), cut=st.booleans()
)
def test_every_flipped_bit_and_every_cut_is_noticed(
    place: float, bit: int, which: int, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-run"
    record = Training().record_after(4)
    RunFolder(path).write(record, data="d")
    file = path / (RUN_FILE, run_files(path)[-1])[which]
    content = bytearray(file.read_bytes())
    at = int(place**2 * len(content))
    content[at] ^= 1 << bit
    file.write_bytes(content[:at] if cut else content)
    sentence = ""
    try:
        # Some bits are of no meaning, such as a space in the header.
        assert_same_run(read_run_folder(path)[0], record)
    except FormatError as error:
        sentence = str(error)
    finally:
        for entry in path.iterdir():
            entry.unlink()
    assert not sentence or sentence.startswith("The run in “damaged-run” ")
    assert not sentence or sentence.endswith(".")
    assert len(sentence) < 450


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: (path / "tape-1.safetensors").unlink(), "its part “tape-1.safetensors” is missing"),
        (lambda path: (path / RUN_FILE).unlink(), "its part “run.safetensors” is missing"),
        (lambda path: (path / RUN_FILE).write_bytes(b""), "damaged"),
        (lambda path: (path / RUN_FILE).write_bytes((1 << 40).to_bytes(8, "little")), "header of more than"),
        (lambda path: (path / "tape-1.safetensors").rename(path / RUN_FILE), "format version 1"),
    ],
)
def test_what_is_missing_or_foreign_is_one_sentence(damage: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    RunFolder(path).write(Training().record_after(4), data="d")
    damage(path)
    with pytest.raises(FormatError, match=words) as caught:
        read_run_folder(path)
    assert str(caught.value).startswith("The run in “run” cannot be read: ")


def test_written_files_are_safetensors_of_the_library(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, safe_open

    arrays = {
        "a": np.arange(3, dtype=np.uint8),
        "b": np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::2],
        "c": np.zeros((0, 4)),
        "é": np.arange(2, dtype=np.int64),
    }
    tensor_file.write_tensors(tmp_path / "x", arrays, {"format": "“7”"})
    found = load_file(tmp_path / "x")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    with safe_open(tmp_path / "x", "numpy") as file:
        assert file.metadata() == {"format": "“7”"}
    assert list(content_of_folder(tmp_path)) == ["x"]


def test_a_tape_of_any_length_fits(tmp_path: Path) -> None:
    record = Training().record_after(1)
    tape = Tape(0, record.initial, limit=40 * record.initial.vector.nbytes)
    for step in range(1, 2000):
        tape.record(step, record.initial.vector + np.float32(step))
    assert record.recording is not None
    record = replace(record, recording=replace(record.recording, tape=tape.strip()))
    RunFolder(tmp_path / "run").write(record, data="d")
    assert_same_run(read_run_folder(tmp_path / "run")[0], record)
