"""The one door to pyqtgraph: pixel-true pictures and themed plots, with types."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

from gui.palettes import Lut
from gui.theme import Theme, caption_font, mixed

# Rows first, as every array of the engine; lines are smoothed per curve, pictures never.
pg.setConfigOptions(imageAxisOrder="row-major", antialias=False)

# A curve is drawn with the least and the greatest value of each pixel's points, so that it costs
# the width of the screen and not the length of the run. pyqtgraph's own name for that is "peak".
_DOWNSAMPLING = "peak"


class PixelView:
    """A scene whose coordinates are logical pixels of its widget. GUI thread only.

    The widget lets the mouse through: the widget that it lies in handles all input.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._view = pg.GraphicsView(parent, background=None)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAntialiasing(False)
        # What changes is a picture that fills the view: one rectangle is cheaper than a region.
        self._view.setViewportUpdateMode(
            QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate
        )

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        widget: QWidget = self._view
        return widget

    def set_background(self, colour: QColor) -> None:
        """Fill what no item covers."""
        self._view.setBackground(colour)

    def add_item(self, item: QGraphicsItem) -> None:
        """Put a plain item into the scene."""
        self._view.scene().addItem(item)

    def add_mosaic(self) -> "Mosaic":
        """Make an empty mosaic in this view."""
        mosaic = Mosaic()
        self._view.scene().addItem(mosaic.item)
        return mosaic

    def remove_mosaic(self, mosaic: "Mosaic") -> None:
        """Take a mosaic out of this view for good."""
        self._view.scene().removeItem(mosaic.item)


