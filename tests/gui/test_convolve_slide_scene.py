"""The slide: what it shows, where it lets the person put the filter, and what it says."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine.kernels import kernel
from engine.lab.examples import example_seven, four_edges
from engine.lab.run import contributions, run_layer
from engine.lab.values import Filter, Geometry, LabLayer
from gui.pages.convolve.slide_look import SceneLook
from gui.pages.convolve.slide_scene import SlideScene
from gui.theme import DARK, LIGHT, ThemeManager
from tests.gui.hosting import double_click, shown
from tests.gui.pointing import drag, move, turn_wheel

GREY = SceneLook(("grey",), output_name="top edge", output_scale=2.9)
RGB = SceneLook(("red", "green", "blue"), ("red", "green", "blue"), output_scale=3.0, part_scale=3.0)


@pytest.fixture
def themes(qtbot):
    """Begin dark."""
    return ThemeManager("dark")


@pytest.fixture
def seven():
    """Run the top-edge filter over the seven."""
    return run_layer(LabLayer(four_edges().filters[:1]), example_seven())


@pytest.fixture
def scene(qtbot, themes, seven):
    """Show the slide of the seven."""
    made = shown(qtbot, SlideScene(themes), 620, 330)
    made.show_result(seven, 0, None, GREY)
    made.place_chosen.connect(made.set_place)
    return made


def rgb_result(**geometry):
    picture = np.stack([example_seven()[0] * strength for strength in (1.0, 0.5, 0.25)])
    weight = np.repeat(kernel("top-edge").values[None], 3, axis=0)
    return run_layer(LabLayer((Filter("edge", weight, 0.25),), Geometry(**geometry)), picture)


def brightest(result):
    """Find the row and column of the largest output pixel."""
    return divmod(int(result.outputs[0].argmax()), result.positions[1])


def middle(scene, box, row, column):
    """Where a cell's middle is in the widget."""
    x, y, w, h = box.span(row, column)
    offset, dpr = scene.scene_offset, scene.devicePixelRatioF()
    return QPoint(int((x + w / 2 + offset.x()) / dpr), int((y + h / 2 + offset.y()) / dpr))


def colour(scene, box, row, column):
    """The colour a little beside the middle of a cell."""
    dpr = scene.devicePixelRatioF()
    point = middle(scene, box, row, column)
    image = scene.grab().toImage()
    return image.pixelColor(int(point.x() * dpr), int(point.y() * dpr)).name()


def test_without_a_result_it_says_what_will_be_here(qtbot, themes):
    empty = shown(qtbot, SlideScene(themes), 620, 330)
    empty.set_place(3)
    assert empty.slide_layout is None
    assert not empty.grab().isNull()


def test_the_output_is_filled_up_to_the_present_place_and_hollow_after_it(scene, seven):
    output = scene.slide_layout.output
    row, column = brightest(seven)
    scene.set_place(row * 26 + column - 2)
    assert colour(scene, output, row, column) != DARK.accent.name()
    scene.set_place(row * 26 + column + 2)
    assert colour(scene, output, row, column) == DARK.accent.name()


def test_what_was_computed_stays_when_the_owner_says_so(scene, seven):
    scene.set_place(0, 675)
    assert colour(scene, scene.slide_layout.output, *brightest(seven)) == DARK.accent.name()


def test_hovering_an_output_pixel_puts_the_filter_on_its_patch(scene, qtbot):
    output = scene.slide_layout.output
    with qtbot.waitSignal(scene.place_chosen) as chosen:
        move(scene, middle(scene, output, 8, 12))
    assert chosen.args == [8 * 26 + 12]
    assert scene.position == 220


def test_while_it_plays_only_a_click_moves_the_filter(scene, qtbot):
    scene.set_hover_chooses(False)
    at = middle(scene, scene.slide_layout.output, 8, 12)
    with qtbot.assertNotEmitted(scene.place_chosen):
        move(scene, at)
    with qtbot.waitSignal(scene.place_chosen):
        qtbot.mouseClick(scene, Qt.MouseButton.LeftButton, pos=at)


