"""Blinking between two pictures: one shows in the other's place, held, switched, or by itself."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

# Twice a second: slower than what disturbs people who are sensitive to flashes.
PERIOD_MS = 500
# Pressed for longer, it is held: let go, and the first picture is back.
HELD_SECONDS = 0.35


class Blink(QObject):
    """Says whether the second picture is in the first one's place. GUI thread only.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    changed = Signal(bool)

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._on = False
        self._pressed_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(lambda: self._set(not self._on))

    @property
    def is_on(self) -> bool:
        """Whether the second picture is shown."""
        return self._on

    @property
    def by_itself(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def press(self) -> None:
        """The key or the button is down: change over at once."""
        self._pressed_at = self._clock()
        self._set(not self._on)

    def release(self) -> None:
        """It is let go: back again if it was held."""
        if self._pressed_at is not None and self._clock() - self._pressed_at > HELD_SECONDS:
            self._set(not self._on)
        self._pressed_at = None

    def set_by_itself(self, on: bool) -> None:
        """Go on by itself, or stop at the first picture."""
        if on:
            self._timer.start()
        else:
            self._timer.stop()
            self._set(False)

    def reset(self) -> None:
        """Show the first picture, and rest."""
        self._pressed_at = None
        self.set_by_itself(False)

    def _set(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self.changed.emit(on)
