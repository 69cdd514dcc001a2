"""From pen strokes to the 28 × 28 picture that a network receives, the way MNIST was made."""

from engine.drawing.json_text import drawing_from_json, drawing_to_json
from engine.drawing.path import smooth_path
from engine.drawing.preparation import Preparation, as_received, prepare
from engine.drawing.raster import rasterize
from engine.drawing.values import (
    CANVAS_SIDE,
    CHANNELS,
    DEFAULT_PEN_WIDTH,
    PICTURE_SIDE,
    WHITE,
    Backdrop,
    Colour,
    Drawing,
    Stroke,
)

__all__ = [
    "CANVAS_SIDE",
    "CHANNELS",
    "DEFAULT_PEN_WIDTH",
    "PICTURE_SIDE",
    "WHITE",
    "Backdrop",
    "Colour",
    "Drawing",
    "Preparation",
    "Stroke",
    "as_received",
    "drawing_from_json",
    "drawing_to_json",
    "prepare",
    "rasterize",
    "smooth_path",
]
