"""Probes and tracks for tests of the rack."""

import numpy as np

from engine.probe_history import ProbeTrack
from engine.probes import Probe

DIGITS = tuple("0123456789")


def probe_of(key="a", label=7, name="my 7", picture=None, classes=DIGITS) -> Probe:
    if picture is None:
        picture = np.zeros((1, 28, 28), np.uint8)
    return Probe(key, label, picture, name, classes=classes)


def track_of(curve, steps=None, label=7) -> ProbeTrack:
    """A track whose true class has these probabilities; the answer is 1 where it is below one half."""
    curve = np.asarray(curve, np.float32)
    steps = np.arange(len(curve)) * 10 if steps is None else steps
    probabilities = np.zeros((len(curve), 10), np.float32)
    probabilities[:, 7] = curve
    probabilities[:, 1] = 1 - curve
    return ProbeTrack(np.asarray(steps, np.int64), probabilities, label)
