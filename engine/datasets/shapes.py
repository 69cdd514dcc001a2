"""Coloured shapes made from a seed: what a network of three input channels learns from."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.datasets.values import Dataset, Split
from engine.errors import ConfigError

SHAPES = ("circle", "square", "triangle", "cross")
# Red, green, blue, yellow, cyan, magenta, white: each a different choice of channels.
COLOURS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1))
# Pixels are averages over so many places squared.
_SAMPLES = 4
# Half of the grounds are nearly black, the others have a colour of their own; so have two in three shapes a
# filled inside, and the others only a line of so many pixels of 28.
_COLOURED, _OUTLINED = 0.5, 1 / 3
_LINE = (1.8, 3.2)

SPLIT_SEEDS = (1, 2)
"""Of the pictures that a network learns from, and of those that it is tested with."""


def rgb_shapes(
    count: int, seed: int, size: int = 32, *, watch: Callable[[int], None] | None = None
) -> Dataset:
    """Make pictures of one coloured shape each, filled or outlined, on a dark or a coloured ground.

    Parameters
    ----------
    count
        Number of pictures, at least 1; the four shapes come in turn.
    seed
        Decides colours, grounds, places, sizes, turns and lines.
    size
        Side of a picture in pixels, at least 16.
    watch
        Called after each picture with their number so far; what it raises ends the making.

    Returns
    -------
    Pictures ``(count, 3, size, size)`` uint8; the classes are the names of the shapes.

    Raises
    ------
    ConfigError
        If `count` or `size` is too small.
    """
    if count < 1 or size < 16:
        raise ConfigError(f"there must be at least 1 picture of at least 16 pixels, got {count} of {size}")
    rng = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int64) % len(SHAPES)
    pictures = np.empty((count, 3, size, size), np.uint8)
    for place, label in enumerate(labels.tolist()):
        pictures[place] = _picture(SHAPES[label], size, rng)
        if watch is not None:
            watch(place + 1)
    return Dataset("RGB shapes", pictures, labels, SHAPES)


def shapes_split(
    train: int = 20_000, test: int = 2_000, size: int = 28, *, watch: Callable[[int], None] | None = None
) -> Split:
    """Make pictures to learn from and others to be tested with; each set is watched as in `rgb_shapes`."""
    counts = zip((train, test), SPLIT_SEEDS, strict=True)
    return Split(*(rgb_shapes(count, seed, size, watch=watch) for count, seed in counts))


def _picture(shape: str, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    radius = size * rng.uniform(0.22, 0.36)
    y, x = rng.uniform(radius + 1, size - radius - 1, 2)
    # People draw a cross upright or lying.
    turn = rng.uniform(-1, 1) * (np.pi / 4 if shape == "cross" else 0.4)
    chosen, other = rng.permutation(len(COLOURS))[:2]
    colour = np.array(COLOURS[chosen]) * rng.uniform(0.75, 1.0)
    ground = rng.uniform(0.0, 0.15, 3)
    if rng.random() < _COLOURED:
        ground = np.array(COLOURS[other]) * rng.uniform(0.2, 0.7)
    line = size / 28 * rng.uniform(*_LINE) / radius if rng.random() < _OUTLINED else None
    cover = _cover(shape, size, y, x, radius, turn, line)
    picture = ground[:, None, None] * (1 - cover) + colour[:, None, None] * cover
    return np.rint(255 * picture).astype(np.uint8)


def _cover(
    shape: str, size: int, y: float, x: float, radius: float, turn: float, line: float | None
) -> NDArray[np.float64]:
    """Share of each pixel that the shape covers, ``(size, size)``; of its outline, for a `line` in radii."""
    places = (np.arange(size * _SAMPLES) + 0.5) / _SAMPLES
    v, u = np.meshgrid((places - y) / radius, (places - x) / radius, indexing="ij")
    u, v = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    # How far within the shape a place is, in radii; below zero outside.
    match shape:
        case "circle":
            depth = 1 - np.hypot(u, v)
        case "square":
            depth = 0.8 - np.maximum(abs(u), abs(v))
        case "triangle":
            slope = 1.75 * 0.95
            depth = np.minimum(0.75 - v, (v + 0.95 - slope * abs(u)) / np.hypot(1, slope))
        case _:
            # Two bars; as an outline, two lines.
            half = 0.28 if line is None else line / 2
            depth = np.minimum(half - np.minimum(abs(u), abs(v)), 0.95 - np.maximum(abs(u), abs(v)))
    inside = depth >= 0
    if line is not None and shape != "cross":
        inside &= depth <= line
    cover: NDArray[np.float64] = inside.reshape(size, _SAMPLES, size, _SAMPLES).mean(axis=(1, 3))
    return cover
