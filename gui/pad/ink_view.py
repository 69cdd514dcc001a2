"""What the canvas shows: paper, ink, the stroke that is growing, and the ring of the brush."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.drawing import Drawing, Stroke
from gui.pad.ink import (
    NO_PATH,
    InkColours,
    InkLayer,
    changed_bounds,
    colours_of,
    light_colours,
    paint_path,
    path_bounds,
    screen_path,
)
from gui.theme import ThemeManager, answer_font, caption_font, mixed

_RING_EDGE_PX = 2
_GHOST_SHARE = 0.085
_SMALLEST_GHOST_PX = 13


class InkView(QWidget):
    """Paints a drawing as it grows; the canvas without its input. GUI thread only.

    Finished strokes are kept in a pixmap; a stroke that grows is painted on top of it, and only
    the rectangle that changed is painted again.
    """

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = theme_manager
        self._drawing = Drawing()
        self._in_colour = False
        self._thing = "digit"
        self._layer = InkLayer()
        self._growing_stroke: Stroke | None = None
        self._growing_path = NO_PATH
        self._ring_at: QPointF | None = None
        self._ring_width = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme_manager.changed.connect(self._on_theme_changed)

    @property
    def drawing(self) -> Drawing:
        """What is on the canvas, without the stroke that is growing."""
        return self._drawing

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been put on the paper; then it says what will be here."""
        return (
            self._drawing.backdrop is None
            and self._growing_stroke is None
            and all(stroke.erases for stroke in self._drawing.strokes)
        )

    def set_subject(self, thing: str, *, in_colour: bool) -> None:
        """Say what is to be drawn, "digit", and whether the network sees its colour."""
        if (thing, in_colour) != (self._thing, self._in_colour):
            self._thing, self._in_colour = thing, in_colour
            self._layer.forget()
            self.update()

    @property
    def colours(self) -> InkColours:
        """Of paper and ink."""
        if self._in_colour:
            return light_colours(self._drawing.colour)
        return colours_of(self._drawing, self._themes.theme)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show another drawing; a stroke that is growing stays on top of it."""
        old, self._drawing = self._drawing, drawing
        count = len(old.strokes)
        same = drawing.backdrop is old.backdrop and drawing.colour == old.colour
        if same and drawing.strokes[:count] == old.strokes:
            for stroke in drawing.strokes[count:]:
                self._layer.add(stroke, self.colours)
        else:
            self._layer.forget()
        self.update()

    def show_growing(self, stroke: Stroke | None) -> None:
        """Show the stroke that is growing, or none."""
        was_blank = self.is_blank
        old = self._growing_path
        self._growing_stroke = stroke
        self._growing_path = NO_PATH if stroke is None else screen_path(stroke, self._side())
        if was_blank != self.is_blank:
            self.update()
        else:
            self._update_rect(changed_bounds(old, self._growing_path))

    def keep_growing(self) -> None:
        """Make the growing stroke the last one of the drawing."""
        if self._growing_stroke is None:
            return
        self._drawing = self._drawing.with_stroke(self._growing_stroke)
        self._layer.add(self._growing_stroke, self.colours)
        self._update_rect(path_bounds(self._growing_path))
        self._growing_stroke, self._growing_path = None, NO_PATH

    def show_ring(self, position: QPointF | None, width: float) -> None:
        """Show the brush at a place, in logical pixels; its width is a fraction of the side."""
        before = self._ring_rect()
        self._ring_at, self._ring_width = position, width
        for rect in (before, self._ring_rect()):
            edge = _RING_EDGE_PX
            self._update_rect(rect.adjusted(-edge, -edge, edge, edge))

    def _side(self) -> int:
        return max(1, self.width())

    def _update_rect(self, rect: QRectF) -> None:
        if not rect.isEmpty():
            self.update(rect.toAlignedRect())

    def _ring_rect(self) -> QRectF:
        if self._ring_at is None:
            return QRectF()
        diameter = self._ring_width * self._side()
        ring = QRectF(0, 0, diameter, diameter)
        ring.moveCenter(self._ring_at)
        return ring

    def _on_theme_changed(self) -> None:
        self._layer.forget()
        self.update()

    def _paint_ghost(self, painter: QPainter) -> None:
        """Say what will be here and the one thing to do."""
        side = self._side()
        paper = self.colours.paper
        painter.setPen(mixed(self._themes.theme.text_dim, paper, 0.15))
        title = answer_font()
        title.setPixelSize(max(_SMALLEST_GHOST_PX, round(side * _GHOST_SHARE)))
        painter.setFont(title)
        centre = Qt.AlignmentFlag.AlignHCenter
        above, below = QRectF(0, 0, side, side * 0.52), QRectF(0, side * 0.55, side, side * 0.3)
        painter.drawText(above, centre | Qt.AlignmentFlag.AlignBottom, f"Draw a {self._thing}")
        painter.setFont(caption_font())
        painter.drawText(below, centre | Qt.AlignmentFlag.AlignTop, "or drop a picture here")

    def sizeHint(self) -> QSize:
        """Return the size on a page that needs the room for something else."""
        return QSize(192, 192)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which a finger can still draw a digit."""
        return QSize(96, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the ink anew in its new size."""
        self._layer.forget()
        if self._growing_stroke is not None:
            self._growing_path = screen_path(self._growing_stroke, self._side())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the part that changed."""
        theme, colours = self._themes.theme, self.colours
        painter = QPainter(self)
        painter.fillRect(event.rect(), colours.paper)
        ink = self._layer.pixmap(self._drawing, self._side(), self.devicePixelRatioF(), colours)
        painter.drawPixmap(0, 0, ink)
        if self._growing_stroke is not None:
            colour = colours.paper if self._growing_stroke.erases else colours.ink
            paint_path(painter, self._growing_path, colour, QRectF(event.rect()))
        elif self.is_blank:
            self._paint_ghost(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A pen of width 0 is one device pixel wide, so the frame is even at every scale; at 150 %
        # a widget may begin in the middle of a device pixel, so the frame stays clear of the edge.
        edge = 0.75 / self.devicePixelRatioF()
        painter.setPen(QPen(theme.text_dim if self.hasFocus() else theme.hairline, 0))
        painter.drawRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge))
        if self._ring_at is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.text_dim, 1))
            painter.drawEllipse(self._ring_rect())
        painter.end()
