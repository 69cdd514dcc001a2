"""Max-pooling of 2 × 2 pixels, with the ReLU before it."""

import numpy as np

from engine.layers import MaxPool2D
from engine.plan.kernel import Kernel
from engine.plan.tensor import Array, Tensor, allocate


class MaxPool2Kernel(Kernel):
    """A knock-out of each window's pixels: left against right, then the upper winner against the lower.

    A tie goes to the left or upper one, which is the first in row order. A ReLU before the pool comes after
    it here (they commute), where it sees a quarter of the data.

    1. `columns` ``(c, 2 · ph, pw, n)``: the winners of left against right in each row of the input;
    2. the output ``(c, ph, pw, n)``;
    3. backward, nothing but the comparisons is computed again: each pixel of the input's gradient is written
       once. Rows and columns that no window holds keep the zeros that they were allocated with.
    """

    why = "2 × 2 windows: a knock-out of their pixels, and a ReLU after it on what is left"

    @staticmethod
    def fits(pool: MaxPool2D) -> bool:
        """Tell whether this kernel computes a layer."""
        return pool.window == pool.steps == (2, 2) and pool.sides == ((0, 0), (0, 0))

    def __init__(self, relu: bool, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.relu = relu
        self.y = y.value
        c, ph, pw, n = self.y.shape
        dtype = self.y.dtype
        self.left, self.right = _halves(x.value[:, : 2 * ph], pw)
        self.columns = allocate((c, 2 * ph, pw, n), dtype)
        self.upper, self.lower = self.columns[:, 0::2], self.columns[:, 1::2]
        self.y_rows = self.y.reshape(c, -1)
        # A row of zeros, not the number 0: NumPy's loop for a scalar operand is half as fast.
        self.zeros = np.zeros(self.y_rows.shape[1], dtype)
        if not backward:
            return
        assert x.gradient is not None and y.gradient is not None
        self.dy = y.gradient
        self.dleft, self.dright = _halves(x.gradient[:, : 2 * ph], pw)
        self.mask, self.wide_mask = allocate((c, ph, pw, n), dtype), allocate((c, 2 * ph, pw, n), dtype)
        self.mask_rows = self.mask.reshape(c, -1)
        self.dcolumns = allocate((c, 2 * ph, pw, n), dtype)
        self.dupper, self.dlower = self.dcolumns[:, 0::2], self.dcolumns[:, 1::2]

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.maximum(self.left, self.right, out=self.columns)
        np.maximum(self.upper, self.lower, out=self.y)
        if self.relu:
            np.maximum(self.y_rows, self.zeros, out=self.y_rows)

    def backward(self, first: bool) -> None:
        g = self.dy
        if self.relu:
            np.greater(self.y_rows, self.zeros, out=self.mask_rows, casting="unsafe")
            np.multiply(g, self.mask, out=g)
        np.greater_equal(self.upper, self.lower, out=self.mask, casting="unsafe")
        np.multiply(g, self.mask, out=self.dupper)
        np.subtract(g, self.dupper, out=self.dlower)
        np.greater_equal(self.left, self.right, out=self.wide_mask, casting="unsafe")
        np.multiply(self.dcolumns, self.wide_mask, out=self.dleft)
        np.subtract(self.dcolumns, self.dleft, out=self.dright)


def _halves(values: Array, pairs: int) -> tuple[Array, Array]:
    """Even and odd columns, as many of each."""
    return values[:, :, 0 : 2 * pairs : 2], values[:, :, 1 : 2 * pairs : 2]
