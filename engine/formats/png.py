"""PNG pictures, written with nothing but zlib."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, PALETTE = 2, 3
# Above this zlib takes twice the time for a few per cent.
LEVEL = 6


def chunk(kind: bytes, content: bytes) -> bytes:
    """Give one chunk: length, kind, content, checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def header(width: int, height: int, colours: int) -> bytes:
    """Give the chunk IHDR of a picture of 8 bits per sample; `colours` is `RGB` or `PALETTE`."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0))


def compressed(pixels: NDArray[np.uint8]) -> bytes:
    """Compress rows of samples, ``(h, w)`` or ``(h, w, 3)``, as the content of IDAT.

    No row is filtered: in drawn pictures equal rows and runs of one colour compress best as they are.
    """
    rows = pixels.reshape(len(pixels), -1)
    lines = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    return zlib.compress(lines.data, LEVEL)


def png_from_rgb(pixels: NDArray[np.uint8]) -> bytes:
    """Give a PNG file of uint8 ``(h, w, 3)``; ShapeError for anything else."""
    require_rgb(pixels)
    height, width, _ = pixels.shape
    return b"".join(
        (
            SIGNATURE,
            header(width, height, RGB),
            chunk(b"IDAT", compressed(pixels)),
            chunk(b"IEND", b""),
        )
    )


def png_from_indices(indices: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """Give a PNG file of entries of a colour table.

    Parameters
    ----------
    indices
        uint8 ``(h, w)``.
    palette
        uint8 ``(256, 4)``, RGBA.
    """
    if indices.dtype != np.uint8 or indices.ndim != 2 or indices.size == 0:
        raise ShapeError(f"indices must be uint8 (h, w), got {indices.dtype} {indices.shape}")
    if palette.dtype != np.uint8 or palette.shape != (256, 4):
        raise ShapeError(f"palette must be uint8 (256, 4), got {palette.dtype} {palette.shape}")
    height, width = indices.shape
    return b"".join(
        (
            SIGNATURE,
            header(width, height, PALETTE),
            chunk(b"PLTE", palette[:, :3].tobytes()),
            chunk(b"tRNS", palette[:, 3].tobytes()),
            chunk(b"IDAT", compressed(indices)),
            chunk(b"IEND", b""),
        )
    )


def require_rgb(pixels: NDArray[np.uint8]) -> None:
    """Raise ShapeError unless `pixels` is a picture of uint8 ``(h, w, 3)``."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise ShapeError(f"a frame must be uint8 (h, w, 3), got {pixels.dtype} {pixels.shape}")
