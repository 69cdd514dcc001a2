"""Weighted sums of everything."""

import numpy as np

from engine.plan.kernel import Kernel, accumulate
from engine.plan.tensor import Array, Tensor, allocate


class DenseKernel(Kernel):
    """Weight ``(units, d)`` × input ``(d, n)``, on the public parameters: nothing to load or store."""

    why = "a weighted sum of everything is one product"

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        weight: Array,
        bias: Array | None,
        weight_gradient: Array | None,
        bias_gradient: Array | None,
    ) -> None:
        self.x, self.y = x.value, y.value
        self.dx, self.dy = x.gradient, y.gradient
        self.weight = weight
        self.bias = None if bias is None else bias[:, None]
        self.weight_gradient, self.bias_gradient = weight_gradient, bias_gradient
        if weight_gradient is not None:
            self.scratch = allocate(weight.shape, weight.dtype)
            self.ones = np.ones(self.x.shape[1], weight.dtype)
            self.bias_scratch = allocate((weight.shape[0],), weight.dtype)

    @property
    def flops(self) -> tuple[int, int]:
        forward = 2 * self.weight.size * self.x.shape[1]
        if self.weight_gradient is None:
            return forward, 0
        return forward, forward * (1 if self.dx is None else 2)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.dot(self.weight, self.x, out=self.y)
        if self.bias is not None:
            np.add(self.y, self.bias, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.weight_gradient is not None and self.dy is not None
        accumulate(self.dy, self.x.T, self.weight_gradient, self.scratch, first)
        if self.bias_gradient is not None:
            accumulate(self.dy, self.ones, self.bias_gradient, self.bias_scratch, first)
        if self.dx is not None:
            np.matmul(self.weight.T, self.dy, out=self.dx)
