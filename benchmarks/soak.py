"""Soak the window: twenty minutes of training while a monkey does anything, in any order.

A Python exception on any thread, a Qt warning, a log record of WARNING or above, anything written to the
terminal, a window that does not answer for `LONGEST_SECONDS`, or memory that grows beyond `MOST_GROWTH_MB`
after the first minutes is a failure: the seed and the last actions are printed. Without a screen, prefix it
with ``xvfb-run -a`` or set ``QT_QPA_PLATFORM=offscreen``.
"""

import argparse
import collections
import contextlib
import faulthandler
import logging
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from PySide6.QtCore import QEvent, QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

import main  # noqa: E402, F401  sets the number of BLAS threads before NumPy is imported
from benchmarks._monkey import Monkey  # noqa: E402
from engine.cores import THREAD_NAMES  # noqa: E402
from gui.app import create_window  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.memory import limit_arenas  # noqa: E402
from gui.settings import Folders  # noqa: E402

LAST_ACTIONS = 30
LONGEST_SECONDS = 5.0
HANGING_SECONDS = 120.0
# The memory of the window's process settles in the first minutes: caches, undo history, fonts, both pages.
SETTLING_MINUTES = 4
MOST_GROWTH_MB = 60.0
# What the offscreen platform says of every window that has a smallest size or wants to be in front.
ALLOWED_OFFSCREEN = "This plugin does not support"
# What Qt says where the desktop has no file manager to show a folder in; the window tells the person.
NO_FILE_MANAGER = "Unable to detect a launcher"


class Faults:
    """Collects everything that must not happen, from all the ways in which it could show."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._terminal: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process

    def watch(self) -> IO[str]:
        """Begin to collect; gives a door to the real terminal."""
        sys.stdout.flush()
        terminal = os.fdopen(os.dup(1), "w", buffering=1)
        for descriptor in (1, 2):
            os.dup2(self._terminal.fileno(), descriptor)
        faulthandler.enable(terminal)
        sys.excepthook = lambda kind, error, trace: self._note(kind, error, trace)
        threading.excepthook = lambda a: self._note(a.exc_type, a.exc_value, a.exc_traceback)
        qInstallMessageHandler(self._on_qt_message)
        handler = logging.Handler(logging.WARNING)
        handler.emit = self._on_record  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)
        return terminal

    def look(self) -> list[str]:
        """Give what was found so far, what was written to the terminal included."""
        self._terminal.seek(0)
        written = self._terminal.read().decode(errors="replace")
        return self.found + ([f"output on the terminal:\n{written}"] if written else [])

    def _note(self, kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        offscreen = QApplication.platformName() == "offscreen"
        allowed = (NO_FILE_MANAGER, ALLOWED_OFFSCREEN) if offscreen else (NO_FILE_MANAGER,)
        if kind != QtMsgType.QtDebugMsg and not message.startswith(allowed):
            self.found.append(f"Qt: {message} ({context.category})")

    def _on_record(self, record: logging.LogRecord) -> None:
        self.found.append(f"log: {record.levelname} {record.name}: {record.getMessage()}")


def spin(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


def resident_mb(pid: int | str = "self") -> float:
    """Memory that a process holds now, in MB; 0 when it has ended."""
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def children() -> Iterator[int]:
    """Give the processes that this one has started and that are still there."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                yield int(entry.parent.name)


