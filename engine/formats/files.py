"""Reading files of any size and kind safely, and writing them so that a crash never leaves a half."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import FormatError, NotReadableNowError, reason_of
from engine.formats.part_file import PartFile
from engine.formats.text import brief


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, flush it to disk, then rename it; OSError if it cannot be."""
    with replaced_atomically(path) as file:
        file.write(content)


@contextlib.contextmanager
def replaced_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Give a temporary file beside `path` to write to; at the end it is flushed to disk and renamed.

    After an error, OSError among them, an older file is as it was.
    """
    with PartFile(path) as file:
        yield file.stream
        file.commit()


def read_part(folder: Path, name: str, most_bytes: int) -> bytes:
    """Give the content of a file that belongs to something larger; FormatError also says if it is missing."""
    path = folder / name
    try:
        path.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise FormatError(f"its part “{brief(name)}” is missing") from None
        reason = reason_of(error)
        raise NotReadableNowError(f"its part “{brief(name)}” cannot be opened: {reason}") from None
    return read_network_file(path, most_bytes)


def read_network_file(path: str | Path, most_bytes: int) -> bytes:
    """Give a network file's content; FormatError with one sentence if it is too large or cannot be read."""
    path = Path(path)
    name = brief(path.name)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            # A pipe could keep us waiting for ever, and a device never end.
            raise FormatError(f"“{name}” cannot be opened: it must be a file, got a pipe or a device.")
        if status.st_size > most_bytes:
            raise FormatError(
                f"“{name}” is too large: a network file must have at most {most_bytes >> 20} MB, "
                f"got {status.st_size >> 20} MB."
            )
        return path.read_bytes()
    except OSError as error:
        raise NotReadableNowError(f"“{name}” cannot be opened: {reason_of(error)}.") from None
