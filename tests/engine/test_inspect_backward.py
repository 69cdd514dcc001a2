"""Back to the pixels: equal to PyTorch's hooks, to differences, and to what the papers say of a ReLU."""

import json

import numpy as np
import pytest
from hypothesis import given

from engine.errors import ConfigError, ShapeError
from engine.formats.model import load_model
from engine.inspect.backward import RULES, back_to, record, seed_of
from engine.inspect.saliency import (
    features_behind,
    grad_cam,
    importance,
    last_features,
    occlude,
    sensitivity,
)
from engine.layers import Conv2D, Dense, Flatten, LeakyReLU, MaxPool2D, ReLU
from engine.network import Network
from engine.spec import NetworkSpec
from resources import resource_path
from tests.engine.gradient_cases import fingerprint
from tests.engine.inside_cases import GOLDEN, own_maps
from tests.engine.network_samples import Case, cases

SPEC = NetworkSpec(
    (1, 10, 10), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Conv2D(4, 3, padding=1), ReLU(), Flatten(), Dense(3))
)


def case_of(spec=SPEC, count=4):
    network = Network(spec, seed=3, dtype=np.float64)
    for name, value in network.parameters.items():
        if name.endswith("bias"):
            value[...] = np.random.default_rng(1).normal(0, 0.1, value.shape)
    return network, record(network, np.random.default_rng(2).random((count, *spec.input_shape)))


def test_maps_of_every_channel_are_those_of_pytorchs_hooks():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = own_maps(load_model(resource_path("networks", "classic.safetensors")))
    assert set(found) == set(golden)
    for name, wanted in golden.items():
        own = np.array([fingerprint(each) for each in found[name]])
        lengths = np.array(wanted)[:, :1]
        # A projection of rounding errors is about as large as they are.
        np.testing.assert_allclose(own, wanted, rtol=0, atol=1e-4 * lengths.max(), err_msg=name)
        np.testing.assert_allclose(own[:, :1], lengths, rtol=1e-4, atol=1e-7, err_msg=name)


@given(cases())
def test_the_gradient_of_a_logit_is_what_a_small_change_of_the_picture_does(case: Case) -> None:
    network = Network.from_parameters(case.spec, case.parameters)
    values = record(network, case.x)
    found = sensitivity(case.spec, case.parameters, values, 0)
    direction = np.random.default_rng(1).normal(size=case.x.shape)
    direction /= np.linalg.norm(direction)
    step = 1e-6
    ahead, back = (network.forward(case.x + sign * step * direction)[:, 0] for sign in (1, -1))
    slopes = (ahead - back) / (2 * step)
    wanted = (found * direction).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(wanted, slopes, rtol=1e-4, atol=1e-6)


def test_the_ways_back_differ_at_a_relu_only():
    network, values = case_of()
    seed = seed_of(values, "relu2", 1)
    at_relu = {
        rule: back_to(SPEC, network.parameters, values, "relu2", seed, rule, to="conv2") for rule in RULES
    }
    passed = values["conv2"] > 0
    np.testing.assert_array_equal(at_relu["gradient"], seed * passed)
    np.testing.assert_array_equal(at_relu["deconvnet"], np.maximum(seed, 0))
    np.testing.assert_array_equal(at_relu["guided"], np.maximum(seed, 0) * passed)
    down = {
        rule: back_to(SPEC, network.parameters, values, "conv2", seed, rule, to="pool1") for rule in RULES
    }
    for rule in RULES:
        np.testing.assert_array_equal(down[rule], down["gradient"])


