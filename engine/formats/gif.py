"""Animated GIF: at most 256 colours a frame, and of each frame only the pixels that have changed."""

import struct
from array import array
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.formats.animation import Box, FilmWriter, Frame
from engine.formats.palette import quantise
from engine.formats.part_file import PartFile

_MOST_COLOURS = 256
_MOST_CODES = 4096
_MOST_SIDE = 65_535
_LEAVE_STANDING = 1 << 2
# What a GIF counts time in.
_TICK_MS = 10
# Shorter ones are slowed down by every viewer, to a tenth of a second.
_LEAST_TICKS = 2


class GifWriter(FilmWriter):
    """Writes an animated GIF; see `FilmWriter`.

    Durations are rounded to hundredths of a second so that the whole keeps its length, and last at least
    two. A pixel that does not change keeps the colour that it was given before.
    """

    longest_ms: ClassVar[int] = 655_350

    def _write_start(self, file: PartFile, frame: Frame) -> None:
        height, width, _ = frame.shape
        if max(height, width) > _MOST_SIDE:
            raise ShapeError(
                f"a GIF must be at most {_MOST_SIDE} pixels wide and high, got {width} × {height}"
            )
        self._ms, self._ticks = 0, 0
        file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0x70, 0, 0))
        if self._loop:
            file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")

    def _write_frame(
        self, file: PartFile, before: Frame | None, frame: Frame, box: Box, duration_ms: int
    ) -> None:
        top, left, bottom, right = box
        part = frame[top:bottom, left:right]
        ticks = self._next_ticks(duration_ms)
        if before is None:
            found = quantise(part.reshape(-1, 3), _MOST_COLOURS)
            colours, indices, clear = found.colours, found.indices, None
        else:
            changed = (part != before[top:bottom, left:right]).any(axis=2).ravel()
            # Where nothing changed at all, the box is one pixel that is let through.
            found = quantise(part.reshape(-1, 3)[changed], _MOST_COLOURS - 1)
            colours, clear = found.colours, len(found.colours)
            indices = np.full(changed.shape, clear, np.uint8)
            indices[changed] = found.indices
        bits = max(2, (len(colours) + (clear is not None) - 1).bit_length())
        table = np.zeros((1 << bits, 3), np.uint8)
        table[: len(colours)] = colours
        flags = _LEAVE_STANDING | (clear is not None)
        file.write(b"\x21\xf9\x04" + struct.pack("<BHBB", flags, ticks, clear or 0, 0))
        file.write(b"\x2c" + struct.pack("<HHHHB", left, top, right - left, bottom - top, 0x80 | (bits - 1)))
        file.write(table.tobytes() + bytes([bits]) + _in_blocks(lzw(indices.tobytes(), bits)))

    def _write_end(self, file: PartFile) -> None:
        file.write(b"\x3b")

    def _next_ticks(self, duration_ms: int) -> int:
        self._ms += duration_ms
        ticks = max(_LEAST_TICKS, round(self._ms / _TICK_MS) - self._ticks)
        self._ticks += ticks
        return min(ticks, _MOST_SIDE)


def lzw(indices: bytes, bits: int) -> bytes:
    """Compress entries of a table of ``2 ** bits`` colours, at least one entry, as GIF does."""
    clear, end = 1 << bits, (1 << bits) + 1
    # Not lists: to make arrays of millions of objects would hold up every other thread.
    codes, widths = array("H", [clear]), bytearray([bits + 1])
    known: dict[int, int] = {}
    free, width = end + 1, bits + 1
    prefix = indices[0]
    for index in indices[1:]:
        key = prefix << 8 | index
        longer = known.get(key)
        if longer is not None:
            prefix = longer
            continue
        codes.append(prefix)
        widths.append(width)
        if free == _MOST_CODES:
            codes.append(clear)
            widths.append(width)
            known = {}
            free, width = end + 1, bits + 1
        else:
            known[key] = free
            # The reader knows this entry one code later, and reads that one in the old width.
            if free == 1 << width:
                width += 1
            free += 1
        prefix = index
    codes.append(prefix)
    widths.append(width)
    if free == 1 << width and free < _MOST_CODES:
        width += 1
    codes.append(end)
    widths.append(width)
    return _packed(np.frombuffer(codes, np.uint16), np.frombuffer(widths, np.uint8))


def _packed(codes: NDArray[np.uint16], widths: NDArray[np.uint8]) -> bytes:
    """Put codes one after the other, lowest bit first."""
    places = np.arange(12, dtype=np.uint16)
    bits = (codes[:, None] >> places & 1).astype(np.uint8)
    return np.packbits(bits[places < widths[:, None]], bitorder="little").tobytes()


def _in_blocks(content: bytes) -> bytes:
    blocks = [content[start : start + 255] for start in range(0, len(content), 255)]
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"
