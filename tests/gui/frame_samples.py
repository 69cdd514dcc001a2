"""Hand-made frames for tests of panels: no session, no thread."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkSpec, ReLU
from engine.datasets import Dataset
from engine.drawing import Drawing, Stroke
from engine.parameters import Parameters
from gui.frames import Frame, Subject, compute_frame
from gui.picture_sets import PictureSets

SPEC = NetworkSpec(
    (1, 28, 28),
    (Conv2D(4, 3), ReLU(), MaxPool2D(2), Conv2D(6, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)),
)
SMALL = NetworkSpec((1, 28, 28), (Conv2D(2, 5), ReLU(), Flatten(), Dense(10)))
INK = Drawing((Stroke(((0.5, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="my drawing")


def parameters_of(spec: NetworkSpec = SPEC, seed: int = 1) -> Parameters:
    """Random values that nobody writes to."""
    return Network(spec, seed).parameters.frozen()


def frame_of(
    *,
    spec: NetworkSpec = SPEC,
    seed: int = 1,
    drawing: Drawing = INK,
    key: str = "Run 1",
    step: int | None = 7,
    reference: Parameters | None = None,
) -> Frame:
    """What a network of random values makes of a drawing."""
    subject = Subject(key, key, step, spec, parameters_of(spec, seed), reference)
    return compute_frame(subject, drawing, Network(spec), None)


def sets_of(pictures: NDArray[Any]) -> PictureSets:
    """Pictures ``(n, 28, 28)`` of digits in turn, to be looked at."""
    return PictureSets(lambda: Dataset("digits", pictures[:, None], np.arange(len(pictures)) % 10))
