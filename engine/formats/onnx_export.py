"""Networks as `.onnx` files, for ONNX Runtime, Netron and whatever else reads them.

The graph has one node for each layer, and it and its output have the layer's name; the weights have the
engine's own names and shapes, because the engine's conventions are ONNX's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.formats.files import write_atomically
from engine.formats.onnx_package import onnx_package
from engine.geometry import Pair, Sides, pair
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
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from engine.version import VERSION

# Of 2021: old enough for every program in use, new enough for each of these operators' present form.
OPSET = 17
IR_VERSION = 8

INPUT, OUTPUT = "input", "logits"

# The keys under which a file keeps what ONNX has no place for.
CLASSES_KEY, CARD_KEY = "filterscope.classes", "filterscope.card"

_PLAIN: dict[type[Layer], str] = {
    ReLU: "Relu",
    Sigmoid: "Sigmoid",
    Tanh: "Tanh",
    GlobalAvgPool2D: "GlobalAveragePool",
    Flatten: "Flatten",
}


def save_onnx(
    path: str | Path,
    spec: NetworkSpec,
    parameters: Parameters,
    *,
    card: Mapping[str, Any] | None = None,
) -> None:
    """Write a network as an `.onnx` file.

    Raises
    ------
    FormatError
        If the package `onnx` is not installed.
    OSError
        If the file cannot be written; an older one then stays as it was.
    """
    write_atomically(path, onnx_bytes(spec, parameters, card=card))


def onnx_bytes(spec: NetworkSpec, parameters: Parameters, *, card: Mapping[str, Any] | None = None) -> bytes:
    """Give the content of an `.onnx` file; FormatError where the package `onnx` is not installed.

    Its input is ``input``, float32 ``(n, c, h, w)`` from 0 to 1, and its output ``logits``, ``(n, classes)``.
    """
    onnx = onnx_package()
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    constants: dict[str, NDArray[np.float32]] = {
        name: np.ascontiguousarray(value, np.float32) for name, value in parameters.items()
    }
    nodes = []
    before = INPUT
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        after = OUTPUT if name == spec.layer_names[-1] else name
        operator, settings = _operator(layer, spec.input_shapes[name])
        inputs = [before, *(f"{name}.{part}" for part in _inputs(layer))]
        if isinstance(layer, Dropout):
            constants[f"{name}.rate"] = np.array(layer.rate, np.float32)
        nodes.append(helper.make_node(operator, inputs, [after], name=name, **settings))
        before = after
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(INPUT, float32, ["n", *spec.input_shape])],
        [helper.make_tensor_value_info(OUTPUT, float32, ["n", len(spec.classes)])],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
        doc_string="Reads pictures from 0 to 1, gives logits: their softmax is the probabilities.",
        value_info=[
            helper.make_tensor_value_info(name, float32, ["n", *spec.shapes[name]])
            for name in spec.layer_names[:-1]
        ],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Filterscope",
        producer_version=VERSION,
    )
    helper.set_model_props(
        model,
        {
            CLASSES_KEY: msgspec.json.encode(spec.classes).decode(),
            CARD_KEY: msgspec.json.encode(dict(card or {})).decode(),
        },
    )
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _inputs(layer: Layer) -> tuple[str, ...]:
    """Names of the parameters that a layer's operator takes, in its order."""
    match layer:
        case Conv2D(bias=True) | Dense(bias=True):
            return ("weight", "bias")
        case Conv2D() | Dense():
            return ("weight",)
        case BatchNorm2D():
            return ("scale", "shift", "running_mean", "running_variance")
        case Dropout():
            return ("rate",)
        case _:
            return ()


def _operator(layer: Layer, shape: Shape) -> tuple[str, dict[str, Any]]:
    """Name and attributes of the operator that computes `layer` for an input of `shape`."""
    match layer:
        case Conv2D():
            window = _window(layer.kernel, layer.stride, layer.sides(shape))
            return "Conv", window | {"dilations": pair(layer.dilation, "dilation"), "group": layer.groups}
        case MaxPool2D():
            return "MaxPool", _window(layer.window, layer.steps, layer.sides)
        case AvgPool2D():
            return "AveragePool", _window(layer.window, layer.steps, layer.sides) | {"count_include_pad": 1}
        case Dense():
            # The weight is (units, inputs).
            return "Gemm", {"transB": 1}
        case BatchNorm2D():
            # ONNX's momentum is the part that is kept, the engine's the part that is new.
            return "BatchNormalization", {"epsilon": layer.epsilon, "momentum": 1 - layer.momentum}
        case LeakyReLU():
            return "LeakyRelu", {"alpha": layer.slope}
        case Dropout():
            return "Dropout", {}
    if type(layer) not in _PLAIN:
        raise ConfigError(f"ONNX must have an operator for each layer, got {type(layer).__name__}")
    return _PLAIN[type(layer)], {}


def _window(size: tuple[int, int], stride: Pair, sides: Sides) -> dict[str, Any]:
    (top, bottom), (left, right) = sides
    return {
        "kernel_shape": size,
        "strides": pair(stride, "stride"),
        # Spelled out, "same" too: the attribute auto_pad is deprecated, and programs differ about it.
        "pads": (top, left, bottom, right),
    }
