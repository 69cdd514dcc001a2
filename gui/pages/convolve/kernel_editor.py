"""The cells of one slice of a filter, to be dragged, turned by the wheel and typed into."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import MINUS
from gui.numbers import local_number
from gui.pages.convolve.cell_gestures import FINE, CellDrag, CellWheel, stepped
from gui.pages.convolve.cell_typing import CellTyping
from gui.pages.convolve.kernel_cells import (
    CellPlan,
    cell_rects,
    figure_font,
    kernel_image,
    outline,
    paint_cells,
    paint_figures,
    plan_cells,
    weight_colours,
)
from gui.pages.convolve.kernel_mime import clipboard_kernel, numbers_text
from gui.theme import ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture

LARGEST_CELL_PX = 48
_KEY_STEP = 0.1
_NO_KERNEL = "There are no numbers of a kernel on the clipboard: rows of 1 to 11 numbers are wanted."
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_SIGNS = {"+": 1, "-": -1, MINUS: -1}
_TAKEN_KEYS = (
    *_MOVES,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_F2,
)


class KernelEditor(QWidget):
    """Shows one slice as square cells and tells every change at once. GUI thread only.

    Drag a cell up or down, turn the wheel over it, or type; arrows move from cell to cell.
    """

    edited = Signal(object, str, bool)
    """The new weights ``(kh, kw)``, a text for undo, and whether the same gesture goes on."""
    pasted = Signal(str, object)
    """A kernel of another shape ``(slices, kh, kw)`` was pasted; its name comes first."""
    hovered = Signal(str)
    """The readout of the cell under the pointer or of the current one, "" when there is none."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernel_editor")
        self._themes = themes
        self._weight: NDArray[Any] = np.zeros((3, 3))
        self._scale, self._classic, self._name = 1.0, False, ""
        self._cell = (0, 0)
        self._pointed: tuple[int, int] | None = None
        self._marked: tuple[int, int] | None = None
        self._drag: CellDrag | None = None
        self._wheel = CellWheel()
        # A sign that was typed steps the cell; digits after it make it the sign of a number.
        self._sign, self._merges = "", False
        self._typing = CellTyping(self, themes)
        self._typing.committed.connect(self._on_typed)
        self._typing.refused.connect(self.hovered)
        self._typing.left.connect(self._on_typing_left)
        CopyKeys(self, lambda: widget_picture(self), lambda: numbers_text(self._weight[None]))
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Weights of the kernel")
        self.setToolTip(
            "Drag a cell up or down, turn the wheel, or type a number. "
            "Shift is finer; + and − step, Del makes it 0, Ctrl+V pastes numbers."
        )
        themes.changed.connect(self.update)

    @property
    def current(self) -> tuple[int, int]:
        """Row and column of the cell that keys act on."""
        return self._cell

    def show_slice(self, weight2d: NDArray[Any], scale: float, classic: bool, name: str = "weight") -> None:
        """Show one slice.

        Parameters
        ----------
        weight2d
            ``(kh, kw)``.
        scale
            The magnitude at full strength, above 0.
        classic
            −1 black, 0 grey, 1 white in place of the colours of weights.
        name
            What the readout calls it.
        """
        if weight2d.shape != self._weight.shape:
            self._pointed = None
            self.end_gesture()
            self._cell = (
                min(self._cell[0], weight2d.shape[0] - 1),
                min(self._cell[1], weight2d.shape[1] - 1),
            )
        elif not np.array_equal(weight2d, self._weight):
            # Somebody else changed them: undo, or a network that is followed.
            self._wheel.end()
            self._sign = ""
            drag, self._drag = self._drag, None
            if drag is not None and not drag.changed:
                self._drag = CellDrag(drag.cell, weight2d, drag.y)
        self._weight = np.array(weight2d, np.float64)
        self._scale, self._classic, self._name = scale, classic, name
        if self._pointed is not None:
            self.hovered.emit(self.readout(self._pointed))
        self._describe()
        self.update()

    def end_gesture(self) -> None:
        """Let the next change begin another gesture: these are the weights of something else now."""
        self._drag = None
        self._sign = ""
        self._wheel.end()
        self._typing.close()

    def finish_typing(self) -> None:
        """Take the number that is being typed."""
        self._typing.commit()

    def mark(self, row: int | None, column: int | None = None) -> None:
        """Outline the cell that is meant elsewhere, or none."""
        marked = None if row is None or column is None else (row, column)
        if marked != self._marked:
            self._marked = marked
            self.update()

    def readout(self, cell: tuple[int, int]) -> str:
        """Tell one cell in words: ``top edge · (0, 1) = −1,000``."""
        return f"{self._name} · ({cell[0]}, {cell[1]}) = {local_number(float(self._weight[cell]), 3)}"

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell is drawn, in logical pixels."""
        dpr = self.devicePixelRatioF()
        rect = self._plan(dpr).rect(row, column)
        return QRectF(rect.left() / dpr, rect.top() / dpr, rect.width() / dpr, rect.height() / dpr)

    def _plan(self, dpr: float) -> CellPlan:
        rows, columns = self._weight.shape
        width, height = int(self.width() * dpr), int(self.height() * dpr)
        return plan_cells(rows, columns, width, height, int(LARGEST_CELL_PX * dpr))

    def _cell_at(self, point: QPointF) -> tuple[int, int] | None:
        dpr = self.devicePixelRatioF()
        return self._plan(dpr).hit(point.x() * dpr, point.y() * dpr)

    def _put(self, cell: tuple[int, int], value: float, *, continues: bool = False) -> bool:
        """Give a cell another value and tell it; tells whether it is another."""
        if value == self._weight[cell]:
            return False
        weight = self._weight.copy()
        weight[cell] = value + 0.0
        self._change(weight, cell, continues=continues)
        return True

    def _change(self, weight: NDArray[Any], cell: tuple[int, int], *, continues: bool) -> None:
        self._weight = weight
        self._describe()
        self.update()
        self.edited.emit(weight.copy(), f"Change weight ({cell[0]}, {cell[1]})", continues)
        self.hovered.emit(self.readout(cell))

    def _describe(self) -> None:
        self.setAccessibleDescription(self.readout(self._cell))

    def _move_to(self, cell: tuple[int, int]) -> None:
        if cell != self._cell:
            self._cell = cell
            self._sign = ""
            self._describe()
            self.update()
        self.hovered.emit(self.readout(cell))

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.hovered.emit("" if cell is None else self.readout(cell))
            self.update()

    def _type(self, text: str | None = None) -> None:
        """Open the line in the current cell, with a beginning or with the present value, selected."""
        self.update()
        self._merges, self._sign = bool(self._sign), ""
        value = float(self._weight[self._cell])
        rect = self.cell_rect(*self._cell)
        self._typing.open(rect.toAlignedRect(), value, text)

    def _on_typed(self, value: float) -> None:
        self._put(self._cell, value, continues=self._merges)

    def _on_typing_left(self, step: int) -> None:
        """Go on to the next cell after Tab; beyond the last one the focus goes on."""
        rows, columns = self._weight.shape
        index = self._cell[0] * columns + self._cell[1] + step
        self.setFocus()
        if 0 <= index < rows * columns:
            self._move_to(divmod(index, columns))
            self._type()
        else:
            self.focusNextPrevChild(step > 0)

    def _paste(self) -> None:
        found = clipboard_kernel()
        if found is None:
            self.hovered.emit(_NO_KERNEL)
        elif found[1].shape != (1, *self._weight.shape):
            self.pasted.emit(*found)
        else:
            self._weight = found[1][0]
            self.update()
            self.edited.emit(self._weight.copy(), "Paste weights", False)

    def _step(self, sign: str, *, again: bool, fine: bool) -> None:
        before = float(self._weight[self._cell])
        amount = _SIGNS[sign] * _KEY_STEP * (FINE if fine else 1.0)
        self._put(self._cell, stepped(before, amount), continues=again)
        self._sign = sign

    def _takes(self, event: QKeyEvent) -> bool:
        """Tell whether a key is ours and not a shortcut of the window."""
        if event.matches(QKeySequence.StandardKey.Paste):
            return True
        if event.key() == Qt.Key.Key_Escape:
            return self._drag is not None
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        text = event.text()
        return event.key() in _TAKEN_KEYS or text in _SIGNS or self._begins_number(text)

    def _begins_number(self, text: str) -> bool:
        return text.isdecimal() or (bool(self._sign) and text in (".", ","))

    def sizeHint(self) -> QSize:
        """Return the size at which a 3 × 3 kernel can be read well."""
        return QSize(132, 132)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(44, 22)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that are ours from the window's shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._takes(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a cell."""
        cell = self._cell_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            return
        self._typing.commit()
        self._move_to(cell)
        self._drag = CellDrag(cell, self._weight.copy(), event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the value of the cell that is held, or read out the one under the pointer."""
        drag = self._drag
        if drag is None:
            self._point_at(self._cell_at(event.position()))
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._put(drag.cell, drag.moved(event.position().y(), fine), continues=drag.changed):
            drag.changed = True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the cell."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self._point_at(self._cell_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the line in the cell."""
        if event.button() == Qt.MouseButton.LeftButton and self._cell_at(event.position()) is not None:
            self._type()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the cell under the pointer, one step per notch."""
        cell = self._cell_at(event.position())
        if cell is None:
            event.ignore()
            return
        event.accept()
        amount = self._wheel.steps(event)
        if amount:
            self._typing.commit()
            self._move_to(cell)
            again = self._wheel.continues(cell, event)
            if self._put(cell, stepped(float(self._weight[cell]), amount), continues=again):
                self._wheel.stepped(cell, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, step, clear, paste, or begin to type."""
        if not self._takes(event):
            super().keyPressEvent(event)
            return
        key, text = Qt.Key(event.key()), event.text()
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._wheel.end()
        if self._begins_number(text):
            self._type((MINUS if _SIGNS.get(self._sign) == -1 else "") + text)
            return
        self._sign = ""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif key == Qt.Key.Key_Escape and self._drag is not None:
            drag, self._drag = self._drag, None
            if drag.changed:
                self._change(drag.before, drag.cell, continues=True)
        elif key in _MOVES:
            rows, columns = self._weight.shape
            down, right = _MOVES[key]
            row, column = self._cell[0] + down, self._cell[1] + right
            self._move_to((min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._put(self._cell, 0.0)
        elif text in _SIGNS:
            self._step(text, again=event.isAutoRepeat(), fine=fine and text != "+")
        else:
            self._type()

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self._point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the current cell."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of the cell, and show that keys go elsewhere."""
        self._drag = None
        self._sign = ""
        self.update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, their numbers, and the outlines."""
        theme = self._themes.theme
        dpr = self.devicePixelRatioF()
        plan = self._plan(dpr)
        painter = QPainter(self)
        painter.scale(1 / dpr, 1 / dpr)
        paint_cells(painter, plan, kernel_image(self._weight, theme, self._classic, self._scale), theme)
        font = figure_font(self._weight, plan.cell, dpr)
        if font is not None:
            lut = weight_colours(theme, self._classic)
            paint_figures(painter, cell_rects(plan), self._weight, lut, self._scale, font)
        if self._pointed is not None:
            outline(painter, plan.rect(*self._pointed), theme.text_dim, theme.panel, dpr)
        if self.hasFocus() or self._typing.is_open:
            outline(painter, plan.rect(*self._cell), theme.accent, theme.panel, dpr)
        if self._marked is not None and all(
            m < n for m, n in zip(self._marked, self._weight.shape, strict=True)
        ):
            outline(painter, plan.rect(*self._marked), theme.text, theme.panel, dpr)
        painter.end()
