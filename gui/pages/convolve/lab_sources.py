"""The pictures that Convolve can be asked for, by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import Dataset
from engine.datasets.shapes import rgb_shapes
from engine.inspect.words import RGB
from engine.lab.examples import example_seven, hundredths
from gui.pages.convolve.lab_model import NetworkLink, Source, SourceKind
from gui.pages.convolve.picture_sources import photograph, read_rgb, tinted

Array = NDArray[Any]

# A warm ink: strong in red, half in green, weak in blue, so that the three channels differ.
TINT = (1.0, 0.55, 0.15)
SHAPES_SEED = 1
SHAPES_COUNT = 64


class Sources:
    """Makes a `Source` of any kind. What is read or made once is kept. GUI thread only.

    Pixels are rounded to hundredths, so that a ledger adds up with a pencil; a network's input is its own.

    Parameters
    ----------
    digits
        Gives the test digits.
    """

    def __init__(self, digits: Callable[[], Dataset]) -> None:
        self._digits = digits
        self._drawn: Array = np.zeros((1, 28, 28))
        self._photographs: dict[str, Array] = {}
        self._shapes: Dataset | None = None

    @property
    def drawn(self) -> Array:
        """The drawing as a network receives it, ``(1, 28, 28)``, in hundredths."""
        return self._drawn

    def set_drawing(self, picture: Array) -> None:
        """Note the drawing, ``(28, 28)``, 0 to 1."""
        self._drawn = hundredths(picture)[None]

    def make(self, kind: SourceKind, number: int = 0) -> Source:
        """Make a source; `number` counts digits and shapes, beyond the last one from the first."""
        match kind:
            case "drawing":
                return Source(kind, "my drawing", self._drawn)
            case "tinted":
                return Source(
                    kind, "my drawing, tinted", hundredths(tinted(self._drawn, TINT)), channel_names=RGB
                )
            case "digit":
                test = self._digits()
                number %= len(test)
                picture = hundredths(test.pictures[number].mean(axis=0, keepdims=True) / 255)
                return Source(kind, f"test digit {number}", picture, number)
            case "temple" | "flower":
                if kind not in self._photographs:
                    self._photographs[kind] = hundredths(photograph(kind))
                return Source(kind, f"photograph: {kind}", self._photographs[kind], channel_names=RGB)
            case "shapes":
                if self._shapes is None:
                    self._shapes = rgb_shapes(SHAPES_COUNT, SHAPES_SEED)
                number %= SHAPES_COUNT
                name = self._shapes.classes[self._shapes.labels[number]]
                picture = hundredths(self._shapes.pictures[number] / 255)
                return Source(kind, f"{name} {number}", picture, number, channel_names=RGB)
            case _:
                return Source("seven", "a seven", example_seven())

    @staticmethod
    def of_picture(picture: Array, name: str) -> Source:
        """Make a source of a picture that was opened, dropped or pasted, ``(3, h, w)``."""
        return Source("file", name, hundredths(picture), channel_names=RGB)

    @staticmethod
    def of_file(path: Path) -> Source:
        """Read a picture; PictureError with one sentence if it cannot be."""
        return Sources.of_picture(read_rgb(path), path.name)

    @staticmethod
    def of_network(picture: Array, name: str, link: NetworkLink, step: int | None) -> Source:
        """Make a source of what comes to a convolution, ``(c, h, w)``."""
        count = len(picture)
        names = ("grey",) if count == 1 else tuple(str(number) for number in range(1, count + 1))
        return Source("network", name, picture, channel_names=names, link=link, step=step)
