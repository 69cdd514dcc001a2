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
    values = weight.astype(np.float64)
    length = float(np.linalg.norm(values))
    if not math.isfinite(length) or length <= 1e-10:
        return FilterReading("zero")
    if values.size == 1:
        return FilterReading("single", positive=bool(values[0, 0] > 0))
    best = FilterReading("average", -1.0)
    for plain in _plain_patterns(values.shape[0], values.shape[1]):
        cosine = float(np.sum(values * plain.picture)) / length
        if abs(cosine) > best.likeness:
            angle = plain.angle
            if plain.pattern == "edge" and cosine < 0:
                angle = (angle + 180) % 360
            best = FilterReading(plain.pattern, abs(cosine), angle, cosine > 0)
    return best


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
