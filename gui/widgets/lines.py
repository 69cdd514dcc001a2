"""Curves of many points, drawn quickly."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter


def draw_curve(painter: QPainter, x: NDArray[np.floating], y: NDArray[np.floating]) -> None:
    """Draw a line of many corners, wider than a pixel and smooth, with a pen that is not dashed.

    As lines one after the other: Qt takes 25 times as long for the whole, to join them at corners that nobody
    sees. A single point is not drawn.
    """
    xs, ys = x.tolist(), y.tolist()
    painter.drawLines([QLineF(*ends) for ends in zip(xs, ys, xs[1:], ys[1:], strict=False)])
