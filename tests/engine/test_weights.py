"""Weights of pictures: one of weight three counts as three."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkSpec, ReLU, Trainer, TrainingConfig
from engine.crew import Crew
from engine.errors import DataError
from tests.engine.network_samples import SMALL, digits_like, pictures_for

SPEC = NetworkSpec((1, 12, 12), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(4)))
CONFIG = TrainingConfig(epochs=2, batch_size=30, learning_rate=0.01, optimizer="sgd", seed=3)
PICTURES, LABELS = digits_like(101)
WEIGHTS = np.random.default_rng(0).uniform(0, 3, 101)


def trained(config: TrainingConfig, data: object, crew: Crew | None = None) -> tuple[Network, list[float]]:
    network = Network(SPEC, 1)
    trainer = Trainer(network, config, crew)
    losses = [report.loss for report in trainer.run(data)]
    trainer.close()
    return network, losses


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("count", [7, 90], ids=["one part", "parts and a remainder"])
def test_a_weighted_picture_has_the_gradient_of_so_many_equal_ones(count: int, smoothing: float) -> None:
    rng = np.random.default_rng(1)
    x, y = pictures_for(SMALL, count, rng)
    weights = rng.integers(0, 4, count).astype(float)
    often = weights.astype(int)
    network = Network(SMALL, 1, dtype=np.float64)
    wanted, gradients = network.loss_and_gradients(
        x.repeat(often, axis=0), y.repeat(often), label_smoothing=smoothing
    )
    loss, _ = network.executor_for_training().loss_and_gradients(
        x, y, weights=weights, count=int(often.sum()), label_smoothing=smoothing
    )
    assert loss == pytest.approx(wanted, rel=1e-12)
    np.testing.assert_allclose(network.gradients.vector, gradients.vector, rtol=1e-9, atol=1e-14)


def test_weights_of_one_change_no_bit_of_a_training() -> None:
    plain, losses = trained(CONFIG, (PICTURES, LABELS))
    weighted, same = trained(CONFIG, (PICTURES, LABELS, np.ones(101)))
    np.testing.assert_array_equal(weighted.parameters.vector, plain.parameters.vector)
    np.testing.assert_allclose(same, losses, rtol=1e-6)


def test_pictures_without_weight_teach_nothing() -> None:
    weights = (LABELS != 2).astype(float)
    network, _ = trained(replace(CONFIG, epochs=20), (PICTURES, LABELS, weights))
    answers = network.forward(PICTURES).argmax(axis=1)
    assert (answers[LABELS != 2] == LABELS[LABELS != 2]).all()
    assert (answers != 2).all()


def test_several_processes_weigh_as_one_does() -> None:
    alone, losses = trained(CONFIG, (PICTURES, LABELS, WEIGHTS))
    together, same = trained(replace(CONFIG, workers=3), (PICTURES, LABELS, WEIGHTS))
    np.testing.assert_allclose(same, losses, rtol=1e-4)
    np.testing.assert_allclose(together.parameters.vector, alone.parameters.vector, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (np.ones(3), "weights must be 101 numbers"),
        (np.full(101, "1"), "weights must be 101 numbers"),
        (np.full(101, -1.0), "at least 0"),
        (np.full(101, np.nan), "finite"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: object, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        trained(CONFIG, (PICTURES, LABELS, weights))


def test_a_copied_network_is_whole_and_its_own() -> None:
    network, _ = trained(CONFIG, (PICTURES, LABELS))
    other = copy.deepcopy(network)
    np.testing.assert_array_equal(other.forward(PICTURES), network.forward(PICTURES))
    other.parameters.vector[...] = 0
    assert not other.parameters["conv1.weight"].any()
    assert network.parameters["conv1.weight"].any()
