"""Softmax cross-entropy on logits with the batch last."""

import numpy as np
from numpy.typing import NDArray

from engine.plan.tensor import Array, Tensor, allocate


class SoftmaxCrossEntropy:
    """Loss and its gradient for logits ``(classes, n)``; see `functional.cross_entropy`."""

    def __init__(self, logits: Tensor) -> None:
        assert logits.gradient is not None
        self.logits, self.gradient = logits.value, logits.gradient
        n = self.logits.shape[1]
        self.row = allocate((1, n), self.logits.dtype)
        self.columns = np.arange(n)

    def __call__(
        self,
        labels: NDArray[np.int64],
        scale: float,
        label_smoothing: float,
        weights: Array | None = None,
    ) -> tuple[float, int]:
        """Give (sum of losses, right answers), and set the logits' gradient times `scale`.

        With `weights` ``(n,)`` each picture's loss, and so its gradient, counts so many times.
        """
        z, d, row, columns = self.logits, self.gradient, self.row, self.columns
        right = int(np.count_nonzero(z.argmax(axis=0) == labels))
        np.max(z, axis=0, keepdims=True, out=row)
        np.subtract(z, row, out=d)
        if weights is None:
            at_label, mean_shifted = d[labels, columns].sum(), d.mean(axis=0).sum()
        else:
            at_label = (d[labels, columns] * weights).sum()
            mean_shifted = (d.mean(axis=0) * weights).sum()
        np.exp(d, out=d)
        np.sum(d, axis=0, keepdims=True, out=row)
        np.divide(d, row, out=d)
        if weights is None:
            log_sums = np.log(row).sum()
        else:
            log_sums = (np.log(row[0]) * weights).sum()
        loss = log_sums - (1 - label_smoothing) * at_label - label_smoothing * mean_shifted
        d[labels, columns] -= 1 - label_smoothing
        if label_smoothing:
            np.subtract(d, d.dtype.type(label_smoothing / d.shape[0]), out=d)
        np.multiply(d, d.dtype.type(scale), out=d)
        if weights is not None:
            np.multiply(d, weights, out=d)
        return float(loss), right
