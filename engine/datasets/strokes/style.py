"""How a character is written, as data: the lines of a pen through points that may vary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError

SPREAD = 0.028
"""Standard deviation of a point where nothing else is said, in heights of the character."""

Point = tuple[float, float] | tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Corner:
    """A point at which the line may break sharply instead of running on smoothly.

    Parameters
    ----------
    x, y
        Where, as in `PenLine`.
    spread
        Standard deviation of both.
    """

    x: float
    y: float
    spread: float = SPREAD


@dataclass(frozen=True, slots=True, eq=False)
class PenLine:
    """One movement of the pen. Compared and remembered by identity; any thread.

    Parameters
    ----------
    places
        ``(k, 2)`` float64, read-only: the points in their order. The unit of both axes is the
        height of the character: x points right, y points down, and most are from 0 to 1.
    spreads
        ``(k, 1)`` float64, read-only: the standard deviation of each, in the same unit.
    corners
        The indices, rising, of those points at which the line may break sharply.
    """

    places: NDArray[np.float64]
    spreads: NDArray[np.float64]
    corners: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One way of writing a character. Any thread.

    Parameters
    ----------
    name
        What people would call it: "crossed seven".
    label
        The class; None where it is no digit.
    share
        How common it is: about the share of the world's writing of this character, 0 to 1.
    lines
        The movements of the pen, in the order they are made.

    Raises
    ------
    ConfigError
        If there is no line, or the share is not from 0 to 1.
    """

    name: str
    label: int | None
    share: float
    lines: tuple[PenLine, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise ConfigError(f"The style {self.name!r} must have a line.")
        if not 0.0 < self.share <= 1.0:
            raise ConfigError(
                f"The share of the style {self.name!r} must be above 0 and up to 1, got {self.share}."
            )


def line(*points: Point | Corner) -> PenLine:
    """Return the movement of a pen through points: ``(x, y)``, ``(x, y, spread)`` or a `Corner`.

    Raises
    ------
    ConfigError
        If there is no point, a number is not finite, or a spread is negative.
    """
    rows = []
    for point in points:
        if isinstance(point, Corner):
            rows.append((point.x, point.y, point.spread))
        else:
            rows.append((point[0], point[1], point[2] if len(point) == 3 else SPREAD))
    values = np.array(rows, dtype=np.float64).reshape(-1, 3)
    if not len(values) or not np.isfinite(values).all() or values[:, 2].min() < 0.0:
        raise ConfigError(f"A line must have points of finite numbers and spreads of at least 0, got {rows}.")
    values.flags.writeable = False
    corners = tuple(k for k, point in enumerate(points) if isinstance(point, Corner))
    return PenLine(values[:, :2], values[:, 2:], corners)
