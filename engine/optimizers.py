"""Optimisers: arithmetic on one flat vector of parameters and one of gradients.

Each step works through blocks that fit in cache, so that a number is read from memory once for all its
operations. Conventions are PyTorch's.
"""

from collections.abc import Iterator
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError

Array = NDArray[Any]
OptimizerName = Literal["sgd", "adam", "adamw"]

# Numbers per block: six float32 vectors of this length fit in a core's second-level cache.
BLOCK = 16_384

# Added to a decaying mean and subtracted again, it leaves nothing of what is far smaller. Where gradients
# stay zero, at a picture's border say, means would otherwise come to numbers below the smallest normal one,
# and stay there; many processors take a hundred times as long for these.
VANISHING = 1e-30

ALL = slice(None)


class Optimizer(Protocol):
    """Changes parameters by their gradients; may be told other settings between steps.

    `counts` are the numbers beside the moments that the next step depends on; processes that each change a
    part of the parameters hand them on.
    """

    momentum: float
    weight_decay: float
    counts: tuple[float, ...]

    def step(self, parameters: Array, gradients: Array, learning_rate: float, part: slice = ALL) -> None:
        """Change `parameters` in place, or only a part of them."""

    def adopt(self, memory: Array, *, keep: bool = True) -> None:
        """Keep the moments in `memory` from now on, ``(2, numbers)``: as they are, or as it holds them."""

    def state(self) -> dict[str, Array]:
        """Copy what the next steps depend on; empty before the first one."""

    def restore(self, state: dict[str, Array]) -> None:
        """Go back to what `state` gave; ConfigError if that was another kind of optimiser."""


def _require(state: dict[str, Array], kind: str, *names: str) -> None:
    if state and set(state) != set(names):
        raise ConfigError(f"the state must be that of {kind} ({', '.join(names)}), got {', '.join(state)}")


def _blocks(*vectors: Array) -> Iterator[tuple[Array, ...]]:
    for start in range(0, len(vectors[0]), BLOCK):
        yield tuple(v[start : start + BLOCK] for v in vectors)


def _with_decay(w: Array, g: Array, weight_decay: float, out: Array) -> Array:
    """Gradient plus weight_decay · w, in the front part of `out`."""
    decayed = out[: len(w)]
    np.multiply(w, w.dtype.type(weight_decay), out=decayed)
    decayed += g
    return decayed


class SGD:
    """Stochastic gradient descent with momentum and, optionally, Nesterov's look ahead.

    v ← momentum · v + g;  w ← w − learning rate · v  (Nesterov: g + momentum · v in place of v).
    Weight decay adds weight_decay · w to the gradient. Source: Sutskever et al. (2013), PyTorch's form.
    """

    def __init__(self, *, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0) -> None:
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        self.counts: tuple[float, ...] = ()
        self._velocity: Array | None = None
        self._scratch = np.empty(0)

    def adopt(self, memory: Array, *, keep: bool = True) -> None:
        if keep:
            memory[0] = 0 if self._velocity is None else self._velocity
        self._velocity = memory[0]

    def state(self) -> dict[str, Array]:
        return {} if self._velocity is None else {"velocity": self._velocity.copy()}

    def restore(self, state: dict[str, Array]) -> None:
        _require(state, "SGD", "velocity")
        self._velocity = state["velocity"].copy() if state else None

    def step(self, parameters: Array, gradients: Array, learning_rate: float, part: slice = ALL) -> None:
        if self._velocity is None:
            self._velocity = np.zeros_like(parameters)
        if len(self._scratch) == 0:
            self._scratch = np.empty_like(parameters[:BLOCK])
            self._decayed = np.empty_like(parameters[:BLOCK])
        number = parameters.dtype.type
        rate, momentum = number(learning_rate), number(self.momentum)
        for w, g, v in _blocks(parameters[part], gradients[part], self._velocity[part]):
            t = self._scratch[: len(w)]
            if self.weight_decay:
                g = _with_decay(w, g, self.weight_decay, self._decayed)
            v *= momentum
            v += g
            v += VANISHING
            v -= VANISHING
            if self.nesterov:
                np.multiply(v, momentum, out=t)
                t += g
                t *= rate
            else:
                np.multiply(v, rate, out=t)
            w -= t


