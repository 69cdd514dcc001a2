"""The canvas: every way of drawing on it."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QInputDevice, QMouseEvent, QPainter, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.drawing import Backdrop, Drawing, Stroke, rasterize
from gui.pad.canvas import LARGEST_BRUSH, SMALLEST_BRUSH, Canvas
from gui.pad.ink import paint_path, screen_path
from gui.pad.picture_reading import grey_of
from gui.theme import DARK, LIGHT, ThemeManager
from tests.gui.hosting import double_click

SIDE = 200
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def themes(qapp):
    return ThemeManager("light")


@pytest.fixture
def canvas(qtbot, themes):
    widget = Canvas(themes)
    qtbot.addWidget(widget)
    widget.resize(SIDE, SIDE)
    widget.show()
    yield widget
    # Where a test ends in the middle of a stroke.
    QTest.mouseRelease(widget, LEFT)


def drag(canvas, *points, button=LEFT, release=True):
    QTest.mousePress(canvas, button, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    if release:
        QTest.mouseRelease(canvas, button, pos=QPoint(*points[-1]))


def shown(canvas, x, y):
    image = canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(int(x * ratio), int(y * ratio)).name()


def test_a_drag_becomes_one_stroke_in_fractions_of_the_side(canvas):
    strokes = []
    canvas.stroke_finished.connect(strokes.append)
    drag(canvas, (20, 100), (100, 100), (180, 40))
    assert len(strokes) == 1
    assert strokes[0].points[0][:2] == (0.1, 0.5)
    assert strokes[0].points[-1][:2] == (0.9, 0.2)
    assert strokes[0].points[0][2] == canvas.brush
    assert canvas.drawing.strokes == (strokes[0],)


def test_every_movement_previews_the_drawing_so_far(canvas):
    previews = []
    canvas.preview_changed.connect(previews.append)
    drag(canvas, (20, 100), (60, 100), (100, 100), release=False)
    assert [len(drawing.strokes[-1].points) for drawing in previews] == [1, 2, 3]
    assert canvas.drawing.strokes == ()


def test_a_click_without_movement_is_a_dot(canvas):
    drag(canvas, (100, 100))
    assert canvas.drawing.strokes == (Stroke(((0.5, 0.5, canvas.brush),)),)
    assert shown(canvas, 100, 100) == LIGHT.ink.name()


def test_a_double_click_is_two_dots(canvas):
    drag(canvas, (100, 100))
    double_click(canvas, QPoint(100, 100))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(100, 100))
    assert len(canvas.drawing.strokes) == 2


def test_ink_is_on_the_screen_before_the_pen_is_lifted(canvas):
    drag(canvas, (20, 100), (180, 100), release=False)
    assert shown(canvas, 100, 100) == LIGHT.ink.name()
    assert canvas.is_drawing


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_lifting_the_pen_changes_no_pixel(canvas, button):
    canvas.set_drawing(Drawing(strokes=(Stroke(((0.2, 0.2, 0.1), (0.8, 0.8, 0.1))),)))
    path = [(20, 100), (60, 90), (100, 110), (140, 60), (60, 60), (180, 150)]
    drag(canvas, *path, button=button, release=False)
    QApplication.processEvents()
    growing = canvas.grab().toImage()
    QTest.mouseRelease(canvas, button, pos=QPoint(*path[-1]))
    canvas.show_ring(None, 0)
    finished = canvas.grab().toImage()
    canvas.show_ring(QPointF(*path[-1]), canvas.brush * (1.5 if button == RIGHT else 1))
    assert canvas.grab().toImage() == growing
    assert finished != growing


@pytest.mark.parametrize("pressure", [False, True])
def test_a_line_painted_tile_by_tile_looks_like_one_painted_whole(qapp, pressure):
    turns = np.linspace(0, 12, 60)
    points = tuple(
        (0.5 + 0.035 * t * np.cos(t), 0.5 + 0.035 * t * np.sin(t), 0.03 + pressure * 0.004 * t)
        for t in turns.tolist()
    )
    path = screen_path(Stroke(points), SIDE)
    whole, tiled = (QImage(SIDE, SIDE, QImage.Format.Format_RGB32) for _ in range(2))
    for image, tile in ((whole, SIDE), (tiled, 25)):
        image.fill(LIGHT.paper)
        painter = QPainter(image)
        for x in range(0, SIDE, tile):
            for y in range(0, SIDE, tile):
                painter.setClipRect(x, y, tile, tile)
                paint_path(painter, path, LIGHT.ink, QRectF(x, y, tile, tile))
        painter.end()
    difference = np.abs(grey_of(whole).astype(int) - grey_of(tiled))
    assert difference.max() <= 8


def test_only_what_the_stroke_touches_is_painted_again(canvas, qtbot):
    drag(canvas, (20, 20), (40, 20), release=False)
    QApplication.processEvents()
    painted = []
    paint = canvas.paintEvent

    def remember(event):
        painted.append(event.rect())
        paint(event)

    canvas.paintEvent = remember
    QTest.mouseMove(canvas, QPoint(60, 24))
    qtbot.waitUntil(lambda: bool(painted))
    assert painted[0].width() < 100
    assert painted[0].height() < 60


def test_the_right_button_erases(canvas):
    drag(canvas, (20, 100), (180, 100))
    drag(canvas, (100, 60), (100, 140), button=RIGHT)
    assert [stroke.erases for stroke in canvas.drawing.strokes] == [False, True]
    assert shown(canvas, 100, 100) == LIGHT.paper.name()
    assert shown(canvas, 30, 100) == LIGHT.ink.name()


def test_the_eraser_tool_makes_the_left_button_erase(canvas):
    canvas.set_tool("eraser")
    drag(canvas, (100, 100))
    assert canvas.drawing.strokes[0].erases


def test_a_second_button_does_not_disturb_a_stroke(canvas):
    QTest.mousePress(canvas, LEFT, pos=QPoint(20, 100))
    QTest.mousePress(canvas, RIGHT, pos=QPoint(50, 100))
    QTest.mouseRelease(canvas, RIGHT, pos=QPoint(60, 100))
    assert canvas.is_drawing
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(180, 100))
    assert [stroke.erases for stroke in canvas.drawing.strokes] == [False]


def test_a_stroke_goes_on_outside_and_is_clipped(canvas):
    drag(canvas, (100, 100), (300, 100), (300, -100), (100, -100), (100, 40))
    points = canvas.drawing.strokes[0].points
    assert max(x for x, _, _ in points) == 1.5
    assert min(y for _, y, _ in points) == -0.5
    assert shown(canvas, 195, 100) == LIGHT.ink.name()
    assert shown(canvas, 195, 20) == LIGHT.paper.name()


def test_escape_ends_the_stroke_and_the_rest_of_the_movement_draws_nothing(canvas, qtbot):
    drag(canvas, (20, 100), (100, 100), release=False)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseMove(canvas, QPoint(180, 180))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(180, 180))
    assert len(canvas.drawing.strokes) == 1
    assert canvas.drawing.strokes[0].points[-1][:2] == (0.5, 0.5)


def test_losing_the_focus_or_the_window_ends_the_stroke(canvas):
    drag(canvas, (20, 100), (100, 100), release=False)
    canvas.hide()
    assert not canvas.is_drawing
    assert len(canvas.drawing.strokes) == 1


def test_the_screen_agrees_with_what_the_network_gets(canvas):
    drag(canvas, (30, 40), (100, 30), (170, 50), (120, 110), (90, 180))
    canvas.clearFocus()
    QTest.mouseMove(canvas, QPoint(-5, -5))
    image = canvas.grab().toImage().scaled(SIDE, SIDE)
    pixels = np.array([[image.pixelColor(x, y).value() for x in range(SIDE)] for y in range(SIDE)])
    inner = (slice(30, 190), slice(20, 180))
    screen = (pixels[inner] < 128).astype(float)
    network = rasterize(canvas.drawing, SIDE)[inner] > 0.5
    assert np.mean(screen != network) < 0.004


def test_it_says_what_to_do_until_there_is_ink(canvas):
    def colours():
        image = canvas.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(40, 160) for y in range(40, 160)}

    assert len(colours()) > 1
    canvas.set_drawing(Drawing(strokes=(Stroke(((0.01, 0.01, 0.02),)),)))
    assert colours() == {LIGHT.paper.name()}


def test_it_follows_the_theme(canvas, themes):
    drag(canvas, (100, 100))
    themes.set_mode("dark")
    assert shown(canvas, 100, 100) == DARK.ink.name()
    themes.set_mode("light")


def test_undoing_outside_shows_the_older_drawing(canvas):
    drag(canvas, (100, 100))
    canvas.set_drawing(Drawing())
    assert shown(canvas, 102, 130) == LIGHT.paper.name()
    assert canvas.drawing.strokes == ()


def test_a_stroke_survives_an_undo_in_its_middle(canvas):
    drag(canvas, (100, 30))
    drag(canvas, (20, 100), (100, 100), release=False)
    canvas.set_drawing(Drawing())
    QTest.mouseMove(canvas, QPoint(180, 100))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(180, 100))
    assert len(canvas.drawing.strokes) == 1
    assert canvas.drawing.strokes[0].points[0][:2] == (0.1, 0.5)


def test_its_own_preview_coming_back_is_not_drawn_twice(canvas):
    canvas.preview_changed.connect(canvas.set_drawing)
    drag(canvas, (20, 100), (100, 100), (180, 100))
    assert len(canvas.drawing.strokes) == 1


def test_a_backdrop_is_shown_under_the_strokes(canvas):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[:14] = 255
    canvas.set_drawing(Drawing(backdrop=Backdrop(pixels, exact=True)))
    assert shown(canvas, 100, 90) == LIGHT.ink.name()
    assert shown(canvas, 100, 110) == LIGHT.paper.name()


@pytest.mark.parametrize(("key", "larger"), [("]", True), ("[", False)])
def test_brackets_change_the_brush_within_limits(canvas, qtbot, key, larger):
    before = canvas.brush
    with qtbot.waitSignal(canvas.brush_changed):
        qtbot.keyClicks(canvas, key)
    assert (canvas.brush > before) == larger
    qtbot.keyClicks(canvas, key * 30)
    assert canvas.brush == (LARGEST_BRUSH if larger else SMALLEST_BRUSH)


def pen(canvas, kind, x, y, pressure, pointer=QPointingDevice.PointerType.Pen):
    device = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        pointer,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )
    position = QPointF(x, y)
    lifted = kind == QEvent.Type.TabletRelease
    event = QTabletEvent(
        kind, device, position, QPointF(canvas.mapToGlobal(position)), pressure, 0, 0, 0, 0, 0,
        Qt.KeyboardModifier.NoModifier, LEFT, Qt.MouseButton.NoButton if lifted else LEFT,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize(("sensitive", "wider"), [(True, True), (False, False)])
def test_pressure_widens_the_line_if_it_is_switched_on(canvas, sensitive, wider):
    canvas.set_pressure_sensitive(sensitive)
    pen(canvas, QEvent.Type.TabletPress, 20, 100, 0.1)
    pen(canvas, QEvent.Type.TabletMove, 180, 100, 0.9)
    pen(canvas, QEvent.Type.TabletRelease, 180, 100, 0.0)
    (stroke,) = canvas.drawing.strokes
    assert (stroke.points[-1][2] > stroke.points[0][2]) == wider


def test_the_eraser_end_of_a_pen_erases(canvas):
    pen(canvas, QEvent.Type.TabletPress, 20, 100, 0.5, QPointingDevice.PointerType.Eraser)
    pen(canvas, QEvent.Type.TabletRelease, 20, 100, 0.0, QPointingDevice.PointerType.Eraser)
    assert canvas.drawing.strokes[0].erases


def test_a_mouse_event_made_from_a_pen_is_not_a_second_stroke(canvas):
    pen(canvas, QEvent.Type.TabletPress, 20, 100, 0.5)
    pen(canvas, QEvent.Type.TabletRelease, 20, 100, 0.0)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, QPointF(20, 100), QPointF(20, 100), QPointF(20, 100), LEFT, LEFT,
            Qt.KeyboardModifier.NoModifier, Qt.MouseEventSource.MouseEventSynthesizedBySystem,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
    assert len(canvas.drawing.strokes) == 1


@pytest.fixture
def touch_screen(qapp):
    return QTest.createTouchDevice()


def test_a_finger_draws_and_a_second_one_does_not(canvas, touch_screen):
    QTest.touchEvent(canvas, touch_screen).press(0, QPoint(20, 100)).commit()
    QTest.touchEvent(canvas, touch_screen).move(0, QPoint(100, 100)).press(1, QPoint(150, 150)).commit()
    QTest.touchEvent(canvas, touch_screen).release(0, QPoint(180, 100)).release(1, QPoint(150, 150)).commit()
    (stroke,) = canvas.drawing.strokes
    # The simulated screen counts from the window's frame.
    assert stroke.points[0][:2] == pytest.approx((0.1, 0.5), abs=0.02)
    assert stroke.points[-1][:2] == pytest.approx((0.9, 0.5), abs=0.02)
