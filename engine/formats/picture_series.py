"""A film as a folder of numbered PNG pictures, there as a whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path
from typing import Self

from engine.errors import ConfigError, FormatError, ShapeError
from engine.formats.animation import Frame
from engine.formats.files import write_atomically
from engine.formats.png import png_from_rgb
from engine.formats.text import brief


class PictureSeries:
    """Writes one PNG per frame into a new folder at `path`; it has its name only when all are there.

    As a context manager it removes what was not finished. One thread at a time.

    Raises
    ------
    FormatError
        If there is something of that name which is no empty folder, here or in `finish`.
    OSError
        If it cannot be written, here or in any method.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._require_free()
        self._folder = self._path.with_name(f".{self._path.name[:100]}.{secrets.token_hex(8)}.part")
        self._folder.mkdir()
        self._count = 0
        self._shape: tuple[int, ...] | None = None
        self._finished = False

    def add(self, pixels: Frame, duration_ms: int) -> None:
        """Add a frame, uint8 ``(h, w, 3)``, all of one size; pictures in a folder last as long as one likes.

        ShapeError if it is none, or of another size than the first one.
        """
        content = png_from_rgb(pixels)
        if self._shape not in (None, pixels.shape):
            raise ShapeError(f"all frames must be {self._shape}, got {pixels.shape}")
        self._shape = pixels.shape
        self._count += 1
        write_atomically(self._folder / f"frame-{self._count:04d}.png", content)

    def finish(self) -> None:
        """Give the folder its name; ConfigError if there was no frame."""
        if not self._count:
            raise ConfigError("a film must have at least one frame, got none")
        self._require_free()
        if self._path.exists():
            self._path.rmdir()
        os.replace(self._folder, self._path)
        self._finished = True

    def cancel(self) -> None:
        """Leave nothing of a series that is not finished; never fails."""
        if not self._finished:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.cancel()

    def _require_free(self) -> None:
        if os.path.lexists(self._path) and not (self._path.is_dir() and not any(self._path.iterdir())):
            name = brief(self._path.name)
            raise FormatError(f"The pictures need a new folder, and there is a “{name}” already.")
