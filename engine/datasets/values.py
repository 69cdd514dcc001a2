"""What a data set is: pictures and their classes, as immutable values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError

DIGIT_CLASSES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

NO_DIGIT = "no digit"
"""The class of what is no digit, for a network that knows one."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Pictures with their classes. Its arrays are read-only, so any thread may share it.

    Parameters
    ----------
    name
        What the program calls it: "Embedded digits".
    pictures
        ``(n, c, h, w)`` uint8, n ≥ 1, 0 = paper or black, 255 = ink or full light.
    labels
        ``(n,)`` int64, the index of each picture's class.
    classes
        The name of each class.

    Raises
    ------
    DataError
        If these do not fit together.
    """

    name: str
    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...] = DIGIT_CLASSES

    def __post_init__(self) -> None:
        pictures, labels = self.pictures, self.labels
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.size == 0:
            raise DataError(
                "The pictures of a data set must be uint8 (n, c, h, w) and at least one, "
                f"got {pictures.dtype} {tuple(pictures.shape)}."
            )
        if labels.dtype != np.int64 or labels.shape != (len(pictures),):
            raise DataError(
                f"The labels of {len(pictures)} pictures must be int64 ({len(pictures)},), "
                f"got {labels.dtype} {tuple(labels.shape)}."
            )
        low, high = int(labels.min()), int(labels.max())
        if low < 0 or high >= len(self.classes):
            raise DataError(f"Labels must be from 0 to {len(self.classes) - 1}, got {low} to {high}.")
        for field, array in (("pictures", pictures), ("labels", labels)):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of each picture: a network's `input_shape`."""
        _, channels, rows, columns = self.pictures.shape
        return channels, rows, columns

    def take(self, indices: NDArray[np.integer]) -> "Dataset":
        """Return the data set of these pictures, in this order."""
        return Dataset(self.name, self.pictures[indices], self.labels[indices], self.classes)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What to train on, and what to test on and never train on.

    Parameters
    ----------
    train, test
        Pictures of the same shape and of the same classes.

    Raises
    ------
    DataError
        If the two do not fit each other.
    """

    train: Dataset
    test: Dataset

    def __post_init__(self) -> None:
        if self.train.picture_shape != self.test.picture_shape:
            raise DataError(
                f"Test pictures must be {self.train.picture_shape} like the training pictures, "
                f"got {self.test.picture_shape}."
            )
        if self.train.classes != self.test.classes:
            raise DataError("Training and test pictures must have the same classes.")
