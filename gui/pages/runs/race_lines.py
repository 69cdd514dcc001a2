"""How the three of a race are told apart: a colour, and a dash for those who do not see it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.race import HAND_MADE, LEARNED, RANDOM
from gui.theme import Theme, ThemeManager

_WIDTH, _HEIGHT = 32, 16


@dataclass(frozen=True, slots=True)
class LineLook:
    """Pen of one curve."""

    colour: QColor
    width: float
    style: Qt.PenStyle


def line_look(theme: Theme, key: str) -> LineLook:
    """The pen of one of the three.

    Neither blue nor orange, which are signs of weights beside it: violet, grey and the text's own colour, of
    different lightness too.
    """
    violet = QColor(*theme.signed_activation_lut[0][:3].tolist())
    return {
        HAND_MADE: LineLook(violet, 2.0, Qt.PenStyle.DashLine),
        RANDOM: LineLook(theme.text_dim, 2.0, Qt.PenStyle.DotLine),
        LEARNED: LineLook(theme.text, 2.0, Qt.PenStyle.SolidLine),
    }[key]


class LineSample(QWidget):
    """A piece of one curve's line, beside its name. GUI thread only."""

    def __init__(self, themes: ThemeManager, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._key = themes, key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return its only size."""
        return QSize(_WIDTH, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        look = line_look(self._themes.theme, self._key)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour, look.width, look.style))
        middle = self.height() / 2
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        painter.end()
