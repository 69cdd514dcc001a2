"""What other pages need is brought into memory while nobody draws, off the GUI thread."""

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.warming import MODULES, Warming
from tests.gui.hosting import shown


def test_everything_is_done_in_order_in_other_threads(qtbot) -> None:
    done: list[tuple[int, threading.Thread]] = []
    usual = sys.getswitchinterval()
    acts = [lambda n=n: done.append((n, threading.current_thread())) for n in range(4)]
    warming = Warming(acts)
    qtbot.waitUntil(lambda: warming.is_done)
    assert [number for number, thread in done] == [0, 1, 2, 3]
    assert threading.main_thread() not in {thread for number, thread in done}
    assert sys.getswitchinterval() == usual


def test_what_cannot_be_done_is_logged_and_the_rest_goes_on(qtbot, caplog) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("no such thing")

    with caplog.at_level(logging.ERROR):
        warming = Warming([fail, lambda: done.append("rest")])
        qtbot.waitUntil(lambda: warming.is_done)
    assert done == ["rest"]
    assert "no such thing" in caplog.text


def test_nothing_is_begun_while_a_button_of_the_mouse_is_down(qtbot) -> None:
    done: list[str] = []
    widget = shown(qtbot, QWidget(), 100, 100)
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    warming = Warming([lambda: done.append("act")])
    qtbot.wait(350)
    assert done == []
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.waitUntil(lambda: warming.is_done)
    assert done == ["act"]


def test_closing_waits_for_what_is_being_done_and_begins_nothing(qtbot) -> None:
    going, finish, done = threading.Event(), threading.Event(), []

    def act() -> None:
        going.set()
        finish.wait(5)
        done.append("first")

    warming = Warming([act, lambda: done.append("second")])
    qtbot.waitUntil(going.is_set)
    threading.Timer(0.1, finish.set).start()
    warming.close()
    assert done == ["first"]
    qtbot.wait(250)
    assert done == ["first"]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_there(name: str) -> None:
    __import__(name)
