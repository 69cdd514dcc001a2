"""A picture of the real window, for the README, for packaging's smoke test, for us."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from gui.main_window import MainWindow

logger = logging.getLogger(__name__)

# Time for the last frame of the training, the slow clock of the texts and the paint to catch up.
SETTLE_MS = 700
LONGEST_SETTLE_SECONDS = 20.0


class Screenshot(QObject):
    """Trains for a while if asked, lets the window settle, writes the picture, then tells `done`."""

    def __init__(
        self,
        window: MainWindow,
        path: Path,
        train_seconds: float,
        done: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self._window, self._path, self._done = window, path, done
        self._give_up_at = time.monotonic() + train_seconds + LONGEST_SETTLE_SECONDS
        if train_seconds > 0:
            window.start_training()
        QTimer.singleShot(int(1000 * train_seconds), self, self._settle)

    def _settle(self) -> None:
        if not self._window.is_settled and time.monotonic() < self._give_up_at:
            QTimer.singleShot(50, self, self._settle)
        else:
            QTimer.singleShot(SETTLE_MS, self, self._write)

    def _write(self) -> None:
        written = self._window.grab().save(str(self._path), "PNG")
        if not written:
            logger.error("the picture could not be written to %s", self._path)
        self._done(0 if written else 1)
