"""What one can do with a recorded run, joined to the Tape bar: play it back, go to a step, fork it."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.forking import Forking
from gui.instrument import Instrument
from gui.surgery import Surgery
from gui.tape_bar import TapeBar
from gui.tape_menu import TapeMenu
from gui.training_control import TrainingControl


class TapeTools:
    """Makes them, and gives the window what its commands do. GUI thread only."""

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        tape: TapeBar,
        training: TrainingControl,
        surgery: Surgery,
        say: Callable[..., None],
        window: QWidget,
    ) -> None:
        self._bridge, self._instrument, self._tape = bridge, instrument, tape
        self._playback, self._say, self._window = training.playback, say, window
        self._menu: TapeMenu | None = None
        self.forking = Forking(bridge, instrument, lambda: surgery.operated, training.go_back, say, window)
        tape.fork_requested.connect(self._fork)

    def reactions(self) -> Mapping[str, Callable[[], object]]:
        """What the window's commands of these names do."""
        return {
            "playback": self._playback.toggle,
            "live": self._instrument.go_live,
            "go_to_90": self._go_to_accuracy,
            "fork": self._fork,
        }

    def _fork(self) -> None:
        # What is asked about is the step that is shown now, and it stays in view.
        self._playback.stop()
        self.forking.ask_here()

    def _go_to_accuracy(self) -> None:
        assert self._menu is not None
        self._menu.go_to_accuracy()

    def make_menu(self, actions: Sequence[QAction]) -> None:
        """Let the bar's last button open a menu that begins with these commands."""
        self._menu = TapeMenu(
            self._bridge, self._instrument, self._playback, actions, self._say, self._window
        )
        self._tape.set_menu(self._menu)
