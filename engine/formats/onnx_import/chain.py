"""The engine's layers as they are found one after the other in an ONNX graph, with their numbers."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.onnx_import.signal import Signal
from engine.formats.spec_json import MOST_LAYERS
from engine.layers import BatchNorm2D, Conv2D, Dense, Flatten, Layer, Shape

Parts = dict[str, NDArray[Any]]

# A first step that makes its input smaller than this says that pictures come as 0 to 255.
BYTES_SCALE = 1 / 100


class Chain:
    """Layers with their parameters, and the scales that are still to become part of one of them."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self._parts: list[Parts] = []

    def numbers(self) -> Parts:
        """Give the parameters by the names that the engine gives them."""
        counts: Counter[str] = Counter()
        found: Parts = {}
        for layer, parts in zip(self.layers, self._parts, strict=True):
            counts[layer.kind] += 1
            found |= {f"{layer.kind}{counts[layer.kind]}.{part}": value for part, value in parts.items()}
        return found

    def add(self, signal: Signal, layer: Layer, parts: Parts | None = None) -> Shape:
        """Put a layer at the end, if `signal` comes from there; give its output's shape."""
        self._require_end(signal)
        if len(self.layers) >= MOST_LAYERS:
            raise FormatError(f"a network must have at most {MOST_LAYERS} layers, got more")
        shape = layer.output_shape(signal.shape)
        self.layers.append(layer)
        self._parts.append(parts or {})
        return shape

    def scaled(self, signal: Signal, scale: NDArray[Any] | float, shift: NDArray[Any] | float) -> Signal:
        """Give the signal times `scale` plus `shift`, numbers that fit the ONNX value; no layer yet."""
        self._require_end(signal)
        times = signal.in_engine_order(np.asarray(scale))
        plus = signal.in_engine_order(np.asarray(shift))
        if signal.scale is not None and signal.shift is not None:
            times, plus = signal.scale * times, signal.shift * times + plus
        return replace(signal, scale=times, shift=plus)

    def settle(self, signal: Signal) -> Signal:
        """Make a pending scale part of the layer before it, or a BatchNorm2D of its own."""
        if signal.scale is None or signal.shift is None:
            return signal
        self._require_end(signal)
        scale, shift = signal.scale, signal.shift
        if not self.layers and np.abs(scale).max(initial=0) <= BYTES_SCALE:
            # The engine turns 0–255 into 0–1 itself, before the first layer.
            scale = scale * 255
        settled = replace(signal, scale=None, shift=None)
        if np.allclose(scale, 1, rtol=0, atol=1e-6) and np.allclose(shift, 0, rtol=0, atol=1e-7):
            return settled
        last = self.layers[-1] if self.layers else None
        if isinstance(last, Dense):
            self._into_last(scale, shift)
            return settled
        channels, offsets = (_per_channel(v, signal.shape) for v in (scale, shift))
        if isinstance(last, Conv2D):
            self._into_last(channels, offsets)
            return settled
        layer = BatchNorm2D()
        parts = {
            "scale": channels,
            "shift": offsets,
            "running_mean": np.zeros(len(channels)),
            # So that dividing by √(variance + ε) changes nothing.
            "running_variance": np.full(len(channels), 1 - layer.epsilon),
        }
        shape = self.add(signal, layer, parts)
        return replace(settled.after(shape, signal.order), pads=signal.pads)

    def _into_last(self, scale: NDArray[Any], shift: NDArray[Any]) -> None:
        layer, parts = self.layers[-1], self._parts[-1]
        weight = parts["weight"].astype(np.float64)
        bias = parts.get("bias", np.zeros(len(weight))).astype(np.float64)
        if not isinstance(layer, Conv2D | Dense) or scale.shape != bias.shape:
            raise FormatError(f"one scale for each of {len(bias)} outputs must be given, got {scale.shape}")
        parts["weight"] = weight * scale.reshape(-1, *(1,) * (weight.ndim - 1))
        bias = bias * scale + shift
        if layer.bias or bias.any():
            parts["bias"] = bias
            self.layers[-1] = _with_bias(layer)

    def dense(self, signal: Signal, weight: NDArray[Any], bias: NDArray[Any] | None) -> Signal:
        """Put a Dense layer at the end; `weight` is ``(inputs, units)`` in the order of the ONNX value."""
        if weight.ndim != 2 or signal.order.shape != (weight.shape[0],):
            raise FormatError(
                f"a matrix must have one row for each of the {signal.order.shape} numbers it weighs, "
                f"got shape {weight.shape}"
            )
        if len(signal.shape) == 3:
            flat = self.add(signal, Flatten())
            signal = Signal(flat, signal.order, signal.layers + 1, signal.batch, signal.scale, signal.shift)
        columns = np.empty((weight.shape[1], weight.shape[0]), weight.dtype)
        columns[:, signal.order] = weight.T
        plus = np.zeros(len(columns)) if bias is None else np.broadcast_to(bias, (1, len(columns)))[0]
        if signal.scale is not None and signal.shift is not None:
            plus = plus + columns @ signal.shift
            columns = columns * signal.scale
        has_bias = bias is not None or bool(plus.any())
        parts = {"weight": columns} | ({"bias": plus} if has_bias else {})
        return signal.after(self.add(signal, Dense(len(columns), bias=has_bias), parts))

    def _require_end(self, signal: Signal) -> None:
        if signal.layers != len(self.layers):
            raise FormatError("its layers must follow each other in one line, got branches")
        if signal.final:
            raise FormatError("nothing must follow the closing Softmax, got more layers")


def _with_bias(layer: Conv2D | Dense) -> Layer:
    if isinstance(layer, Dense):
        return Dense(layer.units)
    return Conv2D(layer.filters, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.groups)


def _per_channel(value: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Give one number per channel out of one per pixel; FormatError if they differ within a channel."""
    pixels = value.reshape(shape[0], -1)
    if len(shape) != 3 or not (pixels == pixels[:, :1]).all():
        raise FormatError("what scales or shifts numbers must be the same all over a channel, got more")
    return pixels[:, 0]
