"""The histogram: counts that are true, zero in the middle, a range that does not breathe."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.theme import DARK, ThemeManager
from gui.widgets.histogram import Histogram
from tests.gui.hosting import shown


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeManager]:
    manager = ThemeManager("dark")
    yield manager
    manager.deleteLater()


@pytest.fixture
def histogram(qtbot: QtBot, themes: ThemeManager) -> Histogram:
    return shown(qtbot, Histogram(themes), 200, 72)


def _rows(histogram: Histogram, qtbot: QtBot) -> list[list[float]]:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(histogram, Qt.Key.Key_C, both)
    lines = QApplication.clipboard().text().splitlines()[1:]
    return [[float(cell) for cell in line.split("\t")] for line in lines]


def test_every_value_is_counted_once_and_zero_in_the_middle_bar(histogram: Histogram, qtbot: QtBot) -> None:
    histogram.show_values(np.array([-0.8, -0.8, 0.0, 0.79, np.nan]))
    rows = _rows(histogram, qtbot)
    assert sum(row[2] for row in rows) == 4
    assert rows[len(rows) // 2][2] == 1
    assert (rows[0][0], rows[-1][1]) == pytest.approx((-0.8, 0.8))


def test_values_beyond_a_fixed_range_count_at_its_end(histogram: Histogram, qtbot: QtBot) -> None:
    histogram.show_values(np.array([5.0, 9.0, -9.0]), scale=1.0)
    rows = _rows(histogram, qtbot)
    assert (rows[0][2], rows[-1][2]) == (1, 2)


def test_the_range_grows_and_does_not_shrink(histogram: Histogram, qtbot: QtBot) -> None:
    histogram.show_values(np.array([-2.0, 1.0]))
    histogram.show_values(np.array([-0.1, 0.1]))
    assert _rows(histogram, qtbot)[-1][1] == pytest.approx(2.0)
    histogram.clear()
    histogram.show_values(np.array([-0.1, 0.1]))
    assert _rows(histogram, qtbot)[-1][1] == pytest.approx(0.1)


def test_bars_have_the_colours_of_their_signs(histogram: Histogram) -> None:
    histogram.show_values(np.array([-1.0, 1.0]))
    shot = histogram.grab().toImage()
    assert shot.pixelColor(4, 40) == DARK.negative
    assert shot.pixelColor(195, 40) == DARK.positive


def test_the_mouse_reads_a_bar(histogram: Histogram, qtbot: QtBot) -> None:
    histogram.show_values(np.array([-1.0, 1.0, 1.0]))
    with qtbot.waitSignal(histogram.hovered) as hovered:
        qtbot.mouseMove(histogram, QPoint(198, 20))
    assert hovered.args == ["0.78 … 1.00: 2 values"]


def test_no_values_are_said_and_drawn(histogram: Histogram) -> None:
    histogram.show_values(np.array([]))
    assert histogram.accessibleDescription() == "No values"
    histogram.grab()
