"""The working folder: one program at a time, and what an earlier start left."""

import json
import shutil

import pytest

from engine.formats.project import read_project, write_project
from engine.project import Project, ProjectContent
from gui.recent_projects import MOST, RecentProjects, clock_words
from gui.working_folder import (
    MOST_ASIDE,
    MOST_DAMAGED,
    WorkNote,
    projects_aside,
    read_note,
    remove_old_damaged_runs,
    summary_of,
    take_working_folder,
)
from tests.engine.project_samples import content_of_folder, make_project


@pytest.fixture
def take(tmp_path):
    taken = []

    def take():
        taken.append(take_working_folder(tmp_path / "data"))
        return taken[-1]

    yield take
    for folder in taken:
        folder.release()


def work(folder, notes="mine"):
    write_project(folder.path, ProjectContent(Project(notes=notes, changed=1_700_000_000.0)))


def test_there_is_nothing_at_first(take, tmp_path):
    folder = take()
    assert (folder.path, folder.left) == (tmp_path / "data" / "working", None)
    assert not folder.path.exists()


def test_two_programs_do_not_share_it(take, tmp_path):
    first, second = take(), take()
    assert second.path == tmp_path / "data" / "working-2"
    first.release()
    assert take().path == first.path


def test_what_was_left_in_good_order_is_there_to_go_on_with(take):
    first = take()
    work(first)
    first.note(None, modified=True, is_open=False)
    first.release()
    again = take()
    assert again.left.folder == again.path
    assert not again.left.crashed
    assert again.left.note.modified
    assert read_project(again.path).project.notes == "mine"


@pytest.mark.parametrize("damage", [None, b"", b"[", b'{"path":3}'])
def test_what_was_left_unexpectedly_is_set_aside(damage, take, tmp_path):
    first = take()
    work(first)
    first.note(tmp_path / "x.filterscope", modified=True)
    if damage is not None:
        (first.path / "state.json").write_bytes(damage)
    first.release()
    again = take()
    assert again.left.crashed
    assert again.left.folder == tmp_path / "data" / "set-aside-1"
    assert again.left.note.modified
    assert read_project(again.left.folder).project.notes == "mine"
    assert not again.path.exists()


def test_what_was_never_written_to_its_end_is_nothing(take):
    first = take()
    (first.path / "runs" / "run-1").mkdir(parents=True)
    first.note(None, modified=True)
    first.release()
    again = take()
    assert again.left is None
    assert not again.path.exists()


def test_a_folder_is_set_aside_and_had_again(take, tmp_path):
    folder = take()
    assert folder.set_aside() is None
    work(folder, "first")
    aside = folder.set_aside()
    work(folder, "second")
    assert folder.set_aside() == tmp_path / "data" / "set-aside-2"
    assert [path.name for path in projects_aside(tmp_path / "data")] == ["set-aside-2", "set-aside-1"]
    folder.adopt(aside)
    assert read_project(folder.path).project.notes == "first"
    assert not aside.exists()


def test_only_the_newest_are_kept_aside(take, tmp_path):
    folder = take()
    for number in range(MOST_ASIDE + 3):
        work(folder, str(number))
        folder.set_aside()
    found = projects_aside(tmp_path / "data")
    assert [read_project(path).project.notes for path in found] == [
        str(number) for number in range(MOST_ASIDE + 2, 2, -1)
    ]


def test_a_note_says_whose_the_folder_is(take, tmp_path):
    folder = take()
    folder.note(tmp_path / "é.filterscope", modified=True)
    note = read_note(folder.path)
    assert isinstance(note, WorkNote)
    assert (note.path, note.modified, note.is_open) == (str(tmp_path / "é.filterscope"), True, True)
    assert note.process > 0


def test_a_folder_that_cannot_be_had_is_a_line_in_the_log(tmp_path, caplog):
    (tmp_path / "data").write_text("a file")
    assert take_working_folder(tmp_path / "data") is None
    assert "no folder to work in" in caplog.text


def test_a_project_is_summed_up_without_reading_its_runs(tmp_path):
    make_project(tmp_path / "p")
    found = summary_of(tmp_path / "p")
    assert (found.run, found.step, found.saved) == ("run-2", 2, 1_700_000_100.0)
    (tmp_path / "p" / "project.json").write_text("{")
    assert summary_of(tmp_path / "p") is None


def test_recent_files_are_remembered_and_missing_ones_say_so(tmp_path, take):
    recent = RecentProjects(tmp_path / "config", tmp_path / "data")
    for number in range(MOST + 2):
        path = tmp_path / f"{number}.filterscope"
        path.write_bytes(b"x")
        recent.add(path)
    recent.add(tmp_path / "5.filterscope")
    (tmp_path / "11.filterscope").unlink()
    found = RecentProjects(tmp_path / "config", tmp_path / "data").entries()
    assert [entry.text for entry in found] == ["5", "11", "10", "9", "8", "7", "6", "4", "3", "2"]
    assert [bool(entry.reason) for entry in found] == [False, True] + [False] * 8
    recent.forget()
    assert RecentProjects(tmp_path / "config", tmp_path / "data").entries() == []


