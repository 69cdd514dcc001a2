"""The still parts of the slide, kept as pictures of the window's size, so that a frame is a few copies."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from gui.pages.convolve.slide_filter import FilterStamp, Place, paint_moving, stamps_of
from gui.pages.convolve.slide_layout import MapBox
from gui.pages.convolve.slide_painting import (
    SlideView,
    paint_filled,
    paint_frames,
    paint_input_figures,
    paint_inputs,
    paint_windows,
    paint_winners,
)
from gui.pages.convolve.slide_sum import paint_bias, paint_sum


class SlideLayers:
    """Paints frames of one view in one place. GUI thread only.

    What stands still is painted twice, once with nothing computed and once with everything; a frame copies
    the first, over it the computed part of the second, and then paints what moves. Its cost depends on the
    size of the window, not on that of the pictures.

    Parameters
    ----------
    view
        What is shown.
    size
        Of the window, in device pixels.
    offset
        Where the layout's corner lies in it.
    before
        Layers of another result: where only numbers differ, the frames round them are taken over.
    """

    def __init__(
        self, view: SlideView, size: QSize, offset: QPoint, before: "SlideLayers | None" = None
    ) -> None:
        self.view = view
        self._size, self._offset = size, offset
        self._clip = QRect(-offset, size)
        self._frames: QPixmap
        if before is not None and before._frames_key() == self._frames_key():
            self._frames = before._frames
        else:
            self._frames = self._layer(opaque=False)
            with self._painter(self._frames) as painter:
                paint_frames(painter, view, self._clip)
                paint_sum(painter, view)
                paint_windows(painter, view, self._clip)
        self._ground = self._layer(opaque=True)
        with self._painter(self._ground) as painter:
            paint_inputs(painter, view, self._clip)
            painter.drawPixmap(-self._offset, self._frames)
            paint_input_figures(painter, view, self._clip)
            paint_bias(painter, view)
        self._filled = self._layer(opaque=False)
        with self._painter(self._filled) as painter:
            paint_filled(painter, view, self._clip)
            paint_windows(painter, view, self._clip)
        self._winners: QPixmap | None = None
        if view.result.winners is not None:
            self._winners = self._layer(opaque=False)
            with self._painter(self._winners) as painter:
                paint_winners(painter, view, self._clip)
        self._stamps = stamps_of(view)

    @property
    def stamps(self) -> list[FilterStamp]:
        """The filter on each input channel."""
        return self._stamps

    def draw(self, painter: QPainter, place: Place, filled: int) -> None:
        """Paint a frame with a painter of device pixels whose origin is the window's corner."""
        painter.drawPixmap(0, 0, self._ground)
        painter.translate(self._offset)
        layout = self.view.layout
        for box in (*(layout.parts if self.view.parts is not None else ()), layout.output):
            for part in _filled_rects(box, filled):
                self._copy(painter, self._filled, part)
        if self._winners is not None:
            for part in _decided_rects(layout.output, self.view.result.layer.pool, filled):
                self._copy(painter, self._winners, part)
        paint_moving(painter, self.view, self._stamps, place)
        painter.translate(-self._offset)

    def _frames_key(self) -> tuple[object, ...]:
        """Name everything that the frames depend on."""
        view, layer = self.view, self.view.result.layer
        return (
            view.layout,
            view.theme,
            view.look.input_names,
            view.look.output_name,
            view.result.sides,
            view.result.input.shape,
            view.output.shape,
            (layer.geometry, layer.pool, layer.has_bias, layer.filters[0].weight.shape),
            (self._size, self._offset),
        )

    def _copy(self, painter: QPainter, layer: QPixmap, part: QRect) -> None:
        seen = part.intersected(self._clip)
        if not seen.isEmpty():
            painter.drawPixmap(seen.topLeft(), layer, seen.translated(self._offset))

    def _layer(self, *, opaque: bool) -> QPixmap:
        layer = QPixmap(self._size)
        layer.fill(self.view.theme.window if opaque else Qt.GlobalColor.transparent)
        return layer

    def _painter(self, layer: QPixmap) -> QPainter:
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.translate(self._offset)
        return painter


def _filled_rects(box: MapBox, index: int) -> list[QRect]:
    """Cover the pixels up to `index`, row by row: whole rows, and the begun one."""
    row, column = divmod(index, box.columns)
    return [QRect(*box.span(0, 0, row, box.columns)), QRect(*box.span(row, 0, 1, column + 1))]


def _decided_rects(box: MapBox, size: int, index: int) -> list[QRect]:
    """Cover the windows of the pool whose last pixel is not after `index`."""
    row, column = divmod(index + 1, box.columns)
    whole, begun = divmod(row, size)
    rects = [QRect(*box.span(0, 0, whole * size, box.columns))]
    if begun == size - 1:
        rects.append(QRect(*box.span(whole * size, 0, size, column // size * size)))
    return rects
