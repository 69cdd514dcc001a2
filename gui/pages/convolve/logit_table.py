"""The logits before and after a change, one line per class, and whether they are equal."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from engine.inspect.words import MINUS, short_number
from engine.lab.flip_proof import FlipProof
from gui.numbers import local_number, localised
from gui.theme import S1, S2, Theme, ThemeManager, caption_font, mixed
from gui.widgets.thin_scroll import make_thin

DIGITS = 4
"""Decimals shown, to which two logits are equal or not."""

_WIDEST_NUMBER = f"{MINUS}88.8888"
_SMALLEST_LINE_PX, _LARGEST_LINE_PX = 14, 20
_HEADINGS = ("class", "as it is", "changed", "equal")


class LogitTable(QAbstractScrollArea):
    """Paints the logits; unequal ones stand out by weight and a sign. GUI thread only."""

    hovered = Signal(str)
    """The line under the mouse in words; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._proof: FlipProof | None = None
        self._classes: tuple[str, ...] = ()
        self._equal: tuple[bool, ...] = ()
        self._stale = False
        self._line: int | None = None
        make_thin(self, themes)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Logits before and after the change")
        themes.changed.connect(self.viewport().update)

    def show_proof(self, proof: FlipProof, classes: Sequence[str]) -> None:
        """Show both sets of logits, one line per class."""
        self._proof, self._classes = proof, tuple(classes)
        self._equal = tuple(bool(one) for one in proof.equal(DIGITS))
        self._stale = False
        self.setAccessibleDescription("; ".join(self.readout(line) for line in range(len(self._classes))))
        self._set_range()
        if self._line is not None and self._line >= len(self._classes):
            self._hover(None)
        elif self._line is not None:
            self.hovered.emit(self.readout(self._line))
        self.viewport().update()

    def clear(self) -> None:
        """Show no logits."""
        self._hover(None)
        self._proof, self._classes, self._equal = None, (), ()
        self.setAccessibleDescription("")
        self._set_range()
        self.viewport().update()

    def set_stale(self) -> None:
        """Dim the numbers: they are of the state before a change that is still being computed."""
        self._stale = True
        self.viewport().update()

    def readout(self, line: int) -> str:
        """Tell one line in words."""
        if self._proof is None:
            return ""
        before, after = float(self._proof.before[line]), float(self._proof.after[line])
        numbers = f"{self._classes[line]}: {local_number(before, DIGITS)} → {local_number(after, DIGITS)}"
        if self._equal[line]:
            return f"{numbers}, equal to the last digit shown"
        return f"{numbers}, differs by {localised(short_number(after - before))}"

    def table_text(self) -> str:
        """Write the table as tab-separated text."""
        if self._proof is None:
            return ""
        lines = ["class\tas it is\tchanged\tequal"]
        rows = zip(self._classes, self._proof.before, self._proof.after, self._equal, strict=True)
        for name, before, after, equal in rows:
            numbers = f"{local_number(before, DIGITS)}\t{local_number(after, DIGITS)}"
            lines.append(f"{name}\t{numbers}\t{'yes' if equal else 'no'}")
        return "\n".join(lines)

    def line_rect(self, line: int) -> QRectF:
        """Where a class's line lies now; −1 is the heading."""
        height = self._line_height()
        shift = 0 if line < 0 else self.verticalScrollBar().value()
        return QRectF(0, (line + 1) * height - shift, self.viewport().width(), height)

    def _line_height(self) -> int:
        lines = max(len(self._classes), 1) + 1
        least = max(_SMALLEST_LINE_PX, int(QFontMetricsF(caption_font()).height()))
        return min(max(self.viewport().height() // lines, least), _LARGEST_LINE_PX)

    def _set_range(self) -> None:
        height = self._line_height()
        room = self.viewport().height() - height
        bar = self.verticalScrollBar()
        bar.setPageStep(max(room, 1))
        bar.setSingleStep(height)
        bar.setRange(0, max(0, height * len(self._classes) - room))

    def _columns(self, width: float) -> tuple[float, float, float, float]:
        """Right ends of the name, of both numbers, and of the sign."""
        number, sign = self._widths()
        air = max(0.0, (width - self.minimumSizeHint().width()) / 3)
        sign_end = width - S1
        after = sign_end - sign - S2 - air
        before = after - number - S2 - air
        return max(before - number, 24.0), before, after, sign_end

    def _widths(self) -> tuple[float, float]:
        """Widths of the widest number, and of the sign's heading."""
        number = QFontMetricsF(_bold(caption_font())).horizontalAdvance(_WIDEST_NUMBER)
        return number, QFontMetricsF(caption_font()).horizontalAdvance(_HEADINGS[-1])

    def _paint_line(self, painter: QPainter, theme: Theme, line: int, answers: tuple[int, int]) -> None:
        rect = self.line_rect(line)
        if self._proof is None:
            return
        name_end, before_end, after_end, sign_end = self._columns(rect.width())
        if line == self._line:
            painter.fillRect(rect, mixed(theme.panel, theme.text, 0.06))
        equal = self._equal[line]
        plain, bold = caption_font(), _bold(caption_font())
        quiet = mixed(theme.text_dim, theme.panel, 0.3) if self._stale else theme.text_dim
        strong = quiet if self._stale else theme.text
        metrics = QFontMetricsF(bold)
        name = metrics.elidedText(self._classes[line], Qt.TextElideMode.ElideRight, name_end - S1)
        best = line in answers
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold if best else plain)
        painter.setPen(strong if best else quiet)
        painter.drawText(rect.adjusted(S1, 0, 0, 0), left, name)
        before = local_number(float(self._proof.before[line]), DIGITS)
        after = local_number(float(self._proof.after[line]), DIGITS)
        self._write(painter, rect, before_end, before, bold if line == answers[0] else plain, strong)
        changed = bold if not equal or line == answers[1] else plain
        self._write(painter, rect, after_end, after, changed, strong)
        sign_font = plain if equal else bold
        self._write(painter, rect, sign_end, "=" if equal else "≠", sign_font, quiet if equal else strong)

    def _write(
        self, painter: QPainter, rect: QRectF, right: float, text: str, font: QFont, colour: QColor
    ) -> None:
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(QRectF(rect.left(), rect.top(), right, rect.height()), flags, text)

    def _paint_heading(self, painter: QPainter, theme: Theme) -> None:
        rect = self.line_rect(-1)
        _, before_end, after_end, sign_end = self._columns(rect.width())
        font = caption_font()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font)
        painter.setPen(theme.text_dim)
        painter.drawText(rect.adjusted(S1, 0, 0, 0), left, _HEADINGS[0])
        ends = (before_end, after_end, sign_end)
        for text, end in zip(_HEADINGS[1:], ends, strict=True):
            self._write(painter, rect, end, text, font, theme.text_dim)
        painter.setPen(QPen(theme.hairline, 1))
        y = rect.bottom() - 0.5
        painter.drawLine(QPointF(0, y), QPointF(rect.width(), y))

    def _hover(self, line: int | None) -> None:
        if line != self._line:
            self._line = line
            self.hovered.emit("" if line is None else self.readout(line))
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Want room for every class with a little air."""
        return QSize(self.minimumSizeHint().width() + 64, 11 * 17)

    def minimumSizeHint(self) -> QSize:
        """Shrink to the numbers; classes without room are reached by scrolling."""
        number, sign = self._widths()
        name = QFontMetricsF(caption_font()).horizontalAdvance(_HEADINGS[0])
        return QSize(int(2 * number + name + sign) + 3 * S2 + 2 * S1, 5 * _SMALLEST_LINE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._set_range()

    def viewportEvent(self, event: QEvent) -> bool:
        """Let go of the line when the mouse leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the line under the mouse."""
        place = event.position()
        if self.line_rect(-1).contains(place):
            self._hover(None)
            return
        lines = range(len(self._classes))
        self._hover(next((line for line in lines if self.line_rect(line).contains(place)), None))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines that are seen, and the heading over them."""
        if self._proof is None:
            return
        theme = self._themes.theme
        answers = int(np.argmax(self._proof.before)), int(np.argmax(self._proof.after))
        room = QRectF(self.viewport().rect())
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(room.adjusted(0, self._line_height(), 0, 0))
            for line in range(len(self._classes)):
                if self.line_rect(line).intersects(room):
                    self._paint_line(painter, theme, line, answers)
            painter.setClipRect(room)
            self._paint_heading(painter, theme)


def _bold(font: QFont) -> QFont:
    font.setWeight(QFont.Weight.DemiBold)
    return font
