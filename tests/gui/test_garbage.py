"""Garbage is collected in the GUI thread only."""

import gc
import threading
import weakref

import pytest

from gui.garbage import GuiThreadCollector


class Ring:
    """A cycle, which only the collector can free."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def collector(qapp):
    collector = GuiThreadCollector()
    yield collector
    collector.close()
    collector.deleteLater()


def make_garbage(count=5_000):
    ring = Ring()
    mark = weakref.ref(ring)
    del ring
    kept = [Ring() for _ in range(count)]
    del kept
    return mark


def test_another_thread_collects_nothing(collector):
    marks = []
    thread = threading.Thread(target=lambda: marks.append(make_garbage()))
    thread.start()
    thread.join()
    assert marks[0]() is not None


def test_the_gui_thread_does_it_soon(collector, qtbot):
    mark = make_garbage()
    qtbot.waitUntil(lambda: mark() is None)


def test_closing_gives_collection_back(qapp):
    gc.enable()
    collector = GuiThreadCollector()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()


def test_what_was_let_go_of_is_collected_soon_when_asked(collector, qtbot):
    collector._soon.setInterval(5)
    mark = make_garbage(count=1)
    collector.collect_soon()
    qtbot.waitUntil(lambda: mark() is None, timeout=5_000)
