"""Pictures of panels at any size, as Qt images and as arrays."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.film_plan import Sheet
from gui.theme import Theme, caption_font
from gui.widgets.paced import Paced
from gui.widgets.tile_wall import TileWall

_FOOTER_TEXT_PX, _FOOTER_MARGIN_PX = 13, 12
# For so long the window waits for a band, about, and the first one is guessed to take no longer.
_BAND_SECONDS = 0.008
_FIRST_PIXELS = 200_000
_MOST_BANDS = 32
# Rows around a band that are drawn with it: Qt rounds the edges of what it draws, and may miss one.
_SPARE_ROWS = 2
_FORMAT = QImage.Format.Format_ARGB32_Premultiplied


def flush_words(panel: QWidget) -> bool:
    """Let all that is written at a reader's pace catch up in a panel; tells whether anything had to."""
    waiting = [paced for paced in panel.findChildren(Paced) if paced.waits]
    for paced in waiting:
        paced.call_now()
    return bool(waiting)


@dataclass(frozen=True, slots=True, eq=False)
class PanelShot:
    """What was drawn of a panel, and how it becomes a picture: that is done on any thread.

    Parameters
    ----------
    bands
        Pictures that lie below each other, as large as they were drawn.
    size
        How large the panel is on the sheet: smaller than it was drawn, it is shrunk.
    sheet, ground
        What it lies on, and the colour of that.
    footer
        The line below it, or none.
    """

    bands: Sequence[QImage]
    size: tuple[int, int]
    sheet: Sheet
    ground: tuple[int, int, int]
    footer: QImage | None = None

    def pixels(self) -> NDArray[np.uint8]:
        """Put the picture together: uint8 ``(h, w, 3)``."""
        sheet, (across, down) = self.sheet, self.size
        drawn = np.concatenate([_bytes_of(band) for band in self.bands])
        if drawn.shape[:2] != (down, across):
            shrunk = _shrunk(drawn, across, down)
            drawn = _bytes_of(shrunk)
        frame = np.empty((sheet.height, sheet.width, 3), np.uint8)
        frame[:] = self.ground
        left = (sheet.width - across) // 2
        top = sheet.margin + (sheet.height - 2 * sheet.margin - sheet.footer - down) // 2
        # Blue comes first in memory.
        frame[top : top + down, left : left + across] = drawn[:, :, 2::-1]
        if self.footer is not None:
            frame[sheet.height - sheet.footer :] = as_array(self.footer)
        return frame

    def image(self) -> QImage:
        """Put the picture together as a Qt image."""
        pixels = self.pixels()
        height, width, _ = pixels.shape
        return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class PanelPicture:
    """Draws a panel for a sheet, as large as it fits, band by band. GUI thread only.

    No band keeps the window waiting for long; what takes no drawing is left to the `PanelShot`. Larger than
    on screen, text and lines are drawn anew, and walls lay their cells on whole pixels; smaller, the picture
    on screen is shrunk.

    Parameters
    ----------
    panel, sheet
        What is drawn, and for what.
    ground
        What shows where nothing is drawn.
    """

    def __init__(self, panel: QWidget, sheet: Sheet, ground: QColor) -> None:
        self._panel, self._sheet, self._ground = panel, sheet, ground
        self._wide, self._high = max(1, panel.width()), max(1, panel.height())
        room = sheet.width - 2 * sheet.margin, sheet.height - 2 * sheet.margin - sheet.footer
        scale = min(room[0] / self._wide, room[1] / self._high)
        self._size = max(1, round(self._wide * scale)), max(1, round(self._high * scale))
        self._dpr = max(1.0, scale)
        drawn = QSize(*self._size) if scale >= 1 else QSize(self._wide, self._high)
        # Only the rows of a band are ever used of it: what lies elsewhere is of other bands.
        self._canvas = QImage(drawn, _FORMAT)
        self._canvas.setDevicePixelRatio(self._dpr)
        self._bands: list[QImage] = []
        self._top = 0
        self._rows = max(self._fewest, int(_FIRST_PIXELS / (self._wide * self._dpr**2)))
        self._changes = _Changes(panel)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is drawn."""
        return self._top >= self._high

    @property
    def is_torn(self) -> bool:
        """Whether the panel has changed since the first band was drawn."""
        return bool(self._bands) and self._changes.seen

    def draw_band(self) -> None:
        """Draw the next band."""
        began = time.perf_counter()
        if not self._bands:
            self._changes.seen = False
        bottom = min(self._high, self._top + self._rows)
        self._changes.ignored = True
        self._draw(self._first_row(), min(self._high, bottom + _SPARE_ROWS))
        self._changes.ignored = False
        first, last = self._pixel_row(self._top), self._pixel_row(bottom)
        if last > first:
            self._bands.append(self._canvas.copy(0, first, self._canvas.width(), last - first))
        took = time.perf_counter() - began
        fitting = int((bottom - self._top) * _BAND_SECONDS / took)
        self._rows = max(self._fewest, min(2 * self._rows, fitting))
        self._top = bottom

    def finish(self, footer: QImage | None = None) -> PanelShot:
        """Give what was drawn, with a line below it or none."""
        self.close()
        ground = self._ground.red(), self._ground.green(), self._ground.blue()
        return PanelShot(tuple(self._bands), self._size, self._sheet, ground, footer)

    def close(self) -> None:
        """Watch the panel no longer."""
        self._changes.end()

    @property
    def _fewest(self) -> int:
        return ceil(self._high / _MOST_BANDS)

    def _first_row(self) -> int:
        """Choose the row from which on to draw, so that Qt's rounding leaves out none at the very bottom."""
        row, dpr = max(0, self._top - _SPARE_ROWS), self._dpr
        while row and round(row * dpr) + round((self._high - row) * dpr) < self._canvas.height():
            row -= 1
        return row

    def _pixel_row(self, row: int) -> int:
        return self._canvas.height() if row >= self._high else round(row * self._dpr)

    def _draw(self, top: int, bottom: int) -> None:
        band = QRect(0, top, self._wide, bottom - top)
        painter = QPainter(self._canvas)
        painter.setClipRegion(QRegion(band))
        painter.fillRect(QRect(0, 0, self._wide, self._high), self._ground)
        if isinstance(self._panel, TileWall):
            self._panel.paint(painter, self._dpr)
        painter.end()
        if not isinstance(self._panel, TileWall):
            # Its ground is that of what it lies in, which is not drawn.
            flags = QWidget.RenderFlag.DrawChildren
            self._panel.render(self._canvas, band.topLeft(), QRegion(band), flags)


