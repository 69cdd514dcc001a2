"""Channels: their names, their order, their silence, and scales that each has for itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import ConfigError, ShapeError
from engine.inspect.channels import (
    arranged,
    by_name,
    by_size,
    filter_names,
    layer_signs,
    maps_of,
    silent_channels,
)
from engine.inspect.saliency import importance
from engine.inspect.tiles import TileSet, tile_indices, unit_scales
from engine.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from engine.network import Network
from engine.spec import NetworkSpec

SPEC = NetworkSpec(
    (1, 8, 8), (Conv2D(3, 3), Dropout(0.5), ReLU(), MaxPool2D(2), Flatten(), Dense(5), ReLU(), Dense(4))
)
SCALES = st.floats(1e-6, 1e6)
VALUES = st.floats(-1e6, 1e6, width=32)


def values_of(spec=SPEC):
    network = Network(spec, seed=1, dtype=np.float64)
    picture = np.random.default_rng(2).random((1, *spec.input_shape))
    return network, {"input": picture} | network.activations(picture)


def tiles_of(maps, signed, scale=1.0, scales=None):
    return TileSet("relu1", maps, "activation", signed, scale, ("",) * len(maps), "", "", scales)


@given(st.data(), st.booleans())
def test_a_tile_with_its_own_scale_looks_as_if_it_were_alone(data, signed):
    maps = data.draw(arrays(np.float32, (3, 1, 2, 4), elements=VALUES))
    scales = data.draw(arrays(np.float64, 3, elements=SCALES))
    together = tiles_of(maps, signed, scales=scales)
    found = tile_indices(together)
    for index in range(3):
        alone = tile_indices(tiles_of(maps[index : index + 1], signed, float(scales[index])))[0]
        # One divides, the other multiplies by the reciprocal: a rounding apart.
        assert abs(found[index].astype(int) - alone).max() <= 1
    assert together.maps is maps
    assert found.max() <= 254


@given(st.data())
def test_scales_of_units_hold_every_value_and_never_shrink(data):
    scales = None
    for _ in range(4):
        values = data.draw(arrays(np.float32, (3, 2, 2), elements=VALUES))
        before, scales = scales, unit_scales(values, scales)
        peaks = np.abs(values).max(axis=(1, 2))
        assert (scales >= peaks * (1 - 1e-5)).all()
        assert before is None or (scales >= before).all()


def test_a_channel_that_has_been_silent_gets_its_scale_from_what_comes():
    silent = unit_scales(np.zeros((2, 3, 3)))
    assert silent.tolist() == [0, 0]
    later = unit_scales(np.array([[[0.3]], [[-7.2]]]), silent)
    assert later == pytest.approx([0.3, 8.0])
    with np.errstate(all="raise"):
        assert unit_scales(np.array([[np.nan], [np.inf]]), later).tolist() == later.tolist()


def test_scales_that_do_not_fit_the_tiles_are_refused():
    maps = np.zeros((2, 1, 1, 1), np.float32)
    with pytest.raises(ShapeError, match=r"one per tile \(2\)"):
        tiles_of(maps, False, scales=np.ones(3))
    for wrong in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ConfigError, match="above 0"):
            tiles_of(maps, False, scales=np.array([1.0, wrong]))


def test_layers_that_are_worth_looking_at_know_whether_they_can_be_negative():
    _, values = values_of()
    signs = layer_signs(SPEC, {name: value[0] for name, value in values.items()})
    assert signs == {
        "input": False,
        "conv1": True,
        "relu1": False,
        "pool1": False,
        "dense1": True,
        "relu2": False,
        "dense2": True,
    }


def test_a_filter_is_named_by_its_heaviest_slice():
    edge = np.array([[1, 0, -1]] * 3, np.float32)
    weight = np.zeros((3, 2, 3, 3), np.float32)
    weight[0, 0], weight[0, 1] = 0.1, edge
    weight[1, 1] = -edge.T
    assert filter_names(weight) == ("right edge, 0°", "top edge, 0°", "zero")
    wide = np.repeat(np.array([[[[1, 1, 0, -1, -1]]]], np.float32), 5, axis=2)
    assert filter_names(wide)[0].endswith("edge, 0°")
    mixer = np.array([[[[0.2]], [[-3]]], [[[4]], [[1]]]], np.float32)
    assert filter_names(mixer) == ("subtracts channel 2", "adds channel 1")
    assert filter_names(np.full((1, 1, 5, 5), np.nan, np.float32)) == ("broken",)


def test_names_are_sorted_by_pattern_and_then_by_number():
    assert by_name(["top edge, 3°", "noise", "left edge, −8°", "left edge, −20°", "noise"]) == [2, 3, 1, 4, 0]


def test_values_are_sorted_largest_first_and_broken_ones_last():
    assert by_size(np.array([1.0, np.nan, 3.0, 1.0, -2.0])) == [2, 0, 3, 4, 1]


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
def test_pinned_channels_come_first_and_the_rest_keep_their_order(order, pinned, hidden):
    found = arranged(order, pinned, hidden)
    assert set(found) == set(order) - (hidden - pinned)
    assert set(found[: len(pinned)]) == pinned
    for part in (found[: len(pinned)], found[len(pinned) :]):
        assert [order.index(channel) for channel in part] == sorted(order.index(channel) for channel in part)


def test_a_channel_is_silent_only_where_it_is_zero_everywhere():
    maps = np.zeros((3, 2, 2))
    maps[1, 0, 1] = -1e-9
    assert silent_channels(maps) == {0, 2}
    assert maps_of(np.zeros(5)).shape == (5, 1, 1)


@pytest.mark.parametrize("layer", ["input", "pool1", "dense1", "relu2", "dense2"])
def test_importance_of_any_layer_adds_up_what_each_channel_gives(layer):
    network, values = values_of()
    found = importance(SPEC, network.parameters, values, layer, 1)
    assert found.shape == values[layer].shape[:2]
    if layer in ("relu2", "dense2"):
        # From there on all is linear: what the units give and the bias are the logit.
        bias = network.parameters["dense2.bias"][1] if layer == "relu2" else 0
        assert found.sum() + bias == pytest.approx(values["dense2"][0, 1])
