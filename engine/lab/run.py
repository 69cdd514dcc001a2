"""Runs a picture through the layers of a setup, keeping everything on the way."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import functional
from engine.errors import ShapeError
from engine.geometry import Sides, resolve_padding
from engine.lab.values import Border, LabLayer, LayerResult, RunResult, Setup

Array = NDArray[Any]

# Weights may be so large that their sums are infinite: then results are not finite, and that is the answer.
QUIET = np.errstate(over="ignore", invalid="ignore")


def run_setup(setup: Setup, picture: Array) -> RunResult:
    """Run a picture through every layer of `setup`.

    Parameters
    ----------
    setup
        The layers; the first one takes the picture's channels.
    picture
        ``(c, h, w)``.

    Returns
    -------
    The result of each layer, computed in float64 by `engine.functional`. Where a layer does not fit, the
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
            results.append(run_layer(layer, carried))
        except ShapeError as error:
            return RunResult(picture, tuple(results), f"Layer {number}: {error}.")
        if layer.pool > 1 and results[-1].winners is None:
            return RunResult(picture, tuple(results), _pool_problem(number, results[-1]))
        carried = results[-1].passed
    return RunResult(picture, tuple(results))


@QUIET
def run_layer(layer: LabLayer, x: Array) -> LayerResult:
    """Run one layer on its input ``(c, h, w)``; ShapeError where it does not fit."""
    if layer.takes is not None:
        if not 0 <= layer.takes < len(x):
            raise ShapeError(f"the channel that is taken must be one of {len(x)}, got {layer.takes + 1}")
        x = x[layer.takes : layer.takes + 1]
    weight, geometry = layer.weight, layer.geometry
    sides = resolve_padding(
        geometry.padding, x.shape[1:], weight.shape[2:], geometry.stride, geometry.dilation
    )
    padded = with_border(x, sides, geometry.border)
    used = weight[..., ::-1, ::-1] if layer.operation == "convolution" else weight
    outputs = functional.cross_correlate2d(
        padded[None], used, layer.bias, stride=geometry.stride, dilation=geometry.dilation
    )[0]
    activated = functional.relu(outputs) if layer.relu else outputs
    passed, winners = _pooled(activated, layer.pool)
    return LayerResult(
        layer,
        _sealed(x),
        _sealed(padded),
        sides,
        _sealed(np.ascontiguousarray(used)),
        _sealed(outputs),
        _sealed(activated),
        _sealed(passed),
        winners,
    )


@QUIET
def contributions(result: LayerResult, index: int) -> Array:
    """What each input channel adds to an output channel, ``(c, oh, ow)``; with the bias they sum to it."""
    (sh, sw), (dh, dw) = result.layer.geometry.stride, result.layer.geometry.dilation
    rows, columns = result.positions
    used = result.used[index]
    parts = np.zeros((len(used), rows, columns))
    # Weight by weight over the whole picture: `functional` with a group per channel takes five times as long.
    for i, j in np.ndindex(used.shape[1:]):
        top, left = i * dh, j * dw
        under = result.padded[
            :, top : top + (rows - 1) * sh + 1 : sh, left : left + (columns - 1) * sw + 1 : sw
        ]
        parts += used[:, i, j, None, None] * under
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


def _pooled(x: Array, size: int) -> tuple[Array, NDArray[np.bool_] | None]:
    """Pool, and mark the pixels that won: the gradient of ones goes to them alone.

    What is smaller than one window is passed on as it is, without winners.
    """
    if size == 1 or min(x.shape[1:]) < size:
        return x, None
    passed = functional.max_pool2d(x[None], size)
    winners = functional.max_pool2d_gradient(np.ones_like(passed), x[None], size)[0] > 0
    winners.flags.writeable = False
    return _sealed(passed[0]), winners


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
