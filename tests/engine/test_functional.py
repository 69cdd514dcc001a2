"""The reference operations: against plain loops, and their gradients against differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine import functional as F  # noqa: N812 (as in PyTorch)
from engine.errors import ConfigError, ShapeError
from engine.geometry import resolve_padding
from tests.engine.reference import assert_gradient, correlate, pool

Array = NDArray[Any]
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the settings and arrays of a convolution that fits."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, stride, dilation = draw(pairs), draw(pairs), draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    span = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    size = [s + draw(st.integers(0, 4)) for s in span]
    padding = draw(st.sampled_from(["valid", "same", 0, 1, (2, 1)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return {
        "x": rng.normal(size=(draw(st.integers(1, 3)), channels, *size)),
        "weight": rng.normal(size=(filters, channels // groups, *kernel)),
        "bias": rng.normal(size=filters),
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "rng": rng,
    }


@st.composite
def poolings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the settings and the input of a pooling that fits."""
    size, stride = draw(pairs), draw(pairs)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *(s + draw(st.integers(0, 4)) for s in size))
    padding = tuple(draw(st.integers(0, s // 2)) for s in size)
    return {"x": rng.normal(size=shape), "size": size, "stride": stride, "padding": padding, "rng": rng}


@given(convolutions())
def test_a_cross_correlation_is_a_dot_product_at_each_position(case: dict[str, Any]) -> None:
    x, w, b = case["x"], case["weight"], case["bias"]
    settings = {key: case[key] for key in ("stride", "padding", "dilation", "groups")}
    sides = resolve_padding(case["padding"], x.shape[2:], w.shape[2:], case["stride"], case["dilation"])
    wanted = correlate(x, w, b, **(settings | {"padding": sides}))
    np.testing.assert_allclose(F.cross_correlate2d(x, w, b, **settings), wanted, atol=1e-12)


@given(convolutions())
def test_the_gradients_of_a_cross_correlation_agree_with_differences(case: dict[str, Any]) -> None:
    x, w, b, rng = case["x"], case["weight"], case["bias"], case["rng"]
    settings = {key: case[key] for key in ("stride", "padding", "dilation", "groups")}
    weights = rng.normal(size=F.cross_correlate2d(x, w, b, **settings).shape)
    dx, dw, db = F.cross_correlate2d_gradient(weights, x, w, **settings)

    def total(x: Array, w: Array, b: Array) -> float:
        return float((weights * F.cross_correlate2d(x, w, b, **settings)).sum())

    assert_gradient(lambda v: total(v, w, b), dx, x, rng)
    assert_gradient(lambda v: total(x, v, b), dw, w, rng)
    assert_gradient(lambda v: total(x, w, v), db, b, rng)


def test_a_true_convolution_turns_the_filter_by_half_a_turn() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 2, 6, 5)), rng.normal(size=(3, 2, 3, 2))
    turned = F.cross_correlate2d(x, w[:, :, ::-1, ::-1], padding=1, stride=2)
    np.testing.assert_array_equal(F.convolve2d(x, w, padding=1, stride=2), turned)
    assert not np.allclose(F.convolve2d(x, w), F.cross_correlate2d(x, w))
    spot = np.zeros((1, 1, 5, 5))
    spot[0, 0, 2, 2] = 1
    # A spot becomes the filter itself.
    np.testing.assert_array_equal(F.convolve2d(spot, w[:1, :1])[0, 0, :, 1:3], w[0, 0])


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_same_padding_gives_the_size_over_the_stride_rounded_up(stride: int, kernel: int) -> None:
    x, w = np.ones((1, 1, 7, 10)), np.ones((1, 1, kernel, kernel))
    z = F.cross_correlate2d(x, w, stride=stride, padding="same")
    assert z.shape[2:] == (-(-7 // stride), -(-10 // stride))


def test_an_odd_pixel_of_same_padding_goes_below_and_right() -> None:
    z = F.cross_correlate2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), padding="same")
    np.testing.assert_array_equal(z[0, 0], [[4, 4, 2], [4, 4, 2], [2, 2, 1]])


def test_valid_padding_is_none_and_pixels_go_on_each_side() -> None:
    x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3))
    assert F.cross_correlate2d(x, w, padding="valid").shape[2:] == (3, 3)
    assert F.cross_correlate2d(x, w, padding=(2, 0)).shape[2:] == (7, 3)


@given(poolings())
def test_max_pooling_keeps_the_largest_value_of_each_window(case: dict[str, Any]) -> None:
    settings = (case["x"], case["size"], case["stride"], case["padding"])
    np.testing.assert_array_equal(F.max_pool2d(*settings), pool(*settings, largest=True))


