"""Convolution, ReLU and 2 × 2 max-pooling in one, for small odd filters on few channels."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.layers import Conv2D, MaxPool2D
from engine.plan.convolution import PaddedInput
from engine.plan.kernel import Kernel, accumulate
from engine.plan.tensor import Array, Tensor, allocate


class ConvolutionPoolKernel(Kernel):
    """A k × k convolution (stride 1, k odd), an optional ReLU, and a 2 × 2 max-pool, without the full map.

    One column of patches per *pooled* pixel: the (k + 1) × (k + 1) pixels that its four convolution outputs
    see together. The four outputs ("phases") come from one product with weights widened to four copies, each
    copy moved to its phase's place in the larger patch.

    Memory, q = k + 1, T = pooled pixels × n, K = c · q · q:

    1. patches ``(K + 1, T)``, row (channel, i, j), the last row ones (for the bias);
    2. wide weights ``(2, 2, filters, K + 1)``, zero outside each phase's k × k cells; `cells` is a strided
       view ``(2, 2, filters, c, k, k)`` of just those cells;
    3. phases ``(2, 2, filters, T)``: the convolution's output at even/odd rows and columns. Backward, it is
       overwritten by its own gradient;
    4. row winners ``(2, filters, T)`` and the pooled output ``(filters, T)``, with a bool beside each number
       that tells who won.

    The pool is a knock-out: columns first, then rows, a tie going to the left or upper one, which is the
    first in row order. Pooling comes before the ReLU (they commute), so that the ReLU sees a quarter of the
    data. Rows and columns that the pool drops are never computed.
    """

    why = "few input channels and a 2 × 2 pool: one product for each pooled pixel's larger patch"

    # Widening costs ((k + 1) / k)² more multiplications and saves gathering; with more input channels than
    # this the multiplications weigh more (measured with benchmarks/training.py's networks).
    MOST_CHANNELS = 12

    @classmethod
    def fits(cls, conv: Conv2D, pool: MaxPool2D, channels: int) -> bool:
        """Tell whether this kernel computes the pair of layers, and is likely to be the faster way."""
        kh, kw = conv.kernel
        return (
            kh == kw
            and kh % 2 == 1
            and conv.stride in (1, (1, 1))
            and conv.dilation in (1, (1, 1))
            and conv.groups == 1
            and pool.window == pool.steps == (2, 2)
            and pool.sides == ((0, 0), (0, 0))
            and channels <= cls.MOST_CHANNELS
        )

    def __init__(
        self,
        layer: Conv2D,
        relu: bool,
        x: Tensor,
        y: Tensor,
        weight: Array,
        bias: Array | None,
        weight_gradient: Array | None,
        bias_gradient: Array | None,
    ) -> None:
        dtype = x.value.dtype
        k, filters = layer.kernel[0], layer.filters
        q = k + 1
        self.relu = relu
        self.weight, self.bias = weight, bias
        self.weight_gradient, self.bias_gradient = weight_gradient, bias_gradient
        self.padded = PaddedInput(x, layer.sides(x.value.shape[:3]), weight_gradient is not None)
        source = self.padded.value
        c, _, _, n = source.shape
        ph, pw = y.value.shape[1:3]
        width, t = c * q * q + 1, ph * pw * n

        self.patches = allocate((width, t), dtype)
        self.patches[-1] = 1
        by = source.strides
        self.patch_source = as_strided(
            source,
            (c, q, q, ph, pw, n),
            (by[0], by[1], by[2], 2 * by[1], 2 * by[2], by[3]),
            writeable=False,
        )
        self.patch_target = self.patches[:-1].reshape(c, q, q, ph, pw, n)
        self.wide, self.cells = self._wide_weights(c, k, filters, dtype)
        self.phases = allocate((2, 2, filters, t), dtype)
        self.phase_rows = self.phases.reshape(4 * filters, t)
        self.pooled = y.value.reshape(filters, t)
        if weight_gradient is None:
            self.four, self.pooled_row = self.phases.reshape(4, -1), self.pooled.reshape(-1)
            self.least = dtype.type(0 if relu else -np.inf)
            return
        # Who wins is found while the outputs are near; the winners' gradients then take their place.
        self.winners = allocate((2, filters, t), dtype)
        self.left_wins = allocate((2, filters, t), bool)
        self.upper_wins, self.positive = allocate((filters, t), bool), allocate((filters, t), bool)
        self.zeros = np.zeros(t, dtype)
        self.dpooled = y.gradient_rows()
        self.dwide, self.dcells = self._wide_weights(c, k, filters, dtype)
        self.scratch = allocate(self.dwide.shape, dtype)
        self.adds: list[tuple[Array, Array]] = []
        if self.padded.gradient is not None:
            self.dpatches = allocate((width - 1, t), dtype)
            self._plan_scatter(self.padded.gradient, c, q, ph, pw, n)

    @staticmethod
    def _wide_weights(c: int, k: int, filters: int, dtype: np.dtype) -> tuple[Array, Array]:
        """Make zeros ``(4 · filters, K + 1)`` and the strided view of the cells that hold weights."""
        q = k + 1
        width = c * q * q + 1
        wide = allocate((4 * filters, width), dtype)
        b = wide.itemsize
        cells = as_strided(
            wide,
            (2, 2, filters, c, k, k),
            (
                (2 * filters * width + q) * b,
                (filters * width + 1) * b,
                width * b,
                q * q * b,
                q * b,
                b,
            ),
        )
        return wide, cells

    def _plan_scatter(self, gradient: Array, c: int, q: int, ph: int, pw: int, n: int) -> None:
        """List the additions that bring the patches' gradient back to the input.

        Cell (2a + r, 2b + s) of pooled pixel (y, x) is input pixel (2(y + a) + r, 2(x + b) + s): for fixed
        (a, b) the targets of all cells and pixels are distinct and lie side by side, so (q / 2)² additions
        do, instead of q².
        """
        dpatches = self.dpatches.reshape(c, q // 2, 2, q // 2, 2, ph, pw, n)
        for a in range(q // 2):
            for b in range(q // 2):
                target = gradient[:, 2 * a : 2 * (a + ph), 2 * b : 2 * (b + pw)]
                by = target.strides
                target = as_strided(
                    target,
                    (c, ph, 2, pw, 2, n),
                    (by[0], 2 * by[1], by[1], 2 * by[2], by[2], by[3]),
                )
                self.adds.append((target, dpatches[:, a, :, b].transpose(0, 3, 1, 4, 2, 5)))

    @property
    def flops(self) -> tuple[int, int]:
        forward = 2 * self.wide.size * self.patches.shape[1]
        if self.weight_gradient is None:
            return forward, 0
        return forward, forward * (2 if self.padded.gradient is not None else 1)

    def load(self) -> None:
        self.cells[...] = self.weight
        if self.bias is not None:
            self.wide.reshape(4, -1, self.wide.shape[1])[:, :, -1] = self.bias

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        self.padded.fill()
        np.copyto(self.patch_target, self.patch_source)
        np.dot(self.wide, self.patches, out=self.phase_rows)
        if self.weight_gradient is None:
            # Nobody asks who won. One call is what counts when there is one picture.
            np.maximum.reduce(self.four, axis=0, out=self.pooled_row, initial=self.least)
            return
        z, winners, pooled = self.phases, self.winners, self.pooled
        np.maximum(z[:, 0], z[:, 1], out=winners)
        np.greater_equal(z[:, 0], z[:, 1], out=self.left_wins)
        np.maximum(winners[0], winners[1], out=pooled)
        np.greater_equal(winners[0], winners[1], out=self.upper_wins)
        if self.relu:
            # A row of zeros, not the number 0: NumPy's loop for a scalar operand is half as fast.
            np.maximum(pooled, self.zeros, out=pooled)
            np.greater(pooled, self.zeros, out=self.positive)

    def backward(self, first: bool) -> None:
        z, dwinners, g = self.phases, self.winners, self.dpooled
        if self.relu:
            np.multiply(g, self.positive, out=g)
        np.multiply(g, self.upper_wins, out=dwinners[0])
        np.subtract(g, dwinners[0], out=dwinners[1])
        np.multiply(dwinners, self.left_wins, out=z[:, 0])
        np.subtract(dwinners, z[:, 0], out=z[:, 1])
        dz = self.phase_rows
        accumulate(dz, self.patches.T, self.dwide, self.scratch, first)
        if self.padded.gradient is not None:
            np.matmul(self.wide[:, :-1].T, dz, out=self.dpatches)
            self.padded.gradient.fill(0)
            for target, source in self.adds:
                np.add(target, source, out=target)
            self.padded.give_back()

    def store(self) -> None:
        assert self.weight_gradient is not None
        np.sum(self.dcells, axis=(0, 1), out=self.weight_gradient)
        if self.bias_gradient is not None:
            biases = self.dwide.reshape(4, -1, self.dwide.shape[1])[:, :, -1]
            np.sum(biases, axis=0, out=self.bias_gradient)
