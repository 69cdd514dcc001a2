"""The dialog about the program: versions, licences, credits, what it copies and what it opens."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QPushButton, QTabBar

from engine.version import VERSION
from gui.dialogs.about import TABS, AboutDialog
from gui.inspector_card import CardView
from gui.licences import read_register
from gui.system_information import machine_rows, program_rows, system_information
from gui.theme import ThemeManager
from gui.widgets.fact_list import FactList

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PROGRAM, LICENCES, DATA = range(len(TABS))


class FileManager(QObject):
    """Stands in for the desktop's file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)


@pytest.fixture
def file_manager():
    """What opens folders, without a desktop."""
    made = FileManager()
    QDesktopServices.setUrlHandler("file", made, "open")
    yield made
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def themes(qapp):
    return ThemeManager("light")


@pytest.fixture
def about(qtbot, themes, tmp_path):
    cards = [{"name": "Reader", "accuracy": 0.9971}, {"name": "Classic"}]
    dialog = AboutDialog(themes, tmp_path / "log", cards)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def told(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def press(qtbot, dialog, name):
    qtbot.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_it_names_the_program_and_the_versions_at_work_and_blocks_nothing(about):
    assert not about.isModal()
    assert f"Version {VERSION}" in told(about)
    facts = dict(row for view in about.findChildren(FactList) for row in view.rows)
    assert facts["Qt"] == qVersion()
    assert facts["NumPy"] == sys.modules["numpy"].__version__
    assert facts["where Qt is"]
    assert facts["where the log is"].endswith("log")


def test_the_tabs_are_walked_with_the_arrows_and_each_has_its_page(about):
    tabs = about.findChild(QTabBar)
    assert not about.findChildren(CardView)
    for expected in (LICENCES, DATA, DATA):
        QTest.keyClick(tabs, Qt.Key.Key_Right)
        assert tabs.currentIndex() == expected
    assert len(about.findChildren(CardView)) == 2
    assert "Yann LeCun" in told(about)
    assert "danielbuechele" in told(about)
    for _ in TABS:
        QTest.keyClick(tabs, Qt.Key.Key_Left)
    assert "MIT licence" in told(about)


def test_every_part_shows_its_licence_when_the_arrows_reach_it(about):
    about.show_tab(LICENCES)
    parts = about.findChild(QListWidget, "parts")
    text = about.findChild(QPlainTextEdit, "licence_text")
    seen = []
    for part in read_register():
        seen.append(text.toPlainText())
        assert parts.currentItem().text().startswith(part.name)
        assert part.licence in told(about)
        QTest.keyClick(parts, Qt.Key.Key_Down)
    assert all(len(shown) > 500 for shown in seen)
    assert parts.count() == len(seen)


def test_qts_entry_has_the_lgpl_and_says_how_to_replace_the_libraries(about):
    about.show_tab(LICENCES)
    parts = about.findChild(QListWidget, "parts")
    (item,) = parts.findItems("Qt 6", Qt.MatchFlag.MatchStartsWith)
    parts.setCurrentItem(item)
    text = about.findChild(QPlainTextEdit, "licence_text").toPlainText()
    for expected in (
        "How to replace them",
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "END OF TERMS AND CONDITIONS",
    ):
        assert expected in text


def test_system_information_is_copied_and_tells_nothing_of_the_person(about, qtbot, monkeypatch):
    press(qtbot, about, "copy_system_information")
    copied = QGuiApplication.clipboard().text()
    assert copied == system_information()
    assert f"Filterscope: {VERSION}" in copied
    assert "Qt platform: offscreen" in copied
    assert str(Path.home()) not in copied
    assert "Copied" in told(about)


def test_what_is_not_loaded_is_not_loaded_to_tell_its_version(qapp, monkeypatch):
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    assert "scikit-learn" not in dict(program_rows())
    assert "sklearn" not in sys.modules
    assert dict(machine_rows())["packaged"] == "no"


def test_the_log_folder_opens_in_the_file_manager_though_nothing_was_logged(
    about, qtbot, file_manager, tmp_path
):
    press(qtbot, about, "open_log_folder")
    assert [url.toLocalFile() for url in file_manager.opened] == [str(tmp_path / "log")]
    assert (tmp_path / "log").is_dir()


def test_a_log_folder_that_cannot_be_made_is_told_in_place(qtbot, themes, file_manager, tmp_path):
    (tmp_path / "file").write_text("")
    dialog = AboutDialog(themes, tmp_path / "file" / "log")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    press(qtbot, dialog, "open_log_folder")
    assert "cannot be made" in told(dialog)
    assert file_manager.opened == []


def test_it_follows_the_theme_while_it_is_open(about, themes):
    about.show_tab(LICENCES)
    before = about.grab().toImage()
    themes.set_mode("dark")
    assert themes.theme.accent.name() in about.findChild(QTabBar).styleSheet()
    assert about.grab().toImage() != before


def test_the_help_menu_opens_both(driver, file_manager, places):
    driver.trigger("open_log")
    assert [url.toLocalFile() for url in file_manager.opened] == [str(places.log)]
    driver.trigger("about")
    dialog = driver.window.findChild(AboutDialog)
    assert dialog.isVisible()
    dialog.show_tab(DATA)
    assert len(dialog.findChildren(CardView)) == 3
    dialog.close()
