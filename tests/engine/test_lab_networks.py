"""What the lab takes from a network, the flip proof, the four edges on a seven, and the coloured shapes."""

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkSpec, ReLU
from engine.datasets import embedded_digits
from engine.datasets.shapes import COLOURS, SHAPES, rgb_shapes
from engine.errors import ConfigError
from engine.lab import Setup
from engine.lab.examples import SEVEN_INDEX, example_seven, four_edges
from engine.lab.flip_proof import flip_proof, reference_logits
from engine.lab.from_network import convolution_of, take_convolution
from engine.lab.run import run_layer, run_setup
from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Dropout,
    GlobalAvgPool2D,
    LeakyReLU,
    Sigmoid,
    Tanh,
)

SPEC = NetworkSpec(
    (1, 28, 28),
    (Conv2D(4, 3), ReLU(), MaxPool2D(2), Conv2D(6, 3, padding="same"), ReLU(), Flatten(), Dense(10)),
)
MIXED = NetworkSpec(
    (2, 16, 16),
    (
        Conv2D(4, 3, stride=2, padding=1, groups=2),
        BatchNorm2D(),
        LeakyReLU(0.1),
        AvgPool2D(2),
        Conv2D(4, 3, dilation=1, bias=False, padding="same"),
        Tanh(),
        Dropout(0.3),
        Conv2D(3, 2),
        Sigmoid(),
        GlobalAvgPool2D(),
        Flatten(),
        Dense(3),
    ),
)


def picture_for(spec, seed=0):
    return np.random.default_rng(seed).random(spec.input_shape).astype(np.float32)


def activations(network, picture):
    found = {name: value[0] for name, value in network.activations(picture[None]).items()}
    return {"input": picture} | found


@pytest.mark.parametrize("name", ["conv1", "conv2"])
def test_what_is_taken_makes_the_networks_own_channels(name):
    network = Network(SPEC, seed=2)
    picture = picture_for(SPEC)
    acts = activations(network, picture)
    taken = take_convolution(SPEC, network.parameters, acts, name, 2)
    result = run_layer(taken.layer, taken.input)
    np.testing.assert_allclose(result.outputs, acts[name], atol=1e-5)
    np.testing.assert_allclose(result.activated, acts[name.replace("conv", "relu")], atol=1e-5)
    assert taken.layer.pool == (2 if name == "conv1" else 1)
    if name == "conv1":
        np.testing.assert_allclose(result.passed, acts["pool1"], atol=1e-5)
    assert taken.selected == 2


def test_of_a_grouped_convolution_the_filters_of_one_group_are_taken():
    network = Network(MIXED, seed=3)
    acts = activations(network, picture_for(MIXED))
    taken = take_convolution(MIXED, network.parameters, acts, "conv1", 3)
    result = run_layer(taken.layer, taken.input)
    np.testing.assert_allclose(result.outputs[taken.selected], acts["conv1"][3], atol=1e-5)
    assert (taken.selected, len(taken.layer.filters), taken.input.shape[0]) == (1, 2, 1)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [("conv2", "conv2"), ("relu1", "conv1"), ("pool1", "conv1"), ("dense1", None), ("flatten1", None)],
)
def test_a_layers_channels_are_those_of_the_convolution_before(layer, expected):
    assert convolution_of(SPEC, layer) == expected
    assert convolution_of(SPEC, "input") is None


def test_what_is_no_filter_of_the_network_is_one_sentence():
    network = Network(SPEC)
    acts = activations(network, picture_for(SPEC))
    for name, index in (("relu1", 0), ("conv1", 4), ("nothing", 0)):
        with pytest.raises(ConfigError, match="must be one of a convolution"):
            take_convolution(SPEC, network.parameters, acts, name, index)


@pytest.mark.parametrize("spec", [SPEC, MIXED])
def test_reference_logits_are_the_networks(spec):
    network = Network(spec, seed=4)
    picture = picture_for(spec)
    logits = reference_logits(spec, network.parameters, picture)
    np.testing.assert_allclose(logits, network.forward(picture[None])[0], atol=1e-4)


