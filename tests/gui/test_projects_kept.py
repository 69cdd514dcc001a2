"""Work in the real window is kept without being asked for, and is there again."""

import threading

import numpy as np
import pytest
from PySide6.QtWidgets import QMenu, QPushButton

from engine.drawing import drawing_to_json
from engine.formats.project import run_folder
from engine.formats.run import save_run
from engine.formats.run_folder import read_run_folder
from engine.session import SessionState
from gui import project_parts
from gui.app import create_window
from gui.pad.ink import drawing_image
from gui.run_store import RUN_FILE
from gui.widgets.elided_label import ElidedLabel
from gui.working_folder import MOST_DAMAGED
from tests.driving import SEVEN, Driver
from tests.gui.project_hands import act, after_a_kill, kept, names, projects, quick, start_again, window

__all__ = ["quick", "window"]

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_a_killed_program_offers_what_was_kept_and_brings_it_back(window, places, tmp_path, qtbot):
    window.draw(*SEVEN)
    window.play_until(5)
    step = window.window.session.step_count
    content = kept(window, places)
    assert [run.name for run in content.project.runs] == ["Run 1"]
    assert window.find("kept", ElidedLabel).text.startswith("autosaved ")
    again = start_again(after_a_kill(places, tmp_path), qtbot)
    assert again.window.session is None
    assert again.message.startswith("Filterscope ended unexpectedly. Run 1 was saved at ")
    assert again.message.endswith(f", step {step}.")
    assert again.find("message_action", QPushButton).text() == "Bring it back"
    act(again)
    session = again.window.session
    assert (session.name, session.step_count, session.state) == ("Run 1", step, SessionState.PAUSED)
    assert drawing_to_json(again.window.document.drawing) == drawing_to_json(window.window.document.drawing)
    np.testing.assert_array_equal(session.steps.since(0), window.window.session.steps.since(0))
    assert not list((tmp_path / "killed" / "data").glob("set-aside*"))
    again.play_until(step + 2)


def test_a_program_that_is_killed_while_it_trains_has_what_it_was_told_is_kept(
    window, places, tmp_path, qtbot
):
    window.click("play_button")
    window.wait(lambda: window.window.session is not None and window.window.session.step_count > 5)
    kept(window, places)
    killed = after_a_kill(places, tmp_path)
    ((run, _),) = [read_run_folder(path) for path in (killed.data / "working" / "runs").iterdir()]
    assert run.state.position.step > 0
    np.testing.assert_array_equal(run.steps["step"], np.arange(1, run.state.position.step + 1))
    again = start_again(killed, qtbot)
    act(again)
    assert again.window.session.step_count == run.state.position.step


def test_pictures_are_made_beside_the_window_and_only_of_another_drawing(window, places, monkeypatch):
    threads = []

    def watched(*arguments):
        threads.append(threading.current_thread())
        return drawing_image(*arguments)

    monkeypatch.setattr(project_parts, "drawing_image", watched)
    window.draw(*SEVEN)
    first = kept(window, places)
    window.play_until(2)
    second = kept(window, places)
    assert second.project.runs
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert second.drawings["canvas"].preview == first.drawings["canvas"].preview
    window.draw(*SEVEN[1:])
    third = kept(window, places)
    assert len(threads) == 2
    assert third.drawings["canvas"].preview != first.drawings["canvas"].preview


def test_what_is_not_brought_back_stays_in_the_menu(window, places, tmp_path, qtbot):
    window.play_until(3)
    kept(window, places)
    killed = after_a_kill(places, tmp_path)
    start_again(killed, qtbot).window.close()
    again = start_again(killed, qtbot)
    menu = again.find("recent_projects_menu", QMenu)
    menu.aboutToShow.emit()
    # There is no file to forget: what was set aside stays in the list.
    assert len(menu.actions()) == 1
    assert menu.actions()[0].text().startswith("Not saved, ")
    menu.actions()[0].trigger()
    again.settle()
    assert names(again) == ["Run 1"]


def test_nothing_is_asked_at_closing_and_all_runs_come_back(window, open_window, places):
    window.play_until(3)
    window.choose("preset", "One filter")
    window.play_until(2)
    window.window._bridge.book.annotate(window.window._bridge.present, "a note")
    steps = [entry.session.step_count for entry in window.window._bridge.book]
    hues = [entry.hue for entry in window.window._bridge.book]
    window.window.close()
    again = open_window(restored=True)
    book = list(again.window._bridge.book)
    assert [entry.name for entry in book] == ["Run 1", "Run 2"]
    assert [entry.session.step_count for entry in book] == steps
    assert [entry.hue for entry in book] == hues
    assert book[1].note == "a note"
    assert again.window.session.name == "Run 2"
    assert again.message == ""


def test_closing_remembers_the_file_and_how_the_work_stood_to_it(window, open_window, tmp_path):
    window.play_until(2)
    projects(window).save_as(tmp_path / "a.filterscope")
    window.settle()
    window.window.close()
    again = open_window(restored=True)
    assert again.window.windowTitle() == "Filterscope — a[*]"
    assert not again.window.isWindowModified()
    again.draw(*SEVEN)
    again.wait(again.window.isWindowModified)
    again.window.close()
    third = open_window(restored=True)
    assert third.window.windowTitle() == "Filterscope — a[*]"
    assert third.window.isWindowModified()


