"""From pen strokes to the 28 × 28 picture that a network receives, the way MNIST was made."""

from engine.drawing.json_text import drawing_from_json, drawing_to_json
from engine.drawing.path import smooth_path
from engine.drawing.preparation import Preparation, prepare
from engine.drawing.raster import rasterize
from engine.drawing.values import (
    CANVAS_SIDE,
    DEFAULT_PEN_WIDTH,
    PICTURE_SIDE,
    Backdrop,
    Drawing,
    Stroke,
)

__all__ = [
    "CANVAS_SIDE",
    "DEFAULT_PEN_WIDTH",
    "PICTURE_SIDE",
    "Backdrop",
    "Drawing",
    "Preparation",
    "Stroke",
    "drawing_from_json",
    "drawing_to_json",
    "prepare",
    "rasterize",
    "smooth_path",
]
