"""Data sets are checked values that nobody can change by accident."""

import numpy as np
import pytest

from engine.datasets import Dataset, Split
from engine.errors import DataError


def some_dataset(count: int = 4, side: int = 5, classes: tuple[str, ...] = ("a", "b")) -> Dataset:
    pictures = np.arange(count * side * side, dtype=np.uint8).reshape(count, 1, side, side)
    return Dataset("some", pictures, np.arange(count, dtype=np.int64) % 2, classes)


def test_a_data_set_knows_its_size_and_the_shape_of_its_pictures() -> None:
    dataset = some_dataset()
    assert len(dataset) == 4
    assert dataset.picture_shape == (1, 5, 5)


def test_taking_some_pictures_takes_their_labels_along() -> None:
    dataset = some_dataset()
    some = dataset.take(np.array([3, 0]))
    np.testing.assert_array_equal(some.pictures[0], dataset.pictures[3])
    assert some.labels.tolist() == [1, 0]


def test_pictures_and_labels_are_read_only() -> None:
    dataset = some_dataset()
    for array in (dataset.pictures, dataset.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("pictures", "labels", "message"),
    [
        (np.zeros((2, 1, 4, 4), np.float32), np.zeros(2, np.int64), "uint8"),
        (np.zeros((2, 4, 4), np.uint8), np.zeros(2, np.int64), r"\(2, 4, 4\)"),
        (np.zeros((0, 1, 4, 4), np.uint8), np.zeros(0, np.int64), "at least one"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.zeros(3, np.int64), r"\(3,\)"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.zeros(2, np.int32), "int32"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.array([0, 2]), "0 to 1, got 0 to 2"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.array([-1, 0]), "got -1 to 0"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    pictures: np.ndarray, labels: np.ndarray, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Dataset("some", pictures, labels, ("a", "b"))


def test_training_and_test_pictures_must_be_of_one_kind() -> None:
    with pytest.raises(DataError, match=r"\(1, 5, 5\).*\(1, 6, 6\)"):
        Split(some_dataset(), some_dataset(side=6))
    with pytest.raises(DataError, match="same classes"):
        Split(some_dataset(), some_dataset(classes=("a", "c")))
