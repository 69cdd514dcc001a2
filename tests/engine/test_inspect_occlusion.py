"""A square laid over a picture: what it covers, and what the network answers then."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError, ShapeError
from engine.inspect.occlusion import Patch, covered, cross, logits_under
from engine.inspect.saliency import occlude
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.network import Network
from engine.spec import NetworkSpec

# Neither square nor grey: a mix-up of rows, columns and channels would be seen.
SPEC = NetworkSpec((3, 9, 12), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(4)))
PICTURE = np.random.default_rng(2).random((3, 9, 12))
PATCHES = st.builds(
    Patch, st.integers(0, 8), st.integers(0, 11), st.integers(1, 14), st.sampled_from((0.0, 0.5, 1.0))
)


def network():
    return Network(SPEC, seed=3, dtype=np.float64)


def covered_by_hand(patch):
    """Pixel by pixel."""
    picture = PICTURE.copy()
    for row in range(9):
        for column in range(12):
            if 0 <= row - patch.top < patch.side and 0 <= column - patch.left < patch.side:
                picture[:, row, column] = patch.fill
    return picture


@given(PATCHES)
def test_a_patch_covers_its_pixels_and_no_other(patch):
    before = PICTURE.copy()
    found = covered(PICTURE, [patch.top], [patch.left], patch.side, patch.fill)
    np.testing.assert_array_equal(found[0], covered_by_hand(patch))
    np.testing.assert_array_equal(PICTURE, before)


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 14))
def test_a_square_that_lies_wholly_outside_covers_nothing(top, left, side):
    found = covered(PICTURE, [top], [left], side, 0.0)[0]
    outside = top + side <= 0 or left + side <= 0 or top >= 9 or left >= 12
    assert np.array_equal(found, PICTURE) == outside


@given(PATCHES)
def test_the_curves_are_the_answers_at_each_place_of_the_row_and_of_the_column(patch):
    net = network()
    found = cross(net, PICTURE, patch)
    assert found.along_row.shape == (12, 4)
    assert found.along_column.shape == (9, 4)
    for column in range(12):
        wanted = net.forward(covered_by_hand(patch.at(patch.row, column, (9, 12)))[None])[0]
        np.testing.assert_allclose(found.along_row[column], wanted, atol=1e-12)
    for row in range(9):
        wanted = net.forward(covered_by_hand(patch.at(row, patch.column, (9, 12)))[None])[0]
        np.testing.assert_allclose(found.along_column[row], wanted, atol=1e-12)
    here = logits_under(net, PICTURE, patch)
    np.testing.assert_allclose(here, found.along_row[patch.column], atol=1e-12)
    np.testing.assert_allclose(here, found.along_column[patch.row], atol=1e-12)


@pytest.mark.parametrize("side", [1, 4, 5, 14])
def test_the_map_of_every_place_and_the_curves_agree(side):
    net, patch = network(), Patch(3, 7, side, 1.0)
    whole = occlude(net, PICTURE, side, 1, 1.0)
    found = cross(net, PICTURE, patch)
    np.testing.assert_allclose(whole.logits[3], found.along_row, atol=1e-12)
    np.testing.assert_allclose(whole.logits[:, 7], found.along_column, atol=1e-12)


def test_a_patch_stays_with_its_middle_on_the_picture():
    patch = Patch(2, 3, 5, 0.5)
    assert (patch.top, patch.left) == (0, 1)
    assert patch.at(-4, 30, (9, 12)) == Patch(0, 11, 5, 0.5)
    assert patch.at(8, 0, (9, 12)) == Patch(8, 0, 5, 0.5)


def test_a_patch_without_a_pixel_and_half_a_place_are_refused():
    with pytest.raises(ConfigError, match="at least 1 pixel, got 0"):
        Patch(0, 0, 0)
    with pytest.raises(ShapeError, match="2 tops and 1 lefts"):
        covered(PICTURE, [0, 1], [0], 3, 0.0)
