"""Slow and obvious twins of the engine's operations, and ways to check gradients."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import functional
from engine.geometry import Sides
from engine.layers import (
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
from engine.spec import NetworkSpec

Array = NDArray[Any]


def slide(
    x: Array,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    sides: Sides,
    dilation: tuple[int, int],
    edge: float,
) -> list[list[Array]]:
    """Cut out every patch ``(n, c, kh, kw)`` of a padded picture, pixel by pixel."""
    (top, bottom), (left, right) = sides
    n, c, h, w = x.shape
    padded = np.full((n, c, h + top + bottom, w + left + right), edge, x.dtype)
    padded[:, :, top : top + h, left : left + w] = x
    height, width = padded.shape[2:]
    rows = range(0, height - dilation[0] * (kernel[0] - 1), stride[0])
    columns = range(0, width - dilation[1] * (kernel[1] - 1), stride[1])
    return [[_patch(padded, y, z, kernel, dilation) for z in columns] for y in rows]


def _patch(x: Array, top: int, left: int, kernel: tuple[int, int], dilation: tuple[int, int]) -> Array:
    patch = np.empty((*x.shape[:2], *kernel), x.dtype)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            patch[:, :, i, j] = x[:, :, top + i * dilation[0], left + j * dilation[1]]
    return patch


def correlate(
    x: Array,
    weight: Array,
    bias: Array,
    *,
    stride: tuple[int, int] = (1, 1),
    padding: Sides = ((0, 0), (0, 0)),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> Array:
    """Cross-correlate with one Python loop per axis."""
    patches = slide(x, weight.shape[2:], stride, padding, dilation, 0.0)
    z = np.zeros((len(x), len(weight), len(patches), len(patches[0])), x.dtype)
    channels, filters = x.shape[1] // groups, len(weight) // groups
    for f in range(len(weight)):
        group = f // filters
        seen = slice(group * channels, (group + 1) * channels)
        for y, row in enumerate(patches):
            for column, patch in enumerate(row):
                for i in range(len(x)):
                    z[i, f, y, column] = np.sum(patch[i, seen] * weight[f]) + bias[f]
    return z


def pool(
    x: Array, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], *, largest: bool
) -> Array:
    """Max- or average-pool patch by patch."""
    sides = ((padding[0], padding[0]), (padding[1], padding[1]))
    patches = slide(x, size, stride, sides, (1, 1), -np.inf if largest else 0.0)
    combine = np.max if largest else np.mean
    return np.stack([np.stack([combine(p, axis=(2, 3)) for p in row], -1) for row in patches], -2)


def slope_along(function: Callable[[Array], float], at: Array, direction: Array, step: float = 1e-6) -> float:
    """Slope of `function` at `at` along `direction`, by central difference."""
    ahead, behind = function(at + step * direction), function(at - step * direction)
    return (ahead - behind) / (2 * step)


def assert_gradient(
    function: Callable[[Array], float],
    gradient: Array,
    at: Array,
    rng: np.random.Generator,
    *,
    tolerance: float = 1e-6,
) -> None:
    """Compare a gradient with a central difference along one random direction, in float64."""
    assert at.dtype == np.float64
    assert gradient.shape == at.shape
    direction = rng.normal(size=at.shape)
    direction /= max(np.linalg.norm(direction), 1e-12)
    wanted = slope_along(function, at, direction)
    np.testing.assert_allclose((gradient * direction).sum(), wanted, rtol=tolerance, atol=tolerance)


class ReferenceNetwork:
    """A network computed layer by layer with `engine.functional`, as in training, without dropout."""

    def __init__(self, spec: NetworkSpec, parameters: Mapping[str, Array]) -> None:
        self.spec, self.parameters = spec, parameters

    def activations(self, x: Array, *, training: bool = False) -> dict[str, Array]:
        """Give the input and the output of every layer by name."""
        outputs = {"input": x}
        for name, layer in zip(self.spec.layer_names, self.spec.layers, strict=True):
            x = self._forward(name, layer, x, training)
            outputs[name] = x
        return outputs

    def loss(self, x: Array, y: Array, label_smoothing: float = 0.0) -> float:
        """Mean loss in training."""
        logits = self.activations(x, training=True)[self.spec.layer_names[-1]]
        return functional.cross_entropy(logits, y, label_smoothing)

    def gradients(self, x: Array, y: Array, label_smoothing: float = 0.0) -> dict[str, Array]:
        """Gradient of the loss in every trained parameter."""
        names = ("input", *self.spec.layer_names)
        outputs = self.activations(x, training=True)
        found: dict[str, Array] = {}
        d = functional.cross_entropy_gradient(outputs[names[-1]], y, label_smoothing)
        for i in reversed(range(1, len(names))):
            d = self._backward(names[i], self.spec.layers[i - 1], d, outputs[names[i - 1]], found)
        return found

    def _part(self, name: str, part: str) -> Array | None:
        return self.parameters.get(f"{name}.{part}")

    def _forward(self, name: str, layer: Layer, x: Array, training: bool) -> Array:
        w, b = self._part(name, "weight"), self._part(name, "bias")
        match layer:
            case Conv2D():
                return functional.cross_correlate2d(
                    x, w, b, layer.stride, layer.padding, layer.dilation, layer.groups
                )
            case Dense():
                return functional.dense(x, w, b)
            case MaxPool2D():
                return functional.max_pool2d(x, layer.size, layer.stride, layer.padding)
            case AvgPool2D():
                return functional.avg_pool2d(x, layer.size, layer.stride, layer.padding)
            case GlobalAvgPool2D():
                return functional.global_avg_pool2d(x)
            case ReLU():
                return functional.relu(x)
            case LeakyReLU():
                return functional.leaky_relu(x, layer.slope)
            case Sigmoid():
                return functional.sigmoid(x)
            case Tanh():
                return functional.tanh(x)
            case Dropout():
                return x
            case Flatten():
                return x.reshape(len(x), -1)
            case BatchNorm2D():
                mean, variance = self._part(name, "running_mean"), self._part(name, "running_variance")
                if training:
                    mean, variance = functional.batch_statistics(x)
                scale, shift = self._part(name, "scale"), self._part(name, "shift")
                return functional.batch_norm2d(x, scale, shift, mean, variance, layer.epsilon)
        raise TypeError(layer)

    def _backward(self, name: str, layer: Layer, d: Array, x: Array, found: dict[str, Array]) -> Array:
        w = self._part(name, "weight")
        match layer:
            case Conv2D():
                dx, dw, db = functional.cross_correlate2d_gradient(
                    d, x, w, layer.stride, layer.padding, layer.dilation, layer.groups
                )
            case Dense():
                dx, dw, db = functional.dense_gradient(d, x, w)
            case BatchNorm2D():
                scale = self._part(name, "scale")
                dx, dscale, dshift = functional.batch_norm2d_gradient(d, x, scale, layer.epsilon)
                found |= {f"{name}.scale": dscale, f"{name}.shift": dshift}
                return dx
            case MaxPool2D():
                return functional.max_pool2d_gradient(d, x, layer.size, layer.stride, layer.padding)
            case AvgPool2D():
                return functional.avg_pool2d_gradient(d, x, layer.size, layer.stride, layer.padding)
            case GlobalAvgPool2D():
                return functional.global_avg_pool2d_gradient(d, x)
            case ReLU():
                return functional.relu_gradient(d, x)
            case LeakyReLU():
                return functional.leaky_relu_gradient(d, x, layer.slope)
            case Sigmoid():
                return functional.sigmoid_gradient(d, x)
            case Tanh():
                return functional.tanh_gradient(d, x)
            case Dropout():
                return d
            case Flatten():
                return d.reshape(x.shape)
            case _:
                raise TypeError(layer)
        found[f"{name}.weight"] = dw
        if layer.bias:
            found[f"{name}.bias"] = db
        return dx
