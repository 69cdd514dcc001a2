"""Convolution by 3 × 3 filters on many channels, Winograd's way, with a ReLU and a 2 × 2 pool after it."""

from dataclasses import dataclass

import numpy as np

from engine.geometry import pair
from engine.layers import Conv2D
from engine.plan.kernel import Kernel, accumulate
from engine.plan.tensor import Array, Tensor, allocate
from engine.plan.winograd import WideFilters, Workspace


class _AllOutputs:
    """Brings the outputs of the tiles to where they belong, and their gradients back."""

    def __init__(self, space: Workspace, y: Array, dy: Array | None) -> None:
        shape = (2, 2, *space.tiles, *y.shape[2:])
        outputs = space.outputs.reshape(shape)
        doutputs = space.products[0::3, 0::3].reshape(shape) if dy is not None else outputs
        self._first, self._second, _, self._last = space.doutput_columns
        self._gives: list[tuple[Array, Array]] = []
        self._takes: list[tuple[Array, Array]] = []
        self._beyond: list[Array] = []
        for i in range(2):
            for j in range(2):
                target = y[i::2, j::2]
                h, w = target.shape[:2]
                self._gives.append((target, outputs[i, j, :h, :w]))
                if dy is not None:
                    self._takes.append((doutputs[i, j, :h, :w], dy[i::2, j::2]))
                    self._beyond += [doutputs[i, j, h:], doutputs[i, j, :, w:]]

    def give(self) -> None:
        for target, source in self._gives:
            np.copyto(target, source)

    def take(self) -> None:
        for target, source in self._takes:
            np.copyto(target, source)
        for place in self._beyond:
            place.fill(0)
        np.add(self._first, self._last, out=self._second)


class _PooledOutputs:
    """A tile's outputs are the window of a 2 × 2 max-pool: left against right, then the winners of both rows.

    A tie goes to the left or upper one, which is the first in row order. The ReLU comes after the pool (they
    commute), where it sees a quarter of the data. Of the outputs nothing is kept but who won.
    """

    def __init__(self, space: Workspace, y: Array, dy: Array | None, relu: bool) -> None:
        self._relu, self._y, self._dy = relu, y, dy
        self._left, self._right = space.output_columns
        # Nobody needs what is there any more.
        self._winners, self._pooled = space.half[0, :2], space.half[1, 0]
        self._by_pixel = self._pooled.reshape(y.shape)
        shape = self._pooled.shape
        # As many zeros, not the number 0: NumPy's loop for a scalar operand is half as fast.
        self._zeros = np.zeros(shape, y.dtype)
        if dy is not None:
            self._left_wins = allocate((2, *shape), bool)
            self._upper_wins, self._positive = allocate(shape, bool), allocate(shape, bool)
            self._dleft, self._dwinners, _, self._dright = space.doutput_columns

    def give(self) -> None:
        winners, pooled = self._winners, self._pooled
        np.maximum(self._left, self._right, out=winners)
        np.maximum(winners[0], winners[1], out=pooled)
        if self._dy is not None:
            np.greater_equal(self._left, self._right, out=self._left_wins)
            np.greater_equal(winners[0], winners[1], out=self._upper_wins)
            if self._relu:
                np.greater(pooled, self._zeros, out=self._positive)
        if self._relu:
            np.maximum(pooled, self._zeros, out=pooled)
        np.copyto(self._y, self._by_pixel)

    def take(self) -> None:
        assert self._dy is not None
        g, dwinners = self._pooled, self._dwinners
        np.copyto(self._by_pixel, self._dy)
        if self._relu:
            np.multiply(g, self._positive, out=g)
        np.multiply(g, self._upper_wins, out=dwinners[0])
        np.subtract(g, dwinners[0], out=dwinners[1])
        np.multiply(dwinners, self._left_wins, out=self._dleft)
        np.subtract(dwinners, self._dleft, out=self._dright)


