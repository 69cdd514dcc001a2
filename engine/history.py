"""Numbers of every step, written by the training thread and read by any other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.training_data import Position

STEP_FIELDS = np.dtype(
    [("step", "i4"), ("epoch", "i4"), ("loss", "f4"), ("accuracy", "f4"), ("learning_rate", "f4")]
)
TEST_FIELDS = np.dtype([("step", "i4"), ("loss", "f4"), ("accuracy", "f4")])


class History:
    """An append-only table. One thread appends; others read rows from the last index they saw.

    No lock: a row is written before the count that makes it visible, and a table that has grown is
    swapped in whole.
    """

    def __init__(self, fields: np.dtype[Any], rows: NDArray[Any] | None = None) -> None:
        self._rows = np.zeros(256, fields) if rows is None else rows.astype(fields)
        self._count = 0 if rows is None else len(rows)

    def append(self, *values: float) -> None:
        """Add a row; only the writing thread."""
        if self._count == len(self._rows):
            grown = np.zeros(max(256, 2 * len(self._rows)), self._rows.dtype)
            grown[: self._count] = self._rows
            self._rows = grown
        self._rows[self._count] = values
        self._count += 1

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows of the table's own fields; only the writing thread."""
        for row in rows.tolist():
            self.append(*row)

    def since(self, index: int) -> NDArray[Any]:
        """Rows from `index` on, read-only, as a structured array; their number tells the next index."""
        count = self._count
        rows = self._rows[index:count]
        rows.flags.writeable = False
        return rows

    def __len__(self) -> int:
        return self._count


def first_test_reaching(tests: NDArray[Any], accuracy: float) -> tuple[int, float] | None:
    """Give step and accuracy of the first of `tests`, of `TEST_FIELDS`, that was at least so accurate."""
    rows = np.flatnonzero(tests["accuracy"] >= np.float32(accuracy))
    return (int(tests["step"][rows[0]]), float(tests["accuracy"][rows[0]])) if len(rows) else None


class SpeedMeter:
    """Images per second, averaged over the last steps. One thread notes; others read."""

    # Steps that the average goes back, roughly.
    MEMORY = 40

    def __init__(self) -> None:
        self._steps = 0
        self._seconds_per_image = 0.0

    def note(self, images: int, seconds: float) -> None:
        """Take one more step into account; only the writing thread."""
        self._steps += 1
        weight = max(1 / self.MEMORY, 1 / self._steps)
        self._seconds_per_image += weight * (seconds / images - self._seconds_per_image)

    @property
    def images_per_second(self) -> float:
        """Present speed, 0 until it is known."""
        seconds = self._seconds_per_image
        return 1 / seconds if seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `seconds_left` and `images_per_second` are 0 until they are known."""

    step: int
    epoch: float
    epochs: int
    images_per_second: float
    seconds_left: float
    test_accuracy: float | None


def progress_at(at: Position, count: int, epochs: int, images_per_second: float, tests: History) -> Progress:
    """Tell how far a run of so many epochs on `count` pictures is."""
    epoch = at.epoch + at.picture / count
    left = max(epochs - epoch, 0) * count / images_per_second if images_per_second else 0.0
    last = tests.since(max(len(tests) - 1, 0))
    accuracy = float(last["accuracy"][-1]) if len(last) else None
    return Progress(at.step, epoch, epochs, images_per_second, left, accuracy)
