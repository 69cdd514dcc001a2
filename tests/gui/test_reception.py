"""What the running window does when another start calls: listens, answers, comes forward, opens."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from gui import app, instance, reception
from gui.dialogs.error_details import CANNOT_OPEN, ErrorDialog
from gui.instance import Meeting, Place, Request, meet
from gui.reception import Reception, come_forward
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size, or that is raised.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Listening:
    """A reception, and what it heard."""

    def __init__(self, place: Place) -> None:
        self.place = place
        claim = meet(None, place).claim
        assert claim is not None
        self.claim, self.heard = claim, []
        self.reception = Reception(claim)
        self.reception.asked.connect(self.heard.append)

    def connected(self) -> socket.socket:
        if instance.HAS_UNIX_SOCKETS:
            line = socket.socket(socket.AF_UNIX)
            line.connect(str(self.place.socket))
        else:
            line = socket.create_connection(self.claim.listener.getsockname())
        line.settimeout(0)
        return line


@pytest.fixture(params=["unix", "port"])
def listening(request, qapp, tmp_path_factory, monkeypatch) -> Iterator[Listening]:
    """A first start that listens, by a Unix socket and as on Windows."""
    monkeypatch.setattr(instance, "HAS_UNIX_SOCKETS", request.param == "unix")
    folder = tmp_path_factory.mktemp("p")
    made = Listening(Place(folder / "f.lock", folder / "f.socket"))
    yield made
    made.reception.close()


def answer_to(qtbot, line: socket.socket) -> bytes:
    """Wait for what the first start says; b"" when it hangs up."""
    said: list[bytes] = []

    def look() -> bool:
        try:
            said.append(line.recv(100))
        except BlockingIOError:
            return False
        except ConnectionResetError:
            said.append(b"")
        return True

    qtbot.waitUntil(look, timeout=5000)
    return said[0]


def test_a_later_start_is_told_that_its_request_is_taken(qtbot, listening, tmp_path):
    wanted = Request("train", tmp_path / "seven.png")
    meetings: list[Meeting] = []
    caller = threading.Thread(target=lambda: meetings.append(meet(wanted, listening.place)))
    caller.start()
    qtbot.waitUntil(lambda: bool(meetings))
    caller.join()
    assert meetings == [Meeting(handed_over=True)]
    assert listening.heard == [wanted]


def test_a_request_in_pieces_is_heard_as_one(qtbot, listening):
    text = Request("draw").to_json(listening.claim.secret)
    with listening.connected() as line:
        for part in (text[:10], text[10:30], text[30:]):
            line.send(part)
            qtbot.wait(10)
        assert answer_to(qtbot, line) == instance.TAKEN
    assert listening.heard == [Request("draw")]


@pytest.mark.parametrize("junk", [b"\n", b"{}\n", b"GET / HTTP/1.1\n", b"[" * 60_000 + b"\n"])
def test_who_talks_nonsense_or_does_not_know_the_secret_is_refused(qtbot, listening, junk, caplog):
    with caplog.at_level(logging.WARNING, "gui.reception"), listening.connected() as line:
        line.setblocking(True)
        line.sendall(junk)
        line.settimeout(0)
        assert answer_to(qtbot, line) == instance.REFUSED
    assert listening.heard == []
    assert len(caplog.records) == 1


def test_a_request_without_end_is_cut_off(qtbot, listening):
    with listening.connected() as line:

        def pour() -> bool:
            try:
                return line.send(b"x" * 50_000) == 0
            except BlockingIOError:
                return False
            except (BrokenPipeError, ConnectionResetError):
                return True

        qtbot.waitUntil(pour, timeout=5000)
    assert listening.heard == []


def test_a_silent_caller_is_hung_up_on(qtbot, listening, monkeypatch):
    monkeypatch.setattr(reception, "CALL_MS", 50)
    with listening.connected() as line:
        assert answer_to(qtbot, line) == b""


def test_many_silent_callers_do_not_keep_the_next_one_out_for_long(qtbot, listening, monkeypatch):
    monkeypatch.setattr(reception, "CALL_MS", 200)
    lines = [listening.connected() for _ in range(reception.MOST_CALLS)]
    qtbot.wait(20)
    with listening.connected() as late:
        assert answer_to(qtbot, late) == b""
    qtbot.waitUntil(lambda: not listening.reception._calls)
    with listening.connected() as line:
        line.send(Request().to_json(listening.claim.secret))
        assert answer_to(qtbot, line) == instance.TAKEN
    for line in lines:
        line.close()


def test_a_caller_that_waits_no_more_is_not_obeyed_as_well(qtbot, listening):
    with listening.connected() as line:
        line.send(Request("train").to_json(listening.claim.secret))
    qtbot.wait(50)
    assert listening.heard == []


def test_another_persons_call_is_not_taken(qtbot, listening, monkeypatch):
    monkeypatch.setattr(reception, "is_same_person", lambda line: False)
    with listening.connected() as line:
        line.send(Request().to_json(listening.claim.secret))
        assert answer_to(qtbot, line) == b""
    assert listening.heard == []


def test_a_closed_reception_makes_the_next_start_the_first(listening):
    listening.reception.close()
    listening.reception.close()
    claim = meet(Request(), listening.place).claim
    assert claim is not None
    claim.release()


def test_a_file_that_the_desktop_opens_is_asked_for(qtbot, tmp_path):
    desktop = Reception(None)
    heard: list[Request] = []
    desktop.asked.connect(heard.append)
    target = QWidget()
    qtbot.addWidget(target)
    target.installEventFilter(desktop)
    event = QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "seven.png")))
    QCoreApplication.sendEvent(target, event)
    desktop.close()
    assert heard == [Request(file=tmp_path / "seven.png")]


def test_a_minimised_window_comes_back_and_the_desktops_permission_is_passed_on(qtbot, monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    come_forward(window, "permission")
    assert not window.isMinimized()
    assert window.isVisible()
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "permission"


@pytest.fixture
def network_file(tmp_path) -> Path:
    """A network that is not a shipped one."""
    path = tmp_path / "sevens.safetensors"
    Network(NetworkSpec((1, 28, 28), (Conv2D(4, 5), ReLU(), Flatten(), Dense(10))), seed=7).save(path)
    return path


def test_the_running_window_opens_what_a_later_start_asks_for(driver, network_file):
    app._answer(driver.window, Request("convolve", network_file))
    driver.settle()
    assert driver.find("page_convolve").isVisible()
    assert "“sevens” answers now" in driver.message


def test_the_running_window_opens_a_drawing_and_offers_a_picture(driver, tmp_path):
    driver.draw(*SEVEN)
    drawn = driver.window.document.drawing
    driver.window._pad.transfer.save_file(tmp_path / "seven.json")
    driver.window._pad.transfer.save_file(tmp_path / "seven.png")
    driver.click("clear_button")
    app._answer(driver.window, Request(file=tmp_path / "seven.json"))
    assert driver.window.document.drawing.strokes == drawn.strokes
    app._answer(driver.window, Request(file=tmp_path / "seven.png"))
    assert driver.find("picture_import").isVisible()
    driver.find("picture_import", QDialog).reject()
    driver.settle()


def test_a_page_or_a_file_that_is_not_there_changes_nothing_but_the_message(driver, tmp_path):
    app._answer(driver.window, Request("nowhere", tmp_path / "gone.safetensors"))
    driver.settle()
    assert driver.find("page_draw").isVisible()
    assert "gone.safetensors" in driver.message


def test_a_window_that_cannot_be_made_says_so_where_it_is_seen(qapp, monkeypatch, capsys):
    seen = []

    def look_and_close(*_: object) -> int:
        (dialog,) = [w for w in qapp.topLevelWidgets() if isinstance(w, ErrorDialog) and w.isVisible()]
        seen.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.close()
        return 0

    monkeypatch.setattr(type(qapp), "exec", look_and_close)
    assert app._cannot_open(qapp, OSError("a file of the program is missing"), seen=True) == 1
    assert "OSError: a file of the program is missing" in seen
    assert any(text.startswith(CANNOT_OPEN) for text in seen)
    assert capsys.readouterr().err == ""


def test_a_window_that_cannot_be_made_for_a_picture_says_so_in_the_terminal(qapp, monkeypatch, capsys):
    monkeypatch.setattr(type(qapp), "exec", lambda *_: pytest.fail("nobody would close a dialog"))
    assert app._cannot_open(qapp, OSError("missing"), seen=False) == 1
    assert "OSError: missing" in capsys.readouterr().err
