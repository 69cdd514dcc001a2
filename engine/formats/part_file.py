"""A file that grows bit by bit and takes its name only when it is whole."""

import contextlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Self


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
        name = f".{self._target.name[:100]}.{secrets.token_hex(8)}.part"
        self._temporary = self._target.with_name(name)
        self._file = self._temporary.open("xb")

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
