"""How glibc is asked to keep memory; elsewhere there is nothing to ask."""

import contextlib
import ctypes
import sys

# From glibc's malloc.h.
_M_ARENA_MAX = -8


def limit_arenas() -> None:
    """Let glibc keep two pools of memory instead of one for each thread that ever was.

    Before any thread: glibc decides when it first wants a second pool. Every run has threads of its own, and
    what they leave in pools of their own is never given back.
    """
    library = _library()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Give freed memory back to the system; takes milliseconds.

    Arrays of all sizes come and go while runs are opened and closed, and free pages in the middle of a pool
    stay with the process unless it is asked for them.
    """
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            library = ctypes.CDLL("libc.so.6")
            # musl, for one, has neither.
            if hasattr(library, "mallopt") and hasattr(library, "malloc_trim"):
                return library
    return None
