"""Operators on constants: the arithmetic of shapes that exporters leave in a graph."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.onnx_import.step import Step
from engine.formats.onnx_import.tensors import Tensors
from engine.formats.onnx_package import onnx_package
from engine.formats.text import brief

Array = NDArray[Any]

# Shapes are short. What is longer is weights, which only change their type or the way they lie.
MOST_NUMBERS = 1 << 16

_CASTS = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}


def fold(step: Step, values: list[Array], tensors: Tensors) -> Array | None:
    """Compute a node that reads only constants; None if it is not among the operators known here."""
    if step.operator == "Constant":
        return _constant(step, tensors)
    if step.operator not in _OPERATORS or not values:
        return None
    count = prod(np.broadcast_shapes(*(v.shape for v in values))) if step.operator in _ARITHMETIC else 0
    if step.operator not in _WHOLE and max(count, *(v.size for v in values)) > MOST_NUMBERS:
        raise FormatError(f"{step.operator} of constants must be of shapes, got {values[0].size} numbers")
    result = np.asarray(_OPERATORS[step.operator](step, values))
    tensors.charge(result.nbytes)
    return result


def axes_of(step: Step, values: list[Array], rank: int) -> tuple[int, ...] | None:
    """Give the axes of Squeeze and its like, an attribute once and an input now, from 0 to `rank`."""
    axes = step.wholes("axes", None)
    if axes is None:
        axes = tuple(int(axis) for axis in values[0].ravel()[:8]) if values else None
    if axes is None:
        return None
    if not all(-rank <= axis < rank for axis in axes):
        raise step.wrong("axes", f"axes of a value with {rank}", axes)
    return tuple(axis % rank for axis in axes)


def _constant(step: Step, tensors: Tensors) -> Array:
    for name, kind in (("value_int", np.int64), ("value_ints", np.int64)):
        if name in step.attributes:
            return np.asarray(step.attributes[name], kind)
    for name in ("value_float", "value_floats"):
        if name in step.attributes:
            return np.asarray(step.attributes[name], np.float32)
    value = step.attributes.get("value")
    if not isinstance(value, onnx_package().TensorProto):
        raise FormatError("Constant must hold numbers, got another kind of value")
    return tensors.array(value)


def _cast(step: Step, values: list[Array]) -> Array:
    kind = _CASTS.get(step.whole("to", 0))
    if kind is None:
        raise step.wrong("to", "a type of plain numbers", step.whole("to", 0))
    return values[0].astype(kind, copy=False)


def _concat(step: Step, values: list[Array]) -> Array:
    if sum(v.size for v in values) > MOST_NUMBERS:
        raise FormatError("Concat of constants must be of shapes, got more numbers")
    return np.concatenate(values, axis=step.whole("axis", 0))


def _gather(step: Step, values: list[Array]) -> Array:
    data, index = values[0], values[1]
    axis = step.whole("axis", 0)
    if data.ndim == 0 or index.size * data.size > MOST_NUMBERS:
        raise FormatError(f"Gather must take from a shape, got a constant of shape {data.shape}")
    return np.take(data, index.astype(np.int64), axis=axis)


def _slice(step: Step, values: list[Array]) -> Array:
    data = values[0]
    if len(values) < 3:
        raise FormatError("Slice must say where it starts and ends, got fewer inputs")
    starts, ends = values[1].ravel(), values[2].ravel()
    axes = values[3].ravel() if len(values) > 3 else np.arange(len(starts))
    steps = values[4].ravel() if len(values) > 4 else np.ones(len(starts), np.int64)
    for start, end, axis, by in zip(starts, ends, axes, steps, strict=True):
        if not 0 <= int(axis) < data.ndim or not by:
            raise FormatError("Slice of a shape must go along one of its axes, got another")
        data = data[(slice(None),) * int(axis) + (slice(int(start), int(end), int(by)),)]
    return data


def _constant_of_shape(step: Step, values: list[Array]) -> Array:
    shape = tuple(int(size) for size in values[0].ravel()[:8])
    if any(size < 0 for size in shape) or prod(shape) > MOST_NUMBERS:
        raise FormatError(f"ConstantOfShape must make a shape, got {brief(shape)}")
    value = step.attributes.get("value")
    number = onnx_package().numpy_helper.to_array(value) if value is not None else np.zeros(1, np.float32)
    return np.full(shape, number.ravel()[0])


def _squeeze(step: Step, values: list[Array]) -> Array:
    return np.squeeze(values[0], axes_of(step, values[1:], max(values[0].ndim, 1)))


def _unsqueeze(step: Step, values: list[Array]) -> Array:
    count = len(step.wholes("axes", None) or (values[1].ravel() if len(values) > 1 else ()))
    axes = axes_of(step, values[1:], min(values[0].ndim + count, 8))
    return np.expand_dims(values[0], axes or ())


def _reshape(step: Step, values: list[Array]) -> Array:
    data, target = values[0], [int(size) for size in values[1].ravel()[:8]]
    sizes = [data.shape[i] if size == 0 and i < data.ndim else size for i, size in enumerate(target)]
    return data.reshape(sizes)


def _transpose(step: Step, values: list[Array]) -> Array:
    return values[0].transpose(step.wholes("perm", None))


def _divide(step: Step, values: list[Array]) -> Array:
    if values[0].dtype.kind == "f":
        return np.divide(values[0], values[1])
    if not values[1].all():
        raise FormatError("Div of a shape must be by numbers other than 0, got 0")
    return values[0] // values[1]


_ARITHMETIC: dict[str, Callable[[Step, list[Array]], Array]] = {
    "Add": lambda step, v: np.add(v[0], v[1]),
    "Sub": lambda step, v: np.subtract(v[0], v[1]),
    "Mul": lambda step, v: np.multiply(v[0], v[1]),
    "Div": _divide,
}
# These take weights too: they give a view, or one copy.
_WHOLE: dict[str, Callable[[Step, list[Array]], Array]] = {
    "Identity": lambda step, v: v[0],
    "Cast": _cast,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
}
_OPERATORS = {
    **_ARITHMETIC,
    **_WHOLE,
    "Concat": _concat,
    "ConstantOfShape": _constant_of_shape,
    "Gather": _gather,
    "Shape": lambda step, v: np.array(v[0].shape, np.int64),
    "Slice": _slice,
}
