"""One window for each person and screen: later starts find the first one and hand it their files.

Only what the standard library loads quickly: a start that hands its file over has nothing to wait for, Qt
least of all.
"""

import contextlib
import json
import os
import socket
import struct
import sys
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

# A first window that is still opening, or busy, gets this long; then there is a second window.
PATIENCE_SECONDS = 10.0
RETRY_SECONDS = 0.02
# Far more than any path; what is longer is not ours.
MOST_BYTES = 65_536
TAKEN, REFUSED = b"ok\n", b"no\n"
HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")
# A Unix socket's path has room for 103 bytes on the narrowest system, macOS.
_LONGEST_ADDRESS = 100
# Windows locks a range of bytes against reading too: one that is never written.
_LOCK_OFFSET = 1 << 30


class Request(NamedTuple):
    """What a later start asks of the first: what to open, and how it may come to the front.

    `token` is the desktop's permission to come forward, "" where there is none.
    """

    page: str | None = None
    file: Path | None = None
    drawing: Path | None = None
    token: str = ""

    def to_json(self, secret: str) -> bytes:
        """Write it as one line."""
        content = {"secret": secret, "page": self.page, "token": self.token}
        paths = {"file": self.file, "drawing": self.drawing}
        content |= {name: None if path is None else str(path) for name, path in paths.items()}
        return json.dumps(content).encode("ascii") + b"\n"


def read_request(line: bytes) -> tuple[Request, str]:
    """Read a line of `Request.to_json`.

    Returns
    -------
    Request, str
        What is asked, and the secret that came with it.

    Raises
    ------
    ValueError
        It is not such a line.
    """
    try:
        content = json.loads(line)
    except RecursionError:
        raise ValueError("a request must not be so deep") from None
    if not isinstance(content, dict):
        raise ValueError("a request must be a JSON object")

    def text(name: str) -> str | None:
        value = content.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be text")
        return value

    def path(name: str) -> Path | None:
        value = text(name)
        if value is not None and (not os.path.isabs(value) or "\0" in value):
            raise ValueError(f"{name} must be an absolute path")
        return None if value is None else Path(value)

    return Request(text("page"), path("file"), path("drawing"), text("token") or ""), text("secret") or ""


class Place(NamedTuple):
    """Where the starts of one person on one screen meet."""

    lock: Path
    socket: Path


def meeting_place(environment: Mapping[str, str] = os.environ) -> Place:
    """Return where to meet: the same for every start of one person, screen and ``$FILTERSCOPE_HOME``."""
    asked = [environment.get(name, "") for name in ("FILTERSCOPE_HOME", "DISPLAY", "WAYLAND_DISPLAY")]
    number = zlib.crc32("\n".join(asked).encode("utf-8", "surrogateescape"))
    person = os.getuid() if sys.platform != "win32" else environment.get("USERNAME", "")
    name = f"filterscope-{person}-{number:08x}"
    if sys.platform == "win32":
        wanted = [environment.get(variable, "") for variable in ("LOCALAPPDATA", "TEMP")]
    else:
        wanted = [environment.get("XDG_RUNTIME_DIR", ""), environment.get("TMPDIR", ""), "/tmp"]
    folders = [folder for folder in wanted if folder and _has_room(folder, name)]
    folder = Path(folders[0] if folders else wanted[-1])
    return Place(folder / f"{name}.lock", folder / f"{name}.socket")


def _has_room(folder: str, name: str) -> bool:
    short = not HAS_UNIX_SOCKETS or len(os.fsencode(folder)) + len(name) < _LONGEST_ADDRESS - len("/.socket")
    return short and os.path.isabs(folder) and os.access(folder, os.W_OK | os.X_OK)


