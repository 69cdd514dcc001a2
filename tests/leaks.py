"""Automatic fixtures that fail a test which leaves a thread, a timer or a window behind."""

import functools
import gc
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from engine.cores import THREAD_NAMES

# A thread that was told to stop gets this long to do so.
PATIENCE_S = 2.0
_started_at: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def _note_where_started(kind: type) -> None:
    """Let every `start` of a `kind` record the line of ours that called it."""
    start = kind.start

    @functools.wraps(start)
    def noting(self: Any, *args: Any) -> Any:
        calls = traceback.extract_stack(limit=12)[:-1]
        ours = [call for call in calls if "site-packages" not in call.filename] or calls
        _started_at[self] = f"{ours[-1].filename}:{ours[-1].lineno}"
        return start(self, *args)

    kind.start = noting


def _origin(thing: object) -> str:
    return f"started at {_started_at.get(thing, 'an unknown place')}"


def _leaked_threads(before: set[threading.Thread]) -> list[str]:
    """Describe the new threads that do not end by themselves; Qt's own are not Python's to end."""
    new = [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not isinstance(thread, threading._DummyThread)
        # The engine's threads for large batches wait for the next one.
        and not thread.name.startswith(THREAD_NAMES)
    ]
    deadline = time.monotonic() + PATIENCE_S
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [f"thread {t.name!r}, {_origin(t)}" for t in new if t.is_alive()]


def _fail(leaks: list[str]) -> None:
    if leaks:
        pytest.fail("The test left behind:\n" + "\n".join(f"  {leak}" for leak in leaks), False)


@pytest.fixture(scope="session")
def thread_origins() -> None:
    """Record from now on where threads are started."""
    _note_where_started(threading.Thread)


@pytest.fixture(scope="session")
def qt_origins() -> None:
    """Record from now on where timers and Qt threads are started."""
    from PySide6.QtCore import QThread, QTimer

    _note_where_started(QTimer)
    _note_where_started(QThread)


@pytest.fixture
def no_thread_left(thread_origins: None) -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    _fail(_leaked_threads(before))


@pytest.fixture
def nothing_left(qapp: Any, thread_origins: None, qt_origins: None) -> Iterator[None]:
    """Fail a test that leaves a window, a running timer, a thread or a held mouse button behind."""
    from PySide6.QtCore import Qt

    threads, windows = set(threading.enumerate()), set(qapp.topLevelWidgets())
    running, held = set(_running()), qapp.mouseButtons()
    yield
    leaks = _leaked_threads(threads)
    if qapp.mouseButtons() & ~held != Qt.MouseButton.NoButton:
        leaks.append(f"{qapp.mouseButtons()}, held")
    found = _leaked_objects(qapp, windows, running)
    if found:
        # Reference cycles are no leak: what only they keep alive goes here.
        gc.collect()
        found = _leaked_objects(qapp, windows, running)
    _fail(leaks + found)


def _running() -> list[Any]:
    """List the timers and Qt threads that are running."""
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    things = [t for t in list(_started_at) if not isinstance(t, threading.Thread) and isValid(t)]
    return [t for t in things if (t.isActive() if isinstance(t, QTimer) else t.isRunning())]


def _belongs_to(owner: object, thing: Any) -> bool:
    while thing is not None and thing is not owner:
        thing = thing.parent()
    return thing is owner


def _leaked_objects(qapp: Any, windows: set[Any], running: set[Any]) -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    leaks = []
    for window in set(qapp.topLevelWidgets()) - windows:
        # Qt keeps one label for all tool tips.
        if window.metaObject().className() != "QTipLabel":
            kind, name = type(window), window.objectName() or window.windowTitle()
            leaks.append(f"window {name!r}, a {kind.__module__}.{kind.__qualname__}")
    for thing in _running():
        if thing not in running and not _belongs_to(qapp, thing):
            owner = type(thing.parent()).__name__ if thing.parent() else "nobody"
            leaks.append(f"running {type(thing).__name__} owned by {owner}, {_origin(thing)}")
    if not QThreadPool.globalInstance().waitForDone(int(PATIENCE_S * 1000)):
        leaks.append("a task in Qt's thread pool")
    return leaks


@pytest.fixture(autouse=True)
def no_collection_on_the_way() -> Iterator[None]:
    """Collect garbage between tests only, as the program does it at quiet moments only.

    A collection in the middle of adding a layout to another one makes PySide 6.10 destroy it twice.
    """
    gc.disable()
    yield
    gc.enable()
