"""The fast path: equal to the readable reference for any network, batch and part of a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine import functional
from engine.layers import AvgPool2D, BatchNorm2D, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, ReLU
from engine.network import Network
from engine.parameters import Parameters
from engine.plan import Executor, Plan, executor
from engine.plan.convolution import ConvolutionKernel
from engine.plan.convolution_pool import ConvolutionPoolKernel
from engine.plan.convolution_rows import ConvolutionRowsKernel
from engine.plan.convolution_winograd import ConvolutionWinogradKernel
from engine.plan.elementwise import ReLUKernel
from engine.plan.max_pool2 import MaxPool2Kernel
from engine.plan.pooling import MaxPoolKernel
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, Case, cases, pictures_for, values_for
from tests.engine.reference import ReferenceNetwork, slope_along

smoothings = st.sampled_from([0.0, 0.1])


@contextmanager
def parts_of(pictures: int) -> Iterator[None]:
    """Let executors that are made inside cut batches into so many pictures at a time."""
    with patch.multiple(executor, FEWEST=1, MOST=pictures):
        yield


@contextmanager
def winograd_everywhere() -> Iterator[None]:
    """Let it compute every convolution that it can, however small."""
    none = dict.fromkeys(("FEWEST_SLICES", "FEWEST_SLICES_POOLED", "FEWEST_PICTURES"), 0)
    with patch.multiple(ConvolutionWinogradKernel, **none):
        yield


def case_of(spec: NetworkSpec, count: int, seed: int = 0) -> Case:
    rng = np.random.default_rng(seed)
    return Case(spec, values_for(spec, rng), *pictures_for(spec, count, rng))


def kernels_of(spec: NetworkSpec) -> list[type]:
    parameters = Parameters(spec.layout)
    return [type(kernel) for kernel in Plan(spec, 2, parameters, parameters.copy()).kernels]


@given(cases())
@example(case_of(EVERYTHING, 7))
def test_every_layer_gives_what_the_reference_gives(case: Case) -> None:
    wanted = ReferenceNetwork(case.spec, case.parameters).activations(case.x)
    with parts_of(4):
        network = Network.from_parameters(case.spec, case.parameters)
        found, logits = network.activations(case.x), network.forward(case.x)
    for name, value in found.items():
        assert value.shape == (len(case.x), *case.spec.shapes[name])
        np.testing.assert_allclose(value, wanted[name], rtol=1e-9, atol=1e-11, err_msg=name)
    np.testing.assert_allclose(logits, wanted[case.spec.layer_names[-1]], rtol=1e-9, atol=1e-11)


@settings(max_examples=120)
@given(cases(), smoothings)
@example(case_of(EVERYTHING, 7), 0.1)
def test_every_gradient_is_the_references(case: Case, smoothing: float) -> None:
    reference = ReferenceNetwork(case.spec, case.parameters)
    wanted = reference.gradients(case.x, case.y, smoothing)
    with parts_of(4):
        network = Network.from_parameters(case.spec, case.parameters)
        loss, found = network.loss_and_gradients(case.x, case.y, label_smoothing=smoothing)
    assert loss == pytest.approx(reference.loss(case.x, case.y, smoothing), rel=1e-9)
    for name, gradient in wanted.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-7, atol=1e-10, err_msg=name)
    assert set(found) - set(wanted) == {name for name in found if "running" in name}


@st.composite
def three_by_three_networks(draw: st.DrawFn) -> NetworkSpec:
    """Networks of 3 × 3 filters with whatever may come between them."""
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 3))):
        layers.append(Conv2D(draw(st.integers(1, 4)), 3, padding="same", bias=draw(st.booleans())))
        layers += draw(st.sampled_from([[], [ReLU()], [BatchNorm2D(), ReLU()], [ReLU(), Dropout(0.3)]]))
        layers += draw(st.sampled_from([[], [MaxPool2D(2)], [AvgPool2D(2)]]))
    sides = st.integers(8, 11)
    shape = (draw(st.integers(1, 3)), draw(sides), draw(sides))
    return NetworkSpec(shape, (*layers, Flatten(), Dense(3)))


@given(three_by_three_networks(), st.integers(1, 9), smoothings)
def test_networks_computed_winograds_way_have_the_references_gradients(
    spec: NetworkSpec, count: int, smoothing: float
) -> None:
    case = case_of(spec, count)
    reference = ReferenceNetwork(case.spec, case.parameters)
    with parts_of(4), winograd_everywhere():
        network = Network.from_parameters(case.spec, case.parameters)
        loss, found = network.loss_and_gradients(case.x, case.y, label_smoothing=smoothing)
        logits = network.forward(case.x)
    wanted = reference.activations(case.x)[case.spec.layer_names[-1]]
    np.testing.assert_allclose(logits, wanted, rtol=1e-9, atol=1e-10)
    assert loss == pytest.approx(reference.loss(case.x, case.y, smoothing), rel=1e-9)
    for name, gradient in reference.gradients(case.x, case.y, smoothing).items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-7, atol=1e-10, err_msg=name)


@given(cases(whole=True))
def test_ties_go_to_the_first_pixel_as_in_the_reference(case: Case) -> None:
    # Whole numbers give exact sums, and so exact ties; batch normalisation would break them.
    assume(not any(isinstance(layer, BatchNorm2D) for layer in case.spec.layers))
    wanted = ReferenceNetwork(case.spec, case.parameters).gradients(case.x, case.y)
    with parts_of(4):
        _, found = Network.from_parameters(case.spec, case.parameters).loss_and_gradients(case.x, case.y)
    for name, gradient in wanted.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("pool", [MaxPool2D(2), MaxPool2D(2, 1), MaxPool2D(3, 2, 1), MaxPool2D((1, 3))])
@pytest.mark.parametrize("between", [(), (ReLU(),)])
def test_every_way_of_pooling_breaks_ties_alike(pool: MaxPool2D, between: tuple[ReLU, ...]) -> None:
    spec = NetworkSpec((1, 9, 9), (Conv2D(3, 3), *between, pool, Flatten(), Dense(3)))
    rng = np.random.default_rng(11)
    parameters = values_for(spec, rng, whole=True)
    x, y = pictures_for(spec, 6, rng, whole=True)
    wanted = ReferenceNetwork(spec, parameters).gradients(x, y)
    _, found = Network.from_parameters(spec, parameters).loss_and_gradients(x, y)
    for name, gradient in wanted.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-12)


@given(cases())
@example(case_of(EVERYTHING, 7))
def test_float32_gives_the_same_gradients_to_its_precision(case: Case) -> None:
    # Few pictures in a normalised batch can have hardly any spread, which float32 cannot resolve.
    normalised = any(isinstance(layer, BatchNorm2D) for layer in case.spec.layers)
    assume(not (normalised and len(case.x) < 4))
    wanted = ReferenceNetwork(case.spec, case.parameters).gradients(case.x, case.y)
    single = Parameters(case.spec.layout, case.parameters.vector.astype(np.float32))
    network = Network.from_parameters(case.spec, single)
    loss, found = network.loss_and_gradients(case.x.astype(np.float32), case.y)
    assert found.vector.dtype == np.float32
    assert np.isfinite(loss)
    largest = max(np.linalg.norm(gradient) for gradient in wanted.values())
    for name, gradient in wanted.items():
        error = np.linalg.norm(found[name] - gradient)
        assert error <= 1e-4 * np.linalg.norm(gradient) + 1e-5 * largest + 1e-7, name


@settings(max_examples=25)
@given(cases())
def test_gradients_agree_with_differences_along_a_random_direction(case: Case) -> None:
    network = Network.from_parameters(case.spec, case.parameters)
    _, gradients = network.loss_and_gradients(case.x, case.y)
    direction = np.random.default_rng(1).normal(size=case.spec.weight_count)
    direction /= np.linalg.norm(direction)
    vector = network.parameters.trainable

    def loss(at: np.ndarray) -> float:
        vector[...] = at
        return network.loss_and_gradients(case.x, case.y)[0]

    wanted = slope_along(loss, vector.copy(), direction)
    np.testing.assert_allclose(gradients.trainable @ direction, wanted, rtol=1e-4, atol=1e-6)


@given(cases(), st.sampled_from([1, 2, 8]))
def test_the_cut_into_parts_changes_nothing_but_rounding(case: Case, part: int) -> None:
    found = []
    for pictures in (part, 64):
        with parts_of(pictures):
            network = Network.from_parameters(case.spec, case.parameters)
            loss, gradients = network.loss_and_gradients(case.x, case.y)
        found.append((loss, gradients.vector))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-10)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize("batch", [1, 15, 16, 17, 33, 64, 65, 130])
def test_batches_that_leave_a_remainder_are_whole(batch: int) -> None:
    spec = NetworkSpec((1, 8, 8), (Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(3)))
    case = case_of(spec, batch)
    with parts_of(16):
        _, found = Network.from_parameters(spec, case.parameters).loss_and_gradients(case.x, case.y)
    wanted = ReferenceNetwork(spec, case.parameters).gradients(case.x, case.y)
    for name, gradient in wanted.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-12)


def test_a_plan_is_used_again_for_other_pictures_and_weights() -> None:
    case = case_of(EVERYTHING, 6)
    network = Network.from_parameters(EVERYTHING, case.parameters)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        network.parameters.vector[...] = values_for(EVERYTHING, rng).vector
        x, y = pictures_for(EVERYTHING, 6, rng)
        _, found = network.loss_and_gradients(x, y)
        wanted = ReferenceNetwork(EVERYTHING, network.parameters).gradients(x, y)
        for name, gradient in wanted.items():
            np.testing.assert_allclose(found[name], gradient, rtol=1e-7, atol=1e-10)


def test_many_batch_sizes_keep_few_plans() -> None:
    case = case_of(EVERYTHING, 12)
    runner = Executor(EVERYTHING, case.parameters)
    whole = runner.logits(case.x)
    for count in range(1, 13):
        np.testing.assert_allclose(runner.logits(case.x[:count]), whole[:count], rtol=1e-10)
    assert len(runner._plans) == executor.PLANS_KEPT


def test_uint8_pictures_are_read_as_shares_of_255() -> None:
    case = case_of(EVERYTHING, 3)
    x = np.random.default_rng(0).integers(0, 256, (3, *EVERYTHING.input_shape), dtype=np.uint8)
    network = Network.from_parameters(EVERYTHING, case.parameters)
    np.testing.assert_allclose(network.forward(x), network.forward(x / 255), rtol=1e-12)


def test_the_caller_s_pictures_are_never_changed() -> None:
    case = case_of(EVERYTHING, 3)
    before = case.x.copy()
    network = Network.from_parameters(EVERYTHING, case.parameters)
    network.loss_and_gradients(case.x, case.y)
    network.activations(case.x)
    np.testing.assert_array_equal(case.x, before)


def test_pictures_may_lie_in_memory_in_any_order() -> None:
    case = case_of(EVERYTHING, 4)
    network = Network.from_parameters(EVERYTHING, case.parameters)
    turned = np.asfortranarray(case.x)[::-1]
    np.testing.assert_array_equal(network.forward(turned), network.forward(turned.copy(order="C")))


@pytest.mark.parametrize(
    ("layers", "joined"),
    [
        ((Conv2D(2, 3), ReLU(), MaxPool2D(2)), True),
        ((Conv2D(2, 5, padding="same"), MaxPool2D(2)), True),
        ((Conv2D(2, 3), MaxPool2D((2, 2), stride=2)), True),
        ((Conv2D(2, 2), ReLU(), MaxPool2D(2)), False),
        ((Conv2D(2, (3, 1)), ReLU(), MaxPool2D(2)), False),
        ((Conv2D(2, 3, stride=2), ReLU(), MaxPool2D(2)), False),
        ((Conv2D(2, 3, dilation=2), ReLU(), MaxPool2D(2)), False),
        ((Conv2D(2, 3), ReLU(), MaxPool2D(3)), False),
        ((Conv2D(2, 3), ReLU(), MaxPool2D(2, stride=1)), False),
        ((Conv2D(2, 3), ReLU(), MaxPool2D(2, padding=1)), False),
        ((Conv2D(2, 3), ReLU(), AvgPool2D(2)), False),
    ],
)
def test_convolution_and_pool_are_joined_where_that_is_possible(layers: tuple, joined: bool) -> None:
    spec = NetworkSpec((1, 13, 12), (*layers, Flatten(), Dense(2)))
    found = kernels_of(spec)
    assert (ConvolutionPoolKernel in found) is joined
    assert bool({ConvolutionKernel, ConvolutionRowsKernel} & set(found)) is not joined


@pytest.mark.parametrize(
    ("layer", "by_rows"),
    [
        (Conv2D(2, 3), True),
        (Conv2D(2, (5, 2), padding="same"), True),
        (Conv2D(2, 1), True),
        (Conv2D(2, 3, stride=(1, 2)), False),
        (Conv2D(2, 3, dilation=(2, 1)), False),
        (Conv2D(2, 3, padding=3), False),
        (Conv2D(4, 3, groups=2), False),
    ],
)
def test_convolutions_at_stride_1_are_computed_row_by_row(layer: Conv2D, by_rows: bool) -> None:
    found = kernels_of(NetworkSpec((2, 9, 8), (layer, Flatten(), Dense(2))))
    assert (ConvolutionRowsKernel in found) is by_rows
    assert (ConvolutionKernel in found) is not by_rows


@pytest.mark.parametrize(
    ("layers", "kernel"),
    [
        ((ReLU(), MaxPool2D(2)), MaxPool2Kernel),
        ((MaxPool2D(2),), MaxPool2Kernel),
        ((ReLU(), MaxPool2D(2, padding=1)), MaxPoolKernel),
        ((ReLU(), MaxPool2D(3)), MaxPoolKernel),
    ],
)
def test_a_relu_is_joined_to_a_plain_pool_after_it(layers: tuple, kernel: type) -> None:
    found = kernels_of(NetworkSpec((1, 8, 8), (Conv2D(2, 2, dilation=2), *layers, Flatten(), Dense(2))))
    assert kernel in found
    assert (ReLUKernel in found) is (kernel is MaxPoolKernel and len(layers) == 2)


def test_a_plan_says_what_computes_which_layers_and_why() -> None:
    text = Network(EVERYTHING).plan(8).describe()
    for name in EVERYTHING.layer_names:
        assert any(name in line.split(" – ") for line in text.splitlines())
    small = NetworkSpec((1, 12, 12), (Conv2D(4, 3), Flatten(), Dense(10)))
    lines = Network(small).plan(16).describe().splitlines()
    assert lines[0] == "conv1"
    assert lines[1].startswith("  ConvolutionRowsKernel: stride 1")
    # 4 filters of 9 weights at 100 positions, a multiplication and an addition each; no gradient below.
    assert lines[2] == "  products: 0.007 MFLOP forward, 0.007 backward per picture"
    # Values of 12 rows, 3 columns and 10 positions; weights; their gradient, its scratch, and one for each of
    # 10 rows; ones for 1,600 positions; bias gradient and its scratch.
    numbers = 12 * 3 * 10 * 16 + 36 + 36 + 36 + 360 + 1600 + 4 + 4
    assert lines[3] == f"  8 buffers of its own, {numbers * 4 / 1024:,.0f} KiB for 16 pictures"
    answering = Network(small).plan(16, training=False).describe()
    assert "0.000 backward" in answering


def test_gradients_stop_at_the_first_layer_that_learns() -> None:
    spec = NetworkSpec((1, 8, 8), (AvgPool2D(2), ReLU(), Flatten(), Dense(3)))
    case = case_of(spec, 5)
    _, found = Network.from_parameters(spec, case.parameters).loss_and_gradients(case.x, case.y)
    wanted = ReferenceNetwork(spec, case.parameters).gradients(case.x, case.y)
    np.testing.assert_allclose(found["dense1.weight"], wanted["dense1.weight"], rtol=1e-10)


def test_a_network_with_nothing_to_learn_still_has_a_loss() -> None:
    spec = NetworkSpec((2, 1, 1), (Flatten(),))
    x, y = np.array([[3.0, 1.0]]).reshape(1, 2, 1, 1), np.array([1])
    loss, gradients = Network(spec, dtype=np.float64).loss_and_gradients(x, y)
    assert loss == pytest.approx(functional.cross_entropy(x.reshape(1, 2), y))
    assert gradients.vector.shape == (0,)


def test_dropout_drops_in_training_with_a_generator_only() -> None:
    spec = NetworkSpec((1, 20, 20), (Dropout(0.25), Flatten(), Dense(2, initial="zeros")))
    network = Network(spec, dtype=np.float64)
    x, y = np.ones((8, 1, 20, 20)), np.zeros(8, int)
    _, plain = network.loss_and_gradients(x, y)
    _, again = network.loss_and_gradients(x, y, rng=None)
    np.testing.assert_array_equal(plain.vector, again.vector)
    # At equal logits the gradient of a weight is proportional to the mean of its input.
    _, dropped = network.loss_and_gradients(x, y, rng=np.random.default_rng(1))
    share = dropped["dense1.weight"][0] / plain["dense1.weight"][0]
    assert share.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_allclose(share * 8 * 0.75, np.rint(share * 8 * 0.75), atol=1e-9)
    _, same = network.loss_and_gradients(x, y, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(same.vector, dropped.vector)
    np.testing.assert_array_equal(network.activations(x)["dropout1"], x)


def test_the_gradient_of_dropout_passes_where_the_value_was_kept() -> None:
    spec = NetworkSpec((1, 3, 3), (Conv2D(2, 2), Dropout(0.5), Flatten(), Dense(2)))
    case = case_of(spec, 3)
    network = Network.from_parameters(spec, case.parameters)
    direction = np.random.default_rng(2).normal(size=spec.weight_count)
    _, found = network.loss_and_gradients(case.x, case.y, rng=np.random.default_rng(5))
    vector = network.parameters.trainable

    def loss(at: np.ndarray) -> float:
        vector[...] = at
        return network.loss_and_gradients(case.x, case.y, rng=np.random.default_rng(5))[0]

    wanted = slope_along(loss, vector.copy(), direction)
    assert found.trainable @ direction == pytest.approx(wanted, rel=1e-6)


def test_only_training_moves_the_running_statistics() -> None:
    case = case_of(NetworkSpec((2, 4, 4), (BatchNorm2D(0.2), Flatten(), Dense(2))), 6)
    network = Network.from_parameters(case.spec, case.parameters)
    before = network.parameters.state.copy()
    network.forward(case.x)
    network.loss_and_gradients(case.x, case.y)
    np.testing.assert_array_equal(network.parameters.state, before)
    network.executor_for_training().loss_and_gradients(case.x, case.y, update_running=True)
    mean, variance = case.x.mean(axis=(0, 2, 3)), case.x.var(axis=(0, 2, 3), ddof=1)
    np.testing.assert_allclose(network.parameters.state, 0.8 * before + 0.2 * np.r_[mean, variance])
