"""Brings in idle time what other pages need into memory, so that their first showing does not wait for it."""

import importlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from engine.datasets import embedded_digits
from gui.pages.inside.parts import PARTS
from gui.switching import prompt_switching

logger = logging.getLogger(__name__)

# By the first look the window has been painted.
LOOK_MS = 100
# In the order of the pages; curves bring pyqtgraph along.
MODULES = (
    "gui.pages.convolve.page",
    "gui.widgets.loss_chart",
    "gui.runs_control",
    "gui.race_control",
    "gui.pages.inside.patterns_part",
    *(f"gui.pages.inside.{name}_part" for name in PARTS),
)
OF_OTHER_PAGES: tuple[Callable[[], object], ...] = (
    embedded_digits,
    *(partial(importlib.import_module, name) for name in MODULES),
)


class Warming(QObject):
    """Does one thing after the other off the GUI thread, none while a button of the mouse is down.

    Whoever needs something meanwhile gets it as if this were not there. Itself for the GUI thread only.
    """

    done = Signal()
    """Everything was done."""

    def __init__(
        self, acts: Iterable[Callable[[], object]] = OF_OTHER_PAGES, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._acts = deque(acts)
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)
        self._timer.start()

    @property
    def is_done(self) -> bool:
        """Whether nothing more is done."""
        return not self._timer.isActive()

    def close(self) -> None:
        """Do nothing more; waits for what is being done."""
        self._timer.stop()
        self._acts.clear()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _on_look(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        if not self._acts:
            self.close()
            self.done.emit()
            return
        self._thread = threading.Thread(target=_do, args=(self._acts.popleft(),), name="warming")
        self._thread.start()


def _do(act: Callable[[], object]) -> None:
    try:
        with prompt_switching:
            act()
    except Exception:
        # Whoever needs it will be told.
        logger.exception("what other pages need is not there")
