"""Which pictures a network can look at: those of its run, test digits, or coloured shapes."""

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from engine.datasets import NO_DIGIT, Dataset
from engine.datasets.shapes import SHAPES, SPLIT_SEEDS, rgb_shapes
from engine.spec import NetworkSpec

# Enough to find what excites a channel, and little enough to be gone through in seconds.
MOST = 2_000
SIDE = 28


class PictureSets:
    """Finds test pictures that fit a network. Any thread may ask.

    Parameters
    ----------
    digits
        Gives the embedded test digits.
    """

    def __init__(self, digits: Callable[[], Dataset]) -> None:
        self._digits = digits
        self._of_run: Dataset | None = None
        self._shapes: Dataset | None = None
        self._lock = Lock()

    def set_of_run(self, test: Dataset) -> None:
        """Note the test pictures of the run."""
        self._of_run = test

    def fitting(self, spec: NetworkSpec) -> Dataset | None:
        """Give test pictures of the network's size and classes; None where there are none.

        Those of the run come first, where they fit. A network of digits may have a class for what is none.
        """
        classes = tuple(name for name in spec.classes if name != NO_DIGIT)
        run = self._of_run
        if run is not None and (run.picture_shape, run.classes) == (spec.input_shape, classes):
            return run
        if (spec.input_shape, classes) == ((3, SIDE, SIDE), SHAPES):
            return self._made_shapes()
        # Grey ones go into each input channel.
        return self._digits() if spec.input_shape[1:] == (SIDE, SIDE) else None

    def searched(self, spec: NetworkSpec) -> NDArray[np.uint8] | None:
        """Give the pictures of `fitting` that are searched for what excites a channel, as in a `Dataset`."""
        found = self.fitting(spec)
        return None if found is None else found.pictures[:MOST]

    def pickable(self, spec: NetworkSpec) -> Dataset:
        """Give test pictures for the canvas: of the network's own kind, or else digits."""
        return self.fitting(spec) or self._digits()

    def measuring(self, spec: NetworkSpec) -> Dataset | None:
        """Give the test pictures of `fitting` if their classes are the network's, so that they measure it."""
        found = self.fitting(spec)
        classes = tuple(name for name in spec.classes if name != NO_DIGIT)
        return found if found is not None and found.classes == classes else None

    def _made_shapes(self) -> Dataset:
        with self._lock:
            if self._shapes is None:
                self._shapes = rgb_shapes(MOST, SPLIT_SEEDS[1], SIDE)
            return self._shapes
