"""Curves as lines one after the other: where they are, they are."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gui.widgets.lines import draw_curve


def drawn(x, y):
    image = QImage(40, 20, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0), 2.0))
    draw_curve(painter, np.array(x, float), np.array(y, float))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(20, 40, 4)[..., 0]
    return pixels < 128


def test_a_curve_goes_through_its_points_and_nowhere_else():
    dark = drawn([5, 15, 30], [10, 10, 10])
    assert np.array_equal(np.flatnonzero(dark.any(axis=1)), [9, 10])
    assert dark[9, 6:29].all()
    assert not dark[:, :3].any()
    assert not dark[:, 33:].any()


@pytest.mark.parametrize("points", [[], [7.0]])
def test_less_than_two_points_are_no_line(points):
    assert not drawn(points, points).any()
