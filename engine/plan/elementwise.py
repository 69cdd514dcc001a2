"""Activations and dropout: each number by itself."""

import numpy as np

from engine.plan.kernel import Kernel
from engine.plan.tensor import Tensor, allocate


class ReLUKernel(Kernel):
    """Keep what is positive. Input and output may be the same buffer: the sign of the output tells both."""

    def __init__(self, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.x, self.y = x.value, y.value
        # A row of zeros, not the number 0: NumPy's loop for a scalar operand is half as fast.
        self.zeros = np.zeros(self.y.shape[1:], self.y.dtype)
        self.dx, self.dy = x.gradient, y.gradient
        if backward:
            self.mask = allocate(self.y.shape, self.y.dtype)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.maximum(self.x, self.zeros, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.dx is not None and self.dy is not None
        np.greater(self.y, self.zeros, out=self.mask, casting="unsafe")
        np.multiply(self.dy, self.mask, out=self.dx)


class LeakyReLUKernel(Kernel):
    """Keep what is positive, multiply the rest by a slope between 0 and 1: max(x, slope · x)."""

    def __init__(self, slope: float, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.x, self.y = x.value, y.value
        self.slope = self.y.dtype.type(slope)
        self.dx, self.dy = x.gradient, y.gradient
        if backward:
            self.factor = allocate(self.y.shape, self.y.dtype)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.multiply(self.x, self.slope, out=self.y)
        np.maximum(self.x, self.y, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.dx is not None and self.dy is not None
        # 1 where x > 0 and the slope elsewhere, without a branch per number.
        np.greater(self.x, 0, out=self.factor, casting="unsafe")
        np.maximum(self.factor, self.slope, out=self.factor)
        np.multiply(self.dy, self.factor, out=self.dx)


class SigmoidKernel(Kernel):
    """1 / (1 + e⁻ˣ) by way of tanh, which never overflows."""

    def __init__(self, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.x, self.y = x.value, y.value
        self.half = self.y.dtype.type(0.5)
        self.dx, self.dy = x.gradient, y.gradient
        if backward:
            self.slope = allocate(self.y.shape, self.y.dtype)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.multiply(self.x, self.half, out=self.y)
        np.tanh(self.y, out=self.y)
        np.multiply(self.y, self.half, out=self.y)
        np.add(self.y, self.half, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.dx is not None and self.dy is not None
        np.subtract(1, self.y, out=self.slope)
        np.multiply(self.slope, self.y, out=self.slope)
        np.multiply(self.dy, self.slope, out=self.dx)


class TanhKernel(Kernel):
    """Hyperbolic tangent."""

    def __init__(self, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.x, self.y = x.value, y.value
        self.dx, self.dy = x.gradient, y.gradient
        if backward:
            self.slope = allocate(self.y.shape, self.y.dtype)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.tanh(self.x, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.dx is not None and self.dy is not None
        np.multiply(self.y, self.y, out=self.slope)
        np.subtract(1, self.slope, out=self.slope)
        np.multiply(self.dy, self.slope, out=self.dx)


class DropoutKernel(Kernel):
    """Zero with probability `rate`, the rest scaled up; a copy without a generator or outside training."""

    def __init__(self, rate: float, x: Tensor, y: Tensor) -> None:
        self.rate = rate
        self.x, self.y = x.value, y.value
        self.dx, self.dy = x.gradient, y.gradient
        self.factor = allocate(self.y.shape, self.y.dtype)
        self.scale = self.y.dtype.type(1 / (1 - rate))

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        if training and rng is not None:
            draw = rng.random(self.y.shape, dtype=np.float32)
            np.greater_equal(draw, self.rate, out=self.factor, casting="unsafe")
            np.multiply(self.factor, self.scale, out=self.factor)
        else:
            self.factor.fill(1)
        np.multiply(self.x, self.factor, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.dx is not None and self.dy is not None
        np.multiply(self.dy, self.factor, out=self.dx)
