"""A network as a Python script for Keras: the same layers, weights and logits.

Keras has the channels last. Weights are turned when they are loaded, and a Permute before Flatten puts the
channels first, so that Dense finds its inputs in our order.
"""

from collections.abc import Iterator

from engine.errors import ConfigError
from engine.formats.script_text import INDENT, beyond, call, script
from engine.geometry import pair
from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Shape,
    Sigmoid,
    Tanh,
)
from engine.spec import NetworkSpec

_BUILD = '''
def build():
    """Give the network with random weights."""
    return keras.Sequential(
        [
{layers}
        ]
    )
'''

_LOAD = '''
def load(weights=WEIGHTS):
    """Give the network with its weights, ready to classify."""
    network, arrays = build(), read(weights)
    for layer in network.layers:
        found = [arrays[f"{layer.name}.{part}"] for part in PARTS if f"{layer.name}.{part}" in arrays]
        if isinstance(layer, layers.DepthwiseConv2D):
            # (channels * multiplier, 1, rows, columns) to (rows, columns, channels, multiplier)
            filters = found[0].reshape(-1, layer.depth_multiplier, *found[0].shape[2:])
            found[0] = filters.transpose(2, 3, 0, 1)
        elif isinstance(layer, layers.Conv2D):
            # (filters, channels, rows, columns) to (rows, columns, channels, filters)
            found[0] = found[0].transpose(2, 3, 1, 0)
        elif isinstance(layer, layers.Dense):
            found[0] = found[0].T
        if found:
            layer.set_weights(found)
    return network


def logits(network, pictures):
    """Give what the network says of pictures (n, channels, height, width), float32 from 0 to 1."""
    answer = network(np.moveaxis(pictures, 1, -1), training=False)
    return np.asarray(keras.ops.convert_to_numpy(answer))
'''

_DEFAULTS = {
    "strides": (1, 1),
    "padding": "valid",
    "dilation_rate": (1, 1),
    "groups": 1,
    "use_bias": True,
}

# A pixel of padding must never win.
_MINUS_INFINITY = (
    'layers.Lambda(lambda x: keras.ops.pad(x, {pads}, constant_values=float("-inf")), name="{name}")'
)


def keras_script(spec: NetworkSpec, weights: str) -> str:
    """Write a script that builds a network in Keras 3 and loads its weights.

    Parameters
    ----------
    spec
        The network.
    weights
        Name of the `.npz` or `.safetensors` file beside the script, with the engine's names of parameters.

    Raises
    ------
    ConfigError
        If a convolution has both a stride and a dilation, which Keras does not know.
    """
    c, h, w = spec.input_shape
    lines = [call("keras.Input", (h, w, c))]
    for name in spec.layer_names:
        lines += _layers(spec, name)
    return script(
        spec,
        weights,
        library="Keras 3",
        needs="keras with TensorFlow, JAX or PyTorch under it, and numpy",
        imports=(
            "import sys",
            "from pathlib import Path",
            "",
            "import keras",
            "import numpy as np",
            "from keras import layers",
            "",
            "# In the order in which Keras keeps them.",
            'PARTS = ("weight", "scale", "bias", "shift", "running_mean", "running_variance")',
        ),
        build=_BUILD.format(layers="\n".join(f"{INDENT}    {line}," for line in lines)),
        load=_LOAD,
    )


def _layers(spec: NetworkSpec, name: str) -> Iterator[str]:
    """Give a layer as layers of Keras: one, or two where its padding or order needs one of its own."""
    layer, shape = spec.layer(name), spec.input_shapes[name]
    match layer:
        case Conv2D():
            if layer.padding not in ("same", "valid"):
                yield call("layers.ZeroPadding2D", layer.sides(shape), name=f"{name}_padding")
            yield _convolution(layer, shape, name)
        case Dense():
            yield call("layers.Dense", layer.units, **beyond(_DEFAULTS, use_bias=layer.bias), name=name)
        case MaxPool2D():
            if layer.sides != ((0, 0), (0, 0)):
                pads = ((0, 0), *layer.sides, (0, 0))
                yield _MINUS_INFINITY.format(pads=pads, name=f"{name}_padding")
            yield call("layers.MaxPooling2D", layer.window, strides=layer.steps, name=name)
        case AvgPool2D():
            if layer.sides != ((0, 0), (0, 0)):
                yield call("layers.ZeroPadding2D", layer.sides, name=f"{name}_padding")
            yield call("layers.AveragePooling2D", layer.window, strides=layer.steps, name=name)
        case GlobalAvgPool2D():
            yield call("layers.GlobalAveragePooling2D", keepdims=True, name=name)
        case BatchNorm2D():
            momentum = round(1 - layer.momentum, 9)
            yield call("layers.BatchNormalization", momentum=momentum, epsilon=layer.epsilon, name=name)
        case Dropout():
            yield call("layers.Dropout", layer.rate, name=name)
        case LeakyReLU():
            yield call("layers.LeakyReLU", negative_slope=layer.slope, name=name)
        case ReLU() | Sigmoid() | Tanh():
            yield call("layers.Activation", layer.kind, name=name)
        case Flatten():
            if len(shape) == 3:
                yield call("layers.Permute", (3, 1, 2), name=f"{name}_order")
            yield call("layers.Flatten", name=name)
        case _:
            raise ConfigError(f"Keras must have a layer for each layer, got {type(layer).__name__}")


def _convolution(layer: Conv2D, shape: Shape, name: str) -> str:
    stride, dilation = pair(layer.stride, "stride"), pair(layer.dilation, "dilation")
    if stride != (1, 1) and dilation != (1, 1):
        raise ConfigError(
            f"Keras must have a stride or a dilation of 1 in each convolution, got {stride} and {dilation} "
            f"in {name}"
        )
    settings = beyond(
        _DEFAULTS,
        strides=stride,
        padding="same" if layer.padding == "same" else "valid",
        dilation_rate=dilation,
        groups=layer.groups,
        use_bias=layer.bias,
    )
    if layer.groups > 1 and layer.groups == shape[0]:
        # Not every library under Keras computes groups on a CPU, but each does this kind.
        multiplier = layer.filters // layer.groups
        del settings["groups"]
        return call(
            "layers.DepthwiseConv2D", layer.kernel, depth_multiplier=multiplier, **settings, name=name
        )
    return call("layers.Conv2D", layer.filters, layer.kernel_size, **settings, name=name)