@dataclass(slots=True, eq=False)
class _Chunk:
    """A few pictures of a batch."""

    space: Workspace
    pixels: Array
    """Where they go in the workspace, within the border."""

    seen: Array
    """Where they come from."""

    dpixels: Array
    """The same of their gradient; not used where it goes nowhere."""

    dseen: Array | None
    v: Array
    """Kept from `forward` to `backward`, for the weights' gradient."""

    v_columns: list[Array]
    outputs: _AllOutputs | _PooledOutputs


class ConvolutionWinogradKernel(Kernel):
    """3 × 3 filters at stride 1; with `pool`, a 2 × 2 max-pool after them, and with `relu` a ReLU between.

    The batch is worked off in chunks of a few pictures, whose products stay in cache. Layouts: `Workspace`.
    Backward, with dm the gradient of the products:

    1. u's gradient, vᵀ × dm, is added up over the chunks;
    2. the biases' is that of the product that all outputs of a tile share;
    3. v's is dm × uᵀ, which goes back to the pixels the way that they came.

    Rows and columns of outputs that the pool drops are never computed.
    """

    why = "3 × 3 filters on many channels: Winograd's 16 products for the 36 terms of 2 × 2 outputs"

    # With fewer slices the additions weigh more than the products that are saved, unless a pool makes use of
    # the tiles; with fewer pictures the calls do (measured with benchmarks/training.py's networks).
    FEWEST_SLICES, FEWEST_SLICES_POOLED, FEWEST_PICTURES = 1024, 512, 4

    # A chunk's products stay near the core, and each matrix product is small enough for OpenBLAS' way with
    # small matrices, which is its fastest.
    MOST_NUMBERS, MOST_TERMS = 26_000, 1_000_000

    @classmethod
    def fits(cls, layer: Conv2D, channels: int, batch: int, *, pool: bool = False) -> bool:
        """Tell whether this kernel computes a layer, and is likely to be the fastest way."""
        fewest = cls.FEWEST_SLICES_POOLED if pool else cls.FEWEST_SLICES
        return (
            layer.kernel == (3, 3)
            and pair(layer.stride, "stride") == (1, 1)
            and pair(layer.dilation, "dilation") == (1, 1)
            and layer.groups == 1
            and channels * layer.filters >= fewest
            and batch >= cls.FEWEST_PICTURES
        )

    def __init__(
        self,
        layer: Conv2D,
        x: Tensor,
        y: Tensor,
        weight: Array,
        bias: Array | None,
        weight_gradient: Array | None,
        bias_gradient: Array | None,
        *,
        pool: bool = False,
        relu: bool = False,
    ) -> None:
        dtype, filters, c = x.value.dtype, layer.filters, x.value.shape[0]
        self.weight, self.bias = weight, bias
        self.weight_gradient, self.bias_gradient = weight_gradient, bias_gradient
        self.filters = WideFilters(c, filters, dtype)
        self.learns, self.back = weight_gradient is not None, x.gradient is not None
        self._pool, self._relu = pool, relu
        self.chunks = self._cut(layer, x, y)
        self.bias_rows = {chunk.space.n: allocate((chunk.space.n, filters), dtype) for chunk in self.chunks}
        if not self.learns:
            return
        self.u_t = allocate((4, 4, filters, c), dtype)
        self.du, self.scratch = allocate((4, 4, c, filters), dtype), allocate((4, 4, c, filters), dtype)
        self.dbias, self.bias_scratch = allocate((filters,), dtype), allocate((filters,), dtype)

    def _cut(self, layer: Conv2D, x: Tensor, y: Tensor) -> list[_Chunk]:
        """Cut the batch into chunks, as even as can be."""
        height, width, batch = y.value.shape[1:]
        tiles = (height, width) if self._pool else ((height + 1) // 2, (width + 1) // 2)
        (top, _), (left, _) = layer.sides(x.value.shape[:3])
        c, dtype = x.value.shape[0], x.value.dtype
        most = min(self.MOST_NUMBERS // max(c, layer.filters), self.MOST_TERMS // (c * layer.filters))
        count = -(-batch // max(1, most // (tiles[0] * tiles[1])))
        spaces: dict[int, Workspace] = {}
        chunks = []
        for i in range(count):
            part = slice(batch * i // count, batch * (i + 1) // count)
            n = part.stop - part.start
            if n not in spaces:
                spaces[n] = Workspace(tiles, n, c, layer.filters, dtype, back=self.learns and self.back)
            chunks.append(self._chunk(spaces[n], part, x, y, (top, left)))
        return chunks

    def _chunk(self, space: Workspace, part: slice, x: Tensor, y: Tensor, corner: tuple[int, int]) -> _Chunk:
        top, left = corner
        seen = _pixels_first(x.value, part)
        height = min(seen.shape[0], space.pixels.shape[0] - top)
        width = min(seen.shape[1], space.pixels.shape[1] - left)
        inside, corner_of = np.s_[top : top + height, left : left + width], np.s_[:height, :width]
        dseen = None
        if self.learns and x.gradient is not None:
            dseen = _pixels_first(x.gradient, part)[corner_of]
        v = allocate(space.v_shape, x.value.dtype)
        to = _pixels_first(y.value, part)
        dto = _pixels_first(y.gradient, part) if self.learns and y.gradient is not None else None
        return _Chunk(
            space=space,
            pixels=space.pixels[inside],
            seen=seen[corner_of],
            dpixels=space.pixels if dseen is None else space.dpixels[inside],
            dseen=dseen,
            v=v,
            v_columns=space.v_columns(v),
            outputs=_PooledOutputs(space, to, dto, self._relu) if self._pool else _AllOutputs(space, to, dto),
        )

    @property
    def flops(self) -> tuple[int, int]:
        forward = (
            2 * self.filters.u[0, 0].size * sum(chunk.space.products[..., 0].size for chunk in self.chunks)
        )
        if not self.learns:
            return forward, 0
        return forward, forward * (2 if self.back else 1)

    def load(self) -> None:
        self.filters.widen(self.weight)
        if self.learns:
            self.u_t[...] = self.filters.u.swapaxes(2, 3)
        if self.bias is not None:
            for row in self.bias_rows.values():
                row[...] = self.bias

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        for chunk in self.chunks:
            space = chunk.space
            np.copyto(chunk.pixels, chunk.seen)
            space.transform_pixels(chunk.v_columns)
            np.matmul(chunk.v, self.filters.u, out=space.products)
            if self.bias is not None:
                np.add(space.common_by_tile, self.bias_rows[space.n].reshape(-1), out=space.common_by_tile)
            space.transform_products()
            chunk.outputs.give()

    def backward(self, first: bool) -> None:
        for chunk in self.chunks:
            space, dm = chunk.space, chunk.space.products
            chunk.outputs.take()
            space.transform_outputs_gradient()
            accumulate(chunk.v.swapaxes(2, 3), dm, self.du, self.scratch, first)
            if self.bias_gradient is not None:
                accumulate(space.ones, space.common, self.dbias, self.bias_scratch, first)
            first = False
            if chunk.dseen is not None:
                np.matmul(dm, self.u_t, out=space.dv)
                space.transform_v_gradient()
                np.copyto(chunk.dseen, chunk.dpixels)

    def store(self) -> None:
        assert self.weight_gradient is not None
        self.filters.narrow(self.du, self.weight_gradient)
        if self.bias_gradient is not None:
            self.bias_gradient[...] = self.dbias


def _pixels_first(values: Array, part: slice) -> Array:
    """See a part of ``(c, h, w, n)`` as ``(h, w, n, c)``."""
    return values[..., part].transpose(1, 2, 3, 0)
