"""The training loop: repeatable, resumable, and safe when the loss is no number."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import (
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
    NetworkSpec,
    ReLU,
    Trainer,
    TrainingConfig,
    TrainingDiverged,
    functional,
    metrics,
)
from engine.errors import ConfigError, DataError
from engine.training_data import Position
from tests.engine.network_samples import SMALL, digits_like

# Everything that draws random numbers or keeps something between steps.
LIVELY = NetworkSpec(
    (1, 12, 12),
    (Conv2D(3, 3), BatchNorm2D(), ReLU(), MaxPool2D(2), Dropout(0.3), Flatten(), Dense(4)),
)
DATA = digits_like(100)
CONFIG = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.01, seed=5)


class Shifted:
    """Moves each picture sideways by a random number of pixels."""

    def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        assert pictures.dtype == np.float32
        assert pictures.max() <= 1
        by = rng.integers(-2, 3, len(pictures))
        return np.stack([np.roll(p, b, axis=-1) for p, b in zip(pictures, by, strict=True)])


LIVELY_CONFIG = replace(
    CONFIG, augmentation=Shifted(), averaging=0.9, schedule="onecycle", label_smoothing=0.1
)


def trained(
    spec: NetworkSpec, config: TrainingConfig, steps: int | None = None, data: Any = DATA
) -> tuple[Trainer, list[Any]]:
    trainer = Trainer(Network(spec, 1), config)
    reports = []
    for report in trainer.run(data):
        reports.append(report)
        if report.step == steps:
            break
    return trainer, reports


def vector(trainer: Trainer) -> NDArray[Any]:
    return trainer.network.parameters.vector


def test_a_network_learns_what_can_be_learned() -> None:
    trainer, reports = trained(SMALL, replace(CONFIG, epochs=6))
    assert metrics.evaluate(trainer.network, *digits_like(200, seed=9)).accuracy == 1
    assert reports[-1].loss < 0.2 * reports[0].loss


@pytest.mark.parametrize(("spec", "config"), [(SMALL, CONFIG), (LIVELY, LIVELY_CONFIG)])
def test_the_same_seed_gives_the_same_bits(spec: NetworkSpec, config: TrainingConfig) -> None:
    first, second = trained(spec, config), trained(spec, config)
    np.testing.assert_array_equal(vector(first[0]), vector(second[0]))
    assert first[1] == second[1]


def test_another_seed_gives_other_pictures_first() -> None:
    first, second = trained(SMALL, CONFIG, 1), trained(SMALL, replace(CONFIG, seed=6), 1)
    assert first[1][0].loss != second[1][0].loss
    assert not np.array_equal(vector(first[0]), vector(second[0]))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("stop", [0, 1, 4, 6])
def test_a_restored_run_goes_on_bit_for_bit(stop: int, optimizer: Any) -> None:
    config = replace(LIVELY_CONFIG, optimizer=optimizer, weight_decay=0.01)
    whole, reports = trained(LIVELY, config)
    first = Trainer(Network(LIVELY, 1), config)
    for report in first.run(DATA) if stop else ():
        if report.step == stop:
            break
    second = Trainer(Network(LIVELY, 99), config)
    second.restore(first.state())
    later = list(second.run(DATA))
    assert later == reports[stop:]
    np.testing.assert_array_equal(vector(second), vector(whole))
    assert second.averaged is not None
    assert whole.averaged is not None
    np.testing.assert_array_equal(second.averaged.vector, whole.averaged.vector)


def test_a_run_restored_after_a_change_of_the_batch_size_goes_on_bit_for_bit() -> None:
    def run_from(trainer: Trainer, steps: int) -> list[Any]:
        return [report for report, _ in zip(trainer.run(DATA), range(steps), strict=False)]

    whole = Trainer(Network(LIVELY, 1), LIVELY_CONFIG)
    run_from(whole, 2)
    whole.set(batch_size=11, learning_rate=0.003, momentum=0.5)
    run_from(whole, 2)
    state, config = whole.state(), whole.config
    rest = run_from(whole, 9)
    second = Trainer(Network(LIVELY, 1), config)
    second.restore(state)
    assert run_from(second, 9) == rest
    np.testing.assert_array_equal(vector(second), vector(whole))


def test_a_state_is_a_private_copy() -> None:
    trainer, _ = trained(LIVELY, LIVELY_CONFIG, 2)
    state = trainer.state()
    kept = state.parameters.vector.copy()
    list(trainer.run(DATA))
    np.testing.assert_array_equal(state.parameters.vector, kept)
    assert state.position == Position(2, 0, 64)


def test_an_epoch_shows_each_picture_once_and_ends_with_a_short_batch() -> None:
    seen: list[int] = []

    class Watching:
        def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
            seen.extend(np.rint(pictures[:, 0, 0, 0] * 255).astype(int))
            return pictures

    pictures = np.zeros((100, 1, 12, 12), np.uint8)
    pictures[:, 0, 0, 0] = np.arange(100)
    config = replace(CONFIG, epochs=2, augmentation=Watching())
    _, reports = trained(SMALL, config, data=(pictures, DATA[1]))
    assert [r.batch_size for r in reports] == [32, 32, 32, 4] * 2
    assert [r.epoch for r in reports] == [0] * 4 + [1] * 4
    assert [r.step for r in reports] == list(range(1, 9))
    assert sorted(seen[:100]) == sorted(seen[100:]) == list(range(100))
    assert seen[:100] != seen[100:]


def test_a_report_tells_the_batch_before_its_step() -> None:
    pictures, labels = digits_like(20)
    config = replace(CONFIG, batch_size=64, epochs=1, label_smoothing=0.2)
    trainer = Trainer(Network(SMALL, 1), config)
    logits = trainer.network.forward(pictures)
    (report,) = trainer.run((pictures, labels))
    assert report.loss == pytest.approx(functional.cross_entropy(logits, labels, 0.2), rel=1e-5)
    assert report.accuracy == pytest.approx((logits.argmax(axis=1) == labels).mean())
    assert report.learning_rate == 0.01


def test_label_smoothing_keeps_the_answers_modest() -> None:
    sure, modest = (
        trained(SMALL, replace(CONFIG, epochs=15, label_smoothing=s))[0].network.probabilities(DATA[0])
        for s in (0.0, 0.2)
    )
    assert sure.max(axis=1).mean() > 0.95
    assert modest.max(axis=1).mean() == pytest.approx(0.85, abs=0.05)


def test_the_schedule_runs_over_all_epochs() -> None:
    _, reports = trained(SMALL, replace(CONFIG, schedule="cosine", epochs=2, batch_size=25))
    wanted = [0.005 * (1 + np.cos(np.pi * i / 8)) for i in range(8)]
    np.testing.assert_allclose([r.learning_rate for r in reports], wanted)


def test_the_average_follows_the_parameters() -> None:
    trainer, _ = trained(SMALL, replace(CONFIG, averaging=0.99))
    assert trainer.averaged is not None
    average = trainer.averaged.vector
    far = np.linalg.norm(Network(SMALL, 1).parameters.vector - vector(trainer))
    assert 0 < np.linalg.norm(average - vector(trainer)) < far
    assert trained(SMALL, CONFIG, 1)[0].averaged is None


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_loss_that_is_no_number_ends_the_run_with_the_parameters_before_that_step(optimizer: Any) -> None:
    config = replace(CONFIG, optimizer=optimizer, learning_rate=1e4, epochs=50)
    trainer = Trainer(Network(LIVELY, 1), config)
    kept, position = vector(trainer).copy(), trainer.position

    def blow_up() -> None:
        nonlocal kept, position
        for _ in trainer.run(DATA):
            kept, position = vector(trainer).copy(), trainer.position
            trainer.network.parameters["dense1.weight"][...] *= 1e9
            kept = vector(trainer).copy()

    with pytest.raises(
        TrainingDiverged, match=r"stopped at step [0-9]+: the loss .* ten times smaller"
    ) as caught:
        blow_up()
    assert caught.value.step == position.step + 1
    assert trainer.position == position
    # The running statistics of batch normalisation too.
    np.testing.assert_array_equal(vector(trainer), kept)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
        ({"batch_size": 2.0}, "batch_size must be a whole number of at least 1, got 2.0"),
        ({"batch_size": True}, "batch_size must be .*, got True"),
        ({"learning_rate": 0}, "learning_rate must be a number above 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number above 0, got nan"),
        ({"learning_rate": float("inf")}, "learning_rate must be a number above 0, got inf"),
        ({"learning_rate": "fast"}, "learning_rate must be a number above 0, got 'fast'"),
        ({"momentum": 1.0}, "momentum must be a number of at least 0 and below 1, got 1.0"),
        ({"momentum": None}, "momentum must be .*, got None"),
        ({"label_smoothing": -0.1}, "label_smoothing must be .*, got -0.1"),
        ({"averaging": 1}, "averaging must be .*, got 1"),
        ({"weight_decay": -1}, "weight_decay must be a number of at least 0, got -1"),
        ({"schedule": "linear"}, "schedule must be one of constant, cosine, onecycle, got 'linear'"),
        ({"optimizer": "rmsprop"}, "optimizer must be .*, got 'rmsprop'"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 1.5}, "seed must be a whole number of at least 0, got 1.5"),
    ],
)
def test_a_setting_outside_its_range_is_refused(changes: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        replace(CONFIG, **changes)


def test_settings_change_between_steps_and_only_to_allowed_values() -> None:
    trainer = Trainer(Network(SMALL, 1), CONFIG)
    run = trainer.run(DATA)
    next(run)
    trainer.set(learning_rate=0.5, batch_size=7)
    report = next(run)
    assert (report.learning_rate, report.batch_size) == (0.5, 7)
    for changes in ({"learning_rate": -1}, {"seed": 3}, {"optimizer": "sgd"}, {"depth": 3}):
        with pytest.raises(ConfigError):
            trainer.set(**changes)
    assert trainer.config == replace(CONFIG, learning_rate=0.5, batch_size=7)


def test_momentum_and_weight_decay_reach_the_optimiser() -> None:
    results = []
    for changes in ({}, {"momentum": 0.1}, {"weight_decay": 0.5}):
        trainer = Trainer(Network(SMALL, 1), CONFIG)
        run = trainer.run(DATA)
        next(run)
        trainer.set(**changes)
        next(run)
        results.append(vector(trainer).copy())
    assert not np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((DATA[0][:, 0], DATA[1]), id="without-channels"),
        pytest.param([DATA[0], DATA[1].tolist()], id="lists"),
        pytest.param(SimpleNamespace(pictures=DATA[0], labels=DATA[1].astype(np.uint8)), id="a-data-set"),
    ],
)
def test_data_comes_as_a_pair_or_a_data_set(data: Any) -> None:
    np.testing.assert_array_equal(
        vector(trained(SMALL, CONFIG, 5, data)[0]), vector(trained(SMALL, CONFIG, 5)[0])
    )


def test_floats_from_0_to_1_train_as_bytes_from_0_to_255() -> None:
    as_floats = (DATA[0].astype(np.float32) / np.float32(255), DATA[1])
    first, second = trained(SMALL, CONFIG, 5)[0], trained(SMALL, CONFIG, 5, as_floats)[0]
    np.testing.assert_allclose(vector(first), vector(second), atol=1e-3)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ((DATA[0][..., 1:], DATA[1]), r"of shape \(1, 12, 12\), got data of shape \(100, 1, 12, 11\)"),
        ((DATA[0][:0], DATA[1][:0]), r"got data of shape \(0, 1, 12, 12\)"),
        ((DATA[0].astype(int), DATA[1]), "uint8 0–255 or float 0–1, got int64"),
        (
            (np.where(DATA[0] > 99, np.inf, -np.inf), DATA[1]),
            "pictures must be finite numbers, got some that are not",
        ),
        ((DATA[0], DATA[1][:9]), r"labels must be 100 whole numbers, got shape \(9,\)"),
        ((DATA[0], DATA[1] * 0.5), "100 whole numbers, got .* float64"),
        ((DATA[0], DATA[1] + 1), "classes 0 to 3, got labels 1 to 4"),
        (SimpleNamespace(train=DATA), "a pair .* or a data set, got SimpleNamespace"),
        ((DATA[0],), "a pair .* or a data set, got tuple"),
    ],
)
def test_data_that_does_not_fit_is_refused(data: Any, wanted: str) -> None:
    with pytest.raises(DataError, match=wanted):
        next(Trainer(Network(SMALL, 1), CONFIG).run(data))
