"""The one door to pyqtgraph: themed plots, with types."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from gui.theme import Theme, caption_font, mixed

# Lines are smoothed per curve.
pg.setConfigOptions(antialias=False)


class Curve:
    """One line of a plot, made once and given new points. GUI thread only."""

    def __init__(self, item: pg.PlotDataItem) -> None:
        self._item = item
        self._points = np.zeros(0), np.zeros(0)

    def set_points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """Show points, arrays of shape (n,) that nobody writes to afterwards; the same ones cost nothing."""
        if not (np.array_equal(x, self._points[0]) and np.array_equal(y, self._points[1], equal_nan=True)):
            self._points = x, y
            self._item.setData(x, y)

    @property
    def item(self) -> QGraphicsItem:
        """The line itself."""
        item: QGraphicsItem = self._item
        return item

    def set_pen(self, colour: QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        """Draw the line in a colour, `width` logical pixels wide, whole or dashed."""
        self._item.setPen(_cosmetic(colour, width, style))
        # Qt takes 25 times as long for one line of many corners as for as many lines; dashes need the one.
        self._item.curve.setSegmentedLineMode("on" if style is Qt.PenStyle.SolidLine else "off")

    def set_height(self, height: float) -> None:
        """Draw it over the lines of less height."""
        self._item.setZValue(height)

    def set_dots(self, colour: QColor) -> None:
        """Mark each point with a dot, of the size that `set_dot_size` gives."""
        self._item.setSymbol("o")
        self._item.setSymbolPen(None)
        self._item.setSymbolBrush(colour)

    def set_dot_size(self, size: float) -> None:
        """Draw the dots `size` logical pixels wide, or not at all at 0."""
        self._item.setSymbol("o" if size else None)
        self._item.setSymbolSize(size)


class Plot:
    """A plot with a left axis and, where wanted, a right one. GUI thread only.

    It does not react to the mouse: what it shows follows from its data. It is composed of axes
    and views, because pyqtgraph's own PlotItem brings menus that nobody here opens and that
    outlive it.
    """

    def __init__(self, *, right_axis: bool = False) -> None:
        self._widget = pg.GraphicsView(background=None)
        self._widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        grid = pg.GraphicsLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self._widget.setCentralItem(grid)
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.disableAutoRange()
        grid.addItem(self._box, row=0, col=1)
        self._axes = {side: pg.AxisItem(side) for side in ("left", "bottom")}
        grid.addItem(self._axes["left"], row=0, col=0)
        grid.addItem(self._axes["bottom"], row=1, col=1)
        for axis in self._axes.values():
            axis.linkToView(self._box)
        self._right: pg.ViewBox | None = None
        if right_axis:
            self._right = pg.ViewBox(enableMenu=False, enableMouse=False)
            self._right.disableAutoRange()
            self._axes["right"] = pg.AxisItem("right")
            self._axes["right"].linkToView(self._right)
            grid.addItem(self._axes["right"], row=0, col=2)
            self._widget.scene().addItem(self._right)
            self._right.setXLink(self._box)
            self._box.sigResized.connect(self._on_resized)
        self._ticks: dict[str, list[tuple[float, str]]] = {}
        self._playhead, self._cursor = self._add_line(), self._add_line()

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        widget: QWidget = self._widget
        return widget

    def add_curve(self, *, right: bool = False, smooth: bool = True) -> Curve:
        """Add an empty line, against the right axis where `right`."""
        item = pg.PlotDataItem(antialias=smooth)
        (self._right if right and self._right is not None else self._box).addItem(item)
        return Curve(item)

    def remove_curve(self, curve: Curve) -> None:
        """Take a line of the left axis away."""
        self._box.removeItem(curve.item)

    def set_labels(self, bottom: str, left: str, right: str = "") -> None:
        """Name the axes, units included."""
        for side, text in (("bottom", bottom), ("left", left), ("right", right)):
            if text:
                self._axes[side].setLabel(text)
                self._axes[side].enableAutoSIPrefix(False)

    def set_axis_widths(self, left_px: int, right_px: int) -> None:
        """Reserve the room of the axes' numbers, so that the plot never moves sideways."""
        self._axes["left"].setWidth(left_px)
        if self._right is not None:
            self._axes["right"].setWidth(right_px)

    def set_ticks(self, side: str, ticks: Sequence[tuple[float, str]]) -> None:
        """Write these numbers at an axis; the same ones cost nothing."""
        if list(ticks) != self._ticks.get(side):
            self._ticks[side] = list(ticks)
            self._axes[side].setTicks([list(ticks), []])

    def set_x_range(self, low: float, high: float) -> None:
        """Show this range of steps."""
        self._box.setXRange(low, high, padding=0)

    def set_y_range(self, low: float, high: float, *, right: bool = False) -> None:
        """Show this range of values on the left or the right axis."""
        if right and self._right is not None:
            self._right.setYRange(low, high, padding=0)
        else:
            self._box.setYRange(low, high, padding=0)

    def set_playhead(self, x: float | None) -> None:
        """Stand the playhead at `x`, or take it away."""
        _stand(self._playhead, x)

    def set_cursor(self, x: float | None) -> None:
        """Stand a quiet line at `x`, where the mouse is, or take it away."""
        _stand(self._cursor, x)

    def data_at(self, position: QPointF) -> tuple[float, float] | None:
        """Find the data coordinates at a point of the widget; None outside the axes."""
        scene = self._widget.mapToScene(position.toPoint())
        if not self._box.sceneBoundingRect().contains(scene):
            return None
        point = self._box.mapSceneToView(scene)
        return float(point.x()), float(point.y())

    def apply_theme(self, theme: Theme, background: QColor) -> None:
        """Dress the axes, the grid and the playhead in a theme."""
        self._widget.setBackground(background)
        line = _cosmetic(theme.hairline, 1.0)
        font = caption_font()
        for axis in self._axes.values():
            axis.setPen(line)
            axis.setTextPen(theme.text_dim)
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=False)
            axis.label.setFont(font)
        self._axes["bottom"].setHeight(2 * QFontMetrics(font).height() + 4)
        self._axes["left"].setGrid(48)
        self._axes["left"].setTickPen(_cosmetic(mixed(background, theme.text, 0.5), 1.0))
        self._playhead.setPen(_cosmetic(theme.accent, 2.0))
        self._cursor.setPen(_cosmetic(theme.text_dim, 1.0, Qt.PenStyle.DotLine))

    def _add_line(self) -> pg.InfiniteLine:
        line = pg.InfiniteLine(angle=90, movable=False)
        line.setVisible(False)
        self._box.addItem(line, ignoreBounds=True)
        return line

    def _on_resized(self) -> None:
        if self._right is not None:
            self._right.setGeometry(self._box.sceneBoundingRect())
            self._right.linkedViewChanged(self._box, self._right.XAxis)


def _stand(line: pg.InfiniteLine, x: float | None) -> None:
    line.setVisible(x is not None)
    if x is not None:
        line.setValue(x)


def _cosmetic(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen
