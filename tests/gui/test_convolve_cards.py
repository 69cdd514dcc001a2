"""The cards of a layer's filters: what they show, choose, carry and take."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QClipboard, QDrag, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest

from engine.lab.examples import example_seven, four_edges
from engine.lab.run import run_layer
from engine.lab.values import Filter, Geometry, LabLayer
from gui.pages.convolve.card_layout import CardHit, plan_cards
from gui.pages.convolve.card_painting import CardPainter
from gui.pages.convolve.filter_cards import FilterCards
from gui.pages.convolve.kernel_mime import kernel_mime, kernel_of
from gui.theme import ThemeManager
from tests.gui.hosting import double_click, shown

EDGES = run_layer(four_edges(), example_seven())
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cards(qtbot):
    widget = shown(qtbot, FilterCards(ThemeManager("dark")), 540, 200)
    widget.show_cards(EDGES, 0, weight_scale=1, output_scale=3)
    return widget


def many(count, channels=1, shape=(3, 3)):
    """Make a layer of random filters and what it makes of the seven."""
    generator = np.random.default_rng(1)
    filters = [Filter(f"filter {i + 1}", generator.normal(0, 1, (channels, *shape))) for i in range(count)]
    return run_layer(LabLayer(tuple(filters)), np.repeat(example_seven(), channels, axis=0))


def place(cards, *hit):
    return cards.area.place_of(CardHit(*hit)).toPoint()


def click(cards, *hit):
    QTest.mouseClick(cards.area.viewport(), LEFT, pos=place(cards, *hit))


def colour(cards, *hit):
    """Tell the colour in the middle of what a hit names."""
    image = cards.area.viewport().grab().toImage()
    return image.pixelColor(place(cards, *hit))


def heard(signal):
    """Collect what a signal says."""
    said = []
    signal.connect(lambda *arguments: said.append(arguments))
    return said


def test_the_heading_says_the_actual_numbers(cards):
    assert cards.heading.title == "4 filters of 1×3×3 → 4 output channels"
    assert cards.heading.detail == "40 weights = 4 × (1 × 3 × 3 + 1)"
    cards.show_cards(many(1, 3, (5, 5)), 0, weight_scale=1, output_scale=3)
    assert cards.heading.title == "1 filter of 3×5×5 → 1 output channel"
    assert cards.heading.detail == "76 weights = 1 × (3 × 5 × 5 + 1)"


def test_four_cards_stand_side_by_side_with_the_largest_whole_cells(cards):
    layout = cards.area.card_layout
    assert layout.per_row >= 4
    assert layout.output_rect[2:] == (104, 104)
    assert cards.area.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("slices", [1, 3, 16])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 5), (11, 11)])
@pytest.mark.parametrize("output", [(1, 1), (26, 26), (8, 20), (246, 180)])
def test_nothing_on_a_card_overlaps_or_leaves_it(dpr, slices, kernel, output):
    layout = plan_cards(5, slices, kernel, output, int(540 * dpr), int(164 * dpr), dpr)
    left, top, width, height = layout.output_rect
    kernels = [layout.kernel_rect(i) for i in range(len(layout.kernel_corners))]
    assert max(width, height) >= 72 * dpr
    assert len(kernels) == min(slices, 4)
    for i, rect in enumerate(kernels):
        assert rect.left() >= 0
        assert rect.right() <= layout.width
        assert rect.bottom() <= layout.height
        assert rect.right() <= left or rect.top() >= top + height or rect.bottom() <= top
        assert not rect.intersects(layout.caption)
        assert not any(rect.intersects(other) for other in kernels[i + 1 :])
    assert left + width <= layout.width
    assert top + height <= layout.height


@pytest.mark.parametrize("height", [100, 164, 400])
def test_every_place_is_found_again(height):
    layout = plan_cards(7, 2, (3, 3), (26, 26), 540, height, 1.0)
    for card in range(7):
        corner = layout.card(card).topLeft()
        middle = corner + layout.output_cell(8, 12).center()
        assert layout.hit(middle.x(), middle.y()) == CardHit(card, "output", 0, 8, 12)
        cell = layout.kernel_cell
        middle = corner + layout.kernel_rect(1).topLeft() + QPointF(2.5 * cell, 0.5 * cell)
        assert layout.hit(middle.x(), middle.y()) == CardHit(card, "kernel", 1, 0, 2)
    assert layout.hit(-5, 10) is None


def test_classic_is_black_grey_and_white(cards):
    cards.show_cards(EDGES, 0, classic=True, weight_scale=1, output_scale=3)
    assert colour(cards, 0, "kernel", 0, 0, 1).name() == "#000000"
    assert colour(cards, 0, "kernel", 0, 1, 1).name() == "#ffffff"
    assert colour(cards, 0, "kernel", 0, 2, 1).name() == "#808080"


def test_the_relu_takes_what_is_negative_away(cards):
    row, column = np.unravel_index(EDGES.outputs[0].argmin(), EDGES.outputs[0].shape)
    hit = (0, "output", 0, int(row), int(column))
    rectified = run_layer(LabLayer(EDGES.layer.filters, relu=True), example_seven())
    cards.show_cards(rectified, 0, weight_scale=1, output_scale=3)
    assert colour(cards, *hit) != cards._themes.theme.panel
    cards.show_cards(rectified, 0, weight_scale=1, output_scale=3, show_relu=True)
    assert colour(cards, *hit).name() == cards._themes.theme.panel.name()


def test_what_is_not_computed_yet_looks_different_and_says_so(cards):
    hit = (1, "output", 0, 20, 3)
    whole = cards.area.viewport().grab().toImage()
    cards.show_cards(EDGES, 0, weight_scale=1, output_scale=3, filled=8 * 26 + 12)
    assert cards.area.viewport().grab().toImage() != whole
    assert cards.area.readout(CardHit(*hit)).endswith("(20, 3): not computed yet")
    assert " = " in cards.area.readout(CardHit(1, "output", 0, 8, 11))
    cards.show_cards(EDGES, 0, weight_scale=1, output_scale=3, filled=0)
    assert "not computed" in cards.area.readout(CardHit(1, "output", 0, 0, 0))


def test_a_click_chooses_a_filter_and_the_pixel(cards):
    filters, pixels = heard(cards.filter_chosen), heard(cards.pixel_chosen)
    click(cards, 2, "card")
    click(cards, 1, "output", 0, 8, 12)
    assert filters == [(2,), (1,)]
    assert pixels == [(1, 8, 12)]


def test_dragging_over_an_output_channel_runs_over_its_pixels(cards):
    pixels = heard(cards.pixel_chosen)
    view = cards.area.viewport()
    QTest.mousePress(view, LEFT, pos=place(cards, 0, "output", 0, 5, 5))
    for column in (6, 7):
        QTest.mouseMove(view, place(cards, 0, "output", 0, 5, column))
    QTest.mouseRelease(view, LEFT, pos=place(cards, 0, "output", 0, 5, 7))
    assert pixels == [(0, 5, 5), (0, 5, 6), (0, 5, 7)]


def test_the_arrows_choose_and_enter_goes_deeper(cards):
    filters, deeper = heard(cards.filter_chosen), heard(cards.filter_activated)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(cards.area, key)
    assert filters == [(1,), (0,), (3,)]
    QTest.keyClick(cards.area, Qt.Key.Key_Return)
    double_click(cards.area.viewport(), place(cards, 2, "card"))
    assert deeper == [(0,), (2,)]


def test_filters_are_added_duplicated_and_removed_by_key_and_button(cards):
    said = [
        heard(signal) for signal in (cards.add_requested, cards.duplicate_requested, cards.remove_requested)
    ]
    cards.show_cards(EDGES, 2, weight_scale=1, output_scale=3)
    QTest.keyClick(cards.area, Qt.Key.Key_Plus)
    QTest.keyClick(cards.area, Qt.Key.Key_D, CTRL)
    QTest.keyClick(cards.area, Qt.Key.Key_Delete)
    assert said == [[()], [(2,)], [(2,)]]
    for button in (cards._add, cards._duplicate, cards._remove):
        QTest.mouseClick(button, LEFT)
    assert said == [[(), ()], [(2,), (2,)], [(2,), (2,)]]


def test_the_last_filter_stays_and_its_button_says_why(cards):
    cards.show_cards(many(1), 0, weight_scale=1, output_scale=3)
    removed = heard(cards.remove_requested)
    QTest.keyClick(cards.area, Qt.Key.Key_Delete)
    assert not removed
    assert not cards._remove.isEnabled()
    assert "at least one filter" in cards._remove.toolTip()


def test_hovering_reads_out_pixels_and_kernel_cells_and_leaving_ends_it(cards, qtbot):
    said = heard(cards.hovered)
    view = cards.area.viewport()
    QTest.mouseMove(view, place(cards, 0, "kernel", 0, 0, 1))
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1] == ("top edge · kernel (0, 1) = −1.000",)
    QTest.mouseMove(view, place(cards, 1, "output", 0, 0, 0))
    qtbot.waitUntil(lambda: len(said) > 1)
    assert said[-1] == ("left edge · output channel 2 · (0, 0) = 0.000",)
    QTest.mouseMove(cards.heading)
    qtbot.waitUntil(lambda: said[-1] == ("",))


def test_a_readout_follows_the_numbers_and_ends_with_its_card(cards, qtbot):
    said = heard(cards.hovered)
    brightest = np.unravel_index(EDGES.outputs[3].argmax(), EDGES.outputs[3].shape)
    QTest.mouseMove(cards.area.viewport(), place(cards, 3, "output", 0, *map(int, brightest)))
    qtbot.waitUntil(lambda: bool(said))
    cards.show_cards(run_layer(four_edges(), 1 - example_seven()), 0, weight_scale=1, output_scale=3)
    assert said[-1] != said[0]
    assert said[-1][0].startswith("right edge")
    cards.show_cards(many(2), 0, weight_scale=1, output_scale=3)
    assert said[-1] == ("",)


def test_a_kernel_is_carried_out_exactly(cards, monkeypatch):
    carried = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, _: carried.append(kernel_of(drag.mimeData())))
    view = cards.area.viewport()
    start = place(cards, 2, "kernel", 0, 1, 1)
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, start * 1.5)
    QTest.mouseRelease(view, LEFT, pos=start)
    name, weight = carried[0]
    assert name == "bottom edge"
    assert np.array_equal(weight, EDGES.layer.filters[2].weight)


def drop(cards, mime, where):
    view = cards.area.viewport()
    arguments = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(where, *arguments)
    QGuiApplication.sendEvent(view, enter)
    if enter.isAccepted():
        QGuiApplication.sendEvent(view, QDropEvent(QPointF(where), *arguments))
    return enter.isAccepted()


def test_a_kernel_is_dropped_onto_a_card_or_beside_them(cards):
    dropped, added = heard(cards.kernel_dropped), heard(cards.kernel_added)
    weight = np.arange(9.0).reshape(1, 3, 3)
    mime = kernel_mime("mine", weight, QImage(3, 3, QImage.Format.Format_RGB32))
    assert drop(cards, mime, place(cards, 1, "card"))
    assert dropped[0][:2] == (1, "mine")
    assert np.array_equal(dropped[0][2], weight)
    assert not added
    assert drop(cards, mime, cards.area.viewport().rect().bottomRight())
    assert added[0][0] == "mine"


def test_what_is_no_kernel_is_not_taken(cards):
    mime = QMimeData()
    mime.setText("hello")
    assert not drop(cards, mime, place(cards, 1, "card"))


def test_a_kernel_is_copied_and_pasted_by_the_clipboard(cards):
    cards.copy_kernel(3)
    dropped = heard(cards.kernel_dropped)
    QTest.keyClick(cards.area, Qt.Key.Key_V, CTRL)
    assert dropped[0][:2] == (0, "right edge")
    assert np.array_equal(dropped[0][2], EDGES.layer.filters[3].weight)


def test_the_menu_offers_the_same(cards):
    said = heard(cards.remove_requested)
    menu = cards.make_menu(2)
    texts = {action.text(): action for action in menu.actions()}
    texts["Remove"].trigger()
    assert said == [(2,)]
    assert {"Add filter", "Duplicate", "Open", "Copy kernel", "Paste kernel"} <= texts.keys()
    beside = [action.text() for action in cards.make_menu(None).actions() if not action.isSeparator()]
    assert beside == ["Add filter", "Paste kernel as a new filter", "Copy picture", "Copy numbers"]


def test_the_picture_and_the_numbers_are_copied(cards):
    QTest.keyClick(cards.area, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().image().size() == cards.size() * 2
    QTest.keyClick(cards.area, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("top edge\n\n-1\t-1\t-1\n")
    assert len(text.split("\n\n")[-1].splitlines()) == 26


def test_many_cards_scroll_and_the_chosen_one_comes_into_view(cards):
    result = many(64)
    cards.show_cards(result, 0, weight_scale=1, output_scale=3)
    assert cards.area.verticalScrollBar().maximum() > 0
    cards.show_cards(result, 63, weight_scale=1, output_scale=3)
    assert cards.area.viewport().rect().contains(place(cards, 63, "output", 0, 12, 12))


def test_only_what_has_changed_is_coloured_anew(cards):
    cards.area.grab()
    before = cards.area.pictures
    cards.show_cards(EDGES, 1, weight_scale=1, output_scale=3)
    assert cards.area.pictures.output(3) is before.output(3)
    other = run_layer(EDGES.layer, 1 - example_seven())
    cards.show_cards(other, 1, weight_scale=1, output_scale=3)
    assert cards.area.pictures.kernels(3) is before.kernels(3)
    cards.area.grab()
    assert cards.area.pictures.output(3) is not before.output(3)


def test_an_output_smaller_than_a_filter_of_several_slices_is_shown(cards):
    layer = LabLayer((Filter("wide", np.ones((5, 11, 11))),), Geometry(stride=(3, 2)))
    cards.show_cards(run_layer(layer, np.ones((5, 12, 30))), 0, weight_scale=1, output_scale=9)
    assert cards.area.readout(CardHit(0, "kernel", 3, 10, 10)).startswith("wide · slice 4")
    cards.grab()


def test_without_a_result_there_is_nothing_to_choose(cards):
    cards.clear()
    filters = heard(cards.filter_chosen)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Plus):
        QTest.keyClick(cards.area, key)
    assert not filters
    assert cards.picture().size() == cards.size() * 2


def test_the_theme_changes_the_colours(cards):
    dark = colour(cards, 0, "kernel", 0, 0, 1)
    cards._themes.set_mode("light")
    assert colour(cards, 0, "kernel", 0, 0, 1) != dark


def test_an_empty_clipboard_has_nothing_to_paste(cards, monkeypatch):
    pasted = heard(cards.kernel_dropped)
    monkeypatch.setattr(QClipboard, "mimeData", lambda *_: None)
    paste = [action for action in cards.make_menu(2).actions() if action.text() == "Paste kernel"]
    assert not paste[0].isEnabled()
    QTest.keyClick(cards.area, Qt.Key.Key_V, CTRL)
    assert pasted == []


def test_a_menu_that_outlives_its_filter_asks_for_nothing(cards):
    asked = [heard(signal) for signal in (cards.duplicate_requested, cards.remove_requested)]
    opened = heard(cards.filter_activated)
    menu = cards.make_menu(3)
    cards.show_cards(many(2), 0, weight_scale=1, output_scale=3)
    for action in menu.actions()[1:]:
        action.trigger()
    assert asked == [[], []]
    assert opened == []


def test_a_drag_from_a_card_that_has_gone_carries_nothing(cards, monkeypatch):
    carried = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *_: carried.append(drag))
    QTest.mousePress(cards.area.viewport(), LEFT, pos=place(cards, 3))
    cards.show_cards(many(1), 0, weight_scale=1, output_scale=3)
    QTest.mouseMove(cards.area.viewport(), place(cards, 0, "output", 0, 20, 20))
    QTest.mouseRelease(cards.area.viewport(), LEFT, pos=place(cards, 0, "output", 0, 20, 20))
    assert carried == []
    cards.grab()


def test_what_is_pointed_at_goes_with_its_card(cards):
    said = heard(cards.hovered)
    QTest.mouseMove(cards.area.viewport(), place(cards, 3, "output", 0, 25, 25))
    assert "(25, 25)" in said[-1][0]
    cards.show_cards(many(2, 1, (9, 9)), 0, weight_scale=1, output_scale=3)
    assert said[-1] == ("",)
    cards.grab()
    cards.clear()
    cards.grab()


def test_filters_without_a_bias_are_counted_and_read_without_one(cards):
    bare = run_layer(replace(four_edges(), has_bias=False), example_seven())
    with_bias = cards.grab().toImage()
    cards.show_cards(bare, 0, weight_scale=1, output_scale=3)
    assert cards.heading.detail == "36 weights = 4 × 1 × 3 × 3"
    assert "bias" not in cards.heading.toolTip()
    assert "bias" not in cards.area.readout(CardHit(1))
    assert cards.grab().toImage() != with_bias
    QTest.keyClick(cards.area, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert "bias" not in QGuiApplication.clipboard().text()


def test_numbers_of_a_network_that_diverged_are_shown(cards):
    for value in (np.inf, np.nan, 1e300):
        outputs = np.full_like(EDGES.outputs, value)
        cards.show_cards(replace(EDGES, outputs=outputs), 0, weight_scale=1e-3, output_scale=1e-3)
        assert not cards.grab().toImage().isNull()
        assert cards.area.readout(CardHit(0, "output"))


def test_an_error_while_painting_leaves_no_painter_open(cards, monkeypatch):
    monkeypatch.setattr(CardPainter, "cell_mark", lambda *_: 1 / 0)
    cards.show_cards(EDGES, 0, weight_scale=1, output_scale=3, filled=9)
    with pytest.raises(ZeroDivisionError):
        cards.area.viewport().repaint()
    monkeypatch.undo()
    assert not cards.grab().toImage().isNull()


def test_the_description_follows_the_choice_at_once(cards):
    for chosen in (2, 1):
        cards.show_cards(EDGES, chosen, weight_scale=1, output_scale=3)
        assert f"filter {chosen + 1}." in cards.area.accessibleDescription()
