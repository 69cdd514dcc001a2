"""A virtual screen for the program's own process, with nothing of the person's around it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xcb.screen import Program, Screen

ROOT = Path(__file__).parents[2]
SCREEN_SIZE = (1920, 1080)


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Start Xvfb on a free display; its picture lies in a file that tests can read."""
    folder = tmp_path_factory.mktemp("screen")
    width, height = SCREEN_SIZE
    read_end, write_end = os.pipe()
    options = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-fbdir", str(folder), *options],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as announced:
            number = announced.readline().strip()
        try:
            assert number, "Xvfb did not start"
            yield Screen(f":{number}", folder / "Xvfb_screen0")
        finally:
            server.terminate()


@pytest.fixture
def program(screen: Screen, tmp_path: Path) -> Program:
    """Give the program's environment: the real xcb platform and a home of its own."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    dropped = ("QT_", "WAYLAND_", "DBUS_", "XDG_", "DISPLAY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment = kept | {
        "DISPLAY": screen.display,
        "FILTERSCOPE_HOME": str(tmp_path / "home"),
        "QT_QPA_PLATFORM": "xcb",
        "XDG_RUNTIME_DIR": str(runtime),
    }
    return Program(sys.executable, ROOT, environment)