class Mosaic:
    """A picture of device pixels, shown one to one, coloured by a table of 256 entries."""

    def __init__(self) -> None:
        self.item = pg.ImageItem()
        self.item.setZValue(1)
        self._pixels: NDArray[np.uint8] | None = None
        self._lut: Lut | None = None

    @property
    def pixels(self) -> NDArray[np.uint8] | None:
        """The entries that are shown, shape (height, width)."""
        return self._pixels

    def set_lut(self, lut: Lut) -> None:
        """Colour the entries with a table of shape (256, 4)."""
        if lut is not self._lut:
            self._lut = lut
            self.item.setLookupTable(lut)

    def set_place(self, position: QPointF, dpr: float) -> None:
        """Put the top left corner at a logical point on a screen of `dpr` device pixels each."""
        self.item.setPos(snapped(position, dpr))
        self.item.setScale(1 / dpr)

    def set_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Show entries, shape (height, width); the array must not be written to afterwards."""
        self._pixels = pixels
        self.item.setVisible(pixels.size > 0)
        if pixels.size:
            self.item.setImage(pixels, autoLevels=False, levels=(0, 255))


def snapped(position: QPointF, dpr: float) -> QPointF:
    """Move a logical point to the nearest corner of a device pixel."""
    return QPointF(round(position.x() * dpr) / dpr, round(position.y() * dpr) / dpr)


class Curve:
    """One line of a plot, made once and given new points. GUI thread only."""

    def __init__(self, item: object, plot: "Plot") -> None:
        self._item: pg.PlotDataItem = item
        self._plot = plot

    def set_points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """Show points; both arrays have shape (n,) and are not written to afterwards."""
        self._item.setData(x, y)

    def set_pen(self, colour: QColor, width: float = 1.0, *, dashed: bool = False) -> None:
        """Draw the line in a colour, `width` logical pixels wide."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        self._item.setPen(_cosmetic(colour, width, style))

    def set_dots(self, colour: QColor, size: float) -> None:
        """Mark each point with a dot, `size` logical pixels wide."""
        self._item.setSymbol("o")
        self._item.setSymbolSize(size)
        self._item.setSymbolPen(None)
        self._item.setSymbolBrush(colour)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the line."""
        self._item.setVisible(visible)


class Plot:
    """A plot with a left axis and, where wanted, a right one. GUI thread only.

    It does not react to the mouse: what it shows follows from its data.
    """

    def __init__(self, *, right_axis: bool = False) -> None:
        self._widget = pg.PlotWidget(background=None)
        self._item = self._widget.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.setMouseEnabled(False, False)
        self._item.setClipToView(True)
        self._item.setDownsampling(auto=True, mode=_DOWNSAMPLING)
        self._widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._right: pg.ViewBox | None = None
        self._playhead = pg.InfiniteLine(angle=90, movable=False)
        self._playhead.setVisible(False)
        self._item.addItem(self._playhead, ignoreBounds=True)
        if right_axis:
            self._right = pg.ViewBox(enableMenu=False, enableMouse=False)
            self._item.showAxis("right")
            self._item.scene().addItem(self._right)
            self._item.getAxis("right").linkToView(self._right)
            self._right.setXLink(self._item)
            self._item.vb.sigResized.connect(self._on_resized)

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        widget: QWidget = self._widget
        return widget

    def add_curve(self, *, right: bool = False, smooth: bool = True) -> Curve:
        """Add an empty line, against the right axis where `right`."""
        item = pg.PlotDataItem(
            antialias=smooth, clipToView=True, autoDownsample=True, downsampleMethod=_DOWNSAMPLING
        )
        if right and self._right is not None:
            self._right.addItem(item)
        else:
            self._item.addItem(item)
        return Curve(item, self)

    def set_labels(self, bottom: str, left: str, right: str = "") -> None:
        """Name the axes, units included."""
        for side, text in (("bottom", bottom), ("left", left), ("right", right)):
            if text:
                self._item.getAxis(side).setLabel(text)
                self._item.getAxis(side).enableAutoSIPrefix(False)

    def set_axis_widths(self, left_px: int, right_px: int) -> None:
        """Reserve the room of the axes' numbers, so that the plot never moves sideways."""
        self._item.getAxis("left").setWidth(left_px)
        if self._right is not None:
            self._item.getAxis("right").setWidth(right_px)

    def set_ticks(self, side: str, ticks: Sequence[tuple[float, str]]) -> None:
        """Fix the numbers of an axis."""
        self._item.getAxis(side).setTicks([list(ticks), []])

    def set_x_range(self, low: float, high: float) -> None:
        """Show this range of steps."""
        self._item.setXRange(low, high, padding=0)

    def set_y_range(self, low: float, high: float, *, right: bool = False) -> None:
        """Show this range of values on the left or the right axis."""
        if right and self._right is not None:
            self._right.setYRange(low, high, padding=0)
        else:
            self._item.setYRange(low, high, padding=0)

    def set_playhead(self, x: float | None) -> None:
        """Stand a line at `x`, or take it away."""
        self._playhead.setVisible(x is not None)
        if x is not None:
            self._playhead.setValue(x)

    def data_at(self, position: QPointF) -> tuple[float, float] | None:
        """Find the data coordinates at a point of the widget; None outside the axes."""
        scene = self._widget.mapToScene(position.toPoint())
        box: pg.ViewBox = self._item.vb
        if not box.sceneBoundingRect().contains(scene):
            return None
        point = box.mapSceneToView(scene)
        return float(point.x()), float(point.y())

    def plot_rect(self) -> QRectF:
        """Tell where the curves are drawn, in the widget's coordinates."""
        rect: QRectF = self._item.vb.sceneBoundingRect()
        return rect

    def apply_theme(self, theme: Theme, background: QColor) -> None:
        """Dress the axes, the grid and the playhead in a theme."""
        self._widget.setBackground(background)
        line = _cosmetic(theme.hairline, 1.0)
        font = caption_font()
        for side in ("left", "bottom", "right"):
            axis = self._item.getAxis(side)
            axis.setPen(line)
            axis.setTextPen(theme.text_dim)
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=True)
            axis.label.setFont(font)
        self._item.getAxis("left").setGrid(48)
        self._item.getAxis("left").setTickPen(_cosmetic(mixed(background, theme.text, 0.5), 1.0))
        self._playhead.setPen(_cosmetic(theme.accent, 2.0))

    def _on_resized(self) -> None:
        if self._right is not None:
            self._right.setGeometry(self._item.vb.sceneBoundingRect())
            self._right.linkedViewChanged(self._item.vb, self._right.XAxis)


def _cosmetic(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen
