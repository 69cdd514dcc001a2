"""Reading files of any size and kind safely, and writing them so that a crash never leaves a half."""

import stat
from pathlib import Path

from engine.errors import FormatError
from engine.formats.part_file import PartFile
from engine.formats.text import brief


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, flush it to disk, then rename it; OSError if it cannot be."""
    with PartFile(path) as file:
        file.write(content)
        file.commit()


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
        reason = error.strerror or "unknown reason"
        raise FormatError(f"“{name}” cannot be opened: {reason.lower()}.") from None
