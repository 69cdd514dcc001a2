"""The machine's cores: how many there are, and who has them.

Matrix products take all cores by themselves, which is in the way of everybody who shares a piece of work out
by pictures: of a crew of processes, and of the threads here.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

# Beyond that the parts of usual batches are too small to gain anything.
_MOST = 8

# The threads wait for work as long as the process lives.
THREAD_NAMES = "filterscope-pictures"

_lock = threading.Lock()
_limits: list[Any] = []
_holders = 0


def default_workers() -> int:
    """Tell how many processes or threads share work out unless it is told: one per core that may be used."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(cores, _MOST)


def acquire() -> None:
    """Hold this process's linear algebra to one thread until `release`; any thread, any number of times.

    With the usual one thread per core, each product of one worker would wait for cores on which others
    compute: two workers on two cores then train at half the speed of one.
    """
    global _holders
    with _lock:
        _holders += 1
        if _holders == 1:
            _limits.append(_linear_algebra().limit(limits=1, user_api="blas"))


def release() -> None:
    """Undo one `acquire`; the last one gives back as many threads as there were."""
    global _holders
    with _lock:
        _holders -= 1
        if _holders == 0:
            _limits.pop().restore_original_limits()


def share_out(work: Callable[[int], None], members: int) -> None:
    """Call `work` with each number below `members`, each in a thread of its own, the last one in this one."""
    acquire()
    try:
        others = [_threads().submit(work, member) for member in range(members - 1)]
        try:
            work(members - 1)
        finally:
            # Nobody writes any more when this returns, also where it failed.
            failures = [other.exception() for other in others]
        for failure in failures:
            if failure is not None:
                raise failure
    finally:
        release()


@cache
def _linear_algebra() -> ThreadpoolController:
    """NumPy's; finding it takes a few milliseconds."""
    return ThreadpoolController()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MOST, THREAD_NAMES)


if hasattr(os, "register_at_fork"):
    # The child of a fork has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_threads.cache_clear)