class Soak:
    """One run: a window, a monkey, and what is said about them."""

    def __init__(self, options: argparse.Namespace, faults: Faults, terminal: IO[str], folder: Path) -> None:
        self._options, self._faults, self._terminal = options, faults, terminal
        self._places = Folders(folder / "config", folder / "data", folder / "cache", folder / "log")
        self._actions: collections.deque[str] = collections.deque(maxlen=LAST_ACTIONS)
        self._record = (folder / "actions").open("w", buffering=1)
        self._random = random.Random(options.seed)
        self._memory: list[float] = []
        self._count = 0
        self._steps = 0
        self._window = self._open()
        self._monkey = Monkey(self._window, self._random, folder)

    def run(self) -> int:
        """Soak; gives the exit code."""
        started = time.monotonic()
        while (now := time.monotonic()) - started < 60 * self._options.minutes:
            faulthandler.dump_traceback_later(HANGING_SECONDS, exit=True, file=self._terminal)
            self._act()
            if self._faults.look():
                return self._fail("\n".join(self._faults.look()))
            late = time.monotonic() - now
            if late > LONGEST_SECONDS:
                return self._fail(f"the window did not answer for {late:.1f} s")
            if (now - started) // 60 > len(self._memory):
                self._print_memory()
        faulthandler.cancel_dump_traceback_later()
        return self._end()

    def _act(self) -> None:
        if self._random.random() < self._options.restarts:
            self._note("close the window and open it again")
            self._close()
            self._window = self._open()
            self._monkey.take(self._window)
        else:
            try:
                self._monkey.act(self._note)
            except Exception:
                self._faults.found.append(traceback.format_exc())
        self._count += 1
        spin(self._random.choice((0.0, 0.0, 0.01, 0.03, 0.1)))

    def _note(self, action: str) -> None:
        self._actions.append(action)
        self._record.write(f"{action}\n")

    def _open(self) -> MainWindow:
        window = create_window(places=self._places)
        window.resize(1440, 900)
        window.restore(keep_size=True)
        window.show()
        return window

    def _close(self) -> None:
        self._steps += self._window.session.step_count if self._window.session is not None else 0
        self._window.close()
        self._window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _print_memory(self) -> None:
        self._memory.append(resident_mb())
        training = sum(resident_mb(pid) for pid in children())
        session = self._window.session
        step = "no run" if session is None else f"{session.name} at step {session.step_count:,}"
        self._say(
            f"minute {len(self._memory):3d}: window {self._memory[-1]:5.0f} MB, training {training:5.0f} MB, "
            f"{self._count:,} actions, {step}"
        )

    def _end(self) -> int:
        self._close()
        spin(0.5)
        # The engine's threads for large batches wait for the next one as long as the process lives.
        others = [t for t in threading.enumerate() if t is not threading.main_thread() and t.is_alive()]
        left = [t.name for t in others if not t.name.startswith(THREAD_NAMES)]
        processes = list(children())
        if left or processes:
            return self._fail(f"left behind after closing: threads {left}, processes {processes}")
        if self._faults.look():
            return self._fail("\n".join(self._faults.look()))
        settled = self._memory[SETTLING_MINUTES - 1 :]
        if len(settled) >= 4:
            growth = statistics.median(settled[-3:]) - statistics.median(settled[:3])
            self._say(f"growth of memory after {SETTLING_MINUTES} minutes: {growth:+.0f} MB")
            if growth > MOST_GROWTH_MB:
                return self._fail(f"memory grew by {growth:.0f} MB, more than {MOST_GROWTH_MB:.0f} MB")
        self._say(f"{self._count:,} actions with seed {self._options.seed}: nothing to complain about")
        return 0

    def _fail(self, why: str) -> int:
        self._say(f"\nFAILED with --seed {self._options.seed} after {self._count:,} actions\n\n{why}")
        self._say(f"\nThe last {len(self._actions)} actions, newest last:")
        for action in self._actions:
            self._say(f"  {action}")
        return 1

    def _say(self, text: str) -> None:
        self._terminal.write(f"{text}\n")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="decides what the monkey does")
    parser.add_argument("--restarts", type=float, default=0.001, help="share of actions: reopen the window")
    return parser.parse_args()


def soak(make: Callable[[], argparse.Namespace] = parse) -> int:
    """Run with the options of the command line; gives the exit code."""
    options = make()
    limit_arenas()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    faults = Faults()
    terminal = faults.watch()
    terminal.write(f"soak of {options.minutes:g} minutes on {app.platformName()}, seed {options.seed}\n")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        code = Soak(options, faults, terminal, Path(folder)).run()
        terminal.flush()
        # No teardown of a window that may be broken.
        os._exit(code) if code else None
    return code


if __name__ == "__main__":
    sys.exit(soak())
