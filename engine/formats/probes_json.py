"""Probes as JSON text: the same pictures back, and nothing but probes is accepted."""

import base64
import binascii
import zlib
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.drawing import drawing_from_json, drawing_to_json
from engine.errors import EngineError, FormatError
from engine.formats.problems import problem
from engine.formats.text import brief
from engine.probes import MOST_PROBES, Probe

FORMAT = "filterscope-probes"
VERSION = 1
# Twelve drawings of an hour each, with room to spare.
MOST_CHARACTERS = 64_000_000
# Numbers of a picture: more than any network here reads.
MOST_NUMBERS = 1 << 20
MOST_CLASSES = 1_000
MOST_NAME = 1_000
_TYPES: dict[str, np.dtype[Any]] = {"uint8": np.dtype(np.uint8), "float32": np.dtype("<f4")}


class _Probe(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    name: str
    label: int | None
    classes: list[str]
    shape: tuple[int, int, int]
    type: str
    picture: str
    drawing: str | None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    version: int
    probes: list[_Probe]


class _Head(msgspec.Struct):
    format: str
    version: int


def probes_to_json(probes: tuple[Probe, ...]) -> str:
    """Write probes as one line of JSON, from which the very same ones can be read."""
    return msgspec.json.encode(_Document(FORMAT, VERSION, [_written(probe) for probe in probes])).decode()


def probes_from_json(text: str) -> tuple[Probe, ...]:
    """Read what `probes_to_json` wrote.

    Raises
    ------
    FormatError
        If the text is anything else, in one sentence.
    """
    if len(text) > MOST_CHARACTERS:
        raise FormatError(f"Probes must have at most {MOST_CHARACTERS} characters, got {len(text)}.")
    try:
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise FormatError("The text must be Filterscope probes, got something else.") from error
    if head.format != FORMAT:
        raise FormatError(f"The text must be Filterscope probes, got “{brief(head.format)}”.")
    if head.version != VERSION:
        raise FormatError(
            f"These probes are of version {head.version}; this program reads version {VERSION}."
        )
    try:
        document = msgspec.json.decode(text, type=_Document)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise FormatError(f"The probes are damaged: {problem(error, 120)}.") from error
    if len(document.probes) > MOST_PROBES:
        raise FormatError(f"There must be at most {MOST_PROBES} probes, got {len(document.probes)}.")
    if len({probe.key for probe in document.probes}) < len(document.probes):
        raise FormatError("The probes are damaged: each must have a key of its own.")
    return tuple(_read(probe, number) for number, probe in enumerate(document.probes, 1))


def _written(probe: Probe) -> _Probe:
    picture = probe.picture
    kind = str(picture.dtype)
    content = picture.astype(_TYPES[kind]).tobytes()
    channels, rows, columns = picture.shape
    return _Probe(
        probe.key,
        probe.name,
        probe.label,
        list(probe.classes),
        (channels, rows, columns),
        kind,
        base64.b64encode(zlib.compress(content)).decode(),
        None if probe.drawing is None else drawing_to_json(probe.drawing),
    )


def _read(found: _Probe, number: int) -> Probe:
    try:
        if not found.key or max(len(found.key), len(found.name)) > MOST_NAME:
            raise FormatError("its key and its name must be short texts")
        if len(found.classes) > MOST_CLASSES or sum(map(len, found.classes)) > MOST_CLASSES * MOST_NAME:
            raise FormatError(f"it must have at most {MOST_CLASSES} classes with short names")
        drawing = None if found.drawing is None else drawing_from_json(found.drawing)
        picture = _read_picture(found)
        return Probe(found.key, found.label, picture, found.name, drawing, tuple(found.classes))
    except EngineError as error:
        reason = brief(error, 160).rstrip(".")
        raise FormatError(f"Probe {number}, “{brief(found.name)}”, cannot be used: {reason}.") from error


def _read_picture(found: _Probe) -> NDArray[np.uint8] | NDArray[np.float32]:
    if found.type not in _TYPES:
        raise FormatError(f"its picture must be uint8 or float32, got “{brief(found.type)}”")
    if min(found.shape) < 1 or prod(found.shape) > MOST_NUMBERS:
        raise FormatError(f"its picture must have 1 to {MOST_NUMBERS} numbers, got {found.shape}")
    count = prod(found.shape) * _TYPES[found.type].itemsize
    try:
        inflater = zlib.decompressobj()
        # One byte more than wanted shows data that are too long without unpacking all of them.
        content = inflater.decompress(base64.b64decode(found.picture, validate=True), count + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise FormatError("its picture is damaged") from error
    if len(content) != count or not inflater.eof or inflater.unused_data:
        raise FormatError(f"its picture must hold just {prod(found.shape)} numbers")
    picture = np.frombuffer(content, _TYPES[found.type]).reshape(found.shape)
    if found.type == "uint8":
        return picture.view(np.uint8)
    numbers = picture.astype(np.float32)
    # Written so that a NaN fails the comparison.
    if not (numbers.min() >= 0 and numbers.max() <= 1):
        raise FormatError("its picture's numbers must be from 0 to 1")
    return numbers
