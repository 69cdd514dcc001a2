"""One filter while a network is followed and others are chosen; what is copied of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from engine.lab.values import Filter
from gui.pages.convolve.kernel_mime import numbers_text
from gui.pages.convolve.kernel_panel import KernelPanel
from gui.theme import ThemeManager
from tests.gui.hosting import shown

WEIGHT = np.random.default_rng(5).normal(0, 1, (3, 3, 3)).round(2)
NAMES = ("red", "green", "blue")


def show(panel, one, index=0, *, turned=False, sentence="", key=None):
    panel.show_filter(
        one,
        index,
        scale=1.0,
        classic=False,
        turned=turned,
        sentence=sentence,
        slice_names=NAMES,
        key=key,
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


def test_a_bias_that_is_being_typed_stays_while_a_network_is_followed(panel, edits):
    panel.bias.setFocus()
    panel.bias.selectAll()
    QTest.keyClicks(panel.bias, "1.2")
    show(panel, Filter("mine", WEIGHT + 0.01, 0.6), 1)
    assert panel.bias.text() == "1.2"
    QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    assert [one.bias for one, _, _ in edits] == [1.2]
    # Refused: what is there is shown again.
    show(panel, Filter("mine", WEIGHT, 0.6), 1)
    assert panel.bias.value() == 0.6


def test_a_number_that_was_typed_again_gives_way_to_the_next(panel):
    panel.bias.setFocus()
    panel.bias.selectAll()
    QTest.keyClicks(panel.bias, "0.5")
    QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    show(panel, Filter("mine", WEIGHT, 0.75), 1)
    assert panel.bias.value() == 0.75


def test_a_bias_beyond_the_limits_is_shown_as_it_is(panel, edits):
    show(panel, Filter("mine", WEIGHT, -12345.5), 1)
    assert (panel.bias.text(), edits) == ("−12345.50", [])
    panel.bias.setFocus()
    QTest.keyClick(panel.bias, Qt.Key.Key_Return)
    assert edits == []


def test_a_size_that_is_being_typed_stays(panel):
    panel.size_pair.first.setFocus()
    panel.size_pair.first.selectAll()
    QTest.keyClicks(panel.size_pair.first, "1")
    show(panel, Filter("mine", WEIGHT + 0.01, 0.5), 1)
    assert panel.size_pair.first.text() == "1"


def wheel_over(editor, at):
    place = editor.cell_rect(0, 0).center()
    event = QWheelEvent(
        place,
        editor.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.setTimestamp(at)
    QGuiApplication.sendEvent(editor, event)


@pytest.mark.parametrize("change", ["nothing", "filter", "slice", "bias"])
def test_the_wheel_on_something_else_is_another_step_of_undo(panel, edits, change):
    show(panel, Filter("mine", WEIGHT, 0.5), 1, key=(0, 0))
    wheel_over(panel.editor, 1000)
    if change == "bias":
        panel.bias.setValue(2)
    else:
        index, key = 2 if change == "slice" else 1, (0, 1) if change == "filter" else (0, 0)
        show(panel, edits[-1][0], index, key=key)
    wheel_over(panel.editor, 1200)
    assert [edit[2] for edit in edits][-1] == (change == "nothing")


def test_a_number_in_a_cell_is_taken_before_another_slice_comes(panel, edits):
    panel.slice_chosen.connect(lambda index: show(panel, edits[-1][0], index))
    panel.editor.setFocus()
    QTest.keyClicks(panel.editor, "7")
    QTest.keyClick(panel.editor.findChild(QLineEdit, "cell_line"), Qt.Key.Key_PageDown)
    assert edits[-1][0].weight[1, 0, 0] == 7
    assert panel.editor.findChild(QLineEdit, "cell_line").isHidden()


def test_what_is_typed_for_one_filter_is_not_given_to_another_of_the_same_name(panel):
    panel.bias.setFocus()
    panel.bias.selectAll()
    QTest.keyClicks(panel.bias, "1.2")
    show(panel, Filter("mine", WEIGHT, 0.75), 1, key=(0, 1))
    assert panel.bias.value() == 0.75


def test_beside_the_turned_kernel_the_sentence_says_that_it_is_about_that_one(panel):
    large = Filter("large", np.ones((1, 5, 5)))
    show(panel, large, sentence="Averages.", turned=True)
    label = panel.findChild(QLabel, "filter_sentence")
    assert label.isVisible()
    assert label.toolTip() == "As it is used: Averages."
    show(panel, large, sentence="Averages.")
    assert label.toolTip() == "Averages."


CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def copies(widget):
    """Copy a widget's picture and its numbers."""
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_C, CONTROL)
    image = clipboard.image()
    QTest.keyClick(widget, Qt.Key.Key_C, CONTROL | SHIFT)
    return image, clipboard.text()


def test_the_turned_kernel_is_copied_as_it_is_used(panel):
    show(panel, Filter("mine", WEIGHT, 0.5), 1, turned=True)
    image, text = copies(panel.turn)
    assert not image.isNull()
    assert text == numbers_text(WEIGHT[1:2, ::-1, ::-1])


def test_the_slices_are_copied_all_together(panel):
    image, text = copies(panel.slices)
    assert not image.isNull()
    assert text == numbers_text(WEIGHT)
