"""Back from a number inside a network to the pixels: gradient, guided backpropagation, deconvnet.

The three differ in one thing only, what they do at a ReLU:

- "gradient": what comes from above passes where the ReLU's input was above zero. Simonyan, Vedaldi and
  Zisserman (2014).
- "deconvnet": what comes from above passes where it is itself above zero. Zeiler and Fergus (2014).
- "guided": it passes where both are. Springenberg et al. (2015).

A max-pool hands it to the pixel that won its window (the "switches" of the deconvnet paper); a convolution
goes back through its filters transposed. Batch normalisation is that of a network in use: by its running
statistics, a factor for each channel.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import functional
from engine.errors import ConfigError, ShapeError
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
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]
Rule: TypeAlias = Literal["gradient", "guided", "deconvnet"]
RULES: tuple[Rule, ...] = ("gradient", "guided", "deconvnet")
Values: TypeAlias = Mapping[str, Array]
"""Every layer's output by its name, ``(n, c, h, w)`` or ``(n, d)``, and the pictures as "input"."""


def record(network: Network, pictures: Array) -> dict[str, Array]:
    """Run pictures ``(n, c, h, w)`` through a network and keep every layer's output."""
    return {"input": np.asarray(pictures)} | network.activations(pictures)


def back_to(
    spec: NetworkSpec,
    parameters: Parameters,
    values: Values,
    layer: str,
    seed: Array,
    rule: Rule = "gradient",
    *,
    to: str = "input",
) -> Array:
    """Carry what is wanted of a layer's output back to an earlier layer's.

    Parameters
    ----------
    spec, parameters
        The network.
    values
        What it made of the pictures, from `record`.
    layer, seed
        Where to begin, and what there, of the shape of the layer's output: one number 1 and the rest 0 for a
        single pixel of a channel.
    rule
        What a ReLU does; see the module.
    to
        The layer to go to, or "input".

    Returns
    -------
    Of the shape of `to`'s output.

    Raises
    ------
    ConfigError, ShapeError
        If the rule is unknown, `to` does not come before `layer`, or the seed does not fit.
    """
    if rule not in RULES:
        raise ConfigError(f"the rule must be one of {', '.join(RULES)}, got {rule!r}")
    names = ("input", *spec.layer_names)
    last, first = names.index(layer), names.index(to)
    if first > last:
        raise ConfigError(f"the way back must end at or before {layer}, got {to}")
    if seed.shape != values[layer].shape:
        raise ShapeError(f"the seed must have the shape of {layer}, {values[layer].shape}, got {seed.shape}")
    gradient = seed
    for place in range(last, first, -1):
        name = names[place]
        x = values[names[place - 1]]
        gradient = _through(spec.layer(name), name, parameters, x, gradient, rule)
    return gradient


def _through(layer: Layer, name: str, parameters: Parameters, x: Array, gradient: Array, rule: Rule) -> Array:
    match layer:
        case Conv2D():
            weight, how = parameters[f"{name}.weight"], (layer.stride, layer.padding, layer.dilation)
            return functional.cross_correlate2d_input_gradient(gradient, x.shape, weight, *how, layer.groups)
        case Dense():
            return gradient @ parameters[f"{name}.weight"]
        case MaxPool2D():
            return functional.max_pool2d_gradient(gradient, x, layer.size, layer.stride, layer.padding)
        case AvgPool2D():
            return functional.avg_pool2d_gradient(gradient, x, layer.size, layer.stride, layer.padding)
        case GlobalAvgPool2D():
            return functional.global_avg_pool2d_gradient(gradient, x)
        case BatchNorm2D():
            variance = parameters[f"{name}.running_variance"]
            factor = parameters[f"{name}.scale"] / np.sqrt(variance + x.dtype.type(layer.epsilon))
            return gradient * factor[:, None, None]
        case ReLU() | LeakyReLU():
            return _rectified(0.0 if isinstance(layer, ReLU) else layer.slope, x, gradient, rule)
        case Sigmoid():
            return functional.sigmoid_gradient(gradient, x)
        case Tanh():
            return functional.tanh_gradient(gradient, x)
        case Flatten():
            return gradient.reshape(x.shape)
        case Dropout():
            return gradient
    raise TypeError(f"no way back through {type(layer).__name__}")


def _rectified(slope: float, x: Array, gradient: Array, rule: Rule) -> Array:
    """Back through a ReLU; through a leaky one, its slope takes the place of zero."""
    if rule != "gradient":
        gradient = functional.leaky_relu(gradient, slope)
    return gradient if rule == "deconvnet" else functional.leaky_relu_gradient(gradient, x, slope)


def seed_of(values: Values, layer: str, channel: int, pixel: tuple[int, int] | None = None) -> Array:
    """Give the seed for a channel: 1 at a pixel of it, or at its largest one in each picture; 0 elsewhere.

    For a layer that gives a vector, `channel` is the number in it.
    """
    output = values[layer]
    seed = np.zeros_like(output)
    if output.ndim == 2:
        seed[:, channel] = 1
        return seed
    pictures = np.arange(len(output))
    if pixel is not None:
        seed[pictures, channel, pixel[0], pixel[1]] = 1
        return seed
    flat = output[:, channel].reshape(len(output), -1).argmax(axis=1)
    rows, columns = np.divmod(flat, output.shape[3])
    seed[pictures, channel, rows, columns] = 1
    return seed
