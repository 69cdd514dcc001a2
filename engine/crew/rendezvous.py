"""Waiting for other processes: a moment awake, for steps take less than a millisecond, then asleep."""

import os
import threading
import time
from collections.abc import Callable
from functools import partial

from engine.crew.board import Array, Board
from engine.errors import EngineError

# Looks in a row; then others may have the processor; then, after so many turns, sleep.
_LOOKS, _TURNS = 32, 2000
_SHORTEST_SLEEP, _LONGEST_SLEEP = 0.0002, 0.01

_lock = threading.Lock()


def _sleep_for_nothing() -> None:
    time.sleep(0)


# A sleep of nothing lasts 70 microseconds on Linux, a tenth of a small network's step; giving way a half.
_give_way: Callable[[], None] = getattr(os, "sched_yield", _sleep_for_nothing)


class MemberLost(EngineError):
    """A process of the crew has ended in the middle of a run."""


def wait_until(ready: Callable[[], bool], alive: Callable[[], bool]) -> None:
    """Wait for `ready`; MemberLost when `alive`, asked now and then, no longer holds."""
    for turn in range(_TURNS):
        for _ in range(_LOOKS):
            if ready():
                fence()
                return
        _give_way()
        if turn % 100 == 99 and not alive():
            raise MemberLost
    nap = _SHORTEST_SLEEP
    while not ready():
        time.sleep(nap)
        nap = min(2 * nap, _LONGEST_SLEEP)
        if not alive():
            raise MemberLost
    fence()


def fence() -> None:
    """Keep what was written before apart from what is written after, for processors that swap stores.

    Between numbers and the word that says they are there. Taking and giving back a lock twice has the
    strength that is needed: nothing after the second taking comes before anything before the first giving.
    """
    with _lock:
        pass
    with _lock:
        pass


class Exchange:
    """Adds up a few numbers over all members in the middle of a step: the statistics of a whole batch.

    Two slots in turn: who writes to a slot again has seen everybody arrive at the other one, and so knows
    that everybody has read this one. The sum is taken in the order of the members: the same for all of them.
    """

    def __init__(self, board: Board, member: int, alive: Callable[[], bool]) -> None:
        self._board, self._member, self._alive = board, member, alive
        self._count = 0

    def __call__(self, values: Array) -> None:
        """Replace `values` by their sum over the members."""
        board, size = self._board, values.size
        self._count += 1
        count = self._count
        slot = board.exchange[count % 2, :, :size]
        slot[self._member] = values
        fence()
        board.arrive(self._member, count)
        for member in range(board.plan.members):
            if member != self._member:
                wait_until(partial(board.has_arrived, member, count), self._alive)
        values[...] = slot.sum(axis=0)
