"""The program of a helper: computes its part of each batch. Started by `engine.crew.leader`.

It reads runs on standard input, and ends when that does: a leader that dies leaves no helper behind.
"""

import os
import signal
import sys
import threading
from functools import partial
from queue import SimpleQueue

import msgspec

from engine.crew.board import OVER, Board
from engine.crew.leader import RunMessage
from engine.crew.memory import SharedMemory
from engine.crew.rendezvous import Exchange, fence, wait_until
from engine.crew.share import BatchShare
from engine.formats.config_json import config_from_json
from engine.formats.spec_json import spec_from_json
from engine.network import QUIET
from engine.parameters import Parameters
from engine.plan import Executor
from engine.training_data import CheckedData


def main(handle: str | None = None) -> int:
    """Help with one run after the other; gives the exit code."""
    # Ctrl+C in a terminal is for the leader, which ends this process in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = SharedMemory(handle or sys.argv[-1])
    runs: SimpleQueue[RunMessage] = SimpleQueue()
    threading.Thread(target=_listen, args=(runs,), name="runs", daemon=True).start()
    while True:
        _help(memory, runs.get())


def _listen(runs: "SimpleQueue[RunMessage]") -> None:
    """Read runs; end this process, whatever it does, with standard input."""
    pipe = sys.stdin.buffer
    while len(head := pipe.read(4)) == 4:
        content = pipe.read(int.from_bytes(head, "little"))
        runs.put(msgspec.msgpack.decode(content, type=RunMessage))
    os._exit(0)


@QUIET
def _help(memory: SharedMemory, run: RunMessage) -> None:
    spec, config = spec_from_json(run.spec), config_from_json(run.config)
    board = Board(memory.see(run.plan.size, run.generation), run.plan)
    parameters = Parameters(spec.layout, board.parameters)
    gradients = Parameters(spec.layout, board.gradients[run.member])
    executor = Executor(spec, parameters, gradients, exchange=Exchange(board, run.member, _always))
    data = CheckedData(board.pictures, board.labels)
    share = BatchShare(executor, config, data, run.member, run.plan.members)
    seen = 0
    while True:
        wait_until(partial(board.has_begun_after, seen), _always)
        seen = board.round
        if seen == OVER:
            return
        loss, right = share.compute(board.batch)
        board.results[run.member, :2] = loss, right
        fence()
        board.finish(run.member, seen)


def _always() -> bool:
    # A leader that has ended ends this process by itself.
    return True


if __name__ == "__main__":
    sys.exit(main())
