"""Each fast kernel by itself against the readable reference, over everything that it may be given."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import functional
from engine.layers import AvgPool2D, Conv2D, MaxPool2D
from engine.plan.convolution_rows import ConvolutionRowsKernel
from engine.plan.convolution_winograd import ConvolutionWinogradKernel
from engine.plan.max_pool2 import MaxPool2Kernel
from engine.plan.pooling import AvgPoolKernel
from engine.plan.tensor import Tensor


def tensor(shape, batch, rng, *, whole=False):
    made = Tensor.make(shape, batch, np.float64, gradient=True)
    for array in (made.value, made.gradient):
        array[...] = rng.integers(-3, 4, array.shape) if whole else rng.normal(size=array.shape)
    return made


def public(array):
    """From the plan's layout, batch last, to the public one."""
    return np.moveaxis(array, -1, 0)


@st.composite
def convolutions_by_row(draw):
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    padding = draw(
        st.one_of(
            st.sampled_from(["valid", "same"]),
            st.tuples(st.integers(0, kernel[0] - 1), st.integers(0, kernel[1] - 1)),
        )
    )
    size = tuple(k + draw(st.integers(0, 4)) for k in kernel)
    layer = Conv2D(draw(st.integers(1, 4)), kernel, padding=padding, bias=draw(st.booleans()))
    return layer, (draw(st.integers(1, 4)), *size), draw(st.integers(1, 4)), draw(st.integers(0, 99))


@given(convolutions_by_row(), st.booleans())
def test_convolution_by_rows_gives_the_references_values_and_gradients(case, with_input_gradient):
    layer, shape, batch, seed = case
    rng = np.random.default_rng(seed)
    assert ConvolutionRowsKernel.fits(layer, layer.sides(shape))
    x, y = tensor(shape, batch, rng), tensor(layer.output_shape(shape), batch, rng)
    if not with_input_gradient:
        x.gradient = None
    weight = rng.normal(size=(layer.filters, shape[0], *layer.kernel))
    bias = rng.normal(size=layer.filters) if layer.bias else None
    dweight = np.empty_like(weight)
    dbias = None if bias is None else np.empty_like(bias)
    kernel = ConvolutionRowsKernel(layer, x, y, weight, bias, dweight, dbias)
    wanted = [0.0, 0.0]
    for first in (True, False):
        # Two parts of a batch: the second one's gradients are added to the first one's.
        x.value[...] = rng.normal(size=x.value.shape)
        y.gradient[...] = rng.normal(size=y.gradient.shape)
        kernel.load()
        kernel.forward(True, None)
        expected = functional.cross_correlate2d(public(x.value), weight, bias, padding=layer.padding)
        np.testing.assert_allclose(public(y.value), expected, atol=1e-10)
        dx, dw, db = functional.cross_correlate2d_gradient(
            public(y.gradient), public(x.value), weight, padding=layer.padding
        )
        kernel.backward(first)
        wanted = [wanted[0] + dw, wanted[1] + db]
        if with_input_gradient:
            np.testing.assert_allclose(public(x.gradient), dx, atol=1e-10)
    kernel.store()
    np.testing.assert_allclose(dweight, wanted[0], atol=1e-9)
    if dbias is not None:
        np.testing.assert_allclose(dbias, wanted[1], atol=1e-9)


