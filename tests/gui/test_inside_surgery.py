"""Surgery on the Inside page: a filter is changed by hand, and what that does is seen at once."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton, QSlider, QSpinBox

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec
from engine.formats.model import Model
from engine.inspect.damage import Damage
from engine.inspect.surgery import accuracy_by_class
from engine.kernels import kernel
from gui.pages.inside.damage_matrix import DamageMatrix
from gui.pages.inside.page import InsidePage
from gui.pages.inside.parts import PARTS
from gui.pages.inside.surgery_part import SurgeryPart
from gui.theme import ThemeManager
from gui.told_undo import undo_what_was_told
from tests.driving import SEVEN, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def classic(driver: Driver) -> Driver:
    driver.trigger("classic_network")
    driver.draw(*SEVEN)
    driver.click("rail_inside")
    driver.click("inside_surgery")
    driver.window.selection.update(layer="conv1", kind="filter", channel=2)
    driver.settle()
    return driver


@pytest.fixture
def part(classic: Driver) -> SurgeryPart:
    return classic.find("page_inside", InsidePage).parts.surgery


def weight(driver: Driver, layer: str = "conv1", number: int = 2) -> np.ndarray:
    return driver.window.instrument.answering.parameters[f"{layer}.weight"][number]


def undo(driver: Driver) -> None:
    driver.window._actions["undo"].trigger()
    driver.settle()


def test_each_classs_accuracy_is_known_before_anything_is_done(classic: Driver, part: SurgeryPart) -> None:
    assert part.bars.shown is not None
    before, now = part.bars.shown
    np.testing.assert_array_equal(before, now)
    assert (before > 0.95).all()
    assert part._answer.text.endswith("of 2,000 test digits")


def test_scaling_is_seen_in_the_answer_and_the_accuracies(classic: Driver, part: SurgeryPart) -> None:
    whole = weight(classic).copy()
    slider = classic.find("filter_scale", QSlider)
    slider.setSliderDown(True)
    for value in (80, 60, -100):
        slider.setValue(value)
    slider.setSliderDown(False)
    classic.settle()
    np.testing.assert_allclose(weight(classic), -whole)
    assert part.bars.shown is not None
    before, now = part.bars.shown
    assert now.min() < before.min()
    assert "→" in part._answer.text
    # It is seen here, and not said once more.
    assert classic.message == ""
    # The whole movement is undone at once.
    undo(classic)
    np.testing.assert_array_equal(weight(classic), whole)
    assert slider.value() == 100
    assert "→" not in part._answer.text


def test_off_and_on_again(classic: Driver, part: SurgeryPart) -> None:
    on = classic.find("filter_on", QCheckBox)
    on.click()
    classic.settle()
    assert not weight(classic).any()
    assert classic.window.instrument.answering.source == "Classic without conv1 3"
    assert classic.find("filter_scale", QSlider).value() == 0
    on.click()
    classic.settle()
    assert weight(classic).any()
    assert classic.window.instrument.answering.source == "Classic"


def test_a_hand_made_kernel_takes_the_place_of_a_slice_as_long_as_it_was(
    classic: Driver, part: SurgeryPart
) -> None:
    classic.window.selection.update(layer="conv2", kind="filter", channel=5)
    classic.settle()
    whole = weight(classic, "conv2", 5).copy()
    classic.find("filter_slice", QSpinBox).setValue(4)
    part.panel._fill_menu()
    names = [action.text() for action in part.panel._menu.actions()]
    sobel = kernel("sobel-x")
    part.panel._menu.actions()[names.index(sobel.name)].trigger()
    classic.settle()
    now = weight(classic, "conv2", 5)
    np.testing.assert_allclose(np.linalg.norm(now[3]), np.linalg.norm(whole[3]), rtol=1e-5)
    np.testing.assert_allclose(
        now[3] / np.linalg.norm(now[3]), sobel.values / np.linalg.norm(sobel.values), atol=1e-6
    )
    np.testing.assert_array_equal(np.delete(now, 3, axis=0), np.delete(whole, 3, axis=0))
    assert classic.window.instrument.answering.source == "Classic with conv2 6 changed"
    classic.find("filter_back", QPushButton).click()
    np.testing.assert_array_equal(weight(classic, "conv2", 5), whole)
    undo(classic)
    np.testing.assert_array_equal(weight(classic, "conv2", 5), now)


def test_a_cell_is_painted_and_undone(classic: Driver, part: SurgeryPart) -> None:
    whole = weight(classic).copy()
    painted = whole[0].astype(float)
    painted[1, 1] = 2.5
    part.panel._editor.edited.emit(painted, "Change a weight", False)
    classic.settle()
    assert weight(classic)[0, 1, 1] == 2.5
    np.testing.assert_array_equal(np.delete(weight(classic).ravel(), 4), np.delete(whole.ravel(), 4))
    undo(classic)
    np.testing.assert_array_equal(weight(classic), whole)


def test_the_damage_of_each_filter_is_found_and_chosen_from(classic: Driver, part: SurgeryPart) -> None:
    classic.find("damage_find", QPushButton).click()
    classic.settle()
    found = part.matrix.damage
    assert found is not None
    assert found.lost.shape == (8, 10)
    measured = classic.window._looking._surgery._measured
    assert measured is not None
    np.testing.assert_array_equal(found.before, accuracy_by_class(measured[1]))
    place = part.matrix.cell_rect(3, 6).center().toPoint()
    told: list[str] = []
    part.hovered.connect(told.append)
    QTest.mouseMove(part.matrix, place)
    assert told[-1].startswith("conv1 without filter 7 · 3: ")
    QTest.mouseClick(part.matrix, Qt.MouseButton.LeftButton, pos=place)
    value = classic.window.selection.value
    assert (value.layer, value.kind, value.channel) == ("conv1", "filter", 6)
    QTest.keyClick(part.matrix, Qt.Key.Key_Left)
    assert classic.window.selection.value.channel == 5
    lines = part.matrix._numbers().splitlines()
    assert len(lines) == 9
    assert lines[0].split("\t")[1:] == [str(digit) for digit in range(10)]
    # It is of the network as it was: another filter's change does not make it untrue, another layer does.
    classic.trigger("switch_filter")
    classic.settle()
    assert part.matrix.damage is found
    classic.window.selection.update(layer="conv2")
    assert part.matrix.damage is None


def test_finding_the_damage_can_be_cancelled(classic: Driver, part: SurgeryPart) -> None:
    classic.trigger("reader_network")
    classic.window.selection.update(layer="conv1", kind="filter", channel=0)
    button = classic.find("damage_find", QPushButton)
    button.click()
    assert button.text() == "Cancel"
    button.click()
    classic.wait(lambda: part.is_settled)
    assert button.text() == "Find the damage"
    assert part.matrix.damage is None


def test_a_network_of_shapes_is_measured_with_shapes(classic: Driver, part: SurgeryPart) -> None:
    classic.trigger("shapes_network")
    classic.settle()
    assert part._answer.text.startswith("100.0")
    assert part._answer.text.endswith("of 2,000 test shapes")
    assert part.bars.shown is not None
    assert len(part.bars.shown[0]) == 4


def test_the_spin_box_chooses_the_filter(classic: Driver, part: SurgeryPart) -> None:
    classic.find("surgery_filter", QSpinBox).setValue(8)
    assert classic.window.selection.value.channel == 7


def test_the_network_gets_the_whole_page_and_gives_it_back(classic: Driver) -> None:
    page = classic.find("page_inside", InsidePage)
    before = page._flow.height()
    classic.click("inside_surgery")
    QTest.qWait(50)
    assert page.part == ""
    assert page._flow.height() > before + 150
    classic.click("inside_ledger")
    QTest.qWait(50)
    assert page.part == "ledger"
    assert abs(page._flow.height() - before) <= 2


def test_dragging_a_cell_is_one_entry_of_the_history(classic: Driver, part: SurgeryPart) -> None:
    editor = part.panel._editor
    stack = classic.window.document.undo_stack
    before, whole = stack.index(), weight(classic).copy()
    start = QPoint(editor.width() // 2, editor.height() // 2)
    QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=start)
    for step in (6, 14, 25):
        QTest.mouseMove(editor, start - QPoint(0, step))
    QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=QPointF(start).toPoint() - QPoint(0, 25))
    classic.settle()
    assert not np.array_equal(weight(classic), whole)
    assert stack.index() == before + 1
    undo(classic)
    np.testing.assert_array_equal(weight(classic), whole)


def drag(slider: QSlider, *values: int) -> None:
    slider.setSliderDown(True)
    for value in values:
        slider.setValue(value)
    slider.setSliderDown(False)


def test_two_movements_are_two_entries_of_the_history(classic: Driver, part: SurgeryPart) -> None:
    slider, whole = classic.find("filter_scale", QSlider), weight(classic).copy()
    drag(slider, 120, 150)
    drag(slider, 100, 60)
    np.testing.assert_allclose(weight(classic), 0.6 * whole, rtol=1e-6)
    undo(classic)
    np.testing.assert_allclose(weight(classic), 1.5 * whole, rtol=1e-6)
    # Another network has answered in between: its own entry, though the words are the same.
    drag(slider, 80)
    classic.trigger("reader_network")
    classic.window.selection.update(layer="conv1", kind="filter", channel=2)
    classic.settle()
    index = classic.window.document.undo_stack.index()
    drag(slider, 50)
    assert classic.window.document.undo_stack.index() == index + 1
    undo(classic)
    assert classic.window.instrument.answering.source == "Reader"


def test_painting_a_scaled_filter_leaves_its_bias_scaled(classic: Driver, part: SurgeryPart) -> None:
    drag(classic.find("filter_scale", QSlider), 50)
    bias = classic.window.instrument.answering.parameters["conv1.bias"][2]
    painted = weight(classic)[0].astype(float)
    painted[0, 0] += 0.25
    part.panel._editor.edited.emit(painted, "Change a weight", False)
    np.testing.assert_allclose(weight(classic)[0], painted, rtol=1e-5)
    assert classic.window.instrument.answering.parameters["conv1.bias"][2] == bias


def test_a_scaled_filter_is_on_again_as_it_was_scaled(classic: Driver, part: SurgeryPart) -> None:
    drag(classic.find("filter_scale", QSlider), 150)
    scaled = weight(classic).copy()
    classic.find("filter_on", QCheckBox).click()
    assert not weight(classic).any()
    classic.find("filter_on", QCheckBox).click()
    np.testing.assert_array_equal(weight(classic), scaled)


def test_what_is_told_is_undone_only_while_it_was_the_last(classic: Driver) -> None:
    classic.click("inside_ledger")
    classic.trigger("switch_filter")
    classic.settle()
    assert "test digits are read right" in classic.message
    stack = classic.window.document.undo_stack
    entry = stack.index()
    classic.click("clear_button")
    undo_what_was_told(stack, entry, classic.window.say)
    assert classic.message.startswith("Something else was done since")
    assert not weight(classic).any()
    undo(classic)
    undo_what_was_told(stack, entry, classic.window.say)
    assert weight(classic).any()


def test_undoing_surgery_on_a_run_brings_back_what_was_beside_it(classic: Driver, part: SurgeryPart) -> None:
    classic.play_until(20)
    classic.trigger("switch_filter")
    classic.settle()
    undo(classic)
    assert classic.window.instrument.answering is classic.window.instrument.run
    assert classic.window.instrument.trained.source == "Classic"
    assert classic.window._files.card["name"] == "Classic"


def test_weights_beyond_all_numbers_stop_nothing(classic: Driver, part: SurgeryPart) -> None:
    for bad in (np.inf, np.nan):
        subject = classic.window.instrument.trained
        parameters = subject.parameters.copy()
        parameters["conv1.weight"][2] = bad
        classic.window.instrument.open_model(Model(subject.spec, parameters.frozen(), {}), f"with {bad}")
        classic.settle()
        frame = classic.window._looking._inspecting.frame_of("inside")
        assert frame is not None
        assert frame.source == f"with {bad}"
        for name in PARTS:
            classic.find("page_inside", InsidePage).show_part(name)
            classic.settle()
            assert not classic.window.grab().isNull()


def test_a_network_without_filters_shows_none_of_anothers(classic: Driver, part: SurgeryPart) -> None:
    spec = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
    classic.window.instrument.open_model(Model(spec, Network(spec, 1).parameters.frozen(), {}), "flat")
    classic.settle()
    assert not classic.find("filter_on", QCheckBox).isChecked()
    assert not part.panel._editor._weight.any()
    assert "of 2,000 test digits" in part._answer.text


def test_a_network_of_unknown_classes_has_no_accuracy(classic: Driver, part: SurgeryPart) -> None:
    spec = NetworkSpec((1, 28, 28), (Conv2D(40, 3), Flatten(), Dense(3)), ("cat", "dog", "owl"))
    classic.window.instrument.open_model(Model(spec, Network(spec, 1).parameters.frozen(), {}), "animals")
    classic.settle()
    assert part._answer.text == "there are no test pictures of its classes"
    assert part.bars.shown is None
    classic.find("damage_find", QPushButton).click()
    assert part._job is None


def test_a_network_of_several_grey_channels_is_measured(classic: Driver, part: SurgeryPart) -> None:
    spec = NetworkSpec((2, 28, 28), (Conv2D(4, 3), Flatten(), Dense(10)))
    classic.window.instrument.open_model(Model(spec, Network(spec, 1).parameters.frozen(), {}), "two")
    classic.settle()
    assert part._answer.text.endswith("of 2,000 test digits")


def test_without_a_selection_the_first_filter_is_looked_at(classic: Driver, part: SurgeryPart) -> None:
    classic.window.selection.update(layer=None)
    classic.settle()
    classic.find("filter_on", QCheckBox).click()
    assert not weight(classic, "conv1", 0).any()


def test_known_accuracies_stay_while_others_are_measured(classic: Driver, part: SurgeryPart) -> None:
    assert part.bars.shown is not None
    before = part.bars.shown[0]
    classic.trigger("switch_filter")
    classic.wait(lambda: classic.window._answer is not None and "without" in classic.window._answer.source)
    assert part.bars.shown is not None
    np.testing.assert_array_equal(part.bars.shown[0], before)


def test_the_matrix_of_a_wide_layer_is_reached_by_scrolling(qtbot) -> None:
    matrix = DamageMatrix(ThemeManager("dark"))
    qtbot.addWidget(matrix)
    found = Damage("conv1", 1.0, np.ones(10), np.zeros((300, 10)))
    matrix.show_damage(found, tuple(str(each) for each in range(10)))
    assert matrix.minimumWidth() >= matrix.cell_rect(0, 299).right()
