"""The data sets that the command line can name."""

import os
from pathlib import Path

import numpy as np
import platformdirs

from engine.cli.output import complain
from engine.datasets import Dataset, Split, embedded_digits, embedded_test_indices_in_mnist, load_dataset
from engine.datasets.openml import OPENML_SETS, fetch_openml


def data_set(name: str) -> Split:
    """Give a data set by what was typed after ``--data``; DataError if it cannot be had."""
    if name == "embedded":
        return embedded_digits()
    if name in OPENML_SETS:
        return fetch_openml(OPENML_SETS[name], cache_folder(), _Teller())
    return load_dataset(name)


def cache_folder() -> Path:
    """Where fetched data sets are kept: the same folder as the window's."""
    home = os.environ.get("FILTERSCOPE_HOME")
    if home:
        return Path(home).expanduser() / "cache"
    return platformdirs.PlatformDirs("Filterscope", appauthor=False).user_cache_path


def without_embedded_test(mnist: Dataset) -> Dataset:
    """Leave the program's own test digits out of MNIST's training set."""
    keep = np.ones(len(mnist), bool)
    keep[embedded_test_indices_in_mnist()] = False
    return mnist.take(np.flatnonzero(keep))


class _Teller:
    """Says once per stage what is being fetched, and nothing of every megabyte."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, text: str, share: float | None) -> None:
        stage = text.partition(",")[0]
        if stage != self._stage:
            self._stage = stage
            complain(f"{stage} …")
