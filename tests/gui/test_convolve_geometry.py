"""How the filters slide: what is shown, what is told, and the size formula."""

import numpy as np
import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from engine.lab.values import Filter, Geometry, LabLayer
from gui.pages.convolve.geometry_panel import GeometryPanel
from gui.theme import ThemeManager
from tests.gui.hosting import shown

LEFT = Qt.MouseButton.LeftButton
EDGE = Filter("edge", np.ones((1, 3, 3)))


@pytest.fixture
def panel(qtbot):
    widget = shown(qtbot, GeometryPanel(ThemeManager("dark")), 244, 320)
    widget.show_layer(LabLayer((EDGE,)), (28, 28))
    return widget


@pytest.fixture
def told(panel):
    told = []
    for signal in (panel.geometry_chosen, panel.operation_chosen, panel.relu_chosen, panel.pool_chosen):
        signal.connect(told.append)
    return told


def texts(panel):
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def click_segment(choice, index):
    QTest.mouseClick(choice, LEFT, pos=choice.segment(index).center().toPoint())


def test_showing_a_layer_tells_nothing(panel, told):
    layer = LabLayer(
        (EDGE,), Geometry((2, 3), 4, "reflect", (2, 2)), operation="convolution", relu=True, pool=2
    )
    panel.show_layer(layer, (28, 28))
    assert told == []
    assert panel.stride.value == (2, 3)
    assert (panel.padding.currentText(), panel.pixels.value()) == ("pixels", 4)
    assert panel.dilation.value() == 2
    assert (panel.operation.chosen, panel.border.chosen, panel.pool.chosen) == (1, 1, 1)
    assert panel.relu.isChecked()


def test_every_control_tells_its_change(panel, told):
    panel.stride.first.setValue(2)
    panel.dilation.setValue(3)
    panel.padding.setCurrentIndex(1)
    click_segment(panel.operation, 1)
    QTest.mouseClick(panel.relu, LEFT)
    click_segment(panel.pool, 2)
    assert [(g.stride, g.dilation, g.padding) for g in told[:3]] == [
        ((2, 2), (1, 1), "valid"),
        ((2, 2), (3, 3), "valid"),
        ((2, 2), (3, 3), "same"),
    ]
    assert told[3:] == ["convolution", True, 3]


def test_strides_are_chosen_apart_after_unlinking(panel, told):
    QTest.mouseClick(panel.stride.link, LEFT)
    panel.stride.second.setValue(3)
    assert told[-1].stride == (1, 3)


def test_pixels_of_padding_are_free_only_when_they_are_chosen(panel, told):
    assert not panel.pixels.isEnabled()
    panel.padding.setCurrentIndex(2)
    assert panel.pixels.isEnabled()
    panel.pixels.setValue(4)
    assert [g.padding for g in told] == [0, 4]


@pytest.mark.parametrize(
    ("padding", "kernel", "bordered"),
    [("valid", 3, False), (0, 3, False), (1, 3, True), ("same", 3, True), ("same", 1, False)],
)
def test_the_border_can_be_chosen_only_where_there_is_one(panel, told, padding, kernel, bordered):
    layer = LabLayer((Filter("f", np.ones((1, kernel, kernel))),), Geometry(padding=padding))
    panel.show_layer(layer, (28, 28))
    assert panel.border.isEnabled() is bordered
    click_segment(panel.border, 2)
    assert [g.border for g in told] == (["replicate"] if bordered else [])


def test_a_border_that_cannot_be_chosen_says_why(panel, monkeypatch):
    from PySide6.QtCore import QEvent, QPoint
    from PySide6.QtGui import QGuiApplication, QHelpEvent
    from PySide6.QtWidgets import QToolTip

    shown_texts = []
    monkeypatch.setattr(QToolTip, "showText", lambda _, text, *__: shown_texts.append(text))
    QGuiApplication.sendEvent(panel.border, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), QPoint(5, 5)))
    assert shown_texts == ["There is no border: the padding is 0 pixels."]


def test_the_size_formula_has_the_actual_numbers(panel):
    panel.show_layer(LabLayer((EDGE,), Geometry(padding=1)), (28, 20))
    shown_texts = [text.replace("\u00a0", " ") for text in texts(panel)]
    assert "(28 + 1 + 1 − 3) / 1 + 1 = <b>28</b>" in shown_texts
    assert "(20 + 1 + 1 − 3) / 1 + 1 = <b>20</b>" in shown_texts


def test_a_division_with_a_rest_is_explained_and_has_the_decimal_sign_of_the_system(panel):
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        panel.show_layer(LabLayer((EDGE,), Geometry((2, 1))), (28, 28))
    finally:
        QLocale.setDefault(before)
    shown_texts = texts(panel)
    assert any("12,50, rounded down" in text for text in shown_texts)
    assert any(text.endswith("sees the last row of the input with its border.") for text in shown_texts)
    panel.show_layer(LabLayer((EDGE,)), (28, 28))
    assert not any("rest" in text for text in texts(panel))


