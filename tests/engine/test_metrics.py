"""Evaluation: loss, accuracy and the confusion matrix."""

import numpy as np
import pytest

from engine import Dense, Flatten, Network, NetworkSpec, functional, metrics
from engine.errors import ShapeError

# Answers with the pixel that is brightest.
SPEC = NetworkSpec((1, 1, 3), (Flatten(), Dense(3)))
NETWORK = Network(SPEC, initial_values={"dense1.weight": 5 * np.eye(3), "dense1.bias": np.zeros(3)})


def spots(*places: int) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[list(places)].reshape(-1, 1, 1, 3)


def test_the_confusion_matrix_counts_true_classes_by_answers() -> None:
    found = metrics.evaluate(NETWORK, spots(0, 1, 1, 2, 2, 2), np.array([0, 1, 2, 2, 2, 0]))
    np.testing.assert_array_equal(found.confusion, [[1, 0, 1], [0, 1, 0], [0, 1, 2]])
    assert found.accuracy == pytest.approx(4 / 6)
    assert (found.count, found.wrong) == (6, 2)


@pytest.mark.parametrize("chunk", [1, 4, 5, 1000])
def test_the_loss_is_the_mean_over_all_pictures_however_they_are_cut(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "CHUNK", chunk)
    pictures = np.random.default_rng(0).random((9, 1, 1, 3), np.float32)
    labels = np.arange(9) % 3
    wanted = functional.cross_entropy(NETWORK.forward(pictures), labels)
    found = metrics.evaluate(NETWORK, pictures, labels)
    assert found.loss == pytest.approx(wanted, rel=1e-6)
    assert found.confusion.sum() == 9


@pytest.mark.parametrize(("pictures", "labels"), [(spots(0, 1), [0]), (spots(), []), (spots(0), [3])])
def test_pictures_without_fitting_labels_are_refused(pictures: np.ndarray, labels: list[int]) -> None:
    with pytest.raises(ShapeError, match="got"):
        metrics.evaluate(NETWORK, pictures, np.array(labels, int))
