"""Measure the window against the budgets of the design: latency, frames, slowdown, start, memory.

Runs the real window on the platform that is there; without a screen, prefix it with ``xvfb-run -a``.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import main  # noqa: E402, F401, I001  sets the number of BLAS threads before NumPy is imported
import numpy as np  # noqa: E402
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QAction, QMouseEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from engine.drawing import Drawing  # noqa: E402
from engine.session import TrainingSession  # noqa: E402
from gui.app import create_window  # noqa: E402
from gui.frames import Frame  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.memory import limit_arenas  # noqa: E402
from gui.pages.inside.page import InsidePage  # noqa: E402
from gui.pages.inside.parts import PARTS  # noqa: E402
from gui.settings import Folders  # noqa: E402

TICK_MS = 16


def row(what: str, values: list[float], unit: str, budget: str) -> None:
    """Print one line of the report."""
    p = np.percentile(values, [50, 95, 99])
    print(
        f"{what:<58} median {p[0]:7.1f}  p95 {p[1]:7.1f}  p99 {p[2]:7.1f} {unit:<9} budget {budget}",
        flush=True,
    )


def spin(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


def make_window(folder: str, page: str) -> MainWindow:
    """Show a window with folders of its own."""
    root = Path(folder)
    places = Folders(root / "config", root / "data", root / "cache", root / "log")
    window = create_window(places=places, theme="dark", page=page)
    window.leave_no_trace()
    window.resize(1440, 900)
    window.show()
    spin(1.0)
    return window


def close_window(window: MainWindow) -> None:
    """Close it and let go of it."""
    window.close()
    window.deleteLater()
    spin(0.1)


def send_mouse(canvas: QWidget, kind: QMouseEvent.Type, x: float, y: float) -> None:
    """Send a mouse event as the window system would."""
    position = QPointF(x * canvas.width(), y * canvas.height())
    left = Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseButtonRelease else left
    button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else left
    everywhere = QPointF(canvas.mapToGlobal(QPoint(0, 0))) + position
    event = QMouseEvent(kind, position, everywhere, button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


class FrameWatch:
    """Runs the event loop until the frame of a certain drawing is shown."""

    def __init__(self, window: MainWindow) -> None:
        self._loop = QEventLoop()
        self._wanted: object = None
        window.instrument.answer_changed.connect(self._on_answer)

    def wait_for(self, drawing: object) -> None:
        """Return when panels show what the network makes of `drawing`."""
        self._wanted = drawing
        self._loop.exec()

    def _on_answer(self, frame: Frame) -> None:
        if frame.drawing is self._wanted:
            self._loop.quit()


def pen_latency(window: MainWindow, strokes: int) -> list[float]:
    """Milliseconds from a pointer event until Pad and Stage have the frame of just that ink."""
    canvas = window.findChild(QWidget, "canvas")
    assert canvas is not None
    watch = FrameWatch(window)
    times = []
    for number in range(strokes):
        window.document.undo_stack.clear()
        window.document.replace(Drawing(), "Clear")
        spin(0.05)
        send_mouse(canvas, QMouseEvent.Type.MouseButtonPress, 0.3, 0.2)
        for i in range(40):
            x, y = 0.3 + 0.4 * i / 40 + 0.02 * (number % 3), 0.2 + 0.6 * (i / 40) ** 2
            started = time.perf_counter()
            send_mouse(canvas, QMouseEvent.Type.MouseMove, x, y)
            watch.wait_for(window.document.drawing)
            times.append(1000 * (time.perf_counter() - started))
            spin(0.004)
        send_mouse(canvas, QMouseEvent.Type.MouseButtonRelease, 0.7, 0.8)
        spin(0.05)
    return times


def frames_and_lateness(window: MainWindow, page: str, seconds: float) -> tuple[float, list[float]]:
    """Frames of the run per second on a page, and how late a tick of 16 ms comes, in ms."""
    count = [0]
    changed = window.instrument.run_changed if page == "train" else window.instrument.answer_changed
    counting = changed.connect(lambda frame: count.__setitem__(0, count[0] + 1))
    lateness: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        lateness.append(max(0.0, 1000 * (now - last[0]) - TICK_MS))
        last[0] = now

    timer.timeout.connect(tick)
    timer.start()
    started = time.perf_counter()
    spin(seconds)
    timer.stop()
    changed.disconnect(counting)
    return count[0] / (time.perf_counter() - started), lateness


def steps_per_second(session: TrainingSession, seconds: float) -> float:
    """Training speed while the event loop runs."""
    before, started = session.step_count, time.perf_counter()
    spin(seconds)
    return (session.step_count - before) / (time.perf_counter() - started)


def start_times(rounds: int) -> list[float]:
    """Seconds from the start of a new process until its window has shown a frame and takes events."""
    script = (
        "import sys; sys.argv = ['filterscope']; import main, gc; gc.disable()\n"
        "from PySide6.QtCore import QEventLoop\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from gui.app import create_window\n"
        "app = QApplication([]); window = create_window(page='draw'); loop = QEventLoop()\n"
        "window.instrument.answer_changed.connect(lambda frame: loop.quit()); window.show(); loop.exec()\n"
        "app.processEvents(); print('usable', flush=True); window.close()\n"
    )
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            environment = os.environ | {"FILTERSCOPE_HOME": home}
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-c", script], cwd=ROOT, env=environment, stdout=subprocess.PIPE
            )
            assert process.stdout is not None
            process.stdout.readline()
            times.append(time.perf_counter() - started)
            process.wait()
    return times


def resident_mb() -> float:
    """Memory that this process and those that it started hold now, in MB."""
    family = [os.getpid(), *map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family)
    return pages * resource.getpagesize() / 1e6


def report(options: argparse.Namespace) -> None:
    """Measure everything and print it."""
    limit_arenas()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    print(f"platform {app.platformName()}, {os.cpu_count()} cores")  # type: ignore[attr-defined]
    row("start to usable window", start_times(options.starts), "s", "<= 1.5 s")
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(folder, "draw")
        row(
            "pen to probabilities and channels, idle", pen_latency(window, options.strokes), "ms", "p95 <= 30"
        )
        for key in ("8–16", "32–64"):
            window.choose_preset(key)
            window.start_training()
            # Longer than any measurement, so that the run does not end in the middle of one.
            window.session.set_knobs(epochs=100_000)
            spin(1.0)
            times = pen_latency(window, options.strokes)
            row(f"pen to probabilities and channels, training {key}", times, "ms", "p95 <= 30")
            for page in ("train", "inside"):
                watching(window, page, key, options)
            window.show_page("draw")
        walls(window)
        memory(window, options.memory_minutes)
        close_window(window)


def watching(window: MainWindow, page: str, key: str, options: argparse.Namespace) -> None:
    """Measure a page while a network of a preset trains."""
    window.show_page(page)
    spin(1.0)
    rates, lateness = zip(
        *(frames_and_lateness(window, page, options.seconds) for _ in range(3)), strict=True
    )
    where = f"on {page.title()}, training {key}"
    row(f"frames per second {where}", list(rates), "per s", ">= 30")
    late = [value for part in lateness for value in part]
    row(f"lateness of a 16 ms tick {where}", late, "ms", "p99 <= 25")
    slowdown(window, options)
    if page == "inside":
        frames_of_parts(window, key, options)
        slowdown_by_wall(window, key, options)


def frames_of_parts(window: MainWindow, key: str, options: argparse.Namespace) -> None:
    """Measure the frames of the Inside page with the network alone, and with each part in front."""
    inside = window.findChild(InsidePage)
    assert inside is not None
    for part in ("", *PARTS):
        inside.show_part(part)
        spin(0.5)
        rate, late = frames_and_lateness(window, "inside", options.seconds)
        name = part or "the network alone"
        row(f"frames per second, {name}, training {key}", [rate], "per s", ">= 30")
        row(f"lateness of a 16 ms tick, {name}, training {key}", late, "ms", "p99 <= 25")
    inside.show_part("patterns")


def slowdown_by_wall(window: MainWindow, key: str, options: argparse.Namespace) -> None:
    """Compare training beside the pattern wall with training beside a part of the page that rests."""
    inside = window.findChild(InsidePage)
    assert inside is not None
    ratios = []
    for _ in range(options.rounds):
        speeds = []
        for part in ("ledger", "patterns"):
            inside.show_part(part)
            spin(0.5)
            speeds.append(steps_per_second(window.session, options.seconds))
        ratios.append(100 * (1 - speeds[1] / speeds[0]))
    row(f"slowdown of training by filling the wall, {key}", ratios, "%", "<= 10 %")


def walls(window: MainWindow) -> None:
    """Print how long it takes to fill the pattern wall of each convolution of the shipped networks."""
    window.session.pause()
    window.show_page("inside")
    for name in ("classic", "reader", "shapes"):
        action = window.findChild(QAction, f"action_{name}_network")
        assert action is not None
        action.trigger()
        for layer in window.instrument.answering.spec.convolutions:
            window.selection.update(layer=None)
            spin(0.2)
            started = time.perf_counter()
            window.selection.update(layer=layer)
            while not window.is_settled:
                spin(0.01)
            print(
                f"pattern wall of {name} {layer}: filled after {time.perf_counter() - started:.1f} s",
                flush=True,
            )
    window.show_page("draw")


def slowdown(window: MainWindow, options: argparse.Namespace) -> None:
    """Compare training watched with the same training while the window is hidden, rounds interleaved."""
    session = window.session
    ratios = []
    for _ in range(options.rounds):
        window.hide()
        spin(0.5)
        unwatched = steps_per_second(session, options.seconds)
        window.show()
        spin(0.5)
        ratios.append(100 * (1 - steps_per_second(session, options.seconds) / unwatched))
    row("slowdown of training by watching it", ratios, "%", "<= 10 %")


def memory(window: MainWindow, minutes: list[float]) -> None:
    """Print the memory held after some minutes of training."""
    window.choose_preset("8–16")
    window.start_training()
    window.session.set_knobs(epochs=100_000)
    window.show_page("train")
    spent = 0.0
    for until in minutes:
        while spent < until:
            part = min(0.25, until - spent)
            spin(60 * part)
            spent += part
        steps = statistics.fmean([window.session.step_count])
        print(
            f"memory after {until:g} min of training: {resident_mb():.0f} MB ({steps:,.0f} steps)", flush=True
        )


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=9, help="cold starts to time")
    parser.add_argument("--strokes", type=int, default=12, help="strokes of 40 points to draw")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of watched against unwatched")
    parser.add_argument("--memory-minutes", type=float, nargs="*", default=[1.0, 10.0])
    return parser.parse_args()


if __name__ == "__main__":
    report(parse())
