"""What the Runs page shows, as values: order of the list, differences in words, curves, pictures seen."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, NetworkSpec, ReLU, Trainer, TrainingConfig
from engine.augment import Augmentation
from engine.history import STEP_FIELDS, TEST_FIELDS
from engine.network import Network
from engine.session_messages import KnobChanged, SessionState, StateChanged
from gui.pages.runs.curve_data import RunCurve, batch_sizes, pictures_seen
from gui.pages.runs.rows import RunRow, tree_order
from gui.pages.runs.settings_words import RunFacts, compare, recipe, shapes_sentence
from gui.pages.runs.sides import shared_convolutions, sides
from gui.pages.train.walls import Scales
from tests.gui.frame_samples import SMALL, SPEC, frame_of


def test_forks_stand_below_the_run_they_came_from():
    runs = [("1", None), ("2", "1"), ("3", None), ("4", "2"), ("5", "1"), ("6", "gone")]
    assert tree_order(runs) == [("1", 0), ("2", 1), ("4", 2), ("5", 1), ("3", 0), ("6", 0)]


def test_two_hundred_forks_of_forks_are_put_in_order():
    runs = [("0", None)] + [(str(i), str(i - 1)) for i in range(1, 200)]
    assert tree_order(runs) == [(str(i), i) for i in range(200)]


def test_a_row_tells_everything_in_words():
    row = RunRow(
        "k", "Run 2", 1, "wider", "8–16", "MNIST 8\u202f000", 1240, 0.973, "Run 1 · step 120", 1, True
    )
    assert row.figures == "step 1\u202f240 · best 97.3\u202f%"
    assert row.settings == "8–16 · MNIST 8\u202f000"
    assert row.words == (
        "Run 2 · 8–16 · MNIST 8\u202f000 · step 1\u202f240 · best 97.3\u202f% · "
        "forked from Run 1 at step 120 · trains at this moment\nwider"
    )
    assert RunRow("k", "Run 1").figures == "step 0 · no test yet"
    assert row.came == "from Run 1 · step 120 · 8–16 · MNIST 8\u202f000"
    assert RunRow("k", "Run 1", network="8–16").came == "8–16"
    changed = replace(row, changes="batch size 64 → 32", recipe=recipe(facts(frozen=("conv1",)).config))
    assert changed.came == "batch size 64 → 32 · from Run 1 · step 120 · 8–16 · MNIST 8\u202f000"
    assert " · Adam, learning rate 0.002, batch 64, frozen conv1 · step 1\u202f240" in changed.words
    assert "forked from Run 1 at step 120: batch size 64 → 32 · trains" in changed.words


def facts(name="Run 1", spec=SMALL, seed=1, **changes):
    config = replace(TrainingConfig(learning_rate=0.002), **changes)
    initial = Network(spec, seed).parameters.frozen()
    return RunFacts(f"key of {name}", name, "8–16", "MNIST", 8000, spec, config, initial)


def differing(comparison):
    return {row.label: (row.first, row.second) for row in comparison.settings if row.differs}


def test_what_differs_is_said_in_words():
    found = compare(facts(), facts("Run 2", seed=2, learning_rate=0.01, optimizer="sgd"))
    assert differing(found) == {"Learning rate": ("0.002", "0.01"), "Optimiser": ("Adam", "SGD")}
    assert (
        found.sentence
        == "Run 1 and Run 2 differ in optimiser (Adam and SGD) and learning rate (0.002 and 0.01)."
    )


def test_twins_and_forks_are_called_so():
    twins = compare(facts(), facts("Run 2", batch_size=32))
    assert twins.sentence == (
        "They are twins: both began with the same weights. Run 1 and Run 2 differ in batch (64 and 32)."
    )
    assert compare(facts(), facts("Run 2")).sentence.endswith("Their settings are the same.")
    fork = replace(facts("Run 2"), parent=("key of Run 1", "Run 1", 1200))
    for pair in ((facts(), fork), (fork, facts())):
        assert compare(*pair).sentence.startswith("Run 2 was forked from Run 1 at step 1\u202f200.")
    sister = replace(facts("Run 3"), parent=("key of Run 1", "Run 1", 3))
    assert compare(fork, sister).sentence.startswith("Both were forked from Run 1.")
    twin = replace(facts("Run 2"), parent=("key of Run 1", "Run 1", 0))
    assert compare(facts(), twin).sentence.startswith("Run 2 is a twin of Run 1")
    grandchild = replace(facts("Run 4"), parent=("key of Run 2", "Run 2", 5))
    assert compare(facts(), grandchild).sentence.startswith("Both go back to the same first weights.")


def test_knobs_that_were_turned_and_augmentation_are_among_the_settings():
    turned = replace(
        facts("Run 2", augmentation=Augmentation(shift_px=2, rotation_deg=10)),
        events=(
            # Set before the first step: that is what it was trained with.
            KnobChanged(0, "batch_size", 32, 64),
            StateChanged(3, SessionState.PAUSED),
            KnobChanged(1200, "learning_rate", 0.002, 0.01),
        ),
    )
    found = differing(compare(facts(), turned))
    assert found["Changed on the way"] == ("nothing", "learning rate 0.002 → 0.01 at 1\u202f200")
    assert found["Augmentation"] == ("none", "shift 2 px, rotation 10 °")


def test_networks_of_other_shapes_are_told_apart():
    assert compare(facts(), facts("Run 2", SPEC)).sentence.startswith("Run 1 and Run 2 differ in weights (")
    assert shapes_sentence("conv1", facts(), facts("Run 2")) == ""
    assert shapes_sentence("conv1", facts(), facts("Run 2", SPEC)) == (
        "conv1 is not the same: Run 1 has 2 filters of 1×5×5, Run 2 has 4 filters of 1×3×3."
    )
    assert shapes_sentence("conv2", facts(), facts("Run 2", SPEC)) == (
        "conv2 is not the same: Run 1 has no conv2, Run 2 has 6 filters of 4×3×3."
    )


def test_both_sides_are_drawn_to_one_scale_and_as_far_as_they_go():
    first, second = frame_of(spec=SMALL), frame_of(spec=SPEC, seed=3)
    assert shared_convolutions([first.spec, second.spec]) == ("conv1", "conv2")
    a, b = sides(first, second, "conv1", Scales())
    assert a.filters.scale == b.filters.scale
    assert a.channels.scale == b.channels.scale
    largest = max(np.abs(f.parameters["conv1.weight"]).max() for f in (first, second))
    assert a.filters.scale >= largest
    np.testing.assert_array_equal(a.filters.maps, first.parameters["conv1.weight"])
    np.testing.assert_array_equal(b.channels.maps[:, 0], second.activations["relu1"])
    a, b = sides(first, second, "conv2", Scales())
    assert a.filters is None
    assert len(b.filters.maps) == 6


def test_a_curve_keeps_its_memory_and_its_ends():
    curve = RunCurve()
    rows = np.zeros(10_000, STEP_FIELDS)
    rows["step"], rows["loss"] = np.arange(1, 10_001), 2.0
    for part in np.array_split(rows, 7):
        assert curve.feed(part, np.zeros(0, TEST_FIELDS))
    assert not curve.feed(rows[:0], np.zeros(0, TEST_FIELDS))
    steps, loss = curve.points("loss")
    assert (curve.rows, curve.last_step, steps[-1]) == (10_000, 10_000, 10_000)
    assert len(steps) < 600
    np.testing.assert_allclose(loss, 2.0)
    tests = np.array([(100, 0.5, 0.25)], TEST_FIELDS)
    curve.feed(rows[:0], tests)
    assert curve.points("accuracy")[1].tolist() == [25.0]


@pytest.mark.parametrize("count", [50, 64, 65])
def test_pictures_seen_are_those_that_the_trainer_took(count):
    rng = np.random.default_rng(0)
    spec = NetworkSpec((1, 4, 4), (Conv2D(1, 3), ReLU(), Flatten(), Dense(2)), ("a", "b"))
    data = rng.random((count, 1, 4, 4), np.float32), rng.integers(0, 2, count)
    trainer = Trainer(Network(spec, 1), TrainingConfig(epochs=3, batch_size=16))
    epochs, steps, truth, events = [], [], [], []
    for report in trainer.run(data):
        at = trainer.position
        epochs.append(report.epoch)
        steps.append(report.step)
        truth.append(at.epoch * count + at.picture)
        if report.step == 3:
            events.append(KnobChanged(3, "batch_size", 16, 10))
            trainer.set(batch_size=10)
    sizes = batch_sizes(10, events, np.array(steps))
    assert sizes[:4].tolist() == [16, 16, 16, 10]
    assert pictures_seen(np.array(epochs), sizes, count).tolist() == truth
    assert pictures_seen(np.zeros(0, int), np.zeros(0, int), count).tolist() == []
