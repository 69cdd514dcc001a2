"""Films of a window, frame by frame in constant memory: what all formats have in common."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.formats.part_file import PartFile
from engine.formats.png import require_rgb

Frame = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Top, left, bottom, right; the last two are outside."""


def changed_box(before: Frame, now: Frame) -> Box | None:
    """Find the smallest rectangle that holds all pixels that differ; None where none does."""
    differs = (before != now).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


class FilmWriter(ABC):
    """Writes a film to a file that has its name only when it is whole. One thread at a time.

    Frames are uint8 ``(h, w, 3)``, all of one size. A frame that equals the one before it makes that one
    last longer. As a context manager it discards what was not finished.

    Parameters
    ----------
    path
        Where the film will be.
    loop
        Whether it begins again when it has ended.

    Raises
    ------
    OSError
        If it cannot be written, here or in any method.
    """

    longest_ms: ClassVar[int]
    """How long one frame can last in this format."""

    def __init__(self, path: str | Path, *, loop: bool = True) -> None:
        self._file = PartFile(path)
        self._loop = loop
        self._waiting: tuple[Frame, int] | None = None
        # What is on the screen when the waiting frame comes.
        self._shown: Frame | None = None
        self._finished = False

    def add(self, pixels: Frame, duration_ms: int) -> None:
        """Add a frame that lasts `duration_ms`.

        Raises
        ------
        ShapeError
            If it is no uint8 ``(h, w, 3)`` or of another size than the first one.
        ConfigError
            If the duration is not above 0.
        """
        require_rgb(pixels)
        if duration_ms <= 0:
            raise ConfigError(f"a frame must last longer than 0 ms, got {duration_ms}")
        duration_ms = min(duration_ms, self.longest_ms)
        if self._waiting is not None:
            frame, lasts = self._waiting
            if pixels.shape != frame.shape:
                raise ShapeError(f"all frames must be {frame.shape}, got {pixels.shape}")
            if lasts + duration_ms <= self.longest_ms and np.array_equal(frame, pixels):
                self._waiting = frame, lasts + duration_ms
                return
            self._write_waiting()
        self._waiting = pixels.copy(), duration_ms

    def finish(self) -> None:
        """Write what waits and give the file its name; ConfigError if there was no frame."""
        if self._waiting is None:
            raise ConfigError("a film must have at least one frame, got none")
        self._write_waiting()
        self._write_end(self._file)
        self._file.commit()
        self._finished = True

    def cancel(self) -> None:
        """Leave nothing of a film that is not finished; never fails."""
        self._waiting = self._shown = None
        if not self._finished:
            self._file.discard()

    def __enter__(self) -> "FilmWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self.cancel()

    def _write_waiting(self) -> None:
        assert self._waiting is not None
        frame, duration_ms = self._waiting
        if self._shown is None:
            self._write_start(self._file, frame)
            box: Box | None = (0, 0, *frame.shape[:2])
        else:
            box = changed_box(self._shown, frame)
        # Nothing has changed where the frame before it could not last longer: one pixel is drawn again.
        self._write_frame(self._file, self._shown, frame, box or (0, 0, 1, 1), duration_ms)
        self._shown = frame
        self._waiting = None

    @abstractmethod
    def _write_start(self, file: PartFile, frame: Frame) -> None: ...

    @abstractmethod
    def _write_frame(
        self, file: PartFile, before: Frame | None, frame: Frame, box: Box, duration_ms: int
    ) -> None: ...

    @abstractmethod
    def _write_end(self, file: PartFile) -> None: ...
