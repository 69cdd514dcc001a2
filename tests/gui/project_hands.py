"""What tests of projects do with a window again and again."""

import shutil

import pytest

from engine.formats.project import read_project
from gui import project_keeper
from gui.app import create_window
from gui.settings import Folders
from tests.driving import Driver


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
    window = create_window(places=places, theme="dark")
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.restore()
    window.show()
    driver = Driver(window, qtbot)
    driver.settle()
    return driver
