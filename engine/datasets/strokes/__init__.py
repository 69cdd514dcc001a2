"""Digits and other characters written by a parametric pen, in the styles of the world."""

from engine.datasets.strokes.digit_styles import DIGIT_STYLES
from engine.datasets.strokes.digits import STYLE_NAMES, WrittenDigits, digit_drawings, written_digits
from engine.datasets.strokes.manner import (
    BACKWARD,
    EVERYDAY,
    MANNERS,
    NEAT,
    SHAKY,
    SLANTED,
    SMALL,
    THICK,
    THIN,
    Hand,
    Manner,
)
from engine.datasets.strokes.non_digits import NON_DIGIT_KINDS, non_digit_drawings, non_digits
from engine.datasets.strokes.style import Corner, PenLine, Style, line
from engine.datasets.strokes.writing import write

__all__ = [
    "BACKWARD",
    "DIGIT_STYLES",
    "EVERYDAY",
    "MANNERS",
    "NEAT",
    "NON_DIGIT_KINDS",
    "SHAKY",
    "SLANTED",
    "SMALL",
    "STYLE_NAMES",
    "THICK",
    "THIN",
    "Corner",
    "Hand",
    "Manner",
    "PenLine",
    "Style",
    "WrittenDigits",
    "digit_drawings",
    "line",
    "non_digit_drawings",
    "non_digits",
    "write",
    "written_digits",
]
