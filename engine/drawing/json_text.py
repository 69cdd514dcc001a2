"""Drawings as JSON text: the same numbers back, and nothing but a drawing is accepted."""

import base64
import binascii
import json
import zlib
from typing import Any, NoReturn

import numpy as np

from engine.drawing.values import CHANNELS, MAX_BACKDROP_SIDE, WHITE, Backdrop, Colour, Drawing, Stroke
from engine.errors import ConfigError, FormatError, ShapeError

_FORMAT = "filterscope-drawing"
# Version 2 has colours; a drawing without any is written as version 1, which older programs read.
_PLAIN, _COLOURED = 1, 2
# A drawing of an hour is some megabytes; a photo as a backdrop compresses to less than this.
_MAX_CHARACTERS = 64_000_000
_MAX_LABEL = 9_999
_MAX_NAME = 1_000


def drawing_to_json(drawing: Drawing) -> str:
    """Write a drawing as one line of JSON, from which the very same drawing can be read."""
    backdrop = drawing.backdrop
    has_colours = drawing.colour != WHITE or (backdrop is not None and backdrop.is_coloured)
    return json.dumps(
        {
            "format": _FORMAT,
            "version": _COLOURED if has_colours else _PLAIN,
            **({"colour": drawing.colour} if has_colours else {}),
            "name": drawing.name,
            "label": drawing.label,
            "strokes": [{"erases": stroke.erases, "points": stroke.points} for stroke in drawing.strokes],
            "backdrop": None
            if backdrop is None
            else {
                **({"channels": CHANNELS if backdrop.is_coloured else 1} if has_colours else {}),
                "height": backdrop.pixels.shape[-2],
                "width": backdrop.pixels.shape[-1],
                "exact": backdrop.exact,
                "pixels": base64.b64encode(zlib.compress(backdrop.pixels.tobytes())).decode(),
            },
        },
        allow_nan=False,
    )


def drawing_from_json(text: str) -> Drawing:
    """Read what `drawing_to_json` wrote.

    Raises
    ------
    FormatError
        If the text is anything else.
    """
    if len(text) > _MAX_CHARACTERS:
        raise FormatError(f"A drawing must have at most {_MAX_CHARACTERS} characters, got {len(text)}.")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError("A drawing must be JSON text, got something else.") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise FormatError("The text must be a Filterscope drawing, got something else.")
    version = document.get("version")
    if type(version) is int and version > _COLOURED:
        raise FormatError(f"This drawing is of version {version}; this program reads up to {_COLOURED}.")
    if version not in (_PLAIN, _COLOURED) or type(version) is not int:
        raise FormatError(f"A drawing must have version {_PLAIN} or {_COLOURED}, got {_shown(version)}.")
    more = {"colour"} if version == _COLOURED else set()
    _require_keys(document, {"format", "version", "name", "label", "strokes", "backdrop"} | more)
    name, label = document["name"], document["label"]
    if not isinstance(name, str) or len(name) > _MAX_NAME:
        raise FormatError(f"A drawing's name must be a short text, got {_shown(name)}.")
    if label is not None and (type(label) is not int or not 0 <= label <= _MAX_LABEL):
        raise FormatError(f"A drawing's label must be a class number, got {_shown(label)}.")
    if not isinstance(document["strokes"], list):
        raise FormatError("A drawing's strokes must be a list.")
    return Drawing(
        strokes=tuple(_read_stroke(item) for item in document["strokes"]),
        backdrop=None if document["backdrop"] is None else _read_backdrop(document["backdrop"], version),
        label=label,
        name=name,
        colour=_read_colour(document["colour"]) if more else WHITE,
    )


def _read_colour(item: Any) -> Colour:
    numbers = isinstance(item, list) and len(item) == CHANNELS
    if not numbers or not all(type(part) in (int, float) and 0 <= part <= 1 for part in item):
        raise FormatError(f"A drawing's colour must be three numbers from 0 to 1, got {_shown(item)}.")
    red, green, blue = map(float, item)
    return red, green, blue


def _read_stroke(item: Any) -> Stroke:
    _require_keys(item, {"erases", "points"})
    erases, points = item["erases"], item["points"]
    if type(erases) is not bool:
        raise FormatError(f"A stroke's erases must be true or false, got {_shown(erases)}.")
    if not isinstance(points, list):
        raise FormatError("A stroke's points must be a list.")
    for point in points:
        if (
            not isinstance(point, list)
            or len(point) != 3
            or not all(type(number) in (int, float) for number in point)
        ):
            raise FormatError(f"A point must be three numbers, got {_shown(point)}.")
    try:
        return Stroke(tuple((float(x), float(y), float(w)) for x, y, w in points), erases)
    except OverflowError as error:
        raise FormatError("A stroke of the drawing has a number out of all proportion.") from error
    except ConfigError as error:
        raise FormatError(f"A stroke of the drawing cannot be used: {error}") from error


def _read_backdrop(item: Any, version: int) -> Backdrop:
    more = {"channels"} if version == _COLOURED else set()
    _require_keys(item, {"height", "width", "exact", "pixels"} | more)
    channels = item["channels"] if more else 1
    if type(channels) is not int or channels not in (1, CHANNELS):
        raise FormatError(f"A backdrop must have 1 or 3 channels, got {_shown(channels)}.")
    height, width, exact, packed = (item[key] for key in ("height", "width", "exact", "pixels"))
    for size in (height, width):
        if type(size) is not int or not 1 <= size <= MAX_BACKDROP_SIDE:
            raise FormatError(
                f"A backdrop's side must be 1 to {MAX_BACKDROP_SIDE} pixels, got {_shown(size)}."
            )
    if type(exact) is not bool or not isinstance(packed, str):
        raise FormatError("A backdrop must have exact (true or false) and pixels (text).")
    try:
        inflater = zlib.decompressobj()
        # One byte more than wanted shows data that are too long without unpacking all of them.
        count = channels * height * width
        content = inflater.decompress(base64.b64decode(packed, validate=True), count + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise FormatError("A backdrop's pixels are damaged.") from error
    if len(content) != count or not inflater.eof or inflater.unused_data:
        raise FormatError(f"A backdrop of {height} × {width} pixels must hold just as many.")
    try:
        pixels = np.frombuffer(content, dtype=np.uint8).reshape(channels, height, width)
        return Backdrop(pixels if channels == CHANNELS else pixels[0], exact)
    except ShapeError as error:
        raise FormatError(f"The drawing's backdrop cannot be used: {error}") from error


def _require_keys(item: Any, keys: set[str]) -> None:
    if not isinstance(item, dict) or set(item) != keys:
        found = sorted(item) if isinstance(item, dict) else item
        raise FormatError(f"A drawing needs exactly {sorted(keys)} here, got {_shown(found)}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
