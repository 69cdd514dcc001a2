"""The layers: one contract for all of them, and what each refuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError, ShapeError
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.layers import (
    LAYER_TYPES,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
)
from engine.network import Network
from engine.spec import NetworkSpec
from tests.engine.network_samples import pictures_for, values_for
from tests.engine.reference import ReferenceNetwork, slope_along

EXAMPLES: dict[str, list[Layer]] = {
    "Conv2D": [
        Conv2D(4, 3),
        Conv2D(2, (2, 3), stride=(2, 1), padding="same", dilation=(1, 2), groups=2, bias=False),
        Conv2D(2, 3, padding=(0, 2), initial="glorot"),
    ],
    "Dense": [Dense(5), Dense(2, bias=False, initial="uniform")],
    "MaxPool2D": [MaxPool2D(2), MaxPool2D((3, 2), stride=(1, 2), padding=1)],
    "AvgPool2D": [AvgPool2D(2), AvgPool2D((3, 2), stride=(1, 2), padding=1)],
    "GlobalAvgPool2D": [GlobalAvgPool2D()],
    "ReLU": [ReLU()],
    "LeakyReLU": [LeakyReLU(), LeakyReLU(0.3)],
    "Sigmoid": [Sigmoid()],
    "Tanh": [Tanh()],
    "BatchNorm2D": [BatchNorm2D(), BatchNorm2D(momentum=0.3, epsilon=1e-3)],
    "Dropout": [Dropout(), Dropout(0.1)],
    "Flatten": [Flatten()],
}
LAYERS = [pytest.param(layer, id=repr(layer)) for kind in LAYER_TYPES for layer in EXAMPLES[kind]]


def network_around(layer: Layer) -> NetworkSpec:
    """Make a network with something that learns before and after the layer."""
    before: tuple[Layer, ...] = (Conv2D(2, 2),)
    if isinstance(layer, Dense):
        before = (*before, Flatten())
    after = () if isinstance(layer, Dense | Flatten) else (Flatten(),)
    return NetworkSpec((1, 7, 8), (*before, layer, *after, Dense(3)))


@pytest.mark.parametrize("layer", LAYERS)
class TestEveryLayer:
    def test_its_output_has_the_shape_that_it_says(self, layer: Layer) -> None:
        spec = network_around(layer)
        name = spec.layer_names[spec.layers.index(layer)]
        rng = np.random.default_rng(0)
        x, _ = pictures_for(spec, 3, rng)
        values = values_for(spec, rng)
        found = Network.from_parameters(spec, values).activations(x)[name]
        assert found.shape == (3, *layer.output_shape(spec.input_shapes[name]))
        np.testing.assert_allclose(found, ReferenceNetwork(spec, values).activations(x)[name], rtol=1e-9)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_it_keeps_the_network_s_floating_type(self, layer: Layer, dtype: type) -> None:
        spec = network_around(layer)
        network = Network(spec, dtype=dtype)
        x, y = pictures_for(spec, 3, np.random.default_rng(0))
        assert {value.dtype for value in network.activations(x).values()} == {np.dtype(dtype)}
        assert network.loss_and_gradients(x, y)[1].vector.dtype == dtype

    def test_its_gradient_agrees_with_a_difference(self, layer: Layer) -> None:
        spec = network_around(layer)
        rng = np.random.default_rng(1)
        network = Network.from_parameters(spec, values_for(spec, rng))
        x, y = pictures_for(spec, 4, rng)
        _, gradients = network.loss_and_gradients(x, y)
        vector = network.parameters.trainable
        direction = rng.normal(size=vector.shape)

        def loss(at: np.ndarray) -> float:
            vector[...] = at
            return network.loss_and_gradients(x, y)[0]

        wanted = slope_along(loss, vector.copy(), direction)
        assert gradients.trainable @ direction == pytest.approx(wanted, rel=1e-5, abs=1e-8)

    def test_it_is_saved_and_loaded_whole(self, layer: Layer, tmp_path: Path) -> None:
        network = Network(network_around(layer), seed=3)
        network.save(tmp_path / "net.safetensors")
        again = Network.load(tmp_path / "net.safetensors")
        assert again.spec == network.spec
        np.testing.assert_array_equal(again.parameters.vector, network.parameters.vector)

    def test_its_repr_makes_it_again(self, layer: Layer) -> None:
        assert eval(repr(layer), dict(LAYER_TYPES)) == layer
        assert hash(eval(repr(layer), dict(LAYER_TYPES))) == hash(layer)

    def test_its_first_values_are_finite_and_depend_on_the_generator_alone(self, layer: Layer) -> None:
        spec = network_around(layer)
        first, same = Network(spec, 5), Network(spec, np.random.default_rng(5))
        np.testing.assert_array_equal(first.parameters.vector, same.parameters.vector)
        assert np.isfinite(first.parameters.vector).all()
        assert not np.array_equal(first.parameters.vector, Network(spec, 6).parameters.vector)


def test_every_layer_has_an_example_and_a_kind_of_its_own() -> None:
    assert set(EXAMPLES) == set(LAYER_TYPES)
    assert {type(layer).__name__ for layers in EXAMPLES.values() for layer in layers} == set(LAYER_TYPES)
    assert len({kind.kind for kind in LAYER_TYPES.values()}) == len(LAYER_TYPES)
    assert set(LAYER_TYPES.values()) == {k for k in _all_kinds(Layer) if not k.__name__.startswith("_")}


def _all_kinds(kind: type[Layer]) -> set[type[Layer]]:
    return {k for child in kind.__subclasses__() for k in {child} | _all_kinds(child)}


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda: Conv2D(0, 3), "Conv2D's filters must be a whole number of at least 1, got 0"),
        (lambda: Conv2D(True, 3), "Conv2D's filters must be a whole number of at least 1, got True"),
        (lambda: Conv2D(4, 0), "Conv2D's kernel_size must be one or two whole numbers of at least 1, got 0"),
        (lambda: Conv2D(4, 2.5), "Conv2D's kernel_size must be .*, got 2.5"),
        (lambda: Conv2D(4, 3, stride=(1, 0)), r"Conv2D's stride must be .*, got \(1, 0\)"),
        (lambda: Conv2D(4, 3, dilation=0), "Conv2D's dilation must be .*, got 0"),
        (lambda: Conv2D(4, 3, padding="full"), 'padding must be pixels, "same" or "valid", got \'full\''),
        (lambda: Conv2D(4, 3, padding=-1), "padding must be .* at least 0, got -1"),
        (lambda: Conv2D(4, 3, groups=3), "groups must divide its 4 filters, got 3"),
        (lambda: Conv2D(4, 3, initial="xavier"), "Conv2D's initial must be .*, got 'xavier'"),
        (lambda: Dense(-1), "Dense's units must be a whole number of at least 1, got -1"),
        (lambda: Dense(2, initial="xavier"), "Dense's initial must be .*, got 'xavier'"),
        (lambda: MaxPool2D(0), "MaxPool2D's size must be .*, got 0"),
        (lambda: AvgPool2D(3, padding=2), "AvgPool2D's padding must be at most half its size 3, got 2"),
        (lambda: LeakyReLU(1.5), "LeakyReLU's slope must be at least 0.0 and below 1.0, got 1.5"),
        (lambda: Dropout(1.0), "Dropout's rate must be at least 0.0 and below 1.0, got 1.0"),
        (lambda: Dropout(float("nan")), "Dropout's rate must be .*, got nan"),
        (lambda: BatchNorm2D(momentum=-0.1), "BatchNorm2D's momentum must be .*, got -0.1"),
        (lambda: BatchNorm2D(epsilon=0), "BatchNorm2D's epsilon must be .*, got 0"),
    ],
)
def test_a_setting_outside_its_range_is_refused(make: Callable[[], Layer], wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (Conv2D(4, 3), (10,), r"Conv2D needs an input of \(channels, height, width\), got shape \(10,\)"),
        (Conv2D(4, 3, groups=2), (3, 8, 8), "Conv2D's groups must divide its input's 3 channels, got 2"),
        (Conv2D(4, 3, dilation=4), (1, 8, 8), "a window that spans 9 pixels must fit .*, got 8 pixels"),
        (MaxPool2D(3), (1, 8, 2), "a window that spans 3 pixels must fit .*, got 2 pixels"),
        (Dense(3), (1, 2, 2), r"Dense needs a flat input \(put Flatten before it\), got shape \(1, 2, 2\)"),
        (BatchNorm2D(), (5,), r"BatchNorm2D needs an input of .*, got shape \(5,\)"),
        (GlobalAvgPool2D(), (5,), r"GlobalAvgPool2D needs an input of .*, got shape \(5,\)"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer: Layer, shape: tuple[int, ...], wanted: str) -> None:
    with pytest.raises(ShapeError, match=wanted):
        layer.output_shape(shape)


@pytest.mark.parametrize(
    ("layer", "shape", "parameters"),
    [
        (Conv2D(6, (3, 2), groups=2), (4, 8, 8), {"weight": (6, 2, 3, 2), "bias": (6,)}),
        (Conv2D(6, 3, bias=False), (4, 8, 8), {"weight": (6, 4, 3, 3)}),
        (Dense(5), (7,), {"weight": (5, 7), "bias": (5,)}),
        (BatchNorm2D(), (4, 8, 8), {"scale": (4,), "shift": (4,)}),
    ],
)
def test_parameters_have_their_usual_shapes(layer: Layer, shape: tuple[int, ...], parameters: dict) -> None:
    assert layer.parameter_shapes(shape) == parameters


@pytest.mark.parametrize(
    ("initial", "spread"),
    [
        ("he", (2 / 36) ** 0.5),
        ("glorot", (2 / (36 + 90)) ** 0.5),
        ("uniform", (1 / 36 / 3) ** 0.5),
        ("zeros", 0),
    ],
)
def test_first_weights_have_the_spread_of_their_rule(initial: str, spread: float) -> None:
    layer = Conv2D(10, 3, initial=initial)
    rng = np.random.default_rng(0)
    draws = [layer.initial_value("weight", (10, 4, 3, 3), rng=rng) for _ in range(30)]
    assert np.std(draws) == pytest.approx(spread, rel=0.03)
    assert not layer.initial_value("bias", (10,), rng=rng).any()


def test_a_list_of_two_is_as_good_as_a_pair() -> None:
    layer = Conv2D(2, [3, 2], stride=[1, 2])
    spec = NetworkSpec((1, 6, 6), (layer, Flatten()))
    assert spec_from_json(spec_to_json(spec)) == spec
    assert layer == Conv2D(2, (3, 2), stride=(1, 2))
