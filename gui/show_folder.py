"""Shows where a file is in the desktop's file manager."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def show_in_folder(path: Path) -> str:
    """Open the folder of a file, or a folder itself; "" or, if it cannot be, a sentence that says where."""
    folder = path if path.is_dir() else path.parent
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        return ""
    return f"No file manager was found. It is in {folder}."


def open_file(path: Path) -> str:
    """Open a file in the program that the desktop has for it; "" or a sentence as above."""
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        return ""
    return f"No program was found for it. It is in {path.parent}."


def size_words(path: Path) -> str:
    """Write how large a file is, or all files of a folder together: ``1.2 MB``; "" if it is gone."""
    try:
        files = [file for file in path.iterdir() if file.is_file()] if path.is_dir() else [path]
        size = sum(file.stat().st_size for file in files)
    except OSError:
        return ""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"
