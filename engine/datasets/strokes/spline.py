"""Smooth lines through points, as matrices that are made once for each line of a style."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.datasets.strokes.style import PenLine

DENSE = 72
"""About so many points has a line on its way from the style to the paper; the pen delivers fewer."""

ROUNDINGS = (1, 5, 9, 13)
"""How rounded corners can be: the width of a moving average, in dense points; 1 leaves them sharp."""


@lru_cache(maxsize=1024)
def spline_matrix(line: PenLine, rounding: int) -> NDArray[np.float64]:
    """Return what turns the points of a line into its dense path.

    Between corners the path is the natural cubic spline through the points, with the distances of
    the style's own points as its parameter: so it is linear in the points, however they vary. From
    each point to the next there are equally many dense ones, and styles have more points where
    they bend: there a hand is slower.

    Parameters
    ----------
    line
        Of a style; the number of its points is k.
    rounding
        Index into `ROUNDINGS`.

    Returns
    -------
    ndarray
        ``(m, k)`` float64, read-only, m about `DENSE`; rows sum to 1. Without rounding the path
        goes through every point. ``(1, 1)`` for a single point.
    """
    count = len(line.places)
    if count == 1:
        return np.ones((1, 1))
    ends = [0, *(k for k in line.corners if 0 < k < count - 1), count - 1]
    pieces = max(1, round((DENSE - 1) / (count - 1)))
    matrix = np.zeros((pieces * (count - 1) + 1, count))
    for first, last in pairwise(ends):
        at = np.arange((last - first) * pieces + 1) / pieces
        spline = _natural_spline(line.places[first : last + 1], at)
        matrix[first * pieces : last * pieces + 1, first : last + 1] = spline
        # A corner belongs to both parts, which agree on it.
        matrix[last * pieces, :last] = 0.0
    matrix = _averaged(matrix, ROUNDINGS[rounding])
    matrix.flags.writeable = False
    return matrix


def _natural_spline(places: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values of the spline through each unit vector at ``(m,)`` (in points), ``(m, k)``."""
    count = len(places)
    # Two points on one spot would divide by nothing.
    gaps = np.maximum(np.hypot(*np.diff(places, axis=0).T), 1e-3)
    # Second derivatives: the usual tridiagonal system, with none at the ends.
    system, right = np.eye(count), np.zeros((count, count))
    for k in range(1, count - 1):
        before, after = gaps[k - 1], gaps[k]
        system[k, k - 1 : k + 2] = before, 2 * (before + after), after
        right[k, k - 1 : k + 2] = 6 / before, -6 / before - 6 / after, 6 / after
    bends = np.linalg.solve(system, right)
    piece = np.minimum(at.astype(np.intp), count - 2)
    t = (at - piece)[:, np.newaxis]
    s = 1 - t
    gap = gaps[piece, np.newaxis]
    unit = np.eye(count)
    curve: NDArray[np.float64] = s * unit[piece] + t * unit[piece + 1]
    curve += (gap**2 / 6) * ((s**3 - s) * bends[piece] + (t**3 - t) * bends[piece + 1])
    return curve


def _averaged(matrix: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Average each row with its neighbours, as many on either side; so the ends stay in place."""
    rounded = np.empty_like(matrix)
    for row in range(len(matrix)):
        reach = min(width // 2, row, len(matrix) - 1 - row)
        rounded[row] = matrix[row - reach : row + reach + 1].mean(axis=0)
    return rounded