@pytest.mark.parametrize("spec", [SPEC, MIXED])
def test_turning_kernels_and_convolving_is_the_same_to_the_last_bit_and_one_alone_is_not(spec):
    network = Network(spec, seed=5)
    picture = picture_for(spec)

    def proof(turn, convolve):
        return flip_proof(spec, network.parameters, picture, turn_kernels=turn, convolve=convolve)

    both = proof(True, True)
    np.testing.assert_array_equal(both.before, both.after)
    assert both.equal(6).all()
    for alone in (proof(True, False), proof(False, True)):
        assert not alone.equal(3).any()


def test_each_edge_filter_is_brightest_on_its_own_edge_of_a_seven():
    seven = example_seven()[0]
    outputs = run_setup(Setup((four_edges(),), (True,)), seven[None]).layers[0].outputs
    top, left, bottom, right = outputs
    # Output pixel (row, column) has its filter's middle on input pixel (row + 1, column + 1).
    ink = seven[1:-1, 1:-1] > 0.4
    # The horizontal bar: from the first row of ink to where the stroke has become narrow.
    first = int(np.flatnonzero(ink.any(axis=1))[0])
    bar = slice(first, first + 8)

    def brightest(channel, count=5):
        order = np.argsort(channel, axis=None)[-count:]
        return list(zip(*np.unravel_index(order, channel.shape), strict=True))

    for row, column in brightest(top):
        assert abs(row - np.flatnonzero(ink[:, column])[0]) <= 1
        assert bar.start - 1 <= row < bar.stop
    for row, column in brightest(bottom):
        assert abs(row - np.flatnonzero(ink[bar, column])[-1] - bar.start) <= 1
    for row, column in brightest(left):
        assert abs(column - np.flatnonzero(ink[row])[0]) <= 1
    for row, column in brightest(right):
        assert abs(column - np.flatnonzero(ink[row])[-1]) <= 1


def test_the_example_is_a_test_digit_and_a_seven():
    test = embedded_digits().test
    assert test.labels[SEVEN_INDEX] == 7
    np.testing.assert_array_equal(example_seven(), (test.pictures[SEVEN_INDEX] / 255).round(2))


def test_several_input_channels_have_the_same_slice_each():
    layer = four_edges(3)
    assert layer.weight.shape == (4, 3, 3, 3)
    np.testing.assert_array_equal(layer.weight[:, 0], layer.weight[:, 2])


def test_shapes_follow_the_seed_and_use_all_channels():
    data = rgb_shapes(28, seed=1)
    assert data.pictures.shape == (28, 3, 32, 32)
    assert data.classes == SHAPES
    np.testing.assert_array_equal(data.pictures, rgb_shapes(28, seed=1).pictures)
    assert not np.array_equal(data.pictures, rgb_shapes(28, seed=2).pictures)
    brightest = {tuple((picture.max(axis=(1, 2)) > 128).astype(int)) for picture in data.pictures}
    assert len(brightest) >= 5
    assert brightest <= set(COLOURS)


def test_shapes_differ_in_area_as_they_should():
    pictures = rgb_shapes(200, seed=3).pictures.max(axis=1) > 128
    fill = {}
    for label, name in enumerate(SHAPES):
        mine = pictures[label::4]
        boxes = [np.ptp(np.nonzero(p)[0]) * np.ptp(np.nonzero(p)[1]) for p in mine]
        fill[name] = np.mean([p.sum() / box for p, box in zip(mine, boxes, strict=True)])
    assert fill["circle"] > fill["triangle"]
    assert fill["square"] > fill["cross"]


def test_too_few_or_too_small_shapes_are_one_sentence():
    for count, size in ((0, 32), (1, 8)):
        with pytest.raises(ConfigError, match=f"got {count} of {size}"):
            rgb_shapes(count, 0, size)
