"""The wall of tiles: what it shows, says and tells."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.inspect.tiles import TileSet, channel_tiles, filter_tiles
from gui.theme import DARK, LIGHT, ThemeManager
from gui.widgets.tile_geometry import Box
from gui.widgets.tile_wall import TileWall
from tests.gui.hosting import double_click, shown


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeManager]:
    manager = ThemeManager("dark")
    yield manager
    manager.deleteLater()


@pytest.fixture
def wall(qtbot: QtBot, themes: ThemeManager) -> TileWall:
    return shown(qtbot, TileWall(themes), 880, 200)


def _filters(scale: float = 1.0, *, count: int = 8, slices: int = 1) -> TileSet:
    weight = np.linspace(-1, 1, count * slices * 9, dtype=np.float32)
    return filter_tiles("conv1", weight.reshape(count, slices, 3, 3), scale)


def _centre(wall: TileWall, box: Box) -> QPoint:
    layout = wall.tile_layout
    assert layout is not None
    x = wall.picture_origin.x() + (box.x + box.width / 2) / layout.dpr
    y = wall.picture_origin.y() + (box.y + box.height / 2) / layout.dpr
    return QPoint(round(x), round(y))


def _cell(wall: TileWall, tile: int, row: int, column: int, index: int = 0) -> QPoint:
    assert wall.tile_layout is not None
    return _centre(wall, wall.tile_layout.cell_box(tile, index, row, column))


def _shot(wall: TileWall) -> QImage:
    return wall.grab().toImage()


def _near(first: QColor, second: QColor) -> bool:
    return (
        max(
            abs(first.red() - second.red()),
            abs(first.green() - second.green()),
            abs(first.blue() - second.blue()),
        )
        <= 2
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_weight_is_painted_in_the_colour_of_its_sign_and_strength(
    wall: TileWall, themes: ThemeManager, theme: object
) -> None:
    themes.set_mode("dark" if theme is DARK else "light")
    weight = np.zeros((8, 1, 3, 3), np.float32)
    weight[0, 0, 0, 0], weight[0, 0, 0, 2] = -1, 1
    wall.resize(500, 120)  # too small for numbers in cells
    wall.show_tiles(filter_tiles("conv1", weight, 1.0))
    shot = _shot(wall)
    assert _near(shot.pixelColor(_cell(wall, 0, 0, 0)), themes.theme.negative)
    assert _near(shot.pixelColor(_cell(wall, 0, 0, 2)), themes.theme.positive)
    assert _near(shot.pixelColor(_cell(wall, 0, 1, 1)), themes.theme.panel)


def test_tiles_do_not_move_while_numbers_change(wall: TileWall) -> None:
    wall.show_tiles(_filters())
    before = wall.tile_layout
    for scale in (0.001, 3.0, 1000.0):
        wall.show_tiles(_filters(scale))
        assert wall.tile_layout is before


def test_a_click_tells_the_tile_and_the_cell(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    with qtbot.waitSignal(wall.tile_clicked) as clicked:
        qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=_cell(wall, 2, 1, 2))
    assert clicked.args == [2, 1, 2]


def test_a_click_on_a_caption_tells_the_tile_alone(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    assert wall.tile_layout is not None
    tile = wall.tile_layout.tile_box(3)
    with qtbot.waitSignal(wall.tile_clicked) as clicked:
        position = _centre(wall, Box(tile.x, tile.y, tile.width, 8))
        qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=position)
    assert clicked.args == [3, None, None]


def test_a_click_between_tiles_tells_nothing(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    with qtbot.assertNotEmitted(wall.tile_clicked):
        qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=QPoint(5, 195))


def test_enter_and_double_click_go_deeper(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    with qtbot.waitSignal(wall.tile_activated) as activated:
        double_click(wall, _cell(wall, 4, 1, 1))
    assert activated.args == [4]
    wall.set_selected(6)
    with qtbot.waitSignal(wall.tile_activated) as activated:
        qtbot.keyClick(wall, Qt.Key.Key_Return)
    assert activated.args == [6]


def test_arrows_walk_the_grid_and_stop_at_its_edge(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    told: list[int] = []
    wall.tile_clicked.connect(lambda tile, row, column: told.append(tile))
    wall.tile_clicked.connect(lambda tile, row, column: wall.set_selected(tile))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(wall, key)
    assert told == [0, 1, 0, 0]


def test_the_mouse_reads_name_place_and_value(wall: TileWall, qtbot: QtBot) -> None:
    weight = np.zeros((8, 1, 3, 3), np.float32)
    weight[2, 0, 1, 2] = -0.25
    wall.show_tiles(filter_tiles("conv1", weight, 1.0))
    with qtbot.waitSignal(wall.hovered) as hovered:
        qtbot.mouseMove(wall, _cell(wall, 2, 1, 2))
    assert hovered.args == ["conv1 · filter 3 · (1, 2) = −0.25"]


def test_a_deep_filter_names_the_input_channel(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(filter_tiles("conv2", np.full((4, 8, 3, 3), 0.5, np.float32), 1.0))
    with qtbot.waitSignal(wall.hovered) as hovered:
        qtbot.mouseMove(wall, _cell(wall, 1, 0, 0, index=5))
    assert hovered.args == ["conv2 · filter 2 · input channel 6 · (0, 0) = 0.50"]


def test_the_wall_keeps_no_selection_of_its_own(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=_cell(wall, 2, 1, 1))
    assert wall.selected is None


def test_the_selected_tile_is_outlined_in_the_accent(wall: TileWall) -> None:
    wall.show_tiles(_filters())
    wall.set_selected(2)
    assert wall.tile_layout is not None
    box = wall.tile_layout.tile_box(2)
    edge = _centre(wall, Box(box.x, box.y + 40, 2, 2))
    assert _near(_shot(wall).pixelColor(edge), DARK.accent)


def test_numbers_stand_in_cells_that_are_large_enough(wall: TileWall) -> None:
    weight = np.zeros((1, 1, 3, 3), np.float32)
    wall.resize(600, 400)
    wall.show_tiles(filter_tiles("conv1", weight, 1.0))
    assert wall.tile_layout is not None
    box = wall.tile_layout.cell_box(0, 0, 1, 1)
    centre = _centre(wall, box)
    cell = _shot(wall).copy(centre.x() - 20, centre.y() - 8, 40, 16)
    colours = {cell.pixelColor(x, y).name() for x in range(40) for y in range(16)}
    assert len(colours) > 4


def test_the_title_says_how_many_tiles_have_room(wall: TileWall, qtbot: QtBot) -> None:
    wall.resize(320, 140)
    wall.show_tiles(channel_tiles("relu1", np.zeros((400, 26, 26), np.float32), signed=False))
    assert wall.tile_layout is not None
    assert f"{wall.tile_layout.shown} of 400 shown" in wall.accessibleDescription()


def test_the_empty_wall_says_what_will_be_here(wall: TileWall) -> None:
    blank = _shot(wall)
    wall.set_empty_text("Filters will be here. Press play.")
    assert _shot(wall) != blank
    assert "Press play" in wall.accessibleDescription()


def test_clearing_takes_the_tiles_away(wall: TileWall) -> None:
    wall.show_tiles(_filters())
    assert wall.accessibleName() == "conv1 · 8 filters of 1×3×3"
    wall.clear()
    assert wall.tiles is None
    assert wall.tile_layout is None


def test_many_frames_paint_their_text_few_times(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    told: list[str] = []
    qtbot.mouseMove(wall, _cell(wall, 2, 1, 2))
    wall.hovered.connect(told.append)
    for _ in range(50):
        wall.show_tiles(_filters())
    assert len(told) <= 1
    qtbot.waitUntil(lambda: bool(told), timeout=2000)
    assert len(told) == 1


def test_copying_gives_the_picture_at_twice_the_size(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    qtbot.keyClick(wall, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 2 * wall.width()


def test_copying_numbers_gives_tab_separated_rows(wall: TileWall, qtbot: QtBot) -> None:
    wall.show_tiles(_filters())
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(wall, Qt.Key.Key_C, both)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "conv1 filter 1"
    assert [float(value) for value in lines[1].split("\t")] == pytest.approx([-1, -0.971831, -0.943662])
    assert len(lines) == 8 * 4


def test_small_pictures_below_each_tile_do_not_change_its_colours(wall: TileWall) -> None:
    wall.resize(880, 160)
    wall.show_tiles(_filters(), start=_filters(2.0), change=_filters(4.0))
    assert wall.tile_layout is not None
    assert wall.tile_layout.preview_cell > 0
    small = wall.tile_layout.preview_box(7, 0, 0)
    corner = _centre(wall, Box(small.x + small.width - 3, small.y + small.height - 3, 2, 2))
    half = DARK.weight_lut[190]
    found = _shot(wall).pixelColor(corner)
    assert abs(found.red() - int(half[0])) <= 4
