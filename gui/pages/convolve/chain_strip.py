"""The chain of layers itself: small pictures of all channels, which scroll sideways."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from engine.inspect.words import shape_text
from engine.lab import RunResult
from gui.pages.convolve import chain_painting as painting
from gui.pages.convolve.chain_layout import BAR_PX, Card, ChainLayout, Hit, plan_chain
from gui.pages.convolve.chain_painting import ChainLook
from gui.pages.convolve.chain_stages import PICTURE, Stage, overview_text, stages_of
from gui.pages.convolve.chain_words import readout
from gui.theme import RADIUS, S6, ThemeManager, caption_font
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.paced import Paced

HEIGHT, SLIM_HEIGHT = 72, 42
_LEAST_WIDTH = 240


class ChainStrip(QAbstractScrollArea):
    """Shows a run from the picture to the last layer. GUI thread only.

    It keeps no choice of its own: it tells what was clicked and outlines what it is told.
    Left and right choose a layer, up and down a channel, Del removes the layer in front.
    """

    layer_chosen = Signal(int)
    """A layer was clicked, or reached with an arrow key; the picture stands for the first."""
    channel_chosen = Signal(int, int)
    """A layer, and one of its channels."""
    layer_removed = Signal(int)
    """A layer after the first is to go."""
    hovered = Signal(str)
    """What lies under the mouse, in words; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._run: RunResult | None = None
        self._stages: tuple[Stage, ...] = ()
        self._look = ChainLook(False, (), 1.0, ())
        self._layer, self._filter = 0, 0
        self._layout: ChainLayout | None = None
        self._room = 0
        self._hit: Hit | None = None
        self._images: dict[tuple[int, int], QImage] = {}
        self._described = Paced(self._describe, parent=self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = self.horizontalScrollBar()
        # Over the words of the application's own sheet, whose bars are twice as thick.
        bar.setStyleSheet(
            f"QScrollBar {{ height: {BAR_PX}px; background: transparent; border: none; }}"
            "QScrollBar::add-line, QScrollBar::sub-line { width: 0; }"
            f"QScrollBar::handle {{ margin: 1px 0px; border-radius: 2px; min-width: {S6}px; }}"
        )
        bar.setSingleStep(S6)
        bar.valueChanged.connect(self._on_scrolled)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Chain of layers")
        CopyKeys(self, self.picture, lambda: overview_text(self._stages))
        themes.changed.connect(self._on_theme_changed)

    @property
    def chain_layout(self) -> ChainLayout | None:
        """Where the parts lie, before scrolling; None while there is nothing to show."""
        return self._layout

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What is shown."""
        return self._stages

    def show_run(self, run: RunResult, layer: int, filter_index: int, look: ChainLook) -> None:
        """Show a run; the same run with another selection draws no channel anew."""
        if run is not self._run or look != self._look:
            self._images.clear()
        shapes = [(stage.words, stage.values.shape) for stage in self._stages]
        moved = (layer, filter_index) != (self._layer, self._filter)
        problem = self._run.problem if self._run is not None else ""
        self._run, self._look = run, look
        self._layer, self._filter = layer, filter_index
        self._stages = stages_of(run, look.input_luts)
        changed = shapes != [(stage.words, stage.values.shape) for stage in self._stages]
        if changed or problem != run.problem:
            # What was under the mouse need not be there any more.
            self._hover(None)
        if changed or moved or problem != run.problem or self._layout is None:
            self._lay_out()
            self._described.call_now()
            if changed or moved:
                self._bring_to_view()
        else:
            self._layout = self._layout.with_stages(self._stages)
            self._described.request()
        if self._hit is not None:
            self.hovered.emit(self._readout(self._hit))
        self.viewport().update()

    def set_room(self, width: int) -> None:
        """Say how wide the strip may become; it takes no more than it needs."""
        if width != self._room:
            self._room = width
            self._lay_out()

    def picture(self) -> QImage:
        """Draw the whole chain at twice its size."""
        layout = self._plan(COPY_SCALE)
        width = layout.width if layout is not None else 1.0
        size = QSize(int(width * COPY_SCALE) + 1, int((self.height() - BAR_PX + 2) * COPY_SCALE))
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(COPY_SCALE)
        image.fill(self._themes.theme.window)
        if layout is not None:
            with QPainter(image) as painter:
                self._paint(painter, layout, QRectF(0, 0, width, self.height()), COPY_SCALE)
        return image

    def _plan(self, dpr: float) -> ChainLayout | None:
        if not self._stages:
            return None
        return plan_chain(
            self._stages,
            width=self._room or self.width(),
            height=self.height(),
            dpr=dpr,
            text_width=QFontMetricsF(caption_font()).horizontalAdvance,
            selected=(self._layer, self._filter),
            problem=bool(self._run and self._run.problem),
        )

    def _lay_out(self) -> None:
        self._images.clear()
        self._layout = self._plan(self.devicePixelRatioF())
        width = int(self._layout.width) + 2 if self._layout is not None else _LEAST_WIDTH
        self.setMaximumWidth(max(width, self.minimumSizeHint().width()))
        self.updateGeometry()
        self._set_range()
        self.viewport().update()

    def _set_range(self) -> None:
        width = self._layout.width if self._layout is not None else 0.0
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setRange(0, max(0, int(width) + 1 - self.viewport().width()))

    def _bring_to_view(self) -> None:
        card = self._card(self._layer)
        if card is not None:
            left, right = int(card.rect.left()) - S6, int(card.rect.right()) + S6
            bar = self.horizontalScrollBar()
            bar.setValue(min(max(bar.value(), right - self.viewport().width()), left))

    def _card(self, layer: int) -> Card | None:
        if self._layout is None:
            return None
        if self._layout.problem is not None and self._layout.problem.layer == layer:
            return self._layout.problem
        return next((card for card in self._layout.cards if card.layer == layer), None)

    def _offset(self) -> float:
        """How far it is scrolled, in whole device pixels."""
        dpr = self.devicePixelRatioF()
        return round(self.horizontalScrollBar().value() * dpr) / dpr

    def _paint(self, painter: QPainter, layout: ChainLayout, seen: QRectF, copy_scale: float | None) -> None:
        """Paint for the screen, or a copy at another scale without what the mouse does."""
        copied = copy_scale is not None
        painting.paint_chain(
            painter,
            layout,
            seen=seen,
            theme=self._themes.theme,
            look=self._look,
            dpr=copy_scale or self.devicePixelRatioF(),
            images={} if copied else self._images,
            selected=(self._layer, self._filter),
            problem=self._run.problem if self._run is not None else "",
            hit=None if copied else self._hit,
            buttons=not copied,
        )

    def _describe(self) -> None:
        steps = [f"{stage.title} {shape_text(stage.values.shape)}" for stage in self._stages]
        problem = [self._run.problem] if self._run is not None and self._run.problem else []
        keys = "Left and right choose a layer, up and down a channel, Del removes a layer."
        self.setAccessibleDescription(". ".join([*steps, *problem, keys]))

    def _readout(self, hit: Hit) -> str:
        if self._layout is None or self._run is None:
            return ""
        return readout(hit, self._layout, self._run.problem)

    def _hit_at(self, position: QPointF) -> Hit | None:
        if self._layout is None:
            return None
        return self._layout.hit(position + QPointF(self._offset(), 0))

    def _hover(self, hit: Hit | None) -> None:
        if hit != self._hit:
            self._hit = hit
            clickable = hit is not None and hit.part != "words"
            shape = Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.hovered.emit("" if hit is None else self._readout(hit))
            self.viewport().update()

    def _move_layer(self, step: int) -> None:
        if self._run is not None:
            last = len(self._run.layers) - (0 if self._run.problem else 1)
            wanted = min(max(self._layer + step, 0), last)
            if wanted != self._layer:
                self.layer_chosen.emit(wanted)

    def _move_channel(self, step: int) -> None:
        if self._run is not None and self._layer < len(self._run.layers):
            last = len(self._run.layers[self._layer].outputs) - 1
            wanted = min(max(self._filter + step, 0), last)
            if wanted != self._filter:
                self.channel_chosen.emit(self._layer, wanted)

    def _on_scrolled(self) -> None:
        self._hover(None)
        self.viewport().update()

    def _on_theme_changed(self) -> None:
        self._images.clear()
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Want room for the whole chain."""
        width = int(self._layout.width) + 2 if self._layout is not None else _LEAST_WIDTH
        return QSize(width, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Shrink; what has no room is reached by scrolling."""
        return QSize(_LEAST_WIDTH, SLIM_HEIGHT)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the readout of words, buttons and problems as a tooltip, and let go when the mouse leaves."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit_at(QPointF(event.pos()))
            text = self._readout(hit) if hit is not None and hit.part != "tile" else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Follow the screen's scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        if event.oldSize().height() != event.size().height() or self._layout is None:
            self._lay_out()
        self._set_range()
        self._bring_to_view()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        self._hover(self._hit_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell what was clicked."""
        hit = self._hit_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or hit is None:
            super().mousePressEvent(event)
        elif hit.part == "close":
            self.layer_removed.emit(hit.layer)
        elif hit.part == "tile" and hit.layer != PICTURE:
            self.channel_chosen.emit(hit.layer, hit.channel)
        elif hit.part != "words":
            self.layer_chosen.emit(max(hit.layer, 0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways with either wheel."""
        fine, coarse = event.pixelDelta(), event.angleDelta()
        move = (fine.x() or fine.y()) if not fine.isNull() else (coarse.x() or coarse.y()) // 2
        bar = self.horizontalScrollBar()
        before = bar.value()
        bar.setValue(before - move)
        # What cannot be scrolled further belongs to what lies around.
        event.setAccepted(bar.value() != before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrows; Del removes the layer in front."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move_layer(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move_channel(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Delete and self._layer > 0:
            self.layer_removed.emit(self._layer)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus has gone."""
        self.viewport().update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen of the chain."""
        if self._layout is None:
            return
        offset = self._offset()
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self.viewport()) as painter:
            painter.translate(QPointF(-offset, 0))
            seen = QRectF(self.viewport().rect()).translated(offset, 0)
            self._paint(painter, self._layout, seen, None)
            if self.hasFocus():
                painter.resetTransform()
                painter.setPen(QPen(self._themes.theme.text_dim, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                room = QRectF(QPoint(0, 0), self.viewport().size())
                painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
