"""Pictures of panels at any size, as Qt images and as arrays."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from gui.film_plan import Sheet
from gui.theme import Theme, caption_font
from gui.widgets.paced import Paced
from gui.widgets.tile_wall import TileWall

_FOOTER_TEXT_PX, _FOOTER_MARGIN_PX = 13, 12


def flush_words(panel: QWidget) -> bool:
    """Let all that is written at a reader's pace catch up in a panel; tells whether anything had to."""
    waiting = [paced for paced in panel.findChildren(Paced) if paced.waits]
    for paced in waiting:
        paced.call_now()
    return bool(waiting)


def panel_image(panel: QWidget, sheet: Sheet, ground: QColor) -> QImage:
    """Draw a panel on a sheet, as large as it fits and centred; `ground` shows where nothing is drawn.

    Larger than on screen, text and lines are drawn anew, and walls lay their cells on whole pixels; smaller,
    the picture on screen is shrunk.
    """
    wide, high = sheet.width - 2 * sheet.margin, sheet.height - 2 * sheet.margin - sheet.footer
    scale = min(wide / max(1, panel.width()), high / max(1, panel.height()))
    drawn = _draw(panel, max(1.0, scale), ground)
    image = QImage(sheet.width, sheet.height, QImage.Format.Format_RGB32)
    image.fill(ground)
    across, down = max(1, round(panel.width() * scale)), max(1, round(panel.height() * scale))
    drawn.setDevicePixelRatio(1.0)
    if (drawn.width(), drawn.height()) != (across, down):
        smooth = Qt.TransformationMode.SmoothTransformation
        drawn = drawn.scaled(across, down, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    painter = QPainter(image)
    painter.drawImage(sheet.margin + (wide - across) // 2, sheet.margin + (high - down) // 2, drawn)
    painter.end()
    return image


def write_footer(image: QImage, sheet: Sheet, left: str, right: str, theme: Theme) -> None:
    """Write two texts into the line below the panel: the left one clear, the right one quiet."""
    painter = QPainter(image)
    line = QRect(0, sheet.height - sheet.footer, sheet.width, sheet.footer)
    painter.fillRect(line, theme.panel)
    painter.fillRect(QRect(0, line.top(), line.width(), 1), theme.hairline)
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


def as_array(image: QImage) -> NDArray[np.uint8]:
    """Give the pixels of a picture as uint8 ``(h, w, 3)``, a copy."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def _draw(panel: QWidget, scale: float, ground: QColor) -> QImage:
    if isinstance(panel, TileWall):
        return panel.picture(scale)
    image = QImage(panel.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(ground)
    # Its ground is that of what it lies in, which is not drawn.
    panel.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return image
