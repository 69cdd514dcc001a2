"""The smooth line through a pen's points, the same for the screen and for the network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# In canvas sides: a quarter of a pixel on a canvas of 500 pixels, which no eye can see.
FLATNESS = 0.0005
MAX_PIECES_PER_CURVE = 24


def smooth_path(points: Sequence[tuple[float, float, float]]) -> NDArray[np.float64]:
    """Flatten a pen's points into the short straight pieces of a smooth line.

    Each inner point is the control point of a quadratic curve from the middle of the line before
    it to the middle of the line after it; the ends are straight. So a new point changes nothing
    but the last piece, and both the canvas and `rasterize` can draw only what is new. Widths run
    along the same curve.

    Parameters
    ----------
    points
        One or more ``(x, y, width)``.

    Returns
    -------
    ndarray
        ``(m, 3)`` float64, the corners of the line: x, y and width in the unit of the points.
    """
    corners = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    if len(corners) < 3:
        return corners
    return np.concatenate((corners[:1], settled_path(corners), corners[-1:]))


def settled_path(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Flatten the part of the line that more points will not change.

    Parameters
    ----------
    corners
        ``(n, 3)``, n ≥ 2: pen points.

    Returns
    -------
    ndarray
        ``(m, 3)``, from the middle of the first line to the middle of the last.
    """
    middles = (corners[:-1] + corners[1:]) / 2
    if len(corners) == 2:
        return middles
    start, control, end = middles[:-1], corners[1:-1], middles[1:]
    # A quadratic curve cut into k equal pieces strays from them by its bend / (4 k²).
    bend = np.hypot(*(start - 2 * control + end)[:, :2].T)
    pieces = np.ceil(np.sqrt(bend / (4 * FLATNESS))).clip(1, MAX_PIECES_PER_CURVE).astype(np.intp)
    last = np.cumsum(pieces)
    curve = np.repeat(np.arange(len(pieces)), pieces)
    t = ((np.arange(last[-1]) - (last - pieces)[curve] + 1) / pieces[curve])[:, np.newaxis]
    s = 1 - t
    flat = s * s * start[curve] + 2 * s * t * control[curve] + t * t * end[curve]
    return np.concatenate((start[:1], flat))
