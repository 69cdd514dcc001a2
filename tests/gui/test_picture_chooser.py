"""Which picture the output channels on Train are computed of."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox

from engine.datasets import Dataset
from engine.drawing import prepare
from gui.pages.train.picture_chooser import PictureChooser
from gui.theme import ThemeManager
from tests.gui.hosting import shown

LABELS = np.array([3, 1, 7, 7, 0])


@pytest.fixture
def chooser(qtbot):
    return shown(qtbot, PictureChooser(ThemeManager("dark")), 260, 40)


@pytest.fixture
def chosen(chooser):
    chosen = []
    chooser.picture_chosen.connect(chosen.append)
    return chosen


def digits():
    pictures = np.random.default_rng(0).integers(0, 256, (5, 1, 28, 28), dtype=np.uint8)
    return Dataset("d", pictures, LABELS, tuple("0123456789"))


def click(chooser, name):
    button = chooser.findChild(QAbstractButton, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def choose(chooser, index):
    box = chooser.findChild(QComboBox, "picture_choice")
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_a_digit_is_shown_while_the_canvas_is_blank_and_the_drawing_after(chooser, chosen):
    chooser.set_dataset(digits())
    chooser.follow(blank=True)
    assert chosen[-1].label == 7
    chooser.follow(blank=False)
    assert chosen[-1] is None
    assert not chooser.shows_digit


def test_following_tells_nothing_while_nothing_changes(chooser, chosen):
    chooser.set_dataset(digits())
    for _ in range(3):
        chooser.follow(blank=False)
    assert chosen == []


def test_what_a_person_chose_stays(chooser, chosen):
    chooser.set_dataset(digits())
    choose(chooser, 1)
    told = len(chosen)
    chooser.follow(blank=False)
    assert chooser.shows_digit
    choose(chooser, 0)
    chooser.follow(blank=True)
    assert not chooser.shows_digit
    assert len(chosen) == told + 1


def test_the_first_digit_is_a_seven_exactly_as_it_is_in_the_set(chooser, chosen):
    dataset = digits()
    chooser.set_dataset(dataset)
    choose(chooser, 1)
    np.testing.assert_allclose(prepare(chosen[-1]).picture, dataset.pictures[2, 0] / 255, atol=1e-6)


def test_arrows_go_from_digit_to_digit_and_round_the_end(chooser, chosen):
    chooser.set_dataset(digits())
    choose(chooser, 1)
    for _ in range(3):
        click(chooser, "picture_forward")
    click(chooser, "picture_back")
    assert [drawing.label for drawing in chosen] == [7, 7, 0, 3, 0]


def test_another_data_set_tells_its_own_digit(chooser, chosen):
    chooser.set_dataset(digits())
    choose(chooser, 1)
    other = Dataset("o", np.zeros((2, 1, 28, 28), np.uint8), np.array([4, 5]), tuple("0123456789"))
    chooser.set_dataset(other)
    assert chosen[-1].label == 4


def test_without_digits_the_arrows_do_nothing(chooser, chosen):
    click(chooser, "picture_forward")
    assert chosen == []


def test_pinning_tells_the_picture_that_is_chosen_and_leaves_the_choice(chooser, chosen, qtbot):
    data = digits()
    chooser.set_dataset(data)
    box = chooser.findChild(QComboBox, "picture_choice")
    pin = box.findText("Pin as a probe")
    with qtbot.waitSignal(chooser.pin_drawing_wanted), qtbot.assertNotEmitted(chooser.pin_wanted):
        choose(chooser, pin)
    assert not chooser.shows_digit
    chooser.follow(blank=True)
    click(chooser, "picture_forward")
    before = len(chosen)
    with qtbot.waitSignal(chooser.pin_wanted) as signal, qtbot.assertNotEmitted(chooser.pin_drawing_wanted):
        choose(chooser, pin)
    assert signal.args == [data, 3]
    assert chooser.shows_digit
    assert len(chosen) == before


def test_the_arrows_of_the_keyboard_do_not_leave_the_choice_on_pinning(chooser, chosen):
    chooser.set_dataset(digits())
    choose(chooser, 3)
    assert chooser.findChild(QComboBox, "picture_choice").currentIndex() == 0
    assert chosen == []
