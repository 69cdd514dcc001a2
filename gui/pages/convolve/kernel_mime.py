"""A kernel on the clipboard or under the mouse: for us exactly, for others as numbers and as a picture."""

import re
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage

from engine.lab.values import LARGEST_KERNEL
from gui.numbers import parse_number

MIME_TYPE = "application/x-filterscope-kernel"
# A kernel as a picture has cells of this side.
_CELL_PX = 32
# Between two numbers: a tab, a semicolon, a comma with a blank, or blanks. A comma alone is a decimal sign.
_BETWEEN = re.compile(r"[^\S\t]*[\t;][^\S\t]*|,?[^\S\t]+")


class _Message(msgspec.Struct):
    name: str
    values: list[list[list[float]]]


def kernel_mime(name: str, weight: NDArray[Any], image: QImage) -> QMimeData:
    """Pack a filter ``(slices, kh, kw)``; `image` shows its first slice, one pixel per number."""
    data = QMimeData()
    data.setData(MIME_TYPE, msgspec.json.encode(_Message(name, weight.tolist())))
    data.setText(numbers_text(weight))
    side = Qt.AspectRatioMode.KeepAspectRatio
    data.setImageData(image.scaled(image.size() * _CELL_PX, side, Qt.TransformationMode.FastTransformation))
    return data


def kernel_of(data: QMimeData | None) -> tuple[str, NDArray[np.float64]] | None:
    """Unpack a filter ``(slices, kh, kw)`` with its name, from us or from rows of numbers; else None.

    Numbers stand apart by tabs, semicolons, blanks, or commas with a blank; an empty line ends a slice. A
    single number is not taken for a kernel: it is what people copy for other reasons.
    """
    if data is None:
        return None
    if data.hasFormat(MIME_TYPE):
        try:
            message = msgspec.json.decode(bytes(data.data(MIME_TYPE).data()), type=_Message)
        except msgspec.DecodeError:
            return None
        return _checked(message.name, message.values)
    if not data.hasText():
        return None
    found = _checked("pasted", _slices(data.text()))
    return found if found is not None and found[1].size > 1 else None


def clipboard_kernel() -> tuple[str, NDArray[np.float64]] | None:
    """Unpack the filter on the clipboard; None where there is none, or nothing was ever copied."""
    return kernel_of(QGuiApplication.clipboard().mimeData())


def numbers_text(weight: NDArray[Any]) -> str:
    """Write a filter as tab-separated rows, an empty line between slices."""
    return "\n\n".join(
        "\n".join("\t".join(f"{value:.6g}" for value in row) for row in part) for part in weight.tolist()
    )


def _slices(text: str) -> list[list[list[float | None]]]:
    """Read rows of numbers; None stands for what is no number."""
    lines = (line.strip(" ") for line in text.splitlines())
    return [
        [[parse_number(cell) for cell in _BETWEEN.split(line)] for line in block]
        for filled, block in groupby(lines, key=lambda line: bool(line.strip()))
        if filled
    ]


def _checked(name: str, slices: list[Any]) -> tuple[str, NDArray[np.float64]] | None:
    """Give the numbers as an array if they are finite numbers of one filter's shape."""
    try:
        weight = np.array(slices, np.float64)
    except (TypeError, ValueError):
        return None
    fits = weight.ndim == 3 and weight.size and max(weight.shape[1:]) <= LARGEST_KERNEL
    return (name, weight) if fits and np.isfinite(weight).all() else None
