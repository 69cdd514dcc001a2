"""A network as a Python script for PyTorch: the same layers, weights and logits."""

import json
from collections.abc import Iterator

from engine.errors import ConfigError
from engine.formats.script_text import INDENT, beyond, call, script
from engine.formats.state_dict import BATCH_NORM
from engine.geometry import pair
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
    Shape,
    Sigmoid,
    Tanh,
)
from engine.spec import NetworkSpec

_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}

_BUILD = '''
def build():
    """Give the network with random weights."""
    layers = OrderedDict(
{layers}
    )
    return nn.Sequential(layers)
'''

_LOAD = '''
def load(weights=WEIGHTS):
    """Give the network with its weights, ready to classify."""
    network = build()
    state = {rename(name): torch.from_numpy(value) for name, value in read(weights).items()}
    network.load_state_dict(state)
    return network.eval()


def rename(name):
    """Give PyTorch's name for a weight."""
    layer, part = name.split(".")
    return f"{layer}.{BATCH_NORM.get(part, part) if layer.startswith('batchnorm') else part}"


def logits(network, pictures):
    """Give what the network says of pictures (n, channels, height, width), float32 from 0 to 1."""
    with torch.no_grad():
        return network(torch.from_numpy(np.ascontiguousarray(pictures))).numpy()
'''


def pytorch_script(spec: NetworkSpec, weights: str) -> str:
    """Write a script that builds a network in PyTorch and loads its weights.

    Parameters
    ----------
    spec
        The network.
    weights
        Name of the `.npz` or `.safetensors` file beside the script, with the engine's names of parameters.
    """
    lines = [
        f"{INDENT}{name}={module}," for layer in spec.layer_names for name, module in _modules(spec, layer)
    ]
    return script(
        spec,
        weights,
        library="PyTorch",
        needs="torch and numpy",
        imports=(
            "import sys",
            "from collections import OrderedDict",
            "from pathlib import Path",
            "",
            "import numpy as np",
            "import torch",
            "from torch import nn",
            "",
            "# Filterscope's words for the numbers of batch normalisation, and PyTorch's.",
            f"BATCH_NORM = {json.dumps(BATCH_NORM)}",
        ),
        build=_BUILD.format(layers="\n".join(lines)),
        load=_LOAD,
    )


def _modules(spec: NetworkSpec, name: str) -> Iterator[tuple[str, str]]:
    """Give a layer as modules with names: one, or two where its padding needs one of its own."""
    layer, shape = spec.layer(name), spec.input_shapes[name]
    if isinstance(layer, Conv2D) and layer.padding == "same" and pair(layer.stride, "stride") != (1, 1):
        # PyTorch has "same" without stride only.
        (top, bottom), (left, right) = layer.sides(shape)
        yield f"{name}_padding", call("nn.ZeroPad2d", (left, right, top, bottom))
        yield name, _convolution(layer, shape, 0)
    elif isinstance(layer, Conv2D):
        yield name, _convolution(layer, shape, 0 if layer.padding == "valid" else layer.padding)
    else:
        yield name, _module(layer, shape)


def _convolution(layer: Conv2D, shape: Shape, padding: object) -> str:
    return call(
        "nn.Conv2d",
        shape[0],
        layer.filters,
        layer.kernel_size,
        **beyond(
            _DEFAULTS,
            stride=layer.stride,
            padding=padding,
            dilation=layer.dilation,
            groups=layer.groups,
            bias=layer.bias,
        ),
    )


def _module(layer: Layer, shape: Shape) -> str:
    match layer:
        case Dense():
            return call("nn.Linear", shape[0], layer.units, **beyond(_DEFAULTS, bias=layer.bias))
        case MaxPool2D():
            return _pool("nn.MaxPool2d", layer)
        case AvgPool2D():
            return _pool("nn.AvgPool2d", layer)
        case GlobalAvgPool2D():
            return call("nn.AdaptiveAvgPool2d", 1)
        case BatchNorm2D():
            return call("nn.BatchNorm2d", shape[0], eps=layer.epsilon, momentum=layer.momentum)
        case Dropout():
            return call("nn.Dropout", layer.rate)
        case LeakyReLU():
            return call("nn.LeakyReLU", layer.slope)
        case ReLU() | Sigmoid() | Tanh() | Flatten():
            return call(f"nn.{type(layer).__name__}")
    raise ConfigError(f"PyTorch must have a module for each layer, got {type(layer).__name__}")


def _pool(function: str, layer: MaxPool2D | AvgPool2D) -> str:
    stride = {} if layer.steps == layer.window else {"stride": layer.steps}
    return call(function, layer.size, **stride, **beyond(_DEFAULTS, padding=layer.padding))
