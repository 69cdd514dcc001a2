"""What the command line prints: results, complaints, tables and a progress bar."""

import sys
import time
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

BAR_CELLS = 24
# More often than this nobody can read it, and writing to a terminal takes time from the training.
REDRAW_SECONDS = 0.1


def say(text: str = "") -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Print a line that is no part of the result."""
    sys.stderr.write(f"{text}\n")


def confusion_table(confusion: NDArray[Any], classes: tuple[str, ...]) -> str:
    """Rows are true classes, columns answers; nothing is written for 0."""
    width = max(5, *(len(name) for name in classes), len(str(confusion.max()))) + 1
    head = "true\\answer".rjust(12) + "".join(name.rjust(width) for name in classes)
    rows = [
        name.rjust(12) + "".join((str(count) if count else "·").rjust(width) for count in row)
        for name, row in zip(classes, confusion, strict=True)
    ]
    return "\n".join((head, *rows))


def duration(seconds: float) -> str:
    """Hours, minutes and seconds: 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class ProgressBar:
    """A line on a terminal that is written over and over; elsewhere nothing but the finished epochs."""

    def __init__(self, epochs: int, images: int, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._epochs, self._images = epochs, images
        self._live = self._stream.isatty()
        self._started = time.perf_counter()
        self._drawn = 0.0
        self._loss = self._accuracy = np.nan
        self._width = 0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self._started

    def step(self, done: float, loss: float, accuracy: float) -> None:
        """Tell of one step: `done` epochs are over, and what its batch gave."""
        if np.isnan(self._loss):
            self._loss, self._accuracy = loss, accuracy
        self._loss += 0.02 * (loss - self._loss)
        self._accuracy += 0.02 * (accuracy - self._accuracy)
        now = time.perf_counter()
        if self._live and now - self._drawn >= REDRAW_SECONDS:
            self._drawn = now
            share = done / self._epochs
            filled = int(share * BAR_CELLS)
            left = duration(self.seconds * (1 - share) / share)
            self._write(f"{'█' * filled}{'░' * (BAR_CELLS - filled)} {self._figures(done)}, {left} left")

    def epoch(self, number: int, note: str) -> None:
        """Tell of a finished epoch, with something to add."""
        line = f"epoch {number} of {self._epochs}: {self._figures(number)}, {note}"
        if self._live:
            self._write(line)
            self._stream.write("\n")
            self._width = 0
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the line."""
        if self._live and self._width:
            self._stream.write("\n")
            self._width = 0

    def _figures(self, done: float) -> str:
        speed = done * self._images / max(self.seconds, 1e-9)
        return f"loss {self._loss:.4f}, accuracy {100 * self._accuracy:.1f} %, {speed:,.0f} images/s"

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._width)}")
        self._stream.flush()
        self._width = len(text)
