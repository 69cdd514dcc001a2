"""A run as a report takes it, made by hand."""

import numpy as np

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU, TrainingConfig
from engine.datasets import Dataset
from engine.history import STEP_FIELDS, TEST_FIELDS
from engine.tape import Recorded
from gui.report_content import RunFacts

CLASSES = ("<zero>", "one & only", 'two"')
SPEC = NetworkSpec((2, 8, 8), (Conv2D(5, 3), ReLU(), Conv2D(40, 3), ReLU(), Flatten(), Dense(3)), CLASSES)


def dataset(count, name='Signs <&">'):
    rng = np.random.default_rng(count)
    pictures = rng.integers(0, 256, (count, 2, 8, 8), dtype=np.uint8)
    return Dataset(name, pictures, rng.integers(0, 3, count), CLASSES)


def run_facts(steps=400, *, spec=SPEC, recorded=(0, 20, 400), **changes):
    rows, tests = np.zeros(steps, STEP_FIELDS), np.zeros(5, TEST_FIELDS)
    rows["step"] = np.arange(1, steps + 1)
    rows["loss"] = 2.3 / np.sqrt(rows["step"])
    rows["accuracy"] = 1 - rows["loss"] / 2.5
    tests["step"] = np.linspace(0, steps, 5)
    tests["loss"], tests["accuracy"] = 1, 0.5
    given = {
        "name": 'Run <1> & "more"',
        "network": "5–40",
        "notes": "First <try> & 'second'.\n\nDone.",
        "when": "2026-01-02",
        "program": "Filterscope 1",
        "spec": spec,
        "config": TrainingConfig(),
        "epochs_done": 1.5,
        "train": dataset(30),
        "test": dataset(1100),
        "steps": rows,
        "tests": tests,
        "events": ((20, "learning rate 0.001 → 0.0005"), (300, "paused <b>")),
        "recorded": tuple(Recorded(step, Network(spec, step).parameters.frozen()) for step in recorded),
    }
    return RunFacts(**(given | changes))