@given(
    st.tuples(st.integers(1, 3), st.integers(2, 9), st.integers(2, 9)),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
def test_pooling_two_by_two_gives_the_references_values_and_gradients(shape, batch, relu, whole, seed):
    rng = np.random.default_rng(seed)
    pool = MaxPool2D(2)
    assert MaxPool2Kernel.fits(pool)
    x, y = tensor(shape, batch, rng, whole=whole), tensor(pool.output_shape(shape), batch, rng, whole=whole)
    x.gradient[...] = 0
    kernel = MaxPool2Kernel(relu, x, y, backward=True)
    for _ in range(2):
        x.value[...] = rng.integers(-3, 4, x.value.shape) if whole else rng.normal(size=x.value.shape)
        y.gradient[...] = rng.normal(size=y.gradient.shape)
        kernel.forward(True, None)
        before = functional.relu(public(x.value)) if relu else public(x.value)
        np.testing.assert_array_equal(public(y.value), functional.max_pool2d(before, 2))
        wanted = functional.max_pool2d_gradient(public(y.gradient), before, 2)
        if relu:
            # Where all of a window is negative, the gradient goes nowhere.
            wanted = functional.relu_gradient(wanted, public(x.value))
        kernel.backward(True)
        np.testing.assert_array_equal(public(x.gradient), wanted)


@st.composite
def three_by_three(draw):
    """A 3 × 3 convolution of any padding, its input's shape, whether it is pooled, and with a ReLU."""
    padding = draw(st.one_of(st.sampled_from(["valid", "same"]), st.tuples(*[st.integers(0, 3)] * 2)))
    layer = Conv2D(draw(st.integers(1, 4)), 3, padding=padding, bias=draw(st.booleans()))
    shape = (draw(st.integers(1, 4)), draw(st.integers(3, 9)), draw(st.integers(3, 9)))
    pool = draw(st.booleans()) and min(layer.output_shape(shape)[1:]) >= 2
    return layer, shape, pool, pool and draw(st.booleans())


@given(
    three_by_three(), st.integers(1, 7), st.integers(1, 200), st.booleans(), st.booleans(), st.integers(0, 99)
)
def test_winograd_gives_the_references_values_and_gradients(case, batch, numbers, whole, with_input, seed):
    layer, shape, pool, relu = case
    rng = np.random.default_rng(seed)
    between = layer.output_shape(shape)
    after = MaxPool2D(2).output_shape(between) if pool else between
    x, y = tensor(shape, batch, rng), tensor(after, batch, rng)
    # What no tile sees keeps the zeros that it was allocated with.
    x.gradient[...] = 0
    if not with_input:
        x.gradient = None
    draw = (
        (lambda size: rng.integers(-2, 3, size).astype(float))
        if whole
        else (lambda size: rng.normal(size=size))
    )
    weight = draw((layer.filters, shape[0], 3, 3))
    bias = draw(layer.filters) if layer.bias else None
    dweight = np.empty_like(weight)
    dbias = None if bias is None else np.empty_like(bias)
    # Chunks of any size, down to one picture.
    with patch.object(ConvolutionWinogradKernel, "MOST_NUMBERS", numbers):
        kernel = ConvolutionWinogradKernel(layer, x, y, weight, bias, dweight, dbias, pool=pool, relu=relu)
    wanted = [0.0, 0.0]
    for first in (True, False):
        # Whole numbers give exact sums, and so exact ties between the pixels of a window.
        x.value[...] = draw(x.value.shape)
        y.gradient[...] = draw(y.gradient.shape)
        kernel.load()
        kernel.forward(True, None)
        z = functional.cross_correlate2d(public(x.value), weight, bias, padding=layer.padding)
        rectified = functional.relu(z) if relu else z
        expected = functional.max_pool2d(rectified, 2) if pool else z
        np.testing.assert_allclose(public(y.value), expected, atol=1e-10)
        dz = public(y.gradient)
        if pool:
            dz = functional.max_pool2d_gradient(dz, z, 2)
            dz = functional.relu_gradient(dz, z) if relu else dz
        dx, dw, db = functional.cross_correlate2d_gradient(dz, public(x.value), weight, padding=layer.padding)
        kernel.backward(first)
        wanted = [wanted[0] + dw, wanted[1] + db]
        if with_input:
            np.testing.assert_allclose(public(x.gradient), dx, atol=1e-10)
    kernel.store()
    np.testing.assert_allclose(dweight, wanted[0], atol=1e-9)
    if dbias is not None:
        np.testing.assert_allclose(dbias, wanted[1], atol=1e-9)


def test_winograd_is_chosen_where_it_saves_more_than_it_adds():
    fits = ConvolutionWinogradKernel.fits
    assert fits(Conv2D(64, 3), 32, 16)
    assert fits(Conv2D(64, 3), 32, 16, pool=True)
    assert fits(Conv2D(32, 3), 16, 16, pool=True)
    assert not fits(Conv2D(32, 3), 16, 16)
    assert not fits(Conv2D(64, 3), 32, 1)
    for layer in (
        Conv2D(64, 5),
        Conv2D(64, 3, stride=2),
        Conv2D(64, 3, dilation=2),
        Conv2D(64, 3, groups=2),
        Conv2D(64, (3, 1)),
    ):
        assert not fits(layer, 32, 16)


@pytest.mark.parametrize("window", [(2, 2), (3, 1), (1, 1), (2, 3)])
@pytest.mark.parametrize("stride", [None, 1, 2, (1, 4)])
@pytest.mark.parametrize("padding", [0, (1, 0)])
def test_average_pooling_gives_the_references_values_and_gradients(window, stride, padding):
    rng = np.random.default_rng(3)
    if padding and window[0] == 1:
        padding = 0
    layer = AvgPool2D(window, stride, padding)
    x, y = tensor((2, 7, 8), 3, rng), tensor(layer.output_shape((2, 7, 8)), 3, rng)
    x.gradient[...] = 0
    kernel = AvgPoolKernel(layer, x, y, backward=True)
    how = {"stride": stride, "padding": padding}
    for _ in range(2):
        y.gradient[...] = rng.normal(size=y.gradient.shape)
        kernel.forward(True, None)
        np.testing.assert_allclose(public(y.value), functional.avg_pool2d(public(x.value), window, **how))
        kernel.backward(True)
        wanted = functional.avg_pool2d_gradient(public(y.gradient), public(x.value), window, **how)
        np.testing.assert_allclose(public(x.gradient), wanted, atol=1e-12)
