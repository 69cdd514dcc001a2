"""Softmax cross-entropy on logits with the batch last."""

import numpy as np
from numpy.typing import NDArray

from engine.plan.tensor import Tensor, allocate


class SoftmaxCrossEntropy:
    """Loss and its gradient for logits ``(classes, n)``; see `functional.cross_entropy`."""

    def __init__(self, logits: Tensor) -> None:
        assert logits.gradient is not None
        self.logits, self.gradient = logits.value, logits.gradient
        n = self.logits.shape[1]
        self.row = allocate((1, n), self.logits.dtype)
        self.columns = np.arange(n)

    def __call__(self, labels: NDArray[np.int64], scale: float, label_smoothing: float) -> tuple[float, int]:
        """Give (sum of losses, right answers), and set the logits' gradient times `scale`."""
        z, d, row, columns = self.logits, self.gradient, self.row, self.columns
        right = int(np.count_nonzero(z.argmax(axis=0) == labels))
        np.max(z, axis=0, keepdims=True, out=row)
        np.subtract(z, row, out=d)
        at_label, mean_shifted = d[labels, columns].sum(), d.mean(axis=0).sum()
        np.exp(d, out=d)
        np.sum(d, axis=0, keepdims=True, out=row)
        np.divide(d, row, out=d)
        log_sums = np.log(row).sum()
        loss = log_sums - (1 - label_smoothing) * at_label - label_smoothing * mean_shifted
        d[labels, columns] -= 1 - label_smoothing
        if label_smoothing:
            np.subtract(d, d.dtype.type(label_smoothing / d.shape[0]), out=d)
        np.multiply(d, d.dtype.type(scale), out=d)
        return float(loss), right
