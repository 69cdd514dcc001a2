"""The Runs page in the window: reached, followed by the address and the Inspector, undone in place."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from gui.bridge import SessionState
from gui.dialogs.fork_dialog import ForkDialog
from gui.film_panels import FilmPanels
from gui.pages.runs.page import RunsPage
from gui.pages.runs.race_part import EXPLANATION
from gui.widgets.elided_label import ElidedLabel

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def two_runs(driver):
    """A window with a run of five steps and one of three, which is open; Runs is in front."""
    driver.window.show_page("train")
    driver.settle()
    driver.play_until(5)
    driver.trigger("new_seed")
    driver.settle()
    driver.play_until(3)
    driver.trigger("page_runs")
    driver.settle()
    return driver


def page_of(driver):
    return driver.find("page_runs", RunsPage)


def test_the_page_is_the_fifth_and_shows_both_runs(two_runs):
    assert two_runs.window._actions["page_runs"].shortcut().toString() == "5"
    page = page_of(two_runs)
    assert page.isVisible()
    assert [row.name for row in page.rows] == ["Run 1", "Run 2"]
    assert two_runs.find("rail_runs").isChecked()


def test_the_page_is_made_when_it_is_first_wanted(driver):
    assert driver.window.findChild(RunsPage) is None
    driver.trigger("page_runs")
    driver.settle()
    made = page_of(driver)
    driver.trigger("page_draw")
    driver.trigger("page_runs")
    assert driver.window.findChildren(RunsPage) == [made]


def test_a_twin_and_a_fork_are_asked_about(two_runs):
    page = page_of(two_runs)
    page.panel.list.choose(page.rows[0].key)
    two_runs.click("run_twin")
    titles = [
        dialog.windowTitle() for dialog in two_runs.window.findChildren(ForkDialog) if dialog.isVisible()
    ]
    assert titles == ["Fork Run 1 from its first values"]
    page.fork_requested.emit(page.rows[0].key, 2)
    visible = [dialog for dialog in two_runs.window.findChildren(ForkDialog) if dialog.isVisible()]
    assert [dialog.windowTitle() for dialog in visible] == ["Fork Run 1 at step 2"]
    visible[0].close()


def test_address_and_inspector_follow_the_open_run(two_runs):
    window = two_runs.window
    page_of(two_runs).show_part("compare")
    two_runs.settle()
    two_runs.wait(lambda: window._inspecting.frame_of("runs") is not None)
    step = window.session.step_count
    two_runs.wait(lambda: (window.selection.value.run, window.selection.value.step) == ("Run 2", step))
    page_of(two_runs).compare.a.filters.tile_clicked.emit(1, None, None)
    value = window.selection.value
    assert (value.layer, value.kind, value.channel) == ("conv1", "filter", 1)
    assert page_of(two_runs).compare.b.filters.selected == 1
    two_runs.play_until(step + 2)
    two_runs.wait(lambda: window.selection.value.step == window.session.step_count)


@pytest.fixture
def compared(two_runs):
    """Both runs beside each other, as they are at the step of the open one."""
    compare = page_of(two_runs).compare
    page_of(two_runs).show_part("compare")
    two_runs.wait(lambda: None not in compare._frames)
    two_runs.settle()
    return two_runs


def click_filter(driver, side, number):
    wall = getattr(page_of(driver).compare, side).filters
    box = wall.tile_layout.tile_box(number)
    place = wall.picture_origin + QPointF(box.x + 2, box.y + 2)
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=place.toPoint())


def numbers_in_inspector(driver):
    driver.click("copy_numbers")
    return [float(cell) for cell in QGuiApplication.clipboard().text().split()]


def test_the_inspector_looks_into_the_run_whose_tile_was_clicked(compared):
    window, page = compared.window, page_of(compared)
    shown = dict(zip("ab", page.compare._frames, strict=True))
    assert [frame.source for frame in shown.values()] == ["Run 2", "Run 1"]
    for side in ("b", "a", "b"):
        click_filter(compared, side, 1)
        frame = shown[side]
        where = f"{frame.source} · step {frame.step}"
        assert compared.find("inspector_source", ElidedLabel).text == where
        assert (window.selection.value.run, window.selection.value.step) == (frame.source, frame.step)
        expected = frame.parameters["conv1.weight"][1].ravel()
        np.testing.assert_allclose(numbers_in_inspector(compared), expected, rtol=1e-3)
        assert page.compare.a.filters.selected == page.compare.b.filters.selected == 1
    rename(compared, 0, "first")
    compared.wait(lambda: window.selection.value.run == "first")
    page.show_part("curves")
    compared.wait(lambda: window.selection.value.run == "Run 2")


def test_a_filter_of_the_run_that_does_not_answer_is_not_switched(compared):
    instrument = compared.window.instrument
    click_filter(compared, "b", 1)
    compared.trigger("switch_filter")
    assert compared.message == "Run 1 does not answer the Pad: only filters of Run 2 can be changed."
    assert instrument.answering is instrument.run
    click_filter(compared, "a", 1)
    compared.trigger("switch_filter")
    compared.settle()
    step = compared.window.session.step_count
    assert instrument.answering.source == f"Run 2 at step {step} without conv1 2"


def test_a_run_is_opened_deleted_and_brought_back(two_runs):
    page, window = page_of(two_runs), two_runs.window
    second = window.session
    page.panel.list.choose(page.rows[0].key)
    two_runs.click("run_open")
    two_runs.wait(lambda: window.session is not second)
    two_runs.settle()
    assert window.session.name == "Run 1"
    page.panel.list.choose(page.rows[1].key)
    two_runs.click("run_delete")
    assert two_runs.message == "Run 2 is deleted."
    assert [row.name for row in page.rows] == ["Run 1"]
    two_runs.click("message_action")
    assert [row.name for row in page.rows] == ["Run 1", "Run 2"]


def test_another_name_of_the_open_run_is_told_by_the_pad(two_runs):
    page = page_of(two_runs)
    page.panel.list.choose(page.rows[1].key)
    two_runs.click("run_rename")
    line = two_runs.find("run_name", QLineEdit)
    line.setText("wider")
    QTest.keyClick(line, Qt.Key.Key_Return)
    two_runs.wait(lambda: two_runs.window.session.name == "wider")
    two_runs.wait(lambda: two_runs.window.selection.value.run == "wider")
    assert two_runs.window.instrument.answering.source == "wider"
    assert "the answer of wider" in two_runs.find("answer_switch").toolTip()


def rename(driver, run, name):
    page = page_of(driver)
    page.panel.list.choose(page.rows[run].key)
    driver.click("run_rename")
    line = driver.find("run_name", QLineEdit)
    line.setText(name)
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.qWait(0)


def test_a_name_that_is_refused_is_forgotten_when_another_one_is_taken(two_runs):
    refused = "Another run is called Run 1 already; Run 2 keeps its own name."
    rename(two_runs, 1, "Run 1")
    assert two_runs.message == refused
    rename(two_runs, 1, "wider")
    assert [row.name for row in page_of(two_runs).rows] == ["Run 1", "wider"]
    assert two_runs.message == ""
    rename(two_runs, 1, "Run 1")
    two_runs.window.say("Something else.")
    rename(two_runs, 1, "narrower")
    assert two_runs.message == "Something else."


def test_letters_in_a_name_and_a_note_are_no_shortcuts(two_runs):
    page = page_of(two_runs)
    page.panel.note.setFocus()
    QTest.keyClicks(page.panel.note, "x 5 b i.")
    assert page.panel.note.toPlainText() == "x 5 b i."
    assert page.isVisible()


def test_the_page_begins_with_a_run_of_random_values_and_offers_the_race(driver):
    driver.trigger("page_runs")
    driver.settle()
    page = page_of(driver)
    driver.wait(lambda: [row.name for row in page.rows] == ["Run 1"])
    assert driver.window.session.step_count == 0
    driver.click("runs_race")
    race = driver.window._runs.comparing._race
    assert race.part.isVisible()
    assert not race.is_going


def test_a_race_pauses_the_run_and_ends_with_the_window(two_runs):
    two_runs.click("play_button")
    two_runs.wait(lambda: two_runs.state is SessionState.RUNNING)
    two_runs.trigger("page_runs")
    two_runs.click("runs_race")
    race = two_runs.window._runs.comparing._race
    race.start()
    two_runs.wait(lambda: two_runs.state is SessionState.PAUSED)
    two_runs.wait(lambda: race.is_going)
    two_runs.window.close()
    assert not race.is_going


def racing(driver):
    """Start a race, and give it when it is on its way."""
    driver.click("runs_race")
    race = driver.window._runs.comparing._race
    race.start()
    driver.wait(lambda: race.state == "racing")
    return race


def test_a_run_that_is_played_and_a_race_hold_each_other(two_runs):
    race = racing(two_runs)
    two_runs.click("play_button")
    two_runs.wait(lambda: two_runs.state is SessionState.RUNNING)
    assert race.state == "paused"
    assert two_runs.message == "The race is paused while Run 2 trains."
    two_runs.click("message_action")
    two_runs.wait(lambda: two_runs.state is SessionState.PAUSED)
    assert race.state == "racing"
    assert two_runs.message == "Run 2 is paused while the race is on."
    two_runs.window.close()


def test_a_race_does_not_follow_into_another_project(two_runs):
    race = racing(two_runs)
    two_runs.trigger("new_project")
    two_runs.settle()
    assert race.state == "ready"
    assert not race.is_going
    assert race.part.message.text() == EXPLANATION


@pytest.mark.parametrize(("part", "filmed"), [("curves", True), ("compare", True), ("race", False)])
def test_a_page_is_filmed_where_it_follows_the_playhead(two_runs, part, filmed):
    window = two_runs.window
    page_of(two_runs).show_part(part)
    panels = FilmPanels(window._runs.exporting._panels, window.show_page).of(window.session.spec)
    assert ("page" in [panel.key for panel in panels]) == filmed


def test_what_a_race_has_come_to_stays_when_another_run_is_opened(two_runs):
    two_runs.trigger("page_runs")
    race = racing(two_runs)
    race.stop()
    told = race.part.message.text()
    assert "Stopped at step" in told
    two_runs.click("restart_button")
    two_runs.wait(lambda: two_runs.window.session.name == "Run 3")
    assert race.part.message.text() == told
    assert race.state == "over"
