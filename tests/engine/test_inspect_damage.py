"""What the accuracy loses without each filter is what it loses when the filter is really off."""

import numpy as np
import pytest

from engine import AvgPool2D, BatchNorm2D, Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkSpec, ReLU
from engine.errors import ConfigError, ShapeError
from engine.inspect import damage as module
from engine.inspect.damage import damage
from engine.inspect.surgery import FilterEdit, accuracy_by_class, operate
from engine.inspect.tail import tail_of
from engine.metrics import evaluate

SPEC = NetworkSpec(
    (1, 12, 12),
    (
        Conv2D(3, 3), BatchNorm2D(), ReLU(), MaxPool2D(2),
        Conv2D(4, 3, padding="same"), ReLU(), AvgPool2D(2), Flatten(), Dense(5),
    ),
)  # fmt: skip
RNG = np.random.default_rng(2)
PICTURES = RNG.integers(0, 256, (60, 1, 12, 12), dtype=np.uint8)
LABELS = RNG.integers(0, 4, 60)


@pytest.fixture
def network():
    made = Network(SPEC, 5)
    for name, value in made.parameters.items():
        values = RNG.normal(size=value.shape)
        value[...] = abs(values) if name.endswith("variance") else values
    return made


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_each_filter_costs_what_switching_it_off_costs(network, layer, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 25)
    found = list(damage(SPEC, network.parameters, layer, PICTURES, LABELS))
    last = found[-1]
    whole = accuracy_by_class(evaluate(network, PICTURES, LABELS))
    np.testing.assert_array_equal(last.before, whole)
    for number in range(SPEC.shapes[layer][0]):
        changed = operate(SPEC, network.parameters, (FilterEdit(layer, number, 0),))
        off = accuracy_by_class(evaluate(Network.from_parameters(SPEC, changed), PICTURES, LABELS))
        np.testing.assert_array_equal(last.after[number], off)
        np.testing.assert_array_equal(last.lost[number], whole - off)
    shares = [each.share for each in found]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert shares[0] < 0.1


def test_a_class_without_pictures_has_no_accuracy(network):
    last = list(damage(SPEC, network.parameters, "conv2", PICTURES, LABELS))[-1]
    assert np.isnan(last.before[4])
    assert np.isnan(last.after[:, 4]).all()
    assert not np.isnan(last.after[:, :4]).any()


def test_what_is_no_convolution_is_refused(network):
    with pytest.raises(ConfigError, match="must be a convolution of the network, got pool1"):
        next(damage(SPEC, network.parameters, "pool1", PICTURES, LABELS))
    with pytest.raises(ShapeError):
        next(damage(SPEC, network.parameters, "conv1", PICTURES, LABELS[:7]))


@pytest.mark.parametrize("layer", ["conv1", "batchnorm1", "pool1", "relu2"])
def test_front_and_tail_make_the_whole(network, layer):
    x = PICTURES[:8].astype(np.float32) / 255
    values = network.activations(x)[layer]
    logits = tail_of(SPEC, network.parameters, layer).forward(np.ascontiguousarray(values))
    np.testing.assert_allclose(logits, network.forward(x), rtol=1e-4, atol=1e-4)


def test_a_tail_begins_behind_channels_and_has_layers(network):
    with pytest.raises(ConfigError, match=r"got flatten1 of shape \(16,\)"):
        tail_of(SPEC, network.parameters, "flatten1")
    with pytest.raises(ConfigError, match="layers behind dense1"):
        tail_of(SPEC, network.parameters, "dense1")
