"""The readable reference: each operation of a CNN with its gradient next to it.

Arrays are ``(n, c, h, w)``: pictures, channels, rows, columns. Every function is pure, works in the floating
type that it is given, and follows the conventions of PyTorch and ONNX. The layers run faster code
(`engine.plan`), which is tested against this module.

What deep learning calls a convolution is a cross-correlation: the filter is not flipped. `cross_correlate2d`
is that operation; `convolve2d` is the mathematician's convolution, with the filter flipped.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.geometry import Padding, Pair, pair, resolve_padding

Array = NDArray[Any]


def _pictures(x: Array, name: str = "x") -> Array:
    x = np.asarray(x)
    if x.ndim != 4:
        raise ShapeError(f"{name} must be (n, channels, height, width), got shape {x.shape}")
    return x if x.dtype.kind == "f" else x.astype(np.float32)


def check_span(size: tuple[int, ...], kernel: tuple[int, ...], dilation: Pair) -> tuple[int, int]:
    """Tell how many pixels a filter spans, (vertical, horizontal); ShapeError if `size` is smaller."""
    dh, dw = pair(dilation, "dilation")
    span = (dh * (kernel[0] - 1) + 1, dw * (kernel[1] - 1) + 1)
    if size[0] < span[0] or size[1] < span[1]:
        raise ShapeError(
            f"the filter spans {span[0]} × {span[1]} pixels, which must fit in the padded picture, "
            f"got {size[0]} × {size[1]}"
        )
    return span


def _windows(x: Array, kernel: tuple[int, int], stride: Pair, dilation: Pair) -> Array:
    """Every patch of a padded picture as a view: (n, c, oh, ow, kh, kw)."""
    (sh, sw), (dh, dw) = pair(stride, "stride"), pair(dilation, "dilation")
    span = check_span(x.shape[2:], kernel, dilation)
    return sliding_window_view(x, span, axis=(2, 3))[:, :, ::sh, ::sw, ::dh, ::dw]


def _scatter_windows(windows: Array, shape: tuple[int, ...], stride: Pair, dilation: Pair) -> Array:
    """Add every patch back where `_windows` took it from; the adjoint of `_windows`."""
    (sh, sw), (dh, dw) = pair(stride, "stride"), pair(dilation, "dilation")
    oh, ow, kh, kw = windows.shape[2:]
    x = np.zeros(shape, windows.dtype)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i * dh, i * dh + (oh - 1) * sh + 1, sh)
            columns = slice(j * dw, j * dw + (ow - 1) * sw + 1, sw)
            x[:, :, rows, columns] += windows[..., i, j]
    return x


def _pad(x: Array, padding: tuple[tuple[int, int], tuple[int, int]], value: float = 0.0) -> Array:
    if padding == ((0, 0), (0, 0)):
        return x
    return np.pad(x, ((0, 0), (0, 0), *padding), constant_values=value)


def _unpad(x: Array, padding: tuple[tuple[int, int], tuple[int, int]]) -> Array:
    (top, bottom), (left, right) = padding
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]


def check_filters(x: Array, weight: Array, bias: Array | None, groups: int = 1) -> None:
    """Check that filters fit pictures ``(n, c, h, w)``; ShapeError says what was wanted and what came."""
    if weight.ndim != 4:
        raise ShapeError(f"weight must be (filters, input channels, height, width), got shape {weight.shape}")
    if groups < 1 or x.shape[1] % groups or weight.shape[0] % groups:
        raise ShapeError(
            f"groups must divide the {x.shape[1]} input channels and the {weight.shape[0]} filters, "
            f"got {groups}"
        )
    if weight.shape[1] != x.shape[1] // groups:
        raise ShapeError(
            f"each filter must have {x.shape[1] // groups} input channels, got {weight.shape[1]}"
        )
    if bias is not None and np.shape(bias) != (weight.shape[0],):
        raise ShapeError(f"bias must have shape ({weight.shape[0]},), got {np.shape(bias)}")


def cross_correlate2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Slide every filter over every picture; store the dot product at each position.

    Parameters
    ----------
    x
        Pictures, ``(n, c, h, w)``.
    weight
        Filters, ``(filters, c / groups, kh, kw)``.
    bias
        One number per filter, added at each position.
    stride, padding, dilation
        In pixels, one number or (vertical, horizontal); padding also "valid" (none) or "same"
        (the output has ``ceil(size / stride)`` pixels, an odd pixel goes below and right).
    groups
        Channels and filters are cut into this many groups that do not see each other.

    Returns
    -------
    Output channels, ``(n, filters, oh, ow)`` with ``oh = (h + padding − span) // stride + 1``.

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    """
    x, weight = _pictures(x), np.asarray(weight)
    check_filters(x, weight, bias, groups)
    kernel = weight.shape[2:]
    sides = resolve_padding(padding, x.shape[2:], kernel, stride, dilation)
    windows = _windows(_pad(x, sides), kernel, stride, dilation)
    n, c, oh, ow, kh, kw = windows.shape
    windows = windows.reshape(n, groups, c // groups, oh, ow, kh, kw)
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    z = np.einsum("ngcyxij,gfcij->ngfyx", windows, filters, optimize=True)
    z = z.reshape(n, weight.shape[0], oh, ow)
    return z if bias is None else z + np.asarray(bias)[:, None, None]


def cross_correlate2d_gradient(
    gradient: Array,
    x: Array,
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Gradients of `cross_correlate2d` in its input, its weights and its bias.

    `gradient` is the loss's gradient in the output channels, ``(n, filters, oh, ow)``. The weight gradient
    is itself a cross-correlation of input and gradient; the input gradient scatters each filter, times the
    gradient, back over its patch.
    """
    x, weight = _pictures(x), np.asarray(weight)
    check_filters(x, weight, None, groups)
    kernel = weight.shape[2:]
    sides = resolve_padding(padding, x.shape[2:], kernel, stride, dilation)
    windows = _windows(_pad(x, sides), kernel, stride, dilation)
    n, c, oh, ow, kh, kw = windows.shape
    windows = windows.reshape(n, groups, c // groups, oh, ow, kh, kw)
    dz = gradient.reshape(n, groups, -1, oh, ow)
    dweight = np.einsum("ngfyx,ngcyxij->gfcij", dz, windows, optimize=True).reshape(weight.shape)
    dx = cross_correlate2d_input_gradient(gradient, x.shape, weight, stride, padding, dilation, groups)
    return dx, dweight, gradient.sum(axis=(0, 2, 3))


def cross_correlate2d_input_gradient(
    gradient: Array,
    shape: tuple[int, ...],
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Gradient of `cross_correlate2d` in its input of `shape` alone: the transposed convolution.

    It needs no input: what is linear has the same gradient everywhere.
    """
    kernel = weight.shape[2:]
    n, c, h, w = shape
    sides = resolve_padding(padding, (h, w), kernel, stride, dilation)
    (top, bottom), (left, right) = sides
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    oh, ow = gradient.shape[2:]
    dz = gradient.reshape(n, groups, -1, oh, ow)
    dwindows = np.einsum("ngfyx,gfcij->ngcyxij", dz, filters, optimize=True)
    padded = (n, c, h + top + bottom, w + left + right)
    return _unpad(_scatter_windows(dwindows.reshape(n, c, oh, ow, *kernel), padded, stride, dilation), sides)


def convolve2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Convolve in the mathematician's sense: `cross_correlate2d` with every filter turned by 180°."""
    flipped = np.asarray(weight)[..., ::-1, ::-1]
    return cross_correlate2d(x, flipped, bias, stride, padding, dilation, groups)


def _pool_windows(
    x: Array, size: Pair, stride: Pair | None, padding: Pair, value: float
) -> tuple[Array, tuple[tuple[int, int], tuple[int, int]], tuple[int, ...]]:
    kernel, (ph, pw) = pair(size, "size"), pair(padding, "padding", least=0)
    if ph > kernel[0] // 2 or pw > kernel[1] // 2:
        raise ShapeError(f"pooling's padding must be at most half its size {kernel}, got {(ph, pw)}")
    sides = ((ph, ph), (pw, pw))
    padded = _pad(x, sides, value)
    return _windows(padded, kernel, size if stride is None else stride, 1), sides, padded.shape


def max_pool2d(x: Array, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
    """Keep the largest value under a sliding window, per channel; ``stride`` is ``size`` unless given.

    ``(n, c, h, w)`` to ``(n, c, oh, ow)``. Pixels that do not fill a window at the end are dropped.
    """
    return _pool_windows(_pictures(x), size, stride, padding, -np.inf)[0].max(axis=(4, 5))


def max_pool2d_gradient(
    gradient: Array, x: Array, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> Array:
    """Give each gradient to the pixel that won its window; the first one, row by row, where several tie."""
    x = _pictures(x)
    windows, sides, shape = _pool_windows(x, size, stride, padding, -np.inf)
    flat = windows.reshape(*windows.shape[:4], windows.shape[4] * windows.shape[5])
    won = np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]
    dwindows = np.where(won, gradient[..., None], 0).astype(x.dtype).reshape(windows.shape)
    return _unpad(_scatter_windows(dwindows, shape, size if stride is None else stride, 1), sides)


def avg_pool2d(x: Array, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
    """Average under a sliding window, per channel; padded zeros count, as in PyTorch's default."""
    return _pool_windows(_pictures(x), size, stride, padding, 0.0)[0].mean(axis=(4, 5))


def avg_pool2d_gradient(
    gradient: Array, x: Array, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> Array:
    """Share each gradient equally between the pixels of its window."""
    x = _pictures(x)
    windows, sides, shape = _pool_windows(x, size, stride, padding, 0.0)
    kh, kw = windows.shape[4:]
    share = np.broadcast_to((gradient / (kh * kw))[..., None, None], windows.shape)
    return _unpad(_scatter_windows(share, shape, size if stride is None else stride, 1), sides)


def global_avg_pool2d(x: Array) -> Array:
    """Average each channel over all its pixels: ``(n, c, h, w)`` to ``(n, c, 1, 1)``."""
    return _pictures(x).mean(axis=(2, 3), keepdims=True)


def global_avg_pool2d_gradient(gradient: Array, x: Array) -> Array:
    """Share each channel's gradient equally between its pixels."""
    return np.broadcast_to(gradient / (x.shape[2] * x.shape[3]), x.shape).astype(x.dtype)


def dense(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Weighted sums: ``(n, d)`` times weight ``(units, d)`` transposed, plus bias ``(units,)``."""
    z = x @ weight.T
    return z if bias is None else z + bias


def dense_gradient(gradient: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Gradients of `dense` in its input, its weights and its bias."""
    return gradient @ weight, gradient.T @ x, gradient.sum(axis=0)


def relu(x: Array) -> Array:
    """Keep what is positive, make the rest zero."""
    return np.maximum(x, 0)


def relu_gradient(gradient: Array, x: Array) -> Array:
    """Pass the gradient where the input was above zero."""
    return gradient * (x > 0)


def leaky_relu(x: Array, slope: float = 0.01) -> Array:
    """Keep what is positive, multiply the rest by `slope`."""
    return np.where(x > 0, x, x * x.dtype.type(slope))


def leaky_relu_gradient(gradient: Array, x: Array, slope: float = 0.01) -> Array:
    """Pass the gradient where the input was above zero, elsewhere times `slope`."""
    return np.where(x > 0, gradient, gradient * x.dtype.type(slope))


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), computed so that it never overflows."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def sigmoid_gradient(gradient: Array, x: Array) -> Array:
    """σ(x) · (1 − σ(x)) times the gradient."""
    y = sigmoid(x)
    return gradient * y * (1 - y)


def tanh(x: Array) -> Array:
    """Hyperbolic tangent."""
    return np.tanh(x)


def tanh_gradient(gradient: Array, x: Array) -> Array:
    """(1 − tanh² x) times the gradient."""
    return gradient * (1 - np.tanh(x) ** 2)


def batch_norm2d(
    x: Array, scale: Array, shift: Array, mean: Array, variance: Array, epsilon: float = 1e-5
) -> Array:
    """Normalise each channel by a given mean and variance, then scale and shift it.

    In training, mean and variance are the batch's own (`batch_statistics`); afterwards, running ones.
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    over = (..., None, None) if x.ndim == 4 else (...,)
    normal = (x - mean[over]) / np.sqrt(variance[over] + epsilon)
    return normal * scale[over] + shift[over]


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and (biased) variance of each channel over the batch and its pixels."""
    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    return x.mean(axis=axes), x.var(axis=axes)


def batch_norm2d_gradient(
    gradient: Array, x: Array, scale: Array, epsilon: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Gradients of `batch_norm2d` with the batch's own statistics: in input, scale and shift."""
    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    over = (..., None, None) if x.ndim == 4 else (...,)
    mean, variance = batch_statistics(x)
    spread = np.sqrt(variance + epsilon)
    normal = (x - mean[over]) / spread[over]
    dscale, dshift = (gradient * normal).sum(axis=axes), gradient.sum(axis=axes)
    count = x.size // x.shape[1]
    dx = gradient - (normal * dscale[over] + dshift[over]) / count
    return dx * (scale / spread)[over], dscale, dshift


def dropout(x: Array, keep: Array, rate: float) -> Array:
    """Set to zero where the mask `keep` is False, and scale the rest so that the mean stays."""
    return x * keep / (1 - rate)


def dropout_gradient(gradient: Array, keep: Array, rate: float) -> Array:
    """Pass the gradient where the value was kept, by the same scale."""
    return gradient * keep / (1 - rate)


def softmax(x: Array, axis: int = -1) -> Array:
    """Turn logits into probabilities along `axis`; safe for logits of any size."""
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def cross_entropy(logits: Array, labels: Array, label_smoothing: float = 0.0) -> float:
    """Mean over the batch of −log probability of the right class; logits ``(n, k)``, labels ``(n,)``.

    With smoothing s the target is 1 − s + s/k for the right class and s/k for each other one.
    """
    log_probability = _log_softmax(logits)
    right = log_probability[np.arange(len(labels)), labels].mean()
    return float((1 - label_smoothing) * -right - label_smoothing * log_probability.mean())


def cross_entropy_gradient(logits: Array, labels: Array, label_smoothing: float = 0.0) -> Array:
    """(probabilities − targets) / n: the gradient of `cross_entropy` in the logits."""
    n, k = logits.shape
    targets = np.full((n, k), label_smoothing / k, logits.dtype)
    targets[np.arange(n), labels] += 1 - label_smoothing
    return (softmax(logits) - targets) / n


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
