"""Hands and eyes for a program on an X display: its window, real mouse events, its pixels."""

import ctypes
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Found = TypeVar("Found")
# Generous: a start on a busy machine of two cores takes a few seconds.
WAIT_S = 40.0
POLL_S = 0.05


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Return the first thing that is found, or fail when nothing is in time."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(POLL_S)
    raise AssertionError(f"no {what} within {WAIT_S:.0f} s")


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib.h, padded to the size of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 12),
    )


@dataclass(frozen=True)
class Screen:
    """An X display, and the file in which its server keeps the picture."""

    display: str
    picture: Path

    def pixels(self) -> NDArray[np.uint8]:
        """Return what is on the screen, ``(rows, columns, 3)``: blue, green, red."""
        data = self.picture.read_bytes()
        # The header of an X window dump: 4-byte words, the most significant byte first.
        header = np.frombuffer(data, ">u4", count=25)
        header_size, columns, rows, row_bytes, colours = header[[0, 4, 5, 12, 19]]
        start = int(header_size + colours * 12)
        picture = np.frombuffer(data, np.uint8, count=int(rows * row_bytes), offset=start)
        return picture.reshape(rows, row_bytes // 4, 4)[:, :columns, :3]

    def xdotool(self, *words: object) -> str:
        """Run xdotool; its answer, empty when it found nothing."""
        command = ["xdotool", *map(str, words)]
        environment = {"DISPLAY": self.display, "PATH": "/usr/bin:/bin:/usr/local/bin"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout

    def window_of(self, process: subprocess.Popen[str]) -> str:
        """Return the number of the largest visible window of a process, once there is one."""

        def look() -> str | None:
            assert process.poll() is None, f"the program ended: {process.communicate()[1]}"
            windows = self.xdotool("search", "--all", "--onlyvisible", "--pid", process.pid, "--name", ".")
            return max(windows.split(), key=self._area, default=None)

        return wait_for(look, "window")

    def _area(self, window: str) -> int:
        lines = self.xdotool("getwindowgeometry", "--shell", window).splitlines()
        values = dict(line.split("=") for line in lines)
        return int(values.get("WIDTH", 0)) * int(values.get("HEIGHT", 0))

    def stroke(self, points: Sequence[tuple[int, int]]) -> None:
        """Draw with the left mouse button held down, through points in screen pixels."""
        (x, y), *rest = points
        moves = [word for x, y in rest for word in ("mousemove", x, y, "sleep", 0.01)]
        self.xdotool("mousemove", x, y, "mousedown", 1, *moves, "mouseup", 1)

    def ask_to_close(self, window: str) -> None:
        """Do what the close button of a window manager does: send WM_DELETE_WINDOW."""
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        protocols = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
        delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
        client_message, number = 33, ctypes.c_ulong(int(window))
        event = _ClientMessage(type=client_message, window=number, message_type=protocols, format=32)
        event.data[0] = delete
        x11.XSendEvent(display, number, 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XCloseDisplay(display)


@dataclass(frozen=True)
class Program:
    """The program as a person starts it: a process of its own."""

    python: str
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run ``main.py`` to its end."""
        return subprocess.run(
            [self.python, "main.py", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    @contextmanager
    def running(self, script: object = "main.py", *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """Start a script and leave it running; it is ended where the test did not."""
        process = subprocess.Popen(
            [self.python, str(script), *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()
