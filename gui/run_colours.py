"""The colours of runs in curves and lists: eight that stay apart for colour-blind eyes, then dashes."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.theme import Theme

# Chosen so that no two come near each other in OKLab, for usual eyes and for those that miss one of the
# three kinds of cones, and that each stands out of the theme's surfaces; tests/gui/test_run_colours.py.
_DARK = ("#5c63fa", "#f37e22", "#8affe6", "#f999ff", "#f4ef57", "#bd4734", "#886191", "#9e9a9d")
_LIGHT = ("#3431ae", "#d35538", "#35948f", "#7c006a", "#564806", "#874d5b", "#a352de", "#2e2e2e")
COLOURS = len(_DARK)

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


@dataclass(frozen=True, slots=True)
class RunLook:
    """How the line of a run is drawn."""

    colour: QColor
    style: Qt.PenStyle


def run_look(hue: int, theme: Theme) -> RunLook:
    """Give the look of a run by the number of its colour; after eight the line is dashed, and so on."""
    colours = _DARK if theme.name == "dark" else _LIGHT
    return RunLook(QColor(colours[hue % COLOURS]), _STYLES[hue // COLOURS % len(_STYLES)])
