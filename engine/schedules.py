"""Learning rate schedules: a factor of the base learning rate at each point of a run."""

from collections.abc import Callable
from math import cos, pi
from typing import Literal

ScheduleName = Literal["constant", "cosine", "onecycle"]
Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """Give 1 throughout."""
    return 1.0


def cosine(progress: float) -> float:
    """From 1 down to 0 along half a cosine. Source: Loshchilov and Hutter (2017), without restarts."""
    return 0.5 * (1 + cos(pi * min(progress, 1.0)))


def onecycle(
    progress: float, *, warm_up: float = 0.3, start: float = 1 / 25, end: float = 1e-4 / 25
) -> float:
    """Up from `start` to 1 over the first `warm_up` of the run, then down to `end`, along half cosines.

    Source: Smith and Topin (2018), in PyTorch's `OneCycleLR` form.
    """
    progress = min(progress, 1.0)
    if progress < warm_up:
        return start + (1 - start) * (1 - cosine(progress / warm_up))
    return end + (1 - end) * cosine((progress - warm_up) / (1 - warm_up))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "cosine": cosine, "onecycle": onecycle}
