"""The person's own kernels as JSON text, and back, strictly."""

from collections.abc import Iterable

import msgspec
import numpy as np

from engine.errors import EngineError, FormatError
from engine.formats.problems import problem
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
    try:
        return kernels_of(text)
    except FormatError as error:
        raise FormatError(f"The Library cannot be read: {problem(error)}.") from None


def kernels_of(text: str) -> tuple[Filter, ...]:
    """Do as `library_from_json`; the FormatError gives the reason alone."""
    if len(text) > MOST_CHARACTERS:
        raise FormatError(f"it must have at most {MOST_CHARACTERS} characters, got {len(text)}")
    try:
        file = msgspec.json.decode(text, type=_File)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FormatError(problem(error)) from None
    if file.version != VERSION or len(file.kernels) > MOST_KERNELS:
        raise FormatError(
            f"it must have version {VERSION} and at most {MOST_KERNELS} kernels, "
            f"got version {brief(file.version, 20)} and {len(file.kernels)}"
        )
    return tuple(map(_kernel, file.kernels))


def _kernel(entry: _Entry) -> Filter:
    name = brief(entry.name, 200)
    try:
        return Filter(name, np.array(entry.values))
    except EngineError as error:
        raise FormatError(f"its kernel “{brief(name)}” cannot be used: {problem(error)}") from None
    except ValueError:
        raise FormatError(f"its kernel “{brief(name)}” must have rows of the same length") from None
