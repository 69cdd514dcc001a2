"""Takes what later starts and the desktop ask of the running window, and brings the window to the front."""

import contextlib
import hmac
import logging
import os
import socket
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QWidget

from gui.instance import MOST_BYTES, REFUSED, TAKEN, Claim, Request, is_same_person, read_request

logger = logging.getLogger(__name__)

# A start says what it wants at once. Who is slower, or one too many, is not listened to.
CALL_MS = 2000
MOST_CALLS = 8


class Reception(QObject):
    """Listens for later starts and for files that the desktop opens. GUI thread only, and never waits.

    On macOS it must be the application's event filter; elsewhere that would only cost time.

    Parameters
    ----------
    claim : Claim or None
        That this start is the first; without it only the desktop is heard. It is released with `close`.
    """

    asked = Signal(object)
    """A `Request`, after the start that made it was told that it is taken."""

    def __init__(self, claim: Claim | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._claim = claim
        self._calls: list[_Call] = []
        self._notifier: QSocketNotifier | None = None
        if claim is not None:
            self._notifier = QSocketNotifier(claim.listener.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._on_call)

    def close(self) -> None:
        """Listen no more; starts that were not answered look for another window, or become one."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier = None
        for call in tuple(self._calls):
            call.end()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear of a file that macOS asks the application to open, where it starts no second process."""
        if isinstance(event, QFileOpenEvent) and event.url().isLocalFile():
            self.asked.emit(Request(file=Path(event.url().toLocalFile())))
            return True
        return False

    def _on_call(self) -> None:
        if self._claim is None:
            return
        try:
            line, _ = self._claim.listener.accept()
        except OSError:
            return
        if len(self._calls) == MOST_CALLS or not is_same_person(line):
            line.close()
            return
        call = _Call(line, self._claim.secret, self)
        call.asked.connect(self.asked)
        call.ended.connect(lambda: self._calls.remove(call))
        self._calls.append(call)


class _Call(QObject):
    """One start that calls: reads one line, answers it, and ends."""

    asked = Signal(object)
    ended = Signal()

    def __init__(self, line: socket.socket, secret: str, parent: QObject) -> None:
        super().__init__(parent)
        self._line, self._secret = line, secret
        self._heard = b""
        line.setblocking(False)
        self._notifier = QSocketNotifier(line.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_heard)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CALL_MS)
        self._timer.timeout.connect(self.end)
        self._timer.start()

    def end(self) -> None:
        """Hang up."""
        if self._line.fileno() < 0:
            return
        self._timer.stop()
        self._notifier.setEnabled(False)
        self._line.close()
        self.ended.emit()
        self.deleteLater()

    def _on_heard(self) -> None:
        try:
            part = self._line.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self._heard += part
        if not part:
            self.end()
        elif self._heard.endswith(b"\n") or len(self._heard) > MOST_BYTES:
            self._answer()

    def _answer(self) -> None:
        request = self._understood()
        if self._has_hung_up():
            # It waits no more, and has opened what it wanted by itself.
            request = None
        else:
            with contextlib.suppress(OSError):
                self._line.send(REFUSED if request is None else TAKEN)
        self.end()
        if request is not None:
            self.asked.emit(request)

    def _has_hung_up(self) -> bool:
        try:
            return self._line.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _understood(self) -> Request | None:
        try:
            if len(self._heard) > MOST_BYTES:
                raise ValueError(f"a request must have at most {MOST_BYTES} bytes")
            request, secret = read_request(self._heard)
        except ValueError as error:
            logger.warning("A start asked something that cannot be understood: %s", error)
            return None
        if not hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret.encode()):
            logger.warning("A start did not know what this person's starts know")
            return None
        return request


def come_forward(window: QWidget, token: str = "") -> None:
    """Raise a window, with the desktop's permission where it gave one to the start that asks."""
    if token:
        # Qt looks for it there when it asks a Wayland compositor.
        os.environ["XDG_ACTIVATION_TOKEN"] = token
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
