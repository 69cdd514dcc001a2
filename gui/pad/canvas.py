"""The canvas: ink under a mouse, a finger or a pen."""

from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QEventPoint,
    QFocusEvent,
    QHideEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.drawing import DEFAULT_PEN_WIDTH, Drawing
from gui.pad.growing_stroke import GrowingStroke
from gui.pad.ink_view import InkView
from gui.theme import ThemeManager

Tool: TypeAlias = Literal["pen", "eraser"]

SMALLEST_BRUSH, LARGEST_BRUSH = 0.02, 0.24
"""Limits of the brush, as fractions of the canvas side."""

# A step of [ and ] that the eye sees; about ten steps from the smallest to the largest brush.
_BRUSH_STEP = 1.25
# An eraser as thin as the pen leaves a fringe when it follows the line.
_ERASER_FACTOR = 1.5
_WHEEL_NOTCH = 120
_DRAWING_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)


class Canvas(InkView):
    """Turns the movements of mouse, finger and pen into strokes. GUI thread only.

    The left button does what the tool says, the right button and a pen's eraser end erase. One
    movement is one stroke; a second button, finger or device has to wait until it has ended.
    """

    preview_changed = Signal(object)
    """The Drawing with the stroke that is growing."""

    stroke_finished = Signal(object)
    """The Stroke that was added; `drawing` has it already."""

    brush_changed = Signal(float)
    """The brush's new diameter, as a fraction of the canvas side."""

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(theme_manager, parent)
        self.setObjectName("canvas")
        self._preview: Drawing | None = None
        self._growing: GrowingStroke | None = None
        self._tool: Tool = "pen"
        self._brush = DEFAULT_PEN_WIDTH
        self._pressure_sensitive = True
        self._direct_input_seen = False
        self._wheel_rest = 0
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(
            "Draw a digit with the left button, a finger or a pen; the right button erases. "
            "[ and ] change the brush."
        )

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    @property
    def brush(self) -> float:
        """The pen's diameter, as a fraction of the canvas side."""
        return self._brush

    @property
    def is_drawing(self) -> bool:
        """Whether a stroke is growing."""
        return self._growing is not None

    def set_drawing(self, drawing: Drawing) -> None:
        """Show another drawing; a stroke that is growing goes on, on top of it."""
        if drawing is not self._drawing and drawing is not self._preview:
            self.show_drawing(drawing)

    def set_tool(self, tool: Tool) -> None:
        """Let the left button draw or erase."""
        self._tool = tool
        self._refresh_ring(self._ring_at)

    def set_brush(self, brush: float) -> None:
        """Set the pen's diameter, as a fraction of the canvas side, within its limits."""
        brush = min(max(brush, SMALLEST_BRUSH), LARGEST_BRUSH)
        if brush != self._brush:
            self._brush = brush
            self._refresh_ring(self._ring_at)
            self.brush_changed.emit(brush)

    def grow_brush(self, steps: int) -> None:
        """Make the brush larger by so many steps, or smaller where they are negative."""
        self.set_brush(self._brush * _BRUSH_STEP**steps)

    def set_pressure_sensitive(self, sensitive: bool) -> None:
        """Let a pen's pressure change the width of the line, or not."""
        self._pressure_sensitive = sensitive

    def finish_stroke(self) -> None:
        """End the stroke that is growing, as if the pen had left the canvas."""
        growing, self._growing = self._growing, None
        if growing is None:
            return
        self.keep_growing()
        self._preview = None
        self.stroke_finished.emit(growing.stroke())

    def _begin(self, source: object, position: QPointF, *, erases: bool, force: float = 1.0) -> None:
        self.finish_stroke()
        self._growing = GrowingStroke(source, self._width(erases), erases)
        self._extend(position, force)

    def _extend(self, position: QPointF, force: float = 1.0, *, last: bool = False) -> None:
        growing = self._growing
        if growing is None:
            return
        x, y = position.x() / self._side(), position.y() / self._side()
        if growing.add(x, y, force, last=last):
            stroke = growing.stroke()
            self.show_growing(stroke)
            self._preview = self._drawing.with_stroke(stroke)
            self.preview_changed.emit(self._preview)

    def _abandon(self) -> None:
        """Forget the stroke that is growing: the system says it was none (a resting palm)."""
        if self._growing is not None:
            self._growing = None
            self._preview = None
            self.show_growing(None)
            self.preview_changed.emit(self._drawing)

    def _width(self, erases: bool) -> float:
        return self._brush * (_ERASER_FACTOR if erases else 1.0)

    def _refresh_ring(self, position: QPointF | None, *, eraser_end: bool = False) -> None:
        erases = eraser_end or self._tool == "eraser"
        if self._growing is not None:
            erases = self._growing.erases
        self.show_ring(position, self._width(erases))

    def _is_duplicate(self, event: QMouseEvent) -> bool:
        """Tell whether the system made this mouse event from a touch or pen that we had already."""
        synthesised = event.source() != Qt.MouseEventSource.MouseEventNotSynthesized
        return self._direct_input_seen and synthesised

    def _pen_force(self, event: QTabletEvent) -> float:
        """Return the factor on the brush: 1 at half of the full pressure."""
        can_press = QInputDevice.Capability.Pressure in event.pointingDevice().capabilities()
        if not (self._pressure_sensitive and can_press):
            return 1.0
        return 0.3 + 1.4 * event.pressure()

    def _follow_fingers(self, event: QTouchEvent) -> None:
        """Follow the first finger; further ones are a resting hand."""
        if event.type() == QEvent.Type.TouchCancel:
            self._abandon()
            return
        for point in event.points():
            finger = ("finger", point.id())
            if point.state() == QEventPoint.State.Pressed and self._growing is None:
                self._begin(finger, point.position(), erases=self._tool == "eraser")
            elif self._growing is not None and self._growing.source == finger:
                ends = point.state() == QEventPoint.State.Released
                self._extend(point.position(), last=ends)
                if ends:
                    self.finish_stroke()
        self._refresh_ring(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        button = event.button()
        if self._is_duplicate(event) or button not in _DRAWING_BUTTONS:
            return
        if self._growing is None or self._growing.source == button:
            erases = button == Qt.MouseButton.RightButton or self._tool == "eraser"
            self._begin(button, event.position(), erases=erases)
            self._refresh_ring(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lengthen the stroke, and take the ring along."""
        if self._is_duplicate(event):
            return
        if self._growing is not None and self._growing.source in _DRAWING_BUTTONS:
            self._extend(event.position())
        self._refresh_ring(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke of that button."""
        if self._growing is not None and self._growing.source == event.button():
            self._extend(event.position(), last=True)
            self.finish_stroke()
            self._refresh_ring(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Begin a second dot: two quick dots are two dots."""
        self.mousePressEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Follow a pen, with its pressure and its eraser end."""
        self._direct_input_seen = True
        event.accept()
        eraser_end = event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress:
            side_button = bool(event.buttons() & Qt.MouseButton.RightButton)
            erases = eraser_end or side_button or self._tool == "eraser"
            self._begin("pen", event.position(), erases=erases, force=self._pen_force(event))
        elif self._growing is not None and self._growing.source == "pen":
            if event.type() == QEvent.Type.TabletMove:
                self._extend(event.position(), self._pen_force(event))
            else:
                self.finish_stroke()
        self._refresh_ring(event.position(), eraser_end=eraser_end)

    def event(self, event: QEvent) -> bool:
        """Take the touches of a screen, which have no handler of their own in Qt."""
        if isinstance(event, QTouchEvent):
            if event.device().type() == QInputDevice.DeviceType.TouchPad:
                return super().event(event)
            self._direct_input_seen = True
            event.accept()
            self._follow_fingers(event)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the brush, one step per notch."""
        self._wheel_rest += event.angleDelta().y()
        notches = int(self._wheel_rest / _WHEEL_NOTCH)
        self._wheel_rest -= notches * _WHEEL_NOTCH
        if notches:
            self.grow_brush(notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take [ and ] for the brush, and Esc to end a stroke."""
        if event.key() == Qt.Key.Key_Escape and self._growing is not None:
            self.finish_stroke()
        elif event.key() == Qt.Key.Key_BracketLeft:
            self.grow_brush(-1)
        elif event.key() == Qt.Key.Key_BracketRight:
            self.grow_brush(1)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the ring of the brush."""
        self._refresh_ring(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the ring of the brush."""
        self._refresh_ring(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End the stroke: its release may go to another window."""
        self.finish_stroke()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke: no release will come."""
        self.finish_stroke()
        super().hideEvent(event)
