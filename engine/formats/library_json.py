"""The person's own kernels as JSON text, and back, strictly."""

from collections.abc import Iterable

import msgspec
import numpy as np

from engine.errors import EngineError, FormatError
from engine.formats.text import brief
from engine.lab.values import Filter

VERSION = 1
MOST_KERNELS = 2000
MOST_CHARACTERS = 16_000_000


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    values: list[list[list[float]]]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    kernels: list[_Entry]


def library_to_json(kernels: Iterable[Filter]) -> str:
    """Write kernels, as the file of the person's Library has them."""
    entries = [_Entry(kernel.name, kernel.weight.tolist()) for kernel in kernels]
    return msgspec.json.encode(_File(VERSION, entries)).decode()


def library_from_json(text: str) -> tuple[Filter, ...]:
    """Read what `library_to_json` wrote; FormatError with one sentence for anything else."""
    if len(text) > MOST_CHARACTERS:
        raise FormatError(f"A Library must have at most {MOST_CHARACTERS} characters, got {len(text)}.")
    try:
        file = msgspec.json.decode(text, type=_File)
        if file.version != VERSION or len(file.kernels) > MOST_KERNELS:
            raise FormatError(
                f"it must have version {VERSION} and at most {MOST_KERNELS} kernels, "
                f"got version {brief(file.version, 20)} and {len(file.kernels)}"
            )
        return tuple(Filter(brief(entry.name, 200), np.array(entry.values)) for entry in file.kernels)
    except (msgspec.MsgspecError, EngineError, ValueError, RecursionError) as error:
        raise FormatError(f"The Library cannot be read: {brief(error, 200)}.") from None
