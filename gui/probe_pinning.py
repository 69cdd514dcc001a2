"""Probes made of what is drawn or of a picture of a data set."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

import numpy as np

from engine.datasets import NO_DIGIT, Dataset
from engine.drawing import Drawing, as_received, prepare
from engine.probes import Probe
from gui.pad.digit_picker import dataset_drawing, thing_of

_UNNAMED = "my drawing"


def probe_of_drawing(
    drawing: Drawing, channels: int, classes: Sequence[str], taken: Iterable[str]
) -> Probe | None:
    """Make a probe of a drawing; None of one without ink.

    Its class is known where it is a picture of a data set with these classes, unchanged.

    Parameters
    ----------
    drawing
        What is drawn.
    channels
        Of the network that reads it now.
    classes
        Those that may be chosen.
    taken
        Names of other probes.
    """
    preparation = prepare(drawing)
    if preparation.blank:
        return None
    of_these = drawing.name.startswith(f"{thing_of(classes)} ") and not drawing.strokes
    known = of_these and drawing.label is not None and 0 <= drawing.label < len(classes)
    return Probe(
        uuid4().hex,
        drawing.label if known else None,
        as_received(drawing, preparation, channels),
        unique_name(drawing.name or _UNNAMED, taken),
        drawing,
        tuple(classes),
    )


def probe_of_digit(dataset: Dataset, index: int, taken: Iterable[str]) -> Probe:
    """Make a probe of a picture of a data set, of its very pixels and its class."""
    drawing = dataset_drawing(dataset, index)
    exact = drawing.backdrop is not None and drawing.backdrop.exact
    return Probe(
        uuid4().hex,
        int(dataset.labels[index]),
        dataset.pictures[index],
        unique_name(drawing.name, taken),
        # Another size is not what the person sees on the canvas: such a picture is for its own networks.
        drawing if exact else None,
        dataset.classes,
    )


def same_picture(first: Probe, second: Probe) -> bool:
    """Tell whether two probes ask the same."""
    one, other = (probe.received_by(probe.picture.shape) for probe in (first, second))
    return one is not None and other is not None and bool(np.array_equal(one, other))


def unique_name(name: str, taken: Iterable[str]) -> str:
    """Give the name, or one with a number that no other has: "my drawing 2"."""
    names = set(taken)
    numbered = (f"{name} {number}" for number in range(2, len(names) + 3))
    return next(each for each in (name, *numbered) if each not in names)


def choosable(classes: Sequence[str]) -> tuple[str, ...]:
    """Give the classes that a picture can be of."""
    return tuple(name for name in classes if name != NO_DIGIT)