def test_clicking_and_dragging_on_the_input_moves_the_filter_there(scene):
    box = scene.slide_layout.inputs[0]
    chosen = []
    scene.place_chosen.connect(chosen.append)
    drag(scene, middle(scene, box, 9, 13), middle(scene, box, 27, 27))
    assert chosen[0] == 8 * 26 + 12
    assert chosen[-1] == 26 * 26 - 1
    move(scene, middle(scene, box, 3, 3))
    assert chosen[-1] == 26 * 26 - 1


def test_the_keyboard_reaches_every_position(scene, qtbot):
    chosen = []
    scene.place_chosen.connect(chosen.append)
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_End,
        Qt.Key.Key_Up,
        Qt.Key.Key_Home,
    ):
        qtbot.keyClick(scene, key)
    assert chosen == [1, 27, 26, 675, 649, 0]
    qtbot.keyClick(scene, Qt.Key.Key_Left)
    assert len(chosen) == 6


def test_the_pixel_under_the_mouse_is_told_and_read_out(scene):
    pixels, words = [], []
    scene.pixel_hovered.connect(pixels.append)
    scene.hovered.connect(words.append)
    scene.set_place(8 * 26 + 12)
    box = scene.slide_layout.inputs[0]
    value = f"{example_seven()[0, 8, 12]:.4f}"
    move(scene, middle(scene, box, 8, 12))
    assert pixels == [(0, 8, 12)]
    assert words[-1] == f"grey · (8, 12) = {value} × −1.0000"
    move(scene, middle(scene, box, 2, 2))
    assert words[-1] == "grey · (2, 2) = 0.0000"
    QApplication.sendEvent(scene, QEvent(QEvent.Type.Leave))
    assert (pixels[-1], words[-1]) == (None, "")


def test_an_output_pixel_is_read_out_once_it_is_computed(scene):
    words = []
    scene.hovered.connect(words.append)
    scene.set_hover_chooses(False)
    move(scene, middle(scene, scene.slide_layout.output, 7, 12))
    assert words[-1] == "top edge · (7, 12) is not computed yet"
    scene.set_place(7 * 26 + 12)
    assert words[-1].startswith("top edge · (7, 12) = ")


def test_a_border_pixel_says_what_it_is(scene):
    words = []
    scene.hovered.connect(words.append)
    result = run_layer(
        LabLayer(four_edges().filters[:1], Geometry(padding=2, border="replicate")), example_seven()
    )
    scene.show_result(result, 0, None, GREY)
    move(scene, middle(scene, scene.slide_layout.inputs[0], -2, 3))
    assert words[-1].endswith("· repeated border")


def test_the_wheel_zooms_at_the_mouse_and_a_double_click_fits_again(scene, qtbot):
    box = scene.slide_layout.inputs[0]
    at = middle(scene, box, 9, 13)
    before = scene.slide_layout
    for _ in range(4):
        turn_wheel(scene, at, 1)
    zoomed = scene.slide_layout.inputs[0]
    assert zoomed.cell > box.cell
    assert (middle(scene, zoomed, 9, 13) - at).manhattanLength() <= 2 + zoomed.cell / 2
    double_click(scene, at)
    assert scene.slide_layout == before


def test_small_turns_of_a_touchpad_add_up(scene):
    cell = scene.slide_layout.inputs[0].cell
    at = middle(scene, scene.slide_layout.inputs[0], 9, 13)
    for _ in range(3):
        turn_wheel(scene, at, 0.125)
    assert scene.slide_layout.inputs[0].cell == cell
    turn_wheel(scene, at, 0.125)
    assert scene.slide_layout.inputs[0].cell > cell


