"""Filters off, scaled and replaced, in a copy; and what each class loses."""

import numpy as np
import pytest

from engine.errors import ConfigError, ShapeError
from engine.inspect.surgery import FilterEdit, accuracy_by_class, operate
from engine.layers import BatchNorm2D, Conv2D, Dense, Flatten, ReLU
from engine.metrics import Evaluation
from engine.network import Network
from engine.spec import NetworkSpec

SPEC = NetworkSpec(
    (1, 8, 8),
    (Conv2D(3, 3), BatchNorm2D(), ReLU(), Conv2D(2, 3, bias=False), ReLU(), Flatten(), Dense(3)),
)


def network():
    made = Network(SPEC, seed=1)
    made.parameters["conv1.bias"][...] = 0.5
    made.parameters["batchnorm1.shift"][...] = 0.25
    return made


def outputs(parameters, layer):
    x = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)
    return Network.from_parameters(SPEC, parameters).activations(x)[layer]


def test_a_filter_that_is_off_gives_nothing_even_behind_a_normalisation():
    before = network().parameters
    after = operate(SPEC, before, (FilterEdit("conv1", 1, factor=0),))
    assert not outputs(after, "relu1")[:, 1].any()
    np.testing.assert_array_equal(outputs(after, "relu1")[:, [0, 2]], outputs(before, "relu1")[:, [0, 2]])
    # The network that was given is as it was.
    np.testing.assert_array_equal(before.vector, network().parameters.vector)


def test_a_filter_is_scaled_with_its_bias():
    before = network().parameters
    after = operate(SPEC, before, (FilterEdit("conv1", 0, factor=2), FilterEdit("conv2", 1, factor=-1)))
    np.testing.assert_allclose(outputs(after, "conv1")[:, 0], 2 * outputs(before, "conv1")[:, 0], rtol=1e-5)
    np.testing.assert_array_equal(after["conv2.weight"][1], -before["conv2.weight"][1])


def test_a_filter_is_replaced():
    kernel = (((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)),)
    after = operate(SPEC, network().parameters, (FilterEdit("conv1", 2, weight=kernel),))
    x = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)
    np.testing.assert_allclose(outputs(after, "conv1")[:, 2], x[:, 0, 1:-1, 1:-1] + 0.5, rtol=1e-6)


def test_what_is_not_there_or_does_not_fit_is_refused():
    parameters = network().parameters
    for edit in (FilterEdit("dense1", 0), FilterEdit("conv1", 3), FilterEdit("conv9", 0)):
        with pytest.raises(ConfigError, match=f"one of a convolution, got {edit.layer}"):
            operate(SPEC, parameters, (edit,))
    with pytest.raises(ShapeError, match=r"must have shape \(1, 3, 3\), got \(1, 1, 1\)"):
        operate(SPEC, parameters, (FilterEdit("conv1", 0, weight=(((1.0,),),)),))


def test_each_class_has_an_accuracy_of_its_own():
    evaluation = Evaluation(0.0, 0.0, np.array([[3, 1, 0], [0, 0, 0], [1, 1, 2]]))
    np.testing.assert_array_equal(accuracy_by_class(evaluation), [0.75, np.nan, 0.5])
