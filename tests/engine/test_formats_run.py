"""Files of runs: they go on bit for bit, or are refused with one sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load, save

from engine import Network, Trainer, TrainingConfig
from engine.augment import GENTLE
from engine.errors import FormatError
from engine.formats.run import load_run, save_run
from engine.session import KnobChanged, SessionRecord, TrainingSession
from tests.engine.network_samples import SMALL, digits_like

DATA = digits_like(96)
CONFIG = TrainingConfig(
    epochs=3, batch_size=32, averaging=0.9, weight_decay=0.01, schedule="cosine", augmentation=GENTLE
)


def record_after(steps: int, config: TrainingConfig = CONFIG) -> SessionRecord:
    """Give the record of a run that has made so many steps."""
    session = TrainingSession(SMALL, config, DATA, test_data=DATA, name="Run 3")
    for report in session._trainer.run(DATA) if steps else ():
        session.steps.append(report.step, report.epoch, report.loss, report.accuracy, report.learning_rate)
        session._recorder.note_step()
        if report.step == steps:
            break
    session.tests.append(steps, 0.5, 0.75)
    session._recorder.note_event(KnobChanged(steps, "learning_rate", 0.1, 0.2))
    return session.record()


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_a_saved_run_goes_on_bit_for_bit(steps: int, optimizer: Any, tmp_path: Path) -> None:
    config = replace(CONFIG, optimizer=optimizer)
    record = record_after(steps, config)
    save_run(tmp_path / "run", record, data="embedded")
    found, data = load_run(tmp_path / "run")
    assert data == "embedded"
    assert (found.name, found.spec, found.config) == ("Run 3", SMALL, config)
    np.testing.assert_array_equal(found.initial.vector, record.initial.vector)
    np.testing.assert_array_equal(found.steps, record.steps)
    np.testing.assert_array_equal(found.tests, record.tests)
    assert found.recording is not None
    assert record.recording is not None
    assert found.recording.events == record.recording.events
    assert found.recording.tape.steps == record.recording.tape.steps == tuple(range(steps + 1))
    assert found.recording.tape.gaps == record.recording.tape.gaps
    for mine, other in zip(found.recording.tape.items, record.recording.tape.items, strict=True):
        np.testing.assert_array_equal(mine, other)
    whole, later = Trainer(Network(SMALL, config.seed), config), Trainer(Network(SMALL, 99), config)
    list(whole.run(DATA))
    later.restore(found.state)
    list(later.run(DATA))
    np.testing.assert_array_equal(later.network.parameters.vector, whole.network.parameters.vector)
    assert later.averaged is not None
    assert whole.averaged is not None
    np.testing.assert_array_equal(later.averaged.vector, whole.averaged.vector)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a saved run."""
    path = tmp_path_factory.mktemp("run") / "run"
    save_run(path, record_after(4), data="embedded")
    return path.read_bytes()


def metadata_of(content: bytes, path: Path) -> dict[str, str]:
    path.write_bytes(content)
    with safe_open(path, "numpy") as file:
        return dict(file.metadata())


