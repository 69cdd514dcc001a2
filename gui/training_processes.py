"""Where training runs: in how many processes, if not on a thread of this one."""

import os

from engine.cores import default_workers


def trains_in_process() -> bool:
    """Whether training gets a process of its own: it does unless there is one core, or somebody says so."""
    wanted = os.environ.get("FILTERSCOPE_TRAINING", "")
    return wanted != "thread" and (os.cpu_count() or 1) > 1


def training_workers() -> int:
    """Tell how many processes share the batches of a new run.

    They wait for each other at each step, so that one that shares its core with the window holds all of them
    up: from three cores on, one is left to the window.
    """
    if not trains_in_process():
        return 1
    return max(min(default_workers(), 2), default_workers() - 1)
