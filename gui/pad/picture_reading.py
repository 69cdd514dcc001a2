"""Pictures from files, safely and with bounded memory; from them and the clipboard, grey arrays."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

LONGEST_SIDE_PX = 480
"""Larger pictures are read smaller: a digit ends as 28 pixels."""

# 256 MB hold any photo of today's phones (48 megapixels take 192 MB) and stop a bomb.
_ALLOCATION_LIMIT_MB = 256
_LARGEST_FILE_BYTES = 200_000_000


class PictureError(Exception):
    """A picture could not be read; the text is one clear sentence."""


def is_picture_name(path: Path) -> bool:
    """Tell whether a file's name says that it is a picture which can be read."""
    formats = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    return path.suffix.lower().removeprefix(".") in formats


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read a picture file as grey values.

    Parameters
    ----------
    path
        A file in any format that Qt reads. Photos are turned upright.

    Returns
    -------
    ndarray
        ``(h, w)`` uint8, 0 = black, 255 = white, the longer side at most `LONGEST_SIDE_PX`.

    Raises
    ------
    PictureError
        If the file cannot be read, is no picture or is too large.
    """
    return grey_of(read_image(path, LONGEST_SIDE_PX))


def read_image(path: Path, longest: int) -> QImage:
    """Read a picture file with bounded memory.

    Parameters
    ----------
    path
        A file in any format that Qt reads. Photos are turned upright.
    longest
        A larger picture is decoded so that its longer side has so many pixels.

    Returns
    -------
    QImage
        The picture; it may be partly transparent.

    Raises
    ------
    PictureError
        If the file cannot be read, is no picture or is too large.
    """
    try:
        if not path.is_file():
            raise PictureError(f"“{path.name}” is not a file that can be opened.")
        size = path.stat().st_size
    except OSError as error:
        raise PictureError(f"“{path.name}” cannot be opened: {error.strerror}.") from error
    if size > _LARGEST_FILE_BYTES:
        raise PictureError(
            f"“{path.name}” is too large for a picture: {size / 1e6:,.0f} MB, "
            f"at most {_LARGEST_FILE_BYTES / 1e6:.0f} MB can be read."
        )
    QImageReader.setAllocationLimit(_ALLOCATION_LIMIT_MB)
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    full = reader.size()
    if full.isValid() and max(full.width(), full.height()) > longest:
        # JPEG is decoded at a fraction of its size this way, and never held whole.
        reader.setScaledSize(_fitted(full, longest))
    image = reader.read()
    if image.isNull():
        raise PictureError(_reason(path, reader, full))
    return image


def on_paper(image: QImage) -> QImage:
    """Lay what is transparent on white paper; an opaque image is returned as it is."""
    if not image.hasAlphaChannel():
        return image
    paper = QImage(image.size(), QImage.Format.Format_RGB32)
    paper.fill(QColor(Qt.GlobalColor.white))
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    return paper


def picture_of(data: QMimeData) -> NDArray[np.uint8]:
    """Return the picture of a paste or a drop that holds the picture itself.

    Raises
    ------
    PictureError
        If it holds none that can be read.
    """
    image = data.imageData()
    if not isinstance(image, QImage) or image.isNull():
        raise PictureError("The clipboard holds no picture.")
    return grey_of(image)


def grey_of(image: QImage) -> NDArray[np.uint8]:
    """Return an image's grey values on white paper, no side longer than `LONGEST_SIDE_PX`."""
    if max(image.width(), image.height()) > LONGEST_SIDE_PX:
        smooth = Qt.TransformationMode.SmoothTransformation
        fitted = _fitted(image.size(), LONGEST_SIDE_PX)
        image = image.scaled(fitted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    grey = on_paper(image).convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), dtype=np.uint8)
    return lines.reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()].copy()


def _fitted(size: QSize, longest: int) -> QSize:
    return size.scaled(QSize(longest, longest), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


def _reason(path: Path, reader: QImageReader, size: QSize) -> str:
    errors = QImageReader.ImageReaderError
    # Qt refuses what would need more memory than the limit as data that are invalid.
    if size.isValid() and size.width() * size.height() * 4 > _ALLOCATION_LIMIT_MB * 2**20:
        return (
            f"“{path.name}” is too large: {size.width()} × {size.height()} pixels would need more "
            f"than {_ALLOCATION_LIMIT_MB} MB."
        )
    if reader.error() == errors.UnsupportedFormatError:
        return f"“{path.name}” is not a picture that can be read, such as PNG or JPEG."
    return f"“{path.name}” is damaged: the picture in it cannot be read."
