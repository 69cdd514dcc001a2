"""Memory that several processes see, and that the system takes back when they have all ended.

Nothing of it has a name in a file system: where every process is killed, nothing is left behind.
"""

import mmap
import os
import sys
import tempfile
import uuid


class SharedMemory:
    """Memory to be seen by the processes that are started with its `handle`.

    On Linux it is an anonymous file in memory, on other Unix systems an unlinked temporary file: a helper
    inherits its descriptor. On Windows it is a mapping with a random name, which ends with its last user.

    Parameters
    ----------
    handle
        What the process that made it was told; None makes new memory.
    """

    def __init__(self, handle: str | None = None) -> None:
        if sys.platform == "win32":
            self.handle = handle or uuid.uuid4().hex
            self._fd = -1
        elif handle is not None:
            self.handle, self._fd = handle, int(handle)
        else:
            self._fd = _unnamed_file()
            self.handle = str(self._fd)

    @property
    def inherited(self) -> tuple[int, ...]:
        """Descriptors that a helper must inherit."""
        return () if self._fd < 0 else (self._fd,)

    def make(self, size: int, generation: int) -> mmap.mmap:
        """Give `size` bytes to write to; `generation` counts the uses, each with a size of its own."""
        if self._fd >= 0 and os.fstat(self._fd).st_size < size:
            os.ftruncate(self._fd, size)
        return self.see(size, generation)

    def see(self, size: int, generation: int) -> mmap.mmap:
        """Give the bytes that another process has made."""
        if sys.platform == "win32":
            return mmap.mmap(-1, size, tagname=f"filterscope-{self.handle}-{generation}")
        return mmap.mmap(self._fd, size)

    def close(self) -> None:
        """Let go of the descriptor; what is mapped stays so."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("filterscope")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
