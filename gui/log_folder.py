"""Shows the folder of the log in the desktop's file manager."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_log_folder(folder: Path) -> str:
    """Open it; "" or, if it cannot be, one sentence that says where it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"There is no log: {folder} cannot be made ({(error.strerror or 'unknown reason').lower()})."
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        return ""
    return f"No file manager was found. The log is in {folder}."
