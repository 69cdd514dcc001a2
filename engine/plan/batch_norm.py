"""Batch normalisation over channels."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from engine.layers import BatchNorm2D
from engine.plan.kernel import Kernel
from engine.plan.tensor import Array, Tensor, allocate

Exchange: TypeAlias = Callable[[Array], None]
"""Replaces numbers by their sums over all processes that compute parts of the same batch."""


class BatchNormKernel(Kernel):
    """One row per channel, ``(c, h · w · n)``: mean and variance are products with a row of ones.

    Needs the whole batch in one piece, because its statistics are the batch's; where other processes have
    other parts of it, the sums are exchanged. In training with a generator or without one it normalises by
    the batch; `update_running` tells whether the running statistics move.
    """

    why = "one row of numbers for each channel: its mean and variance are over the whole batch"

    def __init__(
        self,
        layer: BatchNorm2D,
        x: Tensor,
        y: Tensor,
        values: tuple[Array, Array, Array, Array],
        gradients: tuple[Array, Array] | None,
        exchange: Exchange | None = None,
    ) -> None:
        self.exchange = exchange
        self.layer = layer
        self.scale, self.shift, self.running_mean, self.running_variance = values
        self.gradients = gradients
        self.x, self.y = x.rows(), y.rows()
        c, self.count = self.x.shape
        dtype = self.x.dtype
        # Positions of the whole batch, once a forward pass has told.
        self.whole_count = self.count
        self.normal = allocate(self.x.shape, dtype)
        self.spread = allocate((c,), dtype)
        self.update_running = False
        # Whether the last forward pass normalised by the batch, which then has a share in the gradient.
        self.by_batch = False
        if gradients is not None:
            self.dy = y.gradient_rows()
            self.dx = None if x.gradient is None else x.gradient_rows()
            self.scratch = allocate(self.x.shape, dtype)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        x, normal = self.x, self.normal
        self.by_batch = training
        if training:
            mean = self._mean_of(x.sum(axis=1))
            np.subtract(x, mean[:, None], out=normal)
            variance = self._mean_of(np.einsum("ct,ct->c", normal, normal))
            if self.update_running:
                self._move_running(mean, variance)
        else:
            variance = self.running_variance
            np.subtract(x, self.running_mean[:, None], out=normal)
        np.add(variance, self.spread.dtype.type(self.layer.epsilon), out=self.spread)
        np.sqrt(self.spread, out=self.spread)
        np.divide(normal, self.spread[:, None], out=normal)
        np.multiply(normal, self.scale[:, None], out=self.y)
        np.add(self.y, self.shift[:, None], out=self.y)

    def backward(self, first: bool) -> None:
        assert self.gradients is not None
        dscale, dshift = self.gradients
        np.einsum("ct,ct->c", self.dy, self.normal, out=dscale)
        np.sum(self.dy, axis=1, out=dshift)
        if self.dx is None:
            return
        factor = (self.scale / self.spread)[:, None]
        if not self.by_batch:
            np.multiply(self.dy, factor, out=self.dx)
            return
        # The whole batch's; what goes to the gradients is this part's, which the others' are added to.
        means = self._mean_of(np.concatenate([dscale, dshift]))
        mean_scale, mean_shift = means[: len(dscale)], means[len(dscale) :]
        np.multiply(self.normal, mean_scale[:, None], out=self.scratch)
        np.subtract(self.dy, self.scratch, out=self.dx)
        np.subtract(self.dx, mean_shift[:, None], out=self.dx)
        np.multiply(self.dx, factor, out=self.dx)

    def _mean_of(self, sums: Array) -> Array:
        """Turn sums over this part's positions into means over the whole batch's."""
        if self.exchange is None:
            return sums / sums.dtype.type(self.count)
        values = np.append(sums.astype(np.float64), self.count)
        self.exchange(values)
        self.whole_count = int(values[-1])
        means: Array = (values[:-1] / values[-1]).astype(sums.dtype)
        return means

    def _move_running(self, mean: Array, variance: Array) -> None:
        momentum = self.scale.dtype.type(self.layer.momentum)
        unbiased = variance * mean.dtype.type(self.whole_count / max(self.whole_count - 1, 1))
        for running, new in ((self.running_mean, mean), (self.running_variance, unbiased)):
            running += momentum * (new - running)
