"""Runs a picture through the layers of a setup, keeping everything on the way."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import functional
from engine.errors import ShapeError
from engine.geometry import Sides, resolve_padding
from engine.lab.values import Border, Geometry, LabLayer, LayerResult, RunResult, Setup

Array = NDArray[Any]

# Weights may be so large that their sums are infinite: then results are not finite, and that is the answer.
QUIET = np.errstate(over="ignore", invalid="ignore")
# Pixels and sums that are worked on together, so many that they stay in a core's own cache.
_BAND_NUMBERS = 65_536


def run_setup(setup: Setup, picture: Array, before: RunResult | None = None) -> RunResult:
    """Run a picture through every layer of `setup`.

    Parameters
    ----------
    setup
        The layers; the first one takes the picture's channels.
    picture
        ``(c, h, w)``.
    before
        An earlier result: what of it holds still, as seven of eight filters when a cell of one was changed,
        is taken over instead of being computed anew.

    Returns
    -------
    The result of each layer, in float64 and equal to `engine.functional`'s. Where a layer does not fit, the
    ones before it, and a sentence that says what was wanted.

    Raises
    ------
    ShapeError
        If `picture` has not as many channels as `setup` has switches.
    """
    picture = np.asarray(picture, np.float64)
    if picture.ndim != 3 or len(picture) != len(setup.channels_on):
        raise ShapeError(
            f"the picture must be ({len(setup.channels_on)} channels, height, width), "
            f"got shape {picture.shape}"
        )
    switches = np.array(setup.channels_on)[:, None, None]
    carried = _sealed(np.where(switches, picture, 0.0))
    results: list[LayerResult] = []
    for number, layer in enumerate(setup.layers, 1):
        try:
            results.append(run_layer(layer, carried, _layer_before(before, number)))
        except ShapeError as error:
            return RunResult(picture, tuple(results), f"Layer {number}: {error}.")
        if layer.pool > 1 and results[-1].winners is None:
            return RunResult(picture, tuple(results), _pool_problem(number, results[-1]))
        carried = results[-1].passed
    return RunResult(picture, tuple(results))


@QUIET
def run_layer(layer: LabLayer, x: Array, before: LayerResult | None = None) -> LayerResult:
    """Run one layer on its input ``(c, h, w)``; ShapeError where it does not fit.

    `before` is an earlier result of the layer, as for `run_setup`.
    """
    if layer.takes is not None:
        if not 0 <= layer.takes < len(x):
            raise ShapeError(f"the channel that is taken must be one of {len(x)}, got {layer.takes + 1}")
        x = x[layer.takes : layer.takes + 1]
    weight, geometry = layer.weight, layer.geometry
    functional.check_filters(x[None], weight, None)
    sides = resolve_padding(
        geometry.padding, x.shape[1:], weight.shape[2:], geometry.stride, geometry.dilation
    )
    if before is not None and not _same_way(layer, x, before):
        before = None
    padded = with_border(x, sides, geometry.border) if before is None else before.padded
    used = np.ascontiguousarray(weight[..., ::-1, ::-1] if layer.operation == "convolution" else weight)
    functional.check_span(padded.shape[1:], weight.shape[2:], geometry.dilation)
    outputs, activated, passed, winners = _filtered(layer, padded, used, before)
    return LayerResult(
        layer,
        _sealed(x if before is None else before.input),
        _sealed(padded),
        sides,
        _sealed(used),
        _sealed(outputs),
        _sealed(activated),
        _sealed(passed),
        None if winners is None else _sealed(winners),
    )


@QUIET
def contributions(result: LayerResult, index: int) -> Array:
    """What each input channel adds to an output channel, ``(c, oh, ow)``; with the bias they sum to it."""
    geometry, used = result.layer.geometry, result.used[index]
    rows, columns = result.positions
    parts = np.zeros((len(used), rows, columns))
    for first, last in _bands(rows, 2 * len(used) * columns):
        band = parts[:, first:last]
        product = np.empty_like(band)
        for i, j in np.ndindex(used.shape[1:]):
            under = result.padded[:, *_under(geometry, i, j, first, last, columns)]
            np.multiply(used[:, i, j, None, None], under, out=product)
            band += product
    return parts


def with_border(x: Array, sides: Sides, border: Border) -> Array:
    """Put a border round pictures ``(c, h, w)``: zeros, the picture mirrored, or its edge pixels repeated.

    "reflect" mirrors at the middle of the edge pixels, which it does not repeat (``np.pad``'s "reflect",
    scipy's "mirror"); "replicate" is ``np.pad``'s "edge" and scipy's "nearest".

    Raises
    ------
    ShapeError
        Where a border to mirror would be as wide as the picture, which has nothing left to mirror.
    """
    if not any(sum(sides, ())):
        return x
    if border == "zero":
        return np.pad(x, ((0, 0), *sides))
    if border == "reflect":
        widest = [max(pair) for pair in sides]
        if any(width >= size for width, size in zip(widest, x.shape[1:], strict=True)):
            raise ShapeError(
                f"a mirrored border must be narrower than the picture of {x.shape[1]} × {x.shape[2]}, "
                f"got {widest[0]} and {widest[1]} pixels"
            )
        return np.pad(x, ((0, 0), *sides), mode="reflect")
    return np.pad(x, ((0, 0), *sides), mode="edge")


def _filtered(
    layer: LabLayer, padded: Array, used: Array, before: LayerResult | None
) -> tuple[Array, Array, Array, NDArray[np.bool_] | None]:
    """Compute output channels, and what ReLU and pooling make of them; only new filters where possible."""
    old = {} if before is None else {id(one): place for place, one in enumerate(before.layer.filters)}
    places = [old.get(id(one), -1) for one in layer.filters]
    new = [place for place, known in enumerate(places) if known < 0]
    outputs = correlated(padded, used[new], layer.geometry)
    outputs += layer.bias[new][:, None, None]
    activated = functional.relu(outputs) if layer.relu else outputs
    passed, winners = _pooled(activated, layer.pool)
    if before is None or len(new) == len(places):
        return outputs, activated, passed, winners

    def merged(kept: Array, fresh: Array) -> Array:
        whole = np.empty((len(places), *fresh.shape[1:]), fresh.dtype)
        whole[new] = fresh
        for place, known in enumerate(places):
            if known >= 0:
                whole[place] = kept[known]
        return whole

    outputs = merged(before.outputs, outputs)
    activated = merged(before.activated, activated) if layer.relu else outputs
    if winners is None or before.winners is None:
        return outputs, activated, activated, None
    return outputs, activated, merged(before.passed, passed), merged(before.winners, winners)


def correlated(padded: Array, used: Array, geometry: Geometry) -> Array:
    """Slide filters ``(n, c, kh, kw)`` over a padded picture ``(c, H, W)``; gives ``(n, oh, ow)``.

    What `functional.cross_correlate2d` computes, without its copy of every patch, which for large pictures
    and kernels is hundreds of times as large as the picture: the weights at one place of all kernels are
    multiplied with all pixels that ever lie under them, band of rows by band of rows.
    """
    (sh, sw), (dh, dw) = geometry.stride, geometry.dilation
    n, c, kh, kw = used.shape
    rows = (padded.shape[1] - (dh * (kh - 1) + 1)) // sh + 1
    columns = (padded.shape[2] - (dw * (kw - 1) + 1)) // sw + 1
    outputs = np.zeros((n, rows, columns))
    for first, last in _bands(rows, (c + 2 * n) * columns):
        band = outputs[:, first:last]
        under = np.empty((c, last - first, columns))
        flat, product = under.reshape(c, -1), np.empty((n, (last - first) * columns))
        for i, j in np.ndindex(kh, kw):
            under[...] = padded[:, *_under(geometry, i, j, first, last, columns)]
            np.matmul(used[:, :, i, j], flat, out=product)
            band += product.reshape(band.shape)
    return outputs


def _bands(rows: int, numbers: int) -> Iterator[tuple[int, int]]:
    """Cut rows into bands, from first to before last; a row is worked on with so many numbers."""
    step = max(1, _BAND_NUMBERS // max(numbers, 1))
    return ((first, min(first + step, rows)) for first in range(0, rows, step))


def _under(geometry: Geometry, i: int, j: int, first: int, last: int, columns: int) -> tuple[slice, slice]:
    """Which input pixels lie under weight (i, j) for the output pixels of rows `first` to before `last`."""
    (sh, sw), (dh, dw) = geometry.stride, geometry.dilation
    top, left = first * sh + i * dh, j * dw
    bottom, right = top + (last - first - 1) * sh + 1, left + (columns - 1) * sw + 1
    return slice(top, bottom, sh), slice(left, right, sw)


def _same_way(layer: LabLayer, x: Array, before: LayerResult) -> bool:
    """Tell whether a filter gives what it gave before: on the same input, sliding in the same way."""
    old = before.layer
    ways = [
        (one.geometry, one.operation, one.relu, one.pool, one.takes, one.filters[0].weight.shape)
        for one in (layer, old)
    ]
    return ways[0] == ways[1] and (x is before.input or np.array_equal(x, before.input))


def _layer_before(before: RunResult | None, number: int) -> LayerResult | None:
    """Find an earlier result of layer `number`, counted from 1."""
    return before.layers[number - 1] if before is not None and number <= len(before.layers) else None


def _pooled(x: Array, size: int) -> tuple[Array, NDArray[np.bool_] | None]:
    """Pool, and mark the pixels that won: the gradient of ones goes to them alone.

    What is smaller than one window is passed on as it is, without winners.
    """
    if size == 1 or min(x.shape[1:]) < size:
        return x, None
    passed = functional.max_pool2d(x[None], size)
    winners = functional.max_pool2d_gradient(np.ones_like(passed), x[None], size)[0] > 0
    return passed[0], winners


def _pool_problem(number: int, result: LayerResult) -> str:
    rows, columns = result.positions
    size = result.layer.pool
    return (
        f"Layer {number}: max pooling takes squares of {size} × {size} pixels, "
        f"and the output channels have only {rows} × {columns}."
    )


def _sealed(array: Array) -> Array:
    sealed = array.view()
    sealed.flags.writeable = False
    return sealed
