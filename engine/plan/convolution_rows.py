"""Convolution by a matrix product for each row of output pixels, without a copy of every patch."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.geometry import Sides, pair
from engine.layers import Conv2D
from engine.plan.kernel import Kernel, accumulate
from engine.plan.tensor import Array, Tensor, allocate

# Multiplications up to which OpenBLAS has a faster way for a matrix product, and the columns below which that
# is no faster any more (measured).
SMALL_PRODUCT, NARROWEST = 1_000_000, 96


class SpreadRows:
    """A picture spread out so that the patches of a row of positions are a matrix that is already there.

    Memory ``(hp, kw · c, ow · n)``: for each row of the bordered picture and each column j of a filter,
    channel by channel, the pixels that lie under that column at every position of the row. What a filter of
    kh rows sees at row y of the positions is then rows y to y + kh, one below the other: a matrix
    ``(kh · kw · c, ow · n)`` with rows (i, j, channel), of which nothing is copied. Patches hold each pixel
    kh · kw times, this holds it kw times.

    The border stays zero; only what lies inside the picture is copied in.
    """

    def __init__(self, source: Array, kernel: tuple[int, int], sides: Sides) -> None:
        kh, kw = kernel
        (top, bottom), (left, right) = sides
        c, h, w, n = source.shape
        hp, oh, ow = h + top + bottom, h + top + bottom - kh + 1, w + left + right - kw + 1
        memory = allocate((hp, kw, c, ow, n), source.dtype)
        self._copies: list[tuple[Array, Array]] = []
        for j in range(kw):
            # Position x sees column x + j of the bordered picture.
            first, last = max(0, left - j), min(ow, w + left - j)
            if first < last:
                target = memory[top : top + h, j, :, first:last]
                seen = source[:, :, first + j - left : last + j - left]
                self._copies.append((target, seen.transpose(1, 0, 2, 3)))
        by = memory.strides
        self.patches = as_strided(memory, (oh, kh * kw * c, ow * n), (by[0], by[2], by[4]), writeable=False)

    def pieces_for(self, rows: int) -> int:
        """Tell into how many pieces of positions a product of a matrix of so many rows is best cut.

        As few as make each one small enough for OpenBLAS' way with small matrices, if they stay wide.
        """
        _, k, width = self.patches.shape
        most = SMALL_PRODUCT // (rows * k)
        fitting = (p for p in range(1, width + 1) if width % p == 0 and NARROWEST <= width // p <= most)
        return next(fitting, 1)

    def fill(self) -> None:
        """Copy the picture in."""
        for target, source in self._copies:
            np.copyto(target, source)


class ConvolutionRowsKernel(Kernel):
    """Any kernel size and any padding narrower than it, at stride 1, for channels that all see each other.

    1. input: `SpreadRows`, its patches ``(oh, K, ow · n)``, K = kh · kw · c;
    2. weights ``(filters, K)`` in the order of its rows;
    3. forward: weights × patches, for each row of positions or piece of a row, straight into the output;
    4. weights' gradient: patches × output gradientᵀ for each row, which is faster than the other way round,
       then their sum, ``(K, filters)``;
    5. the input's gradient is itself such a convolution, with the filters turned by 180°, of the output's
       gradient with what is missing to a full overlap as its border.
    """

    why = "stride 1: a product for each row of positions, of which nothing but the columns is copied"

    @staticmethod
    def fits(layer: Conv2D, sides: Sides) -> bool:
        """Tell whether this kernel computes a layer."""
        widest = [max(side) for side in sides]
        narrow = all(width < size for width, size in zip(widest, layer.kernel, strict=True))
        return (
            pair(layer.stride, "stride") == (1, 1)
            and pair(layer.dilation, "dilation") == (1, 1)
            and layer.groups == 1
            and narrow
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
    ) -> None:
        dtype = x.value.dtype
        kh, kw = layer.kernel
        c, filters = x.value.shape[0], layer.filters
        sides = layer.sides(x.value.shape[:3])
        self.weight, self.bias = weight, None if bias is None else bias[:, None]
        self.weight_gradient, self.bias_gradient = weight_gradient, bias_gradient
        self.spread = SpreadRows(x.value, layer.kernel, sides)
        k = kh * kw * c
        self.rows = allocate((filters, k), dtype)
        self.cells = self.rows.reshape(filters, kh, kw, c)
        self.z = y.rows()
        pieces = self.spread.pieces_for(filters)
        self.patches = _cut(self.spread.patches, pieces)
        self.z_by_row = _cut(_by_row(y.value), pieces)
        if weight_gradient is None:
            return
        assert y.gradient is not None
        oh = y.value.shape[1]
        self.dz, self.dz_by_row_t = y.gradient_rows(), _by_row(y.gradient).swapaxes(1, 2)
        self.drows, self.scratch = allocate((k, filters), dtype), allocate((k, filters), dtype)
        self.parts = allocate((oh, k, filters), dtype)
        self.ones = np.ones(self.dz.shape[1], dtype)
        self.dbias, self.bias_scratch = allocate((filters,), dtype), allocate((filters,), dtype)
        self.back: SpreadRows | None = None
        if x.gradient is not None:
            (top, bottom), (left, right) = sides
            rest = ((kh - 1 - top, kh - 1 - bottom), (kw - 1 - left, kw - 1 - right))
            self.back = SpreadRows(y.gradient, layer.kernel, rest)
            self.turned = allocate((c, kh * kw * filters), dtype)
            self.turned_cells = self.turned.reshape(c, kh, kw, filters)
            pieces = self.back.pieces_for(c)
            self.back_patches = _cut(self.back.patches, pieces)
            self.dx_by_row = _cut(_by_row(x.gradient), pieces)

    @property
    def flops(self) -> tuple[int, int]:
        forward = 2 * self.rows.size * self.z.shape[1]
        if self.weight_gradient is None:
            return forward, 0
        back = (
            0
            if self.back is None
            else 2 * self.turned.size * (self.dx_by_row.size // self.dx_by_row.shape[2])
        )
        return forward, forward + back

    def load(self) -> None:
        self.cells[...] = self.weight.transpose(0, 2, 3, 1)
        if self.weight_gradient is not None and self.back is not None:
            self.turned_cells[...] = self.weight[:, :, ::-1, ::-1].transpose(1, 2, 3, 0)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        self.spread.fill()
        np.matmul(self.rows, self.patches, out=self.z_by_row)
        if self.bias is not None:
            np.add(self.z, self.bias, out=self.z)

    def backward(self, first: bool) -> None:
        np.matmul(self.spread.patches, self.dz_by_row_t, out=self.parts)
        np.sum(self.parts, axis=0, out=self.drows if first else self.scratch)
        if not first:
            np.add(self.drows, self.scratch, out=self.drows)
        if self.bias_gradient is not None:
            accumulate(self.dz, self.ones, self.dbias, self.bias_scratch, first)
        if self.back is not None:
            self.back.fill()
            np.matmul(self.turned, self.back_patches, out=self.dx_by_row)

    def store(self) -> None:
        assert self.weight_gradient is not None
        kh, kw, c = self.cells.shape[1:]
        self.weight_gradient[...] = self.drows.reshape(kh, kw, c, -1).transpose(3, 2, 0, 1)
        if self.bias_gradient is not None:
            self.bias_gradient[...] = self.dbias


def _by_row(values: Array) -> Array:
    """See ``(c, h, w, n)`` as a matrix ``(c, w · n)`` for each row: ``(h, c, w · n)``."""
    c, h, w, n = values.shape
    return values.reshape(c, h, w * n).transpose(1, 0, 2)


def _cut(matrices: Array, pieces: int) -> Array:
    """See each of the matrices ``(h, rows, columns)`` in pieces: ``(h, pieces, rows, columns / pieces)``."""
    h, rows, columns = matrices.shape
    return matrices.reshape(h, rows, pieces, columns // pieces).swapaxes(1, 2)