class Claim:
    """That this is the first start: a lock that the system lets go of when the process ends, however it does.

    Parameters
    ----------
    place : Place
        Where it was made.
    handle : int
        The open, locked file.
    """

    def __init__(self, place: Place, handle: int) -> None:
        self._place, self._handle = place, handle
        self.secret = os.urandom(16).hex()
        """What a caller must know; only this person can read it in the lock's file."""
        self.listener = _listen(place.socket)
        """The socket that later starts call, listening and not blocking."""
        address: object = str(place.socket) if HAS_UNIX_SOCKETS else self.listener.getsockname()[1]
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps({"address": address, "secret": self.secret}).encode())

    def release(self) -> None:
        """Listen no more, and let the next start be the first; doing it again does nothing."""
        if self._handle < 0:
            return
        self.listener.close()
        # While the lock is held nobody else's files can be meant. Windows keeps an open file: it stays there.
        for path in (self._place.socket, self._place.lock):
            with contextlib.suppress(OSError):
                path.unlink()
        os.close(self._handle)
        self._handle = -1


class Meeting(NamedTuple):
    """How a start went on.

    `claim` is there if this start is the first; `handed_over` if the first one has taken the request. With
    neither, this start opens a window of its own.
    """

    claim: Claim | None = None
    handed_over: bool = False


def meet(request: Request | None, place: Place | None = None, patience: float = PATIENCE_SECONDS) -> Meeting:
    """Become the first, or hand the request to the one that is.

    Parameters
    ----------
    request : Request or None
        What to hand over; None only tries to become the first.
    place : Place or None
        Where to meet; `meeting_place` unless given.
    patience : float
        How long to wait for the first start's answer, in seconds.
    """
    place = place or meeting_place()
    until = time.monotonic() + patience
    try:
        while True:
            handle = open_locked(place.lock)
            if handle is not None:
                try:
                    return Meeting(claim=Claim(place, handle))
                except BaseException:
                    os.close(handle)
                    raise
            answer = None if request is None else _hand_over(place, request, until)
            if request is None or answer == REFUSED or time.monotonic() >= until:
                return Meeting()
            if answer == TAKEN:
                return Meeting(handed_over=True)
            # It has not begun to listen, or is about to end.
            time.sleep(RETRY_SECONDS)
    except OSError:
        # To be the only window is a comfort; a folder that cannot be written to is no reason for having none.
        return Meeting()


def open_locked(path: Path) -> int | None:
    """Open and lock a file, made if it is not there; None if another process has locked it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if sys.platform != "win32" and os.fstat(handle).st_uid != os.getuid():
                raise PermissionError(f"{path.name} is another person's")
            if not _lock(handle):
                os.close(handle)
                return None
            with contextlib.suppress(FileNotFoundError):
                # Whoever had the lock may have removed the file after we opened it.
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
            os.close(handle)
        except OSError:
            os.close(handle)
            raise


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _LOCK_OFFSET, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _listen(path: Path) -> socket.socket:
    if HAS_UNIX_SOCKETS:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    else:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if HAS_UNIX_SOCKETS:
            # One that crashed has left it; the lock says that it is gone.
            path.unlink(missing_ok=True)
            before = os.umask(0o177)
            try:
                listener.bind(str(path))
            finally:
                os.umask(before)
        else:
            listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _hand_over(place: Place, request: Request, until: float) -> bytes | None:
    """Tell the first start what is asked; its answer, or None if there was none."""
    try:
        told = json.loads(place.lock.read_bytes()[:MOST_BYTES])
        address, secret = told["address"], told["secret"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    family: Any = socket.AF_UNIX if HAS_UNIX_SOCKETS else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(max(RETRY_SECONDS, until - time.monotonic()))
            line.connect(address if HAS_UNIX_SOCKETS else ("127.0.0.1", address))
            if not is_same_person(line):
                return REFUSED
            _let_it_come_forward()
            line.sendall(request.to_json(str(secret)))
            answer = line.recv(len(TAKEN))
    except (OSError, TypeError):
        return None
    return answer if answer in (TAKEN, REFUSED) else None


def is_same_person(line: socket.socket) -> bool:
    """Tell whether the other end belongs to who runs this, where the system can say; True elsewhere."""
    if sys.platform != "linux" or line.family != socket.AF_UNIX:
        return True
    _, person, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(person == os.getuid())


def _let_it_come_forward() -> None:
    """Give the first start the right to raise its window, which Windows gave to this one."""
    if sys.platform == "win32":
        import ctypes

        any_process = -1
        ctypes.windll.user32.AllowSetForegroundWindow(any_process)
