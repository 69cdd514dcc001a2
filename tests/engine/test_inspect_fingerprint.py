"""What a filter is made of, by the Frei–Chen basis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import ShapeError
from engine.inspect.fingerprint import BASIS, fingerprint, likeness, nearest_kernel, nearest_slice
from engine.kernels import KERNELS

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)


def test_the_basis_is_orthonormal():
    np.testing.assert_allclose(BASIS @ BASIS.T, np.eye(9), atol=1e-12)


@given(arrays(np.float64, (3, 3), elements=st.floats(-3, 3, width=32)))
def test_shares_add_up_to_one_and_parts_to_the_filter(weight):
    found = fingerprint(weight)
    if not weight.any():
        assert found.name == "zero"
        return
    assert found.edge + found.line + found.average == pytest.approx(1)
    np.testing.assert_allclose(np.array(found.parts) @ BASIS, weight.ravel(), atol=1e-9)


@pytest.mark.parametrize("turn", range(-170, 180, 10))
def test_an_edge_tells_its_angle_and_its_side(turn):
    radians = np.radians(turn)
    rising = np.array([[1, np.sqrt(2), 1], [0, 0, 0], [-1, -np.sqrt(2), -1]])
    right = np.rot90(rising, -1)
    found = fingerprint(np.cos(radians) * right + np.sin(radians) * rising)
    assert found.gradient == pytest.approx(1)
    assert found.angle == pytest.approx(turn)
    sides = {-180: "right", -90: "top", 0: "left", 90: "bottom", 180: "right"}
    nearest = min(sides, key=lambda side: abs(side - turn))
    assert found.name == f"{sides[nearest]} edge, {turn - nearest}°".replace("-", "−")


@pytest.mark.parametrize(
    ("weight", "name", "line_angle"),
    [
        ([[-1, 2, -1]] * 3, "upright bright line, 90°", 90),
        (np.transpose([[1, -2, 1]] * 3), "level dark line, 0°", 0),
        ([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]], "rising bright line, 45°", 45),
        ([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], "falling bright line, 135°", 135),
    ],
)
def test_a_line_tells_its_angle(weight, name, line_angle):
    found = fingerprint(np.array(weight))
    assert found.line == pytest.approx(1)
    assert found.line_angle == pytest.approx(line_angle)
    assert found.name == name


@pytest.mark.parametrize(
    ("weight", "name"),
    [
        (np.ones((3, 3)), "average"),
        (-np.ones((3, 3)), "negative average"),
        ([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], "spot"),
        ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], "negative spot"),
        (SOBEL_X, "left edge, 0°"),
        (np.zeros((3, 3)), "zero"),
        ([[1, -1, 1], [1, -1, -1], [-1, 1, 1]], "noise"),
        (np.full((3, 3), np.nan), "broken"),
    ],
)
def test_plain_filters_have_plain_names(weight, name):
    assert fingerprint(np.array(weight, float)).name == name


def test_the_four_edge_filters_are_called_what_they_find():
    edges = [
        kernel for kernel in KERNELS if kernel.name.endswith("edge") and np.shape(kernel.values) == (3, 3)
    ]
    assert edges
    for kernel in edges:
        side = kernel.name.split()[0].lower()
        assert fingerprint(np.array(kernel.values)).name == f"{side} edge, 0°"


def test_likeness_is_a_cosine():
    assert likeness(SOBEL_X, 3 * SOBEL_X) == pytest.approx(1)
    assert likeness(SOBEL_X, -SOBEL_X) == pytest.approx(-1)
    assert likeness(SOBEL_X, SOBEL_X.T) == pytest.approx(0)
    assert likeness(SOBEL_X, np.zeros((3, 3))) == 0
    with pytest.raises(ShapeError, match="must have one shape"):
        likeness(SOBEL_X, np.zeros((2, 3)))


def test_the_slice_nearest_to_sobel_is_found_with_either_sign():
    weight = np.random.default_rng(0).normal(size=(4, 3, 3, 3))
    weight[2, 1] = -0.5 * SOBEL_X
    weight[3, 0] = SOBEL_X + 0.3
    found = nearest_slice(weight, SOBEL_X)
    assert (found.filter, found.channel) == (2, 1)
    assert found.likeness == pytest.approx(-1)
    found = nearest_slice(weight, SOBEL_X, either_sign=False)
    assert (found.filter, found.channel) == (3, 0)
    with pytest.raises(ShapeError, match="the filter must be 3 × 3"):
        nearest_slice(weight, np.zeros((5, 5)))


def test_other_sizes_have_no_fingerprint():
    with pytest.raises(ShapeError, match=r"3 × 3 slice, got shape \(5, 5\)"):
        fingerprint(np.zeros((5, 5)))


def test_the_hand_made_filter_that_a_slice_is_most_like_is_found_with_its_sign():
    for kernel in KERNELS:
        if kernel.values.shape == (3, 3) and kernel.values.any():
            found, alike = nearest_kernel(kernel.values)
            assert likeness(kernel.values, found.values) == pytest.approx(alike)
            assert abs(alike) == pytest.approx(1)
    kernel, alike = nearest_kernel(-2 * SOBEL_X + 0.01)
    assert kernel.key == "sobel-x"
    assert alike == pytest.approx(-1, abs=1e-3)
    assert nearest_kernel(np.zeros((3, 3))) is None
    assert nearest_kernel(np.ones((4, 7))) is None
