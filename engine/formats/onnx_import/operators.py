"""What each ONNX operator means as a layer of the engine, or that it only moves numbers about."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.onnx_import.chain import Chain
from engine.formats.onnx_import.constants import axes_of
from engine.formats.onnx_import.signal import NO_PADS, Signal
from engine.formats.onnx_import.step import Step
from engine.formats.onnx_import.tensors import FLOATS
from engine.formats.onnx_import.windows import add_average_pool, add_convolution, add_max_pool, add_pads
from engine.formats.text import brief
from engine.layers import (
    BatchNorm2D,
    Dropout,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
)

Array = NDArray[Any]
# A constant, a place in the chain, or nothing where an optional input is left out.
Value = Signal | Array | None
Operator = Callable[[Step, Chain, Signal, list[Array]], Value]


def apply(step: Step, chain: Chain, values: list[Value]) -> Value:
    """Compute a node that reads the chain: put its layer at the end, or say where its numbers lie now.

    FormatError with one sentence that names the operator if there is no such layer.
    """
    operator = OPERATORS.get(step.operator)
    if operator is None:
        raise FormatError(
            f"it has the operator {step.operator}, for which Filterscope has no layer; it can read "
            f"{', '.join(LAYERS)}"
        )
    signals = [value for value in values if isinstance(value, Signal)]
    if len(signals) > 1:
        raise FormatError(f"{step.operator} joins branches, but layers must follow each other in one line")
    if any(s.pads != NO_PADS for s in signals) and step.operator not in ("Conv", "Pad", "Identity"):
        raise FormatError(f"Pad must stand before a Conv, got {step.operator}")
    if signals and step.operator in _EITHER_SIDE:
        return _arithmetic(step, chain, values)
    if not values or not isinstance(values[0], Signal):
        raise FormatError(f"{step.operator} must change the picture, got a constant to change")
    signal = values[0]
    constants = [np.zeros(0) if v is None else v for v in values[1:] if not isinstance(v, Signal)]
    if step.operator in LAYERS:
        signal = signal if step.operator in ("Gemm", "MatMul") else chain.settle(signal)
    return operator(step, chain, signal, constants)


def _activation(layer: Layer) -> Operator:
    return lambda step, chain, s, constants: s.after(chain.add(s, layer), s.order)


def _leaky(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    if step.operator == "LeakyRelu":
        slope = step.real("alpha", 0.01)
    else:
        slopes = constants[0] if constants and constants[0].size else np.zeros(1)
        if not (slopes == slopes.flat[0]).all():
            raise FormatError("PRelu must have one slope for all channels, got several")
        slope = float(f"{slopes.flat[0]:.7g}")
    return s.after(chain.add(s, LeakyReLU(slope)), s.order)


def _clip(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    ends = [float(c.flat[0]) if c.size else None for c in constants[:2]]
    low = ends[0] if ends else step.real("min", -np.inf)
    high = ends[1] if len(ends) > 1 else step.real("max", np.inf)
    if low != 0 or (high is not None and high < np.finfo(np.float32).max):
        raise FormatError(f"Clip must be from 0 up, which is ReLU, got {low} to {high}")
    return s.after(chain.add(s, ReLU()), s.order)


def _softmax(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    axis = step.whole("axis", -1 if step.opset >= 13 else 1)
    rank = s.order.ndim + 1
    if not -rank <= axis < rank or axis % rank == 0 or s.order.shape[axis % rank - 1] != s.order.size:
        raise FormatError(f"{step.operator} must be over the classes at the end, got axis {axis}")
    return replace(s, final=True)


def _batch_norm(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    if step.whole("training_mode", 0) or not step.whole("spatial", 1):
        raise FormatError("BatchNormalization must be that of channels, as after training, got another")
    size = s.order.shape[0]
    if len(constants) != 4 or any(c.shape != (size,) for c in constants):
        raise FormatError(f"BatchNormalization must have four constants of {size} numbers, got others")
    scale, shift, mean, variance = constants
    epsilon = step.real("epsilon", 1e-5)
    if s.is_plain and len(s.shape) == 3:
        momentum = round(1 - step.real("momentum", 0.9), 6)
        layer = BatchNorm2D(momentum if 0 <= momentum < 1 else 0.1, epsilon)
        parts = {"scale": scale, "shift": shift, "running_mean": mean, "running_variance": variance}
        return s.after(chain.add(s, layer, parts))
    if (variance < 0).any():
        raise FormatError("BatchNormalization’s variances must be at least 0, got less")
    factor = scale.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
    over = (-1,) + (1,) * (s.order.ndim - 1)
    return chain.scaled(s, factor.reshape(over), (shift - mean * factor).reshape(over))


def _dropout(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    if len(constants) > 1 and constants[1].any():
        raise FormatError("Dropout must be as after training, got training_mode true")
    given = constants[0] if constants and constants[0].size else np.array(step.real("ratio", 0.5))
    rate = float(f"{given.flat[0]:.7g}")
    return s.after(chain.add(s, Dropout(rate)), s.order) if rate else s


def _gemm(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    if step.whole("transA", 0) or not constants:
        raise FormatError("Gemm must weigh the picture’s numbers by a constant, got something else")
    weight = constants[0].T if step.whole("transB", 0) else constants[0]
    bias = constants[1] if len(constants) > 1 and constants[1].size else None
    alpha, beta = step.real("alpha", 1.0), step.real("beta", 1.0)
    return chain.dense(s, weight * weight.dtype.type(alpha), None if bias is None else bias * beta)


def _matmul(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    return chain.dense(s, constants[0], None)


def _over_pixels(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    """Give the mean or the maximum over all pixels of each channel."""
    if step.operator.startswith("Global"):
        axes: tuple[int, ...] | None = (2, 3)
        keep = True
    else:
        axes, keep = axes_of(step, constants, s.order.ndim + 1), bool(step.whole("keepdims", 1))
    if len(s.shape) != 3 or s.order.ndim != 3 or axes is None or len(set(axes)) != 2 or 0 in axes:
        raise FormatError(f"{step.operator} must be over the rows and columns of each channel, got {axes}")
    channel = ({1, 2, 3} - set(axes)).pop() - 1
    c, h, w = s.shape
    # Each group that is averaged must be one whole channel of the engine's, in whatever order.
    groups = np.moveaxis(s.order, channel, 0).reshape(s.order.shape[channel], -1) // (h * w)
    if groups.shape != (c, h * w) or not (groups == groups[:, :1]).all():
        raise FormatError(f"{step.operator} must be over the rows and columns of each channel, got others")
    largest = step.operator in ("GlobalMaxPool", "ReduceMax")
    shape = chain.add(s, MaxPool2D((h, w)) if largest else GlobalAvgPool2D())
    order = groups[:, 0].astype(np.int32)
    spread = tuple(c if axis == channel else 1 for axis in range(3))
    return s.after(shape, order.reshape(spread) if keep else order)


def _same(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    return s


def _cast(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    if step.whole("to", 0) not in FLOATS:
        raise step.wrong("to", "a floating type", step.whole("to", 0))
    return s


def _shape(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Array:
    return np.array(s.onnx_shape, np.int64)[step.whole("start", 0) : step.whole("end", 9)]


def _reshape(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    target = step.wholes("shape", None) or (constants[0].ravel()[:9].tolist() if constants else ())
    return s.reshaped(target, zero_is_zero=bool(step.whole("allowzero", 0)))


def _flatten(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    axis = step.whole("axis", 1)
    if axis not in (1, 1 - s.order.ndim - 1):
        raise FormatError(f"Flatten must keep the pictures apart, got axis {axis}")
    return s.arranged(s.order.reshape(-1))


def _transpose(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    rank = s.order.ndim + 1
    perm = step.wholes("perm", None) or tuple(range(rank))[::-1]
    if sorted(perm) != list(range(rank)) or perm[0] != 0:
        raise FormatError(f"Transpose must leave the pictures first, got the order {brief(perm)}")
    return s.arranged(s.order.transpose([axis - 1 for axis in perm[1:]]))


def _squeeze(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    axes = axes_of(step, constants, s.order.ndim + 1)
    if axes is None or 0 in axes or any(s.order.shape[axis - 1] != 1 for axis in axes):
        raise FormatError(f"Squeeze must drop axes of size 1 and keep the pictures, got {axes}")
    return s.arranged(np.squeeze(s.order, tuple(axis - 1 for axis in axes)))


def _unsqueeze(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    count = len(step.wholes("axes", None) or (constants[0].ravel() if constants else ()))
    axes = axes_of(step, constants, min(s.order.ndim + 1 + count, 8))
    if not axes or 0 in axes:
        raise FormatError(f"Unsqueeze must leave the pictures first, got {axes}")
    return s.arranged(np.expand_dims(s.order, tuple(axis - 1 for axis in axes)))


def _arithmetic(step: Step, chain: Chain, values: list[Value]) -> Signal:
    """Give the picture plus, minus, times or divided by a constant, or the constant minus it."""
    first, second = values[0], values[1] if len(values) == 2 else None
    match step.operator, first, second:
        case "Add", Signal(), np.ndarray():
            return chain.scaled(first, 1.0, second)
        case "Add", np.ndarray(), Signal():
            return chain.scaled(second, 1.0, first)
        case "Sub", Signal(), np.ndarray():
            return chain.scaled(first, 1.0, -second.astype(np.float64))
        case "Sub", np.ndarray(), Signal():
            return chain.scaled(second, -1.0, first)
        case "Mul", Signal(), np.ndarray():
            return chain.scaled(first, second, 0.0)
        case "Mul", np.ndarray(), Signal():
            return chain.scaled(second, first, 0.0)
        case "Div", Signal(), np.ndarray() if second.all():
            return chain.scaled(first, 1 / second.astype(np.float64), 0.0)
    raise FormatError(f"{step.operator} must combine the picture with a constant, got something else")


_EITHER_SIDE = ("Add", "Sub", "Mul", "Div")
LAYERS: dict[str, Operator] = {
    "Conv": add_convolution,
    "MaxPool": add_max_pool,
    "AveragePool": add_average_pool,
    "GlobalAveragePool": _over_pixels,
    "GlobalMaxPool": _over_pixels,
    "ReduceMax": _over_pixels,
    "ReduceMean": _over_pixels,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "Relu": _activation(ReLU()),
    "LeakyRelu": _leaky,
    "PRelu": _leaky,
    "Clip": _clip,
    "Sigmoid": _activation(Sigmoid()),
    "Tanh": _activation(Tanh()),
    "Dropout": _dropout,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Pad": add_pads,
}
OPERATORS: dict[str, Operator] = LAYERS | {
    "Identity": _same,
    "Cast": _cast,
    "Shape": _shape,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    **dict.fromkeys(_EITHER_SIDE, _same),
}
