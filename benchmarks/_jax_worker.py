"""Worker of training.py: the same networks with JAX, one compiled function per step."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import jax  # type: ignore[import-not-found]
import numpy as np
from jax import lax, nn
from jax import numpy as jnp

from benchmarks._task import serve, whole_batches

EPSILON = 1e-5
BETA_1, BETA_2, ADAM_EPSILON, RATE = 0.9, 0.999, 1e-8, 1e-3


def initial(shape: list[int], layers: list[list[Any]]) -> list[Any]:
    """Draw the parameters of each layer; pictures lie as (n, h, w, c)."""
    rng, parameters = np.random.default_rng(0), []
    channels, height, width = shape
    x = jnp.zeros((2, height, width, channels))
    for layer in layers:
        kind, *numbers = layer
        own: tuple[Any, ...] = ()
        if kind == "conv":
            filters, kernel, _, _, groups = numbers
            own = _uniform(rng, (kernel, kernel, x.shape[-1] // groups, filters))
        elif kind == "dense":
            own = _uniform(rng, (x.shape[-1], numbers[0]))
        elif kind == "norm":
            own = (jnp.ones(x.shape[-1]), jnp.zeros(x.shape[-1]))
        parameters.append(own)
        x = apply(layer, own, x, jax.random.key(0))
    return parameters


def _uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, Any]:
    bound = 1 / np.sqrt(np.prod(shape[:-1]))
    return tuple(jnp.asarray(rng.uniform(-bound, bound, size), jnp.float32) for size in (shape, shape[-1:]))


def apply(layer: list[Any], own: tuple[Any, ...], x: Any, key: Any) -> Any:
    """Compute one layer in training."""
    kind, *numbers = layer
    if kind == "conv":
        _, _, stride, padding, groups = numbers
        x = lax.conv_general_dilated(
            x,
            own[0],
            (stride, stride),
            [(padding, padding)] * 2,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )
        return x + own[1]
    if kind == "dense":
        return x @ own[0] + own[1]
    if kind == "norm":
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        return (x - mean) * lax.rsqrt(variance + EPSILON) * own[0] + own[1]
    if kind == "max":
        window = (1, numbers[0], numbers[0], 1)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
    if kind == "avg":
        window = (1, numbers[0], numbers[0], 1)
        return lax.reduce_window(x, 0.0, lax.add, window, window, "VALID") / numbers[0] ** 2
    if kind == "globalavg":
        return x.mean((1, 2), keepdims=True)
    if kind == "dropout":
        return jnp.where(jax.random.bernoulli(key, 1 - numbers[0], x.shape), x / (1 - numbers[0]), 0)
    if kind == "flatten":
        return x.reshape(len(x), -1)
    return nn.relu(x)


def compiled_step(layers: list[list[Any]]) -> Callable[..., Any]:
    """Make the function that trains on one batch: forward, backward and Adam."""

    def loss_of(parameters: list[Any], pictures: Any, labels: Any, key: Any) -> Any:
        x = pictures.transpose(0, 2, 3, 1).astype(jnp.float32) / 255
        for place, (layer, own) in enumerate(zip(layers, parameters, strict=True)):
            x = apply(layer, own, x, jax.random.fold_in(key, place))
        return -nn.log_softmax(x)[jnp.arange(len(labels)), labels].mean()

    def step(state: Any, pictures: Any, labels: Any) -> Any:
        parameters, first, second, count = state
        key = jax.random.fold_in(jax.random.key(1), count)
        loss, gradients = jax.value_and_grad(loss_of)(parameters, pictures, labels, key)
        count += 1
        first = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, second, gradients)
        size, root = RATE / (1 - BETA_1**count), 1 - BETA_2**count
        parameters = jax.tree.map(
            lambda p, m, v: p - size * m / (jnp.sqrt(v / root) + ADAM_EPSILON), parameters, first, second
        )
        return (parameters, first, second, count), loss

    return jax.jit(step, donate_argnums=0)


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    shape, layers, batch = tuple(settings["shape"]), settings["layers"], settings["batch"]
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(-1, *shape)
    labels = np.fromfile(settings["labels"], np.int64).astype(np.int32)
    parameters = initial(settings["shape"], layers)
    if settings["weights"] and sum(p.size for p in jax.tree.leaves(parameters)) != settings["weights"]:
        raise SystemExit("the networks differ")
    zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
    state: Any = (parameters, *zeros, jnp.zeros((), jnp.int32))
    train = compiled_step(layers)
    batches = whole_batches(len(labels), batch, np.random.default_rng(0).permutation)

    def step() -> tuple[int, float]:
        nonlocal state
        chosen = next(batches)
        state, loss = train(state, pictures[chosen], labels[chosen])
        return batch, float(loss)

    step()
    serve(step)


if __name__ == "__main__":
    main()
