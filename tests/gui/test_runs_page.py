"""The Runs page by itself: the list, the note, the curves."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from engine.history import STEP_FIELDS, TEST_FIELDS
from gui.pages.runs.list_panel import IS_OPEN, NOT_THE_OPEN_ONE
from gui.pages.runs.page import EMPTY, RunsPage
from gui.pages.runs.rows import RunRow
from gui.pages.runs.run_delegate import RunDelegate
from gui.space_key import SpaceKey
from tests.gui.hosting import double_click, shown
from tests.gui.runs_bench import ROWS, choose, page, said, themes

__all__ = ["page", "themes"]


def key(page, *keys):
    for each in keys:
        QTest.keyClick(page.panel.list, each)


def numbers(losses, tests=()):
    steps = np.zeros(len(losses), STEP_FIELDS)
    steps["step"], steps["loss"] = np.arange(1, len(losses) + 1), losses
    return steps, np.array([(step, 0.1, accuracy) for step, accuracy in tests], TEST_FIELDS)


def feed(page, run, *args):
    page.curves.curve(run).feed(*numbers(*args))
    page.curves._drawing.call_now()


def test_without_runs_it_says_what_will_be_here(qtbot, themes):
    page = shown(qtbot, RunsPage(themes), 900, 640)
    label = page.findChild(QLabel, "runs_empty")
    assert label.isVisible()
    assert label.text() == EMPTY
    page.show_runs(ROWS[:1], "1")
    assert not label.isVisible()


def test_the_open_run_is_a_and_the_chosen_other_one_is_b(page):
    assert page.compared == "3"
    choose(page, "2")
    assert page.compared == "2"
    choose(page, "1")
    assert page.compared == "2"
    page.show_runs(ROWS, "2")
    assert page.compared == "1"


def test_a_run_is_opened_by_a_double_click_and_enter_but_not_twice(page):
    opened = said(page.open_requested)
    view = page.panel.list
    choose(page, "2")
    key(page, Qt.Key.Key_Return)
    place = view.visualRect(view.rows.index_of("3")).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    double_click(view.viewport(), place)
    assert opened == ["2", "3"]
    choose(page, "1")
    key(page, Qt.Key.Key_Return)
    assert opened == ["2", "3"]


def test_a_run_is_renamed_in_place(page, qtbot):
    renamed = said(page.renamed)
    choose(page, "2")
    key(page, Qt.Key.Key_F2)
    line = page.findChild(QLineEdit, "run_name")
    assert line.text() == "Run 2"
    line.setText("  with  more filters ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: renamed == [("2", "with more filters")])
    qtbot.waitUntil(lambda: page.findChild(QLineEdit, "run_name") is None)
    page.findChild(QWidget, "run_rename").click()
    QTest.keyClick(page.findChild(QLineEdit, "run_name"), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.findChild(QLineEdit, "run_name") is None)
    assert len(renamed) == 1


def test_buttons_that_are_of_no_use_say_why(page):
    choose(page, "1")
    opens, deletes = (page.findChild(QWidget, name) for name in ("run_open", "run_delete"))
    assert (opens.isEnabled(), opens.toolTip()) == (False, IS_OPEN)
    assert not deletes.isEnabled()
    assert NOT_THE_OPEN_ONE in deletes.toolTip()
    choose(page, "2")
    deleted, twins = said(page.delete_requested), said(page.twin_requested)
    deletes.click()
    page.findChild(QWidget, "run_twin").click()
    key(page, Qt.Key.Key_Delete)
    assert (deleted, twins) == (["2", "2"], ["2"])


def test_the_menu_of_a_run_has_all_of_it(page):
    choose(page, "2")
    menu = page.panel.make_menu("2")
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert set(actions) == {
        "Open", "Rename", "Fork at the playhead…", "Twin with another setting…", "Hide curve",
        "Show this curve alone", "Show all curves", "Delete",
    }  # fmt: skip
    forks, opened = said(page.fork_requested), said(page.open_requested)
    actions["Fork at the playhead…"].trigger()
    actions["Open"].trigger()
    assert (forks, opened) == ([("2", None)], ["2"])
    page.show_playhead(140)
    mine = page.panel.make_menu("1")
    next(a for a in mine.actions() if a.text() == "Fork at the playhead…").trigger()
    assert forks[-1] == ("1", 140)
    assert [a.isEnabled() for a in mine.actions() if a.text() in ("Open", "Delete")] == [False, False]
    actions["Show this curve alone"].trigger()
    assert page.panel.list.rows.hidden == {"1", "3"}
    for each in (menu, mine):
        each.deleteLater()


def test_the_menu_names_the_keys_that_do_the_same(page, qtbot):
    SpaceKey(page.window())
    runs = page.panel.list

    def keys():
        menu = page.panel.make_menu("2")
        menu.deleteLater()
        named = {action.text(): action.shortcut().toString() for action in menu.actions()}
        return {words: key for words, key in named.items() if key}

    QTest.qWaitForWindowActive(page.window())
    place = runs.visualRect(runs.currentIndex()).center()
    QTest.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert runs.hasFocus()
    # Space plays and pauses after the mouse, and belongs to the list after Tab.
    assert keys() == {"Open": "Enter", "Rename": "F2", "Delete": "Del"}
    page.panel.note.setFocus()
    QTest.keyClick(page.panel.note, Qt.Key.Key_Backtab)
    while not runs.hasFocus():
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert keys()["Hide curve"] == "Space"
    QTest.keyClick(runs, Qt.Key.Key_Space)
    assert runs.rows.hidden == {runs.chosen_key}


def test_every_letter_of_a_note_is_told_at_once(page):
    notes = said(page.annotated)
    note = page.panel.note
    choose(page, "2")
    assert note.toPlainText() == "wider"
    note.selectAll()
    QTest.keyClicks(note, "B for")
    assert notes[-1] == ("2", "B for")
    QTest.keyClicks(note, " best")
    # What is told comes back, and changes nothing of what is being typed.
    place = note.textCursor().position()
    page.show_runs(tuple(replace(row, note="B for best") if row.key == "2" else row for row in ROWS), "1")
    assert (note.toPlainText(), note.textCursor().position()) == ("B for best", place)
    note.undo()
    assert note.toPlainText() != "B for best"
    count = len(notes)
    choose(page, "3")
    assert note.toPlainText() == ""
    assert len(notes) == count
    QTest.keyClicks(note, "x")
    assert notes[-1] == ("3", "x")


def test_an_empty_note_is_painted_anew_for_each_run(page, qtbot):
    choose(page, "1")
    note = page.panel.note
    qtbot.waitUntil(lambda: note.placeholderText() == "Note about Run 1")
    QApplication.processEvents()
    painted = []

    class Watcher(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                painted.append(note.placeholderText())
            return False

    watcher = Watcher()
    note.viewport().installEventFilter(watcher)
    choose(page, "3")
    qtbot.waitUntil(lambda: painted[-1:] == ["Note about Run 3"])


def test_a_curve_is_hidden_by_its_tick(page):
    for run in "123":
        feed(page, run, [1.0, 0.5, 0.25])
    assert set(page.curves.plot.lines) == {"1", "2", "3"}
    view = page.panel.list
    delegate = view.itemDelegate()
    assert isinstance(delegate, RunDelegate)
    place = delegate.tick_rect(view.visualRect(view.rows.index_of("2"))).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    page.curves._drawing.call_now()
    assert set(page.curves.plot.lines) == {"1", "3"}
    choose(page, "2")
    key(page, Qt.Key.Key_Space)
    page.curves._drawing.call_now()
    assert set(page.curves.plot.lines) == {"1", "2", "3"}


def test_curves_are_loss_or_accuracy_over_steps_or_pictures(page):
    page.curves.set_pictures_at(lambda run, steps: steps * (64 if run == "1" else 32))
    feed(page, "1", [4.0, 4.0, 4.0], [(2, 0.9)])
    feed(page, "2", [2.0, 2.0], [(1, 0.5), (2, 0.75)])
    lines = page.curves.plot.lines
    np.testing.assert_allclose(lines["1"].y, 4)
    assert (lines["1"].role, lines["2"].role) == ("A", "")
    page.findChild(QComboBox, "curves_axis").setCurrentIndex(1)
    assert page.curves.plot.lines["1"].x.tolist() == [64, 128, 192]
    assert page.curves.plot.lines["2"].x.tolist() == [32, 64]
    page.findChild(QComboBox, "curves_quantity").setCurrentIndex(1)
    assert page.curves.plot.lines["2"].y.tolist() == [50, 75]
    page.findChild(QWidget, "curves_log").click()
    np.testing.assert_allclose(page.curves.plot.lines["2"].y, [50, 25])


def test_curves_are_read_out_nearest_first_and_chosen_with_a_click(page):
    heard = said(page.hovered)
    feed(page, "1", [4.0] * 10)
    feed(page, "2", [2.0] * 10)
    page.curves.plot.pointed.emit(5.2, 2.1)
    assert heard[-1] == "step 5 · Run 2 2.000 · Run 1 4.000"
    page.curves.plot.clicked.emit(5.2, 2.1)
    assert page.panel.list.chosen_key == "2"
    page.curves.plot.pointed.emit(np.nan, np.nan)
    assert heard[-1] == ""
    plot = page.curves.plot
    plot.setFocus()
    QTest.keyClick(
        plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert QGuiApplication.clipboard().text().splitlines()[:2] == ["run\tstep\tvalue", "Run 1\t1\t4"]


def test_a_curve_that_leaves_all_bounds_does_not_squeeze_the_others(page):
    feed(page, "1", [2.0] * 100)
    feed(page, "2", [2.0] * 99 + [1e9])
    assert page.curves.plot._plot._box.viewRange()[1][1] < 1000
    feed(page, "3", [np.nan] * 5)
    # A long tail of small losses does not push the beginning out of sight.
    feed(page, "1", [0.01] * 5000)
    assert page.curves.plot._plot._box.viewRange()[1][1] > 2
    page.findChild(QWidget, "curves_log").click()
    assert set(page.curves.plot.lines) == {"1", "2"}


def test_a_further_part_has_a_button_of_its_own(page):
    extra = QWidget()
    parts = said(page.part_changed)
    assert page.findChild(QPushButton, "runs_race") is None
    page.add_part("race", "Race", extra)
    page.findChild(QPushButton, "runs_race").click()
    assert (page.part, parts) == ("race", ["race"])
    assert extra.isVisible()
    with pytest.raises(KeyError):
        page.show_part("nothing")


def test_two_hundred_runs_have_room(page):
    rows = tuple(RunRow(str(i), f"Run {i}", i, depth=min(i, 9)) for i in range(200))
    page.show_runs(rows, "150")
    view = page.panel.list
    assert view.rows.rowCount() == 200
    for run in range(200):
        page.curves.curve(str(run)).feed(*numbers([1.0, 0.5]))
    page.curves._drawing.call_now()
    assert len(page.curves.plot.lines) == 200
    choose(page, "199")
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    assert not page.grab().isNull()
    page.show_runs(rows[:2], "0")
    page.curves._drawing.call_now()
    assert set(page.curves.plot.lines) == {"0", "1"}
    assert view.chosen_key == "1"


def test_the_list_tells_a_screen_reader_everything(page):
    rows = page.panel.list.rows
    words = rows.data(rows.index_of("2"), Qt.ItemDataRole.AccessibleTextRole)
    assert "forked from Run 1 at step 120" in words
    names = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    silent = [w for w in names if isinstance(w, QPushButton | QComboBox) and not w.toolTip()]
    assert silent == []


def test_the_context_menu_opens_at_the_chosen_row(page):
    asked = said(page.panel.list.menu_requested)
    page.panel.list.menu_requested.disconnect(page.panel._show_menu)
    choose(page, "2")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    page.panel.list.contextMenuEvent(event)
    assert asked[0][0] == "2"
