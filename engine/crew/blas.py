"""One thread for matrix products while a crew trains: its members already have the cores among them."""

import threading
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_limits: list[Any] = []
_holders = 0


def acquire() -> None:
    """Hold this process's linear algebra to one thread until `release`; any thread, any number of times.

    With the usual one thread per core, each product of the leader would wait for cores on which helpers
    compute: two workers on two cores then train at half the speed of one.
    """
    global _holders
    with _lock:
        _holders += 1
        if _holders == 1:
            _limits.append(ThreadpoolController().limit(limits=1, user_api="blas"))


def release() -> None:
    """Undo one `acquire`; the last one gives back as many threads as there were."""
    global _holders
    with _lock:
        _holders -= 1
        if _holders == 0:
            _limits.pop().restore_original_limits()
