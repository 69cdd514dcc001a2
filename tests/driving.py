"""Drives the real window as a person does: by its widgets' names, with mouse and keys."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from gui.app import create_window
from gui.bridge import SessionState
from gui.main_window import MainWindow
from gui.settings import Folders
from gui.widgets.message_strip import MessageStrip

W = TypeVar("W", bound=QWidget)

SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.6, 0.5), (0.5, 0.8))
ONE = ((0.5, 0.2), (0.5, 0.5), (0.5, 0.8))
PATIENCE_MS = 40_000


class Driver:
    """A window and the hands on it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def find(self, name: str, kind: type[W] = QWidget) -> W:  # type: ignore[assignment]
        found = self.window.findChild(kind, name)
        assert found is not None, f"no {kind.__name__} is called {name}"
        return found

    def click(self, name: str) -> None:
        button = self.find(name, QAbstractButton)
        assert button.isEnabled(), f"{name} is disabled: {button.toolTip()}"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())

    def choose(self, name: str, text: str) -> None:
        """Choose an entry of a combo box as a person does with the keyboard."""
        box = self.find(name, QComboBox)
        index = box.findText(text)
        assert index >= 0, f"{name} has no entry {text}"
        box.setCurrentIndex(index)
        box.activated.emit(index)

    def trigger(self, name: str) -> None:
        action = self.window.findChild(QAction, f"action_{name}")
        assert action is not None
        action.trigger()

    def draw(self, *points: tuple[float, float]) -> None:
        """Draw a stroke with the mouse; places are fractions of the canvas's side."""
        canvas = self.find("canvas")
        places = [QPoint(round(x * canvas.width()), round(y * canvas.height())) for x, y in points]
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[-1])

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def settle(self) -> None:
        """Wait until everything on screen is up to date."""
        self.wait(lambda: self.window.is_settled)

    def play_until(self, step: int) -> None:
        """Train at least so many steps, then pause."""
        if self.state is not SessionState.RUNNING:
            self.click("play_button")
        self.wait(lambda: self.window.session is not None and self.window.session.step_count >= step)
        if self.state is SessionState.RUNNING:
            self.click("play_button")
        self.wait_for(SessionState.PAUSED)

    def wait_for(self, state: SessionState) -> None:
        """Wait until the training is in a state of rest and its last step is on screen."""
        self.wait(lambda: self.state is state and self.shown_step == self.window.session.step_count)
        self.settle()

    def stop(self) -> None:
        """End the run."""
        self.click("stop_button")
        self.wait_for(SessionState.STOPPED)

    @property
    def state(self) -> SessionState | None:
        return None if self.window.session is None else self.window.session.state

    @property
    def shown_step(self) -> int | None:
        run = self.window.instrument.run
        return None if run is None else run.step

    @property
    def message(self) -> str:
        return self.find("message_strip", MessageStrip).text


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    """Folders of the program that this test alone has."""
    root = tmp_path / "program"
    return Folders(root / "config", root / "data", root / "cache", root / "log")


@pytest.fixture
def open_window(qtbot: QtBot, places: Folders) -> Callable[..., Driver]:
    """Open windows that all keep their things in the same folders, as one start after another does."""

    def opened(*, restored: bool = False, **options: object) -> Driver:
        window = create_window(places=places, **({"theme": "dark"} | options))  # type: ignore[arg-type]
        qtbot.addWidget(window)
        window.resize(1440, 900)
        if restored:
            window.restore()
        window.show()
        driver = Driver(window, qtbot)
        driver.settle()
        return driver

    return opened


@pytest.fixture
def driver(open_window: Callable[..., Driver]) -> Driver:
    """Open the window on its first page."""
    return open_window()
