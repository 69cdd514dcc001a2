"""The settings of a run: what is shown, and what is told when a person changes it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel

from engine import TrainingConfig
from engine.recipes import PRESETS
from gui.pages.train.settings_bar import KNOBS, SettingsBar
from tests.gui.hosting import shown

SETS = [
    ("embedded", "Embedded digits", "tip"),
    ("mnist", "MNIST, fetch", "tip"),
    ("open", "Open a file…", "tip"),
]


@pytest.fixture
def bar(qtbot):
    bar = shown(qtbot, SettingsBar(), 1000, 60)
    bar.set_datasets(SETS, "embedded")
    bar.show_config(TrainingConfig(learning_rate=0.002, epochs=100))
    return bar


@pytest.fixture
def told(bar):
    told = []
    bar.knob_turned.connect(lambda name, value: told.append((name, value)))
    bar.dataset_chosen.connect(told.append)
    bar.preset_chosen.connect(told.append)
    return told


def typed(spin, text, *, enter=True):
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, text)
    if enter:
        QTest.keyClick(spin, Qt.Key.Key_Return)


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_every_knob_can_be_found_has_a_label_and_says_what_it_does(bar, knob):
    spin = bar._spins[knob.name]
    assert spin.objectName() == knob.name
    assert spin.accessibleName() == knob.label
    assert spin.toolTip().endswith(".")
    assert any(label.buddy() is spin and label.text() == knob.label for label in bar.findChildren(QLabel))


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_the_limits_of_a_knob_are_settings_that_training_takes(bar, knob):
    for value in (knob.low, knob.high):
        whole = not knob.decimals
        TrainingConfig(**{knob.name: int(value) if whole else value})


def test_showing_settings_tells_nothing(bar, told):
    bar.show_config(TrainingConfig(learning_rate=0.5, momentum=0.1, weight_decay=0.2, batch_size=7, epochs=3))
    bar.set_datasets(SETS, "mnist")
    bar.show_preset("LeNet-like")
    assert told == []
    assert bar._spins["learning_rate"].text() == "0.5"


def test_a_number_tells_when_it_is_finished_not_while_it_is_typed(bar, told):
    typed(bar._spins["learning_rate"], "0.05", enter=False)
    assert told == []
    QTest.keyClick(bar._spins["learning_rate"], Qt.Key.Key_Return)
    assert told == [("learning_rate", 0.05)]


def test_arrows_turn_a_knob_in_steps_of_its_size(bar, told):
    QTest.keyClick(bar._spins["batch_size"], Qt.Key.Key_Up)
    QTest.keyClick(bar._spins["learning_rate"], Qt.Key.Key_Down)
    assert told == [("batch_size", 80.0), ("learning_rate", pytest.approx(0.0019))]


def test_numbers_are_shown_without_needless_zeros(bar):
    assert bar._spins["learning_rate"].text() == "0.002"
    assert bar._spins["weight_decay"].text() == "0"


def test_choosing_tells_the_key(bar, told):
    for name, index in (("dataset", 1), ("preset", 3)):
        bar.findChild(QComboBox, name).setCurrentIndex(index)
    assert told == ["mnist", PRESETS[3].key]


def test_the_network_of_a_kept_run_is_named_though_it_is_no_preset(bar):
    box = bar.findChild(QComboBox, "preset")
    bar.show_preset("Run 4")
    assert (box.currentText(), box.placeholderText()) == ("", "Run 4")
    bar.show_preset("8–16")
    assert box.currentText() == "8–16"


def test_a_data_set_that_is_not_listed_is_not_shown_as_chosen(bar):
    bar.set_datasets(SETS, "gone.npz")
    assert bar.findChild(QComboBox, "dataset").currentText() == "Embedded digits"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_chosen_file_is_told_as_a_data_set(bar, told, qtbot):
    bar.ask_for_data_file()
    (dialog,) = bar.window().findChildren(QFileDialog)
    dialog.fileSelected.emit("/somewhere/mine.npz")
    dialog.reject()
    assert told == ["/somewhere/mine.npz"]
