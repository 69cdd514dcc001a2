"""Batch normalisation folded away."""

import numpy as np
import pytest

from engine import Network, NetworkSpec
from engine.folding import folded
from engine.layers import BatchNorm2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU


def normalised(bias, groups=1, seed=0):
    """A network whose batch normalisations have seen something."""
    spec = NetworkSpec(
        (2, 9, 9),
        (
            Conv2D(4, 3, bias=bias), BatchNorm2D(), ReLU(), MaxPool2D(2), Dropout(0.5),
            Conv2D(4, 2, groups=groups, bias=bias), BatchNorm2D(), ReLU(), Flatten(), Dense(3),
        ),
        ("a", "b", "c"),
    )  # fmt: skip
    network = Network(spec, seed)
    rng = np.random.default_rng(seed)
    for name, value in network.parameters.items():
        if name.startswith("batchnorm"):
            value[...] = rng.uniform(0.5, 2, value.shape)
    return network


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_the_folded_network_answers_the_same(bias, groups):
    network = normalised(bias, groups)
    x = np.random.default_rng(1).random((20, 2, 9, 9), dtype=np.float32)
    before = network.parameters.vector.copy()

    small = folded(network)

    assert [type(layer) for layer in small.spec.layers] == [
        Conv2D, ReLU, MaxPool2D, Conv2D, ReLU, Flatten, Dense,
    ]  # fmt: skip
    assert small.spec.classes == ("a", "b", "c")
    np.testing.assert_allclose(small.forward(x), network.forward(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(network.parameters.vector, before)


def test_a_batch_normalisation_that_follows_no_convolution_stays():
    spec = NetworkSpec((1, 6, 6), (BatchNorm2D(), Conv2D(2, 3), ReLU(), BatchNorm2D(), Flatten(), Dense(2)))
    network = Network(spec, 1)
    x = np.random.default_rng(2).random((4, 1, 6, 6), dtype=np.float32)

    assert folded(network).spec.layers == spec.layers
    np.testing.assert_array_equal(folded(network).forward(x), network.forward(x))
