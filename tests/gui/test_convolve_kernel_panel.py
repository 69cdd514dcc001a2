"""One filter as a whole: name, slices, tools, presets, size, bias, and how it is carried."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton

from engine.kernels import KERNELS, kernel, mirrored, turned
from engine.lab.values import Filter
from gui.pages.convolve.kernel_panel import KernelPanel
from gui.pages.convolve.kernel_tools import TOOLS
from gui.pages.convolve.preset_menu import GROUPS
from gui.pages.convolve.turned_kernel import TurnedKernel
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

LEFT = Qt.MouseButton.LeftButton
WEIGHT = np.random.default_rng(5).normal(0, 1, (3, 3, 3)).round(2)
NAMES = ("red", "green", "blue")


def show(panel, one, index=0, *, turned=False, sentence="", names=NAMES):
    panel.show_filter(
        one, index, scale=1.0, classic=False, turned=turned, sentence=sentence, slice_names=names
    )


@pytest.fixture
def panel(qtbot):
    widget = shown(qtbot, KernelPanel(ThemeManager("dark"), np.random.default_rng(1)), 244, 420)
    show(widget, Filter("mine", WEIGHT, 0.5), 1)
    return widget


@pytest.fixture
def edits(panel):
    told = []
    panel.filter_edited.connect(lambda one, text, continues: told.append((one, text, continues)))
    return told


def click(panel, name):
    button = panel.findChild(QToolButton, name)
    QTest.mouseClick(button, LEFT, pos=button.rect().center())


def test_a_cell_edit_changes_the_shown_slice_alone(panel, edits):
    panel.editor.setFocus()
    QTest.keyClick(panel.editor, Qt.Key.Key_Delete)
    one, text, continues = edits[-1]
    assert one.weight[1, 0, 0] == 0
    np.testing.assert_array_equal(one.weight[[0, 2]], WEIGHT[[0, 2]])
    assert (one.name, one.bias, text, continues) == ("mine", 0.5, "Change weight (0, 0)", False)


def test_two_edits_in_a_row_do_not_lose_the_first(panel, edits):
    panel.editor.setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Right, Qt.Key.Key_Delete):
        QTest.keyClick(panel.editor, key)
    assert edits[-1][0].weight[1, 0].tolist() == [0, 0, WEIGHT[1, 0, 2]]


@pytest.mark.parametrize("tool", TOOLS[:-1], ids=lambda tool: tool.name)
def test_a_tool_changes_all_slices(panel, edits, tool):
    click(panel, f"kernel_{tool.name}")
    one, text, _ = edits[-1]
    np.testing.assert_allclose(one.weight, tool.change(WEIGHT, None))
    assert not np.allclose(one.weight, WEIGHT)
    assert text == tool.undo


def test_the_tools_do_what_they_say(panel, edits):
    changed = {}
    for name in ("rotate", "mirror", "normalise", "zero_sum", "random"):
        show(panel, Filter("mine", WEIGHT, 0.5), 1)
        click(panel, f"kernel_{name}")
        changed[name] = edits[-1][0].weight
    np.testing.assert_array_equal(changed["rotate"], turned(WEIGHT))
    np.testing.assert_array_equal(changed["mirror"], mirrored(WEIGHT))
    assert np.abs(changed["normalise"]).sum() == pytest.approx(1)
    np.testing.assert_allclose(changed["zero_sum"].sum(), 0, atol=1e-12)
    assert len(np.unique(changed["random"])) == 27


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_has_a_key_in_its_tooltip_that_works_on_the_cells(panel, edits, tool):
    button = panel.findChild(QToolButton, f"kernel_{tool.name}")
    assert button.toolTip().endswith(f"({tool.key})")
    assert button.accessibleName()
    panel.editor.setFocus()
    QTest.keyClick(panel.editor, Qt.Key(ord(tool.key)))
    assert edits[-1][1] == tool.undo


def test_every_named_filter_is_in_the_menu_once_with_its_sentence(panel):
    listed = [key for _, keys in GROUPS for key in keys]
    assert sorted(listed) == sorted(one.key for one in KERNELS)
    for one in KERNELS:
        action = next(a for a in panel.presets.actions() if a.objectName() == f"preset_{one.key}")
        assert (action.text(), action.toolTip()) == (one.name, one.sentence)


def test_a_preset_of_the_same_size_fills_every_slice_and_keeps_the_bias(panel, edits):
    action = next(a for a in panel.presets.actions() if a.text() == "Sobel x")
    action.trigger()
    one, text, _ = edits[-1]
    assert (one.name, one.bias, text) == ("Sobel x", 0.5, "Use Sobel x")
    for part in one.weight:
        np.testing.assert_array_equal(part, kernel("sobel-x").values)


def test_a_preset_of_another_size_is_for_the_owner_to_put_in(panel, edits, qtbot):
    action = next(a for a in panel.presets.actions() if a.text() == "Gaussian blur")
    with qtbot.waitSignal(panel.kernel_dropped) as told:
        action.trigger()
    assert told.args[0] == "Gaussian blur"
    assert told.args[1].shape == (3, 5, 5)
    assert edits == []


def test_turning_a_kernel_that_is_not_square_is_for_the_owner_too(panel, edits, qtbot):
    show(panel, Filter("flat", np.ones((1, 1, 4))))
    with qtbot.waitSignal(panel.kernel_dropped) as told:
        click(panel, "kernel_rotate")
    assert told.args[1].shape == (1, 4, 1)
    assert edits == []


def test_the_menu_opens_with_a_picture_of_each_and_says_what_is_under_the_pointer(panel, qtbot):
    said = []
    panel.hovered.connect(said.append)
    panel.presets.aboutToShow.emit()
    action = next(a for a in panel.presets.actions() if a.text() == "emboss")
    assert not action.icon().isNull()
    panel.presets.hovered.emit(action)
    assert said == [f"emboss: {kernel('emboss').sentence}"]
    panel.presets.aboutToHide.emit()
    assert said[-1] == ""


def test_a_new_name_is_told_on_enter_and_the_old_one_comes_back_on_escape(panel, edits):
    line = panel.findChild(QLineEdit, "filter_name")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "bright corner")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "mine"
    assert edits == []
    line.selectAll()
    QTest.keyClicks(line, "bright corner")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [(one.name, text) for one, text, _ in edits] == [("bright corner", "Rename filter")]


def test_a_name_that_is_being_typed_stays_until_another_filter_is_shown(panel, edits):
    line = panel.findChild(QLineEdit, "filter_name")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "bright")
    show(panel, Filter("mine", WEIGHT * 2, 0.5), 1)
    assert line.text() == "bright"
    show(panel, Filter("other", WEIGHT), 1)
    assert line.text() == "other"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert edits == []


def test_an_empty_name_is_not_taken(panel, edits):
    line = panel.findChild(QLineEdit, "filter_name")
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "mine"
    assert edits == []


def test_the_bias_is_typed_with_point_or_comma_and_shown_with_a_true_minus(panel, edits):
    line = panel.bias.lineEdit()
    for text in ("-0,25", "-1.5"):
        panel.bias.setFocus()
        panel.bias.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    assert [one.bias for one, _, _ in edits] == [-0.25, -1.5]
    assert line.text() == "−1.50"


def test_a_bias_of_many_decimals_is_not_rounded_by_looking_at_it(panel, edits):
    show(panel, Filter("mine", WEIGHT, 0.123456))
    assert panel.bias.text() == "0.1235"
    panel.bias.setFocus()
    QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    panel.editor.setFocus()
    assert edits == []


def test_words_in_place_of_a_bias_give_the_old_one_back(panel, edits):
    panel.bias.setFocus()
    panel.bias.selectAll()
    QTest.keyClicks(panel.bias, "much")
    QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    assert panel.bias.text() == "0.50"
    assert edits == []


def test_one_number_sets_a_square_size_until_it_is_unlinked(panel):
    sizes = []
    panel.size_chosen.connect(lambda *size: sizes.append(size))
    pair = panel.size_pair
    pair.first.setValue(5)
    QTest.mouseClick(pair.link, LEFT)
    pair.second.setValue(7)
    assert sizes == [(5, 5), (5, 7)]
    QTest.mouseClick(pair.link, LEFT)
    assert sizes[-1] == (5, 5)


def test_a_rectangular_size_shows_unlinked(panel):
    show(panel, Filter("flat", np.ones((1, 2, 5))))
    assert panel.size_pair.value == (2, 5)
    assert not panel.size_pair.link.isChecked()


def test_slices_are_chosen_by_click_and_by_page_keys(panel):
    chosen = []
    panel.slice_chosen.connect(chosen.append)
    place = panel.slices.slice_rect(2).center().toPoint()
    QTest.mouseClick(panel.slices, LEFT, pos=place)
    panel.editor.setFocus()
    QTest.keyClick(panel.editor, Qt.Key.Key_PageUp)
    QTest.keyClick(panel.editor, Qt.Key.Key_PageDown)
    assert chosen == [2, 0, 2]
    assert panel.slices.accessibleDescription() == "slice 2 of 3 · green"


def test_page_keys_stop_at_the_last_slice(panel):
    chosen = []
    panel.slice_chosen.connect(chosen.append)
    show(panel, Filter("mine", WEIGHT), 2)
    QTest.keyClick(panel.editor, Qt.Key.Key_PageDown)
    assert chosen == []


def test_one_slice_needs_no_row_of_slices(panel):
    show(panel, Filter("edge", np.ones((1, 3, 3))), names=("grey",))
    assert not panel.slices.isVisible()
    assert panel.editor.readout((0, 0)) == "edge · (0, 0) = 1.000"


def test_the_chosen_one_of_many_slices_can_be_seen(panel):
    show(panel, Filter("deep", np.ones((64, 3, 3))), 50, names=[str(i) for i in range(64)])
    rect = panel.slices.slice_rect(50)
    assert rect.left() >= 0
    assert rect.right() <= panel.slices.width()


def test_a_large_kernel_takes_the_whole_width(panel):
    show(panel, Filter("small", np.ones((1, 3, 3))))
    panel.layout().activate()
    assert panel.editor.width() == 132
    show(panel, Filter("large", np.ones((1, 7, 7))))
    panel.layout().activate()
    assert panel.editor.width() == 244
    assert panel.editor.cell_rect(0, 0).width() == 34
    panel.set_tall(False)
    panel.layout().activate()
    assert panel.editor.cell_rect(0, 0).width() == 25
    assert not panel.notes.isVisible()


def test_the_arrows_of_the_size_stay_where_they_are_while_the_kernel_grows(panel):
    places = set()
    for side in (3, 4, 5, 7, 11):
        show(panel, Filter("growing", np.ones((1, side, side))))
        panel.layout().activate()
        places.add(panel.size_pair.mapTo(panel, QPoint(0, 0)).toTuple())
    assert len(places) == 1


def test_a_convolution_shows_the_kernel_as_it_is_used(panel):
    turn = panel.findChild(TurnedKernel)
    assert not turn.isVisible()
    show(panel, Filter("mine", WEIGHT), turned=True)
    assert turn.isVisible()
    assert turn.angle == 180
    assert any(label.text() == "Turned by 180°" for label in panel.findChildren(QLabel) if label.isVisible())
    show(panel, Filter("mine", WEIGHT), turned=False)
    assert not turn.isVisible()


def test_the_kernel_turns_before_the_eyes_and_back(panel, qtbot):
    turn = panel.findChild(TurnedKernel)
    angles = []
    turn.settled.connect(lambda turned: angles.append(turn.angle))
    panel.animate_turn(True)
    assert turn.isVisible()
    assert turn.angle < 90
    show(panel, Filter("mine", WEIGHT), turned=True)
    assert turn.is_turning
    qtbot.waitUntil(lambda: angles == [180])
    show(panel, Filter("mine", WEIGHT), turned=False)
    panel.animate_turn(False)
    assert turn.is_turning
    qtbot.waitUntil(lambda: angles == [180, 0])
    assert not turn.isVisible()


def test_with_reduced_motion_it_turns_at_once(panel, monkeypatch):
    turn = panel.findChild(TurnedKernel)
    style = turn.style()
    monkeypatch.setattr(type(style), "styleHint", lambda *_: 0)
    panel.animate_turn(True)
    assert turn.angle == 180
    assert not turn.is_turning


def test_the_turned_kernel_reads_out_where_a_weight_was_drawn(panel, qtbot):
    show(panel, Filter("mine", WEIGHT), 0, turned=True)
    said = []
    panel.hovered.connect(said.append)
    qtbot.mouseMove(panel.findChild(TurnedKernel), QPoint(6, 6))
    qtbot.waitUntil(lambda: bool(said))
    value = f"{WEIGHT[0, 2, 2]:.4f}".replace("-", "−")
    assert said[-1] == f"as used · (0, 0) = {value}, turned from (2, 2)"


def test_the_sentence_is_shown_and_read_whole_in_its_tooltip(panel):
    sentence = kernel("left-edge").sentence
    show(panel, Filter("mine", WEIGHT), sentence=sentence)
    label = panel.findChild(QLabel, "filter_sentence")
    assert (label.text(), label.toolTip()) == (sentence, sentence)


def test_a_sentence_too_long_for_its_room_ends_with_an_ellipsis(panel):
    sentence = "Mostly an edge, and so on. " * 20
    show(panel, Filter("mine", WEIGHT), sentence=sentence)
    label = panel.findChild(QLabel, "filter_sentence")
    assert label.text().endswith("…")
    assert label.toolTip() == sentence
    assert label.heightForWidth(label.width()) <= label.height()


def test_nothing_moves_because_a_number_or_sentence_changed(panel):
    def places():
        panel.layout().activate()
        parts = (panel.editor, panel.tools, panel.bias, panel.size_pair)
        return [part.mapTo(panel, QPoint(0, 0)) for part in parts], panel.sizeHint()

    show(panel, Filter("mine", WEIGHT, 0.0))
    before = places()
    show(panel, Filter("another name that is long", WEIGHT * -99, -12.3456), sentence="Long. " * 20)
    assert places() == before


def test_saving_is_asked_for(panel, qtbot):
    with qtbot.waitSignal(panel.save_requested):
        click(panel, "save_to_library")


def test_the_mark_of_the_ledger_reaches_cell_and_turned_kernel(panel):
    show(panel, Filter("mine", WEIGHT), turned=True)
    panel.mark(0, 0)
    turn = panel.findChild(TurnedKernel)
    image = turn.grab().toImage()
    assert image.pixelColor(78, 78).name() == DARK.text.name()
    panel.mark(None)
    assert turn.grab().toImage().pixelColor(78, 78).name() != DARK.text.name()


def test_the_wheel_over_a_field_without_focus_is_left_to_the_column(panel, edits):
    from tests.gui.test_convolve_kernel_editor import turn_wheel

    panel.editor.setFocus()
    assert not turn_wheel(panel.bias, QPointF(10, 10))
    assert edits == []
