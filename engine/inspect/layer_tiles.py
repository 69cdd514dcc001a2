"""Every layer's output for one picture as blocks to be drawn from left to right."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.inspect.tiles import TileSet, channel_tiles, nice_scale, range_text
from engine.inspect.words import RGB, percent, plural, shape_text
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
)
from engine.spec import NetworkSpec

# These change no value that is worth a picture of its own while a network is only looked at.
_WITHOUT_BLOCK = frozenset({"flatten", "dropout"})
_NEVER_NEGATIVE = frozenset({"relu", "sigmoid"})
_KEEPS_SIGN = frozenset({"pool", "avgpool", "globalpool", "flatten", "dropout"})


@dataclass(frozen=True, slots=True, eq=False)
class LayerTiles:
    """One block of the flow: a layer's output for one picture. A value: safe on any thread.

    Parameters
    ----------
    name, kind : str
        ``conv1`` and ``conv``; the input is ``input`` and ``input``; the last layer is called
        by its name and is of kind ``logits``.
    shape : tuple of int
        (c, h, w) or (d,).
    range_text : str
        ``0 … 2.1``.
    connector : tuple of str
        What happens on the way here from the block before, a line each.
    tiles : TileSet or None
        The output channels; a vector between two layers is tiles of one pixel each.
    vector : ndarray of float32, shape (d,), read-only, or None
        The logits.
    labels : tuple of str
        The classes, one per logit.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    range_text: str
    connector: tuple[str, ...]
    tiles: TileSet | None = None
    vector: NDArray[np.float32] | None = None
    labels: tuple[str, ...] = ()


def layer_tiles(
    spec: NetworkSpec,
    activations: Mapping[str, NDArray[np.floating]],
    scales: Mapping[str, float] | None = None,
) -> tuple[LayerTiles, ...]:
    """Make the blocks of a network's answer to one picture.

    Parameters
    ----------
    spec : NetworkSpec
    activations : mapping of str to ndarray
        "input" and every layer's name, to (c, h, w) or (d,).
    scales : mapping of str to float, optional
        The scales so far, as `layer_scales` gives them: a scale only ever grows.

    Returns
    -------
    tuple of LayerTiles
        The input, every layer but Flatten and Dropout, and last the logits.
    """
    before = scales or {}
    blocks = [_input_block(np.asarray(activations["input"], np.float32))]
    words: list[str] = []
    signed = False
    last = spec.layer_names[-1]
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        words += layer_words(layer)
        if layer.kind not in _KEEPS_SIGN:
            signed = layer.kind not in _NEVER_NEGATIVE
        if name == last:
            blocks.append(_logits(name, activations[name], tuple(words), spec.classes))
        elif layer.kind not in _WITHOUT_BLOCK:
            block = _block(name, layer.kind, activations[name], signed, before.get(name))
            blocks.append(replace(block, connector=tuple(words)))
            words = []
    return tuple(blocks)


def layer_scales(blocks: tuple[LayerTiles, ...]) -> dict[str, float]:
    """Give the scale of every block with tiles, to be handed to the next `layer_tiles`."""
    return {block.name: block.tiles.scale for block in blocks if block.tiles is not None}


def layer_words(layer: Layer) -> tuple[str, ...]:
    """Say what a layer does in a line or two short enough to stand between two blocks."""
    match layer:
        case Conv2D():
            stride = _pair_text(layer.stride)
            return (
                f"conv {shape_text(_pair(layer.kernel_size))}",
                *([] if stride == "1" else [f"stride {stride}"]),
                plural(layer.filters, "filter"),
            )
        case MaxPool2D():
            return (f"pool {_pair_text(layer.size)}",)
        case AvgPool2D():
            return (f"mean pool {_pair_text(layer.size)}",)
        case GlobalAvgPool2D():
            return ("mean of", "each channel")
        case Dense():
            return ("dense", plural(layer.units, "unit"))
        case BatchNorm2D():
            return ("batch norm",)
        case LeakyReLU():
            return ("leaky relu",)
        case Dropout():
            return (f"dropout {percent(layer.rate)}",)
        case Flatten():
            return ()
        case _:
            return (layer.kind,)


def _input_block(picture: NDArray[np.float32]) -> LayerTiles:
    names = RGB if len(picture) == len(RGB) else ("",) * len(picture)
    tiles = channel_tiles("input", picture, signed=False, scale=1.0, role="picture", captions=names)
    return LayerTiles("input", "input", picture.shape, range_text(picture), (), tiles)


def _block(
    name: str, kind: str, values: NDArray[np.floating], signed: bool, scale: float | None
) -> LayerTiles:
    maps = values if values.ndim == 3 else values.reshape(-1, 1, 1)
    tiles = channel_tiles(name, maps, signed, nice_scale(values, scale), captions=("",) * len(maps))
    return LayerTiles(name, kind, tuple(values.shape), range_text(values), (), tiles)


def _logits(
    name: str, values: NDArray[np.floating], words: tuple[str, ...], classes: tuple[str, ...]
) -> LayerTiles:
    vector = np.array(values, np.float32)
    vector.flags.writeable = False
    return LayerTiles(name, "logits", vector.shape, range_text(vector), words, vector=vector, labels=classes)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _pair_text(value: int | tuple[int, int]) -> str:
    height, width = _pair(value)
    return str(height) if height == width else shape_text((height, width))
