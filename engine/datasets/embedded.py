"""The 10,000 real handwritten digits that ship with the program."""

import zlib
from functools import cache
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from engine.datasets.values import Dataset, Split
from engine.errors import DataError
from resources import resource_path

SHUFFLE_SEED = 28
"""The order of the digits is ``numpy.random.default_rng(28).permutation(10_000)``."""

_TEST_COUNT = 2_000
_NAME = "Embedded digits"


def embedded_digits() -> Split:
    """Return 8,000 digits to train on and 2,000 to test on. Any thread.

    They are the first 10,000 digits of the MNIST training set. Their order is shuffled once with
    `SHUFFLE_SEED`; the last 2,000 after that are the test digits, on which no shipped network is
    trained. The order is stored with the digits, so that it stays the same if NumPy's generator
    should change. The digits are read once, in about 40 ms, and shared.

    Raises
    ------
    DataError
        If the program's file of digits is missing or damaged.
    """
    return _stored()[0]


def embedded_test_indices_in_mnist() -> NDArray[np.int64]:
    """Return which digits of the MNIST training set are the embedded test digits.

    Returns
    -------
    ndarray
        ``(2000,)`` int64 of 0 to 9,999: number i of the embedded test set is this one of MNIST.
        A network that is to be tested on them must be trained without these.
    """
    return _stored()[1]


@cache
def _stored() -> tuple[Split, NDArray[np.int64]]:
    path = resource_path("digits", "embedded_digits.npz")
    try:
        with np.load(path, allow_pickle=False) as archive:
            pictures, labels, order = archive["pictures"], archive["labels"], archive["order"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DataError(f"The program's digits cannot be read from {path}.") from error
    whole = Dataset(_NAME, pictures[:, np.newaxis], labels.astype(np.int64))
    test = order[-_TEST_COUNT:].astype(np.int64)
    test.flags.writeable = False
    return Split(whole.take(order[:-_TEST_COUNT]), whole.take(test)), test
