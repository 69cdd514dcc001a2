"""Parts of the bar of pictures: a switch for one input channel, and the choice of two palettes."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from engine.inspect.words import MINUS, RGB
from gui.palettes import FULL_INDEX, ZERO_INDEX, Lut
from gui.theme import RADIUS, S1, S2, Theme, ThemeManager, caption_font, mixed

HEIGHT = 26
_DOT = 8
_AIR = 6
_SWATCH = 10
_RAMP = 28
_SIGNS, _SIGN_GAP = (f"{MINUS}1", "0", "1"), 3

SIGNED_TIP = (
    "Signed colours: zero is the ground; weights blue below and orange above it, "
    "output channels violet below and green above it"
)
CLASSIC_TIP = f"Classic greys, as text books print them: {MINUS}1 black, 0 grey, 1 white"


class ChannelToggle(QAbstractButton):
    """Switches one input channel on or off: a dot in the channel's colour, and its name. GUI thread only."""

    def __init__(self, themes: ThemeManager, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setText(name)
        self.setObjectName(f"channel_{name}")
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(caption_font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Input channel {name}")
        self.toggled.connect(self._describe)
        self._describe()
        themes.changed.connect(self.update)

    def _describe(self) -> None:
        state = "on: it counts" if self.isChecked() else "off: it counts as zeros"
        self.setToolTip(f"Input channel {self.text()} is {state} (Space)")

    def sizeHint(self) -> QSize:
        """Return its only size."""
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        return QSize(int(width) + 1 + _DOT + S1 + 2 * _AIR, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the dot and the name."""
        theme = self._themes.theme
        on = self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = mixed(theme.raised, theme.text, 0.08 if self.underMouse() else 0.0)
        line = theme.text_dim if self.hasFocus() else theme.hairline
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground if on else Qt.BrushStyle.NoBrush)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        dot = QRectF(_AIR, (self.height() - _DOT) / 2, _DOT, _DOT)
        colour = self._colour(theme)
        painter.setPen(QPen(colour if on else theme.text_dim, 1.25))
        painter.setBrush(colour if on else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot.adjusted(0.6, 0.6, -0.6, -0.6))
        painter.setPen(theme.text if on else theme.text_dim)
        name = QRectF(dot.right() + S1, 0, self.width(), self.height())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()

    def _colour(self, theme: Theme) -> QColor:
        name = self.text() if self.text() in RGB else "input"
        lut: Lut = getattr(theme, f"{name}_lut")
        return _entry(lut, FULL_INDEX)


class PaletteChooser(QWidget):
    """Two palettes, one click apart, each shown by its own colours. GUI thread only."""

    classic_chosen = Signal(bool)
    """True for −1 black, 0 grey, 1 white; False for the program's signed colours."""

    takes_space = True
    """`gui.space_key` leaves Space to it."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._themes = themes
        self._classic = False
        self._roomy = True
        self.setFont(caption_font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Palette")
        self._describe()
        themes.changed.connect(self.update)

    @property
    def classic(self) -> bool:
        """Which palette is chosen."""
        return self._classic

    def set_classic(self, classic: bool) -> None:
        """Show which palette is chosen; tells nothing."""
        if classic != self._classic:
            self._classic = classic
            self._describe()
            self.update()

    def set_roomy(self, roomy: bool) -> None:
        """Write the words beside the colours, or the colours alone."""
        if roomy != self._roomy:
            self._roomy = roomy
            self.updateGeometry()
            self.update()

    def segment(self, classic: bool) -> QRectF:
        """Return where a palette is, in logical pixels."""
        first = self._widths(self._roomy)[0]
        if classic:
            return QRectF(first, 0, self.width() - first, self.height())
        return QRectF(0, 0, first, self.height())

    def width_for(self, *, roomy: bool) -> int:
        """Tell how wide it is with words, or without."""
        return sum(self._widths(roomy))

    def _widths(self, roomy: bool) -> tuple[int, int]:
        measure = QFontMetricsF(self.font()).horizontalAdvance
        signs = sum(int(measure(sign)) + _SIGN_GAP for sign in _SIGNS) if roomy else 0
        swatches = 3 * _SWATCH + 2 * self._swatch_gap(roomy)
        words = int(measure("Signed")) + S1 if roomy else 0
        return words + _RAMP + 2 * S2, signs + swatches + 2 * S2

    def _swatch_gap(self, roomy: bool) -> int:
        return S2 if roomy else 2

    def _choose(self, classic: bool) -> None:
        if classic != self._classic:
            self.set_classic(classic)
            self.classic_chosen.emit(classic)

    def _describe(self) -> None:
        self.setAccessibleDescription(CLASSIC_TIP if self._classic else SIGNED_TIP)

    def sizeHint(self) -> QSize:
        """Return its only size."""
        return QSize(self.width_for(roomy=self._roomy), HEIGHT)

    def event(self, event: QEvent) -> bool:
        """Say what the palette under the pointer is."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            classic = self.segment(True).contains(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), f"{CLASSIC_TIP if classic else SIGNED_TIP} (←, →)", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the palette under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self.segment(True).contains(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrows; Space changes from one to the other."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._choose(key == Qt.Key.Key_Right)
        elif key == Qt.Key.Key_Space:
            self._choose(not self._classic)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.update()
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both palettes, and a raised surface under the chosen one."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.panel, theme.text, 0.07))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setPen(QPen(theme.text_dim if self.hasFocus() else theme.hairline, 1))
        painter.setBrush(theme.raised)
        chosen = self.segment(self._classic).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(chosen, RADIUS, RADIUS)
        self._paint_signed(painter, theme)
        self._paint_classic(painter, theme)
        painter.end()

    def _paint_signed(self, painter: QPainter, theme: Theme) -> None:
        left = float(S2)
        if self._roomy:
            left += self._write(painter, theme, "Signed", left, chosen=not self._classic) + S1
        top = round((self.height() - _SWATCH) / 2)
        for x in range(_RAMP):
            entry = round(x * FULL_INDEX / (_RAMP - 1))
            painter.fillRect(QRectF(left + x, top, 1, _SWATCH), _entry(theme.weight_lut, entry))
        self._frame(painter, theme, QRectF(left, top, _RAMP, _SWATCH))

    def _paint_classic(self, painter: QPainter, theme: Theme) -> None:
        left = self.segment(True).left() + S2
        top = round((self.height() - _SWATCH) / 2)
        for sign, entry in zip(_SIGNS, (0, ZERO_INDEX, FULL_INDEX), strict=True):
            if self._roomy:
                left += self._write(painter, theme, sign, left, chosen=self._classic) + _SIGN_GAP
            swatch = QRectF(left, top, _SWATCH, _SWATCH)
            painter.fillRect(swatch, _entry(theme.classic_lut, entry))
            self._frame(painter, theme, swatch)
            left += _SWATCH + self._swatch_gap(self._roomy)

    def _write(self, painter: QPainter, theme: Theme, text: str, left: float, *, chosen: bool) -> int:
        painter.setPen(theme.text if chosen else theme.text_dim)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, 0, self.width(), self.height()), flags, text)
        return int(QFontMetricsF(self.font()).horizontalAdvance(text))

    def _frame(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        painter.setPen(QPen(mixed(theme.hairline, theme.text, 0.25), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))


def _entry(lut: Lut, index: int) -> QColor:
    red, green, blue, _ = lut[index].tolist()
    return QColor(red, green, blue)
