"""The Library: named kernels and the person's own as cards."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QMenu, QToolTip, QWidget

from gui.pages.convolve.kernel_mime import kernel_of
from gui.pages.convolve.kernel_tools import drag_kernel
from gui.pages.convolve.library_cards import (
    CARD_HEIGHT_PX,
    CARD_WIDTH_PX,
    EMPTY_PX,
    HEADING_PX,
    NAME_PX,
    PRESET_CARDS,
    LibraryCard,
    LibraryLayout,
    paint_card,
    paint_heading,
    plan_library,
)
from gui.pages.convolve.library_store import StoredKernel
from gui.theme import RADIUS, S1, S2, ThemeManager, caption_font
from gui.widgets.thin_scroll import make_thin

YOURS, BY_HAND = "Yours", "Made by hand"
_EMPTY = "Drop a kernel here, or save a filter to the Library: it is kept for the next time."


class LibraryPanel(QAbstractScrollArea):
    """Shows cards of kernels; a click or Enter takes one. GUI thread only.

    It changes nothing in the Library itself: it tells what the person wants.
    """

    kernel_chosen = Signal(str, object)
    """Name and weights ``(slices, kh, kw)`` for the selected filter."""
    renamed = Signal(str, str)
    """The old name of an own kernel and the one wanted."""
    removed = Signal(str, object)
    """Name and weights of an own kernel that is to go, for undo."""
    kernel_dropped = Signal(str, object)
    """Name and weights of a kernel to keep."""
    hovered = Signal(str)
    """The card under the pointer, "" when there is none."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library_panel")
        self._themes = themes
        self._cards: tuple[LibraryCard, ...] = PRESET_CARDS
        self._classic = False
        self._current = 0
        self._pointed: int | None = None
        self._pressed: tuple[int, QPointF] | None = None
        self._drop_over = False
        make_thin(self, themes)
        self._line = QLineEdit(self.viewport())
        self._line.setObjectName("library_name")
        self._line.setAccessibleName("New name of the kernel")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line.setFont(caption_font())
        self._line.hide()
        self._line.installEventFilter(self)
        self._renaming = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        # The cards lie on the page, not on a sheet of their own.
        self.viewport().setAutoFillBackground(False)
        self.setAcceptDrops(True)
        self.setAccessibleName("Library of kernels")
        themes.changed.connect(self.viewport().update)

    def set_classic(self, classic: bool) -> None:
        """Paint in −1 black, 0 grey, 1 white, or in the colours of weights."""
        if classic != self._classic:
            self._classic = classic
            self.viewport().update()

    def show_kernels(self, own: Sequence[StoredKernel]) -> None:
        """Show the person's own kernels, and after them the named ones."""
        current = self._cards[self._current] if self._cards else None
        mine = tuple(LibraryCard(k.name, k.weight, "", True) for k in own)
        self._cards = (*mine, *PRESET_CARDS)
        same = (
            i
            for i, card in enumerate(self._cards)
            if current and (card.name, card.own) == (current.name, current.own)
        )
        self._current = next(same, min(self._current, len(self._cards) - 1))
        self._pointed = None
        self._line.hide()
        self._set_range()
        self.viewport().update()

    def card_rect(self, index: int) -> QRect:
        """Return where a card is in the viewport, in logical pixels."""
        return self._layout().rect(index).translated(0, -self.verticalScrollBar().value())

    def readout(self, index: int) -> str:
        """Tell one card in words: ``Sobel x · 3×3: slope from left to right …``."""
        return self._cards[index].words

    def rename_current(self) -> None:
        """Open the line in which the current card gets another name; only own ones can."""
        card = self._cards[self._current]
        if not card.own:
            self.hovered.emit(f"“{card.name}” came with the program; only your own kernels can be renamed.")
            return
        self._reveal(self._current)
        rect = self.card_rect(self._current)
        self._renaming = card.name
        self._line.setGeometry(rect.left(), rect.bottom() - NAME_PX - 3, rect.width(), NAME_PX + 4)
        self._line.setText(card.name)
        self._line.show()
        self._line.setFocus()
        self._line.selectAll()

    def remove_current(self) -> None:
        """Tell that the current card is to go; only own ones can."""
        card = self._cards[self._current]
        if card.own:
            self.removed.emit(card.name, card.weight)
        else:
            self.hovered.emit(f"“{card.name}” came with the program; only your own kernels can be deleted.")

    def _own_count(self) -> int:
        return len(self._cards) - len(PRESET_CARDS)

    def _layout(self) -> LibraryLayout:
        return plan_library(self._own_count(), len(self._cards), self.viewport().width())

    def _set_range(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._layout().height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(CARD_HEIGHT_PX // 2)

    def _card_at(self, point: QPointF) -> int | None:
        spot = point.toPoint()
        return next((i for i in range(len(self._cards)) if self.card_rect(i).contains(spot)), None)

    def _point_at(self, index: int | None) -> None:
        if index != self._pointed:
            self._pointed = index
            self.hovered.emit("" if index is None else self.readout(index))
            self.viewport().update()

    def _move_to(self, index: int) -> None:
        self._current = min(max(index, 0), len(self._cards) - 1)
        self._reveal(self._current)
        self.setAccessibleDescription(self.readout(self._current))
        self.hovered.emit(self.readout(self._current))
        self.viewport().update()

    def _reveal(self, index: int) -> None:
        rect, bar = self.card_rect(index), self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - HEADING_PX)
        elif rect.bottom() >= self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() + 1 - self.viewport().height())

    def _choose(self, index: int) -> None:
        card = self._cards[index]
        self.kernel_chosen.emit(card.name, card.weight)

    def _finish_renaming(self, keep: bool) -> None:
        if self._line.isHidden():
            return
        name, old = self._line.text().strip(), self._renaming
        focused = self._line.hasFocus()
        self._line.hide()
        if focused:
            self.setFocus()
        if keep and name and name != old:
            self.renamed.emit(old, name)

    def sizeHint(self) -> QSize:
        """Return room for two rows of cards."""
        return QSize(6 * (CARD_WIDTH_PX + S1) + S2, 2 * CARD_HEIGHT_PX + 2 * HEADING_PX)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few cards."""
        return QSize(2 * (CARD_WIDTH_PX + S1) + S2, CARD_HEIGHT_PX + HEADING_PX)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Take the new name on Enter and on leaving, give up on Esc."""
        if watched is not self._line:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self._finish_renaming(True)
        elif isinstance(event, QKeyEvent):
            escapes = event.key() == Qt.Key.Key_Escape
            if event.type() == QEvent.Type.ShortcutOverride and escapes:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and (
                escapes or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            ):
                self._finish_renaming(not escapes)
                return True
        return False

    def viewportEvent(self, event: QEvent) -> bool:
        """Let the sentence of the card under the pointer be its tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._card_at(QPointF(event.pos()))
            if index is not None:
                QToolTip.showText(event.globalPos(), self.readout(index), self.viewport())
                return True
        elif event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the rows anew."""
        super().resizeEvent(event)
        self._finish_renaming(False)
        self._set_range()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a card."""
        index = self._card_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._pressed = index, event.position()
            self._move_to(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the card under the pointer, or drag out the one that is held."""
        if self._pressed is None:
            self._point_at(self._card_at(event.position()))
            return
        index, start = self._pressed
        if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            card = self._cards[index]
            drag_kernel(
                self.viewport(), card.name, card.weight, card.image(self._themes.theme, self._classic)
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the card that was clicked."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self._card_at(event.position()) == pressed[0]:
            self._choose(pressed[0])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the card."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self._card_at(QPointF(event.pos()))
            if index is None:
                return
            self._move_to(index)
            place = event.globalPos()
        else:
            place = self.viewport().mapToGlobal(self.card_rect(self._current).center())
        self.make_menu().popup(place)

    def make_menu(self) -> QMenu:
        """Make the menu of the current card."""
        index = self._current
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Put into the selected filter\tEnter").triggered.connect(lambda: self._choose(index))
        if self._cards[index].own:
            menu.addSeparator()
            menu.addAction("Rename\tF2").triggered.connect(self.rename_current)
            menu.addAction("Delete\tDel").triggered.connect(self.remove_current)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the cards, take, rename or delete one."""
        key = Qt.Key(event.key())
        layout = self._layout()
        moves = {
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Up: layout.below(self._current, -1),
            Qt.Key.Key_Down: layout.below(self._current, 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._cards) - 1,
        }
        if key in moves:
            self._move_to(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._current)
        elif key == Qt.Key.Key_F2:
            self.rename_current()
        elif key == Qt.Key.Key_Delete:
            self.remove_current()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the current card."""
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        self.viewport().update()
        super().focusOutEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take kernels that are not of the Library already."""
        if event.source() is not self.viewport() and kernel_of(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._drop_over = True
            self.viewport().update()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on taking it."""
        if self._drop_over:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show that nothing will be dropped here."""
        self._drop_over = False
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell that a kernel is to be kept."""
        self._drop_over = False
        self.viewport().update()
        found = kernel_of(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self.kernel_dropped.emit(*found)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint headings and the cards that can be seen."""
        theme = self._themes.theme
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own, layout = self._own_count(), self._layout()
        scrolled = self.verticalScrollBar().value()
        paint_heading(painter, theme, YOURS, own, -scrolled)
        paint_heading(painter, theme, BY_HAND, len(PRESET_CARDS), layout.second_heading - scrolled)
        if not own:
            painter.setPen(theme.text_dim)
            room = QRectF(0, HEADING_PX - scrolled, self.viewport().width() - S2, EMPTY_PX)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(flags), _EMPTY)
        for index, card in enumerate(self._cards):
            rect = self.card_rect(index)
            if rect.intersects(event.rect()):
                paint_card(
                    painter,
                    theme,
                    card,
                    rect,
                    classic=self._classic,
                    pointed=index == self._pointed,
                    current=index == self._current and self.hasFocus(),
                    dpr=self.devicePixelRatioF(),
                )
        if self._drop_over:
            painter.setPen(QPen(theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(edge, RADIUS, RADIUS)
        painter.end()
