"""The table of commands, the menus made of it, and the palette that searches it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QListWidget, QMenuBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.actions import ROWS, Actions
from gui.command_palette import CommandPalette, match_score, plain_words
from gui.theme import ThemeManager
from tests.gui.hosting import shown


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Make a window with one button."""
    made = shown(qtbot, QWidget(), 1000, 700)
    QPushButton("elsewhere", made).show()
    return made


@pytest.fixture
def actions(window: QWidget) -> Actions:
    """Make all actions."""
    return Actions(window, ThemeManager("dark"))


@pytest.fixture
def palette(window: QWidget) -> CommandPalette:
    """Make a palette."""
    return CommandPalette(ThemeManager("dark"), window)


def test_no_two_commands_share_a_key(actions: Actions) -> None:
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_every_command_is_in_one_menu(actions: Actions, window: QWidget) -> None:
    bar = QMenuBar(window)
    actions.fill(bar)
    listed = [
        item.objectName()
        for menu in bar.actions()
        for item in menu.menu().actions()  # type: ignore[attr-defined]
        if not item.isSeparator()
    ]
    assert sorted(listed) == sorted(f"action_{row.name}" for row in ROWS if row.text)


def test_a_given_action_takes_the_place_of_its_row(window: QWidget) -> None:
    undo = QAction("Undo stroke", window)
    actions = Actions(window, ThemeManager("dark"), given={"undo": undo})
    assert actions["undo"] is undo
    assert "Undo stroke" in {action.text() for action in actions}


def test_choosing_shows_without_running(actions: Actions) -> None:
    ran: list[bool] = []
    actions["page_train"].triggered.connect(ran.append)
    actions["follow_run"].toggled.connect(ran.append)
    actions.choose("page_train")
    actions.choose("follow_run")
    assert actions["follow_run"].isChecked()
    assert actions["page_train"].isChecked()
    assert ran == []
    actions["page_draw"].trigger()
    assert not actions["page_train"].isChecked()


def test_icons_follow_the_theme(window: QWidget) -> None:
    theme = ThemeManager("dark")
    actions = Actions(window, theme)
    before = actions["stop"].icon().cacheKey()
    theme.set_mode("light")
    assert actions["stop"].icon().cacheKey() != before
    theme.set_mode("system")


@pytest.mark.parametrize(
    ("query", "best"),
    [("seed", "Restart from a new seed"), ("tob", "Train one batch"), ("OPEN NET", "Open network")],
)
def test_the_best_answer_comes_first(
    actions: Actions, palette: CommandPalette, query: str, best: str
) -> None:
    palette.open(actions)
    search = palette.findChild(QLineEdit)
    assert search is not None
    search.setText(query)
    found = palette.found()
    assert best in found[:2]
    palette.dismiss()


def test_missing_letters_are_no_match() -> None:
    assert match_score("xyz", "Train one batch") is None
    assert match_score("", "Train one batch") == 0
    assert match_score("batch", "Train one batch") is not None


def test_enter_runs_the_command_and_the_keys_go_back(
    qtbot: QtBot, actions: Actions, palette: CommandPalette, window: QWidget
) -> None:
    button = window.findChild(QPushButton)
    assert button is not None
    button.setFocus()
    ran: list[str] = []
    actions["stop"].triggered.connect(lambda: ran.append("stop"))
    palette.open(actions)
    search = palette.findChild(QLineEdit)
    qtbot.keyClicks(search, "stop this")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert ran == ["stop"]
    assert palette.isHidden()


@pytest.mark.parametrize("close", ["escape", "elsewhere"])
def test_the_palette_goes_without_running_anything(
    qtbot: QtBot, actions: Actions, palette: CommandPalette, window: QWidget, close: str
) -> None:
    ran: list[object] = []
    for action in actions:
        action.triggered.connect(ran.append)
    palette.open(actions)
    if close == "escape":
        qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Escape)
    else:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        button = window.findChild(QPushButton)
        assert button is not None
        button.setFocus()
    qtbot.waitUntil(palette.isHidden)
    assert ran == []


def test_a_command_that_cannot_run_is_passed_over(
    qtbot: QtBot, actions: Actions, palette: CommandPalette
) -> None:
    first = next(iter(actions))
    first.setEnabled(False)
    palette.open(actions)
    found = palette.findChild(QListWidget)
    assert found is not None
    assert found.currentItem().text() != plain_words(first)
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Down)
    assert found.currentRow() == 2
    palette.dismiss()


def test_the_palette_s_own_keys_do_not_reach_the_window(
    qtbot: QtBot, actions: Actions, palette: CommandPalette, window: QWidget
) -> None:
    ran: list[object] = []
    actions["up"].triggered.connect(ran.append)
    window.activateWindow()
    palette.open(actions)
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert ran == []


def test_the_palette_closes_though_what_had_the_keys_is_gone(
    window: QWidget, palette: CommandPalette, actions: Actions, qtbot: QtBot
) -> None:
    before = QLineEdit(window)
    before.show()
    before.setFocus()
    palette.open(actions)
    before.deleteLater()
    qtbot.waitUntil(lambda: len(window.findChildren(QLineEdit)) == 1)
    palette.dismiss()
    assert palette.isHidden()


def test_shortcuts_are_written_as_keys() -> None:
    for row in ROWS:
        for key in (row.shortcut, *row.extra):
            if key:
                assert not QKeySequence(key).isEmpty()
