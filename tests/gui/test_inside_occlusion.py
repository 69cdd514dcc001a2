"""A patch on the picture: laid by hand, answered at once, with curves, a map and words."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QSpinBox

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from engine.drawing import Drawing, Stroke
from engine.functional import softmax
from engine.inspect.occlusion import Patch
from engine.inspect.saliency import occlude
from gui.frames import compute_frame
from gui.pages.inside.page import InsidePage
from gui.selection import Selection
from gui.theme import DARK, ThemeManager
from tests.gui.frame_samples import INK, frame_of, sets_of
from tests.gui.hosting import shown
from tests.gui.pointing import drag, move

OTHER = Drawing((Stroke(((0.2, 0.4, 0.1), (0.8, 0.6, 0.1))),), name="another")
COLOURED = NetworkSpec((3, 28, 28), (Conv2D(2, 3), ReLU(), Flatten(), Dense(3)), classes=("a", "b", "c"))


@pytest.fixture
def page(qtbot):
    made = InsidePage(ThemeManager("dark"), sets_of(np.zeros((2, 28, 28), np.uint8)))
    shown(qtbot, made, 1000, 900)
    made.enter(True)
    made.show_part("occlusion")
    yield made
    made.close_workers()


@pytest.fixture
def part(qtbot, page):
    page.show_frame(frame_of())
    settled(qtbot, page.parts.occlusion)
    return page.parts.occlusion


def settled(qtbot, part):
    qtbot.waitUntil(lambda: part.is_settled, timeout=20_000)


def pixel(part, row, column):
    """The point in the middle of a pixel of the picture."""
    box = part.board.picture.box()
    cell = box.width() / part.board.picture.size_of_picture[1]
    return QPointF(box.left() + (column + 0.5) * cell, box.top() + (row + 0.5) * cell).toPoint()


def answer_by_hand(frame, patch):
    picture = frame.picture.copy()
    top, left = max(patch.top, 0), max(patch.left, 0)
    picture[:, top : patch.top + patch.side, left : patch.left + patch.side] = patch.fill
    return softmax(Network.from_parameters(frame.spec, frame.parameters).forward(picture[None])[0])


def turn_on_map(qtbot, part):
    part.tools.findChild(QCheckBox, "patch_map").setChecked(True)
    settled(qtbot, part)


def test_the_bars_show_the_answer_without_and_under_the_patch(part):
    frame = frame_of()
    assert part.patch == Patch(14, 14, 5, 0.0)
    before, after = part.board.bars.shown
    np.testing.assert_allclose(before, frame.probabilities, atol=1e-6)
    np.testing.assert_allclose(after, answer_by_hand(frame, part.patch), atol=1e-5)
    assert not np.allclose(before, after)


def test_the_patch_is_dragged_where_it_is_held(qtbot, part):
    picture = part.board.picture
    # Held at a pixel beside its middle, it does not jump there.
    drag(picture, pixel(part, 15, 13), pixel(part, 10, 20))
    assert (part.patch.row, part.patch.column) == (9, 21)
    settled(qtbot, part)
    np.testing.assert_allclose(part.board.bars.shown[1], answer_by_hand(frame_of(), part.patch), atol=1e-5)


def test_a_click_elsewhere_brings_it_there_and_the_edge_keeps_its_middle(part):
    picture = part.board.picture
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=pixel(part, 2, 25))
    assert (part.patch.row, part.patch.column) == (2, 25)
    drag(picture, pixel(part, 2, 25), pixel(part, -9, 60))
    assert (part.patch.row, part.patch.column) == (0, 27)
    assert picture.patch_box().right() > picture.box().right()
    # Let go of, it stays.
    move(picture, pixel(part, 20, 20))
    assert (part.patch.row, part.patch.column) == (0, 27)


def test_arrow_keys_move_it_by_a_pixel(part):
    picture = part.board.picture
    for key, wanted in (
        (Qt.Key.Key_Left, (14, 13)),
        (Qt.Key.Key_Up, (13, 13)),
        (Qt.Key.Key_Right, (13, 14)),
        (Qt.Key.Key_Down, (14, 14)),
    ):
        QTest.keyClick(picture, key)
        assert (part.patch.row, part.patch.column) == wanted
    QTest.keyClick(picture, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (part.patch.row, part.patch.column) == (14, 19)


def turn(part, notches, modifier):
    picture, place = part.board.picture, QPointF(pixel(part, 5, 5))
    event = QWheelEvent(
        place,
        picture.mapToGlobal(place),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(picture, event)


def test_its_side_is_chosen_and_turned_with_ctrl(qtbot, part):
    part.tools.findChild(QSpinBox, "patch_side").setValue(8)
    assert part.patch == Patch(14, 14, 8, 0.0)
    turn(part, 3, Qt.KeyboardModifier.ControlModifier)
    assert part.patch.side == 11
    turn(part, 3, Qt.KeyboardModifier.NoModifier)
    assert part.patch.side == 11
    # Half notches of a fine wheel add up, and there is a smallest and a largest.
    turn(part, -0.5, Qt.KeyboardModifier.ControlModifier)
    turn(part, -0.5, Qt.KeyboardModifier.ControlModifier)
    assert part.patch.side == 10
    turn(part, 40, Qt.KeyboardModifier.ControlModifier)
    assert part.patch.side == 14
    turn(part, -40, Qt.KeyboardModifier.ControlModifier)
    assert part.patch.side == 1
    settled(qtbot, part)
    np.testing.assert_allclose(part.board.bars.shown[1], answer_by_hand(frame_of(), part.patch), atol=1e-5)


@pytest.mark.parametrize(("index", "fill"), [(0, 0.0), (1, 1.0), (2, 0.5)])
def test_it_covers_with_paper_ink_or_grey(qtbot, part, index, fill):
    choice = part.tools.findChild(QComboBox, "patch_fill")
    choice.setCurrentIndex(index)
    choice.activated.emit(index)
    settled(qtbot, part)
    assert part.patch.fill == fill
    np.testing.assert_allclose(part.board.bars.shown[1], answer_by_hand(frame_of(), part.patch), atol=1e-5)
    image, place = part.board.picture.grab().toImage(), pixel(part, 14, 14)
    red, green, blue, _ = DARK.picture_lut[round(254 * fill)].tolist()
    assert image.pixelColor(place) == QColor(red, green, blue)


def test_a_changed_answer_is_said_in_words(qtbot, page):
    spec = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
    network = Network(spec, 1)
    plain = frame_of()
    ink = float(plain.picture.sum())
    # The logit of 7 is a fifth of the ink, that of 1 a little less than of all of it.
    network.parameters["dense1.weight"][...] = 0
    network.parameters["dense1.weight"][7] = 0.2
    network.parameters["dense1.bias"][1] = 0.2 * ink - 1
    subject = replace(plain.subject, key="by hand", spec=spec, parameters=network.parameters.frozen())
    page.show_frame(compute_frame(subject, INK, Network(spec), None))
    part = page.parts.occlusion
    part.tools.findChild(QSpinBox, "patch_side").setValue(14)
    settled(qtbot, part)
    fall = 0.2 * float(plain.picture[:, part.patch.top :, part.patch.left :][:, :14, :14].sum())
    assert fall > 2
    logits = np.array([*np.zeros(8), 0.2 * ink - 1])
    before = softmax(np.append(logits, 0.2 * ink))[9]
    after = softmax(np.append(logits, 0.2 * ink - fall))[8]
    assert part.board.answer.text == f"7, {100 * before:.1f} % → 1, {100 * after:.1f} %"
    assert part.board.drop.text == f"the logit of 7 falls by {fall:.2f}"


def test_the_curves_go_along_the_row_and_the_column_of_the_patch(qtbot, part):
    QTest.mouseClick(part.board.picture, Qt.MouseButton.LeftButton, pos=pixel(part, 9, 17))
    settled(qtbot, part)
    frame = frame_of()
    for curves, place in ((part.board.along_row, (9, 3)), (part.board.along_column, (21, 17))):
        values = curves._values
        assert values.shape == (28, 10)
        wanted = answer_by_hand(frame, part.patch.at(*place, (28, 28)))
        np.testing.assert_allclose(values[3 if curves is part.board.along_row else 21], wanted, atol=1e-5)
    assert int(frame.logits.argmax()) in part.board.along_row.drawn


def test_a_curve_is_a_way_to_drag_the_patch(qtbot, part):
    row = part.board.along_row
    drag(row, row.point_of(4, 0.5).toPoint(), row.point_of(20, 0.5).toPoint())
    assert (part.patch.row, part.patch.column) == (14, 20)
    column = part.board.along_column
    QTest.mouseClick(column, Qt.MouseButton.LeftButton, pos=column.point_of(3, 0.2).toPoint())
    assert (part.patch.row, part.patch.column) == (3, 20)
    QTest.keyClick(column, Qt.Key.Key_Right)
    assert (part.patch.row, part.patch.column) == (4, 20)
    told = []
    part.hovered.connect(told.append)
    move(row, row.point_of(6, 0.3).toPoint())
    assert told[-1].startswith("Middle of the patch in column 6: ")
    assert part.board.picture._ghost == (4, 6)


def test_another_class_is_followed_until_it_is_clicked_again(qtbot, part):
    answer = int(frame_of().logits.argmax())
    other = (answer + 3) % 10
    bars = part.board.bars
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(other).center().toPoint())
    settled(qtbot, part)
    assert f"the logit of {other} " in part.board.drop.text
    assert other in part.board.along_row.drawn
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(other).center().toPoint())
    settled(qtbot, part)
    assert f"the logit of {answer} " in part.board.drop.text


def test_the_heat_map_is_the_fall_of_the_logit_at_every_place(qtbot, part):
    plain = part.board.picture.grab().toImage()
    turn_on_map(qtbot, part)
    frame, picture = frame_of(), part.board.picture
    network = Network.from_parameters(frame.spec, frame.parameters)
    label = int(frame.logits.argmax())
    wanted = occlude(network, frame.picture, 5, 1).drop(np.asarray(frame.logits), label)
    assert picture._drop.shape == (28, 28)
    np.testing.assert_allclose(picture._drop, wanted, atol=1e-4)
    assert picture.grab().toImage() != plain
    told = []
    part.hovered.connect(told.append)
    move(picture, pixel(part, 14, 14))
    assert f"with the patch here the logit of {label} " in told[-1]
    part.tools.findChild(QCheckBox, "patch_map").setChecked(False)
    assert picture.grab().toImage() == plain


def test_the_map_follows_the_patch_that_is_chosen_not_where_it_lies(qtbot, part):
    turn_on_map(qtbot, part)
    first = part.board.picture._drop
    QTest.keyClick(part.board.picture, Qt.Key.Key_Right)
    settled(qtbot, part)
    assert part.board.picture._drop is first
    part.tools.findChild(QSpinBox, "patch_side").setValue(9)
    settled(qtbot, part)
    assert not np.allclose(part.board.picture._drop, first)


def test_the_patch_keeps_its_place_when_the_drawing_changes(qtbot, page, part):
    QTest.mouseClick(part.board.picture, Qt.MouseButton.LeftButton, pos=pixel(part, 6, 8))
    settled(qtbot, part)
    before = part.board.bars.shown[1]
    page.show_frame(frame_of(drawing=OTHER))
    settled(qtbot, part)
    assert (part.patch.row, part.patch.column) == (6, 8)
    assert not np.allclose(part.board.bars.shown[1], before)


def test_a_blank_canvas_says_what_to_do(qtbot, page, part):
    turn_on_map(qtbot, part)
    page.show_frame(frame_of(drawing=Drawing(())))
    settled(qtbot, part)
    assert part.board.is_empty
    assert part.board.bars.shown is None
    labels = [label.text() for label in part.board.findChildren(QLabel)]
    assert any(text.startswith("Draw a digit: ") for text in labels)
    page.show_frame(frame_of())
    settled(qtbot, part)
    assert not part.board.is_empty
    assert part.board.bars.shown is not None


def test_a_coloured_picture_is_painted_in_its_colours(qtbot, page):
    frame = frame_of(spec=COLOURED, key="coloured")
    picture = np.zeros((3, 28, 28), np.float32)
    picture[0] = 1
    page.show_frame(replace(frame, picture=picture))
    part = page.parts.occlusion
    turn_on_map(qtbot, part)
    part.tools.findChild(QCheckBox, "patch_map").setChecked(False)
    image = part.board.picture.grab().toImage()
    assert image.pixelColor(pixel(part, 3, 3)) == QColor(255, 0, 0)
    assert image.pixelColor(pixel(part, 14, 14)) == QColor(0, 0, 0)
    assert part.tools.findChild(QComboBox, "patch_fill").currentText() == "black"
    assert part.board.bars.shown[1].shape == (3,)


def test_while_a_network_trains_steps_are_looked_at_seldom_and_the_hand_at_once(qtbot, page, part):
    frames = [frame_of(seed=seed) for seed in range(2, 8)]
    drawing = part._view.frame.drawing
    page.set_training(True)
    asked = []
    part._here.request = lambda laid: asked.append(laid.frame.subject.step)
    for frame in frames:
        page.show_frame(replace(frame, drawing=drawing))
    assert len(asked) <= 1
    count = len(asked)
    QTest.keyClick(part.board.picture, Qt.Key.Key_Up)
    assert len(asked) == count + 1
    page.show_frame(frame_of(drawing=OTHER))
    assert len(asked) == count + 2
    part._looks._timer.stop()


def test_what_is_late_of_another_network_is_not_shown(qtbot, page, part):
    late = []
    part._here.made.connect(late.append)
    QTest.keyClick(part.board.picture, Qt.Key.Key_Up)
    settled(qtbot, part)
    page.show_frame(frame_of(spec=COLOURED, key="another"))
    settled(qtbot, part)
    shown_now = part.board.bars.shown[1]
    part._on_answer(late[0])
    assert part.board.bars.shown[1] is shown_now


def test_a_part_that_nobody_sees_asks_for_nothing(qtbot, page):
    page.show_part("ledger")
    page.show_frame(frame_of())
    qtbot.wait(50)
    assert page.parts.occlusion.patch is None
    assert page.parts.occlusion.is_settled


def test_what_is_on_its_way_when_nobody_looks_any_more_asks_for_nothing_further(qtbot, page, part):
    late = []
    part._mapping.made.connect(late.append)
    turn_on_map(qtbot, part)
    assert [heat.asked.is_coarse for heat in late] == [True, False]
    page.show_part("ledger")
    part._on_heat(late[0])
    assert part.is_settled
    page.show_part("occlusion")
    settled(qtbot, part)
    assert part.board.picture._drop.shape == (28, 28)


def test_the_tools_of_other_parts_take_no_room_from_the_caption(page):
    wide = page.parts.patterns.tools.minimumSizeHint().width()
    assert page._tools.minimumSizeHint().width() < wide
    page.show_part("patterns")
    assert page._tools.minimumSizeHint().width() >= wide


def test_selecting_a_channel_does_not_move_the_patch(qtbot, page, part):
    QTest.keyClick(part.board.picture, Qt.Key.Key_Up)
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv2", "channel", 1))
    settled(qtbot, part)
    assert (part.patch.row, part.patch.column) == (13, 14)


def test_numbers_are_copied_of_the_bars_the_curves_and_the_map(qtbot, part):
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    board = part.board

    def copied(widget):
        QTest.keyClick(widget, Qt.Key.Key_C, both)
        return [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]

    table = copied(board.bars)
    assert table[0] == ["class", "before", "covered"]
    assert len(table) == 11
    assert float(table[4][2]) == pytest.approx(float(board.bars.shown[1][3]), rel=1e-5)
    table = copied(board.along_column)
    assert table[0] == ["row", *(str(label) for label in range(10))]
    assert len(table) == 29
    covered = np.array(copied(board.picture), float)
    assert covered.shape == (28, 28)
    assert not covered[12:17, 12:17].any()
    turn_on_map(qtbot, part)
    np.testing.assert_allclose(np.array(copied(board.picture), float), board.picture._drop, rtol=1e-4)
