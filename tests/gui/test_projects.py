"""Projects in the real window: kept, saved, opened, left and brought back."""

import shutil

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QMenu, QPushButton

from engine.drawing import drawing_to_json
from engine.formats.project import read_project, run_folder
from engine.formats.project_file import unpack
from engine.formats.run_folder import read_run_folder
from engine.lab.values import Filter
from engine.session import SessionState
from gui import project_keeper
from gui.project_parts import ProbeText
from gui.settings import Folders
from gui.widgets.elided_label import ElidedLabel
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Do not wait seconds for each autosave."""
    monkeypatch.setattr(project_keeper, "AUTOSAVE_SECONDS", 0.05)
    monkeypatch.setattr(project_keeper, "LOOK_MS", 50)


@pytest.fixture
def window(open_window):
    """Give a window that keeps its work, on the page where one trains."""
    return open_window(restored=True, page="train")


def projects(driver):
    return driver.window._projects


def kept(driver, places):
    """Wait until all is autosaved, and read it."""
    keeper, parts = projects(driver).keeper, projects(driver)._parts
    times = []
    keeper.kept.connect(times.append)
    driver.wait(lambda: (parts.signature(), parts.view()) == keeper._kept or len(times) > 1)
    return read_project(places.data / "working")


def act(driver):
    """Press the button of the message."""
    driver.click("message_action")
    driver.settle()


def names(driver):
    return [entry.name for entry in driver.window._bridge.book if entry.has_begun]


def after_a_kill(places, tmp_path):
    """Give folders as they are when the program is killed at this moment."""
    root = tmp_path / "killed"
    shutil.copytree(places.data, root / "data")
    return Folders(root / "config", root / "data", root / "cache", root / "log")


def start_again(places, qtbot):
    from gui.app import create_window
    from tests.driving import Driver

    window = create_window(places=places, theme="dark")
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.restore()
    window.show()
    driver = Driver(window, qtbot)
    driver.settle()
    return driver


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


def test_what_is_not_brought_back_stays_in_the_menu(window, places, tmp_path, qtbot):
    window.play_until(3)
    kept(window, places)
    killed = after_a_kill(places, tmp_path)
    start_again(killed, qtbot).window.close()
    again = start_again(killed, qtbot)
    menu = again.find("recent_projects_menu", QMenu)
    menu.aboutToShow.emit()
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


def test_a_project_is_saved_opened_and_the_title_says_how_it_stands(window, tmp_path):
    path = tmp_path / "class.filterscope"
    window.draw(*SEVEN)
    window.play_until(4)
    assert window.window.windowTitle() == "Filterscope"
    projects(window).save_as(path)
    window.settle()
    assert window.message == "Saved as “class.filterscope”."
    assert window.window.windowTitle() == "Filterscope — class[*]"
    assert not window.window.isWindowModified()
    window.play_until(window.window.session.step_count + 1)
    window.wait(window.window.isWindowModified)
    unpack(path, tmp_path / "unpacked")
    (run,) = read_project(tmp_path / "unpacked").project.runs
    record, data = read_run_folder(run_folder(tmp_path / "unpacked", run.id))
    assert data == "embedded"

    window.trigger("new_project")
    window.settle()
    assert names(window) == []
    assert not window.window.document.drawing.strokes
    assert window.window.windowTitle() == "Filterscope"
    window.window.open_file(path)
    window.settle()
    assert window.message.startswith("“class” is open.")
    assert names(window) == ["Run 1"]
    assert window.window.session.step_count == record.state.position.step
    assert len(window.window.document.drawing.strokes) == 1
    assert not window.window.isWindowModified()
    assert window.window.windowTitle() == "Filterscope — class[*]"


def test_a_project_that_is_left_unsaved_can_be_gone_back_to(window, places):
    window.play_until(3)
    step = window.window.session.step_count
    window.trigger("new_project")
    window.settle()
    assert window.message == "A new project has begun. The one before is kept."
    assert window.window.session.step_count == 0
    act(window)
    assert names(window) == ["Run 1"]
    assert window.window.session.step_count == step
    assert not list(places.data.glob("set-aside*"))


def test_a_saved_project_leaves_nothing_aside(window, places, tmp_path):
    window.play_until(2)
    projects(window).save_as(tmp_path / "a.filterscope")
    window.settle()
    window.trigger("new_project")
    window.settle()
    assert window.message == "A new project has begun."
    assert not list(places.data.glob("set-aside*"))


def test_a_project_opens_by_drop(window, tmp_path):
    path = tmp_path / "a.filterscope"
    window.play_until(2)
    projects(window).save_as(path)
    window.settle()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert window.window._files.can_take(data)
    window.window._files.take(data)
    window.settle()
    assert window.message == "“a” is open."


@pytest.mark.parametrize("content", [b"", b"PK\5\6" + bytes(18), b"not a zip at all, but long enough"])
def test_a_file_that_is_no_project_is_one_sentence(content, window, places, tmp_path):
    window.play_until(2)
    path = tmp_path / "odd.filterscope"
    path.write_bytes(content)
    before = window.window.session
    window.window.open_file(path)
    window.settle()
    assert window.message.startswith("“odd.filterscope” cannot be opened as a project: ")
    assert window.window.session is before
    assert not list(places.data.glob(".opening*"))


def test_a_file_that_cannot_be_written_is_one_sentence(window, tmp_path):
    window.play_until(2)
    projects(window).save_as(tmp_path / "gone" / "a.filterscope")
    window.settle()
    assert window.message == "“a.filterscope” cannot be written: no such file or directory."
    assert projects(window).keeper.path is None


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


def test_a_project_opened_twice_is_there_once(window, tmp_path):
    path = tmp_path / "a.filterscope"
    window.play_until(2)
    projects(window).save_as(path)
    window.settle()
    for _ in range(2):
        window.window.open_file(path)
        window.settle()
    assert names(window) == ["Run 1"]
    window.play_until(window.window.session.step_count + 1)


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


def test_probes_and_kernels_go_with_the_project(window, open_window, tmp_path):
    parts = projects(window)._parts
    texts = ['{"probes":[1]}']
    parts.probes = ProbeText(lambda: texts[-1], texts.append, lambda: texts[-1])
    parts._library.add("mine", np.ones((1, 3, 3)))
    path = tmp_path / "a.filterscope"
    projects(window).save_as(path)
    window.settle()
    parts._library.remove("mine")
    window.window.open_file(path)
    window.settle()
    assert texts[-1] == '{"probes":[1]}'
    assert [kernel.name for kernel in parts._library.kernels] == ["mine"]
    window.window.open_file(path)
    window.settle()
    assert [kernel.name for kernel in parts._library.kernels] == ["mine"]
    assert Filter("mine", parts._library.kernels[0].weight).weight.shape == (1, 3, 3)


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
