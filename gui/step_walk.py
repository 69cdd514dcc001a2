"""Leads the playhead through recorded steps of the run, one after the other, and puts it back."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from engine.inspect.words import grouped
from gui.bridge import Bridge
from gui.instrument import Instrument

LOOK_MS = 12
# A step that has not come by then does not come any more, or the window is out of sight.
PATIENCE_SECONDS = 30.0

MOVED = "the playhead was moved"
REPLACED = "another run has taken its place"
LEFT = "the page was left"


class StepWalk(QObject):
    """Shows steps of the present run one by one; the run may train on underneath. GUI thread only.

    `arrived` comes when a step is on screen; who has seen enough calls `go_on`. Steps that the tape has lost
    meanwhile are passed over. It ends with `ended`, the playhead back where it was, or with `broken_off`,
    the playhead where somebody else has put it.

    Parameters
    ----------
    bridge, instrument
        Those of the window.
    settled
        Tells whether everything on screen shows the playhead's step.
    in_view
        Tells whether what is looked at is in front.
    """

    arrived = Signal(int)
    """The window shows this step."""
    ended = Signal()
    broken_off = Signal(str)
    """Why, as the rest of a sentence: `MOVED`, `REPLACED` or another reason."""

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        settled: Callable[[], bool],
        in_view: Callable[[], bool] = lambda: True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._instrument = bridge, instrument
        self._settled, self._in_view = settled, in_view
        self._steps: list[int] = []
        self._session: object = None
        self._before: int | None = None
        self._last: int | None = None
        self._active = self._waits = self._moving = False
        self._give_up_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        instrument.playhead_moved.connect(self._on_playhead_moved)

    @property
    def is_active(self) -> bool:
        """Whether it is under way."""
        return self._active

    def start(self, steps: Sequence[int]) -> None:
        """Begin with the first of these steps, ascending and at least one."""
        self._steps = list(steps)
        self._session, self._before, self._last = self._bridge.session, self._instrument.playhead, None
        self._active = True
        self._timer.start()
        self.go_on()

    def go_on(self) -> None:
        """Go to the next step, or end after the last one."""
        if not self._active:
            return
        if not self._steps:
            self.stop()
            self.ended.emit()
            return
        self._waits = True
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS
        self._moving = True
        self._instrument.go_to(self._steps.pop(0))
        self._moving = False

    def stop(self) -> None:
        """End here and put the playhead back; no signal follows."""
        if not self._active:
            return
        self._end()
        if self._before is None:
            self._instrument.go_live()
        else:
            self._instrument.go_to(self._before)

    def _end(self) -> None:
        self._active = self._waits = False
        self._timer.stop()

    def _break_off(self, why: str) -> None:
        self._end()
        self.broken_off.emit(why)

    def _look(self) -> None:
        if not self._in_view():
            self.stop()
            self.broken_off.emit(LEFT)
            return
        if not self._waits:
            return
        run, at = self._instrument.run, self._instrument.playhead
        if run is not None and run.step == at and self._settled():
            self._arrive(run.step)
        elif time.monotonic() > self._give_up_at:
            self.stop()
            self.broken_off.emit(f"step {grouped(at or 0)} did not appear in {PATIENCE_SECONDS:.0f} seconds")

    def _arrive(self, step: int | None) -> None:
        self._waits = False
        if step is None or step == self._last:
            # Thinned meanwhile: the tape gave once more what it has given before.
            self.go_on()
            return
        self._last = step
        self.arrived.emit(step)

    def _on_playhead_moved(self, step: int | None) -> None:
        if not self._active or self._moving:
            return
        if self._bridge.session is not self._session:
            self._break_off(REPLACED)
            return
        run = self._instrument.run
        # The instrument itself goes to where the tape has something, and shows that already.
        if step is None or run is None or run.step != step:
            self._break_off(MOVED)
