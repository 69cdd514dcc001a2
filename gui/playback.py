"""Plays a recorded run back: moves the playhead through its steps at an even pace."""

import time
from bisect import bisect_right

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.instrument import FRAME_SECONDS, Instrument

# Seconds that the whole run takes.
SPEEDS = (2, 5, 10, 20, 60, 180)
USUAL_SPEED = 10
EVEN_STEPS, EVEN_STOPS = "steps", "stops"


class Playback(QObject):
    """Moves the playhead from where it is to the newest step. GUI thread only.

    A step that is not shown yet when the next one is due is waited for: no picture is asked for in vain, and
    the pace is kept by leaving steps out. It stands as soon as anybody else moves the playhead.
    """

    changed = Signal(bool)
    """It plays (True), or stands."""

    def __init__(self, bridge: Bridge, instrument: Instrument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._instrument = bridge, instrument
        self._speed = USUAL_SPEED
        self._pace = EVEN_STOPS
        self._stops: tuple[int, ...] = ()
        # Where it is on the whole way, 0 to 1, and when that was.
        self._at = 0.0
        self._since = 0.0
        self._asked: int | None = None
        self._moving = False
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * FRAME_SECONDS))
        self._timer.timeout.connect(self._on_tick)
        bridge.run_opened.connect(self.stop)
        instrument.playhead_moved.connect(self._on_playhead_moved)

    @property
    def is_playing(self) -> bool:
        """Whether the playhead moves by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Seconds that the whole run takes."""
        return self._speed

    @property
    def pace(self) -> str:
        """What passes evenly: `EVEN_STEPS`, or `EVEN_STOPS`, which are dense where a run begins."""
        return self._pace

    def set_speed(self, seconds: int) -> None:
        """Let the whole run take so long."""
        self._speed = seconds

    def set_pace(self, pace: str) -> None:
        """Say what passes evenly."""
        self._pace = pace
        if self.is_playing:
            self._at = self._place_of(self._asked or self._stops[0])

    def toggle(self) -> None:
        """Play on from the playhead, from the beginning when it is live; or stand."""
        if self.is_playing:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Play from the playhead, or from the first step when the run is shown live."""
        stops = self._bridge.recorded_steps
        if len(stops) < 2:
            return
        self._stops = stops
        step = self._instrument.playhead
        self._asked = stops[0] if step is None else step
        self._at, self._since = self._place_of(self._asked), time.perf_counter()
        self._timer.start()
        self._go_to(self._asked)
        self.changed.emit(True)

    def stop(self) -> None:
        """Stand where the playhead is."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit(False)

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self._at += (now - self._since) / self._speed
        self._since = now
        if self._at >= 1:
            self._instrument.go_live()
        elif self._instrument.is_settled:
            step = self._step_at(self._at)
            if step != self._asked:
                self._go_to(step)

    def _go_to(self, step: int) -> None:
        self._asked, self._moving = step, True
        self._instrument.go_to(step)
        self._moving = False

    def _on_playhead_moved(self, step: int | None) -> None:
        run = self._instrument.run
        # The instrument itself goes to where the tape has something, and shows that already.
        if step is None or not (self._moving or (run is not None and run.step == step)):
            self.stop()

    def _place_of(self, step: int) -> float:
        stops = self._stops
        if self._pace == EVEN_STEPS:
            return (step - stops[0]) / (stops[-1] - stops[0])
        return max(bisect_right(stops, step) - 1, 0) / (len(stops) - 1)

    def _step_at(self, place: float) -> int:
        stops = self._stops
        if self._pace == EVEN_STEPS:
            wanted = stops[0] + place * (stops[-1] - stops[0])
            return stops[max(bisect_right(stops, wanted) - 1, 0)]
        return stops[min(int(place * (len(stops) - 1)), len(stops) - 1)]
