"""The chain of layers: what it shows, where it lies, what it says and sends."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.lab import Filter, LabLayer, Setup
from engine.lab.examples import example_seven, four_edges
from engine.lab.run import run_setup
from gui.pages.convolve import chain_painting
from gui.pages.convolve.chain_layout import plan_chain
from gui.pages.convolve.chain_stages import stages_of
from gui.pages.convolve.layer_chain import LayerChain
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

RNG = np.random.default_rng(3)


def random_layer(count, channels, side, **settings):
    weights = RNG.normal(size=(count, channels, side, side))
    return LabLayer(tuple(Filter(f"r{i}", weight) for i, weight in enumerate(weights)), **settings)


ONE = run_setup(Setup((four_edges(),), (True,)), example_seven())
TWO = run_setup(
    Setup((replace(four_edges(), relu=True, pool=2), random_layer(2, 4, 3)), (True,)), example_seven()
)
MANY = run_setup(
    Setup((random_layer(96, 1, 3, relu=True), random_layer(4, 1, 3, takes=90)), (True,)), example_seven()
)
RGB = run_setup(Setup((four_edges(3),), (True, False, True)), RNG.random((3, 171, 256)))
BROKEN = run_setup(Setup((replace(four_edges(), pool=3), random_layer(2, 4, 11)), (True,)), example_seven())


def show(chain, run, layer=0, index=0, *, classic=False, luts=None):
    luts = luts or ("input",) * len(run.picture)
    scales = [max(float(np.abs(one.outputs).max()), 1e-9) for one in run.layers]
    chain.show_run(run, layer, index, classic=classic, input_luts=luts, output_scales=scales)


@pytest.fixture
def chain(qtbot):
    chain = shown(qtbot, LayerChain(ThemeManager("dark")), 870, 72)
    show(chain, TWO)
    return chain


@pytest.fixture
def told(chain):
    told = []
    for name in ("layer_chosen", "channel_chosen", "layer_removed", "feed_requested"):
        getattr(chain, name).connect(lambda *values, name=name: told.append((name, *values)))
    return told


def seen_at(chain, place):
    return place.toPoint() - QPoint(chain.strip.horizontalScrollBar().value(), 0)


def click(chain, place):
    QTest.mouseClick(chain.strip.viewport(), Qt.MouseButton.LeftButton, pos=seen_at(chain, place))


def point_at(chain, place):
    QTest.mouseMove(chain.strip.viewport(), seen_at(chain, place))


def group(chain, layer, kind):
    groups = chain.strip.chain_layout.groups
    return next(one for one in groups if (one.stage.layer, one.stage.kind) == (layer, kind))


def test_every_step_has_its_words_and_its_new_shape():
    stages = stages_of(TWO, ("input",))
    assert [(stage.words, stage.shape) for stage in stages] == [
        (("picture",), "1×28×28"),
        (("4 filters 3×3",), "4×26×26"),
        (("ReLU",), ""),
        (("max pool 2",), "4×13×13"),
        (("2 filters 3×3",), "2×11×11"),
    ]
    assert stages_of(MANY, ("input",))[-1].words == ("of channel 91", "4 filters 3×3")


def test_parts_lie_side_by_side_on_whole_pixels_and_within_the_height(chain):
    for run, layer in ((ONE, 0), (TWO, 1), (MANY, 0), (RGB, 0), (BROKEN, 0)):
        show(chain, run, layer)
        layout = chain.strip.chain_layout
        rects = [tile.rect for one in layout.groups for tile in one.tiles]
        assert not any(a.intersects(b) for a in rects for b in rects if a is not b)
        assert all(rect.top() > 0 and rect.bottom() < 66 for rect in rects)
        assert all(float(value).is_integer() for rect in rects for value in rect.getRect())
        assert max(rect.right() for rect in rects) < layout.width


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("run", [ONE, TWO, MANY, RGB], ids=["one", "two", "many", "rgb"])
def test_at_every_scale_tiles_are_whole_device_pixels(run, dpr):
    layout = plan_chain(
        stages_of(run, ("input",) * len(run.picture)),
        width=700,
        height=72,
        dpr=dpr,
        text_width=lambda text: 6.3 * len(text),
        selected=(0, 0),
        problem=False,
    )
    for one in layout.groups:
        _, rows, columns = one.stage.values.shape
        for tile in one.tiles:
            pixels = [value * dpr for value in tile.rect.getRect()]
            assert pixels == pytest.approx([round(value) for value in pixels])
            if tile.factor:
                assert pixels[2:] == pytest.approx([tile.factor * columns, tile.factor * rows])


def test_a_long_chain_takes_the_room_of_the_buttons_word(chain):
    feed = chain.findChild(QToolButton, "feed_forward")
    show(chain, ONE)
    assert feed.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    chain.resize(500, 72)
    show(chain, MANY)
    assert feed.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    assert feed.accessibleName() == "Feed forward"


def test_small_maps_are_drawn_with_whole_square_pixels(chain):
    show(chain, ONE)
    (tile,) = group(chain, -1, "picture").tiles
    assert (tile.factor, tile.rect.width(), tile.rect.height()) == (2, 56, 56)
    assert {tile.factor for tile in group(chain, 0, "outputs").tiles} == {2}


def test_many_channels_show_as_many_as_have_room_and_the_selected_one(chain):
    show(chain, MANY, 0, 77)
    outputs = group(chain, 0, "outputs")
    assert len(outputs.tiles) + outputs.hidden == 96
    assert outputs.tiles[-1].channel == 77


def test_a_channel_shows_its_own_numbers_in_the_colours_of_the_law(chain):
    show(chain, ONE, 0, 1)
    (tile,) = group(chain, -1, "picture").tiles
    image = chain.strip.viewport().grab().toImage()
    row, column = np.unravel_index(np.argmax(ONE.picture[0]), (28, 28))
    pixel = tile.rect.topLeft().toPoint() + QPoint(2 * int(column), 2 * int(row))
    full = QColor(*DARK.input_lut[254][:3].tolist())
    for corner in (QPoint(0, 0), QPoint(1, 1)):
        assert image.pixelColor(pixel + corner) == full
    show(chain, ONE, 0, 1, classic=True)
    assert chain.strip.viewport().grab().toImage().pixelColor(pixel).name() == "#ffffff"


def test_the_layer_in_front_is_outlined_in_the_accent(chain):
    def outlined(layer):
        card = chain.strip.chain_layout.cards[layer + 1]
        image = chain.strip.viewport().grab().toImage()
        scrolled = chain.strip.horizontalScrollBar().value()
        return image.pixelColor(int(card.rect.center().x()) - scrolled, int(card.rect.top())) == DARK.accent

    assert outlined(0)
    assert not outlined(1)
    show(chain, TWO, 1)
    assert outlined(1)
    assert not outlined(0)


def test_a_click_on_a_channel_chooses_it_and_beside_it_its_layer(chain, told):
    click(chain, group(chain, 0, "pool").tiles[2].rect.center())
    click(chain, chain.strip.chain_layout.cards[2].rect.topLeft() + QPointF(4, 4))
    click(chain, group(chain, -1, "picture").tiles[0].rect.center())
    assert told == [("channel_chosen", 0, 2), ("layer_chosen", 1), ("layer_chosen", 0)]


def test_layers_after_the_first_are_removed_by_their_cross_or_by_del(chain, told):
    cards = chain.strip.chain_layout.cards
    assert cards[0].close.isEmpty()
    assert cards[1].close.isEmpty()
    chain.strip.horizontalScrollBar().setValue(chain.strip.horizontalScrollBar().maximum())
    click(chain, cards[2].close.center())
    QTest.keyClick(chain.strip, Qt.Key.Key_Delete)
    show(chain, TWO, 1)
    QTest.keyClick(chain.strip, Qt.Key.Key_Delete)
    assert told == [("layer_removed", 1), ("layer_removed", 1)]


def test_arrows_choose_layers_and_channels(chain, told):
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(chain.strip, key)
    assert told == [("layer_chosen", 1), ("channel_chosen", 0, 1)]


def test_the_button_feeds_all_channels_and_its_menu_one(chain, told):
    show(chain, TWO, 1, 1)
    QTest.mouseClick(chain.findChild(QToolButton, "feed_forward"), Qt.MouseButton.LeftButton)
    assert chain._one.text() == "Only channel 2 · r1"
    chain._one.trigger()
    chain._all.trigger()
    assert told == [("feed_requested", None), ("feed_requested", 1), ("feed_requested", None)]


def test_one_channel_is_only_fed_from_the_last_layer(chain):
    show(chain, TWO, 0, 3)
    assert not chain._one.isEnabled()
    assert chain._one.text() == "Only one channel: choose it in layer 2 first"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_opens_from_the_keyboard_and_blocks_nothing(chain, qtbot):
    QTest.keyClick(chain.findChild(QToolButton, "feed_choice"), Qt.Key.Key_Space)
    qtbot.waitUntil(chain._menu.isVisible)
    chain._menu.close()


def test_a_layer_that_does_not_fit_says_why_in_its_place(chain, told):
    show(chain, BROKEN)
    problem = chain.strip.chain_layout.problem
    assert problem.layer == 1
    assert problem.rect.left() > chain.strip.chain_layout.cards[-1].rect.right()
    assert not chain.findChild(QToolButton, "feed_forward").isEnabled()
    assert BROKEN.problem in chain.strip.accessibleDescription()
    QTest.keyClick(chain.strip, Qt.Key.Key_Right)
    chain.strip.horizontalScrollBar().setValue(chain.strip.horizontalScrollBar().maximum())
    click(chain, problem.close.center())
    assert told == [("layer_chosen", 1), ("layer_removed", 1)]
    show(chain, TWO)
    assert chain.strip.chain_layout.problem is None
    assert chain.findChild(QToolButton, "feed_forward").isEnabled()


def test_hovering_reads_out_values_and_operations_and_leaving_ends_it(chain, qtbot):
    heard = []
    chain.hovered.connect(heard.append)
    rect = group(chain, 0, "outputs").tiles[0].rect
    point_at(chain, rect.topLeft())
    qtbot.waitUntil(lambda: bool(heard))
    value = f"{TWO.layers[0].outputs[0, 0, 0]:.3f}"
    assert heard[-1] == f"layer 1 · top edge · (0, 0) = {value}"
    point_at(chain, group(chain, 0, "pool").words.center())
    qtbot.waitUntil(lambda: len(heard) > 1)
    assert heard[-1].startswith("Layer 1, max pooling: of each 2 × 2 pixels the greatest stays")
    QApplication.sendEvent(chain.strip.viewport(), QEvent(QEvent.Type.Leave))
    assert heard[-1] == ""


def test_a_long_chain_scrolls_to_the_layer_in_front(qtbot):
    chain = shown(qtbot, LayerChain(ThemeManager("dark")), 420, 72)
    show(chain, TWO)
    assert chain.strip.horizontalScrollBar().maximum() > 0
    show(chain, TWO, 1)
    card = chain.strip.chain_layout.cards[2].rect
    assert card.right() - chain.strip.horizontalScrollBar().value() <= chain.strip.viewport().width()


def test_new_numbers_of_the_same_shape_are_shown_and_move_nothing(chain):
    def places():
        layout = chain.strip.chain_layout
        return layout.width, [tile.rect for one in layout.groups for tile in one.tiles]

    show(chain, ONE)
    before, (tile,) = places(), group(chain, -1, "picture").tiles
    row, column = np.unravel_index(np.argmax(ONE.picture[0]), (28, 28))
    pixel = tile.rect.topLeft().toPoint() + QPoint(2 * int(column), 2 * int(row))
    old = chain.strip.viewport().grab().toImage().pixelColor(pixel)
    show(chain, run_setup(Setup((four_edges(),), (True,)), 0 * example_seven()))
    assert places() == before
    assert chain.strip.viewport().grab().toImage().pixelColor(pixel) == DARK.panel != old


def test_a_kernel_that_changes_changes_its_channel(chain):
    show(chain, ONE)
    tile = group(chain, 0, "outputs").tiles[2]
    spot = tile.rect.toRect()
    old = chain.strip.viewport().grab(spot).toImage()
    layer = four_edges()
    blank = Filter("blank", np.zeros((1, 3, 3)))
    changed = replace(layer, filters=(*layer.filters[:2], blank, layer.filters[3]))
    show(chain, run_setup(Setup((changed,), (True,)), example_seven()))
    new = chain.strip.viewport().grab(spot).toImage()
    assert new != old
    assert {new.pixelColor(x, y).name() for x in range(2, 50) for y in range(2, 50)} == {DARK.panel.name()}


def test_picture_and_numbers_are_copied(chain):
    QTest.keyClick(chain.strip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QGuiApplication.clipboard().image()
    assert image.width() >= 2 * int(chain.strip.chain_layout.width)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(chain.strip, Qt.Key.Key_C, both)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + 1 + 3 * 4 + 2
    least, most = TWO.layers[0].outputs[1].min(), TWO.layers[0].outputs[1].max()
    assert lines[3].split("\t")[:6] == ["layer 1", "left edge", "26", "26", f"{least:.6g}", f"{most:.6g}"]


def test_the_other_theme_is_painted_at_once(qtbot):
    themes = ThemeManager("dark")
    chain = shown(qtbot, LayerChain(themes), 870, 72)
    show(chain, ONE)
    before = chain.grab().toImage()
    themes.set_mode("light")
    assert chain.grab().toImage() != before
    themes.set_mode("dark")
    assert chain.grab().toImage() == before


@pytest.mark.parametrize("luts", [(), ("red",), ("input", "mauve", "blue")])
def test_a_channel_without_a_colour_table_has_the_plain_one(chain, luts):
    show(chain, RGB, luts=luts)
    assert not chain.grab().toImage().isNull()
    group = chain.strip.chain_layout.groups[0]
    assert len(group.stage.names) == len(group.tiles) == 3
    assert chain.picture().size().isValid()


def test_a_layer_without_a_scale_is_drawn(chain):
    chain.show_run(TWO, 0, 0, classic=False, input_luts=("input",), output_scales=[])
    assert not chain.grab().toImage().isNull()


@pytest.mark.parametrize("part", ["tile", "words", "more", "close"])
def test_what_was_under_the_mouse_is_forgotten_with_its_layer(chain, part):
    show(chain, MANY if part == "more" else TWO)
    groups, cards = chain.strip.chain_layout.groups, chain.strip.chain_layout.cards
    last = groups[-1]
    place = {
        "tile": last.tiles[-1].rect,
        "words": last.words,
        "more": groups[0].more if groups[0].hidden else groups[1].more,
        "close": cards[-1].close,
    }[part]
    said = []
    chain.hovered.connect(said.append)
    point_at(chain, place.center())
    show(chain, ONE)
    assert said[-1] == ""
    chain.grab()
    show(chain, TWO)
    chain.grab()


def test_a_new_result_of_the_same_shapes_is_still_read_out(chain):
    said = []
    chain.hovered.connect(said.append)
    point_at(chain, chain.strip.chain_layout.groups[1].tiles[0].rect.center())
    show(chain, run_setup(Setup(tuple(one.layer for one in TWO.layers), (True,)), example_seven() / 2))
    assert len(said) == 2
    assert said[1].startswith("layer 1 · top edge · (")


def test_an_error_while_painting_leaves_no_painter_open(chain, monkeypatch):
    monkeypatch.setattr(chain_painting, "paint_words", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        chain.strip.viewport().repaint()
    monkeypatch.undo()
    assert not chain.grab().toImage().isNull()
