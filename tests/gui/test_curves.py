"""Loss and accuracy: bounded, true to its extremes, and read at the mouse."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from gui.theme import ThemeManager
from gui.widgets.curves import LossPlot
from gui.widgets.nice import nice_step
from gui.widgets.trace import Smoother, Trace
from tests.gui.hosting import shown


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeManager]:
    manager = ThemeManager("light")
    yield manager
    manager.deleteLater()


@pytest.fixture
def plot(qtbot: QtBot, themes: ThemeManager) -> LossPlot:
    return shown(qtbot, LossPlot(themes), 480, 320)


def _feed(plot: LossPlot, first: int, last: int, loss: float = 0.5) -> None:
    steps = np.arange(first, last + 1)
    plot.append(steps, np.full(len(steps), loss), np.full(len(steps), 0.75))


def _samples(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(count, dtype=float), np.random.default_rng(1).normal(size=count)


@pytest.mark.parametrize("piece", [1, 7, 100, 5000])
def test_a_trace_is_the_same_however_it_is_fed(piece: int) -> None:
    x, y = _samples(5000)
    whole, pieces = Trace(64, extremes=True), Trace(64, extremes=True)
    whole.append(x, y)
    for start in range(0, 5000, piece):
        pieces.append(x[start : start + piece], y[start : start + piece])
    for first, second in zip(whole.points(), pieces.points(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_long_trace_keeps_its_spikes_and_few_points() -> None:
    x, y = _samples(100_000)
    y[77_777], y[3] = 50, -50
    trace = Trace(64, extremes=True)
    trace.append(x, y)
    xs, ys = trace.points()
    assert len(xs) < 2 * 64 + 100_000 / 32
    assert (ys.min(), ys.max()) == (-50, 50)
    assert (np.diff(xs) >= 0).all()


def test_a_short_trace_keeps_every_sample() -> None:
    trace = Trace(64)
    trace.append(np.arange(10.0), np.arange(10.0) ** 2)
    np.testing.assert_array_equal(trace.points()[1], np.arange(10.0) ** 2)


def test_a_trace_leaves_out_what_is_not_finite() -> None:
    trace = Trace(64)
    trace.append(np.arange(4.0), np.array([1, np.nan, np.inf, 2]))
    np.testing.assert_array_equal(trace.points()[0], [0, 3])


def test_a_trace_is_read_at_the_last_sample_not_after_a_step() -> None:
    trace = Trace(64)
    trace.append(np.array([10.0, 20.0]), np.array([1.0, 2.0]))
    assert trace.nearest(9) is None
    assert trace.nearest(19) == 1
    assert trace.nearest(99) == 2


def test_a_running_mean_follows_a_steep_start_and_calms_noise() -> None:
    steps = np.arange(400)
    means = Smoother().feed(np.exp(-steps / 50))
    assert means[0] == 1
    assert abs(means[30] - np.exp(-30 / 50)) < 0.1
    noise = np.random.default_rng(2).normal(size=2000)
    assert np.std(Smoother().feed(noise)[500:]) < 0.2


def test_one_batch_that_is_not_finite_leaves_the_mean_as_it_was() -> None:
    means = Smoother().feed(np.array([1.0, np.nan, 1.0]))
    np.testing.assert_array_equal(means, [1, 1, 1])


def test_the_numbers_of_an_axis_are_round_and_not_too_many() -> None:
    assert nice_step(100, 5) == 20
    assert nice_step(2.3, 4) == 1
    assert nice_step(0.07, 4) == pytest.approx(0.02)


def test_a_long_run_draws_few_points(plot: LossPlot) -> None:
    for start in range(0, 60_000, 6000):
        _feed(plot, start + 1, start + 6000)
    assert plot.drawn_points <= 2200


def test_the_title_says_the_loss_and_the_accuracy_on_the_test_set(plot: LossPlot, qtbot: QtBot) -> None:
    assert plot.accessibleDescription() == "Nothing has been trained yet."
    _feed(plot, 1, 10)
    plot.append_tests(np.array([10]), np.array([0.4]), np.array([0.973]))
    words = "smoothed loss 0.500, test 97.3\u202f%"
    qtbot.waitUntil(lambda: plot.accessibleDescription() == words, timeout=2000)


def test_the_mouse_reads_step_loss_and_accuracy(plot: LossPlot, qtbot: QtBot) -> None:
    _feed(plot, 1, 100)
    with qtbot.waitSignal(plot.hovered) as hovered:
        qtbot.mouseMove(plot, QPoint(200, 150))
    text = hovered.args[0]
    assert text.startswith("step ")
    assert "smoothed loss 0.500" in text
    assert "smoothed accuracy 75.0\u202f%" in text


def test_the_mouse_beyond_the_run_reads_nothing(plot: LossPlot, qtbot: QtBot) -> None:
    _feed(plot, 1, 10)
    with qtbot.waitSignal(plot.hovered) as hovered:
        qtbot.mouseMove(plot, QPoint(380, 150))
    assert hovered.args == [""]


def test_a_new_run_begins_with_an_empty_plot(plot: LossPlot) -> None:
    _feed(plot, 1, 500)
    plot.reset()
    assert plot.drawn_points == 0
    assert plot.accessibleDescription() == "Nothing has been trained yet."


def test_the_loss_can_be_drawn_on_a_logarithmic_scale(plot: LossPlot, qtbot: QtBot) -> None:
    _feed(plot, 1, 50, loss=2.0)
    _feed(plot, 51, 500, loss=0.0)
    before = plot.grab().toImage()
    button = plot.findChild(QToolButton, "loss_log_scale")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert plot.log_scale
    assert plot.grab().toImage() != before


def test_an_exploded_loss_is_drawn_without_a_warning(plot: LossPlot) -> None:
    steps = np.arange(1, 4)
    plot.append(steps, np.array([2.3, np.inf, np.nan]), np.array([0.1, 0.1, np.nan]))
    plot.append_tests(np.array([3]), np.array([np.nan]), np.array([0.1]))
    plot.grab()


def test_the_playhead_is_seen(plot: LossPlot) -> None:
    _feed(plot, 1, 100)
    # Words come a little later than numbers, but for a playhead at once.
    plot.set_playhead(None)
    before = plot.grab().toImage()
    plot.set_playhead(50)
    assert plot.grab().toImage() != before
    plot.set_playhead(None)
    assert plot.grab().toImage() == before


def test_what_was_told_before_it_is_first_seen_is_drawn(
    plot: LossPlot, qtbot: QtBot, themes: ThemeManager
) -> None:
    late = LossPlot(themes)
    for each in (plot, late):
        _feed(each, 1, 300)
        each.append_tests(np.array([10]), np.array([0.4]), np.array([0.9]))
        each.set_playhead(50)
    shown(qtbot, late, 480, 320)
    qtbot.waitUntil(lambda: late.grab().toImage() == plot.grab().toImage())
    themes.set_mode("dark")
    hidden = LossPlot(themes)
    _feed(hidden, 1, 300)
    hidden.findChild(QToolButton, "loss_log_scale").setChecked(True)
    shown(qtbot, hidden, 480, 320)
    assert hidden.grab().toImage().pixelColor(200, 180).lightness() < 100


def test_both_themes_are_drawn(plot: LossPlot, themes: ThemeManager) -> None:
    _feed(plot, 1, 100)
    light = plot.grab().toImage()
    themes.set_mode("dark")
    dark = plot.grab().toImage()
    assert dark.pixelColor(200, 100).lightness() < light.pixelColor(200, 100).lightness()


def test_copying_numbers_gives_a_row_per_point_of_the_means(plot: LossPlot, qtbot: QtBot) -> None:
    _feed(plot, 1, 20)
    plot.append_tests(np.array([10]), np.array([0.4]), np.array([0.9]))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(plot, Qt.Key.Key_C, both)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[1].split("\t") == ["1", "0.5", "75", "", ""]
    assert lines[-1].split("\t") == ["20", "0.5", "75", "0.4", "90"]


def test_the_playhead_is_marked_and_its_values_are_told(plot: LossPlot) -> None:
    _feed(plot, 1, 100)
    plot.set_playhead(None)
    live = plot.accessibleDescription()
    plot.set_playhead(10)
    told = plot.accessibleDescription()
    assert told.startswith("step 10, smoothed loss ")
    assert told != live
    plot.set_playhead(None)
    assert plot.accessibleDescription() == live


def test_a_click_on_the_curves_wants_that_step(plot: LossPlot) -> None:
    _feed(plot, 1, 100)
    wanted: list[int] = []
    plot.step_wanted.connect(wanted.append)
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(240, 140))
    (step,) = wanted
    assert 30 < step < 70
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(240, 5))
    assert len(wanted) == 1


def test_a_larger_picture_of_it_is_drawn_anew_and_not_stretched(plot: LossPlot) -> None:
    _feed(plot, 1, 200)
    plot._drawing.call_now()
    QApplication.processEvents()
    image = QImage(plot.size() * 4, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(4.0)
    image.fill(Qt.GlobalColor.white)
    plot.render(image)
    assert image.width() % 4 == image.height() % 4 == 0
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    blocks = pixels.reshape(image.height() // 4, 4, image.width() // 4, 4)
    one = blocks[:, :1, :, :1]
    # The numbers at the axes and the curves: what is stretched is the same all over each block.
    mixed = (blocks != one).any(axis=(1, 3))
    chart = plot._chart
    assert chart is not None
    box = chart.widget.geometry()
    numbers = mixed[box.top() : box.bottom(), box.left() : box.left() + 44]
    assert numbers.mean() > 0.01
