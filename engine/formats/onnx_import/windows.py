"""Operators whose window slides over a picture: Conv, MaxPool, AveragePool, and Pad before them."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.onnx_import.chain import Chain
from engine.formats.onnx_import.signal import NO_PADS, Signal
from engine.formats.onnx_import.step import Step
from engine.formats.text import brief
from engine.geometry import Padding, Pair, Sides, output_size, resolve_padding
from engine.layers import AvgPool2D, Conv2D, MaxPool2D

Array = NDArray[Any]
Two = tuple[int, int]


def add_convolution(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    """Conv: a Conv2D, with the zeros of a Pad before it."""
    _require_picture(step, s)
    weight = constants[0] if constants else np.zeros(0)
    if weight.ndim != 4 or weight.size == 0:
        raise FormatError(
            f"Conv must have filters of (filters, channels, height, width), got shape {weight.shape}"
        )
    kernel = (weight.shape[2], weight.shape[3])
    if step.pair("kernel_shape", kernel) != kernel:
        raise step.wrong("kernel_shape", f"that of its filters, {kernel}", step.attributes["kernel_shape"])
    stride, dilation = step.pair("strides", (1, 1)), step.pair("dilations", (1, 1))
    bias = constants[1] if len(constants) > 1 and constants[1].size else None
    if bias is not None and bias.shape != weight.shape[:1]:
        raise FormatError(f"Conv must have one bias for each of {len(weight)} filters, got {bias.shape}")
    sides = _sides(step, s, kernel, stride, dilation)
    layer = Conv2D(
        len(weight),
        _tidy(kernel),
        _tidy(stride),
        _padding(step, s, sides, kernel, stride, dilation),
        _tidy(dilation),
        step.whole("group", 1),
        bias is not None,
    )
    if weight.shape[1] * layer.groups != s.shape[0]:
        raise FormatError(
            f"Conv must have filters of {s.shape[0]} channels in {layer.groups} groups, got {weight.shape[1]}"
        )
    parts = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return s.after(chain.add(replace(s, pads=NO_PADS), layer, parts))


def add_max_pool(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    """MaxPool: a MaxPool2D."""
    return s.after(chain.add(s, MaxPool2D(*_pool(step, s))))


def add_average_pool(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    """AveragePool: an AvgPool2D."""
    size, stride, padding = _pool(step, s)
    if padding != 0 and not step.whole("count_include_pad", 0):
        raise FormatError("AveragePool must count the zeros of its padding, got count_include_pad 0")
    return s.after(chain.add(s, AvgPool2D(size, stride, padding)))


def add_pads(step: Step, chain: Chain, s: Signal, constants: list[Array]) -> Signal:
    """Pad: remember zeros for the convolution that follows."""
    _require_picture(step, s)
    pads = step.wholes("pads", None)
    if pads is None:
        pads = tuple(int(pad) for pad in constants[0].ravel()[:9]) if constants else ()
    value = constants[1] if len(constants) > 1 and constants[1].size else np.array(step.real("value", 0.0))
    if len(constants) > 2 and constants[2].size:
        axes = [int(axis) % 4 for axis in constants[2].ravel()[:4]]
        if len(pads) != 2 * len(axes):
            raise FormatError(f"Pad must have two numbers for each of its axes {axes}, got {brief(pads)}")
        whole = [0] * 8
        for i, axis in enumerate(axes):
            whole[axis], whole[axis + 4] = pads[i], pads[i + len(axes)]
        pads = tuple(whole)
    zeros = step.text("mode", "constant") == "constant" and value.size == 1 and not value.any()
    if not zeros or len(pads) != 8 or min(pads) < 0 or any(pads[i] for i in (0, 1, 4, 5)):
        raise FormatError(f"Pad must put zeros around pictures, got {brief(pads)}")
    (top, bottom), (left, right) = s.pads
    return replace(s, pads=((top + pads[2], bottom + pads[6]), (left + pads[3], right + pads[7])))


def _pool(step: Step, s: Signal) -> tuple[Pair, Pair, Pair]:
    """Give a pooling window's size, stride and padding."""
    _require_picture(step, s)
    size, stride = step.pair("kernel_shape", (0, 0)), step.pair("strides", (1, 1))
    if step.pair("dilations", (1, 1)) != (1, 1):
        raise step.wrong("dilations", "1", step.attributes["dilations"])
    if len([name for name in step.outputs if name]) > 1:
        raise FormatError(f"{step.operator} must give the picture only, got places of the largest too")
    sides = _sides(step, s, size, stride, (1, 1))
    if any(before != after for before, after in sides):
        raise FormatError(f"{step.operator} must be padded alike on both sides, got {sides}")
    padding = (sides[0][0], sides[1][0])
    whole = output_size(s.shape[1:], size, stride, sides)
    up = [-(-(n + sum(p) - k) // d) + 1 for n, p, k, d in zip(s.shape[1:], sides, size, stride, strict=True)]
    if step.whole("ceil_mode", 0) and tuple(up) != whole:
        raise FormatError(f"{step.operator} must drop pixels that fill no window, got ceil_mode 1")
    return _tidy(size), _tidy(stride), _tidy(padding)


def _require_picture(step: Step, s: Signal) -> None:
    if len(s.shape) != 3 or not s.is_plain:
        raise FormatError(
            f"{step.operator} must get channels, rows and columns in the order of the layer before it, "
            f"got {s.order.shape} of {s.shape}"
        )


def _sides(step: Step, s: Signal, kernel: Two, stride: Two, dilation: Two) -> Sides:
    """Give the padding in pixels ((top, bottom), (left, right)), without a Pad before the node."""
    kind = step.text("auto_pad", "NOTSET")
    if kind in ("SAME_UPPER", "SAME_LOWER"):
        if s.pads != NO_PADS:
            raise FormatError(f"Pad must not stand before a {step.operator} with auto_pad {kind}")
        (top, bottom), (left, right) = resolve_padding("same", s.shape[1:], kernel, stride, dilation)
        if kind == "SAME_UPPER":
            return (top, bottom), (left, right)
        return (bottom, top), (right, left)
    if kind not in ("NOTSET", "VALID"):
        raise step.wrong("auto_pad", "NOTSET, VALID, SAME_UPPER or SAME_LOWER", kind)
    pads = (0, 0, 0, 0) if kind == "VALID" else step.wholes("pads", (0, 0, 0, 0))
    if pads is None or len(pads) != 4 or min(pads) < 0:
        raise step.wrong("pads", "four whole numbers of at least 0", pads)
    return (pads[0], pads[2]), (pads[1], pads[3])


def _padding(step: Step, s: Signal, sides: Sides, kernel: Two, stride: Two, dilation: Two) -> Padding:
    """Give the padding as a setting of Conv2D, with the zeros of a Pad before it."""
    (top, bottom), (left, right) = (
        (before + more[0], after + more[1]) for (before, after), more in zip(sides, s.pads, strict=True)
    )
    if (top, bottom, left, right) == (0, 0, 0, 0):
        return "valid"
    same = resolve_padding("same", s.shape[1:], kernel, stride, dilation)
    fits = ((top, bottom), (left, right)) == same
    if fits and (stride == (1, 1) or top != bottom or left != right):
        return "same"
    if top != bottom or left != right:
        raise FormatError(
            f"{step.operator} must be padded alike on both sides or as “same” {same}, "
            f"got {((top, bottom), (left, right))}"
        )
    return _tidy((top, left))


def _tidy(value: Two) -> Pair:
    return value[0] if value[0] == value[1] else value
