"""Worker of training.py: a convolutional network as most repositories write it in NumPy.

float32, patches gathered by index arrays (im2col), their gradients scattered by ``np.add.at``, a fresh array
for every result, Adam per parameter: what many courses teach. One process, NumPy's own threads.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

from benchmarks._task import serve

Array = np.ndarray[Any, Any]


def patch_indices(shape: tuple[int, ...], k: int, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """Index arrays of every patch: channel, row, column."""
    _, c, h, w = shape
    oh, ow = (h + 2 * padding - k) // stride + 1, (w + 2 * padding - k) // stride + 1
    i = np.tile(np.repeat(np.arange(k), k), c)[:, None] + stride * np.repeat(np.arange(oh), ow)[None]
    j = np.tile(np.arange(k), k * c)[:, None] + stride * np.tile(np.arange(ow), oh)[None]
    return np.repeat(np.arange(c), k * k)[:, None], i, j


class Conv:
    """A convolution by im2col."""

    def __init__(self, c: int, filters: int, k: int, stride: int, padding: int, rng: Any) -> None:
        self.k, self.stride, self.padding = k, stride, padding
        scale = np.sqrt(2 / (c * k * k))
        self.w = rng.normal(0, scale, (filters, c, k, k)).astype(np.float32)
        self.b = np.zeros(filters, np.float32)

    def forward(self, x: Array) -> Array:
        p, k = self.padding, self.k
        self.x_shape = x.shape
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        self.at = patch_indices(x.shape, k, self.stride, p)
        c, i, j = self.at
        self.columns = padded[:, c, i, j].transpose(1, 2, 0).reshape(k * k * x.shape[1], -1)
        z = self.w.reshape(len(self.w), -1) @ self.columns + self.b[:, None]
        oh = (x.shape[2] + 2 * p - k) // self.stride + 1
        return z.reshape(len(self.w), oh, -1, len(x)).transpose(3, 0, 1, 2)

    def backward(self, dy: Array) -> Array:
        n, c, h, w = self.x_shape
        p, k = self.padding, self.k
        flat = dy.transpose(1, 2, 3, 0).reshape(len(self.w), -1)
        self.dw, self.db = (flat @ self.columns.T).reshape(self.w.shape), flat.sum(axis=1)
        dcolumns = self.w.reshape(len(self.w), -1).T @ flat
        dcolumns = dcolumns.reshape(c * k * k, -1, n).transpose(2, 0, 1)
        dx = np.zeros((n, c, h + 2 * p, w + 2 * p), np.float32)
        ci, i, j = self.at
        np.add.at(dx, (slice(None), ci, i, j), dcolumns)  # type: ignore[arg-type]
        return dx[:, :, p : p + h, p : p + w]


class Dense:
    """A dense layer."""

    def __init__(self, d: int, units: int, rng: Any) -> None:
        self.w = rng.normal(0, np.sqrt(2 / d), (d, units)).astype(np.float32)
        self.b = np.zeros(units, np.float32)

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy: Array) -> Array:
        self.dw, self.db = self.x.T @ dy, dy.sum(axis=0)
        return dy @ self.w.T


class ReLU:
    """Keep what is positive."""

    def forward(self, x: Array) -> Array:
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy: Array) -> Array:
        return dy * self.mask


class MaxPool:
    """Max-pooling by reshaping, for windows that do not overlap."""

    def __init__(self, side: int) -> None:
        self.side = side

    def forward(self, x: Array) -> Array:
        s = self.side
        self.shape = x.shape
        h, w = x.shape[2] // s * s, x.shape[3] // s * s
        windows = x[:, :, :h, :w].reshape(*x.shape[:2], h // s, s, w // s, s)
        y = windows.max(axis=(3, 5))
        self.mask = windows == y[:, :, :, None, :, None]
        return y

    def backward(self, dy: Array) -> Array:
        share = self.mask * dy[:, :, :, None, :, None]
        n, c, a, s, b, _ = share.shape
        dx = np.zeros(self.shape, np.float32)
        dx[:, :, : a * s, : b * s] = share.reshape(n, c, a * s, b * s)
        return dx


class Flatten:
    """One row per picture."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.shape)


def build(shape: list[int], layers: list[list[Any]]) -> list[Any]:
    """Make a network of `benchmarks._networks`; SystemExit for a layer that is not written here."""
    rng = np.random.default_rng(0)
    made: list[Any] = []
    x = np.zeros((1, *shape), np.float32)
    for kind, *numbers in layers:
        if kind == "conv":
            filters, k, stride, padding = numbers[:4]
            made.append(Conv(x.shape[1], filters, k, stride, padding, rng))
        elif kind == "dense":
            made.append(Dense(x.shape[1], numbers[0], rng))
        elif kind in ("relu", "flatten"):
            made.append(ReLU() if kind == "relu" else Flatten())
        elif kind == "max":
            made.append(MaxPool(numbers[0]))
        else:
            raise SystemExit(f"no {kind} here")
        x = made[-1].forward(x)
    return made


class Adam:
    """Adam, parameter by parameter."""

    def __init__(self) -> None:
        self.t = 0
        self.state: dict[tuple[int, str], list[Any]] = {}

    def step(self, layers: list[Any]) -> None:
        self.t += 1
        for number, layer in enumerate(layers):
            for name in ("w", "b"):
                if not hasattr(layer, name):
                    continue
                value, gradient = getattr(layer, name), getattr(layer, "d" + name)
                m, v = self.state.setdefault((number, name), [np.zeros_like(value), np.zeros_like(value)])
                m[...] = 0.9 * m + 0.1 * gradient
                v[...] = 0.999 * v + 0.001 * gradient**2
                hat = m / (1 - 0.9**self.t)
                value -= 1e-3 * hat / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(-1, *settings["shape"])
    labels = np.fromfile(settings["labels"], np.int64)
    layers, adam = build(settings["shape"], settings["layers"]), Adam()
    rng, batch = np.random.default_rng(0), settings["batch"]
    order, at = rng.permutation(len(labels)), 0

    def step() -> tuple[int, float]:
        nonlocal order, at
        if at >= len(order):
            order, at = rng.permutation(len(labels)), 0
        chosen = order[at : at + batch]
        at += batch
        x, y = pictures[chosen].astype(np.float32) / 255, labels[chosen]
        for layer in layers:
            x = layer.forward(x)
        e = np.exp(x - x.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = float(-np.log(p[rows, y] + 1e-12).mean())
        p[rows, y] -= 1
        d = p / np.float32(len(y))
        for layer in reversed(layers):
            d = layer.backward(d)
        adam.step(layers)
        return len(y), loss

    serve(step)


if __name__ == "__main__":
    main()
