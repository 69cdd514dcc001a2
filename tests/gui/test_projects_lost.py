"""What could get lost: by a process that dies, by New in a hurry, by files that cannot be read just now."""

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from engine.formats import run_folder
from engine.formats.project import read_project
from engine.formats.run_folder import RUN_FILE, read_run_folder
from gui import autosave, project_keeper
from tests.driving import SEVEN
from tests.gui.project_hands import kept, names, projects, quick, window

__all__ = ["quick", "window"]

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_the_recording_outlives_the_process_that_trained(open_window, places, monkeypatch):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", "process")
    window = open_window(restored=True, page="train")
    window.play_until(150)
    kept(window, places)
    (folder,) = (places.data / "working" / "runs").iterdir()
    before, _ = read_run_folder(folder)
    session = window.window.session
    session._worker.process.kill()
    window.wait(lambda: not session.is_alive)
    window.window._bridge.book.annotate(window.window._bridge.present, "it died")
    content = kept(window, places)
    assert content.project.runs[0].note == "it died"
    after, _ = read_run_folder(folder)
    assert after.state.position.step == before.state.position.step
    assert after.recording.tape.steps == before.recording.tape.steps
    assert sorted(after.state.optimizer) == sorted(before.state.optimizer) != []
    window.window.close()
    assert read_run_folder(folder)[0].recording.tape.steps == before.recording.tape.steps


def test_a_new_project_right_after_a_change_sets_the_change_aside(open_window, places, tmp_path, monkeypatch):
    # As shipped.
    monkeypatch.setattr(project_keeper, "LOOK_MS", 1000)
    window = open_window(restored=True, page="train")
    window.play_until(2)
    projects(window).save_as(tmp_path / "a.filterscope")
    window.settle()
    window.wait(lambda: not window.window.isWindowModified())
    keeper, looks = projects(window).keeper, []
    keeper._timer.timeout.connect(lambda: looks.append(1))
    window.wait(lambda: looks)
    window.draw(*SEVEN)
    window.trigger("new_project")
    window.settle()
    assert window.message == "A new project has begun. The one before is kept."
    assert list(places.data.glob("set-aside*"))


def test_the_second_turn_of_a_knob_at_a_step_is_kept_too(window, places):
    window.play_until(3)
    session = window.window.session
    for rate in (0.02, 0.03):
        window.window._bridge.set_knobs(learning_rate=rate)
        window.wait(lambda rate=rate: session.recorded_config.learning_rate == rate)
        kept(window, places)
    (folder,) = (places.data / "working" / "runs").iterdir()
    assert read_run_folder(folder)[0].config.learning_rate == 0.03


def test_a_run_that_was_deleted_while_it_was_written_and_brought_back_is_kept(window, open_window, places):
    window.play_until(3)
    bridge = window.window._bridge
    ended = bridge.present
    window.stop()
    window.choose("preset", "One filter")
    window.play_until(2)
    keeper = projects(window).keeper
    kept(window, places)
    window.wait(lambda: not keeper._autosave.is_busy)
    keeper.hold(True)
    bridge.book.rename(ended, "Anew")
    window.click("play_button")
    window.wait(lambda: bridge.is_running)
    done = []
    keeper._autosave.saved.connect(lambda: done.append(1))
    keeper._autosave.begin(time.time())
    undo = bridge.delete_run(ended.key)
    window.wait(lambda: done)
    undo()
    keeper.hold(False)
    window.window.close()
    assert names(open_window(restored=True)) == ["Anew", "Run 2"]


def test_a_run_that_cannot_be_read_just_now_stays_in_the_project(window, open_window, places, monkeypatch):
    window.play_until(3)
    window.window.close()
    real, refused = Path.read_bytes, []

    def locked(path):
        if path.name.startswith("tape-") and not refused:
            refused.append(path)
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    again = open_window(restored=True)
    assert again.message.endswith("cannot be opened: permission denied.")
    assert names(again) == []
    again.window.close()
    assert not list(places.data.glob("damaged-run*"))
    assert names(open_window(restored=True)) == ["Run 1"]


def test_a_run_of_a_newer_program_stays_in_the_project(window, open_window, places):
    window.play_until(3)
    window.window.close()
    (path,) = (places.data / "working" / "runs").glob(f"*/{RUN_FILE}")
    content = path.read_bytes()
    assert content.count(b'"version":"1"') == 1
    newer = content.replace(b'"version":"1"', b'"version":"2"')
    path.write_bytes(newer)
    again = open_window(restored=True)
    assert "one of a newer program" in again.message
    again.window.close()
    assert path.read_bytes() == newer
    assert not list(places.data.glob("damaged-run*"))


def test_closing_on_a_slow_disk_has_no_second_writer(window, places, monkeypatch):
    monkeypatch.setattr(autosave, "PATIENCE_SECONDS", 0.1)
    window.play_until(3)
    window.stop()
    kept(window, places)
    keeper, bridge = projects(window).keeper, window.window._bridge
    window.wait(lambda: not keeper._autosave.is_busy)
    keeper.hold(True)
    bridge.book.rename(bridge.present, "A")
    write, going, finish = run_folder.write_tensors, threading.Event(), threading.Event()

    def slow(*arguments):
        if threading.current_thread() is not threading.main_thread():
            going.set()
            finish.wait(20)
        write(*arguments)

    monkeypatch.setattr(run_folder, "write_tensors", slow)
    keeper._autosave.begin(time.time())
    window.wait(going.is_set)
    job = keeper._autosave._job
    bridge.book.rename(bridge.present, "B")
    told = keeper._autosave.finish(time.time())
    assert told == "Your work is still being written to the program's folder: the disk is very slow."
    finish.set()
    job._thread.join()
    (folder,) = (places.data / "working" / "runs").iterdir()
    assert read_run_folder(folder)[0].name == "A"


def test_a_note_that_is_being_typed_is_kept_with_the_project_before(window, places):
    window.play_until(2)
    window.trigger("page_runs")
    window.settle()
    field = window.find("run_note")
    field.setFocus()
    QTest.keyClicks(field, "to be remembered")
    window.trigger("new_project")
    window.settle()
    (aside,) = places.data.glob("set-aside*")
    assert [run.note for run in read_project(aside).project.runs] == ["to be remembered"]