def test_a_leaky_relu_hands_on_its_slope():
    spec = NetworkSpec((1, 6, 6), (Conv2D(2, 3), LeakyReLU(0.25), Flatten(), Dense(2)))
    network, values = case_of(spec)
    seed = np.where(np.arange(values["leakyrelu1"].size).reshape(values["leakyrelu1"].shape) % 2, 1.0, -1.0)
    slope = np.where(values["conv1"] > 0, 1, 0.25)
    rectified = np.where(seed > 0, seed, 0.25 * seed)
    for rule, wanted in (("gradient", seed * slope), ("deconvnet", rectified), ("guided", rectified * slope)):
        found = back_to(spec, network.parameters, values, "leakyrelu1", seed, rule, to="conv1")
        np.testing.assert_allclose(found, wanted)


def test_a_seed_is_at_the_strongest_pixel_or_at_the_one_that_is_named():
    _, values = case_of()
    strongest = seed_of(values, "conv2", 2)
    assert strongest.sum() == len(strongest)
    for picture, seed in zip(values["conv2"], strongest, strict=True):
        assert picture[2][seed[2] == 1] == picture[2].max()
    named = seed_of(values, "conv2", 2, (1, 3))
    assert named[:, 2, 1, 3].sum() == named.sum() == len(named)


def test_bad_questions_are_refused_in_one_sentence():
    network, values = case_of()
    seed = seed_of(values, "conv1", 0)
    with pytest.raises(ConfigError, match="gradient, guided, deconvnet, got 'lrp'"):
        back_to(SPEC, network.parameters, values, "conv1", seed, "lrp")
    with pytest.raises(ConfigError, match="at or before conv1, got relu2"):
        back_to(SPEC, network.parameters, values, "conv1", seed, to="relu2")
    with pytest.raises(ShapeError, match="the shape of conv2"):
        back_to(SPEC, network.parameters, values, "conv2", seed)
    with pytest.raises(ConfigError, match="got one without"):
        last_features(NetworkSpec((1, 4, 4), (Flatten(), Dense(2))))


def test_a_lead_is_the_difference_of_two_logits():
    network, values = case_of()
    both = [sensitivity(SPEC, network.parameters, values, label) for label in (2, 0)]
    lead = sensitivity(SPEC, network.parameters, values, 2, other=0)
    np.testing.assert_allclose(lead, both[0] - both[1], atol=1e-12)


def test_grad_cam_by_hand():
    network, values = case_of()
    found = grad_cam(SPEC, network.parameters, values, 1, "conv2")
    gradient = back_to(SPEC, network.parameters, values, "dense1", np.eye(3)[[1] * 4], to="conv2")
    by_hand = sum(gradient[:, k].mean(axis=(1, 2))[:, None, None] * values["conv2"][:, k] for k in range(4))
    np.testing.assert_allclose(found, np.maximum(by_hand, 0))
    assert last_features(SPEC) == "relu2"


def test_occlusion_covers_every_place_once():
    network, values = case_of()
    picture = values["input"][0]
    found = occlude(network, picture, side=3, step=2, fill=0.5)
    assert found.tops == found.lefts == (-1, 1, 3, 5, 7)
    covered = picture.copy()
    covered[:, 5:8, 0:2] = 0.5
    np.testing.assert_allclose(found.logits[3, 0], network.forward(covered[None])[0])
    np.testing.assert_allclose(found.probabilities.sum(axis=-1), 1)
    before = network.forward(picture[None])[0]
    np.testing.assert_allclose(found.drop(before, 1)[3, 0], before[1] - found.logits[3, 0, 1])
    lead = found.drop(before, 1, 2)[3, 0]
    np.testing.assert_allclose(lead, found.drop(before, 1)[3, 0] - found.drop(before, 2)[3, 0])


def test_importance_is_what_a_channel_adds_where_the_rest_is_linear():
    network, values = case_of()
    found = importance(SPEC, network.parameters, values, "relu2", 1)
    weight = network.parameters["dense1.weight"][1].reshape(4, 4, 4)
    wanted = (values["relu2"] * weight).sum(axis=(2, 3))
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert [features_behind(SPEC, name) for name in ("conv1", "conv2")] == ["relu1", "relu2"]
