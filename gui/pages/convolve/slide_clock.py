"""Time of the slide: which position the filter is at, while it plays and while it stands."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QStyle

SPEEDS = (1, 2, 5, 10, 30, 60, 240, 1000)
"""Positions per second that are offered."""
FIRST_SPEED = 10
# Beyond that the eye sees no gliding, only positions.
FASTEST_GLIDE = 10
TICK_MS = 16


class SlideClock(QObject):
    """Moves from position to position by the time that has passed, never by counting ticks. GUI thread only.

    Parameters
    ----------
    now
        Tells the time in seconds; another one makes tests independent of the real one.
    """

    moved = Signal(float)
    """The new place: a position, with a fraction while the filter glides to the next."""
    playing_changed = Signal(bool)

    def __init__(
        self, parent: QObject | None = None, *, now: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._count = 0
        self._place = 0.0
        self._filled = 0
        self._speed = float(FIRST_SPEED)
        # Where and when the present stretch of even motion began.
        self._since, self._from = 0.0, 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def count(self) -> int:
        """How many positions there are."""
        return self._count

    @property
    def place(self) -> float:
        """Where the filter is."""
        return self._place

    @property
    def position(self) -> int:
        """Where the filter is, without the glide."""
        return math.floor(self._place)

    @property
    def filled(self) -> int:
        """The last position that counts as computed: the present one, or a later one after `peek`."""
        return self._filled

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Positions per second."""
        return self._speed

    def set_count(self, count: int, place: int | None = None) -> None:
        """Say how many positions there are; what was whole stays whole.

        The filter goes to `place`, or stays where it can.
        """
        place = self.position if place is None else place
        if (count, place) == (self._count, self.position):
            return
        whole = self._filled >= self._count - 1
        self._count = count
        if count == 0:
            self.pause()
        last = max(count - 1, 0)
        self._filled = last if whole else min(self._filled, last)
        self._go(min(place, last), keep=not self.playing)

    def set_speed(self, speed: float) -> None:
        """Move by so many positions per second, from where it is."""
        self._speed = float(speed)
        self._anchor()

    def play(self) -> None:
        """Move on; from the last position begin anew."""
        if self.playing or self._count == 0:
            return
        if self._place >= self._count - 1:
            self._go(0)
        self._go(self.position)
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still on a whole position."""
        if self.playing:
            self._timer.stop()
            self._go(self.position)
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def step(self, by: int) -> None:
        """Stand still, so many positions further on."""
        self.pause()
        self.seek(self.position + by)

    def seek(self, index: int) -> None:
        """Go to a position; what comes after it counts as not computed. Goes on playing if it plays."""
        self._go(min(max(index, 0), max(self._count - 1, 0)))

    def peek(self, index: int) -> None:
        """Stand still and look at a position; what was computed stays so."""
        self.pause()
        self._go(min(max(index, 0), max(self._count - 1, 0)), keep=True)

    def _anchor(self) -> None:
        self._since, self._from = self._now(), self._place

    def _go(self, place: float, *, keep: bool = False) -> None:
        before = (self._place, self._filled)
        self._place = float(place)
        self._filled = max(self._filled, self.position) if keep else self.position
        self._anchor()
        if (self._place, self._filled) != before:
            self.moved.emit(self._place)

    def _on_tick(self) -> None:
        last = self._count - 1
        place = min(self._from + (self._now() - self._since) * self._speed, last)
        shown = place if self._speed <= FASTEST_GLIDE and not _reduced_motion() else math.floor(place)
        if shown != self._place:
            self._place = float(shown)
            self._filled = self.position
            self.moved.emit(self._place)
        if place >= last:
            self.pause()


def _reduced_motion() -> bool:
    """Tell whether the desktop asks for no motion."""
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
