"""How large a data set may be, checked before its memory is taken."""

from collections.abc import Sequence
from math import prod

from engine.errors import DataError

MAX_BYTES = 1 << 30
"""The largest array that is read from a file; MNIST is a twentieth of it."""

MAX_SIDE = 1024
"""The largest side of a picture, in pixels."""

# What deflate can make of one byte at best; a header that promises more is lying.
_DEFLATE_RATIO = 1032


def require_plausible(
    what: str, shape: Sequence[int], item_size: int, stored_bytes: int, packed: bool
) -> int:
    """Check what a file's header promises against the size of the file.

    Parameters
    ----------
    what
        The file's name, for the sentence.
    shape
        The promised shape.
    item_size
        Bytes per value.
    stored_bytes
        Bytes that the file has for these values.
    packed
        True where they are compressed by deflate.

    Returns
    -------
    int
        The bytes that the values will take.

    Raises
    ------
    DataError
        If the promise is absurd, or cannot be kept by a file of this size.
    """
    size = prod(shape) * item_size
    if size > MAX_BYTES:
        raise DataError(
            f"{what} announces {size / 1e9:,.1f} GB of data, "
            f"more than the {MAX_BYTES / 1e9:.1f} GB that can be read."
        )
    most = (stored_bytes + 1) * _DEFLATE_RATIO if packed else stored_bytes
    if size > most or (not packed and size < stored_bytes):
        raise DataError(
            f"{what} is damaged: it announces {size:,} bytes of data, but holds "
            f"{'at most ' if packed else ''}{most:,}."
        )
    return size