def test_projects_that_were_set_aside_are_offered_too(tmp_path, take):
    folder = take()
    make_project(folder.path)
    folder.note(None, modified=True)
    aside = folder.set_aside()
    (entry,) = RecentProjects(tmp_path / "config", tmp_path / "data").entries()
    assert entry.path == aside
    assert entry.text == f"Not saved, {clock_words(1_700_000_100.0)}"
    assert entry.tip == "Set aside by the program: run-2, step 2"


@pytest.mark.parametrize("content", [b"{", b'{"a":1}', b"[1]", b"\xff"])
def test_a_damaged_list_of_files_is_an_empty_one(content, tmp_path, caplog):
    (tmp_path / "recent-projects.json").write_bytes(content)
    recent = RecentProjects(tmp_path, tmp_path)
    assert recent.entries() == []
    assert "cannot be read" in caplog.text
    recent.add(tmp_path / "a.filterscope")
    assert json.loads((tmp_path / "recent-projects.json").read_bytes()) == [str(tmp_path / "a.filterscope")]


def test_releasing_leaves_nothing_but_the_lock(take, tmp_path):
    folder = take()
    folder.release()
    folder.release()
    assert list(content_of_folder(tmp_path)) == ["data/working.lock"]


def test_the_oldest_one_set_aside_stays_where_it_is_wanted(take, tmp_path):
    folder = take()
    for number in range(MOST_ASIDE):
        work(folder, notes=str(number))
        folder.set_aside()
    work(folder, notes="present")
    oldest = projects_aside(tmp_path / "data")[-1]
    folder.set_aside(oldest)
    assert read_project(oldest).project.notes == "0"
    assert len(projects_aside(tmp_path / "data")) == MOST_ASIDE + 1
    folder.adopt(oldest)
    assert read_project(folder.path).project.notes == "0"


@pytest.fixture
def data(tmp_path):
    """Give the program's folder with two more damaged runs than are kept, and something beside it."""
    folder = tmp_path / "data"
    for number in range(1, MOST_DAMAGED + 3):
        (folder / f"damaged-run-{number}").mkdir(parents=True)
        (folder / f"damaged-run-{number}" / "run.safetensors").write_text(str(number))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear aunt")
    return folder


def damaged(data):
    return sorted(path.name for path in data.glob("damaged-run*"))


def test_only_the_newest_damaged_runs_are_kept(data):
    remove_old_damaged_runs(data)
    assert damaged(data) == [f"damaged-run-{number}" for number in range(3, MOST_DAMAGED + 3)]
    remove_old_damaged_runs(data)
    assert len(damaged(data)) == MOST_DAMAGED


def test_a_damaged_run_that_comes_later_is_newer_than_all_before(data, take):
    folder = take()
    for _ in range(2):
        make_project(folder.path, {"run-1": 1})
        place = folder.move_damaged_run("run-1")
        assert place.name == f"damaged-run-{MOST_DAMAGED + 3}"
        remove_old_damaged_runs(data)
        assert place.name in damaged(data)
        assert len(damaged(data)) == MOST_DAMAGED
        (place / "run.safetensors").unlink()
        (place / "tape-1.safetensors").unlink()
        place.rmdir()


def test_links_are_not_followed_when_damaged_runs_are_removed(data, tmp_path):
    (data / "damaged-run-1" / "link").symlink_to(tmp_path / "mine")
    (data / "damaged-run-0").symlink_to(tmp_path / "mine")
    (data / "damaged-run-99").symlink_to(tmp_path / "mine")
    remove_old_damaged_runs(data)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "Dear aunt"
    assert "damaged-run-1" not in damaged(data)
    # The link counts for none of those that are kept, and stays.
    assert len(damaged(data)) == MOST_DAMAGED + 2


def test_what_is_no_damaged_run_stays(data):
    names = ("damaged-run-x", "damaged-run-", "damaged-run-1234567890", "damaged-runs-1", "working")
    for name in names:
        (data / name).mkdir()
    (data / "damaged-run-98").write_text("a file")
    remove_old_damaged_runs(data)
    assert all((data / name).is_dir() for name in names)
    assert (data / "damaged-run-98").read_text() == "a file"
    assert (data / "damaged-run-3").is_dir()


def test_a_damaged_run_that_cannot_be_removed_stays_with_a_line_in_the_log(data, monkeypatch, caplog):
    remove = shutil.rmtree

    def refuse_second(path):
        if path.name == "damaged-run-2":
            raise PermissionError("in use")
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", refuse_second)
    remove_old_damaged_runs(data)
    assert "damaged-run-2 cannot be removed: in use" in caplog.text
    assert damaged(data) == [f"damaged-run-{number}" for number in range(2, MOST_DAMAGED + 3)]


def test_a_folder_that_cannot_be_looked_at_stops_nothing(tmp_path, caplog):
    remove_old_damaged_runs(tmp_path / "gone")
    assert "cannot be looked at" in caplog.text
