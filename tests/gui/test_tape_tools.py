"""Forking, playing back and going to a step, in the real window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSpinBox

from engine.inspect.surgery import FilterEdit
from engine.inspect.words import grouped
from engine.session import SessionState
from gui.dialogs.fork_dialog import ALL_FROZEN, ForkDialog
from gui.playback import EVEN_STEPS
from gui.tape_menu import TapeMenu
from gui.widgets.loss_ribbon import LossRibbon
from gui.widgets.probe_rack import ProbeRack
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def paused(driver):
    """A run that was trained for twenty steps, on Train, with a drawing."""
    driver.draw(*SEVEN)
    driver.window.show_page("train")
    driver.play_until(20)
    return driver


def go_to(driver, step):
    driver.window.instrument.go_to(step)
    driver.wait(lambda: driver.shown_step == step)
    driver.settle()


def dialog_of(driver):
    driver.wait(lambda: driver.window.findChild(ForkDialog) is not None)
    return driver.find("fork_dialog", ForkDialog)


def press(dialog, name):
    QTest.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_a_fork_that_is_overtaken_is_told_and_can_be_opened(paused, monkeypatch):
    first = paused.window.session
    with monkeypatch.context() as patch:
        # Its process has still to end.
        patch.setattr(type(first), "is_alive", property(lambda session: True))
        QTest.keyClick(paused.window, Qt.Key.Key_F)
        press(dialog_of(paused), "fork_only")
        assert paused.window.session is first
        paused.click("play_button")
        assert paused.message == "Another run is being opened: it can be trained as soon as it is here."
        paused.trigger("restart")
        assert paused.window.session.name == "Run 2"
    step = grouped(first.step_count)
    paused.wait(lambda: paused.message.startswith("Run 3 is forked"))
    assert paused.message == (
        f"Run 3 is forked from Run 1 at step {step}, and waits: another run was wanted since."
    )
    assert paused.window.session.name == "Run 2"
    paused.click("message_action")
    paused.wait(lambda: paused.window.session.name == "Run 3")
    paused.settle()


def test_a_fork_at_the_playhead_goes_on_as_the_run_did(paused):
    first = paused.window.session
    until = first.step_count
    go_to(paused, 7)
    QTest.keyClick(paused.window, Qt.Key.Key_F)
    dialog = dialog_of(paused)
    assert dialog.windowTitle() == "Fork Run 1 at step 7"
    assert dialog.sentence == "Nothing is different yet: an exact copy."
    press(dialog, "fork_only")
    paused.wait(lambda: paused.window.session is not first)
    paused.settle()
    assert paused.message == "This is Run 2, forked from Run 1 at step 7."
    assert paused.state is SessionState.PAUSED
    assert paused.shown_step == 7
    assert (7, "forked from Run 1") in paused.find("loss_ribbon", LossRibbon).events
    for _ in range(until - 7):
        paused.click("step_button")
    paused.wait(lambda: paused.shown_step == until)
    copy = paused.window.instrument.run.parameters.vector
    paused.window._training.go_back()
    paused.wait(lambda: paused.window.session.name == "Run 1" and paused.shown_step == until)
    np.testing.assert_array_equal(paused.window.instrument.run.parameters.vector, copy)


def test_of_a_run_that_trains_no_step_is_named_that_will_have_passed(paused):
    paused.click("play_button")
    paused.wait(lambda: paused.state is SessionState.RUNNING)
    paused.click("fork_button")
    dialog = dialog_of(paused)
    assert dialog.windowTitle() == "Fork Run 1 at its newest step"
    press(dialog, "fork_only")
    paused.wait(lambda: paused.window.session.name == "Run 2")
    step = paused.window._bridge.present.parent.step
    assert paused.message == f"This is Run 2, forked from Run 1 at step {grouped(step)}."


def test_what_is_changed_stands_out_and_acts(paused):
    paused.click("fork_button")
    dialog = dialog_of(paused)
    rate = dialog.findChild(QDoubleSpinBox, "fork_learning_rate")
    box = dialog.findChild(QComboBox, "fork_optimizer")
    rate.setValue(0.02)
    box.setCurrentIndex(box.findText("SGD"))
    assert dialog.sentence == "Different: learning rate 0.002 → 0.02, optimiser Adam → SGD."
    assert dialog.changes == {"learning_rate": 0.02, "optimizer": "sgd"}
    press(dialog, "fork_and_train")
    paused.wait(lambda: paused.window.session.name == "Run 2" and paused.state is SessionState.RUNNING)
    config = paused.window.session.config
    assert (config.learning_rate, config.optimizer) == (0.02, "sgd")
    paused.play_until(paused.window.session.step_count + 2)


def test_a_number_that_is_still_being_typed_counts(paused):
    paused.click("fork_button")
    dialog = dialog_of(paused)
    rate = dialog.findChild(QDoubleSpinBox, "fork_learning_rate")
    rate.selectAll()
    QTest.keyClicks(rate.lineEdit(), "0.0f3")
    # Before Tab or Enter.
    assert dialog.sentence == "Different: learning rate 0.002 → 0.03."
    assert dialog.changes == {"learning_rate": 0.03}
    dialog.findChild(QPushButton, "fork_only").animateClick()
    paused.wait(lambda: paused.window.session.name == "Run 2")
    assert paused.window.session.config.learning_rate == 0.03


def test_another_order_is_another_seed(paused):
    paused.trigger("fork")
    dialog = dialog_of(paused)
    box = dialog.findChild(QComboBox, "fork_seed")
    box.setCurrentIndex(1)
    assert set(dialog.changes) == {"seed"}
    assert dialog.changes["seed"] != paused.window.session.config.seed
    dialog.close()
    assert paused.window.session.name == "Run 1"


def test_a_twin_begins_with_the_same_values(paused):
    first = paused.window._bridge.present
    paused.window._runs.tape.forking.ask_twin(first.key)
    dialog = dialog_of(paused)
    assert dialog.windowTitle() == "Fork Run 1 from its first values"
    dialog.findChild(QDoubleSpinBox, "fork_learning_rate").setValue(0.03)
    press(dialog, "fork_only")
    paused.wait(lambda: paused.window._bridge.present is not first)
    twin = paused.window.session
    assert twin.step_count == 0
    assert twin.config.seed == first.session.config.seed
    np.testing.assert_array_equal(twin.initial.vector, first.session.initial.vector)


def test_a_fork_goes_on_with_an_edited_filter(paused):
    window = paused.window
    window._looking._surgery.change(FilterEdit("conv1", 2, factor=0.0), "Switch filter 3 of conv1 off")
    go_to(paused, 9)
    paused.click("fork_button")
    dialog = dialog_of(paused)
    assert dialog.findChild(QCheckBox, "fork_edited").text() == "Go on without conv1 3"
    assert dialog.sentence == "Different: edited filters."
    before = window.instrument.run.parameters["conv1.weight"].copy()
    press(dialog, "fork_only")
    paused.wait(lambda: window.session.name == "Run 2" and paused.shown_step == 9)
    after = window.instrument.run.parameters["conv1.weight"]
    assert not after[2].any()
    np.testing.assert_array_equal(np.delete(after, 2, 0), np.delete(before, 2, 0))


def test_a_step_before_a_fork_is_forked_from_the_run_it_belongs_to(paused):
    go_to(paused, 12)
    paused.click("fork_button")
    press(dialog_of(paused), "fork_only")
    paused.wait(lambda: paused.window.session.name == "Run 2" and paused.shown_step == 12)
    go_to(paused, 5)
    paused.click("fork_button")
    press(dialog_of(paused), "fork_only")
    paused.wait(lambda: paused.window.session.name == "Run 3" and paused.shown_step == 5)
    assert paused.window._bridge.present.parent.name == "Run 1"


def test_a_run_is_played_back_from_its_first_step_to_live(paused):
    shown = []
    paused.window.instrument.playhead_moved.connect(shown.append)
    playback = paused.window._training.playback
    playback.set_speed(2)
    paused.click("playback_button")
    assert playback.is_playing
    paused.wait(lambda: paused.window.instrument.playhead is None and not playback.is_playing)
    assert shown[0] == 0
    assert shown[-1] is None
    steps = shown[:-1]
    assert steps == sorted(steps)
    assert len(steps) > 10
    paused.wait(lambda: paused.shown_step == paused.window.session.step_count)


def test_playing_back_stands_where_it_is_pressed_again_or_the_ribbon_is(paused):
    playback = paused.window._training.playback
    playback.set_speed(180)
    playback.set_pace(EVEN_STEPS)
    go_to(paused, 4)
    paused.trigger("playback")
    assert paused.window.instrument.playhead == 4
    paused.trigger("playback")
    assert not playback.is_playing
    assert paused.window.instrument.playhead == 4
    paused.trigger("playback")
    ribbon = paused.find("loss_ribbon", LossRibbon)
    # The list of recorded steps is told a little later than the steps.
    paused.wait(lambda: 10 in ribbon.stops.recorded and ribbon.stops.live >= 20)
    place = QPoint(round(ribbon.width() * 10 / ribbon.extent), ribbon.height() // 2)
    QTest.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=place)
    assert not playback.is_playing
    paused.wait(lambda: (paused.window.instrument.playhead or 0) > 4)


def test_playing_back_stands_where_a_click_elsewhere_has_put_the_playhead(paused):
    playback = paused.window._training.playback
    playback.set_speed(180)
    paused.trigger("playback")
    paused.wait(lambda: paused.shown_step == 0)
    assert playback.is_playing
    # As a click on a probe's curve, a film or a report does.
    paused.find("probe_rack", ProbeRack).step_wanted.emit(15)
    assert not playback.is_playing
    paused.wait(lambda: paused.shown_step == 15)
    assert paused.window.instrument.playhead == 15


def test_playing_back_stands_at_the_step_that_is_to_be_forked(paused):
    playback = paused.window._training.playback
    playback.set_speed(10)
    paused.trigger("playback")
    paused.wait(lambda: (paused.window.instrument.playhead or 0) > 2)
    paused.click("fork_button")
    step = paused.window.instrument.playhead
    assert not playback.is_playing
    assert dialog_of(paused).windowTitle() == f"Fork Run 1 at step {step}"


def test_the_first_step_of_an_accuracy_is_found(paused):
    menu = paused.window.findChild(TapeMenu)
    menu.go_to_accuracy(1.0)
    assert paused.message == "No test of this run has reached 100\u202f% yet."
    assert paused.window.instrument.playhead is None
    tests = paused.window.session.tests
    paused.wait(lambda: len(tests.since(0)) > 0 or paused.click("step_button") or False)
    first = tests.since(0)[0]
    menu.go_to_accuracy(float(first["accuracy"]))
    assert paused.window.instrument.playhead == first["step"]
    assert f"was at step {first['step']}" in paused.message
    menu._goals.aboutToShow.emit()
    enabled = [action.isEnabled() for action in menu._goals.actions()]
    best = float(tests.since(0)["accuracy"].max())
    assert enabled == [best >= accuracy for accuracy in (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)]


def test_a_layer_can_be_frozen_from_here_on(paused):
    paused.click("fork_button")
    dialog = dialog_of(paused)
    dialog.findChild(QCheckBox, "fork_freeze_conv1").setChecked(True)
    assert dialog.sentence == "Different: frozen conv1."
    before = paused.window.instrument.run.parameters
    press(dialog, "fork_and_train")
    paused.wait(lambda: paused.window.session.name == "Run 2")
    paused.play_until(paused.window.session.step_count + 5)
    after = paused.window.instrument.run.parameters
    np.testing.assert_array_equal(after["conv1.weight"], before["conv1.weight"])
    assert not np.array_equal(after["conv2.weight"], before["conv2.weight"])


def test_a_fork_that_would_train_nothing_is_not_offered(paused):
    paused.click("fork_button")
    dialog = dialog_of(paused)
    boxes = [box for box in dialog.findChildren(QCheckBox) if box.objectName().startswith("fork_freeze_")]
    buttons = [dialog.findChild(QPushButton, name) for name in ("fork_only", "fork_and_train")]
    for box in boxes:
        box.setChecked(True)
    assert dialog.sentence == ALL_FROZEN
    assert [(button.isEnabled(), button.toolTip()) for button in buttons] == [(False, ALL_FROZEN)] * 2
    boxes[-1].setChecked(False)
    assert dialog.sentence.startswith("Different: frozen conv1 and")
    assert all(button.isEnabled() and button.toolTip() != ALL_FROZEN for button in buttons)


def test_two_forks_one_soon_after_the_other_are_told_in_one_sentence(paused, monkeypatch):
    first = paused.window.session
    step = grouped(first.step_count)
    with monkeypatch.context() as patch:
        # Its process has still to end.
        patch.setattr(type(first), "is_alive", property(lambda session: True))
        for button in ("fork_only", "fork_and_train"):
            QTest.keyClick(paused.window, Qt.Key.Key_F)
            press(dialog_of(paused), button)
    paused.wait(lambda: paused.window.session.name == "Run 3")
    assert paused.message == (f"This is Run 3, forked from Run 1 at step {step}; Run 2 waits among the runs.")
    paused.wait(lambda: paused.state is SessionState.RUNNING)
    # A later one is told by itself.
    paused.click("play_button")
    paused.wait(lambda: paused.state is SessionState.PAUSED)
    QTest.keyClick(paused.window, Qt.Key.Key_F)
    press(dialog_of(paused), "fork_only")
    paused.wait(lambda: paused.window.session.name == "Run 4")
    assert "Run 2" not in paused.message


def test_the_tape_tells_what_a_fork_changed_and_what_its_parent_is_called_now(paused):
    window = paused.window
    first = window._bridge.present
    paused.click("fork_button")
    dialog = dialog_of(paused)
    dialog.findChild(QCheckBox, "fork_freeze_conv1").setChecked(True)
    press(dialog, "fork_only")
    paused.wait(lambda: window.session.name == "Run 2" and paused.shown_step == first.session.step_count)
    ribbon, step = paused.find("loss_ribbon", LossRibbon), window.session.step_count
    window._bridge.book.rename(first, "Warm-up")
    assert ribbon.events[-1] == (step, "forked from Warm-up")
    heard = []
    window._tape.hovered.connect(heard.append)
    QTest.mouseMove(ribbon, QPoint(round(ribbon.width() * step / ribbon.extent), 10))
    paused.wait(lambda: heard and "forked from Warm-up: frozen conv1" in heard[-1])


def test_any_speed_can_be_chosen(paused):
    playback = paused.window._training.playback
    menu = paused.window.findChild(TapeMenu)
    field = menu.findChild(QSpinBox, "playback_seconds")
    field.setValue(7)
    assert playback.speed == 7
    speeds = [action for action in menu.findChildren(QAction) if action.text().endswith((" s", ":00"))]
    assert speeds
    assert not any(action.isChecked() for action in speeds)
    texts = {action.text(): action for action in menu.findChildren(QAction)}
    texts["1:00"].trigger()
    assert (playback.speed, field.value()) == (60, 60)
    assert texts["1:00"].isChecked()
