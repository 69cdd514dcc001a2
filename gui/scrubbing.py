"""Joins the Tape bar's playhead to the instrument: which step of the run the window shows."""

from PySide6.QtCore import QObject

from gui.bridge import Bridge, Pulled
from gui.instrument import Instrument
from gui.playback import Playback
from gui.tape_bar import TapeBar
from gui.widgets.paced import Paced


class Scrubbing(QObject):
    """Passes wishes for the playhead on, and tells the bar where it is and can go. GUI thread only."""

    def __init__(
        self, bridge: Bridge, instrument: Instrument, tape: TapeBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._instrument, self._tape = bridge, instrument, tape
        self.playback = Playback(bridge, instrument, self)
        self.playback.changed.connect(tape.show_playing_back)
        tape.playback_toggled.connect(self.playback.toggle)
        # The list is as long as a screen is wide, and longer; while it grows nobody needs all of it.
        self._recorded = Paced(self._show_recorded, parent=self)
        tape.playhead_wanted.connect(self._on_wanted)
        instrument.playhead_moved.connect(tape.show_playhead)
        instrument.pulled.connect(self._on_pulled)

    def _on_wanted(self, step: int | None) -> None:
        self.playback.stop()
        if step is None:
            self._instrument.go_live()
        else:
            self._instrument.go_to(step)

    def _on_pulled(self, pulled: Pulled) -> None:
        self._recorded.request()

    def _show_recorded(self) -> None:
        self._tape.show_recorded(self._bridge.recorded_steps)
