"""How often which values occur in one array."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.tiles import Role, nice_scale
from engine.inspect.words import MINUS, plural, short_number
from gui.palettes import FULL_INDEX
from gui.theme import S1, S2, ThemeManager, caption_font, mixed
from gui.widgets.copy_keys import CopyKeys, widget_picture

# Odd, so that zero lies in the middle of a bar and not between two.
_MOST_BARS = 31
_FEWEST_BARS = 9


class Histogram(QWidget):
    """Draws the values of an array as bars about zero, in the colours of its signs.

    The range is symmetric and only grows, so that the picture does not breathe while a network
    learns. GUI thread only.
    """

    hovered = Signal(str)
    """The values and the count of the bar under the mouse; empty when the mouse has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._counts = np.zeros(0, np.intp)
        self._scale = 1.0
        self._signed = True
        self._role: Role = "weight"
        self._bar: int | None = None
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of values")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self._on_theme_changed)

    def show_values(
        self,
        values: NDArray[np.floating],
        *,
        signed: bool = True,
        scale: float | None = None,
        role: Role = "weight",
    ) -> None:
        """Count values into bars.

        Parameters
        ----------
        values : ndarray of float, any shape
            What is not finite is left out.
        signed : bool
            True: from −scale to +scale. False: from 0 to scale.
        scale : float, optional
            Chosen from the values when it is not given. What lies beyond it counts in the last
            bar of its side.
        role : {"weight", "activation", "picture"}
            Which family of colours the signs have.
        """
        self._role = role
        finite = values[np.isfinite(values)]
        previous = self._scale if self._counts.size and signed == self._signed else None
        self._scale = scale if scale is not None else nice_scale(finite, previous)
        self._signed = signed
        bars = int(np.clip(2 * (int(np.sqrt(finite.size)) // 2) + 1, _FEWEST_BARS, _MOST_BARS))
        low = -self._scale if signed else 0.0
        inside = finite.clip(low, self._scale)
        self._counts = np.histogram(inside, bins=bars, range=(low, self._scale))[0]
        self.setAccessibleDescription(
            f"{plural(int(finite.size), 'value')} from {short_number(float(finite.min()))} "
            f"to {short_number(float(finite.max()))}"
            if finite.size
            else "No values"
        )
        self.update()

    def clear(self) -> None:
        """Show no bars and forget the range."""
        self._counts = np.zeros(0, np.intp)
        self.update()

    def _edges(self) -> NDArray[np.float64]:
        low = -self._scale if self._signed else 0.0
        return np.linspace(low, self._scale, len(self._counts) + 1)

    def _numbers(self) -> str:
        if not self._counts.size:
            return ""
        rows = zip(self._edges()[:-1], self._edges()[1:], self._counts, strict=True)
        lines = [f"{low:.6g}\t{high:.6g}\t{count}" for low, high, count in rows]
        return "\n".join(["from\tto\tcount", *lines]) + "\n"

    def _plot_height(self) -> int:
        return self.height() - QFontMetrics(self.font()).height() - S1

    def _bar_rect(self, bar: int) -> QRectF:
        """Place a bar; bars share the width to the pixel, a pixel of surface apart."""
        count = len(self._counts)
        left, right = round(bar * self.width() / count), round((bar + 1) * self.width() / count)
        room = self._plot_height() - 1
        share = self._counts[bar] / self._counts.max()
        height = max(1.0, share * room) if self._counts[bar] else 0.0
        return QRectF(left, room - height, right - left - 1, height)

    def _colour(self, bar: int) -> QColor:
        """Choose the colour of full strength of the bar's sign; zero has neither."""
        middle = len(self._counts) // 2
        if self._signed and bar == middle:
            return self._themes.theme.text_dim
        lut = self._themes.theme.lut(self._role, self._signed)
        entry = 0 if self._signed and bar < middle else FULL_INDEX
        red, green, blue, _ = lut[entry].tolist()
        return QColor(red, green, blue)

    def _on_theme_changed(self) -> None:
        self.setFont(caption_font())
        self.update()

    def sizeHint(self) -> QSize:
        """Want a low, wide picture."""
        return QSize(200, 72)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where bars can still be told apart."""
        return QSize(96, 48)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the bar under the mouse."""
        if not self._counts.size:
            return
        bar = int(event.position().x() * len(self._counts) / max(1, self.width()))
        bar = min(max(bar, 0), len(self._counts) - 1)
        if bar != self._bar:
            self._bar = bar
            low, high = self._edges()[bar : bar + 2]
            self.hovered.emit(
                f"{short_number(float(low))} … {short_number(float(high))}: "
                f"{plural(int(self._counts[bar]), 'value')}"
            )
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._bar = None
        self.hovered.emit("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars, the base line and the values at its ends and at zero."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        base = self._plot_height() - 1
        if self._counts.size and self._counts.max():
            for bar in range(len(self._counts)):
                colour = self._colour(bar)
                if bar == self._bar:
                    colour = mixed(colour, theme.text_dim, 0.5)
                painter.fillRect(self._bar_rect(bar), colour)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(0, base, self.width(), base)
        if not self._counts.size:
            return
        painter.setPen(theme.text_dim)
        line = QRectF(0, base + S1, self.width(), self.height() - base - S1)
        ends = f"{self._scale:.3g}"
        low, high = (f"{MINUS}{ends}", f"+{ends}") if self._signed else ("0", ends)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, high)
        if self._signed and self.width() > 3 * QFontMetrics(self.font()).horizontalAdvance(low) + S2:
            painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, "0")