@pytest.mark.parametrize(
    ("button", "modifiers"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_dragging_moves_the_scene_and_not_the_filter(scene, qtbot, button, modifiers):
    start = middle(scene, scene.slide_layout.inputs[0], 9, 13)
    before = scene.scene_offset
    with qtbot.assertNotEmitted(scene.place_chosen):
        drag(scene, start, start + QPoint(40, -24), button, modifiers)
    assert scene.scene_offset - before == QPoint(40, -24)
    qtbot.keyClick(scene, Qt.Key.Key_F)
    assert scene.scene_offset == before


def test_the_scene_cannot_be_lost(scene):
    for _ in range(20):
        drag(scene, QPoint(300, 150), QPoint(20, 20), Qt.MouseButton.MiddleButton)
    layout, offset = scene.slide_layout, scene.scene_offset
    assert offset.x() + layout.width > 0
    assert offset.y() + layout.height > 0


def test_keys_zoom_and_move_the_scene_too(scene, qtbot):
    cell = scene.slide_layout.inputs[0].cell
    qtbot.keyClick(scene, Qt.Key.Key_Plus)
    assert scene.slide_layout.inputs[0].cell > cell
    before = scene.scene_offset
    qtbot.keyClick(scene, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert scene.scene_offset.x() < before.x()
    qtbot.keyClick(scene, Qt.Key.Key_Minus)
    assert scene.slide_layout.inputs[0].cell == cell


def test_the_zoom_stays_while_the_person_draws_and_goes_with_another_size(scene, seven):
    scene.zoom_by(3)
    cell = scene.slide_layout.inputs[0].cell
    scene.show_result(seven, 0, None, GREY)
    assert scene.slide_layout.inputs[0].cell == cell
    small = run_layer(seven.layer, example_seven()[:, 4:24, 4:24])
    scene.show_result(small, 0, None, GREY)
    scene.set_place(10_000)
    assert scene.position == 18 * 18 - 1
    layout = scene.slide_layout
    assert layout.width <= scene.width()


def test_figures_are_written_into_large_cells(scene):
    scene.set_place(675)
    box = scene.slide_layout.inputs[0]

    def colours():
        image = scene.grab().toImage()
        x, y, w, h = scene.slide_layout.inputs[0].span(9, 13)
        offset = scene.scene_offset
        return {
            image.pixelColor(x + offset.x() + i, y + offset.y() + j).name()
            for i in range(2, w - 2)
            for j in range(2, h - 2)
        }

    scene.set_place(0)
    assert len(colours()) == 1
    scene.zoom_by(7, QPointF(middle(scene, box, 9, 13)))
    assert len(colours()) > 3


def test_several_channels_have_contributions_that_fill_too(scene):
    result = rgb_result()
    parts = contributions(result, 0)
    scene.show_result(result, 0, parts, RGB)
    layout = scene.slide_layout
    assert len(layout.inputs) == len(layout.parts) == 3
    scene.set_place(7 * 26 + 25)
    words = []
    scene.hovered.connect(words.append)
    move(scene, middle(scene, layout.parts[1], 7, 12))
    assert words[-1] == f"from green · (7, 12) = {parts[1, 7, 12]:.4f}"
    assert colour(scene, layout.parts[0], 7, 16) != colour(scene, layout.parts[0], 20, 16)


def test_contributions_that_are_not_known_are_hollow(scene):
    scene.show_result(rgb_result(), 0, None, RGB)
    scene.set_place(300)
    words = []
    scene.hovered.connect(words.append)
    move(scene, middle(scene, scene.slide_layout.parts[0], 7, 12))
    assert words[-1].endswith("not computed yet")


def test_winners_are_marked_once_their_window_is_complete(scene):
    layer = LabLayer(four_edges().filters[:1], relu=True, pool=2)
    result = run_layer(layer, example_seven())
    scene.show_result(result, 0, None, GREY)
    upper = np.argwhere(result.winners[0, 0::2, 0::2])
    row, column = (2 * upper[len(upper) // 2]).tolist()
    output = scene.slide_layout.output
    last = (row + 1) * 26 + column + 1
    scene.set_place(last - 1)
    assert colour(scene, output, row, column) != DARK.text.name()
    scene.set_place(last)
    assert colour(scene, output, row, column) == DARK.text.name()


def test_the_output_can_be_shown_after_its_relu(scene, seven):
    dark_edge = np.unravel_index(seven.outputs[0].argmin(), seven.outputs[0].shape)
    scene.set_place(675)
    below = colour(scene, scene.slide_layout.output, *dark_edge)
    rectified = run_layer(LabLayer(seven.layer.filters, relu=True), example_seven())
    look = SceneLook(("grey",), output_name="top edge", output_scale=3.0, show_relu=True)
    scene.show_result(rectified, 0, None, look)
    assert below != DARK.panel.name()
    assert colour(scene, scene.slide_layout.output, *dark_edge) == DARK.panel.name()


def test_the_classic_palette_is_black_grey_and_white(scene, seven):
    scene.show_result(seven, 0, None, SceneLook(("grey",), classic=True, output_scale=3.0))
    scene.set_place(675)
    assert colour(scene, scene.slide_layout.output, 0, 0) == "#808080"
    assert colour(scene, scene.slide_layout.inputs[0], 1, 20) == "#000000"


def test_the_marked_pixel_is_outlined_in_the_accent(scene):
    box = scene.slide_layout.inputs[0]

    def beside():
        image = scene.grab().toImage()
        x, y, _, h = box.span(20, 3)
        return image.pixelColor(x + scene.scene_offset.x() - 1, y + h // 2 + scene.scene_offset.y()).name()

    assert beside() != DARK.accent.name()
    scene.set_marked_pixel(0, 20, 3)
    assert beside() == DARK.accent.name()
    scene.set_marked_pixel(None)
    assert beside() != DARK.accent.name()


@pytest.mark.parametrize(
    "geometry",
    [
        {"padding": "same"},
        {"padding": 3, "border": "reflect", "stride": (3, 2)},
        {"dilation": (4, 4)},
        {"stride": (8, 8), "padding": 10},
    ],
)
def test_every_geometry_can_be_shown_at_its_first_and_last_place(scene, geometry):
    result = rgb_result(**geometry)
    scene.show_result(result, 0, contributions(result, 0), RGB)
    for place in (0, result.positions[0] * result.positions[1] - 1):
        scene.set_place(place)
        assert not scene.grab().isNull()


def test_it_follows_the_theme(scene, themes):
    before = colour(scene, scene.slide_layout.inputs[0], 2, 2)
    themes.set_mode("light")
    assert before == DARK.panel.name()
    assert colour(scene, scene.slide_layout.inputs[0], 2, 2) == LIGHT.panel.name()


def test_the_picture_and_the_numbers_can_be_copied(scene, qtbot, seven):
    scene.setFocus()
    qtbot.keyClick(scene, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 2 * scene.width()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(scene, Qt.Key.Key_C, both)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert np.array(rows, float) == pytest.approx(seven.outputs[0], abs=1e-5)
    move(scene, middle(scene, scene.slide_layout.inputs[0], 2, 2))
    qtbot.keyClick(scene, Qt.Key.Key_C, both)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 28


def test_another_size_lets_go_of_the_pixel_under_the_mouse(scene):
    pixels = []
    scene.pixel_hovered.connect(pixels.append)
    move(scene, middle(scene, scene.slide_layout.inputs[0], 27, 27))
    scene.show_result(run_layer(four_edges(), example_seven()[:, :9, :9]), 0, None, GREY)
    assert pixels == [(0, 27, 27), None]


def test_a_cleared_slide_is_empty_and_silent(scene, qtbot):
    scene.clear()
    assert scene.slide_layout is None
    with qtbot.assertNotEmitted(scene.place_chosen):
        qtbot.keyClick(scene, Qt.Key.Key_Right)
        qtbot.mouseClick(scene, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert not scene.grab().isNull()


def test_it_is_usable_in_its_least_size(scene):
    scene.resize(scene.minimumSizeHint())
    layout = scene.slide_layout
    assert layout.width <= scene.width()
    assert layout.height <= scene.height()
    assert not scene.grab().isNull()