def test_a_filter_that_does_not_fit_is_said(panel):
    panel.show_layer(LabLayer((EDGE,)), (2, 28))
    assert "2 − 3 is below 0: the filter does not fit" in texts(panel)


def test_choices_answer_to_the_arrow_keys(panel, told):
    panel.operation.setFocus()
    QTest.keyClick(panel.operation, Qt.Key.Key_Right)
    panel.pool.setFocus()
    QTest.keyClick(panel.pool, Qt.Key.Key_Right)
    assert told == ["convolution", 2]


def test_every_control_has_a_name_and_says_what_it_does(panel):
    for name in ("operation", "dilation", "padding", "pixels", "border", "relu", "pool"):
        control = panel.findChild(QWidget, f"geometry_{name}")
        assert control.accessibleName()
        assert control.toolTip() or control.accessibleDescription()
    for spin in (panel.stride.first, panel.stride.second):
        assert spin.accessibleName()
        assert spin.toolTip()


def test_it_is_no_wider_than_the_column(panel):
    layer = LabLayer((EDGE,), Geometry((2, 2), 10, "replicate", (4, 4)), "convolution", True, 3)
    panel.show_layer(layer, (256, 255))
    assert panel.minimumSizeHint().width() <= 244


def show_without_telling(panel, told, geometry, pool=1):
    panel.show_layer(LabLayer((EDGE,), geometry, pool=pool), (40, 40))
    assert told == []


def test_what_a_network_has_is_shown_even_if_it_cannot_be_chosen(panel, told):
    show_without_telling(panel, told, Geometry((9, 9), (1, 12), "zero", (1, 2)), pool=4)
    assert panel.stride.value == (9, 9)
    assert (panel.pixels.text(), panel.dilation.text()) == ("1 × 12 px", "1 × 2")
    assert panel.pool.accessibleDescription() == "4: Of 4 × 4 pixels the largest goes on."


def test_changing_one_thing_keeps_what_cannot_be_chosen(panel, told):
    show_without_telling(panel, told, Geometry((9, 9), (1, 12), "zero", (1, 2)))
    click_segment(panel.border, 2)
    assert told == [Geometry((9, 9), (1, 12), "replicate", (1, 2))]
    panel.padding.setCurrentIndex(0)
    panel.padding.setCurrentIndex(2)
    assert told[-1] == told[0]


def test_a_pair_is_replaced_by_one_number(panel, told):
    show_without_telling(panel, told, Geometry((1, 1), (1, 12), "zero", (1, 2)))
    panel.pixels.setFocus()
    panel.pixels.selectAll()
    QTest.keyClicks(panel.pixels, "3")
    QTest.keyClick(panel.pixels, Qt.Key.Key_Return)
    assert told[-1].padding == 3
    QTest.keyClick(panel.dilation, Qt.Key.Key_Up)
    assert told[-1].dilation == (3, 3)
    assert (panel.pixels.text(), panel.dilation.text()) == ("3 px", "3")


def test_the_limits_come_back_with_a_number_within(panel, told):
    show_without_telling(panel, told, Geometry((9, 9)))
    panel.show_layer(LabLayer((EDGE,), Geometry((8, 8))), (40, 40))
    QTest.keyClick(panel.stride.first, Qt.Key.Key_Up)
    assert panel.stride.value == (8, 8)


def test_a_pooling_that_cannot_be_chosen_goes_once_another_is(panel, told):
    show_without_telling(panel, told, Geometry(), pool=5)
    click_segment(panel.pool, 1)
    assert told == [2]
    panel.show_layer(LabLayer((EDGE,), pool=2), (40, 40))
    click_segment(panel.pool, 2)
    assert told == [2, 3]


@pytest.mark.parametrize("name", ["first", "pixels", "dilation"])
def test_a_number_that_is_being_typed_stays_while_a_network_is_followed(panel, told, name):
    layer = LabLayer((EDGE,), Geometry((1, 1), 1))
    panel.show_layer(layer, (40, 40))
    spin = panel.stride.first if name == "first" else getattr(panel, name)
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "3")
    panel.show_layer(layer, (40, 40))
    assert spin.text().removesuffix(" px") == "3"
    QTest.keyClick(spin, Qt.Key.Key_Return)
    assert len(told) == 1
    # Once it was taken, what is shown is what there is: a change may have been refused.
    panel.show_layer(layer, (40, 40))
    assert spin.value() == 1


def test_the_size_formula_is_marked_and_copied(panel):
    label = next(one for one in panel.findChildren(QLabel) if one.text().startswith("(28"))
    label.setFocus()
    QTest.keyClick(
        label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert QGuiApplication.clipboard().text() == "(28 − 3) / 1 + 1 = 26"
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not QGuiApplication.clipboard().image().isNull()
    label.setSelection(0, 8)
    panel.show_layer(LabLayer((EDGE,)), (28, 28))
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "(28 − 3)"


def test_tab_reaches_the_size_formula(panel):
    panel.pool.setFocus()
    QTest.keyClick(panel.pool, Qt.Key.Key_Tab)
    assert panel.focusWidget().accessibleName() == "Size of an output channel, rows"
