"""A kernel as square cells with its numbers in them: where they lie, and how they are painted."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gui.numbers import local_number
from gui.pages.convolve.map_image import map_entries, map_image
from gui.palettes import Lut
from gui.theme import Theme, caption_font, text_on

# Smaller figures than this cannot be read.
SMALLEST_FIGURE_PX, LARGEST_FIGURE_PX = 11, 15
_MOST_DECIMALS = 2
# Air beside the figures; the smallest do with less.
_AIR_PX, _LEAST_AIR_PX = 4, 2
_MARK_PX = 2.0
_ANY_FIGURE = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, slots=True)
class CellPlan:
    """Where the cells of a kernel lie; all lengths in whole device pixels."""

    rows: int
    columns: int
    cell: int
    left: int
    top: int

    @property
    def frame(self) -> QRectF:
        """All cells together."""
        return QRectF(self.left, self.top, self.columns * self.cell, self.rows * self.cell)

    def rect(self, row: int, column: int) -> QRectF:
        """One cell."""
        side = self.cell
        return QRectF(self.left + column * side, self.top + row * side, side, side)

    def hit(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the cell at a point, None beside the cells."""
        row, column = int((y - self.top) // self.cell), int((x - self.left) // self.cell)
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (row, column) if inside else None


def plan_cells(rows: int, columns: int, width: int, height: int, largest: int | None = None) -> CellPlan:
    """Make the cells as large as the room allows, up to `largest`, and centre them in it."""
    cell = max(1, min(width // columns, height // rows, largest or width))
    return CellPlan(rows, columns, cell, (width - columns * cell) // 2, (height - rows * cell) // 2)


def weight_colours(theme: Theme, classic: bool) -> Lut:
    """Choose the colour table of weights."""
    return theme.classic_lut if classic else theme.weight_lut


def kernel_image(weight: NDArray[Any], theme: Theme, classic: bool, scale: float = 0.0) -> QImage:
    """Colour one slice, one pixel per weight; a scale of 0 is the largest magnitude in it."""
    reach = scale or float(np.abs(weight).max(initial=0.0)) or 1.0
    return map_image(weight, weight_colours(theme, classic), reach, signed=True)


def weight_text(value: float, decimals: int) -> str:
    """Write a weight as it stands in a cell; whole ones above 0 with their sign: ``+1``, ``0,25``."""
    text = local_number(value, decimals)
    return f"+{text}" if decimals == 0 and np.isfinite(value) and round(value) > 0 else text


def decimals_of(weight: NDArray[Any]) -> int:
    """Tell how many decimals the weights need, at most two."""
    for decimals in range(_MOST_DECIMALS):
        if np.allclose(weight, np.round(weight, decimals), rtol=0, atol=1e-9):
            return decimals
    return _MOST_DECIMALS


def figure_font(weight: NDArray[Any], cell: float, dpr: float) -> QFont | None:
    """Choose the largest figures with which every weight fits into its cell; None where none can be read."""
    decimals = decimals_of(weight)
    # Figures are of equal width, so a few shapes of numbers stand for all of them.
    shapes = {weight_text(float(value), decimals).translate(_ANY_FIGURE) for value in weight.flat}
    font = caption_font()
    for size in range(LARGEST_FIGURE_PX, SMALLEST_FIGURE_PX - 1, -1):
        font.setPixelSize(round(size * dpr))
        metrics = QFontMetricsF(font)
        air = 2 * dpr * (_AIR_PX if size > SMALLEST_FIGURE_PX else _LEAST_AIR_PX)
        if max(metrics.capHeight(), *map(metrics.horizontalAdvance, shapes)) + air <= cell:
            return font
    return None


def paint_cells(painter: QPainter, plan: CellPlan, image: QImage, theme: Theme) -> None:
    """Paint the colours, with lines between the cells where there is room for lines."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(plan.frame, image)
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if plan.cell >= 8:
        for row in range(1, plan.rows):
            y = plan.top + row * plan.cell - 0.5
            painter.drawLine(QPointF(plan.left, y), QPointF(plan.frame.right(), y))
        for column in range(1, plan.columns):
            x = plan.left + column * plan.cell - 0.5
            painter.drawLine(QPointF(x, plan.top), QPointF(x, plan.frame.bottom()))
    painter.drawRect(plan.frame.adjusted(0.5, 0.5, -0.5, -0.5))


@lru_cache(maxsize=2048)
def _text_on(red: int, green: int, blue: int, _: int) -> QColor:
    """Remember what is asked again for every cell with every frame."""
    return text_on((red, green, blue))


def paint_figures(
    painter: QPainter,
    rects: dict[tuple[int, ...], QRectF],
    weight: NDArray[Any],
    lut: Lut,
    scale: float,
    font: QFont,
) -> None:
    """Write the weights into their rectangles, each black or white by the colour under it."""
    decimals = decimals_of(weight)
    entries = map_entries(weight, scale, signed=True)
    painter.setFont(font)
    for place, value in np.ndenumerate(weight):
        painter.setPen(_text_on(*lut[entries[place]].tolist()))
        painter.drawText(rects[place], Qt.AlignmentFlag.AlignCenter, weight_text(float(value), decimals))


def cell_rects(plan: CellPlan) -> dict[tuple[int, ...], QRectF]:
    """List the cells by (row, column)."""
    return {place: plan.rect(*place) for place in np.ndindex(plan.rows, plan.columns)}


def outline(painter: QPainter, rect: QRectF, colour: QColor, inner: QColor, dpr: float) -> None:
    """Outline a cell so that it is seen on any colour: one line, and a thinner one of `inner` within it."""
    line = round(_MARK_PX * dpr)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, line, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(rect.adjusted(line / 2, line / 2, -line / 2, -line / 2))
    painter.setPen(QPen(inner, 1, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(rect.adjusted(line + 0.5, line + 0.5, -line - 0.5, -line - 0.5))
