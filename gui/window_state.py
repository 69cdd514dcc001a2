"""The window's place and size between two starts, whatever happened to the screens meanwhile."""

import contextlib
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

WINDOW_FILE = "window.ini"
GEOMETRY_KEY = "window/geometry"
DEFAULT_SIZE = QSize(1440, 900)
# A strip of title bar that a hand can still grab.
GRIP = QSize(160, 48)


def window_settings(config: Path) -> QSettings:
    """Return the settings file for window geometry inside the configuration folder."""
    with contextlib.suppress(OSError):
        # Without it the place is only not remembered.
        config.mkdir(parents=True, exist_ok=True)
    return QSettings(str(config / WINDOW_FILE), QSettings.Format.IniFormat)


def save_window(window: QWidget, settings: QSettings) -> None:
    """Remember where the window is and whether it is maximised."""
    settings.setValue(GEOMETRY_KEY, window.saveGeometry())
    settings.sync()


def restore_window(window: QWidget, settings: QSettings) -> None:
    """Put the window where it was, or at a good size in the middle when that place is gone."""
    stored = settings.value(GEOMETRY_KEY)
    restored = isinstance(stored, QByteArray) and window.restoreGeometry(stored)
    areas = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not areas:
        return
    if not restored:
        window.setGeometry(centred(DEFAULT_SIZE, areas[0]))
    elif not window.isMaximized() and not window.isFullScreen():
        window.setGeometry(reachable(window.geometry(), areas))


def reachable(wanted: QRect, areas: list[QRect]) -> QRect:
    """Return `wanted` if its title bar can be grabbed on some screen, else a place where it can.

    Parameters
    ----------
    wanted : QRect
        The window's rectangle, in the same pixels as the screens.
    areas : list of QRect
        The usable part of each screen, the main one first; not empty.
    """
    grip = QRect(wanted.left(), wanted.top(), wanted.width(), GRIP.height())
    for area in areas:
        seen = area.intersected(grip)
        if seen.width() >= GRIP.width() and seen.height() >= GRIP.height() // 2:
            return wanted.intersected(area) if wanted.height() > area.height() else wanted
    return centred(wanted.size(), areas[0])


def centred(size: QSize, area: QRect) -> QRect:
    """Return a rectangle of this size, made smaller if it must be, in the middle of the area."""
    fitting = QRect(area.topLeft(), size.boundedTo(area.size()))
    fitting.moveCenter(area.center())
    return fitting
