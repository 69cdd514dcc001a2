"""The hand-made filters and what one can do to any filter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine import kernels
from engine.errors import ConfigError

NUMBERS = st.integers(-9, 9).map(float)
FILTERS = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=NUMBERS)
)
DERIVATIVES = ("sobel", "prewitt", "scharr")


def test_every_kernel_has_a_key_a_name_and_one_sentence():
    assert len({kernel.key for kernel in kernels.KERNELS}) == len(kernels.KERNELS)
    assert len({kernel.name for kernel in kernels.KERNELS}) == len(kernels.KERNELS)
    for kernel in kernels.KERNELS:
        assert kernel.sentence.endswith(".")
        assert not kernel.values.flags.writeable


@pytest.mark.parametrize("key", ["gaussian", "box", "sharpen", "identity"])
def test_these_keep_the_brightness(key):
    assert kernels.kernel(key).values.sum() == pytest.approx(1)


@pytest.mark.parametrize("key", ["laplacian", "line", "roberts", "sobel-x", "sobel-y", *kernels.FOUR_EDGES])
def test_these_give_nothing_on_an_even_area(key):
    assert kernels.kernel(key).values.sum() == pytest.approx(0)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_the_y_derivative_is_the_x_derivative_transposed(name):
    x, y = (kernels.kernel(f"{name}-{axis}").values for axis in "xy")
    np.testing.assert_array_equal(kernels.transposed(x), y)


def test_the_four_edges_are_one_filter_in_four_turns():
    top, left, bottom, right = (kernels.kernel(key).values for key in kernels.FOUR_EDGES)
    np.testing.assert_array_equal(kernels.turned(top), right)
    np.testing.assert_array_equal(kernels.turned(right), bottom)
    np.testing.assert_array_equal(kernels.turned(bottom), left)


def test_an_unknown_key_is_one_sentence():
    with pytest.raises(ConfigError, match=r"must be one of identity.*got sobel$"):
        kernels.kernel("sobel")


def test_a_random_kernel_follows_its_generator_and_his_spread():
    shape = (64, 3, 3, 3)
    first = kernels.random_kernel(shape, np.random.default_rng(5))
    np.testing.assert_array_equal(first, kernels.random_kernel(shape, np.random.default_rng(5)))
    assert first.std() == pytest.approx(np.sqrt(2 / 27), rel=0.1)


@given(FILTERS)
def test_turning_four_times_and_mirroring_twice_change_nothing(values):
    np.testing.assert_array_equal(kernels.turned(values, 4), values)
    np.testing.assert_array_equal(kernels.mirrored(kernels.mirrored(values)), values)
    np.testing.assert_array_equal(kernels.transposed(kernels.transposed(values)), values)
    np.testing.assert_array_equal(kernels.negated(kernels.negated(values)), values)
    np.testing.assert_array_equal(kernels.turned(values, 2), values[..., ::-1, ::-1])


@given(FILTERS)
def test_normalised_magnitudes_sum_to_one_and_zero_sums_to_nothing(values):
    total = np.abs(kernels.normalised(values)).sum()
    assert total == pytest.approx(1 if values.any() else 0)
    np.testing.assert_allclose(kernels.zero_summed(values).sum(), 0, atol=1e-12)


def test_a_filter_whose_slices_cancel_is_zero_sum_already():
    values = np.stack([np.ones((3, 3)), -np.ones((3, 3))])
    np.testing.assert_array_equal(kernels.zero_summed(values), values)


@pytest.mark.parametrize("kernel", kernels.KERNELS, ids=lambda kernel: kernel.key)
def test_a_kernel_with_zeros_round_it_is_trimmed_to_what_it_was(kernel):
    core = kernels.trimmed(kernel.values)
    larger = np.pad(kernel.values, ((1, 3), (2, 0)))
    np.testing.assert_array_equal(kernels.trimmed(larger), core)
    assert kernels.trimmed(np.zeros((2, 3, 3))).shape == (2, 1, 1)


@given(FILTERS, st.integers(0, 3))
def test_a_kernel_that_was_made_larger_and_smaller_again_is_the_same(values, extra):
    rows, columns = values.shape[1:]
    larger = kernels.resized(values, rows + 2 * extra, columns + 2 * extra)
    assert larger.sum() == values.sum()
    np.testing.assert_array_equal(kernels.resized(larger, rows, columns), values)


def test_a_kernel_grows_and_shrinks_round_its_middle():
    value = np.array([[1.0]])
    sizes = [1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]
    for size in sizes:
        value = kernels.resized(value, size, size)
        middle = (size - 1) // 2
        assert np.argwhere(value).tolist() == [[middle, middle]]


def test_negated_zeros_have_no_sign():
    assert not np.signbit(kernels.negated(np.zeros((3, 3)))).any()
