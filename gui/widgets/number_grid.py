"""One filter, channel or picture as a large grid of cells, with the numbers in them where they fit."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.tiles import TileSet, tile_indices
from engine.inspect.words import number
from gui.theme import S1, S2, ThemeManager, caption_font, text_on
from gui.widgets.grid_layout import GridLayout, plan_grid

LARGEST_CELL = 50
TALLEST = 260
# Smaller figures than this cannot be read.
SMALLEST_FIGURE_PX = 11
LARGE_FIGURE_PX = 13
CAPTION_HEIGHT = 14
# Above this many cells there is never room for numbers.
MOST_NUMBERS = 200
COPY_SCALE = 2.0
PIXEL_LINE = 2.0


class NumberGrid(QWidget):
    """Paints the first tile of a `TileSet`, its slices next to each other. GUI thread only.

    Its height follows from its width. Painting a new set of the same shape lays nothing out anew.
    """

    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""
    cell_clicked = Signal(object)
    """(row, column) of the clicked cell."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: TileSet | None = None
        self._name = ""
        self._pixel: tuple[int, int] | None = None
        self._hit: tuple[int, int, int] | None = None
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_tiles(self, tiles: TileSet, name: str, pixel: tuple[int, int] | None = None) -> None:
        """Show the first tile.

        Parameters
        ----------
        tiles : TileSet
            One tile of any number of slices.
        name : str
            What the readout calls it: "conv1 · filter 3".
        pixel : tuple of int or None
            Row and column of the selected cell.
        """
        old = self._tiles
        self._tiles = tiles
        self._name = name
        self._pixel = pixel
        self.setAccessibleName(name)
        if old is None or old.maps.shape[1:] != tiles.maps.shape[1:]:
            self._hit = None
            self.updateGeometry()
        if self._hit is not None:
            self.hovered.emit(self._readout(self._hit))
        self.update()

    def picture(self) -> QPixmap:
        """Return what is shown as a picture at twice its size."""
        picture = QPixmap(self.size() * COPY_SCALE)
        picture.fill(self._theme.theme.panel)
        painter = QPainter(picture)
        self._paint(painter, COPY_SCALE, plain=True)
        painter.end()
        return picture

    def _plan(self, width: float, dpr: float) -> GridLayout | None:
        if self._tiles is None:
            return None
        _, slices, rows, columns = self._tiles.maps.shape
        return plan_grid(
            slices,
            rows,
            columns,
            int(width * dpr),
            tallest=int(TALLEST * dpr),
            largest_cell=int(LARGEST_CELL * dpr),
            gap=round(S2 * dpr),
            caption=round(CAPTION_HEIGHT * dpr),
        )

    def _paint(self, painter: QPainter, dpr: float, *, plain: bool) -> None:
        """Paint in device pixels, so that cells are whole ones at any scale."""
        layout = self._plan(self.width(), dpr)
        if self._tiles is None or layout is None:
            return
        indices = tile_indices(self._tiles)[0]
        lut = self._theme.theme.lut(self._tiles.role, self._tiles.signed)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for index in range(layout.maps):
            colours = np.ascontiguousarray(lut[indices[index]])
            image = QImage(
                colours.data,
                layout.columns,
                layout.rows,
                4 * layout.columns,
                QImage.Format.Format_RGBA8888,
            )
            left, top = layout.origin(index)
            place = QRectF(left, top, layout.map_width, layout.map_height)
            painter.drawImage(place, image)
            if self._tiles.role != "weight":
                # Zero is the colour of the panel: without a line nobody sees where a map ends.
                painter.setPen(QPen(self._theme.theme.hairline, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
            if layout.caption and layout.map_width >= 20 * dpr:
                painter.setFont(_pixels(caption_font(), SMALLEST_FIGURE_PX * dpr))
                painter.setPen(self._theme.theme.text_dim)
                painter.drawText(QPointF(left, top - 3 * dpr), str(index + 1))
        self._paint_numbers(painter, layout, indices, dpr)
        if not plain:
            self._paint_marks(painter, layout, dpr)

    def _paint_numbers(
        self, painter: QPainter, layout: GridLayout, indices: NDArray[np.uint8], dpr: float
    ) -> None:
        if self._tiles is None or layout.maps * layout.rows * layout.columns > MOST_NUMBERS:
            return
        maps = self._tiles.maps[0]
        figures = LARGE_FIGURE_PX if layout.cell >= 44 * dpr else SMALLEST_FIGURE_PX
        font = _pixels(caption_font(), figures * dpr)
        digits = 2 if self._tiles.scale < 10 else 1 if self._tiles.scale < 100 else 0
        widest = QFontMetricsF(font).horizontalAdvance(number(-self._tiles.scale, digits))
        if widest + 2 * dpr > layout.cell:
            return
        painter.setFont(font)
        lut = self._theme.theme.lut(self._tiles.role, self._tiles.signed)
        for index, row, column in np.ndindex(maps.shape):
            left, top = layout.origin(index)
            cell = QRectF(left + column * layout.cell, top + row * layout.cell, layout.cell, layout.cell)
            red, green, blue, _ = lut[indices[index, row, column]].tolist()
            painter.setPen(text_on((red, green, blue)))
            text = number(float(maps[index, row, column]), digits)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_marks(self, painter: QPainter, layout: GridLayout, dpr: float) -> None:
        theme = self._theme.theme
        marks: list[tuple[tuple[int, int, int], QColor]] = []
        if self._pixel is not None:
            marks += [((index, *self._pixel), theme.accent) for index in range(layout.maps)]
        if self._hit is not None:
            marks.append((self._hit, theme.text_dim))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for (index, row, column), colour in marks:
            left, top = layout.origin(index)
            line = PIXEL_LINE * dpr
            cell = QRectF(left + column * layout.cell, top + row * layout.cell, layout.cell, layout.cell)
            painter.setPen(QPen(colour, line, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(cell.adjusted(line / 2, line / 2, -line / 2, -line / 2))

    def _readout(self, hit: tuple[int, int, int]) -> str:
        if self._tiles is None:
            return ""
        index, row, column = hit
        value = float(self._tiles.maps[0, index, row, column])
        part = f" · input channel {index + 1}" if self._tiles.maps.shape[1] > 1 else ""
        return f"{self._name}{part} · ({row}, {column}) = {number(value, 3)}"

    def _point_at(self, position: QPointF | None) -> None:
        dpr = self.devicePixelRatioF()
        layout = self._plan(self.width(), dpr)
        hit = None
        if position is not None and layout is not None:
            hit = layout.hit(position.x() * dpr, position.y() * dpr)
        if hit != self._hit:
            self._hit = hit
            self.hovered.emit("" if hit is None else self._readout(hit))
            self.update()

    def hasHeightForWidth(self) -> bool:
        """Tell the layout that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that goes with a width."""
        dpr = self.devicePixelRatioF()
        layout = self._plan(width, dpr)
        return 0 if layout is None else int(-(-layout.height // dpr))

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(S1, S1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._point_at(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        self._point_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self._hit is not None:
            self.cell_clicked.emit(self._hit[1:])

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self._point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        painter = QPainter(self)
        dpr = self.devicePixelRatioF()
        painter.scale(1 / dpr, 1 / dpr)
        self._paint(painter, dpr, plain=False)
        painter.end()


def _pixels(font: QFont, size: float) -> QFont:
    font.setPixelSize(round(size))
    return font
