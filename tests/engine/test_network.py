"""The public network: what the design promises to scripts."""

import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import (
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    Network,
    NetworkSpec,
    ReLU,
    Trainer,
    TrainingConfig,
    functional,
)
from engine.errors import ConfigError, DataError, ShapeError
from engine.metrics import evaluate
from tests.engine.network_samples import EVERYTHING, SMALL, pictures_for


def test_the_example_of_the_design_runs(tmp_path: Path) -> None:
    spec = NetworkSpec(
        input_shape=(1, 28, 28),
        layers=(
            Conv2D(8, 3), ReLU(), MaxPool2D(2), Conv2D(16, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10),
        ),
    )  # fmt: skip
    net = Network(spec, seed=0)
    rng = np.random.default_rng(0)
    x, y = rng.random((130, 1, 28, 28), np.float32), rng.integers(0, 10, 130)
    assert net.forward(x).shape == (130, 10)
    acts = net.activations(x[:3])
    assert list(acts) == list(spec.layer_names)
    assert acts["conv1"].shape == (3, 8, 26, 26)
    assert net.parameters["conv1.weight"].shape == (8, 1, 3, 3)
    loss, gradients = net.loss_and_gradients(x, y)
    assert loss > 0
    assert set(gradients) == set(net.parameters)
    config = TrainingConfig(epochs=1, batch_size=64, learning_rate=1e-3, optimizer="adam", seed=0)
    steps = [(report.step, report.loss) for report in Trainer(net, config).run((x, y))]
    assert [step for step, _ in steps] == [1, 2, 3]
    net.save(tmp_path / "net.safetensors")
    again = Network.load(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(again.forward(x), net.forward(x))
    assert functional.softmax(net.forward(x), axis=-1).shape == (130, 10)


def test_the_package_s_own_example_is_true() -> None:
    assert doctest.testmod(engine).failed == 0


def test_activations_are_those_of_every_layer_and_end_with_the_logits() -> None:
    network = Network(EVERYTHING, 1)
    x, _ = pictures_for(EVERYTHING, 70, np.random.default_rng(0))
    found = network.activations(x)
    for name, value in found.items():
        assert value.shape == (70, *EVERYTHING.shapes[name])
    np.testing.assert_allclose(found["dense2"], network.forward(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(network.probabilities(x).sum(axis=1), 1, rtol=1e-5)


def test_results_belong_to_the_caller() -> None:
    network = Network(SMALL, 1)
    x, y = pictures_for(SMALL, 5, np.random.default_rng(0))
    logits, maps = network.forward(x), network.activations(x)
    _, gradients = network.loss_and_gradients(x, y)
    kept = logits.copy(), maps["conv1"].copy(), gradients.vector.copy()
    network.forward(-x)
    network.activations(-x)
    network.loss_and_gradients(-x, y)
    for now, before in zip((logits, maps["conv1"], gradients.vector), kept, strict=True):
        np.testing.assert_array_equal(now, before)


def test_a_changed_weight_counts_from_the_next_call_on() -> None:
    network = Network(SMALL, 1)
    x, _ = pictures_for(SMALL, 2, np.random.default_rng(0))
    before = network.forward(x)
    network.parameters["conv1.weight"][...] *= 2
    assert not np.array_equal(network.forward(x), before)
    network.parameters["conv1.weight"][...] /= 2
    np.testing.assert_array_equal(network.forward(x), before)


def test_the_seed_decides_the_first_values() -> None:
    first, same, other = Network(SMALL, 3), Network(SMALL, np.random.default_rng(3)), Network(SMALL, 4)
    np.testing.assert_array_equal(first.parameters.vector, same.parameters.vector)
    assert not np.array_equal(first.parameters.vector, other.parameters.vector)


def test_weights_beyond_all_numbers_give_no_warnings() -> None:
    network = Network(SMALL, 1)
    network.parameters.vector[...] *= np.float32(1e30)
    x, y = pictures_for(SMALL, 3, np.random.default_rng(0))
    assert not np.isfinite(network.probabilities(x)).all()
    assert not np.isfinite(network.activations(x)["dense1"]).all()
    assert not np.isfinite(network.loss_and_gradients(x, y)[0])
    assert not np.isfinite(evaluate(network, x, y).loss)


def test_explicit_first_values_replace_drawn_ones() -> None:
    sobel = np.zeros((4, 1, 3, 3))
    sobel[:, 0, 1] = [-1, 0, 1]
    network = Network(SMALL, 3, initial_values={"conv1.weight": sobel})
    np.testing.assert_array_equal(network.parameters["conv1.weight"], sobel)
    np.testing.assert_array_equal(
        network.parameters["conv2.weight"], Network(SMALL, 3).parameters["conv2.weight"]
    )


@pytest.mark.parametrize(
    ("values", "error", "wanted"),
    [
        ({"conv9.weight": 0}, ConfigError, "must name parameters .*, got 'conv9.weight'"),
        ({"conv1.bias": np.zeros(3)}, ShapeError, r"conv1.bias must have shape \(4,\), got \(3,\)"),
    ],
)
def test_explicit_values_must_fit(values: Any, error: type[Exception], wanted: str) -> None:
    with pytest.raises(error, match=wanted):
        Network(SMALL, initial_values=values)


def test_a_network_from_parameters_holds_a_copy() -> None:
    network = Network(SMALL, 1)
    copy = Network.from_parameters(SMALL, network.parameters.frozen())
    copy.parameters["dense1.bias"][...] = 9
    assert not network.parameters["dense1.bias"].any()
    with pytest.raises(ShapeError, match="another layout"):
        Network.from_parameters(EVERYTHING, network.parameters)


@pytest.mark.parametrize(
    ("x", "error", "wanted"),
    [
        (np.zeros((12, 12)), ShapeError, r"must be \(n, 1, 12, 12\) with n ≥ 1, got shape \(12, 12\)"),
        (np.zeros((2, 1, 12, 13)), ShapeError, r"got shape \(2, 1, 12, 13\)"),
        (np.zeros((0, 1, 12, 12)), ShapeError, r"got shape \(0, 1, 12, 12\)"),
        (np.zeros((2, 1, 12, 12), int), DataError, "uint8 0–255 or float 0–1, got int64"),
        (np.zeros((2, 1, 12, 12), bool), DataError, "uint8 0–255 or float 0–1, got bool"),
    ],
)
def test_pictures_that_the_network_cannot_read_are_refused(
    x: np.ndarray, error: type[Exception], wanted: str
) -> None:
    for call in (Network(SMALL).forward, Network(SMALL).activations):
        with pytest.raises(error, match=wanted):
            call(x)


@pytest.mark.parametrize(
    ("y", "wanted"),
    [
        ([0], r"2 whole numbers, got shape \(1,\)"),
        ([0.0, 1.0], "2 whole numbers, got .* float64"),
        ([0, 4], "from 0 to 3, got 0 to 4"),
        ([-1, 0], "from 0 to 3, got -1 to 0"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y: list[float], wanted: str) -> None:
    with pytest.raises(ShapeError, match=wanted):
        Network(SMALL).loss_and_gradients(np.zeros((2, 1, 12, 12)), np.array(y))


def test_a_network_says_what_it_is() -> None:
    assert repr(Network(SMALL)).startswith("Network(conv1 – relu1 – pool1 – conv2 – relu2 – dense1 (")
