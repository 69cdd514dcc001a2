"""How good a network is on pictures with known classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.functional import cross_entropy
from engine.network import QUIET, Network, check_labels

# Pictures at a time, so that logits and probabilities of a large set stay small.
CHUNK = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Mean loss, share of right answers, and the confusion matrix (row: true class, column: answer)."""

    loss: float
    accuracy: float
    confusion: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Pictures that were looked at."""
        return int(self.confusion.sum())

    @property
    def wrong(self) -> int:
        """Pictures that were answered wrongly."""
        return self.count - int(np.trace(self.confusion))


@QUIET
def evaluate(network: Network, pictures: NDArray[Any], labels: NDArray[Any]) -> Evaluation:
    """Run `network` over pictures ``(n, c, h, w)`` with labels ``(n,)``; ShapeError if they do not fit."""
    classes = len(network.spec.classes)
    if len(pictures) == 0:
        raise ShapeError("there must be at least one picture to look at, got none")
    labels = check_labels(labels, len(pictures), classes)
    confusion = np.zeros((classes, classes), np.int64)
    total = 0.0
    for start in range(0, len(pictures), CHUNK):
        part, true = pictures[start : start + CHUNK], labels[start : start + CHUNK]
        logits = network.forward(part)
        total += cross_entropy(logits, true) * len(part)
        np.add.at(confusion, (true, logits.argmax(axis=1)), 1)
    return Evaluation(total / len(pictures), float(np.trace(confusion) / len(pictures)), confusion)
