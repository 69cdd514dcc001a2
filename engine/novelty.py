"""Whether ink resembles a digit at all, whatever a network says about it."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from engine.drawing import PICTURE_SIDE
from engine.errors import DataError, ShapeError
from resources import resource_path

Floats = NDArray[np.float32]

NEIGHBOURS = 4
"""The distance to the digits is the mean of this many nearest ones."""

RESOURCE = ("digits", "likeness.npz")

_DIRECTIONS = 8
# Cosine to the eighth power: an edge counts for the two directions that it is between.
_SQUARINGS = 3
_CELLS = 5
_CELL_PX = 5.0
_INK_CELLS = 14
# In units of a picture's whole outline: where a picture has less, all of it is noise.
_LEAST_OUTLINE = 1e-3


class DigitLikeness:
    """How near a prepared picture is to the embedded training digits. Any thread.

    Two views of a picture are compared with those of the 8,000 digits and of an augmented copy of
    each, prepared again like a drawing: its outlines (how much edge of each direction is in each part of
    the picture) and its ink on a grid of 14 × 14. In each, the distance is that to the four nearest
    digits in the space of the principal components, and what of the picture is outside that space
    counts too. The larger one of the two, in units of its threshold, is the distance. All this is
    read from a small file that `packaging/build_digit_likeness.py` makes, thresholds included.

    Measured on the 2,000 embedded test digits, of which the file knows nothing: 99.1 % of them
    resemble a digit, 99.2 % after strong augmentation and preparing again. Of other ink the share
    that does not: filled squares, dots, noise, flat lines, stars and pairs of digits 100 %, grids
    99 %, crosses 97 %, scribbles 92 %, spirals 81 %, thirteen capital letters 79 % (A, Y and R
    are the nearest to digits), zig-zags 71 %, faces 47 %. One answer takes 0.3 ms.

    Raises
    ------
    DataError
        If the program's file is missing or damaged.
    """

    def __init__(self) -> None:
        self._views = _stored_views()

    def distance(self, picture: Floats) -> float:
        """Return how far a picture is from all digits: up to 1.0 it resembles one.

        Parameters
        ----------
        picture
            ``(28, 28)`` float32, 0 = paper, 1 = ink, as `engine.drawing.prepare` makes it.

        Returns
        -------
        float
            Up to 1.0 for 99 % of real digits, with a median of 0.62. Infinity where there is no
            ink.

        Raises
        ------
        ShapeError
            If the picture has another shape.
        """
        if picture.shape != (PICTURE_SIDE, PICTURE_SIDE):
            raise ShapeError(f"A picture must be (28, 28), got {tuple(picture.shape)}.")
        if not picture.any():
            return float("inf")
        pictures = picture[np.newaxis].astype(np.float32, copy=False)
        return max(
            float(view.distances(features(pictures))[0]) / view.threshold
            for features, view in zip(VIEWS, self._views, strict=True)
        )

    def resembles_digit(self, picture: Floats) -> bool:
        """Return whether a picture's `distance` is that of a digit."""
        return self.distance(picture) <= 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceView:
    """The digits to compare with, in one view.

    Parameters
    ----------
    mean, axes
        ``(d,)`` and ``(d, k)`` float32: the principal components.
    references
        ``(k, n)`` float32, the digits in these components.
    squares
        ``(n,)`` float32, the squared length of each.
    threshold
        The largest distance of what still resembles a digit.
    """

    mean: Floats
    axes: Floats
    references: Floats
    squares: Floats
    threshold: float

    def distances(self, features: Floats) -> Floats:
        """Return the distance of each row of ``(m, d)`` to the digits, ``(m,)``."""
        centred = features - self.mean
        components = centred @ self.axes
        inside = np.einsum("mk,mk->m", components, components)
        outside = np.maximum(np.einsum("md,md->m", centred, centred) - inside, 0)
        apart = (-2 * components) @ self.references
        apart += self.squares
        nearest = np.partition(apart, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS].mean(axis=1)
        return np.sqrt(np.maximum(nearest + inside, 0) + outside).astype(np.float32, copy=False)


def outline_features(pictures: Floats) -> Floats:
    """Return how much edge of each direction is in each part of pictures.

    Parameters
    ----------
    pictures
        ``(n, 28, 28)`` float32.

    Returns
    -------
    ndarray
        ``(n, directions · cells · cells)`` float32. Rows have about unit length: these are the
        square roots of the shares of the whole outline.
    """
    smooth, part, directions = _outline_matrices()
    smoothed = smooth @ pictures @ smooth.T
    gradient = np.zeros((*pictures.shape, 2), dtype=np.float32)
    gradient[:, :, 1:-1, 0] = smoothed[:, :, 2:] - smoothed[:, :, :-2]
    gradient[:, 1:-1, :, 1] = smoothed[:, 2:] - smoothed[:, :-2]
    # The strength of an edge times a power of the cosine to each direction, where positive.
    strength = np.hypot(gradient[..., :1], gradient[..., 1:])
    along = np.maximum((gradient / (strength + np.float32(1e-6))) @ directions, 0)
    for _ in range(_SQUARINGS):
        along *= along
    along *= strength
    pooled = part @ along.transpose(0, 3, 1, 2) @ part.T
    flat = pooled.reshape(len(pictures), -1)
    shares: Floats = np.sqrt(flat / (flat.sum(axis=1, keepdims=True) + np.float32(_LEAST_OUTLINE)))
    return shares


def ink_features(pictures: Floats) -> Floats:
    """Return the ink of pictures ``(n, 28, 28)`` on a coarse grid, ``(n, 196)``."""
    part = _ink_matrix()
    rows: Floats = part @ pictures
    pooled: Floats = rows @ part.T
    return pooled.reshape(len(pictures), -1)


VIEWS = (outline_features, ink_features)


def _tents(cells: int, reach: float) -> Floats:
    """Return how much each pixel of a line counts for each cell, ``(cells, 28)``; rows sum to 1."""
    middle = (np.arange(cells) + 0.5) * (PICTURE_SIDE / cells) - 0.5
    away = np.abs(np.arange(PICTURE_SIDE) - middle[:, np.newaxis])
    weights = np.maximum(1 - away / reach, 0)
    shares: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


@cache
def _outline_matrices() -> tuple[Floats, Floats, Floats]:
    # Smoothing by (1, 2, 1) / 4 in both directions, before the differences.
    smooth = np.eye(PICTURE_SIDE) / 2
    smooth += (np.eye(PICTURE_SIDE, k=1) + np.eye(PICTURE_SIDE, k=-1)) / 4
    angle = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    directions = np.stack((np.cos(angle), np.sin(angle)))
    return (
        smooth.astype(np.float32),
        _tents(_CELLS, _CELL_PX),
        directions.astype(np.float32),
    )


@cache
def _ink_matrix() -> Floats:
    return _tents(_INK_CELLS, PICTURE_SIDE / _INK_CELLS)


@cache
def _stored_views() -> tuple[ReferenceView, ...]:
    path = resource_path(*RESOURCE)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return tuple(_stored_view(archive, name) for name in ("outline", "ink"))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DataError(f"The program's digits cannot be read from {path}.") from error


def _stored_view(archive: Mapping[str, NDArray[Any]], name: str) -> ReferenceView:
    references = np.ascontiguousarray((archive[f"{name}_references"] * archive[f"{name}_step"]).T)
    return ReferenceView(
        mean=archive[f"{name}_mean"],
        axes=archive[f"{name}_axes"],
        references=references,
        squares=np.einsum("kn,kn->n", references, references),
        threshold=float(archive[f"{name}_threshold"]),
    )
