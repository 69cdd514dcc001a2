"""The slide: a filter moves over its input channels, and the output channel fills."""

import math
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.lab.values import LayerResult
from gui.pages.convolve.slide_camera import SlideCamera
from gui.pages.convolve.slide_filter import Place, paint_marks, patch_middle
from gui.pages.convolve.slide_keys import ARROWS, KEYS_TEXT, announce, is_ours, place_after, place_of
from gui.pages.convolve.slide_layers import SlideLayers
from gui.pages.convolve.slide_layout import Hit, SceneShape, SlideLayout, glided
from gui.pages.convolve.slide_look import SceneLook
from gui.pages.convolve.slide_painting import SlideView
from gui.pages.convolve.slide_readout import numbers_of, readout
from gui.theme import RADIUS, ThemeManager
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.paced import Paced
from gui.widgets.tile_painting import paint_empty_text

EMPTY_TEXT = "The filter moves over the picture here, position by position. Choose a picture to begin."
_WHEEL_NOTCH = 120
# A part of a turn that is worth a new zoom: a touchpad sends many small ones.
_LEAST_TURN = 0.5
_PAN_PX = 48


class SlideScene(QWidget):
    """Shows one filter of a layer at work, and tells where the person wants it. GUI thread only.

    It fits the pictures into its room until the person zooms; the wheel zooms at the mouse, the middle or
    right button (or Shift) drags the scene, a double click and F fit it again.
    """

    place_chosen = Signal(int)
    """The output pixel, counted row by row, that the person points at."""
    pixel_hovered = Signal(object)
    """The input pixel under the mouse as (channel, row, column), its border included; else None."""
    hovered = Signal(str)
    """The readout under the mouse, "" when it leaves."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slide_scene")
        self._themes = themes
        self._result: LayerResult | None = None
        self._parts: NDArray[Any] | None = None
        self._index, self._look = 0, SceneLook()
        self._shape: SceneShape | None = None
        self._camera = SlideCamera()
        self._layers: SlideLayers | None = None
        self._is_fresh, self._place, self._filled = False, 0.0, 0
        self._marked: tuple[int, int, int] | None = None
        self._hit: Hit | None = None
        self._text, self._words = EMPTY_TEXT, ""
        # Whether the readout is that of the present output pixel, which a key has chosen.
        self._tells_place = False
        self._described = Paced(self._describe, parent=self)
        self._hover_chooses = True
        self._drags: str | None = None
        self._pan_from: QPointF | None = None
        self._turn = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Slide of the filter")
        self.setAccessibleDescription(EMPTY_TEXT)
        CopyKeys(self, self._picture, self._numbers, menu="click")
        themes.changed.connect(self._refresh)

    @property
    def slide_layout(self) -> SlideLayout | None:
        """Where the pictures lie, in device pixels from `scene_offset`; None while there are none."""
        return self._camera.layout

    @property
    def scene_offset(self) -> QPoint:
        """The corner of the layout in the widget, in device pixels."""
        return QPoint(self._camera.offset)

    @property
    def position(self) -> int:
        """The output pixel that is shown, counted row by row."""
        return math.floor(self._place)

    def show_result(
        self, result: LayerResult, index: int, parts: NDArray[Any] | None, look: SceneLook
    ) -> None:
        """Show a filter of a layer at work; the place and the zoom stay where the sizes do.

        Parameters
        ----------
        result
            What the layer makes of its input.
        index
            Which of its filters.
        parts
            What each input channel contributes, ``(c, oh, ow)``; None while it is not known.
        look
            Names and colours.
        """
        shape = SceneShape.of(result)
        if shape != self._shape:
            self._hover(None)
            last = shape.output_size[0] * shape.output_size[1] - 1
            self._place, self._filled = min(self._place, float(last)), min(self._filled, last)
        self._result, self._index, self._parts, self._look = result, index, parts, look
        self._shape = shape
        self._camera.show_shape(shape)
        self._refresh()
        self._tell()
        self._described.request()

    def clear(self, text: str = "") -> None:
        """Show nothing but a sentence: what will be here, or why there is nothing."""
        self._hover(None)
        self._result = self._parts = self._shape = self._layers = None
        self._text = text or EMPTY_TEXT
        self._camera.show_shape(None)
        self._refresh()
        self._described.call_now()

    def tell_place(self) -> None:
        """Say the present output pixel, in the readout and to screen readers, because a key has chosen it."""
        if self._result is not None:
            self._tells_place = True
            self._tell()
            self._described.call_now()
            announce(self, self._words)

    def set_place(self, place: float, filled: int | None = None) -> None:
        """Put the filter somewhere.

        Parameters
        ----------
        place
            Output pixel counted row by row; a fraction lies between two of them.
        filled
            The last output pixel that is shown as computed; the present one where None.
        """
        last = 0 if self._shape is None else self._shape.output_size[0] * self._shape.output_size[1] - 1
        place = min(max(float(place), 0.0), float(last))
        filled = min(math.floor(place) if filled is None else filled, last)
        if (place, filled) != (self._place, self._filled):
            self._place, self._filled = place, filled
            self.update()
            self._tell()
            self._described.request()

    def set_marked_pixel(
        self, channel: int | None = None, row: int | None = None, column: int | None = None
    ) -> None:
        """Outline an input pixel, or none."""
        marked = None
        if channel is not None and row is not None and column is not None:
            marked = (channel, row, column)
        if marked != self._marked:
            self._marked = marked
            self.update()

    def set_hover_chooses(self, chooses: bool) -> None:
        """Let the mouse choose output pixels without a button; not while the slide plays by itself."""
        self._hover_chooses = chooses

    def fit(self) -> None:
        """Show all pictures as large as there is room for."""
        self._camera.fit()
        self._refresh()

    def zoom_by(self, notches: float, at: QPointF | None = None) -> None:
        """Make cells larger or smaller; what lies at `at` (logical pixels), or the filter, stays there."""
        point = self._filter_middle() if at is None else at * self.devicePixelRatioF()
        self._camera.zoom_by(notches, point)
        self._refresh()

    def _filter_middle(self) -> QPointF:
        """Find the middle of the filter on the first input channel, in device pixels of the widget."""
        if self._result is None or self._shape is None or self._camera.layout is None:
            return QPointF()
        middle = patch_middle(self._result, self._camera.layout, self.position)
        return middle + QPointF(self._camera.offset)

    def _device_size(self, dpr: float) -> QSize:
        return QSize(math.ceil(self.width() * dpr), math.ceil(self.height() * dpr))

    def _take_room(self) -> None:
        dpr = self.devicePixelRatioF()
        self._camera.set_room(self._device_size(dpr), dpr)
        self._refresh()

    def _refresh(self) -> None:
        """Forget what is painted; the next frame paints it anew."""
        self._is_fresh = False
        self.update()

    def _view(self, layout: SlideLayout, result: LayerResult) -> SlideView:
        return SlideView(result, self._index, self._parts, self._look, self._themes.theme, layout)

    def _present(self, shape: SceneShape) -> Place:
        columns = shape.output_size[1]
        return Place(*glided(self._place, columns), divmod(self.position, columns))

    def _pan(self, dx: float, dy: float) -> None:
        """Move the scene by logical pixels."""
        self._camera.pan(dx * self.devicePixelRatioF(), dy * self.devicePixelRatioF())
        self._refresh()

    def _hit_at(self, position: QPointF) -> Hit | None:
        return self._camera.hit(position * self.devicePixelRatioF())

    def _tell(self) -> None:
        """Say what lies under the mouse, once for each change."""
        words = self._readout(self._present_hit() if self._tells_place else self._hit)
        if words != self._words:
            self._words = words
            self.hovered.emit(words)

    def _readout(self, hit: Hit | None) -> str:
        if hit is None or self._result is None or self._camera.layout is None:
            return ""
        corner = self._result.corner(*divmod(self.position, self._result.positions[1]))
        return readout(self._view(self._camera.layout, self._result), hit, corner, self._filled)

    def _present_hit(self) -> Hit | None:
        if self._shape is None:
            return None
        return Hit("output", 0, *divmod(self.position, self._shape.output_size[1]))

    def _describe(self) -> None:
        words = self._readout(self._present_hit())
        self.setAccessibleDescription(f"{words}. {KEYS_TEXT}" if words else self._text)

    def _hover(self, hit: Hit | None) -> None:
        if self._tells_place:
            self._tells_place = False
            self._tell()
        if hit == self._hit:
            return
        was_input = self._hit is not None and self._hit.kind == "input"
        self._hit = hit
        if hit is not None and hit.kind == "input":
            self.pixel_hovered.emit((hit.channel, hit.row, hit.column))
        elif was_input:
            self.pixel_hovered.emit(None)
        self._tell()
        self.update()

    def _choose(self, hit: Hit) -> None:
        """Tell the output pixel that a cell stands for."""
        if self._result is None or self._shape is None:
            return
        index = place_of(hit, self._result)
        if index != self.position:
            self.place_chosen.emit(index)

    def _step(self, key: int) -> bool:
        """Move the filter with the keyboard."""
        if self._shape is None:
            return False
        index = place_after(key, self.position, self._shape.output_size)
        if index is None:
            return False
        if index != self.position:
            self.place_chosen.emit(index)
        self.tell_place()
        return True

    def _picture(self) -> QImage:
        """Draw the scene as it is, at twice its size."""
        image = QImage(self.size() * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(self._themes.theme.window)
        camera = self._camera.at_scale(COPY_SCALE)
        if self._result is not None and self._shape is not None and camera.layout is not None:
            layers = SlideLayers(self._view(camera.layout, self._result), image.size(), camera.offset)
            with QPainter(image) as painter:
                layers.draw(painter, self._present(self._shape), self._filled)
        image.setDevicePixelRatio(COPY_SCALE)
        return image

    def _numbers(self) -> str:
        if self._result is None or self._camera.layout is None:
            return ""
        return numbers_of(self._view(self._camera.layout, self._result), self._hit)

    def sizeHint(self) -> QSize:
        return QSize(640, 330)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 160)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._take_room()
        if is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in ARROWS and shift:
            dy, dx = ARROWS[Qt.Key(key)]
            self._pan(-dx * _PAN_PX, -dy * _PAN_PX)
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(-1)
        elif not self._step(key):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left, hit = event.button() == Qt.MouseButton.LeftButton, self._hit_at(event.position())
        self._hover(hit)
        if not left or event.modifiers() & Qt.KeyboardModifier.ShiftModifier or hit is None:
            self._pan_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        self._drags = hit.kind
        self._choose(hit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self._pan(moved.x(), moved.y())
            return
        hit = self._hit_at(event.position())
        self._hover(hit)
        wanted = self._drags or ("output" if self._hover_chooses else None)
        if hit is not None and hit.kind == wanted:
            self._choose(hit)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pan_from = self._drags = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tells_place = False
        self._tell()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turn += event.angleDelta().y() / _WHEEL_NOTCH
        if abs(self._turn) >= _LEAST_TURN:
            turn, self._turn = self._turn, 0.0
            self.zoom_by(turn, event.position())
            self._hover(self._hit_at(event.position()))
        event.accept()

    def resizeEvent(self, event: object) -> None:
        self._take_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        theme, dpr = self._themes.theme, self.devicePixelRatioF()
        if self._result is None or self._shape is None or self._camera.layout is None:
            painter.fillRect(self.rect(), theme.window)
            paint_empty_text(painter, self.size().toSizeF(), self._text, theme)
            return
        if self._layers is None or not self._is_fresh:
            view = self._view(self._camera.layout, self._result)
            self._layers = SlideLayers(view, self._device_size(dpr), self._camera.offset, self._layers)
            self._is_fresh = True
        painter.scale(1 / dpr, 1 / dpr)
        self._layers.draw(painter, self._present(self._shape), self._filled)
        painter.translate(self._camera.offset)
        paint_marks(painter, self._camera.layout, theme, self._hit, self._marked)
        painter.translate(-self._camera.offset)
        if self.hasFocus():
            painter.scale(dpr, dpr)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
