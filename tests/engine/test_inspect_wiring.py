"""What feeds a channel is what changes it, and what it feeds is what it changes."""

import numpy as np
import pytest

from engine import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
    NetworkSpec,
    ReLU,
)
from engine.inspect.wiring import wiring

SPEC = NetworkSpec(
    (2, 12, 12),
    (
        Conv2D(4, 3, padding="same"), BatchNorm2D(), ReLU(), MaxPool2D(2),
        Conv2D(6, 3, groups=2), ReLU(), AvgPool2D(2), Flatten(), Dropout(0.2), Dense(5), ReLU(), Dense(3),
    ),
)  # fmt: skip


@pytest.fixture
def network():
    made = Network(SPEC, 3)
    rng = np.random.default_rng(1)
    for value in made.parameters.values():
        value[...] = rng.normal(size=value.shape)
    return made


def found(network, layer, channel):
    return wiring(network.spec, network.parameters, layer, channel)


def test_neighbours_are_those_that_have_channels(network):
    names = [(found(network, name, 0).source, found(network, name, 0).target) for name in ("input", "pool1")]
    assert names == [("", "conv1"), ("relu1", "conv2")]
    assert found(network, "avgpool1", 0).target == "dense1"
    assert found(network, "dense1", 0).source == "avgpool1"
    assert found(network, "dense2", 0).target == ""


def test_layers_without_weights_tie_channels_of_the_same_number(network):
    for layer in ("batchnorm1", "relu1", "pool1"):
        each = found(network, layer, 2)
        np.testing.assert_array_equal(each.feeds_it, [0, 0, 1, 0])


def test_a_group_is_fed_by_its_own_channels_only(network):
    assert (found(network, "conv2", 1).feeds_it[2:] == 0).all()
    assert (found(network, "conv2", 4).feeds_it[:2] == 0).all()
    np.testing.assert_array_equal(found(network, "pool1", 3).fed_by_it[:3], 0)
    assert found(network, "pool1", 3).fed_by_it.max() == 1


def test_strengths_are_lengths_of_the_weights(network):
    weight = network.parameters["conv1.weight"][1].astype(float)
    lengths = np.linalg.norm(weight.reshape(2, -1), axis=1)
    np.testing.assert_allclose(found(network, "conv1", 1).feeds_it, lengths / lengths.max())


@pytest.mark.parametrize(
    ("source", "target", "weights"), [("input", "conv1", (1, 0)), ("avgpool1", "dense1", (3, slice(8, 12)))]
)
def test_a_tie_without_weights_is_none_seen_from_either_end(network, source, target, weights):
    from_channel = weights[1] if source == "input" else 2
    assert found(network, source, from_channel).fed_by_it[weights[0]] > 0
    network.parameters[f"{target}.weight"][weights] = 0
    assert found(network, source, from_channel).fed_by_it[weights[0]] == 0
    assert found(network, target, weights[0]).feeds_it[from_channel] == 0
    assert (found(network, target, weights[0]).feeds_it > 0).sum() == SPEC.shapes[source][0] - 1


def test_weights_that_are_no_numbers_tell_nothing_wrong(network):
    network.parameters["conv1.weight"][:] = np.nan
    assert (found(network, "conv1", 0).feeds_it == 0).all()
