"""What is not lost: where folders cannot be moved, while a project comes back, beside a second window."""

import shutil

import pytest
from PySide6.QtWidgets import QMenu

from engine.drawing import drawing_to_json
from gui import project_reading, working_folder
from gui.app import create_window
from gui.working_folder import WorkingFolder, crashed_elsewhere, projects_aside
from tests.driving import SEVEN, Driver
from tests.gui.project_hands import act, after_a_kill, kept, names, projects, quick, start_again, window

__all__ = ["quick", "window"]

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def refuse(*_):
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("what", ["new", "open"])
def test_a_project_that_cannot_be_set_aside_stays_where_it_is(window, places, tmp_path, monkeypatch, what):
    window.play_until(2)
    projects(window).save_as(tmp_path / "other.filterscope")
    window.settle()
    window.play_until(window.window.session.step_count + 2)
    step = window.window.session.step_count
    kept(window, places)
    monkeypatch.setattr(working_folder, "set_aside", refuse)
    if what == "new":
        window.trigger("new_project")
    else:
        window.window.open_file(tmp_path / "other.filterscope")
    window.settle()
    assert window.message == "The program's folder cannot be changed: permission denied."
    assert (names(window), window.window.session.step_count) == (["Run 1"], step)
    monkeypatch.undo()
    window.window.close()
    again = start_again(places, window.qtbot)
    assert (names(again), again.window.session.step_count) == (["Run 1"], step)


def test_what_cannot_be_brought_back_nor_set_aside_is_not_written_over(
    window, places, tmp_path, monkeypatch, qtbot
):
    window.draw(*SEVEN)
    kept(window, places)
    window.window.close()
    before = sorted(path.read_bytes() for path in (places.data / "working").rglob("*.json"))

    def damaged(*_):
        raise project_reading.FormatError("it is damaged.")

    monkeypatch.setattr(project_reading, "read_project", damaged)
    monkeypatch.setattr(WorkingFolder, "set_aside", refuse)
    again = start_again(places, qtbot)
    again.draw((0.5, 0.5), (0.6, 0.6))
    qtbot.wait(300)
    assert projects(again).keeper.working is None
    assert sorted(path.read_bytes() for path in (places.data / "working").rglob("*.json")) == before


def test_what_is_done_while_the_last_project_is_read_stays_in_front(window, places, qtbot):
    window.play_until(3)
    window.choose("preset", "One filter")
    window.play_until(2)
    window.window._bridge.book.rename(window.window._bridge.present, "Mine")
    window.window.close()
    opened = create_window(places=places, theme="dark", page="train")
    qtbot.addWidget(opened)
    opened.resize(1440, 900)
    opened.restore()
    opened.show()
    busy = Driver(opened, qtbot)
    busy.draw(*SEVEN)
    # What is read is not yet in the window: its turn comes with the next event.
    assert not projects(busy).is_settled
    drawn = drawing_to_json(opened.document.drawing)
    bridge = opened._bridge
    opened._training.new_run()
    bridge.step()
    mine = bridge.present
    assert mine is not None
    busy.wait(lambda: mine.has_begun)
    busy.settle()
    assert bridge.present is mine
    assert names(busy) == ["Run 2", "Run 1", "Mine"]
    assert mine.name == "Run 2"
    assert drawing_to_json(opened.document.drawing) == drawn
    assert busy.window.instrument.run.source == "Run 2"


def test_undo_does_not_reach_into_the_project_before(window, tmp_path):
    window.draw(*SEVEN)
    projects(window).save_as(tmp_path / "a.filterscope")
    window.settle()
    opened = tmp_path / "a.filterscope"
    for begin in (lambda: window.trigger("new_project"), lambda: window.window.open_file(opened)):
        begin()
        window.settle()
        assert not window.window.document.undo_stack.canUndo()


def test_a_project_counts_its_own_runs(window, tmp_path):
    window.play_until(2)
    window.choose("preset", "One filter")
    window.play_until(1)
    projects(window).save_as(tmp_path / "two.filterscope")
    window.settle()
    window.trigger("new_project")
    window.settle()
    window.play_until(1)
    assert names(window) == ["Run 1"]
    window.window.open_file(tmp_path / "two.filterscope")
    window.settle()
    window.choose("preset", "LeNet-like")
    window.play_until(1)
    assert names(window) == ["Run 1", "Run 2", "Run 3"]


def test_what_a_second_window_left_that_was_killed_is_offered(window, open_window, places, tmp_path, qtbot):
    second = open_window(restored=True, page="train")
    second.play_until(4)
    working = projects(second).keeper.working.path
    assert working.name == "working-2"
    keeper, parts = projects(second).keeper, projects(second)._parts
    second.wait(lambda: (parts.signature(), parts.view()) == keeper._kept)
    step = second.window.session.step_count
    # The first one is closed in good order, the second one killed.
    killed = after_a_kill(places, tmp_path)
    shutil.rmtree(killed.data / "working", ignore_errors=True)
    again = start_again(killed, qtbot)
    assert again.message.startswith("Filterscope ended unexpectedly. Run 1 was saved at ")
    act(again)
    assert (names(again), again.window.session.step_count) == (["Run 1"], step)


def test_a_window_that_is_open_is_left_alone(window, open_window, places):
    second = open_window(restored=True)
    second.draw(*SEVEN)
    keeper = projects(second).keeper
    second.wait(lambda: keeper._kept is not None)
    assert crashed_elsewhere(places.data) == []
    assert keeper.working.path.exists()
    assert projects_aside(places.data) == ()


def test_two_that_were_killed_are_told_in_one_sentence(window, open_window, places, tmp_path, qtbot):
    second = open_window(restored=True)
    for each in (window, second):
        each.draw(*SEVEN)
        keeper = projects(each).keeper
        each.wait(lambda keeper=keeper: keeper._kept is not None)
    again = start_again(after_a_kill(places, tmp_path), qtbot)
    assert again.message.startswith("Filterscope ended unexpectedly. Your work was saved at ")
    assert again.message.endswith(" What other windows left is among the recent projects.")
    menu = again.find("recent_projects_menu", QMenu)
    menu.aboutToShow.emit()
    assert len([action for action in menu.actions() if action.text().startswith("Not saved")]) == 2
    assert len(projects_aside(tmp_path / "killed" / "data")) == 2
