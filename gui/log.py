"""The log file: what the engine and the window have to say goes there, never to the terminal."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

LOG_FILE = "filterscope.log"
LOG_BYTES = 1_000_000
LOG_FILES = 3
LOGGERS = ("engine", "gui")
# Tells our handlers from those that a test or a script has added.
HANDLER_NAME = "filterscope"

logger = logging.getLogger(__name__)

QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start_log(folder: Path, level: int = logging.INFO) -> Path | None:
    """Send the loggers of engine and window to a rotating file; doing it again replaces the file.

    Parameters
    ----------
    folder : Path
        Where the log files go; made if it does not exist.
    level : int
        The least important level that is kept.

    Returns
    -------
    Path or None
        The log file, or None when the folder cannot be written to; the program runs on without.
    """
    stop_log()
    path = folder / LOG_FILE
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8", delay=False
        )
    except OSError:
        handler = logging.NullHandler()
    handler.set_name(HANDLER_NAME)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"))
    for name in LOGGERS:
        log = logging.getLogger(name)
        log.addHandler(handler)
        log.setLevel(level)
        log.propagate = False
    return path if isinstance(handler, RotatingFileHandler) else None


def stop_log() -> None:
    """Close the log file and let the loggers speak as Python does by default."""
    for name in LOGGERS:
        log = logging.getLogger(name)
        for handler in tuple(log.handlers):
            if handler.get_name() == HANDLER_NAME:
                log.removeHandler(handler)
                handler.close()
        log.setLevel(logging.NOTSET)
        log.propagate = True


def route_qt_messages() -> None:
    """Send what Qt would print to the terminal into the log instead."""
    qInstallMessageHandler(_on_qt_message)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logger.log(QT_LEVELS.get(kind, logging.WARNING), "Qt: %s (%s)", message, context.category)
