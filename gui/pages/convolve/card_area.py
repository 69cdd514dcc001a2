"""The cards of a layer's filters: painted, pointed at, chosen, dragged out and dropped upon."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from engine.inspect.words import shape_text
from gui.numbers import local_number
from gui.pages.convolve.card_layout import CardHit, CardLayout, plan_cards
from gui.pages.convolve.card_painting import CardPainter, CardPictures
from gui.pages.convolve.kernel_mime import kernel_of
from gui.pages.convolve.kernel_tools import drag_kernel
from gui.theme import ThemeManager
from gui.widgets.thin_scroll import make_thin

# A number of an output channel is outlined where the outline does not hide its neighbours.
_LEAST_OUTLINED_PX = 2


class CardArea(QAbstractScrollArea):
    """Shows `CardPictures` on cards that scroll; keeps no selection of its own. GUI thread only."""

    filter_chosen = Signal(int)
    filter_activated = Signal(int)
    pixel_chosen = Signal(int, int, int)
    kernel_dropped = Signal(int, str, object)
    kernel_added = Signal(str, object)
    menu_wanted = Signal(object, object)
    """The card under the pointer or None, and the place on the screen."""
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._pictures: CardPictures | None = None
        self._layout: CardLayout | None = None
        self._selected = 0
        self._hit: CardHit | None = None
        self._pressed: tuple[QPointF, CardHit] | None = None
        self._dragged: int | None = None
        self._drop: int | None = None
        self._is_dropping = False
        make_thin(self, themes)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        themes.changed.connect(self.viewport().update)

    @property
    def pictures(self) -> CardPictures | None:
        """What is shown."""
        return self._pictures

    @property
    def card_layout(self) -> CardLayout | None:
        """Where the cards lie, in device pixels from the top of the scrolled content."""
        return self._layout

    def show_pictures(self, pictures: CardPictures | None, selected: int) -> None:
        """Show the cards of a result, one of them outlined."""
        moved = selected != self._selected
        self._pictures, self._selected = pictures, selected
        self._relayout()
        if self._pressed is not None and not self._is_there(self._pressed[1]):
            self._pressed = None
        if self._drop is not None and (self._layout is None or self._drop >= self._layout.count):
            self._set_drop(None, False)
        if self._hit is not None:
            self._point_at(self._hit if self._is_there(self._hit) else None, anew=True)
        if moved:
            self.scroll_to(selected)
        self.viewport().update()

    def readout(self, hit: CardHit) -> str:
        """Say in words what lies at a place of a card."""
        if self._pictures is None:
            return ""
        one = self._pictures.result.layer.filters[hit.card]
        if hit.part == "output":
            filled, columns = self._pictures.filled, self._pictures.maps.shape[2]
            name = f"{one.name} · output channel {hit.card + 1} · ({hit.row}, {hit.column})"
            if filled is not None and hit.row * columns + hit.column >= filled:
                return f"{name}: not computed yet"
            return f"{name} = {local_number(float(self._pictures.maps[hit.card, hit.row, hit.column]), 3)}"
        if hit.part == "kernel":
            part = f" · slice {hit.slice + 1}" if len(one.weight) > 1 else ""
            value = local_number(float(one.weight[hit.slice, hit.row, hit.column]), 3)
            return f"{one.name}{part} · kernel ({hit.row}, {hit.column}) = {value}"
        bias = f" · bias {local_number(one.bias, 3)}" if self._pictures.result.layer.has_bias else ""
        return f"{one.name} · {shape_text(one.weight.shape)}{bias}"

    def place_of(self, hit: CardHit) -> QPointF:
        """Tell the middle of what a hit names, in the viewport's logical pixels."""
        assert self._layout is not None
        card, layout = self._layout.card(hit.card), self._layout
        inside = layout.caption.center()
        if hit.part == "output":
            inside = layout.output_cell(hit.row, hit.column).center()
        elif hit.part == "kernel":
            corner, cell = layout.kernel_rect(hit.slice).topLeft(), layout.kernel_cell
            inside = corner + QPointF((hit.column + 0.5) * cell, (hit.row + 0.5) * cell)
        place = (card.topLeft() + inside) * (1 / layout.dpr)
        return place - QPointF(0, self.verticalScrollBar().value())

    def scroll_to(self, card: int) -> None:
        """Bring a card into view."""
        if self._layout is None or not 0 <= card < self._layout.count:
            return
        rect, dpr, bar = self._layout.card(card), self._layout.dpr, self.verticalScrollBar()
        top, bottom = int(rect.top() / dpr) - 2, int(rect.bottom() / dpr) + 3
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def paint(self, painter: QPainter, dpr: float, top: float, height: float, *, plain: bool) -> None:
        """Paint the cards between two heights of the content, in device pixels of `dpr`."""
        pictures = self._pictures
        if pictures is None or self._layout is None:
            return
        layout = self._layout if dpr == self._layout.dpr else self._layout_at(pictures, dpr)
        cards = layout.visible(top, top + height)
        pictures.prepare(cards)
        painter.translate(0, -top)
        brush = CardPainter(painter, layout, self._themes.theme)
        columns = pictures.maps.shape[2]
        marks_cell = min(layout.output_rect[2:]) >= _LEAST_OUTLINED_PX * max(layout.output) * dpr
        for card in cards:
            pointed = not plain and self._hit is not None and self._hit.card == card
            chosen = card == self._selected
            focused = chosen and self.hasFocus() and not plain
            brush.card(card, pictures, selected=chosen, pointed=pointed, focused=focused)
            if pictures.filled and marks_cell:
                brush.cell_mark(card, *divmod(min(pictures.filled, layout.output[0] * columns) - 1, columns))
        if self._is_dropping and self._drop is not None and not plain:
            brush.drop_mark(layout.card(self._drop))
        painter.translate(0, top)
        if self._is_dropping and self._drop is None and not plain:
            size = self.viewport().size()
            brush.drop_mark(QRectF(0, 0, size.width() * dpr, size.height() * dpr))

    def paint_copy(self, painter: QPainter, dpr: float) -> None:
        """Paint what is in view at another number of device pixels per logical one."""
        if self._pictures is not None:
            top = round(self.verticalScrollBar().value() * dpr)
            painter.setClipRect(QRectF(0, 0, self.viewport().width() * dpr, self.viewport().height() * dpr))
            self.paint(painter, dpr, top, self.viewport().height() * dpr, plain=True)

    def _is_there(self, hit: CardHit) -> bool:
        """Tell whether what a hit names is still shown."""
        layout = self._layout
        if layout is None:
            return False
        rows, columns = layout.output if hit.part == "output" else layout.kernel
        return (
            hit.card < layout.count and hit.row < rows and hit.column < columns and hit.slice < layout.slices
        )

    def _layout_at(self, pictures: CardPictures, dpr: float) -> CardLayout:
        weight = pictures.result.layer.filters[0].weight
        size = self.viewport().size()
        return plan_cards(
            len(pictures.maps),
            len(weight),
            (weight.shape[1], weight.shape[2]),
            (pictures.maps.shape[1], pictures.maps.shape[2]),
            int(size.width() * dpr),
            int(size.height() * dpr),
            dpr,
        )

    def _relayout(self) -> None:
        bar = self.verticalScrollBar()
        if self._pictures is None:
            self._layout = None
            bar.setRange(0, 0)
            return
        self._layout = self._layout_at(self._pictures, self.devicePixelRatioF())
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, int(self._layout.row_step / self._layout.dpr / 3)))
        whole = int(-(-self._layout.total_height // self._layout.dpr))
        bar.setRange(0, max(0, whole - self.viewport().height()))

    def _hit_at(self, position: QPointF) -> CardHit | None:
        if self._layout is None:
            return None
        dpr = self._layout.dpr
        top = self.verticalScrollBar().value()
        return self._layout.hit(position.x() * dpr, (position.y() + top) * dpr)

    def _point_at(self, hit: CardHit | None, *, anew: bool = False) -> None:
        if hit == self._hit and not anew:
            return
        if (hit and hit.card) != (self._hit and self._hit.card):
            self.viewport().update()
        self._hit = hit
        self.hovered.emit("" if hit is None else self.readout(hit))

    def _choose_pixel(self, hit: CardHit) -> None:
        self.pixel_chosen.emit(hit.card, hit.row, hit.column)

    def _start_drag(self, card: int) -> None:
        """Carry a card's kernel: for us exactly, for others as numbers and a picture."""
        assert self._pictures is not None
        self._pictures.prepare(range(card, card + 1))
        one, image = self._pictures.result.layer.filters[card], self._pictures.kernels(card)[0]
        self._dragged = card
        drag_kernel(self, one.name, one.weight, image)
        self._dragged = None

    def _set_drop(self, card: int | None, dropping: bool) -> None:
        if (card, dropping) != (self._drop, self._is_dropping):
            self._drop, self._is_dropping = card, dropping
            self.viewport().update()

    def moved(self, key: int) -> int | None:
        """Find the card that a key leads to; None for any other key."""
        if self._layout is None:
            return None
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._layout.per_row,
            Qt.Key.Key_Down: self._layout.per_row,
            Qt.Key.Key_Home: -self._layout.count,
            Qt.Key.Key_End: self._layout.count,
        }
        step = next((step for one, step in steps.items() if one == key), None)
        if step is None:
            return None
        wanted, last = self._selected + step, self._layout.count - 1
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return min(max(wanted, 0), last)
        return wanted if 0 <= wanted <= last else self._selected

    def minimumSizeHint(self) -> QSize:
        """Shrink to one small card."""
        return QSize(120, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._relayout()

    def viewportEvent(self, event: QEvent) -> bool:
        """Point at nothing when the pointer leaves; follow the screen's scale."""
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._relayout()
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point; with the button down run over an output channel, or carry a kernel away."""
        hit = self._hit_at(event.position())
        self._point_at(hit)
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, pressed = self._pressed
        if pressed.part == "output":
            if hit is not None and hit.part == "output" and hit.card == pressed.card and hit != pressed:
                self._pressed = (start, hit)
                self._choose_pixel(hit)
        elif (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self._start_drag(pressed.card)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the card, and the pixel of its output channel."""
        hit = self._hit_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or hit is None:
            super().mousePressEvent(event)
            return
        self._pressed = (event.position(), hit)
        self.filter_chosen.emit(hit.card)
        if hit.part == "output":
            self._choose_pixel(hit)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End running over an output channel."""
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go deeper into a filter."""
        hit = self._hit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit is not None:
            self.filter_activated.emit(hit.card)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, go deeper with Enter."""
        wanted = self.moved(event.key())
        if wanted is not None:
            self.filter_chosen.emit(wanted)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._layout is not None:
            self.filter_activated.emit(self._selected)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done, with the card under the pointer or the chosen one."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            card: int | None = self._selected if self._layout is not None else None
        else:
            hit = self._hit_at(QPointF(event.pos()))
            card = None if hit is None else hit.card
        self.menu_wanted.emit(card, event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus is gone."""
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take kernels."""
        if kernel_of(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where a kernel would go: onto a card, or beside them as a new filter."""
        hit = self._hit_at(event.position())
        card = None if hit is None else hit.card
        if card is not None and card == self._dragged:
            self._set_drop(None, False)
            event.ignore()
        else:
            self._set_drop(card, True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show no place."""
        self._set_drop(None, False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take a kernel into the card it is dropped on, or beside them as a new one."""
        found = kernel_of(event.mimeData())
        card = self._drop
        self._set_drop(None, False)
        if found is None:
            return
        event.acceptProposedAction()
        if card is None:
            self.kernel_added.emit(*found)
        else:
            self.kernel_dropped.emit(card, *found)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cards in view."""
        dpr = self.devicePixelRatioF()
        top = round(self.verticalScrollBar().value() * dpr)
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self.viewport()) as painter:
            painter.scale(1 / dpr, 1 / dpr)
            self.paint(painter, dpr, top, self.viewport().height() * dpr, plain=False)
