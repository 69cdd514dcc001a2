"""The channels of a layer: any layer, in an order that stays, pinned ones first."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton

from engine.inspect.channels import filter_names
from engine.inspect.saliency import importance
from gui.pages.inside.channel_geometry import SMALL_CELL_PX, layout_channels
from gui.theme import DARK
from gui.widgets.caption_line import CaptionLine
from tests.gui.channel_hands import (
    BLANK,
    LEVEL,
    captions_are,
    changed_frame,
    channels_page,
    choose,
    follow,
    inside_page,
    peaks_of,
    select,
    settled,
    silence_third,
    sorted_by,
)
from tests.gui.frame_samples import frame_of
from tests.gui.hosting import double_click


@pytest.fixture
def page(qtbot):
    made = channels_page(qtbot)
    yield made
    made.close_workers()


def test_patterns_stay_in_front_at_the_start(qtbot):
    page = inside_page(qtbot)
    assert page.findChild(QPushButton, "inside_patterns").isChecked()
    assert page.parts.patterns.isVisible()
    assert not page.parts.channels.isVisible()
    page.close_workers()


def test_every_layer_with_maps_or_units_is_offered_and_shown(page):
    frame = frame_of()
    page.show_frame(frame)
    layers = page.findChild(QComboBox, "channels_layer")
    names = [layers.itemText(index) for index in range(layers.count())]
    assert names == ["input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "dense1"]
    for name in names:
        select(page, name)
        tiles = page.parts.channels.wall.tiles
        np.testing.assert_array_equal(tiles.maps.ravel(), frame.activations[name].ravel())
        assert layers.currentText() == name
        assert page.parts.channels.wall.order == tuple(range(len(tiles.maps)))
        assert not page.grab().isNull()
    select(page, "flatten1")
    assert page.parts.channels.wall.tiles.name == "conv2"


def test_a_chosen_layer_is_told(qtbot, page):
    page.show_frame(frame_of())
    with qtbot.waitSignal(page.layer_chosen) as chosen:
        choose(page, "channels_layer", 5)
    assert chosen.args == ["relu2"]


def test_channels_stay_in_the_order_of_the_moment_when_it_was_chosen(page):
    frame, other = frame_of(), frame_of(drawing=LEVEL, seed=3)
    first, second = (sorted_by(peaks_of(each)) for each in (frame, other))
    assert first != second
    page.show_frame(frame)
    select(page, "relu1")
    choose(page, "channels_order", 1)
    assert page.parts.channels.wall.order == first
    page.show_frame(other)
    assert page.parts.channels.wall.order == first
    choose(page, "channels_order", 1)
    assert page.parts.channels.wall.order == second


@pytest.mark.parametrize("layer", ["input", "relu2", "dense1"])
def test_importance_orders_the_channels_of_any_layer(qtbot, page, layer):
    frame = frame_of()
    page.show_frame(frame)
    select(page, layer)
    choose(page, "channels_order", 2)
    settled(qtbot, page)
    found = importance(frame.spec, frame.parameters, frame.values, layer, frame.verdict.label)[0]
    assert page.parts.channels.wall.order == sorted_by(found)
    captions_are(
        qtbot,
        page,
        [f"{'+' if v > 0 else ''}{v:.2f}".replace("-", "−").replace("−0.00", "0.00") for v in found],
    )


def test_channels_behind_a_convolution_have_its_filters_names(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "pool2")
    choose(page, "channels_order", 3)
    settled(qtbot, page)
    names = filter_names(frame.parameters["conv2.weight"])
    captions_are(qtbot, page, names)
    kinds = [names[channel].partition(",")[0] for channel in page.parts.channels.wall.order]
    assert kinds == sorted(kinds)
    select(page, "dense1")
    settled(qtbot, page)
    captions_are(qtbot, page, [f"class {digit}" for digit in range(10)])


def test_an_order_on_its_way_is_not_taken_for_that_of_another_layer(qtbot, page):
    page.show_frame(frame_of())
    select(page, "conv1")
    choose(page, "channels_order", 2)
    select(page, "relu2")
    settled(qtbot, page)
    assert sorted(page.parts.channels.wall.order) == list(range(6))


def test_silent_channels_are_hidden_and_stay_hidden_until_they_are_sorted_anew(qtbot, page):
    page.show_frame(changed_frame(silence_third))
    select(page, "relu1")
    captions_are(
        qtbot,
        page,
        [*page.parts.channels.wall.captions[:2], "silent here", page.parts.channels.wall.captions[3]],
    )
    page.findChild(QCheckBox, "channels_hide_silent").setChecked(True)
    assert page.parts.channels.wall.order == (0, 1, 3)
    assert page.parts.channels.wall.box_of(2).isEmpty()
    assert page.findChild(CaptionLine, "wall_caption").title == "relu1 · 3 of 4 channels"
    page.show_frame(frame_of())
    assert page.parts.channels.wall.order == (0, 1, 3)
    choose(page, "channels_order", 0)
    assert page.parts.channels.wall.order == (0, 1, 2, 3)


def test_a_wall_of_hidden_channels_says_so(page):
    page.show_frame(changed_frame(lambda p: [p[f"conv1.{name}"].fill(-1) for name in ("weight", "bias")]))
    select(page, "relu1")
    page.findChild(QCheckBox, "channels_hide_silent").setChecked(True)
    assert page.parts.channels.wall.order == ()
    assert "hidden" in page.parts.channels.wall.accessibleDescription()
    assert not page.grab().isNull()


def test_pinned_channels_stand_first_in_every_order_and_are_never_hidden(qtbot, page):
    frame = changed_frame(silence_third)
    page.show_frame(frame)
    select(page, "relu1", 2)
    QTest.keyClick(page.parts.channels.wall, Qt.Key.Key_P)
    page.findChild(QCheckBox, "channels_hide_silent").setChecked(True)
    assert page.parts.channels.wall.order == (2, 0, 1, 3)
    choose(page, "channels_order", 1)
    rest = [channel for channel in sorted_by(peaks_of(frame)) if channel != 2]
    assert page.parts.channels.wall.order == (2, *rest)
    # Another drawing, another step, another part and another layer of the same channels.
    page.show_frame(frame_of(drawing=LEVEL, step=8, seed=2))
    page.show_part("patterns")
    page.show_part("channels")
    assert page.parts.channels.wall.order[0] == 2
    select(page, "pool1", 2)
    assert page.parts.channels.wall.order[0] == 2
    QTest.keyClick(page.parts.channels.wall, Qt.Key.Key_P)
    assert page.parts.channels.wall.order == sorted_by(
        peaks_of(frame_of(drawing=LEVEL, step=8, seed=2), "pool1")
    )


def test_pinned_channels_stand_first_in_the_pattern_wall_too(page):
    page.show_frame(frame_of())
    for wanted in ((3, 0, 1, 2), (0, 1, 2, 3)):
        page.show_part("channels")
        page.pins.toggle("conv1", 3)
        page.show_part("patterns")
        assert page.parts.patterns.wall.order == wanted


def test_a_part_that_rests_leaves_the_line_above_to_the_one_in_front(qtbot, page):
    page.show_part("patterns")
    page.show_frame(frame_of())
    page.show_part("channels")
    page.pins.toggle("conv1", 3)
    assert page.findChild(CaptionLine, "wall_caption").title == "conv1 · 4 channels of 26×26"
    for step in (8, 9):
        page.show_frame(frame_of(step=step))
    page.show_part("ledger")
    qtbot.wait(300)
    assert page.findChild(CaptionLine, "wall_caption").title == "One number"


def test_a_click_on_the_mark_in_the_corner_pins_and_chooses_nothing(qtbot, page):
    page.show_frame(frame_of())
    select(page, "relu1")
    wall = page.parts.channels.wall
    told = []
    page.hovered.connect(told.append)
    with qtbot.assertNotEmitted(page.tile_chosen):
        place = wall.pin_box(1).center().toPoint()
        QTest.mouseMove(wall, place)
        QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=place)
    assert "pins it" in told[-1]
    assert page.pins.of("conv1") == {1}
    assert wall.order == (1, 0, 2, 3)


def test_p_is_kept_from_the_pen_only_while_a_channel_is_selected(page):
    page.show_frame(frame_of())
    select(page, "relu1")

    def keeps_p():
        no = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_P, no, "p")
        event.ignore()
        QApplication.sendEvent(page.parts.channels.wall, event)
        return event.isAccepted()

    assert not keeps_p()
    select(page, "relu1", 0)
    assert keeps_p()


def test_a_click_tells_the_channel_at_that_place_and_its_pixel(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "relu1")
    choose(page, "channels_order", 1)
    wall = page.parts.channels.wall
    channel = sorted_by(peaks_of(frame))[2]
    place = wall.cell_of(channel, 8, 3).center().toPoint()
    told = []
    page.hovered.connect(told.append)
    QTest.mouseMove(wall, place)
    with qtbot.waitSignal(page.tile_chosen) as tile:
        QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=place)
    assert tile.args == ["relu1", "channel", channel, (8, 3)]
    value = frame.activations["relu1"][channel, 8, 3]
    assert told[-1].startswith(f"relu1 · channel {channel + 1} · (8, 3) = ")
    assert float(told[-1].split(" = ")[1].split(" ")[0]) == pytest.approx(value, abs=0.006)


def test_arrows_follow_the_order_and_enter_goes_deeper(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "relu2")
    choose(page, "channels_order", 1)
    follow(page)
    wall, order = page.parts.channels.wall, sorted_by(peaks_of(frame, "relu2"))
    visited = []
    across = wall.tile_layout.tile_columns
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down):
        QTest.keyClick(wall, key)
        visited.append(wall.selected)
    assert visited == [order[0], order[1], order[0], order[0], order[across] if across < 6 else order[0]]
    with qtbot.waitSignal(page.tile_activated):
        QTest.keyClick(wall, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.tile_activated):
        double_click(wall, wall.box_of(order[1]).center())


def test_the_menu_is_asked_for_the_channel_under_the_mouse(qtbot, page):
    page.show_frame(frame_of())
    select(page, "relu1")
    wall = page.parts.channels.wall
    place = wall.box_of(3).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, wall.mapToGlobal(place))
    with qtbot.waitSignals([page.tile_chosen, page.menu_requested]):
        QApplication.sendEvent(wall, event)


def test_the_selected_channel_and_pixel_are_outlined(page):
    page.show_frame(frame_of())
    select(page, "relu1", 1, (8, 3))
    wall = page.parts.channels.wall
    edge = wall.box_of(1)
    shot = wall.grab().toImage()
    assert shot.pixelColor(edge.left() + 1, edge.center().y()) == DARK.accent
    cell = wall.cell_of(1, 8, 3).toRect()
    assert shot.pixelColor(cell.left() - 1, cell.center().y()) == DARK.accent


def test_dense_units_are_small_cells_and_tell_their_numbers(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "dense1")
    wall = page.parts.channels.wall
    assert page.findChild(CaptionLine, "wall_caption").title == "dense1 · 10 units"
    with qtbot.waitSignal(page.tile_chosen) as tile:
        QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.cell_of(4, 0, 0).center().toPoint())
    assert tile.args == ["dense1", "channel", 4, None]
    layout = layout_channels(128, 1, 1, 660, 280, 1.0)
    assert (layout.cell, layout.captioned) == (SMALL_CELL_PX, False)


def test_a_blank_canvas_says_what_will_be_here_and_the_first_ink_is_sorted(page):
    page.show_frame(frame_of(drawing=BLANK))
    select(page, "relu1")
    choose(page, "channels_order", 1)
    assert page.parts.channels.wall.tiles is None
    assert "Draw a digit" in page.parts.channels.wall.accessibleDescription()
    frame = frame_of()
    page.show_frame(frame)
    assert page.parts.channels.wall.order == sorted_by(peaks_of(frame))


def test_pixels_follow_every_frame_and_words_a_few_of_them(qtbot, page):
    page.show_frame(frame_of())
    select(page, "relu1")
    page.set_training(True)
    frames = [frame_of(step=step, seed=step) for step in range(8, 14)]
    written = [page.parts.channels.wall.captions]
    for frame in frames:
        page.show_frame(frame)
        np.testing.assert_array_equal(page.parts.channels.wall.tiles.maps[:, 0], frame.activations["relu1"])
        written.append(page.parts.channels.wall.captions)
    assert len(set(written)) <= 2
    last = tuple(f"max {peak:.1f}" for peak in peaks_of(frames[-1]))
    captions_are(qtbot, page, last)


def test_the_numbers_are_copied_in_the_order_shown_and_the_picture_with_its_legend(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "relu1")
    page.pins.toggle("conv1", 3)
    wall = page.parts.channels.wall
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(wall, Qt.Key.Key_C, both)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "relu1 channel 4"
    assert [float(value) for value in lines[9].split("\t")] == pytest.approx(
        frame.activations["relu1"][3, 8].tolist(), rel=1e-4
    )
    QTest.keyClick(wall, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (2 * wall.width(), 2 * (wall.height() + 24))


def test_a_selection_that_is_scrolled_away_comes_into_sight(page):
    page.resize(600, 560)
    page.show_frame(frame_of())
    select(page, "relu2")
    wall = page.parts.channels.wall
    before = wall.mapTo(page.parts.channels, QPoint(0, 0)).y()
    select(page, "relu2", 5)
    visible = wall.visibleRegion().boundingRect()
    assert visible.contains(wall.box_of(5).adjusted(0, 0, -1, -1))
    assert wall.mapTo(page.parts.channels, QPoint(0, 0)).y() <= before
