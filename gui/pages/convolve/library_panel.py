"""The Library: the person's own kernels, a network's and the named ones as cards."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
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
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QToolTip, QWidget

from gui.pages.convolve.kernel_mime import kernel_of
from gui.pages.convolve.kernel_tools import drag_kernel
from gui.pages.convolve.library_cards import (
    CARD_HEIGHT_PX,
    CARD_WIDTH_PX,
    HEADING_PX,
    NAME_PX,
    PRESETS,
    CardGroup,
    LibraryCard,
    paint_cards,
    paint_heading,
    plan_library,
)
from gui.pages.convolve.library_renaming import NameLine
from gui.pages.convolve.library_store import StoredKernel
from gui.theme import RADIUS, S1, S2, ThemeManager
from gui.widgets.thin_scroll import make_thin

_NO_OWN = "Drop a kernel here, or save a filter to the Library: it is kept for the next time."
_LEARNED = "Learned by the network; a click copies it as it is now."
_ORIGINS = {"learned": "was learned by the network", "preset": "came with the program"}


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
        self._yours = CardGroup("Yours", (), _NO_OWN)
        self._learned = CardGroup("", ())
        self._cards = PRESETS.cards
        self._layout = plan_library((0, len(PRESETS.cards)), 0)
        self._classic = False
        self._current = 0
        self._pointed: int | None = None
        self._pressed: tuple[int, QPointF] | None = None
        self._drop_over = False
        make_thin(self, themes)
        self._line = NameLine(self)
        self._line.renamed.connect(self.renamed)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
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
        """Show the person's own kernels; they come first."""
        cards = tuple(LibraryCard(one.name, one.weight, "", "own") for one in own)
        self._yours = CardGroup(self._yours.heading, cards, _NO_OWN)
        self._line.finish(keep=False)
        self._arrange()

    def show_learned(self, title: str, kernels: Sequence[tuple[str, NDArray[Any]]]) -> None:
        """Show what a network has learned, between the person's own kernels and the hand-made ones.

        As long as the names are the same, the cards stay where they are and are only painted anew.

        Parameters
        ----------
        title
            Whose filters they are: "Learned: conv1 of Trained network".
        kernels
            Names and weights ``(slices, kh, kw)``, painted by one scale; without any there is no such group.
        """
        names = [card.name for card in self._learned.cards]
        scale = max((float(np.abs(weight).max(initial=0)) for _, weight in kernels), default=0.0)
        cards = tuple(LibraryCard(name, weight, _LEARNED, "learned", scale) for name, weight in kernels)
        self._learned = CardGroup(title, cards)
        if [card.name for card in cards] != names:
            self._arrange()
        elif cards:
            first = len(self._yours.cards)
            self._cards = (*self._yours.cards, *cards, *PRESETS.cards)
            changed = self.card_rect(first) | self.card_rect(first + len(cards) - 1)
            self.viewport().update(0, changed.top() - HEADING_PX, self.width(), HEADING_PX + changed.height())

    def card_rect(self, index: int) -> QRect:
        """Return where a card is in the viewport, in logical pixels."""
        return self._layout.rects[index].translated(0, -self.verticalScrollBar().value())

    def readout(self, index: int) -> str:
        """Tell one card in words: ``Sobel x · 3×3: slope from left to right …``."""
        return self._cards[index].words

    def rename_current(self) -> None:
        """Open the line in which the current card gets another name; only own ones can."""
        card = self._cards[self._current]
        if card.origin != "own":
            self._refuse(card, "renamed")
            return
        self._reveal(self._current)
        self._line.open(card.name, self._line_place())

    def remove_current(self) -> None:
        """Tell that the current card is to go; only own ones can."""
        card = self._cards[self._current]
        if card.origin == "own":
            self.removed.emit(card.name, card.weight)
        else:
            self._refuse(card, "deleted")

    def _refuse(self, card: LibraryCard, done: str) -> None:
        self.hovered.emit(f"“{card.name}” {_ORIGINS[card.origin]}; only your own kernels can be {done}.")

    def _groups(self) -> tuple[CardGroup, ...]:
        return tuple(group for group in (self._yours, self._learned, PRESETS) if group.cards or group.empty)

    def _arrange(self) -> None:
        """Lay out other cards than before; the current one and one that is held stay the same kernels."""
        before = self._cards
        self._cards = tuple(card for group in self._groups() for card in group.cards)
        places = {(card.origin, card.name): i for i, card in reversed(tuple(enumerate(self._cards)))}

        def moved(index: int) -> int | None:
            return places.get((before[index].origin, before[index].name))

        current = moved(self._current)
        self._current = min(self._current, len(self._cards) - 1) if current is None else current
        if self._pressed is not None:
            held = moved(self._pressed[0])
            self._pressed = None if held is None else (held, self._pressed[1])
        self._point_at(None)
        self._relayout()
        self.viewport().update()

    def _relayout(self) -> None:
        self._layout = plan_library([len(group.cards) for group in self._groups()], self.viewport().width())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._layout.height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(CARD_HEIGHT_PX // 2)

    def _on_scrolled(self) -> None:
        if not self._line.isHidden():
            self._line.setGeometry(self._line_place())

    def _line_place(self) -> QRect:
        rect = self.card_rect(self._current)
        return QRect(rect.left(), rect.bottom() - NAME_PX - 3, rect.width(), NAME_PX + 4)

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

    def sizeHint(self) -> QSize:
        """Return room for two rows of cards."""
        return QSize(6 * (CARD_WIDTH_PX + S1) + S2, 2 * CARD_HEIGHT_PX + 2 * HEADING_PX)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few cards."""
        return QSize(2 * (CARD_WIDTH_PX + S1) + S2, CARD_HEIGHT_PX + HEADING_PX)

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
        self._line.finish(keep=False)
        self._relayout()

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
        put = "Put into the selected filter"
        menu.addAction(put, QKeySequence("Enter"), lambda: self._choose(index))
        if self._cards[index].origin == "own":
            menu.addSeparator()
            menu.addAction("Rename", QKeySequence("F2"), self.rename_current)
            menu.addAction("Delete", QKeySequence("Del"), self.remove_current)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the cards, take, rename or delete one."""
        key = Qt.Key(event.key())
        layout = self._layout
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
        scrolled, width = self.verticalScrollBar().value(), self.viewport().width() - S2
        for group, top in zip(self._groups(), self._layout.headings, strict=True):
            paint_heading(painter, theme, group, top - scrolled, width)
        rects = [rect.translated(0, -scrolled) for rect in self._layout.rects]
        paint_cards(
            painter,
            theme,
            [pair for pair in zip(self._cards, rects, strict=True) if pair[1].intersects(event.rect())],
            classic=self._classic,
            pointed=None if self._pointed is None else self._cards[self._pointed],
            current=self._cards[self._current] if self.hasFocus() else None,
            dpr=self.devicePixelRatioF(),
        )
        if self._drop_over:
            painter.setPen(QPen(theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(edge, RADIUS, RADIUS)
        painter.end()
