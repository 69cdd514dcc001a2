"""The digits that ship with the program are the real ones, split for good."""

import subprocess
import sys
from hashlib import sha256

import numpy as np

from engine.datasets import embedded_digits, embedded_test_indices_in_mnist
from engine.datasets.embedded import SHUFFLE_SEED
from resources import resource_path

MNIST_PICTURES = "2f7182bf021ffc5c1f62db987487f14d899b5c639f421a80f3095affc09a7db2"
MNIST_LABELS = "2f345bad07338ec537641465e169cc4b7288a44244f251211c7f842641e7d927"


def test_there_are_8000_digits_to_train_on_and_2000_to_test_on() -> None:
    split = embedded_digits()
    assert (len(split.train), len(split.test)) == (8_000, 2_000)
    assert split.train.picture_shape == (1, 28, 28)
    assert split.train.classes == tuple("0123456789")
    assert np.bincount(split.test.labels).min() > 150


def in_mnist_order() -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(SHUFFLE_SEED).permutation(10_000)
    split = embedded_digits()
    pictures = np.empty((10_000, 28, 28), np.uint8)
    labels = np.empty(10_000, np.uint8)
    pictures[order] = np.concatenate((split.train.pictures, split.test.pictures))[:, 0]
    labels[order] = np.concatenate((split.train.labels, split.test.labels))
    return pictures, labels


def test_they_are_the_first_10000_of_the_mnist_training_set_in_its_order() -> None:
    # The digests are of the first 10,000 digits and labels of MNIST's original training files.
    pictures, labels = in_mnist_order()
    assert sha256(pictures.tobytes()).hexdigest() == MNIST_PICTURES
    assert sha256(labels.tobytes()).hexdigest() == MNIST_LABELS


def test_the_test_digits_can_be_found_in_mnist() -> None:
    pictures, labels = in_mnist_order()
    places = embedded_test_indices_in_mnist()
    test = embedded_digits().test
    assert places.shape == (2_000,)
    np.testing.assert_array_equal(pictures[places], test.pictures[:, 0])
    np.testing.assert_array_equal(labels[places], test.labels)


def test_no_test_digit_is_a_training_digit() -> None:
    split = embedded_digits()
    train = {picture.tobytes() for picture in split.train.pictures}
    assert not any(picture.tobytes() in train for picture in split.test.pictures)


def test_the_digits_are_small_and_come_with_their_origin() -> None:
    assert resource_path("digits", "embedded_digits.npz").stat().st_size < 3_000_000
    notice = resource_path("digits", "NOTICE.md").read_text(encoding="utf-8")
    for word in ("LeCun", "Cortes", "Burges", "CC BY-SA 3.0", "mnist 1.1.0", "Juan Cazala"):
        assert word in notice


def test_the_digits_do_not_need_scikit_learn() -> None:
    script = (
        "import sys; from engine.datasets import embedded_digits; embedded_digits();"
        "raise SystemExit('sklearn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
