"""Drawings in and out: files, clipboard, drops."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, QSaveFile, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.drawing import Drawing, drawing_from_json, drawing_to_json, prepare
from engine.errors import FormatError
from gui.document import Document
from gui.pad.ink import drawing_image
from gui.pad.picture_import import PictureImport, ink_drawing
from gui.pad.picture_reading import PictureError, is_picture_name, picture_of, read_picture
from gui.pad.threshold import separate_ink, thickened
from gui.theme import LIGHT, ThemeManager

logger = logging.getLogger(__name__)

_FILE_SIDE_PX = 560
_LARGEST_JSON_BYTES = 64_000_000
_OPEN_FILTER = (
    "Pictures and drawings (*.png *.jpg *.jpeg *.jfif *.webp *.bmp *.gif *.svg *.json);;All files (*)"
)
_SAVE_FILTERS = {"Picture (*.png)": ".png", "Drawing, its strokes (*.json)": ".json"}


class Transfer(QObject):
    """Brings pictures onto the canvas and drawings out of it. GUI thread only.

    Whatever fails says so in one sentence through `message`, and changes nothing.

    Parameters
    ----------
    document
        Whose drawing it is.
    theme_manager
        Where the colours come from.
    window
        What dialogs belong to.
    """

    message = Signal(str)
    """What failed, in one sentence; empty when the last one is no longer true."""

    noted = Signal(str)
    """What was done, in one sentence, where it cannot be seen on the canvas."""

    def __init__(self, document: Document, theme_manager: ThemeManager, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._themes = theme_manager
        self._window = window
        self._importer: PictureImport | None = None

    @property
    def importer(self) -> PictureImport:
        """The panel for pictures, made when it is first needed."""
        if self._importer is None:
            self._importer = PictureImport(self._themes, self._window)
            self._importer.drawing_made.connect(self._on_drawing_made)
        return self._importer

    def can_take(self, data: QMimeData) -> bool:
        """Tell whether a paste or drop is for the canvas: a picture, or a file that looks it."""
        path = _local_file(data)
        if path is not None:
            return is_picture_name(path) or path.suffix.lower() == ".json"
        return data.hasImage()

    def take(self, data: QMimeData) -> None:
        """Take what was pasted or dropped."""
        path = _local_file(data)
        if path is not None:
            self.open_file(path)
            return
        try:
            grey = picture_of(data)
        except PictureError as error:
            self.message.emit(str(error))
            return
        self._offer(grey, "pasted picture")

    def paste(self) -> None:
        """Take what is on the clipboard."""
        data = QGuiApplication.clipboard().mimeData()
        # None, against its description, where nothing was ever copied.
        self.take(QMimeData() if data is None else data)

    def open_file(self, path: Path, *, at_once: bool = False) -> bool:
        """Open a drawing at once, or a picture in its panel; `at_once`, as the panel would begin with it.

        False, and a message, if it cannot be opened.
        """
        try:
            if path.suffix.lower() == ".json":
                drawing = _read_drawing(path)
            elif at_once:
                drawing = ink_drawing(thickened(separate_ink(read_picture(path)).ink), path.stem)
            else:
                self._offer(read_picture(path), path.stem)
                return True
        except (PictureError, FormatError) as error:
            self.message.emit(str(error))
            return False
        self.message.emit("")
        self._document.replace(drawing, f"Open {path.name}")
        return True

    def ask_for_file(self) -> None:
        """Let the person choose a file to open; does not block."""
        dialog = QFileDialog(self._window, "Open a picture of a digit", "", _OPEN_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_file_selected)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def copy_picture(self, side_px: int) -> None:
        """Put the drawing on the clipboard as it looks, `side_px` pixels per side."""
        image = drawing_image(self._document.drawing, side_px, self._themes.theme)
        QGuiApplication.clipboard().setImage(image)
        self.noted.emit(f"Copied the drawing as {side_px} × {side_px} pixels.")

    def copy_numbers(self) -> None:
        """Put what the network receives on the clipboard: 28 lines of 28 numbers, 0 to 1."""
        picture = prepare(self._document.drawing).picture
        lines = ("\t".join(f"{value:.3f}" for value in row) for row in picture.tolist())
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.noted.emit("Copied the 28 × 28 numbers that the network receives.")

    def ask_where_to_save(self) -> None:
        """Let the person choose where to save the drawing; does not block."""
        dialog = QFileDialog(self._window, "Save the drawing", "", ";;".join(_SAVE_FILTERS))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(_SAVE_FILTERS.get(chosen, ".png"))
        )
        dialog.fileSelected.connect(self._on_place_selected)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_file(self, path: Path) -> None:
        """Save the drawing: strokes where the name ends in .json, else a picture, black on white.

        The file is whole or not there: it is written beside its place and then moved.
        """
        if path.suffix.lower() == ".json":
            content = drawing_to_json(self._document.drawing).encode()
        else:
            path = path if path.suffix else path.with_suffix(".png")
            content = png_of(drawing_image(self._document.drawing, _FILE_SIDE_PX, LIGHT))
        file = QSaveFile(str(path))
        if (
            file.open(QIODevice.OpenModeFlag.WriteOnly)
            and file.write(content) == len(content)
            and file.commit()
        ):
            self.noted.emit(f"Saved as “{path.name}”.")
            return
        logger.warning("saving %s failed: %s", path, file.errorString())
        self.message.emit(f"“{path.name}” could not be saved: {file.errorString()}.")

    def _offer(self, grey: NDArray[np.uint8], name: str) -> None:
        self.message.emit("")
        self.importer.show_picture(grey, name)

    def _on_drawing_made(self, drawing: Drawing) -> None:
        self._document.replace(drawing, "Use picture")

    def _on_file_selected(self, name: str) -> None:
        self.open_file(Path(name))

    def _on_place_selected(self, name: str) -> None:
        self.save_file(Path(name))


def _local_file(data: QMimeData) -> Path | None:
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None


def _read_drawing(path: Path) -> Drawing:
    try:
        if path.stat().st_size > _LARGEST_JSON_BYTES:
            raise FormatError(f"“{path.name}” is too large for a drawing.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FormatError(f"“{path.name}” cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"“{path.name}” is not a drawing of this program.") from error
    return drawing_from_json(text)


def png_of(image: QImage) -> bytes:
    """Give a picture as the content of a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(content.data())
