"""Coloured shapes made from a seed: the data set of the lesson on input channels."""

import numpy as np
from numpy.typing import NDArray

from engine.datasets.values import Dataset
from engine.errors import ConfigError

SHAPES = ("circle", "square", "triangle", "cross")
# Red, green, blue, yellow, cyan, magenta, white: each a different choice of channels.
COLOURS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1))
# Pixels are averages over so many places squared.
_SAMPLES = 4


def rgb_shapes(count: int, seed: int, size: int = 32) -> Dataset:
    """Make pictures of one coloured shape each on a dark ground.

    Parameters
    ----------
    count
        Number of pictures, at least 1; the four shapes come in turn.
    seed
        Decides colours, places, sizes and turns.
    size
        Side of a picture in pixels, at least 16.

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
    pictures = np.stack([_picture(SHAPES[label], size, rng) for label in labels])
    return Dataset("RGB shapes", pictures, labels, SHAPES)


def _picture(shape: str, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    radius = size * rng.uniform(0.22, 0.36)
    y, x = rng.uniform(radius + 1, size - radius - 1, 2)
    turn = rng.uniform(-0.4, 0.4)
    colour = np.array(COLOURS[rng.integers(len(COLOURS))]) * rng.uniform(0.75, 1.0)
    ground = rng.uniform(0.0, 0.15, 3)
    cover = _cover(shape, size, y, x, radius, turn)
    picture = ground[:, None, None] * (1 - cover) + colour[:, None, None] * cover
    return np.rint(255 * picture).astype(np.uint8)


def _cover(shape: str, size: int, y: float, x: float, radius: float, turn: float) -> NDArray[np.float64]:
    """Share of each pixel that the shape covers, ``(size, size)``."""
    places = (np.arange(size * _SAMPLES) + 0.5) / _SAMPLES
    v, u = np.meshgrid((places - y) / radius, (places - x) / radius, indexing="ij")
    u, v = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    match shape:
        case "circle":
            inside = u**2 + v**2 <= 1
        case "square":
            inside = np.maximum(abs(u), abs(v)) <= 0.8
        case "triangle":
            inside = (v <= 0.75) & (v >= 1.75 * abs(u) * 0.95 - 0.95)
        case _:
            inside = (np.minimum(abs(u), abs(v)) <= 0.28) & (np.maximum(abs(u), abs(v)) <= 0.95)
    cover: NDArray[np.float64] = inside.reshape(size, _SAMPLES, size, _SAMPLES).mean(axis=(1, 3))
    return cover