class Adam:
    """Adam: each number's step is its mean gradient over the root of its mean squared gradient.

    With `decoupled`, weight decay shrinks the weights by themselves (AdamW); otherwise it is added to the
    gradient. `momentum` is the decay of the mean gradient (β₁).
    Sources: Kingma and Ba (2015), algorithm 1; Loshchilov and Hutter (2019).
    """

    BETA2 = 0.999
    EPSILON = 1e-8

    def __init__(self, *, momentum: float = 0.9, weight_decay: float = 0.0, decoupled: bool = False) -> None:
        self.momentum, self.weight_decay, self.decoupled = momentum, weight_decay, decoupled
        # Steps, and the product of every β₁ so far: exact bias correction even when β₁ changes on the way.
        self.counts: tuple[float, ...] = (0, 1.0)
        self._mean: Array | None = None
        self._square = np.empty(0)
        self._scratch = np.empty(0)

    def adopt(self, memory: Array, *, keep: bool = True) -> None:
        if keep:
            memory[0] = 0 if self._mean is None else self._mean
            memory[1] = 0 if self._mean is None else self._square
        self._mean, self._square = memory[0], memory[1]

    def state(self) -> dict[str, Array]:
        if self._mean is None or not self.counts[0]:
            return {}
        return {"mean": self._mean.copy(), "square": self._square.copy(), "counts": np.array(self.counts)}

    def restore(self, state: dict[str, Array]) -> None:
        _require(state, "Adam", "mean", "square", "counts")
        self.counts, self._mean = (0, 1.0), None
        if state:
            self._mean, self._square = state["mean"].copy(), state["square"].copy()
            self.counts = (int(state["counts"][0]), float(state["counts"][1]))

    def step(self, parameters: Array, gradients: Array, learning_rate: float, part: slice = ALL) -> None:
        if self._mean is None:
            self._mean, self._square = np.zeros_like(parameters), np.zeros_like(parameters)
        if len(self._scratch) == 0:
            self._scratch = np.empty_like(parameters[:BLOCK])
            self._decayed = np.empty_like(parameters[:BLOCK])
        steps, beta1_product = self.counts[0] + 1, self.counts[1] * self.momentum
        self.counts = (steps, beta1_product)
        number = parameters.dtype.type
        beta1, beta2 = number(self.momentum), number(self.BETA2)
        new1, new2 = number(1 - self.momentum), number(1 - self.BETA2)
        root2 = (1 - self.BETA2**steps) ** 0.5
        # lr · (m / c1) / (√v / c2 + ε)  =  (lr · c2 / c1) · m / (√v + ε · c2)
        rate = number(learning_rate * root2 / (1 - beta1_product))
        epsilon = number(self.EPSILON * root2)
        shrink = number(1 - learning_rate * self.weight_decay)
        arrays = (parameters[part], gradients[part], self._mean[part], self._square[part])
        for w, g, m, v in _blocks(*arrays):
            t = self._scratch[: len(w)]
            if self.weight_decay and self.decoupled:
                w *= shrink
            elif self.weight_decay:
                g = _with_decay(w, g, self.weight_decay, self._decayed)
            m *= beta1
            np.multiply(g, new1, out=t)
            m += t
            m += VANISHING
            m -= VANISHING
            v *= beta2
            np.multiply(g, g, out=t)
            t *= new2
            v += t
            np.sqrt(v, out=t)
            t += epsilon
            np.divide(m, t, out=t)
            t *= rate
            w -= t


def make_optimizer(name: OptimizerName, *, momentum: float, nesterov: bool, weight_decay: float) -> Optimizer:
    """Give a fresh optimiser by name; ConfigError for an unknown one."""
    if name == "sgd":
        return SGD(momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
    if name in ("adam", "adamw"):
        return Adam(momentum=momentum, weight_decay=weight_decay, decoupled=name == "adamw")
    raise ConfigError(f'optimizer must be "sgd", "adam" or "adamw", got {name!r}')
