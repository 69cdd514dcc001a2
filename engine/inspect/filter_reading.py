"""Reads the pattern of a filter from its numbers by likeness to plain hand-made filters."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pattern = Literal["edge", "line", "spot", "corner", "average", "zero", "single"]

# Values of a plain pattern across its direction at the near side, the middle and the far side; the
# off-centre edges are the usual four edge filters (−1, +1, 0).
_EDGE_PROFILES = ((-1.0, 0.0, 1.0), (-1.0, 1.0, 0.0), (0.0, -1.0, 1.0))
_LINE_PROFILE = (-1.0, 2.0, -1.0)
# Values at the centre, one half-side away from it, and at the corners.
_SPOT_PROFILES = ((4.0, -1.0, 0.0), (8.0, -1.0, -1.0))
# Cosines that differ by less are equal: it is rounding.
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class FilterReading:
    """The plain pattern that one two-dimensional slice of a filter is most like.

    ``likeness`` is the cosine between the two, 0 to 1. ``angle`` is in degrees, counter-clockwise
    from the right as on paper, a multiple of 45: for an edge the direction in which the weights
    grow, for a line the direction along it. ``positive`` says whether the pattern's middle (for an
    average the whole) is above zero.
    """

    pattern: Pattern
    likeness: float = 1.0
    angle: int = 0
    positive: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class FilterReadings:
    """The readings of many slices, arrays of one length with the fields of `FilterReading`."""

    pattern: NDArray[np.str_]
    likeness: NDArray[np.float64]
    angle: NDArray[np.int_]
    positive: NDArray[np.bool_]

    def at(self, rows: NDArray[np.int_]) -> list[FilterReading]:
        """Give those of some slices."""
        fields = (self.pattern, self.likeness, self.angle, self.positive)
        return list(map(FilterReading, *(field[rows].tolist() for field in fields)))


@dataclass(frozen=True, slots=True, eq=False)
class _Plain:
    """A plain pattern and its picture of length 1, (kh, kw)."""

    pattern: Pattern
    angle: int
    picture: NDArray[np.float64]


def read_filter(weight: NDArray[np.float32]) -> FilterReading:
    """Find the plain pattern that a slice is most like.

    Parameters
    ----------
    weight : NDArray[np.float32]
        One input channel's slice of a filter, (kh, kw).

    Returns
    -------
    FilterReading
        The best match, however poor; pattern "zero" for no weights at all, "single" for 1 × 1.
    """
    return read_filters(weight[None]).at(np.zeros(1, int))[0]


def read_filters(weights: NDArray[np.floating]) -> FilterReadings:
    """Find the plain patterns that many slices ``(n, kh, kw)`` are most like, all at once.

    Each is read as `read_filter` reads it.
    """
    values = weights.reshape(len(weights), -1).astype(np.float64)
    lengths = np.linalg.norm(values, axis=1)
    whole = np.isfinite(lengths) & (lengths > 1e-10)
    if values.shape[1] == 1:
        ones = np.ones(len(values))
        patterns = np.where(whole, "single", "zero")
        return FilterReadings(patterns, ones, np.zeros(len(values), int), ~whole | (values[:, 0] > 0))
    plain = _plain_patterns(*weights.shape[1:])
    pictures = np.stack([each.picture.ravel() for each in plain])
    cosines = np.zeros((len(values), len(plain)))
    cosines[whole] = values[whole] @ pictures.T / lengths[whole, None]
    alike = np.abs(cosines)
    # Of patterns that fit equally well, rounding must not choose: the first one does.
    best = np.argmax(alike >= alike.max(axis=1, keepdims=True) - _TIE, axis=1)
    found = cosines[np.arange(len(values)), best]
    patterns = np.where(whole, np.array([each.pattern for each in plain])[best], "zero")
    turned = np.where((patterns == "edge") & (found < 0), 180, 0)
    angles = np.where(whole, (np.array([each.angle for each in plain])[best] + turned) % 360, 0)
    likeness = np.where(whole, np.minimum(np.abs(found), 1), 1)
    return FilterReadings(patterns, likeness, angles, ~whole | (found > 0))


@lru_cache(maxsize=32)
def _plain_patterns(rows: int, columns: int) -> tuple[_Plain, ...]:
    """Return every plain pattern that a grid of this size can show."""
    y = np.linspace(1, -1, rows)[:, None] if rows > 1 else np.zeros((1, 1))
    x = np.linspace(-1, 1, columns)[None, :] if columns > 1 else np.zeros((1, 1))
    flat = np.zeros((rows, columns))
    # Distance along each direction, in half-sides; a slanted one also without its far corners.
    across = {
        0: (x + flat,),
        90: (y + flat,),
        45: (np.clip(x + y, -1, 1), (x + y) / 2),
        135: (np.clip(y - x, -1, 1), (y - x) / 2),
    }
    radius = np.hypot(x, y)
    found: list[tuple[Pattern, int, NDArray[np.float64]]] = [("average", 0, flat + 1)]
    for angle, distances in across.items():
        for distance in distances:
            found += [("edge", angle, _sampled(distance, edge)) for edge in _EDGE_PROFILES]
        found.append(("line", (angle + 90) % 180, _sampled(distances[0], _LINE_PROFILE)))
    found += [("spot", 0, np.interp(radius, (0.0, 1.0, math.sqrt(2)), spot)) for spot in _SPOT_PROFILES]
    found += [("corner", 0, x * y), ("corner", 0, x * x - y * y + flat)]
    return tuple(
        _Plain(pattern, angle, picture / np.linalg.norm(picture))
        for pattern, angle, picture in found
        if np.linalg.norm(picture) > 1e-9
    )


def _sampled(distance: NDArray[np.float64], profile: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.interp(distance, (-1.0, 0.0, 1.0), profile)
