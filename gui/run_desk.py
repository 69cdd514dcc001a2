"""Everything that the window does with runs, in one place: tape, probes, films and reports, comparing."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.actions import Actions
from gui.bridge import Bridge
from gui.comparing import Comparing
from gui.exporting import Exporting
from gui.inspecting import Inspecting
from gui.instrument import Instrument
from gui.keeping import Keeper
from gui.panels import Panels
from gui.probing import Probing
from gui.surgery import Surgery
from gui.tape_tools import TapeTools
from gui.theme import ThemeManager
from gui.training_control import TrainingControl


class RunDesk:
    """Makes the parts and joins them. GUI thread only.

    Parameters
    ----------
    inspecting
        Looks into the network that the page in front shows.
    settled
        Tells whether every picture of the window is up to date.
    show_page
        Brings a page to the front.
    """

    def __init__(
        self,
        window: QWidget,
        themes: ThemeManager,
        panels: Panels,
        bridge: Bridge,
        instrument: Instrument,
        training: TrainingControl,
        surgery: Surgery,
        inspecting: Inspecting,
        say: Callable[..., None],
        settled: Callable[[], bool],
        show_page: Callable[[str], None],
    ) -> None:
        self.tape = TapeTools(bridge, instrument, panels.tape, training, surgery, say, window)
        self.exporting = Exporting(window, themes, panels, bridge, instrument, settled, show_page)
        self.probing = Probing(panels, instrument, bridge, say, window)
        self.comparing = Comparing(
            themes, panels, bridge, instrument, self.tape.forking, inspecting, say, window
        )
        self.probing.marks_changed.connect(panels.tape.show_marks)

    @property
    def is_settled(self) -> bool:
        """Whether every answer of a probe and the comparison of runs are up to date."""
        return self.probing.is_settled and self.comparing.is_settled

    def reactions(self) -> Mapping[str, Callable[[], Any]]:
        """What the window's commands of these names do."""
        return {
            **self.tape.reactions(),
            "film": self.exporting.show_film_dialog,
            "report": self.exporting.show_report_dialog,
        }

    def offer(self, actions: Actions) -> None:
        """Put commands into the Tape bar's own menu."""
        self.tape.make_menu([actions[name] for name in ("playback", "live", "fork", "film", "report")])

    def restore(self, keeper: Keeper) -> None:
        """Bring back what was pinned, and keep it from now on."""
        self.probing.keep_in(keeper)

    def give_up(self) -> None:
        """Give up films and reports that are under way, before the runs end."""
        self.exporting.close()

    def close(self) -> None:
        """End the threads."""
        self.probing.close()
        self.comparing.close()
