"""The leak check itself: it finds what a test leaves behind, and lets clean tests pass."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

TESTS = """
import threading
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from tests.leaks import nothing_left, qt_origins, thread_origins

kept = []
stop = threading.Event()

@pytest.fixture(autouse=True)
def check(nothing_left, monkeypatch):
    monkeypatch.setattr("tests.leaks.PATIENCE_S", 0.1)

def test_clean(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    QTimer(window).start(1000)
    cycle = QWidget()
    cycle.myself = cycle
    thread = threading.Thread(target=lambda: None)
    thread.start()

def test_window(qapp):
    kept.append(QWidget(objectName="forgotten"))

def test_timer(qapp):
    kept.append(QTimer())
    kept[-1].start(1000)

def test_thread(qapp):
    threading.Thread(target=stop.wait, name="busy", daemon=True).start()
"""


def test_whatever_a_test_leaves_behind_fails_it_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(TESTS)
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_sample.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    line = TESTS.splitlines().index("    kept[-1].start(1000)") + 1
    assert "4 passed, 3 errors" in done.stdout
    assert "window 'forgotten', a PySide6.QtWidgets.QWidget" in done.stdout
    assert "running QTimer owned by nobody, started at" in done.stdout
    assert f"test_sample.py:{line}" in done.stdout
    assert "thread 'busy', started at" in done.stdout
