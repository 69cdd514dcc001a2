"""Draw a contact sheet of written digits beside real ones, to look at.

Usage:
    PYTHONPATH=. python packaging/stroke_contact_sheet.py FILE.png [what ...] [--side 12] [--seed 0]
        [--manner everyday] [--zoom 2]

What is a digit (0 to 9), a style ("crossed seven"), or a kind of non-digit ("letter"); several are
put side by side.
After each digit comes a sheet of the same digit from the embedded real ones.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.datasets import embedded_digits
from engine.datasets.strokes import (
    DIGIT_STYLES,
    MANNERS,
    NON_DIGIT_KINDS,
    STYLE_NAMES,
    Manner,
    non_digits,
    written_digits,
)

Sheet = NDArray[np.uint8]

# Pixels between two sheets, in a grey that no picture has as its ground.
GUTTER_PX, GUTTER = 6, 96


def mosaic(pictures: Sheet, side: int) -> Sheet:
    """Put pictures ``(n, 28, 28)`` into a grid of `side` × `side`, the rest left black."""
    tiles = np.zeros((side * side, 28, 28), dtype=np.uint8)
    tiles[: len(pictures)] = pictures[: side * side]
    return tiles.reshape(side, side, 28, 28).swapaxes(1, 2).reshape(side * 28, side * 28)


def sheets(what: str, side: int, seed: int, how: Manner) -> list[Sheet]:
    """Return the sheets of one thing: written, and where there are any, real."""
    count = side * side
    if what in STYLE_NAMES:
        return [mosaic(written_digits(count, seed, [what], how).dataset.pictures[:, 0], side)]
    if what in NON_DIGIT_KINDS:
        return [mosaic(non_digits(count, seed, [what], how).pictures[:, 0], side)]
    digit = int(what)
    names = [style.name for style in DIGIT_STYLES if style.label == digit]
    written = written_digits(count, seed, names, how).dataset.pictures[:, 0]
    train = embedded_digits().train
    return [mosaic(written, side), mosaic(train.pictures[train.labels == digit, 0], side)]


def save(parts: list[Sheet], path: Path, zoom: int) -> None:
    """Write sheets side by side as a PNG."""
    rows = parts[0].shape[0]
    between = np.full((rows, GUTTER_PX), GUTTER, dtype=np.uint8)
    joined = np.concatenate([piece for part in parts for piece in (part, between)][:-1], axis=1)
    pixels = np.ascontiguousarray(joined.repeat(zoom, axis=0).repeat(zoom, axis=1))
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
    if not image.save(str(path)):
        raise SystemExit(f"{path} cannot be written.")


def main() -> None:
    """Read the arguments, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("what", nargs="*", default=["0"])
    parser.add_argument("--side", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--manner", choices=MANNERS, default="everyday")
    parser.add_argument("--zoom", type=int, default=2)
    given = parser.parse_args()
    how = MANNERS[given.manner]
    parts = [sheet for what in given.what for sheet in sheets(what, given.side, given.seed, how)]
    save(parts, given.file, given.zoom)
    sys.stdout.write(f"{given.file}\n")


if __name__ == "__main__":
    main()