@given(poolings())
def test_average_pooling_counts_the_padded_zeros(case: dict[str, Any]) -> None:
    settings = (case["x"], case["size"], case["stride"], case["padding"])
    np.testing.assert_allclose(F.avg_pool2d(*settings), pool(*settings, largest=False), atol=1e-12)


@pytest.mark.parametrize("kind", ["max", "avg"])
@given(case=poolings())
def test_the_gradients_of_pooling_agree_with_differences(kind: str, case: dict[str, Any]) -> None:
    function = {"max": F.max_pool2d, "avg": F.avg_pool2d}[kind]
    gradient = {"max": F.max_pool2d_gradient, "avg": F.avg_pool2d_gradient}[kind]
    x, settings, rng = case["x"], (case["size"], case["stride"], case["padding"]), case["rng"]
    weights = rng.normal(size=function(x, *settings).shape)
    found = gradient(weights, x, *settings)
    assert_gradient(lambda v: float((weights * function(v, *settings)).sum()), found, x, rng)


def test_a_tie_in_max_pooling_goes_to_the_first_pixel_row_by_row() -> None:
    x = np.array([[[[0.0, 3, 1, 1], [3, 3, 1, 1]]]])
    won = F.max_pool2d_gradient(np.array([[[[5.0, 7.0]]]]), x, 2)
    np.testing.assert_array_equal(won, [[[[0, 5, 7, 0], [0, 0, 0, 0]]]])


def test_the_stride_of_pooling_is_its_size_and_leftover_pixels_are_dropped() -> None:
    x = np.arange(49.0).reshape(1, 1, 7, 7)
    np.testing.assert_array_equal(F.max_pool2d(x, 3)[0, 0], [[16, 19], [37, 40]])
    assert F.max_pool2d(x, (2, 3), stride=1).shape == (1, 1, 6, 5)


def test_global_average_pooling_averages_each_channel() -> None:
    rng = np.random.default_rng(2)
    x, weights = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 1, 1))
    np.testing.assert_allclose(F.global_avg_pool2d(x)[1, 2, 0, 0], x[1, 2].sum() / 20)
    found = F.global_avg_pool2d_gradient(weights, x)
    assert_gradient(lambda v: float((weights * F.global_avg_pool2d(v)).sum()), found, x, rng)


def test_a_dense_layer_is_a_weighted_sum_with_the_right_gradients() -> None:
    rng = np.random.default_rng(3)
    x, w, b = rng.normal(size=(4, 5)), rng.normal(size=(3, 5)), rng.normal(size=3)
    weights = rng.normal(size=(4, 3))
    assert F.dense(x, w, b)[2, 1] == pytest.approx(sum(x[2, i] * w[1, i] for i in range(5)) + b[1])
    dx, dw, db = F.dense_gradient(weights, x, w)
    assert_gradient(lambda v: float((weights * F.dense(v, w, b)).sum()), dx, x, rng)
    assert_gradient(lambda v: float((weights * F.dense(x, v, b)).sum()), dw, w, rng)
    assert_gradient(lambda v: float((weights * F.dense(x, w, v)).sum()), db, b, rng)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh"])
def test_the_gradients_of_activations_agree_with_differences(name: str) -> None:
    rng = np.random.default_rng(4)
    function: Callable[[Array], Array] = getattr(F, name)
    # Away from the kink, where a difference means nothing.
    x = rng.normal(size=(3, 4)) + 0.01
    weights = rng.normal(size=x.shape)
    found = getattr(F, f"{name}_gradient")(weights, x)
    assert_gradient(lambda v: float((weights * function(v)).sum()), found, x, rng)


def test_activations_give_their_known_values() -> None:
    x = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_array_equal(F.relu(x), [0, 0, 3])
    np.testing.assert_allclose(F.leaky_relu(x, 0.1), [-0.2, 0, 3])
    np.testing.assert_allclose(F.sigmoid(x), 1 / (1 + np.exp(-x)))
    np.testing.assert_allclose(F.tanh(x), np.sinh(x) / np.cosh(x))
    np.testing.assert_array_equal(F.sigmoid(np.array([-1e4, 1e4])), [0, 1])


def test_batch_normalisation_gives_each_channel_mean_0_and_variance_1() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(3, 2, size=(5, 2, 3, 4))
    mean, variance = F.batch_statistics(x)
    y = F.batch_norm2d(x, np.ones(2), np.zeros(2), mean, variance)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, atol=1e-4)


