"""Fronts of networks, the way back to their input, and the pictures that channels would like to see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets import embedded_digits
from engine.datasets.shapes import SPLIT_SEEDS, rgb_shapes
from engine.errors import ConfigError, ShapeError
from engine.formats.model import load_model
from engine.inspect.backward import back_to, record
from engine.inspect.front import front_of
from engine.inspect.synthesis import Ascent, dream
from engine.layers import BatchNorm2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from engine.network import Network
from engine.spec import NetworkSpec
from resources import resource_path
from tests.engine.network_samples import Case, cases

SPEC = NetworkSpec(
    (1, 20, 20),
    (
        Conv2D(3, 3, padding="same"),
        BatchNorm2D(),
        ReLU(),
        MaxPool2D(2),
        Dropout(0.3),
        Conv2D(5, 3),
        ReLU(),
        Flatten(),
        Dense(4),
    ),
)


@given(cases(), st.integers(0, 99))
def test_the_input_gradient_is_what_is_carried_back_layer_by_layer(case: Case, seed: int) -> None:
    network = Network.from_parameters(case.spec, case.parameters)
    seeds = np.random.default_rng(seed).normal(size=(len(case.x), len(case.spec.classes)))
    logits, found = network.input_gradient(case.x, seeds)
    np.testing.assert_allclose(logits, network.forward(case.x), rtol=1e-9, atol=1e-11)
    values = record(network, case.x)
    wanted = back_to(case.spec, case.parameters, values, case.spec.layer_names[-1], seeds)
    np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-10)


def test_the_input_gradient_leaves_the_weights_gradients_alone() -> None:
    network = Network(SPEC, seed=1)
    x, y = np.random.default_rng(0).random((3, 1, 20, 20), np.float32), np.array([0, 1, 2])
    _, gradients = network.loss_and_gradients(x, y)
    before = gradients.vector.copy()
    network.input_gradient(x, np.ones((3, 4), np.float32))
    np.testing.assert_array_equal(gradients.vector, before)
    with pytest.raises(ShapeError, match=r"seeds must have shape \(3, 4\), got \(3, 5\)"):
        network.input_gradient(x, np.ones((3, 5), np.float32))


@pytest.mark.parametrize("layer", ["conv1", "relu1", "pool1", "conv2"])
def test_the_front_has_the_numbers_of_the_network(layer: str) -> None:
    network = Network(SPEC, seed=4)
    x = np.random.default_rng(1).random((3, 1, 20, 20), np.float32)
    values = record(network, x)[layer]
    front = front_of(SPEC, network.parameters, layer)
    assert front.positions == 1
    centre = values.shape[2] // 2, values.shape[3] // 2
    from engine.inspect.fields import receptive_fields

    top, bottom, left, right = receptive_fields(SPEC, layer, centre)[-1].box
    found = front.network.forward(x[:, :, top:bottom, left:right])
    outputs = [front.output(channel) for channel in range(values.shape[1])]
    np.testing.assert_allclose(found[:, outputs], values[(..., *centre)], rtol=1e-5, atol=1e-6)


def test_a_front_that_sees_beyond_the_picture_keeps_its_border() -> None:
    spec = NetworkSpec(
        (1, 6, 6), (Conv2D(2, 5, padding=2), ReLU(), Conv2D(3, 5, padding=2), Flatten(), Dense(2))
    )
    network = Network(spec, seed=4)
    front = front_of(spec, network.parameters, "conv2")
    x = np.random.default_rng(1).random((2, 1, 6, 6), np.float32)
    assert front.positions == 6 * 6
    found = front.network.forward(x)[:, [front.output(channel) for channel in range(3)]]
    np.testing.assert_allclose(found, record(network, x)["conv2"][:, :, 3, 3], rtol=1e-5)
    with pytest.raises(ConfigError, match="a layer with channels, got dense1"):
        front_of(spec, network.parameters, "dense1")


def test_dreams_grow_from_noise_and_end_at_their_best() -> None:
    network = Network(SPEC, seed=4)
    steps = list(dream(SPEC, network.parameters, "conv2", [0, 3], Ascent(steps=20)))
    assert [step.step for step in steps] == list(range(21))
    # Two 3 × 3 filters with a pool between: 8 × 8 pixels.
    assert all(step.pictures.shape == (2, 1, 8, 8) for step in steps)
    assert all(step.pictures.min() >= 0 and step.pictures.max() <= 1 for step in steps)
    last = steps[-1]
    assert (last.values > steps[0].values).all()
    front = front_of(SPEC, network.parameters, "conv2")
    made = front.network.forward(last.pictures)
    np.testing.assert_allclose(last.values, [made[0, front.output(0)], made[1, front.output(3)]], rtol=1e-5)
    assert not last.stuck.any()


def test_the_same_seed_dreams_the_same() -> None:
    network = Network(SPEC, seed=4)
    one, same, other = (
        list(dream(SPEC, network.parameters, "conv2", [1], Ascent(steps=6), seed=seed))[-1]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.pictures, same.pictures)
    assert not np.array_equal(one.pictures, other.pictures)


def test_a_dead_channel_is_stuck() -> None:
    network = Network(SPEC, seed=4)
    network.parameters["conv2.weight"][2] = 0
    last = list(dream(SPEC, network.parameters, "conv2", [1, 2], Ascent(steps=3)))[-1]
    assert last.stuck.tolist() == [False, True]


def test_a_filter_of_the_picture_itself_gets_the_best_picture_there_is() -> None:
    """That is white where the filter is positive and black elsewhere."""
    network = Network(SPEC, seed=4)
    weight = network.parameters["conv1.weight"].astype(float)
    best = np.maximum(weight, 0).sum(axis=(1, 2, 3)) + network.parameters["conv1.bias"]
    last = list(dream(SPEC, network.parameters, "conv1", range(len(weight))))[-1]
    np.testing.assert_allclose(last.values, best, rtol=5e-3)


@pytest.mark.parametrize("name", ["classic", "reader", "shapes"])
def test_dreams_excite_nearly_every_channel_more_than_any_picture_does(name: str) -> None:
    model = load_model(resource_path("networks", f"{name}.safetensors"))
    network = Network.from_parameters(model.spec, model.parameters)
    test = rgb_shapes(2_000, SPLIT_SEEDS[1], 28) if name == "shapes" else embedded_digits().test
    strongest = {layer: np.float32(-np.inf) for layer in model.spec.convolutions}
    for part in np.array_split(test.pictures, 10):
        values = record(network, part.astype(np.float32) / 255)
        for layer, before in strongest.items():
            strongest[layer] = np.maximum(before, values[layer].max(axis=(0, 2, 3)))
    beaten = alive = 0
    for layer, most in strongest.items():
        last = list(dream(model.spec, model.parameters, layer, range(len(most))))[-1]
        living = ~last.stuck & (most > 0)
        alive += int(living.sum())
        # Of a first layer's filters a digit may have the very patch that is best of all.
        beaten += int((living & (last.values > most - 1e-5 * abs(most))).sum())
    assert alive > 20
    assert beaten >= 0.9 * alive
