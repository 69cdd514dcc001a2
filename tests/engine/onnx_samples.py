"""Ten networks of the kinds that people export, small graphs, and ONNX Runtime to compare them with."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

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
    Sigmoid,
    Tanh,
)
from engine.spec import NetworkSpec

GREY, RGB = (1, 28, 28), (3, 32, 32)

TEN = {
    "small": NetworkSpec(
        GREY,
        (Conv2D(8, 3), ReLU(), MaxPool2D(2), Conv2D(16, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)),
    ),
    "medium": NetworkSpec(
        GREY,
        (
            *(Conv2D(32, 3, padding="same"), ReLU(), MaxPool2D(2)),
            *(Conv2D(64, 3, padding="same"), ReLU(), MaxPool2D(2)),
            *(Flatten(), Dense(128), ReLU(), Dense(10)),
        ),
    ),
    "five by five": NetworkSpec(
        GREY,
        (
            *(Conv2D(6, 5, padding=2), Tanh(), AvgPool2D(2)),
            *(Conv2D(16, (5, 4), padding="same"), Sigmoid(), MaxPool2D(3, 2, 1)),
            *(Flatten(), Dense(10)),
        ),
    ),
    "strides": NetworkSpec(
        GREY,
        (
            *(Conv2D(8, 3, stride=2, padding="same"), ReLU()),
            *(Conv2D(16, 4, stride=(2, 3), padding="same"), ReLU(), Conv2D(16, 3, stride=2), LeakyReLU(0.2)),
            *(Flatten(), Dense(10, bias=False)),
        ),
    ),
    "batch norm": NetworkSpec(
        GREY,
        (
            *(Conv2D(8, 3, bias=False), BatchNorm2D(), ReLU()),
            *(Conv2D(8, 3, padding="same"), BatchNorm2D(0.2, 1e-3), ReLU(), MaxPool2D(2)),
            *(Conv2D(16, 3), ReLU(), BatchNorm2D()),
            *(Conv2D(16, 3, padding=(1, 0)), BatchNorm2D(), ReLU(), MaxPool2D(2)),
            *(Flatten(), Dense(10)),
        ),
    ),
    "dropout": NetworkSpec(
        GREY,
        (
            *(Conv2D(8, 3), ReLU(), MaxPool2D(2), Dropout(0.25)),
            *(Flatten(), Dense(32), ReLU(), Dropout(0.5), Dense(10)),
        ),
    ),
    "average": NetworkSpec(
        GREY,
        (
            *(Conv2D(8, 3), ReLU(), AvgPool2D(3, 2, 1), Conv2D(10, 3, dilation=2), ReLU()),
            *(GlobalAvgPool2D(), Flatten()),
        ),
    ),
    "colour": NetworkSpec(
        RGB,
        (
            *(Conv2D(8, 3, padding="same"), ReLU(), MaxPool2D(2), Conv2D(16, 3, padding="same"), ReLU()),
            *(MaxPool2D(2), Conv2D(16, 3), ReLU(), Flatten(), Dense(4)),
        ),
        ("circle", "square", "triangle", "Kreuz – ×"),
    ),
    "groups": NetworkSpec(
        GREY,
        (
            *(Conv2D(8, 3), ReLU(), Conv2D(8, 3, padding="same", groups=8), Conv2D(12, 1), ReLU()),
            *(Conv2D(8, 3, stride=2, groups=4), ReLU(), MaxPool2D(2), Flatten(), Dense(10)),
        ),
    ),
    "no convolution": NetworkSpec(GREY, (Flatten(), Dense(32), ReLU(), Dense(16), Tanh(), Dense(10))),
}


# Operator, what it reads, attributes.
Nodes = Sequence[tuple[str, Sequence[str], dict[str, Any]]]


def graph(
    nodes: Nodes,
    constants: dict[str, Any] | None = None,
    shape: Sequence[int | str] = ("n", 1, 6, 6),
    *,
    opset: int = 17,
    kind: int = TensorProto.FLOAT,
    domain: str = "",
) -> bytes:
    """Build a file whose nodes each read the one before them as "x", and constants by their names."""
    made, last = [], "pictures"
    for index, (operator, inputs, attributes) in enumerate(nodes):
        names = [last if name == "x" else name for name in inputs]
        last = f"value{index}"
        made.append(helper.make_node(operator, names, [last], domain=domain, **attributes))
    whole = helper.make_graph(
        made,
        "sample",
        [helper.make_tensor_value_info("pictures", kind, shape)],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return bytes(model.SerializeToString())


def weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


CONV = ("Conv", ("x", "w"), {})
FLAT = ("Flatten", ("x",), {})
FILTERS = {"w": weights(2, 1, 3, 3)}


def onnx_runtime(content: bytes, x: NDArray[Any]) -> NDArray[np.float32]:
    """Give what ONNX Runtime computes for float32 pictures with a file's content."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {session.get_inputs()[0].name: x})
    return np.asarray(answer)
