"""The strongest places of each channel, found while pictures go by; and their patches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inspect.fields import spanned_box
from engine.inspect.strongest import StrongestPlaces, crop
from engine.layers import Conv2D, Flatten
from engine.spec import NetworkSpec


@given(
    st.integers(1, 30),
    st.integers(1, 4),
    st.integers(1, 12),
    st.lists(st.integers(1, 29), max_size=4),
    st.data(),
)
def test_it_finds_what_sorting_everything_finds(pictures, channels, count, cuts, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    # Few different numbers, so that there are ties.
    outputs = rng.integers(0, 6, (pictures, channels, 3, 4)).astype(np.float32)
    places = StrongestPlaces(count)
    for part in np.split(outputs, sorted({cut for cut in cuts if cut < pictures})):
        places.add(part)
    found = places.result()
    assert places.seen == pictures
    for channel in range(channels):
        best = [(-float(o[channel].max()), i, int(o[channel].argmax())) for i, o in enumerate(outputs)]
        wanted = sorted(best)[:count]
        assert found.pictures[channel].tolist() == [i for _, i, _ in wanted]
        assert found.values[channel].tolist() == [-v for v, _, _ in wanted]
        assert (found.rows[channel] * 4 + found.columns[channel]).tolist() == [p for _, _, p in wanted]


def test_what_is_no_number_is_never_strongest():
    outputs = np.array([[[[np.nan, 1]]], [[[0, 0.5]]]], np.float32)
    places = StrongestPlaces(2)
    places.add(outputs)
    assert places.result().pictures.tolist() == [[1, 0]]


def test_before_the_first_picture_there_is_nothing_to_tell():
    with pytest.raises(ValueError, match="none has gone by"):
        StrongestPlaces().result()


def test_a_patch_is_what_the_pixel_sees_with_paper_beyond_the_picture():
    spec = NetworkSpec((2, 6, 5), (Conv2D(1, 3, padding=1), Flatten()))
    picture = np.random.default_rng(0).random((2, 6, 5))
    middle = crop(picture, spanned_box(spec, "conv1", (2, 2)))
    np.testing.assert_array_equal(middle, picture[:, 1:4, 1:4])
    corner = crop(picture, spanned_box(spec, "conv1", (5, 0)), outside=-1)
    np.testing.assert_array_equal(corner[:, :2, 1:], picture[:, 4:6, 0:2])
    assert (corner[:, 2] == -1).all()
    assert (corner[:, :, 0] == -1).all()
