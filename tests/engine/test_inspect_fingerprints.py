"""All slices of a layer measured at once, against one at a time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import ShapeError
from engine.inspect.filter_reading import read_filter, read_filters
from engine.inspect.fingerprint import fingerprint, likeness, nearest_kernel
from engine.inspect.fingerprints import (
    fingerprints,
    kernels_of_size,
    likenesses,
    nearest_kernels,
    slice_names,
)
from engine.kernels import kernel

SOBEL = kernel("sobel-x").values
layers = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.just(3), st.just(3)),
    elements=st.one_of(st.floats(-3, 3, width=32), st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf])),
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(layers)
def test_all_at_once_measures_as_one_by_one(weight):
    found = fingerprints(weight)
    nearest, alike = nearest_kernels(weight)
    sobel = likenesses(weight, SOBEL)
    kernels = kernels_of_size(3, 3)
    for row, piece in enumerate(weight.reshape(-1, 3, 3)):
        one = fingerprint(piece)
        assert found.names[row] == one.name
        shares = (one.edge, one.direction, one.spot, one.average)
        np.testing.assert_allclose(found.shares[row], shares, atol=1e-9)
        np.testing.assert_allclose(found.parts[row], one.parts, atol=1e-9)
        if one.gradient > 1e-6:
            assert np.cos(np.radians(found.angle[row] - one.angle)) == pytest.approx(1)
        if one.direction > 1e-6:
            assert np.cos(np.radians(2 * (found.line_angle[row] - one.line_angle))) == pytest.approx(1)
        assert sobel[row] == pytest.approx(likeness(piece, SOBEL))
        if np.isfinite(piece).all() and piece.any():
            assert alike[row] == pytest.approx(nearest_kernel(piece)[1])
            assert likeness(piece, kernels[nearest[row]].values) == pytest.approx(alike[row])
        else:
            assert (nearest[row], alike[row]) == (-1, 0)


@pytest.mark.parametrize("key", ["sobel-x", "left-edge", "line", "laplacian", "box"])
def test_a_filters_orientation_is_that_of_its_name(key):
    values = kernel(key).values
    one, found = fingerprint(values), fingerprints(values[None, None])
    turned = {"sobel-x": one.angle, "left-edge": one.angle, "line": one.line_angle}
    np.testing.assert_allclose(found.orientation[0], turned.get(key, np.nan))
    assert found.is_line[0] == (key == "line")
    # A left edge, though half of it is a line by its parts.
    assert found.names[0] == one.name


@given(arrays(np.float64, st.tuples(*[st.integers(1, 5)] * 3), elements=st.floats(-2, 2, width=32)))
def test_many_slices_of_any_size_are_read_as_one_is(weights):
    readings = read_filters(weights).at(np.arange(len(weights)))
    for found, each in zip(readings, weights, strict=True):
        alone = read_filter(each)
        assert replace(found, likeness=0) == replace(alone, likeness=0)
        assert found.likeness == pytest.approx(alone.likeness)


def test_equally_good_patterns_are_chosen_by_their_order_not_by_rounding():
    # An edge fits a slanted step in two ways; scaling it changes every rounding.
    step = np.array([[0.0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    found = {read_filter(step * scale) for scale in (0.1, 0.3, 0.7, 1.1, 3.3)}
    assert len({(one.pattern, one.angle, one.positive) for one in found}) == 1


def test_slices_of_other_sizes_have_names_and_no_parts():
    edge = np.tile([-2.0, -1, 0, 1, 2], (5, 1))
    bell = kernel("gaussian").values
    weight = np.stack([edge, edge.T, np.ones((5, 5)), np.zeros((5, 5)), bell])[:, None]
    assert slice_names(weight) == (
        "left edge, 0°",
        "top edge, 0°",
        "average",
        "zero",
        slice_names(bell[None, None])[0],
    )
    nearest, alike = nearest_kernels(weight)
    assert kernels_of_size(5, 5)[nearest[4]].key == "gaussian"
    assert alike[4] == pytest.approx(1)
    assert nearest[3] == -1
    assert nearest_kernels(np.ones((1, 1, 7, 7))) is None
    with pytest.raises(ShapeError, match="slices of 3 × 3"):
        fingerprints(weight)
    with pytest.raises(ShapeError, match="must have one shape"):
        likenesses(weight, SOBEL)
