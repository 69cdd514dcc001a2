"""The outline of a line whose width varies: a pen's pressure."""

import itertools

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

# Where a line bends more than this (cosine of the angle), a ribbon would pinch: it is cut, and
# the round ends of its two parts overlap.
_SHARP = 0.8
# Straight pieces of a round end.
_CAP_PIECES = 10


def ribbon(path: NDArray[np.float64]) -> QPainterPath:
    """Outline a line of varying width, with round ends and corners.

    One polygon goes around each part without a sharp corner. The union of discs and
    quadrilaterals would be simpler, but anti-aliasing adds up coverage where they overlap, which
    makes the edges ragged.

    Parameters
    ----------
    path
        ``(m, 3)``: x, y and width in pixels.

    Returns
    -------
    QPainterPath
        To be filled; all its parts turn the same way.
    """
    outline = QPainterPath()
    outline.setFillRule(Qt.FillRule.WindingFill)
    moves = np.hypot(*np.diff(path[:, :2], axis=0).T) > 1e-6
    path = path[np.concatenate(([True], moves))]
    if len(path) == 1:
        x, y, width = path[0].tolist()
        outline.addEllipse(QPointF(x, y), width / 2, width / 2)
        return outline
    along = np.diff(path[:, :2], axis=0)
    along /= np.hypot(*along.T)[:, np.newaxis]
    bends = (along[:-1] * along[1:]).sum(axis=1)
    cuts = [0, *(np.flatnonzero(bends < _SHARP) + 1).tolist(), len(path) - 1]
    for first, last in itertools.pairwise(cuts):
        corners = _around(path[first : last + 1], along[first:last])
        outline.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners.tolist()]))
        outline.closeSubpath()
    return outline


def _around(path: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners of the polygon around a smooth part: there, an end, back, an end."""
    ways = np.concatenate((along[:1], along[:-1] + along[1:], along[-1:]))
    ways /= np.hypot(*ways.T)[:, np.newaxis]
    radius = path[:, 2:] / 2
    left = np.stack((ways[:, 1], -ways[:, 0]), axis=1) * radius
    middle = path[:, :2]
    return np.concatenate(
        (
            middle + left,
            _cap(middle[-1], along[-1], radius[-1, 0]),
            (middle - left)[::-1],
            _cap(middle[0], -along[0], radius[0, 0]),
        )
    )


def _cap(centre: NDArray[np.float64], way: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    angle = np.arctan2(way[1], way[0]) + np.linspace(-np.pi / 2, np.pi / 2, _CAP_PIECES + 1)[1:-1]
    return centre + radius * np.stack((np.cos(angle), np.sin(angle)), axis=1)
