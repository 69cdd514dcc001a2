"""The curve of a probe: at most one point for each column, filled where the answer was right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from gui.theme import DARK, LIGHT
from gui.widgets.sparkline import filled_stretches, paint_sparkline, spark_points
from tests.gui.probe_bench import track_of


@given(
    steps=st.lists(st.integers(0, 2000), max_size=60, unique=True).map(sorted),
    extent=st.integers(1, 2000),
    columns=st.integers(1, 50),
    data=st.data(),
)
@settings(deadline=None)
def test_points_are_the_means_of_their_columns(steps, extent, columns, data):
    curve = data.draw(st.lists(st.floats(0, 1, width=32), min_size=len(steps), max_size=len(steps)))
    points = spark_points(track_of(curve, steps), extent, columns)
    buckets = {}
    for step, value in zip(steps, curve, strict=True):
        if step <= extent:
            buckets.setdefault(min(int(step / extent * columns), columns - 1), []).append((step, value))
    assert len(points.shares) == len(buckets) <= columns
    for share, height, bucket in zip(points.shares, points.heights, buckets.values(), strict=True):
        assert share == pytest.approx(np.mean([step for step, _ in bucket]) / extent)
        assert height == pytest.approx(np.mean([value for _, value in bucket]), abs=1e-6)


def test_a_column_is_right_where_at_least_half_of_its_readings_are():
    points = spark_points(track_of([0.9, 0.1, 0.9, 0.1, 0.1], [0, 1, 50, 51, 52]), 100, 2)
    assert points.right.tolist() == [True, False]


def test_an_answer_holds_until_the_next_reading():
    right = np.array([False, True, True, False, False, True])
    assert filled_stretches(right) == [(1, 3), (5, 5)]
    assert filled_stretches(np.zeros(3, bool)) == []


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_right_is_filled_and_wrong_is_not(qapp, theme):
    image = QImage(100, 20, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    points = spark_points(track_of([0.4] * 50 + [0.8] * 51, range(101)), 100, 100)
    paint_sparkline(painter, QRectF(0, 0, 100, 20), points, theme)
    painter.end()
    assert image.pixelColor(25, 16) == theme.panel
    assert image.pixelColor(75, 16) != theme.panel
    # Above both curves there is nothing.
    assert image.pixelColor(25, 1) == image.pixelColor(75, 1) == theme.panel


@pytest.mark.parametrize("curve", [[], [0.9]])
def test_a_curve_of_no_or_one_reading_can_be_painted(qapp, curve):
    image = QImage(50, 20, QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    before = image.copy()
    painter = QPainter(image)
    paint_sparkline(painter, QRectF(0, 0, 50, 20), spark_points(track_of(curve), 10, 50), DARK)
    painter.end()
    assert image != before
