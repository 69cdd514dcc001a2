"""The cells of a kernel: dragged, turned by the wheel, typed, pasted."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from gui.pages.convolve.kernel_editor import KernelEditor
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

EDGE = np.array([[-1.0, -1, -1], [1, 1, 1], [0, 0, 0]])
LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def editor(qtbot):
    widget = shown(qtbot, KernelEditor(ThemeManager("dark")), 132, 132)
    widget.show_slice(EDGE, 1.0, False, "top edge")
    widget.setFocus()
    yield widget
    # Where a test ends in the middle of a drag.
    QTest.mouseRelease(widget, LEFT)


@pytest.fixture
def edits(editor):
    told = []
    editor.edited.connect(lambda weight, text, continues: told.append((weight, text, continues)))
    return told


@pytest.fixture
def said(editor):
    said = []
    editor.hovered.connect(said.append)
    return said


def middle(editor, row, column):
    return editor.cell_rect(row, column).center().toPoint()


def drag(editor, cell, pixels, *, modifier=Qt.KeyboardModifier.NoModifier, release=True):
    """Drag a cell up by so many pixels, pixel by pixel."""
    start = middle(editor, *cell)
    QTest.mousePress(editor, LEFT, pos=start)
    for step in range(1, abs(pixels) + 1):
        place = QPointF(start) - QPointF(0, step if pixels > 0 else -step)
        move(editor, place, LEFT, modifier)
    if release:
        QTest.mouseRelease(editor, LEFT, pos=start - QPoint(0, pixels))


def move(editor, place, button, modifier):
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, editor.mapToGlobal(place), Qt.MouseButton.NoButton, button, modifier
    )
    QGuiApplication.sendEvent(editor, event)


def turn_wheel(widget, place, notches=1, *, modifier=Qt.KeyboardModifier.NoModifier, at=1000):
    """Turn the wheel over a widget; tells whether it took the turn."""
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.setTimestamp(at)
    event.ignore()
    QGuiApplication.sendEvent(widget, event)
    return event.isAccepted()


def wheel(editor, cell, notches, **turn):
    return turn_wheel(editor, QPointF(middle(editor, *cell)), notches, **turn)


def test_dragging_up_adds_a_twentieth_every_four_pixels_as_one_gesture(editor, edits):
    drag(editor, (2, 1), 12)
    values = [round(float(weight[2, 1]), 3) for weight, _, _ in edits]
    assert values == [0.05, 0.1, 0.15]
    assert [continues for _, _, continues in edits] == [False, True, True]
    assert edits[0][1] == "Change weight (2, 1)"


def test_dragging_down_with_shift_is_ten_times_finer(editor, edits):
    drag(editor, (2, 1), -8, modifier=SHIFT)
    assert edits[-1][0][2, 1] == pytest.approx(-0.01)


def test_the_other_cells_stay_and_the_weights_that_were_shown_too(editor, edits):
    drag(editor, (0, 0), 4)
    changed = edits[-1][0]
    assert changed[0, 0] == -0.95
    changed[0, 0] = -1
    np.testing.assert_array_equal(changed, EDGE)
    assert EDGE[0, 0] == -1


def test_two_drags_are_two_gestures(editor, edits):
    drag(editor, (2, 0), 4)
    drag(editor, (2, 0), 4)
    assert [continues for _, _, continues in edits] == [False, False]


def test_escape_gives_a_drag_up(editor, edits):
    drag(editor, (0, 1), 20, release=False)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert edits[-1][0][0, 1] == -1
    assert edits[-1][2]
    move(editor, QPointF(middle(editor, 0, 1)) - QPointF(0, 40), LEFT, Qt.KeyboardModifier.NoModifier)
    assert edits[-1][0][0, 1] == -1


LEARNED = np.random.default_rng(3).normal(0, 1, (3, 3))


def test_escape_gives_every_decimal_back_and_tells_nothing_that_was_not_told(editor, edits):
    editor.show_slice(LEARNED, 1.0, False)
    drag(editor, (1, 1), 1, release=False)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert edits == []
    drag(editor, (1, 1), 20, release=False)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(edits[-1][0], LEARNED)
    assert [continues for _, _, continues in edits] == [False, *[True] * (len(edits) - 1)]


def test_looking_at_a_number_of_many_decimals_does_not_round_it(editor, edits):
    editor.show_slice(LEARNED, 1.0, False)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClick(editor.findChild(QLineEdit, "cell_line"), Qt.Key.Key_Return)
    drag(editor, (0, 0), 1)
    assert edits == []


def test_a_gesture_ends_when_the_weights_change_by_themselves(editor, edits):
    wheel(editor, (2, 2), 1, at=1000)
    told = edits[-1][0]
    editor.show_slice(told, 1.0, False)
    wheel(editor, (2, 2), 1, at=1100)
    editor.show_slice(EDGE, 1.0, False)
    wheel(editor, (2, 2), 1, at=1200)
    assert [continues for _, _, continues in edits] == [False, True, False]


def test_a_drag_ends_when_it_is_undone_and_goes_on_from_what_a_network_has_learned(editor, edits):
    drag(editor, (2, 0), 8, release=False)
    editor.show_slice(EDGE, 1.0, False)
    count = len(edits)
    move(editor, QPointF(middle(editor, 2, 0)) - QPointF(0, 40), LEFT, Qt.KeyboardModifier.NoModifier)
    assert len(edits) == count
    QTest.mouseRelease(editor, LEFT, pos=middle(editor, 2, 0))
    QTest.mousePress(editor, LEFT, pos=middle(editor, 2, 0))
    editor.show_slice(EDGE + 0.5, 1.0, False)
    move(editor, QPointF(middle(editor, 2, 0)) - QPointF(0, 4), LEFT, Qt.KeyboardModifier.NoModifier)
    weight, _, continues = edits[-1]
    np.testing.assert_allclose(weight[2], [0.55, 0.5, 0.5])
    assert not continues


def test_the_wheel_steps_by_a_tenth_finely_and_by_one(editor, edits):
    assert wheel(editor, (2, 2), 1)
    wheel(editor, (2, 2), 1, modifier=SHIFT)
    wheel(editor, (2, 2), -1, modifier=CONTROL)
    assert [float(weight[2, 2]) for weight, _, _ in edits] == [0.1, 0.11, -0.89]


def test_notches_in_quick_succession_on_one_cell_are_one_gesture(editor, edits):
    wheel(editor, (2, 2), 1, at=1000)
    wheel(editor, (2, 2), 1, at=1300)
    wheel(editor, (2, 2), 1, at=5000)
    wheel(editor, (2, 1), 1, at=5100)
    assert [continues for _, _, continues in edits] == [False, True, False, False]


def test_a_wheel_beside_the_cells_is_left_to_the_column(editor, edits):
    editor.show_slice(np.ones((1, 3)), 1.0, False)
    assert not turn_wheel(editor, QPointF(66, 4))
    assert edits == []


def test_typing_a_number_opens_a_line_and_enter_puts_it_in(editor, edits):
    QTest.keyClicks(editor, "2")
    line = editor.findChild(QLineEdit, "cell_line")
    assert line.isVisible()
    assert line.text() == "2"
    QTest.keyClicks(line, ",5")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert not line.isVisible()
    assert edits[-1][0][0, 0] == 2.5
    assert editor.current == (0, 0)
    assert editor.hasFocus()


def test_a_minus_before_the_digits_is_a_sign_in_the_same_step_of_undo(editor, edits):
    editor.show_slice(np.zeros((3, 3)), 1.0, False)
    QTest.keyClicks(editor, "-")
    QTest.keyClicks(editor, "3")
    line = editor.findChild(QLineEdit, "cell_line")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert edits[-1][0][0, 0] == -3
    assert [continues for _, _, continues in edits] == [False, True]


def test_plus_and_minus_step(editor, edits):
    QTest.keyClicks(editor, "++-")
    assert [round(float(weight[0, 0]), 3) for weight, _, _ in edits] == [-0.9, -0.8, -0.9]


def test_tab_commits_and_goes_on_to_the_next_cell(editor, edits):
    QTest.keyClick(editor, Qt.Key.Key_F2)
    line = editor.findChild(QLineEdit, "cell_line")
    assert line.selectedText() == "-1"
    QTest.keyClicks(line, "4")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert editor.current == (0, 1)
    assert line.isVisible()
    QTest.keyClicks(line, "5")
    QTest.keyClick(line, Qt.Key.Key_Backtab)
    assert editor.current == (0, 0)
    assert edits[-1][0][0].tolist() == [4, 5, -1]


def test_tab_in_the_last_cell_closes_the_line(editor, edits):
    QTest.mouseClick(editor, LEFT, pos=middle(editor, 2, 2))
    QTest.keyClicks(editor, "7")
    line = editor.findChild(QLineEdit, "cell_line")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert not line.isVisible()
    assert edits[-1][0][2, 2] == 7


def test_escape_gives_up_what_was_typed(editor, edits):
    QTest.keyClicks(editor, "9")
    line = editor.findChild(QLineEdit, "cell_line")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert not line.isVisible()
    assert edits == []


@pytest.mark.parametrize("text", ["2x", "1e9", "5..5"])
def test_what_is_no_number_stays_open_and_is_said(editor, edits, said, text):
    QTest.keyClicks(editor, text[0])
    line = editor.findChild(QLineEdit, "cell_line")
    QTest.keyClicks(line, text[1:])
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.isVisible()
    assert said[-1] == f"A number up to a million was wanted, got “{text}”."
    assert edits == []


def test_arrows_move_and_stop_at_the_sides(editor, edits):
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(editor, key)
    assert editor.current == (2, 1)
    assert edits == []


def test_delete_makes_a_cell_zero_and_twice_is_once(editor, edits):
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert [float(weight[0, 0]) for weight, _, _ in edits] == [0.0]


def test_digits_and_signs_do_not_reach_the_shortcuts_of_the_window(editor, edits, qtbot):
    action = QAction("page", editor.parentWidget())
    action.setShortcuts(["1", "-", "Delete"])
    editor.parentWidget().addAction(action)
    ran = []
    action.triggered.connect(ran.append)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    QTest.keyClicks(editor, "-")
    QTest.keyClicks(editor, "1")
    assert ran == []
    QTest.keyClick(editor.findChild(QLineEdit, "cell_line"), Qt.Key.Key_Return)
    assert edits[-1][0][0, 0] == -1


def test_numbers_are_copied_and_pasted(editor, edits):
    QTest.keyClick(editor, Qt.Key.Key_C, CONTROL | SHIFT)
    assert QGuiApplication.clipboard().text() == "-1\t-1\t-1\n1\t1\t1\n0\t0\t0"
    editor.show_slice(np.zeros((3, 3)), 1.0, False)
    QTest.keyClick(editor, Qt.Key.Key_V, CONTROL)
    np.testing.assert_array_equal(edits[-1][0], EDGE)
    assert edits[-1][1:] == ("Paste weights", False)


def test_the_picture_is_copied(editor):
    QTest.keyClick(editor, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().image().width() == 264


def test_a_kernel_of_another_size_is_handed_on(editor, edits, qtbot):
    QGuiApplication.clipboard().setText("1\t2\n3\t4")
    with qtbot.waitSignal(editor.pasted) as pasted:
        QTest.keyClick(editor, Qt.Key.Key_V, CONTROL)
    assert pasted.args[1].shape == (1, 2, 2)
    assert edits == []


def test_pasting_words_is_explained(editor, edits, said):
    QGuiApplication.clipboard().setText("a seven")
    QTest.keyClick(editor, Qt.Key.Key_V, CONTROL)
    assert said[-1].startswith("There are no numbers of a kernel on the clipboard")
    assert edits == []


def test_the_cell_under_the_pointer_is_read_out(editor, said, qtbot):
    qtbot.mouseMove(editor, middle(editor, 0, 2))
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1] == "top edge · (0, 2) = −1.000"
    editor.show_slice(EDGE * 0.5, 1.0, False, "top edge")
    assert said[-1] == "top edge · (0, 2) = −0.500"


def test_a_marked_cell_is_outlined_and_let_go(editor):
    def corner(cell):
        place = editor.cell_rect(*cell).topLeft().toPoint() + QPoint(1, 1)
        return editor.grab().toImage().pixelColor(place).name()

    plain = corner((1, 1))
    editor.mark(1, 1)
    assert corner((1, 1)) == DARK.text.name()
    editor.mark(None)
    assert corner((1, 1)) == plain


def test_cells_are_square_whole_device_pixels(editor):
    for shape in ((3, 3), (1, 11), (11, 4), (7, 7)):
        editor.show_slice(np.zeros(shape), 1.0, False)
        rect = editor.cell_rect(0, 0)
        assert rect.width() == rect.height() == round(rect.width())
        last = editor.cell_rect(shape[0] - 1, shape[1] - 1)
        assert editor.rect().toRectF().contains(last)


def test_a_smaller_kernel_keeps_the_current_cell_inside(editor, edits):
    QTest.mouseClick(editor, LEFT, pos=middle(editor, 2, 2))
    editor.show_slice(np.ones((2, 1)), 1.0, False)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.current == (1, 0)
    assert edits[-1][0].tolist() == [[1], [0]]


def test_a_screen_reader_hears_the_current_cell(editor):
    QTest.keyClick(editor, Qt.Key.Key_Right)
    assert editor.accessibleDescription() == "top edge · (0, 1) = −1.000"


def test_the_classic_palette_paints_minus_one_black(editor):
    editor.show_slice(EDGE, 1.0, True)
    image = editor.grab().toImage()
    place = editor.cell_rect(0, 2).topLeft().toPoint() + QPoint(6, 6)
    assert image.pixelColor(place).name() == "#000000"