@pytest.mark.parametrize(
    "change",
    [
        lambda t, m: t.pop("parameters"),
        lambda t, m: t.pop("steps"),
        lambda t, m: t.update(parameters=t["parameters"][1:]),
        lambda t, m: t.update(initial=t["initial"] * np.nan),
        lambda t, m: t.update(averaged=t["averaged"].astype(float)),
        lambda t, m: t.update({"optimizer.mean": np.zeros(2, np.float32)}),
        lambda t, m: t.update({"optimizer.square": t["optimizer.square"] * np.nan}),
        lambda t, m: t.update({"optimizer.mean": t["optimizer.mean"].astype(np.float16)}),
        lambda t, m: t.update({"optimizer.mean": np.zeros(t["optimizer.mean"].shape, np.uint8)}),
        lambda t, m: t.update({"optimizer.counts": np.array([1e300, 1.0])}),
        lambda t, m: t.pop("optimizer.mean"),
        lambda t, m: t.update({"optimizer.velocity": t["optimizer.mean"]}),
        lambda t, m: t.update(steps=t["steps"][1:]),
        lambda t, m: t.pop("tape.2"),
        lambda t, m: t.update({"tape.2": t["tape.2"][1:]}),
        lambda t, m: t.update({"tape.2": t["tape.2"] + np.float32(np.inf)}),
        lambda t, m: t.pop("state.2.parameters"),
        lambda t, m: t.pop("state.2.optimizer.mean"),
        lambda t, m: m.update(run=m["run"].replace('"steps":[0,1', '"steps":[1,0')),
        lambda t, m: m.update(run=m["run"].replace('"gaps":[0', '"gaps":[99')),
        lambda t, m: m.update(run=m["run"].replace('"gaps":[0', '"gaps":[')),
        lambda t, m: m.update(run=m["run"].replace('[1,{"step":4', '[77,{"step":4')),
        lambda t, m: m.update(run="[" * 100_000),
        lambda t, m: m.update(run=m["run"].replace('"adam"', '"rmsprop"')),
        lambda t, m: m.update(run=m["run"].replace('"position":[4,', '"position":[-4,')),
        lambda t, m: m.update(run=m["run"].replace('"position":[4,', '"position":[4000000000,')),
        lambda t, m: m.update(run=m["run"].replace('"epochs":3', '"epochs":0')),
        lambda t, m: m.update(run=m["run"].replace('"epochs":3', '"epochs":1099511627776')),
        lambda t, m: m.update(run=m["run"].replace('"gaps":[0', '"gaps":[' + "0," * 70 + "0")),
        lambda t, m: m.update(version="9" * 1000),
        lambda t, m: m.pop("format"),
    ],
)
def test_a_run_that_does_not_fit_itself_is_refused(
    change: Callable[[Any, Any], Any], whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    tensors, metadata = dict(load(whole)), metadata_of(whole, path)
    before = save(tensors, metadata)
    change(tensors, metadata)
    changed = save({k: np.ascontiguousarray(v) for k, v in tensors.items()}, metadata)
    assert changed != before
    path.write_bytes(changed)
    with pytest.raises(FormatError) as caught:
        load_run(path)
    assert str(caught.value).startswith("“run”")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@settings(max_examples=100)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_run_is_refused_or_fits(
    place: float, bit: int, cut: bool, whole: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(whole)
    # Squared: most changes go to the header, where the meaning is.
    at = int(place**2 * len(content))
    content[at] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content[:at] if cut else content)
    try:
        record, _ = load_run(path)
    except FormatError:
        return
    trainer = Trainer(Network(record.spec, 1), record.config)
    trainer.restore(record.state)


@pytest.mark.parametrize(
    "change",
    [
        KnobChanged(1, "seed_of_all", 1.0, 2.0),
        KnobChanged(1, "spec", 1.0, 2.0),
        KnobChanged(1, "batch_size", 0.0, 20.0),
        KnobChanged(1, "batch_size", 8.0, 1e300),
        KnobChanged(1, "learning_rate", 0.1, -1.0),
    ],
)
def test_a_run_with_a_change_that_cannot_have_been_is_refused(change: KnobChanged, tmp_path: Path) -> None:
    session = TrainingSession(SMALL, TrainingConfig(), digits_like(8))
    session._recorder.note_event(change)
    save_run(tmp_path / "odd.safetensors", session.record(), data="")
    with pytest.raises(FormatError, match="is damaged"):
        load_run(tmp_path / "odd.safetensors")


def test_a_cut_or_foreign_file_is_one_sentence_that_names_it(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run"
    for cut in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(
            FormatError, match=r"“run” is damaged or (cut short: it must have|not a \.safetensors file)"
        ):
            load_run(path)
    path.write_bytes(whole.replace(b"filterscope-run", b"filterscope-pun"))
    with pytest.raises(FormatError, match=r"“run” must be a run of Filterscope.*got filterscope-pun"):
        load_run(path)


def test_a_tape_beyond_the_memory_that_a_tape_may_have_is_refused(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    path.write_bytes(whole)
    steps = load_run(path)[0].recording.tape.steps  # type: ignore[union-attr]
    size = 4 * SMALL.layout.size
    # One more than there is room for may be pinned.
    monkeypatch.setattr("engine.formats.recording.TAPE_BYTES", (len(steps) - 1) * size)
    load_run(path)
    monkeypatch.setattr("engine.formats.recording.TAPE_BYTES", (len(steps) - 1) * size - 1)
    with pytest.raises(FormatError, match="a recording has at most"):
        load_run(path)
