"""The colours of the ink, for a network that sees red, green and blue."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from engine.drawing import WHITE, Colour
from engine.inspect.words import RGB
from gui.theme import RADIUS, S1, ThemeManager

# Every choice of the three channels but none at all.
COLOURS: tuple[tuple[str, Colour], ...] = (
    ("white", WHITE),
    ("red", (1, 0, 0)),
    ("green", (0, 1, 0)),
    ("blue", (0, 0, 1)),
    ("yellow", (1, 1, 0)),
    ("cyan", (0, 1, 1)),
    ("magenta", (1, 0, 1)),
)
_SIDE_PX = 22
_EDGE_PX = 4


class ColourSwatches(QWidget):
    """A row of colours, of which one is chosen. GUI thread only."""

    chosen = Signal(object)
    """The colour: red, green and blue, 0 to 1."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ink_colours")
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        for index, (name, colour) in enumerate(COLOURS):
            button = _Swatch(themes, colour)
            button.setToolTip(f"Ink of {name}: input channels {_channels(colour)}")
            button.setAccessibleName(f"Ink of {name}")
            self._group.addButton(button, index)
            row.addWidget(button)
        row.addStretch(1)
        self._group.idClicked.connect(lambda index: self.chosen.emit(COLOURS[index][1]))
        self.show_colour(WHITE)

    def show_colour(self, colour: Colour) -> None:
        """Show which one is used, without telling anyone; none of them for another colour."""
        self._group.setExclusive(False)
        for index, (_, each) in enumerate(COLOURS):
            self._group.button(index).setChecked(each == colour)
        self._group.setExclusive(True)


class _Swatch(QToolButton):
    """A square of a colour."""

    def __init__(self, themes: ThemeManager, colour: Colour, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._colour = QColor.fromRgbF(*colour)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(_SIDE_PX, _SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colour, and a line round the one that is chosen or has the focus."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(self._colour)
        inside = whole.adjusted(_EDGE_PX + 0.5, _EDGE_PX + 0.5, -_EDGE_PX - 0.5, -_EDGE_PX - 0.5)
        painter.drawRoundedRect(inside, 2, 2)
        if self.isChecked() or self.hasFocus() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent if self.isChecked() else theme.text_dim, 2))
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), RADIUS, RADIUS)


def _channels(colour: Colour) -> str:
    names = [name for name, part in zip(RGB, colour, strict=True) if part]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
