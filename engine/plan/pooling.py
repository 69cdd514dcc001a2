"""Pooling of any size, stride and padding."""

import numpy as np

from engine.layers import AvgPool2D, MaxPool2D
from engine.plan.convolution import PaddedInput
from engine.plan.kernel import Kernel
from engine.plan.tensor import Array, Tensor, allocate


def _window_views(array: Array, layer: MaxPool2D, oh: int, ow: int) -> list[Array]:
    """One strided view per cell of the window, in row order: its pixel at every position."""
    (kh, kw), (sh, sw) = layer.window, layer.steps
    return [
        array[:, i : i + (oh - 1) * sh + 1 : sh, j : j + (ow - 1) * sw + 1 : sw]
        for i in range(kh)
        for j in range(kw)
    ]


class MaxPoolKernel(Kernel):
    """Running maximum over the window's cells, remembering which cell won.

    ``winner`` ``(c, oh, ow, n)`` uint8 or int32 holds the index of the winning cell in row order; a later
    cell wins only when it is larger, so that ties go to the first.
    """

    why = "any window, stride and padding: a running maximum over the window's cells"

    def __init__(self, layer: MaxPool2D, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.padded = PaddedInput(x, layer.sides, backward)
        if self.padded.copies:
            self.padded.value.fill(-np.inf)
        oh, ow = y.value.shape[1:3]
        self.y = y.value
        self.cells = _window_views(self.padded.value, layer, oh, ow)
        self.remembers = backward
        if backward:
            assert self.padded.gradient is not None
            small = len(self.cells) <= 256
            self.winner = allocate(self.y.shape, np.uint8 if small else np.int32)
            self.mask = allocate(self.y.shape, np.bool_)
            self.share = allocate(self.y.shape, self.y.dtype)
            self.dcells = _window_views(self.padded.gradient, layer, oh, ow)
            self.dy = y.gradient

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        self.padded.fill()
        y = self.y
        np.copyto(y, self.cells[0])
        if self.remembers:
            self.winner.fill(0)
        for index, cell in enumerate(self.cells[1:], 1):
            if self.remembers:
                np.greater(cell, y, out=self.mask)
                np.copyto(self.winner, index, where=self.mask)
            np.maximum(y, cell, out=y)

    def backward(self, first: bool) -> None:
        assert self.padded.gradient is not None and self.dy is not None
        self.padded.gradient.fill(0)
        for index, dcell in enumerate(self.dcells):
            np.equal(self.winner, index, out=self.mask)
            np.multiply(self.dy, self.mask, out=self.share)
            np.add(dcell, self.share, out=dcell)
        self.padded.give_back()


class AvgPoolKernel(Kernel):
    """Sum over the window's rows, then over its columns, times one over the number of its cells.

    1. `lines` ``(c, oh, wp, n)``: the sums of the rows under each row of windows, border included;
    2. the output: their sums over columns.

    Backward goes the same way in the other direction. Where windows do not overlap, each pixel's gradient is
    written once; those that no window holds keep the zeros that they were allocated with.
    """

    why = "any window, stride and padding: sums over the window's rows, then over its columns"

    def __init__(self, layer: AvgPool2D, x: Tensor, y: Tensor, *, backward: bool) -> None:
        self.padded = PaddedInput(x, layer.sides, backward)
        self.y, (kh, kw), steps = y.value, layer.window, layer.steps
        source = self.padded.value
        lines = allocate((source.shape[0], y.value.shape[1], *source.shape[2:]), y.value.dtype)
        self.lines = lines
        self.rows = _lines_under(source, kh, steps[0], 1, lines)
        self.columns = _lines_under(lines, kw, steps[1], 2, y.value)
        self.factor = self.y.dtype.type(1 / (kh * kw))
        if backward:
            assert self.padded.gradient is not None and y.gradient is not None
            self.dy = y.gradient
            self.share, self.dlines = allocate(self.y.shape, self.y.dtype), allocate(lines.shape, lines.dtype)
            self.drows = _lines_under(self.padded.gradient, kh, steps[0], 1, lines)
            self.dcolumns = _lines_under(self.dlines, kw, steps[1], 2, y.value)
            self.apart = steps[0] >= kh, steps[1] >= kw

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        self.padded.fill()
        _add_up(self.rows, self.lines)
        _add_up(self.columns, self.y)
        np.multiply(self.y, self.factor, out=self.y)

    def backward(self, first: bool) -> None:
        assert self.padded.gradient is not None
        np.multiply(self.dy, self.factor, out=self.share)
        _hand_out(self.share, self.dcolumns, self.dlines, self.apart[1])
        _hand_out(self.dlines, self.drows, self.padded.gradient, self.apart[0])
        self.padded.give_back()


def _lines_under(array: Array, count: int, step: int, axis: int, windows: Array) -> list[Array]:
    """One view per row or column (axis 1 or 2) of a window: that line under every one of the `windows`."""
    last = (windows.shape[axis] - 1) * step + 1
    before = (slice(None),) * axis
    return [array[(*before, slice(i, i + last, step))] for i in range(count)]


def _add_up(lines: list[Array], out: Array) -> None:
    if len(lines) == 1:
        np.copyto(out, lines[0])
        return
    np.add(lines[0], lines[1], out=out)
    for line in lines[2:]:
        np.add(out, line, out=out)


def _hand_out(share: Array, lines: list[Array], whole: Array, apart: bool) -> None:
    """Make `whole` the sum of what each of its `lines` gets, `share`; lines that lie `apart` are written."""
    if apart:
        for line in lines:
            np.copyto(line, share)
        return
    whole.fill(0)
    for line in lines:
        np.add(line, share, out=line)


class GlobalAvgPoolKernel(Kernel):
    """Average each channel of each picture over its pixels."""

    why = "one sum for each channel of each picture"

    def __init__(self, x: Tensor, y: Tensor, *, backward: bool) -> None:
        c, h, w, n = x.value.shape
        self.x, self.y = x.value.reshape(c, h * w, n), y.value.reshape(c, n)
        self.factor = self.y.dtype.type(1 / (h * w))
        if backward:
            assert x.gradient is not None and y.gradient is not None
            self.dx, self.dy = x.gradient.reshape(c, h * w, n), y.gradient.reshape(c, 1, n)

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        np.sum(self.x, axis=1, out=self.y)
        np.multiply(self.y, self.factor, out=self.y)

    def backward(self, first: bool) -> None:
        np.multiply(self.dy, self.factor, out=self.dx)
