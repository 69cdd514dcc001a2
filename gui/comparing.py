"""Joins the Runs page to the window, once somebody wants to see it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.datasets import Split, embedded_digits
from gui.bridge import Bridge
from gui.data_library import EMBEDDED, DataLibrary
from gui.forking import Forking
from gui.inspecting import Inspecting
from gui.instrument import Instrument
from gui.panels import Panels
from gui.theme import ThemeManager

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage
    from gui.race_control import RaceControl
    from gui.runs_control import RunsControl

RUNS = "runs"
RACE_TIP = "Three copies of a network: the first layer made by hand, left random, or learned"


class Comparing(QObject):
    """Makes what the Runs page needs when the page is made. GUI thread only.

    Parameters
    ----------
    forking
        Asks how a run is to be forked.
    inspecting
        Looks into the open run while the page is in front, or into the other one where that is selected.
    say
        ``say(sentence, action="", act=None, warning=False)`` tells the person something in place.
    """

    hovered = Signal(str)
    tile_activated = Signal()
    """The chosen filter or channel was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen filter or channel is wanted at a `QPoint` of the screen."""

    def __init__(
        self,
        themes: ThemeManager,
        panels: Panels,
        bridge: Bridge,
        instrument: Instrument,
        forking: Forking,
        inspecting: Inspecting,
        say: Callable[..., None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._pad, self._bridge, self._instrument = panels.pad, bridge, instrument
        self._forking, self._inspecting, self._say = forking, inspecting, say
        self._control: RunsControl | None = None
        self._race: RaceControl | None = None
        bridge.run_opened.connect(lambda info: inspecting.forget(RUNS))
        panels.runs.when_made(self._on_page_made)

    @property
    def is_settled(self) -> bool:
        """Whether the page shows all that it asked for."""
        return self._control is None or self._control.is_settled

    def close(self) -> None:
        """End the page's thread, and a race with its trainings."""
        if self._control is not None:
            self._control.close()
        if self._race is not None:
            self._race.close()

    def _on_page_made(self, page: "RunsPage") -> None:
        # Imported only now: the page brings curves along.
        from gui.race_control import RaceControl
        from gui.runs_control import RunsControl

        self._control = RunsControl(
            page,
            self._bridge,
            self._instrument,
            self._instrument.document,
            DataLibrary.name_of,
            self._say,
            self,
        )
        self._control.shown.connect(partial(self._inspecting.take, RUNS))
        self._control.shown_beside.connect(partial(self._inspecting.take_beside, RUNS))
        self._control.renamed.connect(self._pad.set_run)
        self._inspecting.add_page(RUNS, page)
        page.twin_requested.connect(self._forking.ask_twin)
        page.fork_requested.connect(self._forking.ask_at)
        page.hovered.connect(self.hovered)
        page.tile_activated.connect(self.tile_activated)
        page.menu_requested.connect(self.menu_requested)
        self._race = race = RaceControl(self._themes, self._race_data, parent=self)
        race.about_to_start.connect(self._make_room)
        self._bridge.about_to_train.connect(self._hold_race)
        race.part.hovered.connect(self.hovered)
        self._bridge.run_opened.connect(self._on_run_opened)
        page.add_part("race", "Race", race.part, RACE_TIP)

    def _on_run_opened(self, info: object) -> None:
        """Set the race up on the run's pictures; what a race has come to stays until the next one."""
        if self._race is not None and self._race.state == "ready":
            self._race.prepare()

    def forget_race(self) -> None:
        """Set the race up anew: what one has come to does not belong to another project."""
        if self._race is not None:
            self._race.stop()
            self._race.prepare()

    def _race_data(self) -> tuple[str, Split]:
        """Give the present run's pictures, or the embedded digits."""
        info = self._bridge.info
        if info is None:
            return DataLibrary.name_of(EMBEDDED), embedded_digits()
        return DataLibrary.name_of(info.data_key), info.split

    def _make_room(self) -> None:
        """Pause the run: a race takes all the cores."""
        run = self._bridge.present
        if run is not None and self._bridge.is_running:
            self._bridge.toggle()
            self._instrument.wake()
            self._say(f"{run.name} is paused while the race is on.")

    def _hold_race(self) -> None:
        """Pause the race: the run takes all the cores."""
        run, race = self._bridge.present, self._race
        if run is not None and race is not None and race.hold():
            words = f"The race is paused while {run.name} trains."
            self._say(words, action="Go on with the race", act=race.go_on)
