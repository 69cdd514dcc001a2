"""The flip proof: correlation and convolution are the same thing with the kernels turned by 180°."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import functional
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
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class FlipProof:
    """Logits of one picture, ``(classes,)`` float64, with the network as it is and as it was changed."""

    before: Array
    after: Array

    def equal(self, digits: int) -> NDArray[np.bool_]:
        """Which logits are the same to `digits` decimals, ``(classes,)``."""
        same: NDArray[np.bool_] = np.round(self.before, digits) == np.round(self.after, digits)
        return same


def flip_proof(
    spec: NetworkSpec, parameters: Parameters, picture: Array, *, turn_kernels: bool, convolve: bool
) -> FlipProof:
    """Compute the logits before and after a change of every convolution of a network.

    Parameters
    ----------
    spec, parameters
        The network.
    picture
        ``(c, h, w)``, 0 to 1.
    turn_kernels
        Turn every kernel by 180°.
    convolve
        Use the mathematician's convolution in the place of cross-correlation.
    """
    before = reference_logits(spec, parameters, picture)
    after = reference_logits(spec, parameters, picture, turn_kernels=turn_kernels, convolve=convolve)
    return FlipProof(before, after)


def reference_logits(
    spec: NetworkSpec,
    parameters: Parameters,
    picture: Array,
    *,
    turn_kernels: bool = False,
    convolve: bool = False,
) -> Array:
    """Compute a network's logits ``(classes,)`` with `engine.functional` alone, in float64."""
    x = np.asarray(picture, np.float64)[None]
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        values = {
            key.partition(".")[2]: np.asarray(parameters[key], np.float64)
            for key in parameters
            if key.startswith(f"{name}.")
        }
        if isinstance(layer, Conv2D):
            weight = values["weight"][..., ::-1, ::-1] if turn_kernels else values["weight"]
            slide = functional.convolve2d if convolve else functional.cross_correlate2d
            bias = values.get("bias")
            x = slide(x, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups)
        else:
            x = _other(layer, x, values)
    return x[0]


def _other(layer: Layer, x: Array, values: dict[str, Array]) -> Array:
    """Apply a layer that is no convolution, as it is applied after training."""
    match layer:
        case Dense():
            return functional.dense(x, values["weight"], values.get("bias"))
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
        case BatchNorm2D():
            mean, variance = values["running_mean"], values["running_variance"]
            return functional.batch_norm2d(x, values["scale"], values["shift"], mean, variance, layer.epsilon)
        case Flatten():
            return x.reshape(len(x), -1)
        case Dropout():
            return x
    raise NotImplementedError(f"flip proof of {type(layer).__name__}")
