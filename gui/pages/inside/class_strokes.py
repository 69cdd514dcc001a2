"""Strokes that tell the curves of classes apart, for colour-blind persons too."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from gui.theme import Theme

# By a search over hues and lightnesses: each two stay far apart in OKLab when red, green or blue cones are
# missing (simulated as Machado, Oliveira and Fernandes, 2009), and each has 4.5 : 1 with the panel.
_HUES = {
    "dark": ("#e4e6e9", "#c9731d", "#6384e9", "#e2b736", "#1fc3f9"),
    "light": ("#1b1d21", "#c9481d", "#1d73c9", "#862d59", "#0404ae"),
}
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_WIDTH_PX, _STRONG_PX = 1.5, 2.5


def class_colour(theme: Theme, label: int) -> QColor:
    """Give the colour of a class's curve and of its name; some later class has it too."""
    hues = _HUES[theme.name]
    # Moved by one in the second round: 4 and 9, 3 and 8, 2 and 7 are often taken for each other.
    return QColor(hues[(label + label // len(hues)) % len(hues)])


def class_pen(theme: Theme, label: int, *, strong: bool = False) -> QPen:
    """Give the pen of a class's curve: thin ones of the same colour have another dash."""
    dash = _DASHES[0 if strong else label // len(_HUES[theme.name]) % len(_DASHES)]
    pen = QPen(class_colour(theme, label), _STRONG_PX if strong else _WIDTH_PX, dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
