"""Any convolution, by one matrix product over gathered patches."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.geometry import pair
from engine.layers import Conv2D
from engine.plan.kernel import Kernel, accumulate
from engine.plan.tensor import Array, Tensor, allocate


class PaddedInput:
    """A convolution's input with its border of zeros, and the gradient's way back.

    Without padding it is the input itself: no copy. With padding, a buffer ``(c, hp, wp, n)`` whose border
    stays zero and whose middle is copied in.
    """

    def __init__(self, x: Tensor, sides: tuple[tuple[int, int], tuple[int, int]], backward: bool) -> None:
        self.x = x
        (top, bottom), (left, right) = sides
        c, h, w, n = x.value.shape
        self.copies = (top, bottom, left, right) != (0, 0, 0, 0)
        shape = (c, h + top + bottom, w + left + right, n)
        middle = np.s_[:, top : top + h, left : left + w]
        self.value = allocate(shape, x.value.dtype) if self.copies else x.value
        self.value_middle = self.value[middle]
        self.gradient: Array | None = None
        if backward and x.gradient is not None:
            self.gradient = allocate(shape, x.value.dtype) if self.copies else x.gradient
            self.gradient_middle = self.gradient[middle]

    def fill(self) -> None:
        """Copy the input's value in."""
        if self.copies:
            np.copyto(self.value_middle, self.x.value)

    def give_back(self) -> None:
        """Copy the gradient of the middle out to the input."""
        if self.copies and self.x.gradient is not None:
            np.copyto(self.x.gradient, self.gradient_middle)


class ConvolutionKernel(Kernel):
    """Any kernel size, stride, padding, dilation and groups.

    Memory, per group: patches ``(c · kh · kw + 1, oh · ow · n)``: row (channel, i, j) holds the pixel under
    the filter's cell (i, j) at every position of every picture; the last row is ones, which makes the bias
    and its gradient come out of the same products. Weights ``(filters, c · kh · kw + 1)``, bias last.

    1. gather: one strided copy fills the patches;
    2. forward: weights × patches;
    3. backward: output gradient × patchesᵀ gives the weights' gradient; weightsᵀ × output gradient gives the
       patches' gradient, which is added back cell by cell.
    """

    why = "stride, dilation, groups or a wide border: a copy of every patch, which any of them allows"

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
        (sh, sw), (dh, dw) = pair(layer.stride, "stride"), pair(layer.dilation, "dilation")
        kh, kw = layer.kernel
        self.backward_needed = weight_gradient is not None
        self.padded = PaddedInput(x, layer.sides(x.value.shape[:3]), self.backward_needed)
        source = self.padded.value
        c, _, _, n = source.shape
        groups, filters = layer.groups, layer.filters
        cg = c // groups
        oh, ow = y.value.shape[1:3]
        k, t = cg * kh * kw, oh * ow * n

        self.weight, self.bias = weight.reshape(groups, filters // groups, k), bias
        self.weight_gradient, self.bias_gradient = weight_gradient, bias_gradient
        self.wide = allocate((groups, filters // groups, k + 1), dtype)
        self.patches = allocate((groups, k + 1, t), dtype)
        self.patches[:, k] = 1
        by = source.strides
        self.patch_source = as_strided(
            source,
            (groups, cg, kh, kw, oh, ow, n),
            (by[0] * cg, by[0], by[1] * dh, by[2] * dw, by[1] * sh, by[2] * sw, by[3]),
            writeable=False,
        )
        self.patch_target = self.patches[:, :k].reshape(groups, cg, kh, kw, oh, ow, n)
        self.z = y.value.reshape(groups, filters // groups, t)
        if not self.backward_needed:
            return
        assert y.gradient is not None
        self.dz = y.gradient.reshape(groups, filters // groups, t)
        self.dwide, self.scratch = (
            allocate(self.wide.shape, dtype),
            allocate(self.wide.shape, dtype),
        )
        self.patches_t = self.patches.swapaxes(1, 2)
        self.adds: list[tuple[Array, Array]] = []
        if self.padded.gradient is not None:
            self.dpatches = allocate((groups, k, t), dtype)
            cells = self.dpatches.reshape(c, kh, kw, oh, ow, n)
            for i in range(kh):
                for j in range(kw):
                    rows = slice(i * dh, i * dh + (oh - 1) * sh + 1, sh)
                    columns = slice(j * dw, j * dw + (ow - 1) * sw + 1, sw)
                    self.adds.append((self.padded.gradient[:, rows, columns], cells[:, i, j]))

    @property
    def flops(self) -> tuple[int, int]:
        forward = 2 * self.wide.size * self.patches.shape[2]
        if not self.backward_needed:
            return forward, 0
        return forward, forward * (2 if self.padded.gradient is not None else 1)

    def load(self) -> None:
        self.wide[:, :, :-1] = self.weight
        if self.bias is not None:
            self.wide[:, :, -1] = self.bias.reshape(self.wide.shape[:2])

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        self.padded.fill()
        np.copyto(self.patch_target, self.patch_source)
        np.matmul(self.wide, self.patches, out=self.z)

    def backward(self, first: bool) -> None:
        accumulate(self.dz, self.patches_t, self.dwide, self.scratch, first)
        if self.padded.gradient is not None:
            # A column times a row, where each group is one filter, is no work for a matrix product.
            spread = np.multiply if self.wide.shape[1] == 1 else np.matmul
            spread(self.wide[:, :, :-1].swapaxes(1, 2), self.dz, out=self.dpatches)
            self.padded.gradient.fill(0)
            for target, source in self.adds:
                np.add(target, source, out=target)
            self.padded.give_back()

    def store(self) -> None:
        assert self.weight_gradient is not None
        self.weight_gradient.reshape(self.weight.shape)[...] = self.dwide[:, :, :-1]
        if self.bias_gradient is not None:
            self.bias_gradient[...] = self.dwide[:, :, -1].reshape(-1)
