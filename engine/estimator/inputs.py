"""From what scikit-learn hands over to the pictures that the engine reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, InputError, ShapeError

Array = NDArray[Any]
PictureShape = tuple[int, int, int]
Scale = Literal["auto", "standardize", "none"]

# Rows that are converted at a time: a few megabytes of most pictures.
_AT_ONCE = 1024


def as_rows(X: Any) -> tuple[Any, PictureShape | None]:
    """Lay pictures ``(n, h, w)`` or ``(n, c, h, w)`` out in rows ``(n, c · h · w)``, and give their shape.

    Anything else is given back as it is, with None: it is for scikit-learn to check.
    """
    shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
    if len(shape) not in (3, 4):
        return X, None
    picture: PictureShape = (1, *shape[1:]) if len(shape) == 3 else shape[1:]
    return np.asarray(X).reshape(shape[0], int(np.prod(picture))), picture


def as_numbers(rows: Array) -> Array:
    """Give rows that hold numbers: black for False and white for True."""
    return rows.astype(np.uint8) * np.uint8(255) if rows.dtype == bool else rows


def chosen_shape(wanted: Any, found: PictureShape | None, features: int) -> PictureShape | None:
    """Give the pictures' shape, from the setting `picture_shape` and the data; None for rows that are none.

    Raises
    ------
    ConfigError, ShapeError
        If the setting is no shape, or does not fit the data.
    """
    if wanted is None:
        return found
    sizes = tuple(wanted) if isinstance(wanted, tuple | list) else ()
    if len(sizes) not in (2, 3) or not all(isinstance(s, int | np.integer) and s > 0 for s in sizes):
        raise ConfigError(
            f"picture_shape must be (height, width) or (channels, height, width), got {wanted!r}"
        )
    c, h, w = (int(s) for s in (1, *sizes)[-3:])
    if found not in (None, (c, h, w)):
        raise ShapeError(f"pictures must have the picture_shape {(c, h, w)}, got {found}")
    if c * h * w != features:
        raise ShapeError(f"picture_shape {(c, h, w)} needs {c * h * w} features, got {features}")
    return c, h, w


@dataclass(frozen=True)
class Reading:
    """How rows ``(n, features)`` become pictures ``(n, c, h, w)``.

    Parameters
    ----------
    shape
        ``(c, h, w)``.
    scaling
        What is subtracted from each feature, and what the rest is multiplied by, ``(features,)`` each; None
        where the numbers are as the engine reads them. uint8 stands for 0–1 before that.
    eight_bit
        Whether the first rows were uint8.
    """

    shape: PictureShape
    scaling: tuple[Array, Array] | None
    eight_bit: bool

    @classmethod
    def of(cls, rows: Array, weights: Array | None, shape: PictureShape | None, scale: Scale) -> Self:
        """Find out how to read `rows`.

        "auto" leaves what is uint8 or lies within 0–1 as it is, and standardises the rest; "standardize"
        subtracts the mean and divides by the standard deviation, of each channel of pictures, or of each
        feature of rows that are none.
        """
        if scale not in ("auto", "standardize", "none"):
            raise ConfigError(f'scale must be "auto", "standardize" or "none", got {scale!r}')
        picture = shape or (1, 1, rows.shape[1])
        eight_bit = rows.dtype == np.uint8
        fits = eight_bit or (rows.min() >= 0 and rows.max() <= 1)
        if scale == "none" or (scale == "auto" and fits):
            return cls(picture, None, eight_bit)
        groups = rows.shape[1] if shape is None else shape[0]
        mean, deviation = _moments(rows, weights, groups)
        # What is constant but for rounding tells nothing, and must not be blown up.
        varies = deviation > 1e-9 * np.abs(mean)
        factor = np.divide(1, deviation, out=np.ones_like(deviation), where=varies)
        repeats = rows.shape[1] // groups
        return cls(picture, (mean.repeat(repeats), factor.repeat(repeats)), eight_bit)

    def pictures(self, rows: Array, dtype: type[np.floating[Any]]) -> Array:
        """Give the pictures in `dtype`, or uint8 where they are the engine's to read.

        InputError where numbers far beyond 0–1 follow on pictures of uint8: 255 of these is 1.
        """
        # A little beyond 1 comes of resampling.
        if self.eight_bit and rows.dtype != np.uint8 and rows.max() > 2:
            raise InputError(
                "X was uint8 from 0 to 255 in training, and must be so again or numbers from 0 to 1, "
                f"got {rows.dtype} up to {rows.max():.4g}"
            )
        if self.scaling is None:
            found = rows if rows.dtype == np.uint8 else rows.astype(dtype, copy=False)
            return found.reshape(-1, *self.shape)
        offset, factor = self.scaling
        found = np.empty(rows.shape, dtype)
        for part in _parts(len(rows)):
            found[part] = (_in_float64(rows[part]) - offset) * factor
        return found.reshape(-1, *self.shape)


def _moments(rows: Array, weights: Array | None, groups: int) -> tuple[Array, Array]:
    """Weighted mean and standard deviation ``(groups,)`` of the features, which fall into equal groups."""
    n, features = rows.shape
    weights = np.ones(n) if weights is None else weights
    total = weights.sum() * (features // groups)
    mean, variance = np.zeros(groups), np.zeros(groups)
    for part in _parts(n):
        mean += (weights[part] @ _in_float64(rows[part])).reshape(groups, -1).sum(axis=1)
    mean /= total
    centre = mean.repeat(features // groups)
    for part in _parts(n):
        square = (_in_float64(rows[part]) - centre) ** 2
        variance += (weights[part] @ square).reshape(groups, -1).sum(axis=1)
    return mean, np.sqrt(variance / total)


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _AT_ONCE):
        yield slice(start, start + _AT_ONCE)


def _in_float64(rows: Array) -> NDArray[np.float64]:
    return rows / 255 if rows.dtype == np.uint8 else rows.astype(np.float64)
