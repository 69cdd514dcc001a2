"""Measure the scrubbing of a run in the real window: how soon a step is on screen, and frames while dragging.

The default network, on every page that shows a run, with the run paused and while it trains on; on Runs
beside its twin. Without a screen, prefix it with ``xvfb-run -a``.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QAction  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QAbstractButton, QApplication  # noqa: E402

import main  # noqa: E402, F401  sets the number of BLAS threads
from benchmarks.window import close_window, make_window, row, spin  # noqa: E402
from engine.drawing import Drawing, Stroke  # noqa: E402
from gui.frames import Frame  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.memory import limit_arenas  # noqa: E402
from gui.pages.runs.compare_part import ComparePart  # noqa: E402
from gui.widgets.loss_ribbon import LossRibbon  # noqa: E402

# As often as a mouse reports.
MOVE_MS = 8

SEVEN = ((0.3, 0.25, 0.08), (0.7, 0.25, 0.08), (0.6, 0.5, 0.08), (0.5, 0.8, 0.08))


class Shown:
    """Notes when frames of the run are shown on a page, panels painted."""

    def __init__(self, window: MainWindow, page: str) -> None:
        self.times: list[float] = []
        self.step: int | None = None
        self._compare = window.findChild(ComparePart) if page == "runs" else None
        if self._compare is not None:
            # Both networks are shown at once: when that is, no signal tells.
            self._show = self._compare.show_frames
            self._compare.show_frames = self._on_pair  # type: ignore[method-assign]
            return
        instrument = window.instrument
        self._changed = instrument.run_changed if page == "train" else instrument.answer_changed
        self._connection = self._changed.connect(self._on_frame)

    def close(self) -> None:
        """Note no more."""
        if self._compare is not None:
            self._compare.show_frames = self._show  # type: ignore[method-assign]
        else:
            self._changed.disconnect(self._connection)

    def _on_pair(self, a: Frame | None, b: Frame | None) -> None:
        self._show(a, b)
        if a is not None:
            self._on_frame(a)

    def _on_frame(self, frame: Frame) -> None:
        self.step = frame.step
        # What the panels have asked to be painted is painted before a timer's turn comes.
        QTimer.singleShot(0, lambda: self.times.append(time.perf_counter()))


def single_steps(window: MainWindow, shown: Shown, count: int) -> list[float]:
    """Milliseconds from a wish for a step until its frame is painted."""
    rng, times = np.random.default_rng(0), []
    loop = QEventLoop()
    for place in rng.random(count).tolist():
        # The tape of a run that trains is thinned meanwhile.
        recorded = window.session.recorded_steps[:-1]
        step = recorded[int(place * len(recorded))]
        if step == shown.step:
            continue
        before, started = len(shown.times), time.perf_counter()
        window.instrument.go_to(step)
        while len(shown.times) == before or shown.step != window.instrument.playhead:
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        times.append(1000 * (shown.times[-1] - started))
        spin(0.02)
    return times


def dragging(window: MainWindow, shown: Shown, seconds: float) -> list[float]:
    """Milliseconds from one painted frame to the next while the ribbon is dragged from end to end."""
    ribbon = window.findChild(LossRibbon)
    assert ribbon is not None
    width = round(0.9 * ribbon.width() * ribbon.stops.live / ribbon.extent)
    QTest.mousePress(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(0, 20))
    spin(0.2)
    shown.times.clear()
    started = time.perf_counter()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def move() -> None:
        share = (time.perf_counter() - started) / seconds
        QTest.mouseMove(ribbon, QPoint(round(width * min(share, 1.0)), 20))

    timer.timeout.connect(move)
    timer.start(MOVE_MS)
    spin(seconds)
    timer.stop()
    QTest.mouseRelease(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(width, 20))
    return (1000 * np.diff(shown.times)).tolist()


def report() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60, help="steps to go to, one after another")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of one drag, and of the training")
    parser.add_argument("--pages", nargs="+", default=["train", "inside", "draw", "runs"], help="on which")
    options = parser.parse_args()
    limit_arenas()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    print(f"platform {app.platformName()}, {os.cpu_count()} cores")  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(folder, "train")
        window.document.replace(Drawing((Stroke(SEVEN),), name="a seven"), "Draw")
        window.start_training()
        spin(options.seconds)
        # The first one stays, to be compared with.
        restart = window.findChild(QAction, "action_restart")
        assert restart is not None
        restart.trigger()
        spin(options.seconds)
        window.show_page("runs")
        compare = window.findChild(QAbstractButton, "runs_compare")
        assert compare is not None
        compare.click()
        for state in ("training on", "paused"):
            if state == "paused":
                window.session.pause()
                spin(1.0)
            for page in options.pages:
                window.show_page(page)
                spin(1.5)
                shown = Shown(window, page)
                where = f"on {page.title()}, {state}"
                times = single_steps(window, shown, options.steps)
                row(f"scrub: from wish to painted step {where}", times, "ms", "<= 33")
                times = dragging(window, shown, options.seconds)
                row(f"scrub: from frame to frame, dragging, {where}", times, "ms", "<= 33")
                shown.close()
        close_window(window)


if __name__ == "__main__":
    report()
