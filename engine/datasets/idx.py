"""The IDX format, in which MNIST and its relatives are handed around."""

import gzip
import os
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.datasets.limits import require_plausible
from engine.errors import DataError

_UNSIGNED_BYTES = 0x08
_MAX_AXES = 4
_BLOCK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
IDX_MAGIC = b"\0\0"


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or packed by gzip.

    Parameters
    ----------
    path
        The file. Its first bytes tell whether it is packed, not its name.

    Returns
    -------
    ndarray
        uint8, of the shape that the file says.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, cut short, too long or of another kind.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
            file.seek(0)
            size = os.fstat(file.fileno()).st_size
            if not packed:
                return _read(file, path.name, size, packed)
            with gzip.open(file, "rb") as unpacked:
                return _read(unpacked, path.name, size, packed)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path.name} is damaged or cut short.") from error
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _read(file: BinaryIO | gzip.GzipFile, name: str, file_size: int, packed: bool) -> NDArray[np.uint8]:
    head = file.read(4)
    if len(head) < 4 or head[:2] != IDX_MAGIC or not 1 <= head[3] <= _MAX_AXES:
        raise DataError(f"{name} is not an IDX file.")
    if head[2] != _UNSIGNED_BYTES:
        raise DataError(f"{name} must hold unsigned bytes (type 0x08), got type 0x{head[2]:02x}.")
    sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise DataError(f"{name} is cut short: its header is incomplete.")
    shape = tuple(int(size) for size in np.frombuffer(sizes, dtype=">u4"))
    stored = file_size if packed else file_size - 4 - len(sizes)
    values = np.empty(require_plausible(name, shape, 1, stored, packed), dtype=np.uint8)
    filled = 0
    while filled < len(values):
        block = file.read(min(_BLOCK, len(values) - filled))
        if not block:
            raise DataError(f"{name} is cut short: it holds {filled:,} of {len(values):,} bytes of data.")
        values[filled : filled + len(block)] = np.frombuffer(block, dtype=np.uint8)
        filled += len(block)
    if file.read(1):
        raise DataError(f"{name} is damaged: data follow after the {len(values):,} bytes it announces.")
    return values.reshape(shape)