class _Changes(QObject):
    """Sees whether a panel or anything in it is painted on screen, or changes its size."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.seen = self.ignored = False
        inside = panel.findChildren(QWidget)
        # A dialog is a child, too, and not drawn.
        self._watched = [panel, *(widget for widget in inside if widget.window() == panel.window())]
        for widget in self._watched:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note what happens."""
        if not self.ignored and event.type() in (QEvent.Type.Paint, QEvent.Type.Resize):
            self.seen = True
        return False

    def end(self) -> None:
        for widget in self._watched:
            if isValid(widget):
                widget.removeEventFilter(self)
        self._watched = []


def footer_image(sheet: Sheet, left: str, right: str, theme: Theme) -> QImage:
    """Write two texts into the line below a panel: the left one clear, the right one quiet."""
    image = QImage(sheet.width, sheet.footer, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    line = image.rect()
    painter.fillRect(QRect(0, 0, line.width(), 1), theme.hairline)
    font = caption_font()
    # Of the picture's pixels, not of the screen's points.
    font.setPixelSize(_FOOTER_TEXT_PX)
    painter.setFont(font)
    words = line.adjusted(_FOOTER_MARGIN_PX, 0, -_FOOTER_MARGIN_PX, 0)
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.text_dim)
    painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, right)
    painter.setPen(theme.text)
    painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, left)
    painter.end()
    return image


def as_array(image: QImage) -> NDArray[np.uint8]:
    """Give the pixels of a picture as uint8 ``(h, w, 3)``, a copy."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def _bytes_of(image: QImage) -> NDArray[np.uint8]:
    """Look at the bytes of a picture with four of them a pixel, ``(h, w, 4)``, as long as it is there."""
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)


def _shrunk(drawn: NDArray[np.uint8], across: int, down: int) -> QImage:
    height, width, _ = drawn.shape
    image = QImage(drawn.data, width, height, 4 * width, _FORMAT)
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(across, down, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
