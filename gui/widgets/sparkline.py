"""A probe's curve in a few pixels: the probability of its true class, filled where the answer was right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine.probe_history import ProbeTrack
from gui.theme import Theme, mixed
from gui.widgets.lines import draw_curve

LINE_WIDTH = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class SparkPoints:
    """At most one point for each column of pixels.

    Parameters
    ----------
    shares
        ``(m,)``: where each point is, 0 to 1 of the axis, ascending.
    heights
        ``(m,)``: mean probability of the readings in its column, 0 to 1.
    right
        ``(m,)``: whether at least half of them were right.
    """

    shares: NDArray[np.float64]
    heights: NDArray[np.float64]
    right: NDArray[np.bool_]


def spark_points(track: ProbeTrack, extent: int, columns: int) -> SparkPoints:
    """Gather the readings of a probe by columns of pixels; those beyond the axis are left out.

    Parameters
    ----------
    track
        The readings.
    extent
        The step at the right end of the axis, at least 1.
    columns
        How many points there may be, at least 1.
    """
    steps = track.steps[track.steps <= extent]
    shares = steps / extent
    column = np.minimum((shares * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    if not len(starts):
        nothing = np.zeros(0)
        return SparkPoints(nothing, nothing, nothing.astype(bool))
    counts = np.diff(np.append(starts, len(steps)))

    def mean(values: NDArray[np.generic]) -> NDArray[np.float64]:
        sums = np.add.reduceat(values[: len(steps)].astype(np.float64), starts)
        return np.asarray(sums / counts, np.float64)

    return SparkPoints(mean(shares), mean(track.curve), mean(track.right) >= 0.5)


def paint_sparkline(painter: QPainter, area: QRectF, points: SparkPoints, theme: Theme) -> None:
    """Paint the curve over its ground line; under it the stretches where the answer was right are filled."""
    painter.setPen(QPen(theme.hairline, 1))
    base = round(area.bottom()) - 0.5
    painter.drawLine(QPointF(area.left(), base), QPointF(area.right(), base))
    if not len(points.shares):
        return
    xs = area.left() + area.width() * points.shares
    ys = area.bottom() - 1 - (area.height() - 2) * points.heights
    places = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(theme.panel, theme.text, 0.3))
    for first, last in filled_stretches(points.right):
        top = places[first : last + 1]
        if len(top) == 1:
            top.append(QPointF(top[0].x() + 1, top[0].y()))
        ends = [QPointF(top[-1].x(), base), QPointF(top[0].x(), base)]
        painter.drawPolygon(QPolygonF(top + ends))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(mixed(theme.text_dim, theme.text, 0.35), LINE_WIDTH))
    if len(places) == 1:
        painter.drawLine(places[0], QPointF(places[0].x() + 2, places[0].y()))
    draw_curve(painter, xs, ys)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def filled_stretches(right: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give first and last point of each stretch to fill: an answer holds until the next one is read."""
    edges = np.flatnonzero(np.diff(right.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    return [(int(start), min(int(end), len(right) - 1)) for start, end in edges]
