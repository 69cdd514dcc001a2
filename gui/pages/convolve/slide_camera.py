"""What part of the slide is seen, and how large: fit, zoom and pan. No Qt widget, all in device pixels."""

from PySide6.QtCore import QPoint, QPointF, QSize

from gui.pages.convolve.slide_layout import Hit, SceneShape, SlideLayout, Zoom, arranged, fitted, zoomed

# Logical pixels of the scene that stay in view however far it is dragged.
_KEPT_IN_VIEW = 48


class SlideCamera:
    """Lays a scene out for a window: as large as fits, until the person zooms. GUI thread only."""

    def __init__(self) -> None:
        self.layout: SlideLayout | None = None
        self.offset = QPoint()
        self._shape: SceneShape | None = None
        self._room = QSize()
        self._dpr = 1.0
        self._fit: Zoom | None = None
        self._zoom: Zoom | None = None

    @property
    def is_zoomed(self) -> bool:
        """Whether the person chose another zoom than the one that fits."""
        return self._zoom is not None

    def show_shape(self, shape: SceneShape | None) -> None:
        """Lay other sizes out; the zoom stays only where the sizes do."""
        if shape != self._shape:
            self._shape, self._zoom = shape, None
            self._lay_out()

    def set_room(self, room: QSize, dpr: float) -> None:
        """Fit into a window of so many device pixels."""
        if dpr != self._dpr:
            self._zoom = None
        self._room, self._dpr = room, dpr
        self._lay_out()

    def fit(self) -> None:
        """Show everything as large as there is room for."""
        self._zoom = None
        self._lay_out()

    def zoom_by(self, notches: float, point: QPointF) -> None:
        """Make cells larger or smaller; the cell under `point` stays where it is."""
        if self._shape is None or self.layout is None or self._fit is None:
            return
        inside = point - QPointF(self.offset)
        old = self.layout.nearest(inside.x(), inside.y())
        row, column = (inside.y() - old.y) / old.cell, (inside.x() - old.x) / old.cell
        number = self.layout.boxes.index(old)
        self._zoom = zoomed(self._zoom or self._fit, notches, self._dpr, self._fit)
        self.layout = arranged(self._shape, self._zoom, self._dpr)
        new = self.layout.boxes[number]
        self.offset = QPoint(
            round(point.x() - new.x - column * new.cell), round(point.y() - new.y - row * new.cell)
        )
        self._keep_in_view()

    def pan(self, dx: float, dy: float) -> None:
        """Move the scene."""
        self._zoom = self._zoom or self._fit
        self.offset = self.offset + QPoint(round(dx), round(dy))
        self._keep_in_view()

    def hit(self, point: QPointF) -> Hit | None:
        """Find the cell under a point of the window."""
        if self.layout is None:
            return None
        return self.layout.hit(point.x() - self.offset.x(), point.y() - self.offset.y())

    def at_scale(self, dpr: float) -> "SlideCamera":
        """Show the same at another scale, for a picture of it."""
        other, ratio = SlideCamera(), dpr / self._dpr
        other.show_shape(self._shape)
        other.set_room(self._room * ratio, dpr)
        if self._zoom is not None and self._shape is not None:
            zoom = Zoom(self._zoom.cell * ratio, self._zoom.output_cell * ratio, self._zoom.columns)
            other.layout, other.offset = arranged(self._shape, zoom, dpr), self.offset * ratio
        return other

    def _lay_out(self) -> None:
        if self._shape is None or self._room.isEmpty():
            self.layout = None
            return
        self._fit = fitted(self._shape, self._room.width(), self._room.height(), self._dpr)
        self.layout = arranged(self._shape, self._zoom or self._fit, self._dpr)
        if self._zoom is None:
            left, top = self._room.width() - self.layout.width, self._room.height() - self.layout.height
            self.offset = QPoint(left // 2, top // 2)
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        if self.layout is not None:
            kept = round(_KEPT_IN_VIEW * self._dpr)
            self.offset = QPoint(
                min(max(self.offset.x(), kept - self.layout.width), self._room.width() - kept),
                min(max(self.offset.y(), kept - self.layout.height), self._room.height() - kept),
            )
