"""The ledger view: what it writes, marks, tells and copies."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton

from engine import functional
from engine.lab.examples import example_seven, four_edges, is_hundredths
from engine.lab.ledger import ledger_text, make_ledger, shown
from engine.lab.run import run_layer
from engine.lab.values import Filter, Geometry, LabLayer
from gui.pages.convolve.decimals_chooser import DecimalsChooser
from gui.pages.convolve.ledger_painting import LedgerPainter, Lines, figures_font, plan_columns, reserve_of
from gui.pages.convolve.ledger_view import LedgerView
from gui.theme import ThemeManager
from tests.gui.hosting import shown as shown_in_host

SEVEN = example_seven()


@pytest.fixture(scope="module")
def edges():
    return run_layer(four_edges(), SEVEN)


@pytest.fixture(scope="module")
def colours():
    """A layer of three input channels with a border, a bias and a ReLU."""
    weight = np.random.default_rng(4).normal(0, 0.3, (3, 3, 3))
    layer = LabLayer((Filter("mixed", weight, 0.125),), Geometry(padding="same"), relu=True)
    return run_layer(layer, np.concatenate([SEVEN, SEVEN / 2, SEVEN / 4]))


@pytest.fixture
def view(qtbot):
    return shown_in_host(qtbot, LedgerView(ThemeManager("dark")), 320, 200)


def middle(view, place):
    return view.row_rect(place).center().toPoint()


def test_nine_products_of_a_3x3_filter_are_all_in_view(view, edges):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    assert view.verticalScrollBar().maximum() == 0


def test_pointing_at_a_product_tells_its_channel_and_place(view, colours, qtbot):
    heard, said = [], []
    view.row_hovered.connect(heard.append)
    view.hovered.connect(said.append)
    view.show_ledger(make_ledger(colours, 0, 8, 12), ("red", "green", "blue"))
    view.verticalScrollBar().setValue(8)
    QTest.mouseMove(view.viewport(), middle(view, 11))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(1, 11)]
    assert said[-1].startswith("green (7, 13) · ")
    QTest.mouseMove(view.viewport(), QPoint(5, 5))
    qtbot.waitUntil(lambda: len(heard) > 1)
    assert (heard[-1], said[-1]) == (None, "")


def test_the_arrows_reach_every_product_and_scroll_to_it(view, colours):
    heard = []
    view.row_hovered.connect(heard.append)
    view.show_ledger(make_ledger(colours, 0, 8, 12))
    for _ in range(27):
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert heard == [(place // 9, place) for place in range(27)]
    assert view.viewport().rect().toRectF().contains(view.row_rect(26))
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert heard[-1] == (0, 0)
    assert view.verticalScrollBar().value() == 0, "the first heading is seen again"


def test_a_marked_pixel_is_scrolled_to_and_looks_different(view, colours):
    view.show_ledger(make_ledger(colours, 0, 8, 12))
    before = view.grab().toImage()
    view.mark_pixel((2, 9, 13))
    assert view.viewport().rect().toRectF().contains(view.row_rect(26))
    marked = view.grab().toImage()
    view.mark_pixel(None)
    assert view.grab().toImage() != marked
    assert marked != before


def test_a_pixel_that_is_not_under_the_filter_marks_nothing(view, edges):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    before = view.grab().toImage()
    view.mark_pixel((0, 1, 1))
    assert view.grab().toImage() == before


def test_what_is_marked_and_pointed_at_follows_the_sliding_filter(view, edges):
    said, rows = [], []
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    QTest.keyClick(view, Qt.Key.Key_Down)
    view.mark_pixel((0, 9, 13))
    view.hovered.connect(said.append)
    view.row_hovered.connect(rows.append)
    view.show_ledger(make_ledger(edges, 0, 8, 13))
    assert said[0].startswith("input channel 1 (8, 13)")
    assert rows == [(0, 0)]
    moved = view.grab().toImage()
    view.mark_pixel((0, 9, 14))
    assert view.grab().toImage() != moved, "the pixel has gone to another product, and another one is marked"
    view.mark_pixel((0, 9, 13))
    assert view.grab().toImage() == moved


def test_the_readout_is_the_product_with_the_sign_of_the_person(view, colours):
    view.show_ledger(make_ledger(colours, 0, 0, 0))
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        said = view.readout(0)
    finally:
        QLocale.setDefault(QLocale.c())
    assert said.startswith("input channel 1 (−1, −1), in the border · 0,000 × ")


def test_numbers_are_copied_as_the_ledgers_own_text(view, edges):
    ledger = make_ledger(edges, 2, 8, 12)
    view.show_ledger(ledger)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, Qt.Key.Key_C, both)
    assert QGuiApplication.clipboard().text() == ledger_text(
        ledger, view.decimals, decimal_sign=QLocale().decimalPoint(), channel_names=["input channel 1"]
    )


def test_the_picture_is_copied_at_twice_the_size(view, edges):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().size() == view.viewport().size() * 2


@pytest.mark.parametrize("hundredths", [True, False])
def test_no_column_moves_while_the_filter_slides(view, colours, hundredths):
    places = set()
    for row, column in ((0, 0), (8, 12), (13, 20), (27, 27)):
        view.show_ledger(make_ledger(colours, 0, row, column), hundredths=hundredths)
        places.add(view._plan())
    assert len(places) == 1


def test_small_weights_get_more_decimals_and_a_choice_goes_before_them(view, edges, colours):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    assert view.decimals == 2
    view.show_ledger(make_ledger(colours, 0, 8, 12))
    assert view.decimals == 3
    view.set_decimals(6)
    assert view.decimals == 6
    view.set_decimals(None)
    assert view.decimals == 3


def test_decimals_are_chosen_from_the_menu_which_says_where_they_have_no_room(view, colours):
    view.show_ledger(make_ledger(colours, 0, 8, 12))
    chooser = view.findChild(DecimalsChooser)
    chooser.menu().actions()[-1].trigger()
    assert view.decimals == 6
    assert chooser.text() == "6 decimals ▾"
    view.resize(240, 200)
    assert view.decimals < 6
    assert "have room" in chooser.toolTip()


def test_the_total_that_is_written_is_the_engines(colours):
    ledger = make_ledger(colours, 0, 9, 13)
    engine = functional.cross_correlate2d(
        colours.input[None], colours.layer.weight, colours.layer.bias, padding=1
    )[0, 0, 9, 13]
    written = shown(ledger.rows[-1].running + ledger.bias, 6)
    assert written == shown(ledger.total, 6) == shown(float(engine), 6)


@pytest.mark.parametrize("decimals", [None, 2, 3, 4, 6])
@pytest.mark.parametrize("width", [272, 312, 600])
def test_no_column_is_cut(qapp, colours, decimals, width):
    reserve = reserve_of(make_ledger(colours, 0, 0, 0))
    columns = plan_columns(reserve, decimals, QFontMetricsF(figures_font()), 0, width)
    assert columns.running <= width
    assert columns.place < columns.pixel < columns.times < columns.weight < columns.equals < columns.product


def test_border_pixels_are_named_where_there_is_room(qapp, colours):
    metrics = QFontMetricsF(figures_font())
    reserve = reserve_of(make_ledger(colours, 0, 0, 0))
    assert plan_columns(reserve, None, metrics, 0, 600).places == "beside"
    assert plan_columns(reserve, 6, metrics, 0, 320).places == "none"


@pytest.mark.parametrize(("step", "decimals"), [(1.0, 2), (0.5, 3), (0.25, 4)])
def test_what_is_written_adds_up_with_a_pencil(view, step, decimals):
    weight = step * np.array([[-3, 1, 2], [1, -1, 3], [2, 1, -2]])
    ledger = make_ledger(run_layer(LabLayer((Filter("any", weight[None], step),)), SEVEN), 0, 8, 12)
    view.show_ledger(ledger, hundredths=is_hundredths(SEVEN))
    assert view.decimals == decimals
    running = Decimal(0)
    for row in ledger.rows:
        pixel, factor, product = (Decimal(f"{n:.{decimals}f}") for n in (row.pixel, row.weight, row.product))
        assert Decimal(f"{row.pixel:.2f}") == pixel
        assert pixel * factor == product
        running += product
        assert running == Decimal(f"{row.running:.{decimals}f}")
    assert running + Decimal(str(step)) == Decimal(f"{ledger.total:.{decimals}f}")


def test_another_kernel_gets_the_room_that_it_needs(view, edges):
    odd = LabLayer((Filter("odd", edges.layer.weight[0] / 8),))
    view.show_ledger(make_ledger(run_layer(odd, SEVEN), 0, 8, 12))
    assert view.decimals == 3
    view.forget_room()
    view.show_ledger(make_ledger(edges, 0, 8, 12), hundredths=True)
    assert view.decimals == 2


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_numbers_are_copied_by_a_button_and_by_a_menu(view, edges):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    QGuiApplication.clipboard().clear()
    QTest.mouseClick(view.findChild(QToolButton, "copy_ledger"), Qt.MouseButton.LeftButton)
    numbers = QGuiApplication.clipboard().text()
    assert numbers.startswith("channel\trow")
    QGuiApplication.clipboard().clear()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 40), view.mapToGlobal(QPoint(5, 40)))
    QCoreApplication.sendEvent(view.viewport(), event)
    (menu,) = view.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    texts = {action.text(): action for action in menu.actions()}
    texts["Copy numbers"].trigger()
    assert QGuiApplication.clipboard().text() == numbers
    menu.close()


def test_lines_and_products_are_each_others_inverse():
    lines = Lines(27, 3)
    assert lines.count == 30
    assert [lines.product_of(line) for line in (0, 10, 20, 30, -1)] == [None] * 5
    assert [lines.product_of(lines.line_of(product)) for product in range(27)] == list(range(27))
    assert Lines().product_of(0) is None


def test_without_a_ledger_it_says_what_will_be_here(view, edges):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    view.show_ledger(None)
    assert "point at an output pixel" in view.accessibleDescription()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.grab().toImage() is not None


def test_a_large_ledger_paints_only_what_is_in_view(view):
    layer = LabLayer((Filter("wide", np.ones((3, 11, 11))),))
    view.show_ledger(make_ledger(run_layer(layer, np.zeros((3, 40, 40))), 0, 3, 3))
    assert view.verticalScrollBar().maximum() > 300
    view.grab()


def test_the_theme_changes_the_colours(qtbot, edges):
    themes = ThemeManager("dark")
    view = shown_in_host(qtbot, LedgerView(themes), 320, 200)
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    dark = view.picture()
    themes.set_mode("light")
    assert view.picture() != dark


def test_what_is_copied_is_read_by_the_persons_spreadsheet(view, colours):
    view.show_ledger(make_ledger(colours, 0, 8, 12), ("red", "green", "blue"))
    view.set_decimals(6)
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        QTest.keyClick(
            view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
    finally:
        QLocale.setDefault(QLocale.c())
    cells = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert [cells[line][0] for line in (1, 10, 19)] == ["red", "green", "blue"]
    weights = [line[4] for line in cells[1:28]]
    assert any(weight.startswith("-0,") for weight in weights)
    assert all(len(weight.split(",")[1]) == 6 for weight in weights)


@pytest.mark.parametrize("pixel", [np.inf, -np.inf, np.nan, 1e300])
def test_pixels_of_a_network_that_diverged_are_shown(view, edges, pixel):
    padded = np.full_like(edges.padded, pixel)
    outputs = np.full_like(edges.outputs, pixel)
    diverged = replace(edges, padded=padded, outputs=outputs, activated=outputs)
    view.show_ledger(make_ledger(diverged, 0, 8, 12))
    assert not view.grab().toImage().isNull()
    assert len(view.readout(0)) < 80


def test_sum_and_result_are_written_the_same_with_large_pixels(view):
    generator = np.random.default_rng(2)
    weight = generator.normal(0, 1, (1, 5, 5)).round(2)
    result = run_layer(LabLayer((Filter("mixed", weight),)), (generator.random((1, 9, 9)) * 1e6).round(3))
    for row, column in np.ndindex(5, 5):
        ledger = make_ledger(result, 0, row, column)
        view.show_ledger(ledger)
        for decimals in (2, 3, 4, 6):
            said = view._written(ledger.rows[-1].running, decimals)
            assert said == view._written(ledger.total, decimals)


def test_an_error_while_painting_leaves_no_painter_open(view, edges, monkeypatch):
    view.show_ledger(make_ledger(edges, 0, 8, 12))
    monkeypatch.setattr(LedgerPainter, "row", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        view.viewport().repaint()
    monkeypatch.undo()
    assert not view.grab().toImage().isNull()
