"""The notes of a project in the real window: written, kept, saved, and those of another project."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from engine.formats.project import read_project
from engine.formats.project_file import unpack
from engine.project import MOST_NOTES
from gui.dialogs.notes_dialog import KEPT, NotesDialog
from tests.driving import SEVEN
from tests.gui.project_hands import act, after_a_kill, kept, projects, quick, start_again

__all__ = ["quick"]

# The offscreen platform says so of every window that has a smallest size, and cannot bring one to the front.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(open_window):
    """Give a window that keeps its work."""
    return open_window(restored=True)


def opened(window):
    """Open the notes, and give their editor when the keys go there."""
    window.trigger("project_notes")
    window.wait(dialog_of(window).isActiveWindow)
    return window.find("project_notes", QPlainTextEdit)


def dialog_of(window):
    return window.find("notes_dialog", NotesDialog)


def test_notes_are_kept_as_they_are_typed_and_survive_a_kill(window, places, tmp_path, qtbot):
    editor = opened(window)
    assert (editor.toPlainText(), dialog_of(window).message) == ("", KEPT)
    QTest.keyClicks(editor, "edges by step 200")
    assert kept(window, places).project.notes == "edges by step 200"
    window.window.close()
    again = start_again(after_a_kill(places, tmp_path), qtbot)
    assert opened(again).toPlainText() == "edges by step 200"


def test_the_palette_finds_the_notes(window):
    window.trigger("commands")
    search = window.find("command_search", QLineEdit)
    QTest.keyClicks(search, "project notes")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert dialog_of(window).isVisible()
    assert not dialog_of(window).isModal()


def test_esc_closes_and_what_was_written_can_still_be_undone(window):
    editor = opened(window)
    QTest.keyClicks(editor, "first")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not dialog_of(window).isVisible()
    assert opened(window) is editor
    assert editor.toPlainText() == "first"
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == ""
    assert projects(window).notes.text == ""


def test_keys_typed_into_the_notes_are_no_commands(window):
    window.draw(*SEVEN)
    editor = opened(window)
    QTest.keyClicks(editor, "2 pens: x. ")
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.window.document.drawing.strokes) == 1
    assert window.window._skeleton.page == "draw"


def test_notes_go_into_the_file_and_the_project_counts_as_changed(window, tmp_path):
    path = tmp_path / "class.filterscope"
    editor = opened(window)
    QTest.keyClicks(editor, "of the class")
    projects(window).save_as(path)
    window.settle()
    assert not window.window.isWindowModified()
    QTest.keyClicks(editor, " of 7")
    window.wait(window.window.isWindowModified)
    unpack(path, tmp_path / "unpacked")
    assert read_project(tmp_path / "unpacked").project.notes == "of the class"


def test_the_notes_of_another_project_take_their_place(window, tmp_path):
    path = tmp_path / "class.filterscope"
    editor = opened(window)
    QTest.keyClicks(editor, "of the class")
    projects(window).save_as(path)
    window.settle()
    assert "About the project “class”" in words_of(dialog_of(window))
    window.trigger("new_project")
    window.settle()
    assert editor.toPlainText() == ""
    assert "About this project" in words_of(dialog_of(window))
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == ""
    QTest.keyClicks(editor, "a new one")
    projects(window).open(path)
    window.settle()
    assert editor.toPlainText() == "of the class"
    assert window.message == "“class” is open. The one before is kept."
    act(window)
    assert editor.toPlainText() == "a new one"


def words_of(dialog):
    return [label.accessibleName() for label in dialog.children() if hasattr(label, "accessibleName")]


def test_odd_blanks_in_the_notes_of_a_file_are_no_change(window, tmp_path):
    projects(window).notes.replace("7\u00a0×\u20287")
    projects(window).save_as(tmp_path / "a.filterscope")
    window.settle()
    editor = opened(window)
    projects(window).open(tmp_path / "a.filterscope")
    window.settle()
    assert editor.toPlainText() == "7 ×\n7"
    assert projects(window).notes.text == "7\u00a0×\u20287"
    projects(window).keeper.look()
    assert not window.window.isWindowModified()


def test_notes_that_are_too_long_are_kept_as_far_as_there_is_room(window, places):
    editor = opened(window)
    editor.insertPlainText("x" * (MOST_NOTES + 12))
    wanted = "Notes can have 100\u202f000 characters: the last 12 are not kept."
    assert dialog_of(window).message == wanted
    assert window.find("notes_state", QLabel).property("role") == "warning"
    assert kept(window, places).project.notes == "x" * MOST_NOTES
    editor.undo()
    assert dialog_of(window).message == KEPT


def test_the_notes_follow_the_theme(window):
    editor = opened(window)
    dark = editor.palette().color(QPalette.ColorRole.Base)
    window.trigger("theme_light")
    assert editor.palette().color(QPalette.ColorRole.Base) != dark


def test_a_project_of_nothing_but_notes_is_kept_aside(window, places):
    QTest.keyClicks(opened(window), "remember this")
    window.trigger("new_project")
    window.settle()
    (aside,) = places.data.glob("set-aside-*")
    assert read_project(aside).project.notes == "remember this"
