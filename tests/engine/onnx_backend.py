"""A small ONNX backend on `engine.functional`: runs the operator tests that the ONNX project ships."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, helper, numpy_helper

from engine import functional
from engine.geometry import resolve_padding

Array = NDArray[Any]
Settings = dict[str, Any]


class NotOurs(Exception):
    """The engine does not have what a case asks for; the text says what."""


def run(model: ModelProto, inputs: Sequence[Array], expected: Sequence[Array]) -> list[Array]:
    """Compute a model's outputs; `expected` is looked at only where a case draws random numbers."""
    values: dict[str, Array] = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    free = [value.name for value in model.graph.input if value.name not in values]
    values |= dict(zip(free, inputs, strict=True))
    for node in model.graph.node:
        settings = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        settings["opset"] = model.opset_import[0].version
        settings["expected"] = expected
        given = [values[name] if name else None for name in node.input]
        found = OPERATORS[node.op_type](settings, *given)
        outputs = found if isinstance(found, tuple) else (found,)
        names = [name for name in node.output if name]
        if len(outputs) < len(names):
            raise NotOurs(f"{node.op_type} has more outputs than the picture")
        values |= dict(zip(names, outputs, strict=False))
    return [values[value.name] for value in model.graph.output]


def _pads(s: Settings, x: Array, kernel: Sequence[int]) -> list[tuple[int, int]]:
    """Give ((top, bottom), (left, right)) as the attributes auto_pad or pads say."""
    if x.ndim != 4:
        raise NotOurs(f"the engine’s pictures have rows and columns, these have {x.ndim - 2} axes")
    stride, dilation = (tuple(s.get(name, (1, 1))) for name in ("strides", "dilations"))
    kind = s.get("auto_pad", b"NOTSET").decode()
    if kind.startswith("SAME"):
        sides = resolve_padding("same", x.shape[2:], tuple(kernel), stride, dilation)
        return [side if kind == "SAME_UPPER" else side[::-1] for side in sides]
    top, left, bottom, right = s.get("pads", (0, 0, 0, 0))
    return [(top, bottom), (left, right)]


def _padded(x: Array, sides: Sequence[tuple[int, int]], value: float = 0.0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), *sides), constant_values=value)


def conv(s: Settings, x: Array, weight: Array, bias: Array | None = None) -> Array:
    padded = _padded(x, _pads(s, x, weight.shape[2:]))
    stride, dilation = tuple(s.get("strides", (1, 1))), tuple(s.get("dilations", (1, 1)))
    return functional.cross_correlate2d(padded, weight, bias, stride, 0, dilation, s.get("group", 1))


def _windows(s: Settings, x: Array) -> tuple[tuple[int, int], tuple[int, int], Any, Any]:
    """Give a pooling's size, stride, padding, and padding with the pixels that ceil_mode adds."""
    sides = _pads(s, x, s["kernel_shape"])
    if any(d != 1 for d in s.get("dilations", ())):
        raise NotOurs("the engine’s pooling has no dilation")
    size, stride = tuple(s["kernel_shape"]), tuple(s.get("strides", (1, 1)))
    further = list(sides)
    if s.get("ceil_mode"):
        for axis, (before, after) in enumerate(sides):
            pixels = x.shape[2 + axis]
            count = -(-(pixels + before + after - size[axis]) // stride[axis])
            # A window that would begin behind the picture is left out.
            count -= count * stride[axis] >= pixels + before
            further[axis] = (before, max(after, count * stride[axis] + size[axis] - pixels - before))
    return size, stride, sides, further


def max_pool(s: Settings, x: Array) -> Array:
    size, stride, _, further = _windows(s, x)
    padded = _padded(x.astype(np.float32), further, -np.inf)
    return functional.max_pool2d(padded, size, stride).astype(x.dtype)


def average_pool(s: Settings, x: Array) -> Array:
    size, stride, sides, further = _windows(s, x)
    # Where pixels count: those of the picture, and of its padding if the case says so.
    counted = np.ones_like(x)
    if s.get("count_include_pad"):
        counted = _padded(counted, sides, 1.0)
    more = [(0, f[1] - side[1]) for side, f in zip(sides, further, strict=True)]
    counted = _padded(counted, more if s.get("count_include_pad") else further)
    share = functional.avg_pool2d(counted, size, stride)
    return functional.avg_pool2d(_padded(x, further), size, stride) / share


def gemm(s: Settings, a: Array, b: Array, c: Array | None = None) -> Array:
    a = a.T if s.get("transA") else a
    weight = b if s.get("transB") else b.T
    product = functional.dense(a * np.float32(s.get("alpha", 1)), weight)
    return product if c is None else product + np.float32(s.get("beta", 1)) * c


def batch_norm(s: Settings, x: Array, scale: Array, shift: Array, mean: Array, variance: Array) -> Any:
    epsilon = s.get("epsilon", 1e-5)
    if x.ndim not in (2, 4):
        raise NotOurs(f"the engine’s pictures have rows and columns, these have {x.ndim - 2} axes")
    if not s.get("training_mode"):
        return functional.batch_norm2d(x, scale, shift, mean, variance, epsilon)
    of_batch = functional.batch_statistics(x)
    keep = s.get("momentum", 0.9)
    running = [keep * old + (1 - keep) * new for old, new in zip((mean, variance), of_batch, strict=True)]
    return functional.batch_norm2d(x, scale, shift, *of_batch, epsilon), *running


def dropout(s: Settings, x: Array, rate: Array | None = None, training: Array | None = None) -> Any:
    share = 0.5 if rate is None else float(rate)
    if training is None or not training or share == 0:
        return x, np.ones_like(x, bool)
    if len(s["expected"]) < 2:
        raise NotOurs("its mask is drawn by other random numbers, and not told")
    # The case tells which numbers its own generator kept.
    keep = s["expected"][1]
    return functional.dropout(x, keep, share), keep


def flatten(s: Settings, x: Array) -> Array:
    axis = s.get("axis", 1)
    if axis % x.ndim != 1:
        raise NotOurs("the engine’s Flatten keeps the pictures apart")
    return x.reshape(len(x), -1)


def softmax(s: Settings, x: Array) -> Array:
    if s["opset"] < 13:
        # The old form is over everything behind the axis.
        flat = x.reshape(*x.shape[: s.get("axis", 1)], -1)
        return functional.softmax(flat).reshape(x.shape)
    return functional.softmax(x, s.get("axis", -1))


OPERATORS: dict[str, Callable[..., Any]] = {
    "Conv": conv,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda s, x: functional.global_avg_pool2d(x),
    "GlobalMaxPool": lambda s, x: functional.max_pool2d(x, x.shape[2:]),
    "Gemm": gemm,
    "BatchNormalization": batch_norm,
    "Relu": lambda s, x: functional.relu(x),
    "LeakyRelu": lambda s, x: functional.leaky_relu(x, s.get("alpha", 0.01)),
    "Sigmoid": lambda s, x: functional.sigmoid(x),
    "Tanh": lambda s, x: functional.tanh(x),
    "Softmax": softmax,
    "Flatten": flatten,
    "Dropout": dropout,
}
