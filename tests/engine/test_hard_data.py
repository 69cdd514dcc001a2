"""Data and settings that make training hard: each ends in a sensible result or one clear sentence."""

import numpy as np
import pytest

from engine import Network, NetworkSpec, Trainer, TrainingConfig
from engine.errors import DataError
from engine.layers import BatchNorm2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from engine.trainer import TrainingDiverged

PLAIN = NetworkSpec((1, 8, 8), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(3)))
NORMED = NetworkSpec(
    (1, 8, 8), (Conv2D(3, 3), BatchNorm2D(), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.2), Dense(3))
)


def data(count=24, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 1, 8, 8), dtype=np.uint8), np.arange(count) % 3


def losses(spec, pictures, labels, **config):
    trainer = Trainer(Network(spec, 1), TrainingConfig(**({"epochs": 30, "batch_size": 8} | config)))
    try:
        found = [report.loss for report in trainer.run((pictures, labels))]
    finally:
        trainer.close()
    assert np.isfinite(trainer.network.parameters.vector).all()
    return found


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("spec", [PLAIN, NORMED], ids=["plain", "batch norm"])
@pytest.mark.parametrize("value", [0, 255])
def test_constant_pictures_end_at_the_best_that_guessing_can_do(spec, value, workers):
    pictures, labels = np.full((24, 1, 8, 8), value, np.uint8), np.arange(24) % 3
    # Whole batches: otherwise each batch pulls towards its own classes.
    found = losses(spec, pictures, labels, workers=workers, batch_size=24, epochs=100, learning_rate=0.01)
    assert np.mean(found[-10:]) == pytest.approx(np.log(3), abs=0.15)


@pytest.mark.parametrize("spec", [PLAIN, NORMED], ids=["plain", "batch norm"])
def test_one_class_alone_is_learned_and_stays_finite(spec):
    pictures, _ = data()
    found = losses(spec, pictures, np.full(24, 1), learning_rate=0.05)
    assert found[-1] < 0.05


@pytest.mark.parametrize("spec", [PLAIN, NORMED], ids=["plain", "batch norm"])
@pytest.mark.parametrize(("count", "batch"), [(24, 1), (1, 1), (5, 64), (9, 8)])
def test_small_batches_and_little_data_are_trained(spec, count, batch):
    found = losses(spec, *data(count), batch_size=batch, epochs=5)
    assert len(found) == 5 * -(-count // batch)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_training_that_diverges_is_said_and_the_parameters_stay_finite(workers):
    # Without ReLU each layer's gradient grows with the other's weights.
    spec = NetworkSpec((1, 8, 8), (Conv2D(3, 3), Conv2D(3, 3), Flatten(), Dense(3)))
    config = TrainingConfig(epochs=300, learning_rate=1e3, optimizer="sgd", batch_size=8, workers=workers)
    trainer = Trainer(Network(spec, 1), config)
    with pytest.raises(TrainingDiverged, match=r"stopped at step \d+: .* ten times smaller"):
        for _ in trainer.run(data(240)):
            pass
    trainer.close()
    assert np.isfinite(trainer.network.parameters.vector).all()


def test_a_thousandfold_learning_rate_of_adam_leaves_finite_parameters():
    assert np.isfinite(losses(PLAIN, *data(240), epochs=20, learning_rate=1.0)).all()


def test_no_pictures_and_pictures_that_are_no_numbers_are_said():
    trainer = Trainer(Network(PLAIN, 1), TrainingConfig())
    with pytest.raises(DataError, match=r"got data of shape \(0, 1, 8, 8\)"):
        next(trainer.run((np.zeros((0, 1, 8, 8), np.uint8), np.zeros(0, np.int64))))
    pictures, labels = data()
    broken = pictures / np.float32(255)
    broken[3, 0, 2, 2] = np.nan
    with pytest.raises(DataError, match="pictures must be finite numbers"):
        next(trainer.run((broken, labels)))
