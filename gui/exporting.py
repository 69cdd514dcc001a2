"""Joins films and reports of a run to the window."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.dialogs.film_dialog import FilmDialog
from gui.dialogs.report_dialog import ReportDialog
from gui.film import Film
from gui.film_panels import FilmPanel, FilmPanels
from gui.instrument import Instrument
from gui.panel_walk import PanelWalk
from gui.panels import Panels
from gui.report import RunReport
from gui.run_events import RunEvents
from gui.run_notes import RunNotes
from gui.theme import ThemeManager
from gui.widgets.curves import LossPlot
from gui.widgets.paced import Paced

# What one films first on each page.
_FIRST = {"train": "filters_view", "inside": "inside_flow"}
_REFRESH_MS = 1000


class Exporting(QObject):
    """Opens the dialogs that make a film or a report of the present run. GUI thread only.

    Parameters
    ----------
    window
        What the dialogs belong to.
    settled
        Tells whether everything on screen is up to date.
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
        settled: Callable[[], bool],
        show_page: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window, self._panels, self._bridge = window, panels, bridge
        self._film_panels = FilmPanels(panels, show_page)

        def walk() -> PanelWalk:
            return PanelWalk(bridge, instrument, self._film_panels, themes, settled, self)

        self._film, self._preview = Film(walk(), self), walk()
        self._film_dialog: FilmDialog | None = None
        self._events = RunEvents(bridge, instrument, self)
        self._report = RunReport(bridge, instrument, self._events, parent=self)
        self._notes = RunNotes(bridge)
        self._report_dialog: ReportDialog | None = None
        plot = panels.train.findChild(LossPlot, "loss_plot")
        assert plot is not None
        self._plot = plot
        instrument.playhead_moved.connect(plot.set_playhead)
        self._news = Paced(self._show_news, _REFRESH_MS, parent=self)
        instrument.pulled.connect(lambda pulled: self._news.request())
        bridge.run_opened.connect(lambda info: self._show_news(other_run=True))

    def show_film_dialog(self) -> FilmDialog:
        """Open the dialog that makes films, or bring it to the front."""
        if self._film_dialog is None:
            wanted = _FIRST.get(self._panels.skeleton.page, "page")
            dialog = FilmDialog(
                self._film,
                self._preview,
                self._filmable,
                self._film_panels.bring_to_front,
                self._recorded,
                wanted,
                self._window,
            )
            dialog.closed.connect(self._on_film_dialog_closed)
            self._film_dialog = dialog
        _bring(self._film_dialog)
        return self._film_dialog

    def show_report_dialog(self) -> ReportDialog:
        """Open the dialog that writes reports, or bring it to the front."""
        if self._report_dialog is None:
            log_loss = self._plot.log_scale
            dialog = ReportDialog(
                self._report, self._reported, self._notes, log_loss=log_loss, parent=self._window
            )
            dialog.closed.connect(self._on_report_dialog_closed)
            self._report_dialog = dialog
        _bring(self._report_dialog)
        return self._report_dialog

    def close(self) -> None:
        """Give up what is under way and wait for its threads."""
        self._preview.stop()
        self._film.close()
        self._report.close()

    def _filmable(self) -> tuple[FilmPanel, ...]:
        session = self._bridge.session
        return () if session is None else self._film_panels.of(session.spec)

    def _recorded(self) -> tuple[str, tuple[int, ...]]:
        session = self._bridge.session
        return ("", ()) if session is None else (session.name, self._bridge.recorded_steps)

    def _reported(self) -> tuple[str, bool]:
        name, steps = self._recorded()
        return name, bool(steps)

    def _on_report_dialog_closed(self) -> None:
        self._report_dialog = None

    def _on_film_dialog_closed(self) -> None:
        self._film_dialog = None

    def _show_news(self, *, other_run: bool = False) -> None:
        if self._film_dialog is not None:
            self._film_dialog.show_recorded(other_run=other_run)
        if self._report_dialog is not None:
            self._report_dialog.show_run()


def _bring(dialog: QWidget) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
