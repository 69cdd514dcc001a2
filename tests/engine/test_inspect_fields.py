"""What a pixel sees: nothing outside its field changes it, everything inside it does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ShapeError
from engine.inspect.fields import receptive_fields, spanned_box
from engine.layers import AvgPool2D, BatchNorm2D, Conv2D, Dense, Flatten, GlobalAvgPool2D, Layer, MaxPool2D
from engine.network import Network
from engine.spec import NetworkSpec

sizes = st.integers(1, 3)


@st.composite
def ways(draw):
    """Some layers that only ever add up or choose among positive numbers, so that nothing is hidden."""
    side = draw(st.integers(9, 14)), draw(st.integers(9, 14))
    layers: list[Layer] = []
    shape = (1, *side)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["conv", "conv", "avg", "max"]))
        stride = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
        window = draw(sizes), draw(sizes)
        if kind == "conv":
            padding = draw(st.sampled_from(["valid", "same", 1, (0, 2)]))
            layer = Conv2D(draw(st.integers(1, 2)), window, stride, padding, draw(st.integers(1, 2)))
        else:
            padding = draw(st.sampled_from([0, window[0] // 2 if window[0] == window[1] else 0]))
            layer = (AvgPool2D if kind == "avg" else MaxPool2D)(window, stride, padding)
        try:
            shape = layer.output_shape(shape)
        except ShapeError:
            continue
        layers.append(layer)
    return NetworkSpec((1, *side), (*layers, Flatten()))


def seen_by(spec, layer, channel, pixel):
    """Try out which pixels of the input change a pixel of a layer: raise each by itself."""
    network = Network(spec, dtype=np.float64)
    rng = np.random.default_rng(5)
    for value in network.parameters.values():
        value[...] = rng.uniform(0.5, 1, value.shape)
    h, w = spec.input_shape[1:]
    picture = rng.uniform(0.1, 0.2, (1, 1, h, w))
    pictures = np.repeat(picture, 1 + h * w, axis=0)
    # So much that it wins any pool.
    pictures[np.arange(1, 1 + h * w), 0, np.arange(h * w) // w, np.arange(h * w) % w] += 1e4
    found = network.activations(pictures)[layer][(slice(None), channel, *pixel)]
    return (found[1:] != found[0]).reshape(h, w)


@given(ways(), st.data())
def test_what_is_outside_a_field_never_matters_and_what_is_inside_does(spec, data):
    names = [name for name in spec.layer_names if len(spec.shapes[name]) == 3]
    if not names:
        return
    layer = data.draw(st.sampled_from(names))
    c, h, w = spec.shapes[layer]
    pixel = data.draw(st.integers(0, h - 1)), data.draw(st.integers(0, w - 1))
    field = receptive_fields(spec, layer, pixel)[-1].inside
    wanted = np.zeros(spec.input_shape[1:], bool)
    wanted[np.ix_(field.rows, field.columns)] = True
    np.testing.assert_array_equal(seen_by(spec, layer, data.draw(st.integers(0, c - 1)), pixel), wanted)


NETWORK = NetworkSpec(
    (1, 28, 28),
    (Conv2D(8, 3), BatchNorm2D(), MaxPool2D(2), Conv2D(16, 3), MaxPool2D(2), Flatten(), Dense(10)),
)


def test_fields_are_nested_down_to_the_ink():
    fields = receptive_fields(NETWORK, "pool2", (1, 2))
    assert [field.layer for field in fields] == ["pool2", "conv2", "pool1", "batchnorm1", "conv1", "input"]
    assert [field.box for field in fields] == [
        (1, 2, 2, 3),
        (2, 4, 4, 6),
        (2, 6, 4, 8),
        (4, 12, 8, 16),
        (4, 12, 8, 16),
        (4, 14, 8, 18),
    ]


def test_a_logit_and_a_globally_pooled_channel_see_the_whole_picture():
    # The second pool leaves a row and a column over, and with them the last two of the picture.
    assert receptive_fields(NETWORK, "dense1")[-1].box == (0, 26, 0, 26)
    whole = NetworkSpec((1, 9, 9), (Conv2D(2, 3), GlobalAvgPool2D(), Flatten(), Dense(3)))
    assert receptive_fields(whole, "globalpool1", (0, 0))[-1].box == (0, 9, 0, 9)


def test_a_number_of_a_flattened_picture_sees_what_its_pixel_sees():
    spec = NetworkSpec((1, 8, 9), (Conv2D(2, 3), Flatten(), Dense(3)))
    fields = receptive_fields(spec, "conv1", (2, 3))
    # Channel 1, row 2, column 3 of 6 × 7.
    flat = receptive_fields(spec, "flatten1", (42 + 2 * 7 + 3, 0))
    assert flat[1:] == fields


def test_a_field_may_reach_beyond_the_picture_and_have_gaps():
    spec = NetworkSpec((1, 8, 8), (Conv2D(1, 3, padding="same", dilation=2), Flatten()))
    field = receptive_fields(spec, "conv1", (1, 4))[-1]
    assert (field.rows, field.columns) == ((-1, 1, 3), (2, 4, 6))
    assert field.inside.rows == (1, 3)
    assert field.box == (-1, 4, 2, 7)


@given(ways(), st.data())
def test_the_spanned_box_has_one_size_and_holds_every_field(spec, data):
    names = [name for name in spec.layer_names if len(spec.shapes[name]) == 3]
    if not names:
        return
    layer = data.draw(st.sampled_from(names))
    _, h, w = spec.shapes[layer]
    sizes = set()
    for pixel in ((0, 0), (h // 2, w // 2), (h - 1, w - 1)):
        top, bottom, left, right = spanned_box(spec, layer, pixel)
        sizes.add((bottom - top, right - left))
        field = receptive_fields(spec, layer, pixel)[-1].inside
        if field.rows and field.columns:
            inner = field.box
            assert top <= inner[0] <= inner[1] <= bottom
            assert left <= inner[2] <= inner[3] <= right
    assert len(sizes) == 1


def test_a_pixel_that_is_not_there_is_refused():
    with pytest.raises(ShapeError, match=r"conv2's 11 × 11, got \(11, 0\)"):
        receptive_fields(NETWORK, "conv2", (11, 0))
