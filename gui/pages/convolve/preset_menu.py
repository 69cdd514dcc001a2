"""The filters that people made by hand, as a menu in groups."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from engine.kernels import FOUR_EDGES, RANDOM_SENTENCE, Kernel, kernel
from gui.icons import icon
from gui.pages.convolve.kernel_cells import kernel_image, plan_cells
from gui.theme import Theme, ThemeManager

RANDOM = "random"
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Four edges", FOUR_EDGES),
    ("Slopes", ("sobel-x", "sobel-y", "prewitt-x", "prewitt-y", "scharr-x", "scharr-y", "roberts")),
    ("Shapes", ("line", "corner", "laplacian")),
    ("Pictures", ("identity", "gaussian", "box", "sharpen", "emboss")),
)
_THUMB_PX = 20
_SCALES = (1.0, 1.25, 1.5, 2.0)


class PresetMenu(QMenu):
    """Lists the named filters with their thumbnails; the sentence of each is its tooltip. GUI thread only."""

    preset_chosen = Signal(object)
    """The chosen `engine.kernels.Kernel`."""
    random_chosen = Signal()
    """Random values are wanted."""
    hovered_sentence = Signal(str)
    """The name and sentence of the entry under the pointer, "" when the menu closes."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__("Presets", parent)
        self._themes = themes
        self._classic = False
        self._drawn_for: tuple[str, bool] | None = None
        self.setToolTipsVisible(True)
        self._entries: list[tuple[QAction, Kernel]] = []
        for title, keys in GROUPS:
            self.addSection(title)
            for key in keys:
                self._entries.append(self._add(kernel(key)))
        self.addSection("Chance")
        self._random = self.addAction("random")
        self._random.setObjectName("preset_random")
        self._random.setToolTip(RANDOM_SENTENCE)
        self._random.triggered.connect(self.random_chosen)
        self.aboutToShow.connect(self._draw)
        self.aboutToHide.connect(lambda: self.hovered_sentence.emit(""))
        self.hovered.connect(self._on_hovered)

    def set_classic(self, classic: bool) -> None:
        """Draw the thumbnails in −1 black, 0 grey, 1 white."""
        self._classic = classic

    def _add(self, preset: Kernel) -> tuple[QAction, Kernel]:
        action = self.addAction(preset.name)
        action.setObjectName(f"preset_{preset.key}")
        action.setToolTip(preset.sentence)
        action.triggered.connect(lambda _=False: self.preset_chosen.emit(preset))
        return action, preset

    def _draw(self) -> None:
        """Draw the thumbnails when they are first seen, and again for other colours."""
        theme = self._themes.theme
        if self._drawn_for == (theme.name, self._classic):
            return
        self._drawn_for = (theme.name, self._classic)
        for action, preset in self._entries:
            action.setIcon(kernel_icon(preset.values, theme, self._classic))
        self._random.setIcon(icon("new-seed", theme.text_dim, _THUMB_PX))

    def _on_hovered(self, action: QAction) -> None:
        self.hovered_sentence.emit(f"{action.text()}: {action.toolTip()}" if action.toolTip() else "")


def kernel_icon(weight: NDArray[Any], theme: Theme, classic: bool, side: int = _THUMB_PX) -> QIcon:
    """Draw one slice ``(kh, kw)`` as an icon of whole, square cells with a line round them."""
    result = QIcon()
    image = kernel_image(np.asarray(weight), theme, classic)
    for scale in _SCALES:
        pixmap = QPixmap(kernel_thumb(image, round(side * scale), theme))
        pixmap.setDevicePixelRatio(scale)
        result.addPixmap(pixmap)
    return result


def kernel_thumb(image: QImage, side: int, theme: Theme) -> QPixmap:
    """Draw a kernel's picture in the middle of a square of `side` device pixels."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_thumb(painter, image, QRect(0, 0, side, side), theme)
    painter.end()
    return pixmap


def paint_thumb(painter: QPainter, image: QImage, square: QRect, theme: Theme) -> None:
    """Paint a kernel's picture with a line round it in the middle of a square of device pixels."""
    # The line is outside of the cells.
    cells = plan_cells(image.height(), image.width(), square.width() - 2, square.height() - 2)
    place = cells.frame.translated(square.left() + 1, square.top() + 1)
    painter.drawImage(place, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.hairline, 1))
    painter.drawRect(place.adjusted(-1, -1, 0, 0))
