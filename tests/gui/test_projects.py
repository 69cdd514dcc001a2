"""Projects in the real window: new, saved, opened, left and gone back to."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl

from engine.formats.project import read_project, run_folder
from engine.formats.project_file import unpack
from engine.formats.run_folder import read_run_folder
from engine.lab.values import Filter
from gui.project_parts import ProbeText
from tests.driving import SEVEN
from tests.gui.project_hands import act, names, projects, quick, window

__all__ = ["quick", "window"]

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


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


def test_a_project_that_was_set_aside_and_is_damaged_is_one_sentence(window, places):
    folder = places.data / "set-aside-7"
    folder.mkdir()
    (folder / "project.json").write_text("{")
    projects(window).open(folder)
    window.settle()
    wanted = "its part “project.json” cannot be read: its text is cut short."
    assert window.message == f"“set-aside-7” cannot be opened as a project: {wanted}"


def test_a_file_that_cannot_be_written_is_one_sentence(window, tmp_path):
    window.play_until(2)
    projects(window).save_as(tmp_path / "gone" / "a.filterscope")
    window.settle()
    assert window.message == "“a.filterscope” cannot be written: no such file or directory."
    assert projects(window).keeper.path is None


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


def test_forks_know_their_parents_in_a_project_opened_twice(window, tmp_path):
    path = tmp_path / "a.filterscope"
    window.play_until(2)
    bridge = window.window._bridge
    first = bridge.present
    bridge.fork(first.key, None)
    window.wait(lambda: bridge.present is not first)
    projects(window).save_as(path)
    window.settle()
    window.window.open_file(path)
    window.settle()
    parent, child = bridge.book
    assert (parent.name, child.name) == ("Run 1", "Run 2")
    assert parent is not first
    assert child.parent.key == parent.key


def test_probes_and_kernels_go_with_the_project(window, open_window, tmp_path):
    parts = projects(window)._parts
    texts = ['{"probes":[1]}']
    parts.probes = ProbeText(lambda: partial(str, texts[-1]), texts.append, lambda: texts[-1])
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