def test_a_fork_knows_its_parent_again(window, open_window):
    window.play_until(4)
    bridge = window.window._bridge
    first = bridge.present
    bridge.fork(first.key, 2)
    window.wait(lambda: bridge.present is not first)
    window.play_until(3)
    key = first.key
    window.window.close()
    again = open_window(restored=True)
    child = again.window._bridge.present
    assert (child.name, child.parent.key, child.parent.name, child.parent.step) == ("Run 2", key, "Run 1", 2)
    assert again.window._bridge.book.find(key).name == "Run 1"


def test_a_run_that_is_deleted_is_not_kept_and_comes_back_with_undo(window, places):
    window.play_until(2)
    bridge = window.window._bridge
    first = bridge.present.key
    window.choose("preset", "One filter")
    window.play_until(2)
    assert len(kept(window, places).project.runs) == 2
    undo = bridge.delete_run(first)
    assert [run.name for run in kept(window, places).project.runs] == ["Run 2"]
    assert not run_folder(places.data / "working", first).exists()
    undo()
    assert len(kept(window, places).project.runs) == 2
    assert read_run_folder(run_folder(places.data / "working", first))[0].name == "Run 1"


def test_the_playhead_and_the_selection_come_back(window, open_window):
    window.play_until(5)
    window.window.instrument.go_to(2)
    window.window.selection.update(layer="conv1", kind="filter", channel=3)
    window.settle()
    window.window.close()
    again = open_window(restored=True)
    assert again.window.instrument.playhead == 2
    assert again.window.selection.value.channel == 3
    again.wait(lambda: again.shown_step == 2)


def test_a_run_whose_data_would_have_to_be_fetched_waits_and_is_not_lost(
    window, open_window, monkeypatch, places
):
    window.play_until(2)
    entry = window.window._bridge.present
    key = entry.key
    object.__setattr__(entry.info, "data_key", "mnist")
    window.window.close()
    again = open_window(restored=True)
    assert again.message == "Run 1 learned on MNIST, which is not on this computer."
    assert again.find("message_action", QPushButton).text() == "Fetch MNIST"
    assert names(again) == []
    again.window.close()
    assert read_run_folder(run_folder(places.data / "working", key))[1] == "mnist"
    third = open_window(restored=True)
    library = third.window._library
    library._loaded["mnist"] = library.embedded()
    library.load("mnist")
    third.settle()
    third.wait(lambda: names(third) == ["Run 1"])


def test_a_disk_that_is_full_is_told_once_and_work_goes_on(window, monkeypatch):
    from gui import autosave

    def full(*_):
        raise OSError(28, "No space left on device")

    window.play_until(2)
    monkeypatch.setattr(autosave, "write_project", full)
    told = []
    projects(window).keeper.failed.connect(told.append)
    window.draw(*SEVEN)
    window.wait(lambda: told)
    for _ in range(2):
        projects(window).keeper._due = 0
        window.draw(*SEVEN)
        window.wait(lambda: not projects(window).keeper._autosave.is_busy)
    assert told == ["Your work could not be saved to the program's folder: no space left on device."]
    window.play_until(window.window.session.step_count + 2)


def test_a_run_that_a_version_before_projects_kept_is_brought_back_once(open_window, places):
    first = open_window(page="train")
    first.play_until(3)
    entry = first.window._bridge.present
    step = entry.session.step_count
    first.window.leave_no_trace()
    first.window.close()
    places.data.mkdir()
    save_run(places.data / RUN_FILE, entry.session.record(), data="embedded")
    again = open_window(restored=True)
    assert (again.window.session.name, again.window.session.step_count) == ("Run 1", step)
    again.play_until(step + 2)
    more = again.window.session.step_count
    again.window.close()
    third = open_window(restored=True)
    assert [run.session.step_count for run in third.window._bridge.book] == [more]


def test_a_window_that_leaves_no_trace_keeps_nothing(open_window, places):
    driver = open_window()
    driver.window.leave_no_trace()
    driver.draw(*SEVEN)
    driver.window.close()
    assert not places.data.exists()


def test_an_empty_project_leaves_nothing(open_window, places):
    window = open_window(restored=True)
    window.window.close()
    assert not (places.data / "working").exists()


def test_a_file_that_is_opened_while_the_last_project_comes_back_has_its_turn(
    window, places, tmp_path, qtbot
):
    window.play_until(3)
    kept(window, places)
    window.window.close()
    bad = tmp_path / "bad.filterscope"
    bad.write_bytes(b"junk")
    opened = create_window(places=places, theme="dark")
    qtbot.addWidget(opened)
    opened.restore()
    # As a start with a file does: what was left by the last one is still being read.
    assert opened.open_file(bad)
    opened.show()
    again = Driver(opened, qtbot)
    again.wait(lambda: "“bad.filterscope” cannot be opened" in again.message)
    again.wait(lambda: projects(again).is_settled)
    assert (opened.session.name, opened.session.step_count > 0) == ("Run 1", True)


def test_a_start_removes_the_older_damaged_runs(open_window, places):
    for number in range(1, MOST_DAMAGED + 2):
        (places.data / f"damaged-run-{number}").mkdir(parents=True)
    open_window(restored=True)
    found = {path.name for path in places.data.glob("damaged-run-*")}
    assert found == {f"damaged-run-{number}" for number in range(2, MOST_DAMAGED + 2)}
