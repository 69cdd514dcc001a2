"""Animated PNG: exact colours, and of each frame only the rectangle that has changed."""

import struct
from typing import ClassVar

from engine.formats.animation import Box, FilmWriter, Frame
from engine.formats.part_file import PartFile
from engine.formats.png import RGB, SIGNATURE, chunk, compressed, header


class ApngWriter(FilmWriter):
    """Writes an animated PNG; see `FilmWriter`."""

    longest_ms: ClassVar[int] = 65_535

    def _write_start(self, file: PartFile, frame: Frame) -> None:
        height, width, _ = frame.shape
        start = SIGNATURE + header(width, height, RGB)
        self._control_at = len(start)
        self._frames = self._sequence = 0
        # The number of frames is known at the end.
        file.write(start + self._control())

    def _control(self) -> bytes:
        return chunk(b"acTL", struct.pack(">II", self._frames, 0 if self._loop else 1))

    def _write_frame(
        self, file: PartFile, before: Frame | None, frame: Frame, box: Box, duration_ms: int
    ) -> None:
        top, left, bottom, right = box
        # Left standing afterwards, drawn over what is there.
        place = (right - left, bottom - top, left, top)
        control = struct.pack(">IIIIIHHBB", self._sequence, *place, duration_ms, 1000, 0, 0)
        file.write(chunk(b"fcTL", control))
        data = compressed(frame[top:bottom, left:right])
        if before is None:
            file.write(chunk(b"IDAT", data))
            self._sequence += 1
        else:
            file.write(chunk(b"fdAT", struct.pack(">I", self._sequence + 1) + data))
            self._sequence += 2
        self._frames += 1

    def _write_end(self, file: PartFile) -> None:
        file.write(chunk(b"IEND", b""))
        file.overwrite(self._control_at, self._control())
