"""Colour pictures for Convolve: from files, drops and the clipboard, and scikit-learn's two photographs."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from engine.drawing.resampling import fitted_size, resize
from gui.pad.picture_reading import PictureError, on_paper, read_image

Array = NDArray[Any]

LONGEST_SIDE_PX = 256
"""Larger pictures are made smaller: each pixel is a place that the filter goes to."""

PHOTOGRAPHS = {"temple": "china.jpg", "flower": "flower.jpg"}
"""The photographs by name, and their files in scikit-learn."""

# Decoded no larger than so many times what is wanted; the means of areas then do the rest.
_DECODED_OVER_WANTED = 4


def read_rgb(path: Path, longest: int = LONGEST_SIDE_PX) -> Array:
    """Read any picture that Qt reads as red, green and blue.

    Parameters
    ----------
    path
        The file. Photos are turned upright; what is transparent lies on white paper.
    longest
        The longer side is at most so many pixels; each is the mean of the area that it covers.

    Returns
    -------
    ndarray
        ``(3, h, w)`` float64, 0 to 1, the file's own numbers (not linear in light).

    Raises
    ------
    PictureError
        If the file cannot be opened, is no picture, or is too large.
    """
    return rgb_of(read_image(path, _DECODED_OVER_WANTED * longest), longest)


def photograph(name: str) -> Array:
    """Return one of scikit-learn's two photographs, without importing scikit-learn.

    Parameters
    ----------
    name
        "temple" or "flower".

    Returns
    -------
    ndarray
        ``(3, 171, 256)`` float64, 0 to 1, read-only.

    Raises
    ------
    KeyError
        If there is no such photograph.
    PictureError
        If the installed scikit-learn has no photographs.
    """
    return _photograph(PHOTOGRAPHS[name])


def from_mime(data: QMimeData, longest: int = LONGEST_SIDE_PX) -> Array:
    """Return the picture of a paste or a drop: a local file, or the picture itself.

    Returns
    -------
    ndarray
        ``(3, h, w)`` float64, 0 to 1.

    Raises
    ------
    PictureError
        If it holds none that can be read.
    """
    path = picture_file(data)
    if path is not None:
        return read_rgb(path, longest)
    image = data.imageData()
    if isinstance(image, QImage) and not image.isNull():
        return rgb_of(image, longest)
    raise PictureError("Neither a picture nor a picture file was pasted or dropped.")


def picture_file(data: QMimeData) -> Path | None:
    """Return the first local file of a paste or a drop, whatever is in it; None if there is none."""
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None


def tinted(picture: Array, rgb: tuple[float, float, float]) -> Array:
    """Colour a grey picture: ``(1, h, w)`` and a colour, 0 to 1 each, make ``(3, h, w)`` float64."""
    return np.asarray(picture, np.float64) * np.array(rgb, np.float64)[:, None, None]


def rgb_of(image: QImage, longest: int = LONGEST_SIDE_PX) -> Array:
    """Return an image's red, green and blue ``(3, h, w)`` float64, 0 to 1, on white paper."""
    rgb = on_paper(image).convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = lines[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3)
    picture = np.moveaxis(pixels, 2, 0) / 255.0
    if max(picture.shape[1:]) <= longest:
        return picture.copy()
    rows, columns = fitted_size(rgb.height(), rgb.width(), longest)
    return np.stack([resize(channel, rows, columns) for channel in picture]).astype(np.float64)


@cache
def _photograph(file_name: str) -> Array:
    found = find_spec("sklearn")
    places = found.submodule_search_locations if found is not None else None
    for place in places or ():
        path = Path(place) / "datasets" / "images" / file_name
        if path.is_file():
            picture = read_rgb(path)
            picture.flags.writeable = False
            return picture
    raise PictureError("The photographs come with scikit-learn, which is not installed with its pictures.")
