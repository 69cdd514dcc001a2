"""The flow of a network: every layer named, channels that can be chosen, figures that match."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from engine.inspect.layer_tiles import LayerTiles, layer_tiles
from engine.inspect.tiles import tile_indices
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.spec import NetworkSpec
from gui.theme import DARK, ThemeManager
from gui.widgets.flow_layout import FlowHit
from gui.widgets.layer_flow import LayerFlow
from tests.gui.hosting import double_click, shown

SPEC = NetworkSpec((1, 28, 28), (Conv2D(8, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))


def _layers(seed: int = 0) -> tuple[LayerTiles, ...]:
    rng = np.random.default_rng(seed)
    values = {name: rng.random(shape, np.float32) for name, shape in SPEC.shapes.items()}
    return layer_tiles(SPEC, values)


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeManager]:
    manager = ThemeManager("dark")
    yield manager
    manager.deleteLater()


@pytest.fixture
def flow(qtbot: QtBot, themes: ThemeManager) -> LayerFlow:
    made = shown(qtbot, LayerFlow(themes), 880, 520)
    made.show_layers(_layers())
    return made


def _cell(flow: LayerFlow, block: int, channel: int, row: int, column: int) -> QPoint:
    layout = flow.canvas.flow_layout
    assert layout is not None
    box = layout.blocks[block].cell_box(channel, row, column)
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return QPoint(round(x / layout.dpr) + 2, round(y / layout.dpr) + 2)


def test_a_click_tells_the_layer_the_channel_and_the_cell(flow: LayerFlow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(flow.channel_clicked) as clicked:
        left = Qt.MouseButton.LeftButton
        qtbot.mouseClick(flow.canvas, left, pos=_cell(flow, 2, 5, 7, 9))
    assert clicked.args == ["relu1", 5, 7, 9]


def test_a_click_on_a_heading_tells_the_layer(flow: LayerFlow, qtbot: QtBot) -> None:
    layout = flow.canvas.flow_layout
    assert layout is not None
    heading = layout.blocks[3].heading
    with qtbot.waitSignal(flow.layer_clicked) as clicked:
        position = QPoint(heading.x + 6, heading.y + 6)
        qtbot.mouseClick(flow.canvas, Qt.MouseButton.LeftButton, pos=position)
    assert clicked.args == ["pool1"]


def test_a_click_on_a_logit_tells_its_class(flow: LayerFlow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(flow.channel_clicked) as clicked:
        left = Qt.MouseButton.LeftButton
        qtbot.mouseClick(flow.canvas, left, pos=_cell(flow, 4, 7, 0, 0))
    assert clicked.args == ["dense1", 7, None, None]


def test_the_mouse_reads_channels_and_logits(flow: LayerFlow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(flow.hovered) as hovered:
        qtbot.mouseMove(flow.canvas, _cell(flow, 1, 2, 3, 4))
    assert hovered.args[0].startswith("conv1 · channel 3 · (3, 4) = ")
    with qtbot.waitSignal(flow.hovered) as hovered:
        qtbot.mouseMove(flow.canvas, _cell(flow, 4, 7, 0, 0))
    assert hovered.args[0].startswith("logits · class 7 = +0.")


def test_the_selected_channel_is_outlined_and_nothing_else_is(flow: LayerFlow) -> None:
    before = flow.canvas.grab().toImage()
    flow.set_selected("relu1", 2)
    layout = flow.canvas.flow_layout
    assert layout is not None
    box = layout.blocks[2].channel_box(2)
    edge = QPoint(box.x + 1, box.y + 20)
    assert flow.canvas.grab().toImage().pixelColor(edge) == DARK.accent
    flow.set_selected(None)
    assert flow.canvas.grab().toImage() == before


def test_a_selection_that_the_network_does_not_have_is_ignored(flow: LayerFlow) -> None:
    before = flow.canvas.grab().toImage()
    flow.set_selected("conv9", 0)
    flow.set_selected("conv1", 99)
    assert flow.canvas.grab().toImage() == before


def test_arrows_walk_through_channels_and_on_to_the_next_layer(flow: LayerFlow, qtbot: QtBot) -> None:
    told: list[tuple[str, int]] = []
    flow.channel_clicked.connect(lambda layer, channel, row, column: told.append((layer, channel)))
    flow.channel_clicked.connect(lambda layer, channel, row, column: flow.set_selected(layer, channel))
    qtbot.keyClick(flow, Qt.Key.Key_Down)
    qtbot.keyClick(flow, Qt.Key.Key_Right)
    assert told == [("input", 0), ("conv1", 0)]
    qtbot.keyClick(flow, Qt.Key.Key_Left)
    assert told[-1] == ("input", 0)
    flow.set_selected("dense1", 9)
    qtbot.keyClick(flow, Qt.Key.Key_Down)
    assert told[-1] == ("dense1", 9)


def test_enter_goes_deeper_into_the_selected_channel(flow: LayerFlow, qtbot: QtBot) -> None:
    flow.set_selected("conv1", 3)
    with qtbot.waitSignal(flow.channel_activated) as activated:
        qtbot.keyClick(flow, Qt.Key.Key_Return)
    assert activated.args == ["conv1", 3]


def test_ctrl_and_the_wheel_zoom_and_a_double_click_beside_fits_again(flow: LayerFlow, qtbot: QtBot) -> None:
    fitted = flow.canvas.size()
    place = QPointF(100, 100)
    turn = QWheelEvent(
        place,
        flow.canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(flow.canvas, turn)
    assert flow.zoom == pytest.approx(1.25**2)
    assert flow.canvas.width() > fitted.width()
    double_click(flow.canvas, QPoint(2, 2))
    assert flow.zoom == 1
    assert flow.canvas.size() == fitted


def test_the_same_network_with_other_numbers_stays_where_it_is(flow: LayerFlow) -> None:
    before = flow.canvas.flow_layout
    flow.show_layers(_layers(seed=1))
    assert flow.canvas.flow_layout is before


def test_another_network_is_laid_out_anew(flow: LayerFlow) -> None:
    flow.show_layers(_layers()[:3])
    layout = flow.canvas.flow_layout
    assert layout is not None
    assert len(layout.blocks) == 3
    flow.canvas.grab()


def test_the_empty_flow_says_what_will_be_here(qtbot: QtBot, themes: ThemeManager) -> None:
    flow = shown(qtbot, LayerFlow(themes), 880, 520)
    blank = flow.grab().toImage()
    flow.set_empty_text("Draw a digit to see it go through the network.")
    assert flow.grab().toImage() != blank
    flow.show_layers(_layers())
    flow.show_layers(())
    assert flow.layers == ()


def test_copying_gives_every_number_of_every_layer(flow: LayerFlow, qtbot: QtBot) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(flow, Qt.Key.Key_C, both)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "input input channel 1"
    assert "relu1 channel 8" in lines
    assert lines[-11] == "logits, probabilities"
    assert flow.picture().width() == 2 * flow.canvas.width()


def test_a_theme_change_recolours_the_pictures(flow: LayerFlow, themes: ThemeManager) -> None:
    dark = flow.canvas.grab().toImage()
    themes.set_mode("light")
    light = flow.canvas.grab().toImage()
    assert light.pixelColor(1, 1).lightness() > dark.pixelColor(1, 1).lightness()


def _turn(flow: LayerFlow, place: QPointF, notches: int) -> None:
    turn = QWheelEvent(
        place,
        flow.canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(flow.canvas, turn)


def test_one_can_zoom_down_to_a_single_pixel_and_it_stays_under_the_mouse(flow: LayerFlow) -> None:
    hit = FlowHit(1, 3, 7, 9)
    in_window = flow.canvas.mapTo(flow, flow.canvas.place_of(hit))
    for _ in range(20):
        _turn(flow, flow.canvas.mapFrom(flow, in_window), 1)
    layout = flow.canvas.flow_layout
    assert layout is not None
    grid = layout.blocks[1].grid
    assert grid is not None
    assert grid.cell / layout.dpr > 100
    now = flow.canvas.mapFrom(flow, in_window)
    assert flow.canvas.hit_at(QPointF(now)) == hit
    # The colour of the pixel under the mouse, seen through its number at the corner of the cell.
    image = flow.grab().toImage()
    box = layout.blocks[1].cell_box(3, 7, 9)
    corner = flow.canvas.mapTo(flow, QPointF(box.x + 6, box.y + 6) / layout.dpr)
    tiles = flow.layers[1].tiles
    assert tiles is not None
    lut = DARK.lut(tiles.role, tiles.signed)
    wanted = lut[tile_indices(tiles)[3, 0, 7, 9]][:3].tolist()
    found = image.pixelColor(corner.toPoint()).getRgb()[:3]
    assert found == pytest.approx(wanted, abs=3)
    # A picture of it has the size of what is seen, not of the whole.
    assert flow.picture().width() <= 2 * flow.width()


def test_the_number_of_a_pixel_is_written_into_it_from_close_up(flow: LayerFlow) -> None:
    in_window = flow.canvas.mapTo(flow, flow.canvas.place_of(FlowHit(1, 3, 7, 9)))
    for _ in range(20):
        _turn(flow, flow.canvas.mapFrom(flow, in_window), 1)
    layout = flow.canvas.flow_layout
    assert layout is not None
    box = layout.blocks[1].cell_box(3, 7, 9)
    middle = flow.canvas.place_of(FlowHit(1, 3, 7, 9)).toPoint()
    assert box.width > 60
    image = flow.canvas.grab(QRect(middle - QPoint(30, 20), QSize(60, 40))).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(60) for y in range(40)}
    assert len(colours) > 3


def test_keys_zoom_about_the_selected_pixel_and_fit_again(flow: LayerFlow, qtbot: QtBot) -> None:
    flow.set_selected("conv1", 2, (4, 4))
    for _ in range(3):
        qtbot.keyClick(flow, Qt.Key.Key_Plus)
    assert flow.zoom == pytest.approx(1.25**3)
    qtbot.keyClick(flow, Qt.Key.Key_Minus)
    assert flow.zoom == pytest.approx(1.25**2)
    qtbot.keyClick(flow, Qt.Key.Key_0)
    assert flow.zoom == 1


def test_pointing_tells_the_channel_once_and_lights_are_painted_and_read_out(
    flow: LayerFlow, qtbot: QtBot
) -> None:
    told: list[object] = []
    read: list[str] = []
    flow.pointed.connect(told.append)
    flow.hovered.connect(read.append)
    for column in (5, 6):
        qtbot.mouseMove(flow.canvas, _cell(flow, 2, 3, 4, column))
    assert told == [("relu1", 3)]
    before = flow.grab().toImage()
    flow.show_lights({"conv1": np.array([1.0] + [0.0] * 7)}, "fed by conv1 1")
    assert read[-1].endswith("· fed by conv1 1")
    assert flow.grab().toImage() != before
    qtbot.mouseMove(flow.canvas, QPoint(1, 1))
    assert told[-1] is None


def test_a_network_that_does_not_fit_shows_some_channels_until_all_are_asked_for(
    qtbot: QtBot, themes: ThemeManager
) -> None:
    wide = NetworkSpec((1, 28, 28), (Conv2D(96, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
    flow = shown(qtbot, LayerFlow(themes), 700, 300)
    flow.offer_fitting()
    values = {name: np.ones(shape, np.float32) for name, shape in wide.shapes.items()}
    flow.show_layers(layer_tiles(wide, values))
    layout = flow.canvas.flow_layout
    assert layout is not None
    assert layout.blocks[1].grid is not None
    assert layout.blocks[1].grid.shown < 96
    button = flow.findChild(QToolButton, "layer_flow_all")
    assert button is not None
    button.click()
    layout = flow.canvas.flow_layout
    assert layout is not None
    assert layout.blocks[1].grid is not None
    assert layout.blocks[1].grid.shown == 96


def test_bars_and_their_numbers_are_of_one_frame(flow: LayerFlow, themes: ThemeManager, qtbot: QtBot) -> None:
    QApplication.processEvents()
    # Sooner than words are written anew.
    flow.show_layers(_layers(1))
    flow.show_layers(_layers(2))
    fresh = shown(qtbot, LayerFlow(themes), 880, 520)
    fresh.show_layers(_layers(2))
    pictures = []
    for each in (flow, fresh):
        layout = each.canvas.flow_layout
        assert layout is not None
        body = layout.blocks[-1].body
        pictures.append(each.canvas.grab(QRect(body.x + 2, body.y + 2, body.width, body.height)).toImage())
    assert pictures[0] == pictures[1]
