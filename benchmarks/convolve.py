"""Measure the Convolve page: frames of the slide, and from a kernel's cell to new output channels.

Runs the real window on the platform that is there; without a screen, prefix it with ``xvfb-run -a``.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import main  # noqa: E402, F401, I001  sets the number of BLAS threads before NumPy is imported
import numpy as np  # noqa: E402
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QPointF, Qt  # noqa: E402
from PySide6.QtGui import QWheelEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from benchmarks.window import close_window, make_window, row, spin  # noqa: E402
from engine.datasets.shapes import rgb_shapes  # noqa: E402
from engine.inspect.words import RGB  # noqa: E402
from engine.kernels import random_kernel  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.memory import limit_arenas  # noqa: E402
from gui.pages.convolve.kernel_editor import KernelEditor  # noqa: E402
from gui.pages.convolve.lab_model import Source  # noqa: E402
from gui.pages.convolve.page import ConvolvePage  # noqa: E402

SPEED = 60
FRAME_MS = 1000 / 60


class Paints(QObject):
    """Notes when a widget begins to be painted."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let every event pass."""
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.perf_counter())
        return False


def cases(page: ConvolvePage) -> dict[str, Callable[[], None]]:
    """Give what is put on the page, by name."""
    control = page._control
    rng = np.random.default_rng(1)

    def large(channels: int) -> None:
        picture = rgb_shapes(1, 3, 256).pictures[0, :channels] / 255
        names = RGB if channels == len(RGB) else ("grey",)
        control._set_source(Source("file", f"256 × 256, {channels}", picture, channel_names=names))

    def eight(size: int) -> None:
        while len(page.model.front.filters) < 8:
            control.add_filter()
        control.resize(size, size)
        weight = random_kernel((len(page.model.selected.weight), size, size), rng)
        control.put_kernel("random", weight)

    def large_grey() -> None:
        eight(3)
        large(1)

    def large_kernels() -> None:
        large(3)
        eight(11)

    return {
        "28 × 28, 4 filters of 3 × 3": control.show_example,
        "28 × 28, 8 filters of 3 × 3": lambda: eight(3),
        "28 × 28, 8 filters of 11 × 11": lambda: eight(11),
        "256 × 256, 8 filters of 3 × 3": large_grey,
        "256 × 256 RGB, 8 filters of 3 × 3": lambda: large(3),
        "256 × 256 RGB, 8 filters of 11 × 11": large_kernels,
    }


def slide_intervals(page: ConvolvePage, seconds: float) -> list[float]:
    """Milliseconds from one frame of the playing slide to the next."""
    clock, paints = page._clock, Paints()
    page.parts.scene.installEventFilter(paints)
    clock.set_speed(SPEED)
    clock.seek(0)
    clock.play()
    spin(seconds)
    clock.pause()
    page.parts.scene.removeEventFilter(paints)
    return [1000 * gap for gap in np.diff(paints.times)]


def cell_latency(page: ConvolvePage, count: int) -> list[float]:
    """Milliseconds from the wheel on a kernel's cell until the new output channels are on screen."""
    editor = page.parts.kernel.findChild(KernelEditor)
    assert isinstance(editor, KernelEditor)
    times = []
    loop = QEventLoop()
    page._worker.evaluated.connect(loop.quit)
    for number in range(count):
        notch = 120 if number % 2 else -120
        place = editor.cell_rect(1, 1).center()
        event = QWheelEvent(
            place,
            QPointF(editor.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, notch),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        before = page.model.lab
        started = time.perf_counter()
        QApplication.sendEvent(editor, event)
        assert page.model.lab is not before
        # Asleep as the program is: a loop that asks again and again keeps the worker from the interpreter.
        while not page.is_settled:
            loop.exec()
        # The events of painting that it asked for.
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - started))
        spin(0.02)
    return times


def measure(window: MainWindow, options: argparse.Namespace, training: str = "") -> None:
    """Measure every case and print it."""
    page = window._convolve.get()
    for name, put in cases(page).items():
        put()
        while not page.is_settled:
            spin(0.05)
        spin(0.5)
        what = f"{name}{training}"
        intervals = slide_intervals(page, options.seconds)
        row(f"slide, {what}", intervals, "ms/frame", f"{FRAME_MS:.1f}")
        row(f"cell to output channels, {what}", cell_latency(page, options.turns), "ms", "p95 <= 30")


def report(options: argparse.Namespace) -> None:
    """Measure idle and while a network trains."""
    limit_arenas()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    print(f"platform {app.platformName()}")  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(folder, "convolve")
        # As gui.app.run does: what lasts is not looked at by the garbage collector again.
        gc.freeze()
        measure(window, options)
        window.choose_preset("8–16")
        window.start_training()
        window.session.set_knobs(epochs=100_000)
        spin(1.0)
        measure(window, options, ", training")
        close_window(window)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one slide")
    parser.add_argument("--turns", type=int, default=60, help="turns of the wheel on a cell")
    return parser.parse_args()


if __name__ == "__main__":
    report(parse())