def test_the_gradients_of_batch_normalisation_agree_with_differences() -> None:
    rng = np.random.default_rng(6)
    x, scale, shift = rng.normal(size=(3, 2, 3, 2)), rng.normal(size=2), rng.normal(size=2)
    weights = rng.normal(size=x.shape)

    def total(x: Array, scale: Array, shift: Array) -> float:
        return float((weights * F.batch_norm2d(x, scale, shift, *F.batch_statistics(x))).sum())

    dx, dscale, dshift = F.batch_norm2d_gradient(weights, x, scale)
    assert_gradient(lambda v: total(v, scale, shift), dx, x, rng)
    assert_gradient(lambda v: total(x, v, shift), dscale, scale, rng)
    assert_gradient(lambda v: total(x, scale, v), dshift, shift, rng)


def test_dropout_keeps_the_mean_and_its_gradient_the_mask() -> None:
    keep = np.random.default_rng(7).random((100, 100)) >= 0.3
    assert F.dropout(np.ones((100, 100)), keep, 0.3).mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(F.dropout_gradient(keep * 1.0, keep, 0.5), keep * 2.0)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_gradient_of_the_loss_agrees_with_differences(smoothing: float) -> None:
    rng = np.random.default_rng(8)
    logits, labels = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    found = F.cross_entropy_gradient(logits, labels, smoothing)
    assert_gradient(lambda v: F.cross_entropy(v, labels, smoothing), found, logits, rng)


def test_the_loss_is_the_mean_cross_entropy_with_smoothed_targets() -> None:
    rng = np.random.default_rng(9)
    logits, labels = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.full((6, 4), 0.2 / 4)
    targets[np.arange(6), labels] += 0.8
    wanted = -(targets * np.log(probabilities)).sum() / 6
    assert F.cross_entropy(logits, labels, 0.2) == pytest.approx(wanted)
    assert F.cross_entropy(np.zeros((2, 10)), np.array([1, 2])) == pytest.approx(np.log(10))


def test_softmax_holds_for_logits_of_any_size() -> None:
    p = F.softmax(np.array([[1e4, 1e4], [-1e4, 0.0]]))
    np.testing.assert_allclose(p, [[0.5, 0.5], [0, 1]])
    np.testing.assert_allclose(F.softmax(np.eye(3), axis=0).sum(axis=0), 1)


def test_whole_numbers_become_float32_and_other_floats_stay() -> None:
    w = np.ones((1, 1, 2, 2), np.float32)
    assert F.cross_correlate2d(np.ones((1, 1, 3, 3), np.uint8), w).dtype == np.float32
    assert F.max_pool2d(np.ones((1, 1, 4, 4)), 2).dtype == np.float64


ones = np.ones((2, 4, 5, 6))


@pytest.mark.parametrize(
    ("call", "wanted", "got"),
    [
        (lambda: F.cross_correlate2d(ones[0], ones), "(n, channels, height, width)", "got shape (4, 5, 6)"),
        (lambda: F.cross_correlate2d(ones, ones[0]), "(filters, input channels, height, width)", "(4, 5, 6)"),
        (lambda: F.cross_correlate2d(ones, ones[:, :3]), "must have 4 input channels", "got 3"),
        (lambda: F.cross_correlate2d(ones, ones, groups=3), "divide the 4 input channels", "got 3"),
        (lambda: F.cross_correlate2d(ones, ones, np.ones(3)), "bias must have shape (2,)", "got (3,)"),
        (lambda: F.cross_correlate2d(ones[..., :3], ones), "spans 5 × 6 pixels", "got 5 × 3"),
        (lambda: F.max_pool2d(ones, 3, padding=2), "at most half its size (3, 3)", "got (2, 2)"),
        (lambda: F.avg_pool2d(ones, 7), "spans 7 × 7 pixels", "got 5 × 6"),
        (lambda: F.cross_correlate2d(ones, ones, stride=0), "stride must be", "at least 1, got 0"),
        (lambda: F.cross_correlate2d(ones, ones, padding=-1), "padding must be", "at least 0, got -1"),
        (lambda: F.cross_correlate2d(ones, ones, padding="full"), '"same" or "valid"', "got 'full'"),
        (lambda: F.max_pool2d(ones, 1.5), "size must be one or two whole numbers", "got 1.5"),
        (lambda: F.max_pool2d(ones, (1, 2, 3)), "size must be one or two whole numbers", "got (1, 2, 3)"),
        (lambda: F.max_pool2d(ones, True), "size must be one or two whole numbers", "got True"),
    ],
)
def test_an_error_says_what_was_wanted_and_what_came(
    call: Callable[[], Array], wanted: str, got: str
) -> None:
    with pytest.raises((ShapeError, ConfigError)) as caught:
        call()
    assert wanted in str(caught.value)
    assert got in str(caught.value)
    assert isinstance(caught.value, ValueError)
