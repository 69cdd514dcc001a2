"""A second start on the real platform: the running window comes to the front and opens the file."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from tests.xcb.screen import Program, Screen, wait_for

STARTER = Path(__file__).with_name("reporting_main.py")
CLOSING_S = 20
# A start that hands over loads neither the engine nor Qt, and takes a tenth of a second on a quiet machine.
QUICK_S = 2.0


def reader(report: Path) -> Callable[[], dict[str, Any]]:
    """Return what tells the newest report, {} before the first."""
    return lambda: json.loads(report.read_text()) if report.exists() else {}


def end(screen: Screen, process: subprocess.Popen[str], window: str) -> None:
    screen.ask_to_close(window)
    _, errors = process.communicate(timeout=CLOSING_S)
    assert errors == ""
    assert process.returncode == 0


def test_a_second_start_ends_at_once_and_its_file_opens_in_the_first_window(
    screen: Screen, program: Program, tmp_path: Path
) -> None:
    network = tmp_path / "five.safetensors"
    spec = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), Flatten(), Dense(5)))
    Network(spec, seed=0).save(network)
    state = reader(tmp_path / "report.json")
    with program.running(STARTER, tmp_path / "report.json") as process:
        window = screen.window_of(process)
        before = len(wait_for(lambda: state().get("probabilities"), "answer"))
        # Without a window manager an unmapped window is what a minimised one is.
        started = time.monotonic()
        second = program.run(network)
        assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
        assert time.monotonic() - started < QUICK_S
        wait_for(lambda: len(state()["probabilities"]) == 5 != before, "answer of the opened network")
        assert stacked(screen) == [window]
        end(screen, process, window)


def test_a_second_start_raises_the_window_above_others(
    screen: Screen, program: Program, tmp_path: Path
) -> None:
    with program.running("main.py") as process:
        window = screen.window_of(process)
        # A window of its own, which covers the first and is not asked anything.
        with program.running("main.py", "--new-window", "--theme", "light") as other:
            covering = screen.window_of(other)
            screen.xdotool("windowraise", covering)
            assert program.run("--page", "convolve").returncode == 0
            wait_for(lambda: stacked(screen)[-1:] == [window], "first window on top")
            end(screen, other, covering)
        end(screen, process, window)


def test_after_a_crash_the_next_start_opens_as_if_nothing_had_been(screen: Screen, program: Program) -> None:
    with program.running() as process:
        screen.window_of(process)
        process.send_signal(signal.SIGKILL)
    with program.running() as process:
        window = screen.window_of(process)
        assert program.run().returncode == 0
        end(screen, process, window)
    runtime = Path(program.environment["XDG_RUNTIME_DIR"])
    assert [path.name for path in runtime.iterdir() if path.name.startswith("filterscope")] == []


def stacked(screen: Screen) -> list[str]:
    """Return the program's windows from the lowest to the topmost."""
    return screen.xdotool("search", "--onlyvisible", "--name", "^Filterscope$").split()
