"""Pictures of one panel at recorded steps of the run, one after the other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from engine.inspect.words import grouped
from gui.bridge import Bridge
from gui.film_panels import FilmPanel, FilmPanels
from gui.film_plan import Sheet
from gui.instrument import Instrument
from gui.panel_pictures import PanelPicture, flush_words, footer_image
from gui.step_walk import StepWalk
from gui.theme import ThemeManager

# A panel that changes again and again while it is drawn is drawn at once.
_MOST_BEGINNINGS = 3
# What changes mostly has done so by then.
_QUIET_MS = 40


class PanelWalk(QObject):
    """Leads the playhead and draws a panel at each step, a band per turn of the event loop. GUI thread only.

    A panel of the network that answers shows the run meanwhile. Everything is put back at the end.
    """

    pictured = Signal(int, object)
    """A step, and a `PanelShot` of the panel at that step; `go_on` leads to the next one."""
    ended = Signal()
    broken_off = Signal(str)
    """Why, as the rest of a sentence."""

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        panels: FilmPanels,
        themes: ThemeManager,
        settled: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._instrument, self._panels, self._themes, self._settled = instrument, panels, themes, settled
        self._panel: FilmPanel | None = None
        self._sheet = Sheet(1, 1)
        self._answer_live: bool | None = None
        self._caught_up_at: int | None = None
        self._step = self._beginnings = 0
        self._drawn: QWidget | None = None
        self._picture: PanelPicture | None = None
        self._turns = QTimer(self)
        self._turns.setInterval(0)
        self._turns.timeout.connect(self._draw_on)
        self._walk = StepWalk(bridge, instrument, self._shows_step, self._in_view, self)
        self._walk.arrived.connect(self._on_arrived)
        self._walk.ended.connect(self._on_ended)
        self._walk.broken_off.connect(self._on_broken_off)

    @property
    def is_active(self) -> bool:
        """Whether it is under way."""
        return self._walk.is_active

    def start(self, panel: FilmPanel, steps: Sequence[int], sheet: Sheet) -> None:
        """Begin: bring the panel to the front and draw it at each of `steps` on such a sheet."""
        self._panel, self._sheet, self._caught_up_at = panel, sheet, None
        self._panels.bring_to_front(panel)
        if panel.answers and not self._instrument.run_answers:
            self._answer_live = self._instrument.answer_live
            self._instrument.set_answer_live(True)
        self._walk.start(steps)

    def go_on(self) -> None:
        """Go to the next step, or end after the last one."""
        self._caught_up_at = None
        self._walk.go_on()

    def stop(self) -> None:
        """End here and put everything back; no signal follows."""
        self._walk.stop()
        self._put_back()

    def _in_view(self) -> bool:
        return self._panel is not None and self._panels.is_in_front(self._panel)

    def _shows_step(self) -> bool:
        """Whether the panel shows the step in full: what is written at a reader's pace may ask for more."""
        panel, widget = self._panel, self._widget()
        if panel is None or widget is None or not self._instrument.is_settled:
            return False
        if panel.slow and not self._settled():
            return False
        if self._caught_up_at != self._instrument.playhead:
            self._caught_up_at = self._instrument.playhead
            flush_words(widget)
            return False
        return True

    def _on_arrived(self, step: int) -> None:
        widget = self._widget()
        assert widget is not None
        flush_words(widget)
        self._step, self._beginnings = step, 0
        self._begin(widget)
        self._turns.start()

    def _begin(self, widget: QWidget) -> None:
        assert self._panel is not None
        self._forget_picture()
        theme = self._themes.theme
        ground = theme.window if self._panel.surface == "window" else theme.panel
        self._drawn, self._picture = widget, PanelPicture(widget, self._sheet, ground)
        self._beginnings += 1

    def _draw_on(self) -> None:
        """Draw a band, or begin anew where the panel has changed meanwhile: at last without a pause."""
        widget, picture = self._widget(), self._picture
        if widget is None or picture is None or not self._in_view():
            # The walk is about to see that, too.
            self._turns.stop()
            return
        if widget is not self._drawn or picture.is_torn:
            self._begin(widget)
            self._turns.setInterval(_QUIET_MS)
            return
        self._turns.setInterval(0)
        at_once = self._beginnings >= _MOST_BEGINNINGS
        if not picture.is_whole:
            picture.draw_band()
            while at_once and not picture.is_whole:
                picture.draw_band()
            if not at_once:
                # Whether the last band is torn is seen at the next turn.
                return
        self._turns.stop()
        shot = picture.finish(self._footer())
        self._picture = None
        self.pictured.emit(self._step, shot)

    def _footer(self) -> QImage | None:
        if not self._sheet.footer:
            return None
        run = self._instrument.run
        name = run.source if run is not None else ""
        return footer_image(self._sheet, f"step {grouped(self._step)}", name, self._themes.theme)

    def _widget(self) -> QWidget | None:
        return self._panel.find() if self._panel is not None else None

    def _forget_picture(self) -> None:
        if self._picture is not None:
            self._picture.close()
            self._picture = None

    def _on_ended(self) -> None:
        self._put_back()
        self.ended.emit()

    def _on_broken_off(self, why: str) -> None:
        self._put_back()
        self.broken_off.emit(why)

    def _put_back(self) -> None:
        self._turns.stop()
        self._forget_picture()
        if self._answer_live is not None:
            self._instrument.set_answer_live(self._answer_live)
            self._answer_live = None
