"""The Inside page: what excites each filter, and where an answer is sensitive."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSlider

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from engine.datasets import DIGIT_CLASSES, NO_DIGIT
from engine.datasets.shapes import SHAPES
from engine.drawing import Drawing, Stroke
from engine.inspect.synthesis import Ascent
from gui.frames import compute_frame
from gui.pages.inside.card_geometry import CardGeometry, WallGeometry
from gui.pages.inside.card_pictures import as_signed_tiles, as_tiles, block_image
from gui.pages.inside.depth import depth_words
from gui.pages.inside.page import InsidePage
from gui.pages.inside.wall_worker import (
    Dreams,
    Known,
    Patterns,
    Question,
    Working,
    fill,
    layer_behind,
)
from gui.selection import Selection
from gui.theme import DARK, ThemeManager
from gui.widgets.caption_line import CaptionLine
from tests.gui.frame_samples import INK, SMALL, SPEC, frame_of, sets_of
from tests.gui.hosting import shown

PICTURES = np.random.default_rng(0).integers(0, 256, (70, 28, 28), dtype=np.uint8)


@pytest.fixture
def page(qtbot):
    made = InsidePage(ThemeManager("dark"), sets_of(PICTURES), ascent=Ascent(steps=4))
    shown(qtbot, made, 1000, 760)
    yield made
    made.close_workers()


def filled(qtbot, page):
    qtbot.waitUntil(lambda: page.is_settled, timeout=20_000)


def click_card(page, channel):
    wall = page.parts.patterns.wall
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.box_of(channel).center())


def asked(page):
    shown_maps = page.parts.sensitivity.maps.shown
    return shown_maps.asked.label, shown_maps.asked.other


def status(page):
    return page.findChild(QLabel, "wall_status").text()


def test_a_wall_is_filled_channel_by_channel(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    assert page.parts.patterns.wall.filled == (4, 4)
    assert status(page) == "on digits, a first layer sees edges"
    assert "step 7" in page.parts.patterns.wall.words_of(2)
    assert "max" in page.parts.patterns.wall.words_of(2)


def test_a_page_that_nobody_sees_computes_nothing(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    page.enter(False)
    qtbot.wait(150)
    assert page.parts.patterns.wall.filled == (0, 0)


def test_a_selected_layer_gets_its_convolutions_wall(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    page.show_selection(Selection("Run 1", 7, "my drawing", "pool2", "channel", 5))
    filled(qtbot, page)
    assert page.findChild(QComboBox, "wall_layer").currentText() == "conv2"
    assert page.parts.patterns.wall.filled == (6, 6)
    assert [layer_behind(frame_of().spec, name) for name in ("conv1", "pool1", "conv2", "dense1", None)] == [
        "conv1",
        "conv1",
        "conv2",
        "conv2",
        "conv1",
    ]


def test_a_chosen_layer_and_channel_are_told(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    layers = page.findChild(QComboBox, "wall_layer")
    with qtbot.waitSignal(page.layer_chosen) as chosen:
        layers.activated.emit(1)
    assert chosen.args == ["conv2"]
    with qtbot.waitSignal(page.tile_chosen) as tile:
        wall = page.parts.patterns.wall
        QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.box_of(1).center())
    assert tile.args == ["conv1", "channel", 1, None]
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv1", "channel", 1))
    with qtbot.waitSignal(page.tile_chosen) as tile:
        QTest.keyClick(page.parts.patterns.wall, Qt.Key.Key_Right)
    assert tile.args[2] == 2


def test_another_way_back_carries_anew(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    before = page.parts.patterns.wall._patterns[0].found
    ways = page.findChild(QComboBox, "wall_way")
    ways.setCurrentIndex(2)
    ways.activated.emit(2)
    filled(qtbot, page)
    after = page.parts.patterns.wall._patterns[0].found
    assert (before.rule, after.rule) == ("deconvnet", "gradient")
    np.testing.assert_array_equal(before.patches, after.patches)


def test_the_slider_goes_through_the_ascent(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    slider = page.findChild(QSlider, "wall_ascent")
    last = page.parts.patterns.wall.grab().toImage()
    slider.setValue(0)
    assert page.parts.patterns.wall.grab().toImage() != last


def test_hovering_tells_which_picture_and_where(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    told = []
    page.hovered.connect(told.append)
    box = page.parts.patterns.wall.box_of(0)
    QTest.mouseMove(page.parts.patterns.wall, box.topLeft() + QPoint(20, 40))
    found = page.parts.patterns.wall._patterns[0].found
    row, column = found.pixels[0]
    assert f"patch of picture {found.pictures[0]} at ({row}, {column})" in told[-1]


def test_the_numbers_are_copied_as_a_table(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    lines = page.parts.patterns.wall._numbers().splitlines()
    assert lines[0].split("\t") == ["channel", "rank", "picture", "row", "column", "value"]
    assert len(lines) == 1 + 4 * 9


def test_sensitivity_is_shown_of_the_answer_or_of_a_class_against_another(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    page.enter(True)
    page.show_part("sensitivity")
    filled(qtbot, page)
    assert page.parts.sensitivity.maps.shown is not None
    assert asked(page) == (frame.verdict.label, None)
    for name, entry in (("asked_class", "7"), ("compared_class", "1")):
        choice = page.findChild(QComboBox, name)
        choice.setCurrentIndex(choice.findText(entry))
        choice.activated.emit(choice.currentIndex())
    filled(qtbot, page)
    assert asked(page) == (7, 1)
    told = []
    page.hovered.connect(told.append)
    box = page.parts.sensitivity.maps._boxes()[1]
    QTest.mouseMove(page.parts.sensitivity.maps, box.center().toPoint())
    assert told[-1].startswith("Gradient · (14, 14) = ")
    assert "covered here: 7 goes from" in told[-1]


def test_a_blank_canvas_has_no_maps(qtbot, page):
    page.show_frame(frame_of(drawing=Drawing(())))
    page.enter(True)
    page.show_part("sensitivity")
    assert page.parts.sensitivity.maps.shown is None
    assert not page.parts.sensitivity.maps.grab().isNull()


def test_networks_follow_each_other(qtbot, page):
    flat = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
    wide = NetworkSpec((1, 28, 28), (Conv2D(40, 5, padding="same"), ReLU(), Flatten(), Dense(10)))
    page.enter(True)
    for spec, count in ((SPEC, 4), (flat, 0), (wide, 40)):
        page.show_frame(frame_of(spec=spec, key=str(count)))
        filled(qtbot, page)
        assert page.parts.patterns.wall.filled == (count, count)
        assert not page.grab().isNull()


def test_pictures_of_another_size_are_not_searched():
    spec = NetworkSpec((3, 12, 12), (Conv2D(2, 3), ReLU(), Flatten(), Dense(4)))
    network = frame_of().subject
    subject = type(network)("shapes", "shapes", None, spec, parameters_of(spec))
    news = list(fill(Known(subject, None), Question("conv1", "guided"), Ascent(steps=2)))
    # It is the last word: there is nothing more to come.
    assert news[-1] == Working("There are no pictures of 12 × 12 pixels to search")
    assert any(isinstance(each, Dreams) for each in news)
    assert not any(isinstance(each, Patterns) for each in news)


def parameters_of(spec):
    return Network(spec, 1).parameters.frozen()


@pytest.mark.parametrize("patch", [(3, 3), (10, 10), (22, 22), (28, 28), (1, 40)])
def test_everything_on_a_card_has_its_own_place(patch):
    card = CardGeometry(patch, patch)
    lefts, (height, width) = card.lefts, card.block
    assert lefts[0] + width < lefts[1]
    assert lefts[1] + width < lefts[2]
    assert lefts[2] + card.made[1] < card.size[1]
    left, top = card.patch_corner(8)
    assert (left + patch[1] * card.patch_cell, top + patch[0] * card.patch_cell) == (width, height)
    wall = WallGeometry(card, 7, 2 * card.size[1] + 20)
    assert wall.columns == 2
    for channel in range(7):
        left, top = wall.corner(channel)
        assert wall.card_at(left + 1, top + 1) == channel
    assert wall.card_at(card.size[1] + 2, 5) is None
    assert wall.card_at(5, wall.height + 50) is None


def test_pictures_keep_their_colours_and_signs():
    card = CardGeometry((2, 2), (2, 2))
    grey = as_tiles(np.array([[[[0, 1], [0.5, 0]]]]))
    assert grey.tolist() == [[[0, 254], [127, 0]]]
    signed = as_signed_tiles(np.array([[[[-2.0, 0], [1, 2]]]]))
    assert signed.tolist() == [[[0, 127], [190, 254]]]
    red = as_tiles(np.array([[[[1.0]], [[0]], [[0]]]]))
    assert red.tolist() == [[[[255, 0, 0, 255]]]]
    image = block_image(grey, card, DARK.picture_lut)
    assert (image.height(), image.width()) == card.block


def choose(page, name, index):
    choice = page.findChild(QComboBox, name)
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


def test_cards_are_put_in_order_and_stay_there(qtbot, page):
    frame = frame_of()
    page.show_frame(frame)
    page.enter(True)
    filled(qtbot, page)
    assert page.parts.patterns.wall.order == (0, 1, 2, 3)
    peaks = frame.activations["conv1"].max(axis=(1, 2))
    choose(page, "wall_order", 1)
    assert page.parts.patterns.wall.order == tuple(np.argsort(-peaks, kind="stable"))
    place = page.parts.patterns.wall.box_of(page.parts.patterns.wall.order[0])
    assert place.topLeft() == QPoint(0, 0)
    # Another drawing moves no card.
    page.show_frame(frame_of(drawing=Drawing((Stroke(((0.2, 0.5, 0.1), (0.8, 0.5, 0.1))),))))
    assert page.parts.patterns.wall.order == tuple(np.argsort(-peaks, kind="stable"))
    choose(page, "wall_order", 3)
    strongest = [page.parts.patterns.wall.strongest(channel) for channel in range(4)]
    assert page.parts.patterns.wall.order == tuple(np.argsort(-np.array(strongest), kind="stable"))
    choose(page, "wall_order", 2)
    assert sorted(page.parts.patterns.wall.order) == [0, 1, 2, 3]
    with qtbot.waitSignal(page.tile_chosen) as tile:
        QTest.mouseClick(page.parts.patterns.wall, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert tile.args[2] == page.parts.patterns.wall.order[0]


def test_dead_channels_are_hidden_and_said_to_be(qtbot, page):
    network = Network(SPEC, 1)
    network.parameters["conv1.weight"][2] = -1
    network.parameters["conv1.bias"][2] = -1
    subject = replace(frame_of().subject, parameters=network.parameters.frozen())
    frame = compute_frame(subject, INK, Network(SPEC), None)
    page.show_frame(frame)
    page.enter(True)
    filled(qtbot, page)
    assert "no picture excites it" in page.parts.patterns.wall.words_of(2)
    page.findChild(QCheckBox, "wall_hide_dead").setChecked(True)
    assert page.parts.patterns.wall.order == (0, 1, 3)
    assert page.parts.patterns.wall.box_of(2).isEmpty()
    assert not page.grab().isNull()
    assert "3 of 4 channels" in page.findChild(CaptionLine, "wall_caption").title


def test_frames_that_keep_coming_do_not_hold_up_the_wall(qtbot, page):
    page.enter(True)

    def another_frame_and_filled():
        page.show_frame(frame_of())
        return page.parts.patterns.wall.is_filled

    # Each look asks for a frame, as the display clock does.
    qtbot.waitUntil(another_frame_and_filled, timeout=20_000)
    assert status(page) == "on digits, a first layer sees edges"


def test_what_was_on_its_way_of_another_network_is_not_shown(qtbot, page, monkeypatch):
    page.show_frame(frame_of())
    page.enter(True)
    filled(qtbot, page)
    late = page.parts.patterns.wall._patterns[0]
    taken = []
    monkeypatch.setattr(page.parts.patterns.wall, "take_patterns", taken.append)
    page.parts.patterns.worker._news.append(late)
    # Its first convolution has the same name and filters of another size.
    page.show_frame(frame_of(spec=SMALL, key="another"))
    filled(qtbot, page)
    assert len(taken) == 2
    assert all(each.found.patches.shape[2:] == (5, 5) for each in taken)


def test_what_does_not_depend_on_the_way_back_is_found_once():
    known, ascent = Known(frame_of().subject, PICTURES), Ascent(steps=2)
    first = list(fill(known, Question("conv1", "guided"), ascent))
    again = list(fill(known, Question("conv1", "gradient"), ascent))
    assert any(isinstance(each, Working) and each.text for each in first)
    # No picture is searched again, and no made picture made again; the patches are carried back anew.
    assert [each.text for each in again if isinstance(each, Working)] == [""]
    dreams = [[each for each in news if isinstance(each, Dreams)] for news in (first, again)]
    assert dreams[0] == dreams[1]
    assert [each.found.rule for each in again if isinstance(each, Patterns)] == ["gradient"] * 4


def test_what_is_to_be_expected_of_a_depth_is_said_for_digits_and_shapes_only():
    def spec_of(classes):
        layers = (Conv2D(2, 3), ReLU(), Conv2D(2, 3), ReLU(), Conv2D(2, 3), Flatten(), Dense(len(classes)))
        return NetworkSpec((3, 28, 28), layers, classes)

    words = [depth_words(spec_of(SHAPES), layer) for layer in ("conv1", "conv2", "conv3")]
    assert ["colours" in words[0], "corners" in words[1], "circles" in words[2]] == [True] * 3
    assert "strokes, corners and loops" in depth_words(spec_of((*DIGIT_CLASSES, NO_DIGIT)), "conv3")
    assert depth_words(spec_of(("cat", "dog")), "conv2") == ""
