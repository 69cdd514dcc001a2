"""Joins films and reports of a run to the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.dialogs.opening import bring
from gui.instrument import Instrument
from gui.panels import Panels
from gui.run_notes import RunNotes
from gui.theme import ThemeManager
from gui.widgets.curves import LossPlot
from gui.widgets.paced import Paced

# Imported when first needed: the window need not wait for what few starts use.
if TYPE_CHECKING:
    from gui.dialogs.film_dialog import FilmDialog
    from gui.dialogs.report_dialog import ReportDialog
    from gui.film import Film
    from gui.film_panels import FilmPanel, FilmPanels
    from gui.panel_walk import PanelWalk
    from gui.report import RunReport

# What one films first on each page.
_FIRST = {"train": "filters_view", "inside": "inside_flow"}
_REFRESH_MS = 1000


class Exporting(QObject):
    """Opens the dialogs that make a film or a report of the present run. GUI thread only.

    `events` and `notes` are those of the runs since the window was opened.

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
        self._window, self._themes, self._panels = window, themes, panels
        self._bridge, self._instrument = bridge, instrument
        self._settled, self._show_page = settled, show_page
        self.notes = RunNotes(bridge)
        self._film: Film | None = None
        self._preview: PanelWalk | None = None
        self._report: RunReport | None = None
        self._film_dialog: FilmDialog | None = None
        self._report_dialog: ReportDialog | None = None
        plot = panels.train.findChild(LossPlot, "loss_plot")
        assert plot is not None
        self._plot = plot
        self._news = Paced(self._show_news, _REFRESH_MS, parent=self)
        instrument.pulled.connect(lambda pulled: self._news.request())
        bridge.run_opened.connect(lambda info: self._show_news(other_run=True))

    def show_film_dialog(self) -> "FilmDialog":
        """Open the dialog that makes films, or bring it to the front."""
        if self._film_dialog is None:
            self._film_dialog = self._make_film_dialog()
            self._film_dialog.closed.connect(self._on_film_dialog_closed)
        bring(self._film_dialog)
        return self._film_dialog

    def show_report_dialog(self) -> "ReportDialog":
        """Open the dialog that writes reports, or bring it to the front."""
        if self._report_dialog is None:
            self._report_dialog = self._make_report_dialog()
            self._report_dialog.closed.connect(self._on_report_dialog_closed)
        bring(self._report_dialog)
        return self._report_dialog

    def close(self) -> None:
        """Give up what is under way and wait for its threads."""
        if self._preview is not None:
            self._preview.stop()
        if self._film is not None:
            self._film.close()
        if self._report is not None:
            self._report.close()

    def _make_film_dialog(self) -> "FilmDialog":
        from gui.dialogs.film_dialog import FilmDialog
        from gui.film import Film
        from gui.film_panels import FilmPanels

        panels = FilmPanels(self._panels, self._show_page)
        if self._film is None or self._preview is None:
            self._film, self._preview = Film(self._make_walk(panels), self), self._make_walk(panels)
        dialog = FilmDialog(
            self._film,
            self._preview,
            lambda: self._filmable(panels),
            panels.bring_to_front,
            lambda: self._bridge.is_running,
            self._recorded,
            _FIRST.get(self._panels.skeleton.page, "page"),
            self._window,
        )
        dialog.closed.connect(panels.put_back)
        return dialog

    def _make_walk(self, panels: "FilmPanels") -> "PanelWalk":
        from gui.panel_walk import PanelWalk

        return PanelWalk(self._bridge, self._instrument, panels, self._themes, self._settled, self)

    def _make_report_dialog(self) -> "ReportDialog":
        from gui.dialogs.report_dialog import ReportDialog
        from gui.report import RunReport

        if self._report is None:
            self._report = RunReport(self._bridge, self._instrument, parent=self)
        return ReportDialog(
            self._report, self._reported, self.notes, log_loss=self._plot.log_scale, parent=self._window
        )

    def _filmable(self, panels: "FilmPanels") -> "tuple[FilmPanel, ...]":
        session = self._bridge.session
        return () if session is None else panels.of(session.spec)

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
