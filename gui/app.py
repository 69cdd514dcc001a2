"""Makes the objects of the program, wires them, and runs the event loop."""

import argparse
import gc
import logging
import signal
import sys
from functools import partial
from typing import Literal

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from engine.version import VERSION
from gui.dialogs.error_details import ErrorDialog
from gui.errors import ErrorReporter, make_report
from gui.instance import Claim, Request
from gui.log import route_qt_messages, start_log, stop_log
from gui.main_window import MainWindow
from gui.reception import Reception, come_forward
from gui.settings import Folders, Preferences, PreferencesStore, folders
from gui.theme import ThemeManager
from gui.warming import Warming
from resources import resource_path

logger = logging.getLogger(__name__)

PREFERENCES_FILE = "preferences.json"


def create_window(
    *,
    places: Folders | None = None,
    theme: Literal["system", "light", "dark"] | None = None,
    page: str | None = None,
) -> MainWindow:
    """Build the window without showing it or running the event loop.

    Parameters
    ----------
    places
        Where preferences and runs are kept; the person's own folders unless given.
    theme, page
        For this time only, in place of the preferences.

    Returns
    -------
    The window. ``window.session`` is its `TrainingSession` or None; ``window.classify()`` gives the ten
    probabilities of what is on the canvas. Closing it ends its threads.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    where = places or folders()
    preferences = PreferencesStore(where.config / PREFERENCES_FILE)
    themes = ThemeManager(theme or preferences.value.theme)
    themes.apply(app)
    window = MainWindow(themes, preferences, where)
    window.show_page(page or _known_page(preferences.value))
    return window


def _known_page(preferences: Preferences) -> str:
    return preferences.page if preferences.page in MainWindow.PAGES else MainWindow.PAGES[0]


def run(options: argparse.Namespace, claim: Claim | None = None) -> int:
    """Show the window until it is closed; gives the exit code.

    Parameters
    ----------
    options
        What `main.parse_arguments` gives.
    claim
        That this start is the first, so that later ones find it; it is released at the end.
    """
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Filterscope")
    app.setApplicationDisplayName("Filterscope")
    app.setDesktopFileName("io.github.filterscope.Filterscope")
    app.setWindowIcon(QIcon(str(resource_path("icons", "filterscope.svg"))))
    places = folders()
    start_log(places.log)
    route_qt_messages()
    logger.info("Filterscope %s starts", VERSION)
    reporter = ErrorReporter()
    reception = Reception(claim, app)
    if sys.platform == "darwin":
        app.installEventFilter(reception)
    app.lastWindowClosed.connect(reception.close)
    try:
        try:
            window = _opened(options, places, reporter)
        except Exception as error:
            # Whoever tries next may have more luck.
            reception.close()
            return _cannot_open(app, error, seen=not options.screenshot)
        reception.asked.connect(partial(_answer, window))
        opened = options.file is None or window.open_file(options.file)
        opened = (options.drawing is None or window.open_drawing(options.drawing)) and opened
        if options.screenshot and not opened:
            # Nobody is there to read it in the window.
            sys.stderr.write(f"{window.message}\n")
            window.close()
            return 2
        if options.screenshot:
            _take_screenshot(app, window, options)
        window.show()
        # Modules, classes and the window last as long as the program: no collection looks at them again.
        gc.freeze()
        if not options.screenshot:
            warming = Warming(parent=app)
            warming.done.connect(gc.freeze)
            app.aboutToQuit.connect(warming.close)
        return app.exec()
    finally:
        reception.close()
        reporter.uninstall()
        stop_log()


def _opened(options: argparse.Namespace, places: Folders, reporter: ErrorReporter) -> MainWindow:
    """Make the window as the command line wants it, ready to be shown."""
    window = create_window(places=places, theme=options.theme, page=options.page)
    reporter.sentence_ready.connect(lambda sentence: window.say(sentence, warning=True))
    reporter.report_ready.connect(window.show_unexpected)
    reporter.install()
    # Ctrl+C in the terminal closes the window as its button does, so that nothing is lost.
    signal.signal(signal.SIGINT, lambda number, frame: window.close())
    signal.signal(signal.SIGTERM, lambda number, frame: window.close())
    if options.preset:
        window.choose_preset(options.preset)
    if options.size:
        window.resize(*options.size)
    if options.screenshot:
        window.leave_no_trace()
    else:
        window.restore(keep_size=bool(options.size), keep_run=not options.preset)
    return window


def _cannot_open(app: QApplication, error: Exception, *, seen: bool) -> int:
    """Say why there is no window: in a dialog, or in the terminal where nobody would see one."""
    report = make_report(error)
    logger.critical("The window cannot be opened\n%s", report.details)
    if seen:
        dialog = ErrorDialog(report, goes_on=False)
        dialog.show()
        app.exec()
    else:
        sys.stderr.write(f"{report.details}\n")
    return 1


def _answer(window: MainWindow, request: Request) -> None:
    """Do in this window what a later start, or the desktop, asks."""
    come_forward(window, request.token)
    if request.page in MainWindow.PAGES:
        window.show_page(request.page)
    if request.file is not None:
        window.open_file(request.file)
    if request.drawing is not None:
        window.open_drawing(request.drawing)


def _take_screenshot(app: QApplication, window: MainWindow, options: argparse.Namespace) -> None:
    from gui.screenshot import Screenshot

    def done(code: int) -> None:
        window.close()
        app.exit(code)

    Screenshot(window, options.screenshot, options.train_seconds, done)
