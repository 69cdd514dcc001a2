"""The optimisers: against the formulas of the papers, written out in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.optimizers import BLOCK, SGD, Adam, Optimizer, make_optimizer

Array = NDArray[np.float64]
# (momentum, weight decay, learning rate) of each step: all of them change on the way.
COURSE = [(0.9, 0.01, 0.1), (0.9, 0.01, 0.1), (0.5, 0.0, 0.05), (0.0, 0.02, 0.2), (0.8, 0.02, 0.1)]


def textbook_sgd(w: Array, gradients: list[Array], *, nesterov: bool) -> Array:
    v = np.zeros_like(w)
    for g, (momentum, decay, rate) in zip(gradients, COURSE, strict=True):
        g = g + decay * w
        v = momentum * v + g
        w = w - rate * (g + momentum * v if nesterov else v)
    return w


def textbook_adam(w: Array, gradients: list[Array], *, decoupled: bool) -> Array:
    m, v = np.zeros_like(w), np.zeros_like(w)
    remaining1 = remaining2 = 1.0
    for g, (beta1, decay, rate) in zip(gradients, COURSE, strict=True):
        if decoupled:
            w = w - rate * decay * w
        else:
            g = g + decay * w
        m = beta1 * m + (1 - beta1) * g
        v = 0.999 * v + 0.001 * g**2
        remaining1, remaining2 = remaining1 * beta1, remaining2 * 0.999
        w = w - rate * (m / (1 - remaining1)) / (np.sqrt(v / (1 - remaining2)) + 1e-8)
    return w


KINDS = [
    pytest.param(lambda: SGD(), lambda w, g: textbook_sgd(w, g, nesterov=False), id="sgd"),
    pytest.param(lambda: SGD(nesterov=True), lambda w, g: textbook_sgd(w, g, nesterov=True), id="nesterov"),
    pytest.param(lambda: Adam(), lambda w, g: textbook_adam(w, g, decoupled=False), id="adam"),
    pytest.param(lambda: Adam(decoupled=True), lambda w, g: textbook_adam(w, g, decoupled=True), id="adamw"),
]


def material(size: int, dtype: Any = np.float64) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    rng = np.random.default_rng(0)
    return rng.normal(size=size).astype(dtype), [rng.normal(size=size).astype(dtype) for _ in COURSE]


def follow(optimizer: Optimizer, w: NDArray[Any], gradients: list[NDArray[Any]], start: int = 0) -> None:
    for g, (momentum, decay, rate) in zip(gradients[start:], COURSE[start:], strict=True):
        optimizer.momentum, optimizer.weight_decay = momentum, decay
        optimizer.step(w, g, rate)


@pytest.mark.parametrize("size", [1, 7, BLOCK, BLOCK + 1, 2 * BLOCK + 100])
@pytest.mark.parametrize(("make", "textbook"), KINDS)
def test_each_step_is_the_textbook_s(make: Callable[[], Optimizer], textbook: Any, size: int) -> None:
    w, gradients = material(size)
    wanted = textbook(w.copy(), gradients)
    follow(make(), w, gradients)
    np.testing.assert_allclose(w, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("make", "textbook"), KINDS)
def test_float32_follows_to_its_precision(make: Callable[[], Optimizer], textbook: Any) -> None:
    w, gradients = material(1000, np.float32)
    wanted = textbook(w.astype(float), [g.astype(float) for g in gradients])
    follow(make(), w, gradients)
    assert w.dtype == np.float32
    np.testing.assert_allclose(w, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("make", "textbook"), KINDS)
def test_gradients_are_only_read(make: Callable[[], Optimizer], textbook: Any) -> None:
    w, gradients = material(100)
    before = [g.copy() for g in gradients]
    follow(make(), w, gradients)
    np.testing.assert_array_equal(gradients, before)


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize(("make", "textbook"), KINDS)
def test_a_restored_optimiser_goes_on_bit_for_bit(
    make: Callable[[], Optimizer], textbook: Any, at: int
) -> None:
    w, gradients = material(BLOCK + 5, np.float32)
    first, second = make(), make()
    for g, (momentum, decay, rate) in zip(gradients[:at], COURSE[:at], strict=True):
        first.momentum, first.weight_decay = momentum, decay
        first.step(w, g, rate)
    state, other = first.state(), w.copy()
    follow(first, w, gradients, at)
    second.restore(state)
    follow(second, other, gradients, at)
    np.testing.assert_array_equal(w, other)


@pytest.mark.parametrize(("make", "textbook"), KINDS)
def test_a_state_is_a_private_copy(make: Callable[[], Optimizer], textbook: Any) -> None:
    w, gradients = material(50)
    optimizer = make()
    optimizer.step(w, gradients[0], 0.1)
    state = optimizer.state()
    before = {name: value.copy() for name, value in state.items()}
    optimizer.restore(state)
    optimizer.step(w, gradients[1], 0.1)
    for name, value in state.items():
        np.testing.assert_array_equal(value, before[name])


def test_an_optimiser_goes_back_to_its_beginning() -> None:
    for optimizer in (SGD(momentum=0.9), Adam()):
        (w, gradients), other = material(20), material(20)[0]
        optimizer.step(w, gradients[0], 0.1)
        optimizer.restore({})
        assert optimizer.state() == {}
        optimizer.step(other, gradients[0], 0.1)
        np.testing.assert_array_equal(w, other)


def test_the_state_of_another_optimiser_is_refused() -> None:
    w, gradients = material(20)
    adam, sgd = Adam(), SGD()
    adam.step(w, gradients[0], 0.1)
    sgd.step(w, gradients[0], 0.1)
    for optimizer, state in ((sgd, adam.state()), (adam, sgd.state())):
        with pytest.raises(ConfigError, match="the state must be that of"):
            optimizer.restore(state)


def test_optimisers_are_made_by_name() -> None:
    settings: Any = {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}
    sgd, adam, adamw = (make_optimizer(name, **settings) for name in ("sgd", "adam", "adamw"))
    assert isinstance(sgd, SGD)
    assert sgd.nesterov
    assert isinstance(adam, Adam)
    assert not adam.decoupled
    assert isinstance(adamw, Adam)
    assert adamw.decoupled
    assert (adamw.momentum, adamw.weight_decay) == (0.8, 0.1)
    with pytest.raises(ConfigError, match='"sgd", "adam" or "adamw", got \'rmsprop\''):
        make_optimizer("rmsprop", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_means_of_gradients_that_have_ended_never_become_subnormal(name):
    optimizer = make_optimizer(name, momentum=0.9, nesterov=False, weight_decay=0)
    parameters, gradients = np.ones(5, np.float32), np.linspace(0.1, 1, 5, dtype=np.float32)
    optimizer.step(parameters, gradients, 0.01)
    gradients[:] = 0
    for _ in range(1200):
        optimizer.step(parameters, gradients, 0.01)
        mean = optimizer.state()["velocity" if name == "sgd" else "mean"]
        assert np.all((mean == 0) | (np.abs(mean) >= np.finfo(np.float32).tiny))
    assert np.abs(mean).max() < 1e-36
