"""Uncaught errors: who is told, how often, from which thread; and the dialog."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.errors import DataError
from engine.version import VERSION
from gui.dialogs.error_details import CANNOT_OPEN, ErrorDialog
from gui.errors import MOST_REPORTS, QUIET_SECONDS, ErrorReport, ErrorReporter, make_report


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Heard:
    """What a reporter said."""

    def __init__(self, reporter: ErrorReporter) -> None:
        self.sentences: list[str] = []
        self.reports: list[ErrorReport] = []
        reporter.sentence_ready.connect(self.sentences.append)
        reporter.report_ready.connect(self.reports.append)


@pytest.fixture
def clock() -> Clock:
    """Make a clock."""
    return Clock()


@pytest.fixture
def reporter(qtbot: QtBot, clock: Clock) -> Iterator[ErrorReporter]:
    """Make a reporter that is not installed yet, and give the hooks back afterwards."""
    made = ErrorReporter(clock=clock)
    yield made
    made.uninstall()


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_known_error_becomes_its_sentence(reporter: ErrorReporter) -> None:
    heard = Heard(reporter)
    reporter.tell(raised(DataError("the file holds no digits, got 0 pictures")))
    assert heard.sentences == ["the file holds no digits, got 0 pictures"]
    assert heard.reports == []


def test_an_unknown_error_becomes_a_report_with_its_traceback(reporter: ErrorReporter) -> None:
    heard = Heard(reporter)
    reporter.tell(raised(ZeroDivisionError("division by zero")))
    assert heard.reports[0].title == "ZeroDivisionError: division by zero"
    assert "def raised" not in heard.reports[0].details
    assert "in raised" in heard.reports[0].details
    assert "NumPy" in heard.reports[0].details


def test_the_same_error_in_every_frame_is_told_once(reporter: ErrorReporter, clock: Clock) -> None:
    heard = Heard(reporter)
    for _ in range(100):
        reporter.tell(raised(ValueError("again")))
    assert len(heard.reports) == 1
    clock.now += QUIET_SECONDS + 1
    reporter.tell(raised(ValueError("again")))
    assert len(heard.reports) == 2


def test_a_storm_of_different_errors_is_cut(reporter: ErrorReporter) -> None:
    heard = Heard(reporter)
    for index in range(20):
        reporter.tell(ValueError(str(index)))
    assert len(heard.reports) == MOST_REPORTS


def test_an_error_of_another_thread_arrives_in_the_gui_thread(qtbot: QtBot, reporter: ErrorReporter) -> None:
    arrived: list[threading.Thread] = []
    reporter.report_ready.connect(lambda _: arrived.append(threading.current_thread()))
    reporter.install()

    def fail() -> None:
        raise RuntimeError("in a worker")

    worker = threading.Thread(target=fail, name="worker")
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: bool(arrived))
    assert arrived == [threading.main_thread()]


def test_the_hook_passes_on_what_ends_the_program(reporter: ErrorReporter) -> None:
    passed: list[type[BaseException]] = []
    before = sys.excepthook
    sys.excepthook = lambda kind, error, trace: passed.append(kind)
    try:
        heard = Heard(reporter)
        reporter.install()
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        sys.excepthook(ValueError, ValueError("mine"), None)
        reporter.uninstall()
    finally:
        sys.excepthook = before
    assert passed == [KeyboardInterrupt]
    assert len(heard.reports) == 1


def test_a_failing_reporter_falls_back_to_the_old_hook(
    reporter: ErrorReporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[type[BaseException]] = []
    before = sys.excepthook
    sys.excepthook = lambda kind, error, trace: passed.append(kind)

    def broken(error: BaseException, thread: str = "") -> None:
        raise OSError("no log")

    try:
        monkeypatch.setattr(reporter, "tell", broken)
        reporter.install()
        sys.excepthook(ValueError, ValueError("mine"), None)
        reporter.uninstall()
    finally:
        sys.excepthook = before
    assert passed == [ValueError]


def test_installing_twice_and_giving_back_leaves_the_hooks_as_they_were(
    reporter: ErrorReporter,
) -> None:
    before = (sys.excepthook, threading.excepthook)
    reporter.install()
    reporter.install()
    reporter.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_details_can_be_copied_and_saved(qtbot: QtBot, tmp_path: Path) -> None:
    report = make_report(raised(ValueError("unexpected")))
    dialog = ErrorDialog(report)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert not dialog.isModal()
    qtbot.mouseClick(dialog.findChild(QPushButton, "copy_details"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == report.details
    dialog.save_to(tmp_path / "error.txt")
    assert (tmp_path / "error.txt").read_text() == report.details
    dialog.save_to(tmp_path / "error.txt" / "below.txt")


def test_a_report_tells_what_is_at_work_but_not_whose_home_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    report = make_report(raised(OSError(f"no file {tmp_path}/seven.png, nor {tmp_path}s")))
    assert report.title == f"OSError: no file ~/seven.png, nor {tmp_path}s"
    assert f"{tmp_path}/" not in report.details
    assert f"Filterscope: {VERSION}" in report.details
    assert "Qt: 6." in report.details
    assert "screen: " in report.details


def test_a_person_without_a_home_still_gets_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nowhere)
    assert make_report(raised(ValueError("odd"))).title == "ValueError: odd"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_place_for_the_details_is_asked_without_stopping_the_program(
    qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = ErrorDialog(make_report(raised(ValueError("unexpected"))), goes_on=False)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert any(label.text().startswith(CANNOT_OPEN) for label in dialog.findChildren(QLabel))
    qtbot.mouseClick(dialog.findChild(QPushButton, "save_details"), Qt.MouseButton.LeftButton)
    (asking,) = dialog.findChildren(QFileDialog)
    asking.fileSelected.emit(str(tmp_path / "error.txt"))
    asking.reject()
    assert "ValueError: unexpected" in (tmp_path / "error.txt").read_text(encoding="utf-8")
    assert any(label.text() == "Saved as error.txt" for label in dialog.findChildren(QLabel))
