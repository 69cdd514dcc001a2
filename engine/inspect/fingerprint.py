"""What a 3 × 3 filter is made of: how much edge, line, spot and average, by the Frei–Chen basis.

Nine orthonormal patterns; the squares of a filter's parts along them add up to the square of its length. Four
of them span edges (two plain gradients, two ripples), four lines (two plain lines, two spots of Laplace's
kind), one is the average. Source: Frei and Chen (1977).
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.inspect.describe import FAINT
from engine.inspect.filter_reading import FilterReading, read_filter
from engine.kernels import KERNELS, Kernel

Array: TypeAlias = NDArray[Any]

_ROOT = math.sqrt(2)
_PATTERNS = (
    # Gradients: brighter above, brighter on the left.
    ((1, _ROOT, 1), (0, 0, 0), (-1, -_ROOT, -1)),
    ((1, 0, -1), (_ROOT, 0, -_ROOT), (1, 0, -1)),
    # Ripples.
    ((0, -1, _ROOT), (1, 0, -1), (-_ROOT, 1, 0)),
    ((_ROOT, -1, 0), (-1, 0, 1), (0, 1, -_ROOT)),
    # Lines: upright against level, and the two diagonals.
    ((0, 1, 0), (-1, 0, -1), (0, 1, 0)),
    ((-1, 0, 1), (0, 0, 0), (1, 0, -1)),
    # Spots, of Laplace's kind.
    ((1, -2, 1), (-2, 4, -2), (1, -2, 1)),
    ((-2, 1, -2), (1, 4, 1), (-2, 1, -2)),
    # The average.
    ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
)


def _basis() -> Array:
    patterns = np.array(_PATTERNS, np.float64).reshape(9, 9)
    basis: Array = patterns / np.linalg.norm(patterns, axis=1, keepdims=True)
    basis.flags.writeable = False
    return basis


BASIS = _basis()
"""The patterns ``(9, 9)``, each of length 1 and at right angles to all others."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a 3 × 3 filter is made of.

    ``parts`` are its lengths along the nine patterns. ``edge``, ``line`` and ``average`` are shares of its
    squared length, which add up to 1; ``gradient``, ``ripple``, ``direction`` (of lines) and ``spot`` divide
    the first two further. All are 0 for a filter of zeros.

    `name` says what it is in a few words, with its orientation: "left edge, 15°", "upright bright line, 90°",
    "noise".

    ``angle`` is that of the edge, the way in which the filter grows, in degrees counter-clockwise from the
    right, −180 to 180; ``line_angle`` that along the line, 0 to 180.
    """

    parts: tuple[float, ...]
    gradient: float
    ripple: float
    direction: float
    spot: float
    average: float
    angle: float
    line_angle: float
    name: str

    @property
    def edge(self) -> float:
        """Share of the four edge patterns."""
        return self.gradient + self.ripple

    @property
    def line(self) -> float:
        """Share of the four line patterns."""
        return self.direction + self.spot


def fingerprint(weight: Array) -> Fingerprint:
    """Project one slice ``(3, 3)`` of a filter on the Frei–Chen basis; ShapeError for another size."""
    weight = np.asarray(weight, np.float64)
    if weight.shape != (3, 3):
        raise ShapeError(f"a fingerprint is of a 3 × 3 slice, got shape {weight.shape}")
    with np.errstate(invalid="ignore", over="ignore"):
        parts = BASIS @ weight.ravel()
        energy = float(parts @ parts)
    if not math.isfinite(energy) or energy == 0:
        return Fingerprint((0.0,) * 9, 0, 0, 0, 0, 0, 0, 0, "zero" if energy == 0 else "broken")
    shares = parts**2 / energy
    # It grows upwards by the first gradient, to the left by the second.
    angle = math.degrees(math.atan2(parts[0], -parts[1]))
    # Twice a line's angle is an angle like any other: upright is 180°, level 0°, the rising diagonal 90°.
    # A dark line has the directions of a bright one across it.
    sign = 1 if parts[6] + parts[7] >= 0 else -1
    line_angle = math.degrees(math.atan2(sign * parts[5], -sign * parts[4])) / 2 % 180
    return Fingerprint(
        tuple(parts.tolist()),
        float(shares[0:2].sum()),
        float(shares[2:4].sum()),
        float(shares[4:6].sum()),
        float(shares[6:8].sum()),
        float(shares[8]),
        angle,
        line_angle,
        name_of(read_filter(weight), angle, line_angle),
    )


def likeness(one: Array, other: Array) -> float:
    """Cosine between two filters of the same shape, −1 to 1; 0 where one is zero or not finite."""
    a, b = np.asarray(one, np.float64).ravel(), np.asarray(other, np.float64).ravel()
    if a.shape != b.shape:
        raise ShapeError(
            f"filters that are compared must have one shape, got {np.shape(one)} and {np.shape(other)}"
        )
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if math.isfinite(length) and length > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Nearest:
    """The slice of a layer that is most like a filter: which filter's, of which input channel, how much."""

    filter: int
    channel: int
    likeness: float


def nearest_slice(weight: Array, to: Array, *, either_sign: bool = True) -> Nearest:
    """Find the slice of `weight` ``(filters, channels, kh, kw)`` that is most like `to` ``(kh, kw)``.

    With `either_sign` a filter and its negative are alike: both find the same edges.
    """
    if weight.shape[2:] != np.shape(to):
        raise ShapeError(
            f"the filter must be {weight.shape[2]} × {weight.shape[3]}, got shape {np.shape(to)}"
        )
    found = np.array([[likeness(piece, to) for piece in filters] for filters in weight])
    best = np.unravel_index((np.abs(found) if either_sign else found).argmax(), found.shape)
    return Nearest(int(best[0]), int(best[1]), float(found[best]))


def nearest_kernel(weight: Array) -> tuple[Kernel, float] | None:
    """Find the hand-made filter that a slice is most like, with either sign, and their likeness.

    None where there is none of its size, or the slice is zero.
    """
    of_size = [kernel for kernel in KERNELS if kernel.values.shape == np.shape(weight)]
    if not of_size or not np.any(weight):
        return None
    found = [likeness(weight, kernel.values) for kernel in of_size]
    best = int(np.argmax(np.abs(found)))
    return of_size[best], found[best]


def name_of(reading: FilterReading, angle: float, line_angle: float) -> str:
    """Name a pattern as the rest of the program does.

    Parameters
    ----------
    reading : FilterReading
        The plain pattern that it is most like.
    angle : float
        The way in which an edge grows, in degrees counter-clockwise from the right.
    line_angle : float
        The direction along a line, in the same degrees, 0 to 180.
    """
    if reading.likeness < FAINT:
        return "noise"
    # An edge of just 45° is of two sides; which one must not hang on the last bit.
    angle, line_angle = round(angle, 6), round(line_angle, 6)
    match reading.pattern:
        case "edge":
            # A filter that grows to the right answers to the left edge of a bright stroke.
            quarter = round(angle / 90)
            tilt = f"{round(angle - 90 * quarter)}°".replace("-", "−")
            return f"{('left', 'bottom', 'right', 'top')[quarter % 4]} edge, {tilt}"
        case "line":
            lie = ("level", "rising", "upright", "falling")[round(line_angle / 45) % 4]
            return f"{lie} {'bright' if reading.positive else 'dark'} line, {round(line_angle) % 180}°"
        case "spot" | "corner" | "average":
            return reading.pattern if reading.positive else f"negative {reading.pattern}"
    return reading.pattern
