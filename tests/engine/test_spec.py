"""The description of a network: names, shapes, parameters, and what it refuses."""

from typing import Any

import numpy as np
import pytest

from engine import Conv2D, Dense, Dropout, Flatten, GlobalAvgPool2D, MaxPool2D, NetworkSpec, Parameters, ReLU
from engine.errors import ConfigError, EngineError, ShapeError
from engine.recipes import DEFAULT_PRESET, PRESETS, Preset, preset
from tests.engine.network_samples import EVERYTHING

DEFAULT = preset("8–16").spec


def test_layers_are_named_by_kind_and_counted_in_order() -> None:
    assert DEFAULT.layer_names == (
        "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten1", "dense1",
    )  # fmt: skip
    assert DEFAULT.layer("conv2") == Conv2D(16, 3)
    with pytest.raises(KeyError):
        DEFAULT.layer("conv3")


def test_shapes_are_known_before_anything_is_computed() -> None:
    assert DEFAULT.shapes["input"] == (1, 28, 28)
    assert DEFAULT.shapes["conv1"] == (8, 26, 26)
    assert DEFAULT.shapes["pool2"] == (16, 5, 5)
    assert DEFAULT.shapes["dense1"] == (10,)
    assert DEFAULT.input_shapes["conv2"] == (8, 13, 13)


def test_parameters_lie_in_layer_order_with_running_statistics_last() -> None:
    names = [name for name, _ in EVERYTHING.layout.shapes]
    assert names[:3] == ["conv1.weight", "conv1.bias", "batchnorm1.scale"]
    assert names[-2:] == ["batchnorm1.running_mean", "batchnorm1.running_variance"]
    assert EVERYTHING.weight_count == EVERYTHING.layout.size - 8
    assert DEFAULT.weight_count == 5_258


def test_classes_are_digits_unless_named() -> None:
    assert DEFAULT.classes == tuple("0123456789")
    assert EVERYTHING.classes == ("circle", "square", "cross")


def test_equal_specs_describe_equal_networks() -> None:
    assert NetworkSpec([1, 4, 4], [Flatten(), Dense(2)]) == NetworkSpec((1, 4, 4), (Flatten(), Dense(2)))
    assert len({DEFAULT, preset("8–16").spec}) == 1


@pytest.mark.parametrize(
    ("input_shape", "layers", "classes", "error", "wanted"),
    [
        ((28, 28), (Flatten(),), (), ShapeError, r"\(channels, height, width\), got \(28, 28\)"),
        ((1, 0, 4), (Flatten(),), (), ShapeError, r"got \(1, 0, 4\)"),
        ((1, 4, 4), (), (), ConfigError, r"at least one layer of this engine, got \(\)"),
        ((1, 4, 4), ("relu",), (), ConfigError, "at least one layer of this engine"),
        ((1, 4, 4), (Dense(2),), (), ShapeError, "dense1: Dense needs a flat input"),
        ((1, 4, 4), (Conv2D(2, 3), ReLU(), MaxPool2D(3)), (), ShapeError, "pool1: a window that spans 3"),
        ((1, 4, 4), (GlobalAvgPool2D(),), (), ShapeError, r"one number per class .* got .* \(1, 1, 1\)"),
        ((1, 4, 4), (Flatten(), Dense(3)), ("a", "b"), ShapeError, "must give 2 numbers.*, got 3"),
    ],
)
def test_layers_that_do_not_fit_are_refused_by_name(
    input_shape: Any, layers: Any, classes: Any, error: type[EngineError], wanted: str
) -> None:
    with pytest.raises(error, match=wanted):
        NetworkSpec(input_shape, layers, classes)


def test_parameters_are_views_of_one_vector() -> None:
    parameters = Parameters(DEFAULT.layout)
    parameters["conv1.weight"][0, 0, 1, 2] = 5
    assert parameters.vector[5] == 5
    parameters.vector[-1] = 7
    assert parameters["dense1.bias"][-1] == 7
    assert list(parameters) == [name for name, _ in DEFAULT.layout.shapes]
    assert parameters["conv2.weight"].shape == (16, 8, 3, 3)


def test_a_frozen_copy_is_private_and_read_only() -> None:
    parameters = Parameters(DEFAULT.layout)
    frozen, copy = parameters.frozen(), parameters.copy()
    parameters.vector[:] = 1
    assert not frozen.vector.any()
    assert not copy.vector.any()
    with pytest.raises(ValueError, match="read-only"):
        frozen["conv1.weight"][0] = 1
    copy["conv1.weight"][...] = 2


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"shape \(5258,\), got \(3,\)"):
        Parameters(DEFAULT.layout, np.zeros(3, np.float32))


@pytest.mark.parametrize("chosen", PRESETS, ids=lambda p: p.key)
def test_a_preset_reads_digits_and_says_what_it_is_for(chosen: Preset) -> None:
    assert chosen.spec.input_shape == (1, 28, 28)
    assert chosen.spec.shapes[chosen.spec.layer_names[-1]] == (10,)
    assert chosen.sentence.endswith(".")
    assert chosen.config.epochs == 20
    assert preset(chosen.key) is chosen


def test_presets_are_found_by_key_only() -> None:
    assert preset(DEFAULT_PRESET).key == "8–16"
    assert preset("8-16") is preset("8–16")
    assert len({p.key for p in PRESETS}) == len(PRESETS)
    with pytest.raises(ConfigError, match=r"preset must be one of one-filter, .*, got 'huge'"):
        preset("huge")


def test_a_preset_fits_other_pictures_and_classes() -> None:
    spec = preset("8–16").spec_for((3, 32, 32), ("cat", "dog"))
    assert spec.shapes["dense1"] == (2,)
    assert spec.classes == ("cat", "dog")
    assert spec.layers[:-1] == DEFAULT.layers[:-1]
    with pytest.raises(ShapeError, match="conv2: a window"):
        preset("8–16").spec_for((1, 5, 5), ("cat", "dog"))


def test_a_spec_reads_as_a_line() -> None:
    assert str(DEFAULT) == "conv1 – relu1 – pool1 – conv2 – relu2 – pool2 – dense1 (5,258 weights)"
    assert "dropout1" in str(NetworkSpec((1, 4, 4), (Flatten(), Dropout(), Dense(2))))
