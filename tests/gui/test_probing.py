"""Probes in the real window: pinned, read while a run trains, scrubbed, and there again after a restart."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton

from engine.network import Network
from engine.probes import MOST_PROBES, ProbeReader
from engine.tape import Tape
from gui.probe_answers import TapeReading
from gui.probing import NO_RUN, Probing
from gui.widgets.message_strip import MessageStrip
from gui.widgets.probe_rack import ProbeRack
from tests.driving import ONE, SEVEN
from tests.gui.frame_samples import SMALL

# The offscreen platform says so of every menu and of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def probing_of(driver):
    return driver.window.findChild(Probing)


def rack_of(driver):
    return driver.find("probe_rack", ProbeRack)


def row_at(driver, index):
    return rack_of(driver).rows[index]


def embedded(driver):
    return driver.window._library.embedded().test


def pin_digits(driver, *numbers):
    digits = embedded(driver)
    for number in numbers:
        probing_of(driver).pin_digit(digits, number)
    return digits


def close_menus(driver):
    driver.wait(lambda: driver.window.findChildren(QMenu, "probe_menu"))
    for menu in driver.window.findChildren(QMenu, "probe_menu"):
        menu.close()


def undo_message(driver):
    strip = driver.find("message_strip", MessageStrip)
    button = next(button for button in strip.findChildren(QPushButton) if button.text() == "Undo")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def history_of(driver, key):
    history = probing_of(driver).history()
    return history.track(key, next(p.label for p in probing_of(driver).probes if p.key == key))


def test_a_pinned_drawing_asks_for_its_class_and_is_answered_without_any_run(driver):
    driver.draw(*SEVEN)
    driver.click("pin_button")
    close_menus(driver)
    row = row_at(driver, 0)
    driver.wait(lambda: row.answer is not None)
    probabilities = driver.window.classify()
    assert (row.answer.name, row.answer.right) == (str(probabilities.argmax()), None)
    assert row.answer.probability == pytest.approx(float(probabilities.max()), abs=1e-5)
    assert row.sentence == NO_RUN
    row.label_chosen.emit(7)
    assert probing_of(driver).probes[0].label == 7
    assert row.label.text().startswith("is 7")
    assert row.answer.right is (row.answer.name == "7")


def test_what_is_shown_is_what_the_network_at_the_playhead_answers(driver):
    digits = pin_digits(driver, 0, 5)
    driver.window.show_page("train")
    driver.play_until(30)
    probing = probing_of(driver)
    keys = [probe.key for probe in probing.probes]
    for step in (driver.window.session.step_count, 7):
        if step == 7:
            driver.window.instrument.go_to(step)
            driver.wait(lambda: driver.shown_step == 7)
        parameters = driver.window.instrument.run.parameters
        network = Network.from_parameters(driver.window.session.spec, parameters)
        wanted = network.probabilities(digits.pictures[[0, 5]])
        for index in range(2):
            sure = pytest.approx(float(wanted[index].max()), abs=1e-6)
            driver.wait(lambda index=index, sure=sure: row_at(driver, index).answer.probability == sure)
            assert row_at(driver, index).answer.name == str(wanted[index].argmax())
        # It is also a reading of that step.
        driver.wait(lambda step=step: step in history_of(driver, keys[0]).steps)
        for index, key in enumerate(keys):
            track = history_of(driver, key)
            found = track.probabilities[track.index_at(step)]
            np.testing.assert_allclose(found, wanted[index], atol=1e-6)


def test_after_the_end_of_a_run_every_recorded_step_is_read(driver):
    pin_digits(driver, 0)
    driver.window.show_page("train")
    driver.play_until(12)
    driver.stop()
    key = probing_of(driver).probes[0].key
    driver.wait(lambda: set(driver.window._bridge.recorded_steps) <= set(history_of(driver, key).steps))
    # Pinned when all is over, it is read all the same.
    pin_digits(driver, 1)
    other = probing_of(driver).probes[1].key
    driver.wait(lambda: set(driver.window._bridge.recorded_steps) <= set(history_of(driver, other).steps))
    session = driver.window.session
    track = history_of(driver, other)
    for step in session.recorded_steps[:4]:
        network = Network.from_parameters(session.spec, session.tape.at(step).parameters)
        wanted = network.probabilities(embedded(driver).pictures[1:2])[0]
        np.testing.assert_allclose(track.probabilities[track.index_at(step)], wanted, atol=1e-6)


def test_a_click_on_the_curve_goes_to_that_step(driver):
    pin_digits(driver, 0)
    driver.window.show_page("train")
    driver.play_until(12)
    driver.stop()
    row, key = row_at(driver, 0), probing_of(driver).probes[0].key
    driver.wait(lambda: 5 in history_of(driver, key).steps)
    driver.wait(lambda: row._track is not None and 5 in row._track.steps)
    curve = row.places.curve
    place = QPoint(round(curve.left() + curve.width() * 5 / row._extent), round(curve.center().y()))
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=place)
    assert driver.window.instrument.playhead == 5
    driver.wait(lambda: driver.shown_step == 5)


def test_probes_survive_a_restart_and_its_readings_belong_to_their_run(driver):
    pin_digits(driver, 0)
    driver.window.show_page("train")
    driver.play_until(10)
    key = probing_of(driver).probes[0].key
    driver.wait(lambda: len(history_of(driver, key).steps) > 1)
    first = driver.window.session
    driver.window._training.restart(new_seed=True)
    driver.settle()
    assert [probe.key for probe in probing_of(driver).probes] == [key]
    driver.wait(lambda: history_of(driver, key).steps.tolist() == [0])
    driver.window._training.go_back()
    assert driver.window.session is first
    assert len(history_of(driver, key).steps) > 1


def test_the_axis_is_the_one_of_the_tape(driver):
    pin_digits(driver, 0)
    driver.window.show_page("train")
    driver.play_until(60)
    tape = driver.window._tape
    driver.wait(lambda: row_at(driver, 0)._extent == tape.extent >= 60)


def test_removing_can_be_undone_with_all_that_was_read(driver):
    pin_digits(driver, 0, 1)
    driver.window.show_page("train")
    driver.play_until(10)
    probing = probing_of(driver)
    key = probing.probes[0].key
    driver.wait(lambda: len(history_of(driver, key).steps) > 1)
    steps = history_of(driver, key).steps.tolist()
    row_at(driver, 0).setFocus()
    QTest.keyClick(row_at(driver, 0), Qt.Key.Key_Delete)
    assert [probe.name for probe in probing.probes] == ["digit 1"]
    assert driver.message == "“digit 0” is no probe any more."
    undo_message(driver)
    assert [probe.name for probe in probing.probes] == ["digit 0", "digit 1"]
    assert set(steps) <= set(history_of(driver, key).steps.tolist())


def test_there_is_an_end_to_the_rack_and_no_picture_is_there_twice(driver):
    pin_digits(driver, *range(MOST_PROBES), 0)
    assert "room for 12" in driver.message
    probing = probing_of(driver)
    probing.remove(probing.probes[-1].key)
    pin_digits(driver, 0)
    assert driver.message == "This picture is pinned already: “digit 0”."
    assert len(probing.probes) == MOST_PROBES - 1


def test_a_test_digit_is_pinned_from_train(driver):
    driver.window.show_page("train")
    driver.settle()
    driver.choose("picture_choice", "Pin as a probe")
    (probe,) = probing_of(driver).probes
    assert (probe.label, probe.name) == (7, driver.find("picture_choice", QComboBox).currentText()[5:])


def test_what_is_pinned_comes_into_view_in_a_low_window(driver):
    driver.window.resize(1280, 720)
    driver.wait(lambda: driver.window._pad.answer_room.is_folded)
    assert not rack_of(driver).isVisible()
    pin_digits(driver, 0)
    assert rack_of(driver).isVisible()


def test_a_network_of_other_classes_is_told_not_judged(driver):
    pin_digits(driver, 0)
    driver.window._files.open_shipped(2)
    driver.settle()
    row = row_at(driver, 0)
    driver.wait(
        lambda: row.answer is not None and row.answer.name in driver.window.instrument.answering.spec.classes
    )
    assert row.answer.right is None


def test_marks_for_the_tape_tell_where_each_was_first_right(driver):
    marks = []
    probing_of(driver).marks_changed.connect(marks.append)
    pin_digits(driver, 0, 1)
    driver.window.show_page("train")
    driver.play_until(60)
    driver.stop()
    probing = probing_of(driver)
    steps = set(driver.window._bridge.recorded_steps)
    driver.wait(lambda: all(steps <= set(history_of(driver, probe.key).steps) for probe in probing.probes))
    driver.wait(lambda: marks and len(marks[-1]) == 2)
    for (step, sentence), probe in zip(marks[-1], probing.probes, strict=True):
        track = history_of(driver, probe.key)
        assert sentence == f"{probe.name} first right"
        assert step == track.steps[track.right.argmax()]


def test_probes_are_there_at_the_next_start(open_window):
    first = open_window(restored=True)
    first.draw(*ONE)
    first.click("pin_button")
    close_menus(first)
    probing_of(first).set_label(probing_of(first).probes[0].key, 1)
    first.window.close()
    second = open_window(restored=True)
    (probe,) = probing_of(second).probes
    assert (probe.label, probe.name) == (1, "my drawing")
    assert row_at(second, 0).label.text().startswith("is 1")


def test_a_window_that_leaves_no_trace_keeps_none(open_window, places):
    driver = open_window(restored=True)
    driver.window.leave_no_trace()
    pin_digits(driver, 0)
    driver.window.close()
    assert not (places.data / "probes.json").exists()


def test_a_tape_is_read_to_its_end_whatever_holds_the_reading_up(qtbot, monkeypatch):
    network = Network(SMALL, 0)
    tape = Tape(0, network.parameters)
    for step in range(1, 60):
        tape.record(step, network.parameters.vector)
    read, readings = ProbeReader._read, []

    def hesitant(reader, recorded):
        readings.append(recorded.step)
        if len(readings) == 5:
            time.sleep(0.05)
        read(reader, recorded)

    monkeypatch.setattr(ProbeReader, "_read", hesitant)
    pictures = np.zeros((2, *SMALL.input_shape), np.float32)
    reading, found = TapeReading(SMALL, pictures, tape, ()), []
    qtbot.waitUntil(lambda: found.extend(reading.take()) or len(found) == 60, timeout=20_000)
    reading.close()
