"""The filters that people made by hand, by name, and what one can do to any filter.

Every function takes and gives arrays whose last two axes are a filter's rows and columns, so that a filter
of several input channels is treated slice by slice. As everywhere here the operation is cross-correlation: a
filter responds where the picture looks like it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ConfigError

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A named filter of one slice; `values` is read-only float64, ``(kh, kw)``."""

    key: str
    name: str
    sentence: str
    values: Array


def _kernel(key: str, name: str, sentence: str, values: ArrayLike) -> Kernel:
    array = np.array(values, np.float64)
    array.flags.writeable = False
    return Kernel(key, name, sentence, array)


def gaussian(size: int, sigma: float) -> Array:
    """A bell of sum 1, ``(size, size)``, sampled at the middles of the pixels."""
    across = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    bell = np.outer(across, across)
    return bell / bell.sum()


# Sources: Nielsen's and fast.ai's lessons use the four edges; Sobel and Feldman (1968); Prewitt (1970);
# Scharr (2000); Roberts (1963).
KERNELS: tuple[Kernel, ...] = (
    _kernel(
        "identity",
        "identity",
        "Copies the picture: the middle pixel counts once, its neighbours not at all.",
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    ),
    _kernel(
        "top-edge",
        "top edge",
        "Responds where it is dark above and bright below: the upper edge of a horizontal stroke.",
        [[-1, -1, -1], [1, 1, 1], [0, 0, 0]],
    ),
    _kernel(
        "left-edge",
        "left edge",
        "Responds where it is dark on the left and bright on the right: the left edge of a vertical stroke.",
        [[-1, 1, 0], [-1, 1, 0], [-1, 1, 0]],
    ),
    _kernel(
        "bottom-edge",
        "bottom edge",
        "Responds where it is bright above and dark below: the lower edge of a horizontal stroke.",
        [[0, 0, 0], [1, 1, 1], [-1, -1, -1]],
    ),
    _kernel(
        "right-edge",
        "right edge",
        "Responds where it is bright on the left and dark on the right: the right edge of a vertical stroke.",
        [[0, 1, -1], [0, 1, -1], [0, 1, -1]],
    ),
    _kernel(
        "sobel-x",
        "Sobel x",
        "Slope from left to right, smoothed downwards: positive where the picture brightens to the right.",
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ),
    _kernel(
        "sobel-y",
        "Sobel y",
        "Slope from top to bottom, smoothed sideways: positive where the picture brightens downwards.",
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    ),
    _kernel(
        "prewitt-x",
        "Prewitt x",
        "Like Sobel x, but the three rows count the same.",
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    ),
    _kernel(
        "prewitt-y",
        "Prewitt y",
        "Like Sobel y, but the three columns count the same.",
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    ),
    _kernel(
        "scharr-x",
        "Scharr x",
        "Like Sobel x, with numbers chosen so that slanting edges are measured more evenly.",
        [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    ),
    _kernel(
        "scharr-y",
        "Scharr y",
        "Like Sobel y, with numbers chosen so that slanting edges are measured more evenly.",
        [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
    ),
    _kernel(
        "roberts",
        "Roberts",
        "Only 2 × 2: the difference along one diagonal, the oldest edge detector.",
        [[1, 0], [0, -1]],
    ),
    _kernel(
        "laplacian",
        "Laplacian",
        "Middle against its four neighbours: responds to spots and to both sides of any edge.",
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    ),
    _kernel(
        "gaussian",
        "Gaussian blur",
        "A weighted average in which near pixels count more; sum 1, so the brightness stays.",
        gaussian(5, 1.0),
    ),
    _kernel(
        "box",
        "box blur",
        "The plain average of nine pixels; sum 1, so the brightness stays.",
        np.full((3, 3), 1 / 9),
    ),
    _kernel(
        "sharpen",
        "sharpen",
        "The picture plus what is different from its neighbours: edges stand out.",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    ),
    _kernel(
        "emboss",
        "emboss",
        "Light from the lower right: slopes along the diagonal look raised.",
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    ),
    _kernel(
        "line",
        "line",
        "Responds to a horizontal line one pixel high: bright in the middle, dark above and below.",
        [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
    ),
    _kernel(
        "corner",
        "corner",
        "Responds where a bright corner begins: dark above and on the left, bright at the lower right.",
        [[-1, -1, -1], [-1, 2, 2], [-1, 2, 2]],
    ),
)

FOUR_EDGES = ("top-edge", "left-edge", "bottom-edge", "right-edge")
RANDOM_SENTENCE = "Values drawn at random, as every filter of a network begins."


def kernel(key: str) -> Kernel:
    """Give a filter by its key; ConfigError if there is none."""
    for one in KERNELS:
        if one.key == key:
            return one
    raise ConfigError(f"the kernel must be one of {', '.join(k.key for k in KERNELS)}, got {key}")


def random_kernel(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Normal values with the standard deviation of He et al. (2015): √(2 / inputs)."""
    inputs = int(np.prod(shape[-3:]))
    return generator.normal(0.0, np.sqrt(2 / inputs), shape)


def turned(values: Array, quarters: int = 1) -> Array:
    """Turn clockwise by quarters of a circle."""
    return np.rot90(values, -quarters, axes=(-2, -1)).copy()


def mirrored(values: Array) -> Array:
    """Swap left and right."""
    return values[..., ::-1].copy()


def negated(values: Array) -> Array:
    """Change every sign."""
    # Adding zero makes −0 a plain 0.
    return -values + 0.0


def transposed(values: Array) -> Array:
    """Swap rows and columns."""
    return values.swapaxes(-1, -2).copy()


def normalised(values: Array) -> Array:
    """Scale so that the magnitudes of all slices together sum to 1; zeros stay."""
    total = np.abs(values).sum()
    return values / total if total else values.copy()


def zero_summed(values: Array) -> Array:
    """Take the mean off, that of all slices together, so that an even grey area gives no response."""
    return values - values.mean(axis=tuple(range(-min(values.ndim, 3), 0)), keepdims=True)


def trimmed(values: Array) -> Array:
    """Cut off outer rows and columns that are zero in every slice; at least one number stays."""
    held = np.any(values.reshape(-1, *values.shape[-2:]) != 0, axis=0)
    spans = []
    for axis in (1, 0):
        places = np.flatnonzero(held.any(axis=axis))
        spans.append(slice(places[0], places[-1] + 1) if len(places) else slice(0, 1))
    return values[..., spans[0], spans[1]]


def resized(values: Array, rows: int, columns: int) -> Array:
    """Give it another size round its middle: zeros are added outside, or outer values dropped.

    The middle of an even size is the place above and left of its centre, as for "same" padding: from 3 to 4
    a row is added below, from 4 to 5 one above, and the same way back.
    """
    out = np.zeros((*values.shape[:-2], rows, columns))
    spans = []
    for old, new in zip(values.shape[-2:], (rows, columns), strict=True):
        shift = (new - 1) // 2 - (old - 1) // 2
        spans.append((max(-shift, 0), max(shift, 0), min(old, new)))
    (from_y, to_y, height), (from_x, to_x, width) = spans
    out[..., to_y : to_y + height, to_x : to_x + width] = values[
        ..., from_y : from_y + height, from_x : from_x + width
    ]
    return out
