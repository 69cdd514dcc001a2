"""A file that grows bit by bit and takes its name only when it is whole."""

import contextlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

# What a write that did not end leaves behind ends like this.
PART_SUFFIX = ".part"


class PartFile:
    """Writes beside `path` under another name; `commit` gives it its own, `discard` leaves nothing.

    As a context manager it discards what was not committed. One thread at a time.

    Raises
    ------
    OSError
        If it cannot be written, here or in any method.
    """

    def __init__(self, path: str | Path) -> None:
        # The file that a link points to is replaced, not the link.
        self._target = Path(os.path.realpath(path))
        name = f".{self._target.name[:100]}.{secrets.token_hex(8)}{PART_SUFFIX}"
        self._temporary = self._target.with_name(name)
        self._file: BinaryIO = self._temporary.open("xb")

    @property
    def stream(self) -> BinaryIO:
        """The open file, for writers that want one."""
        return self._file

    def write(self, content: bytes) -> None:
        """Append bytes."""
        self._file.write(content)

    def overwrite(self, at: int, content: bytes) -> None:
        """Replace bytes that were written before, from offset `at` on; appending goes on at the end."""
        self._file.seek(at)
        self._file.write(content)
        self._file.seek(0, os.SEEK_END)

    def commit(self) -> None:
        """Flush everything to disk and take the name."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        os.replace(self._temporary, self._target)
        flush_folder(self._target.parent)

    def discard(self) -> None:
        """Remove what was written, unless it was committed; never fails."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def flush_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, where the system can do so."""
    # Windows opens no folders, and some shared disks flush none; the files themselves are safe then, too.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
