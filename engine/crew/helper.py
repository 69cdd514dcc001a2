"""The program of a helper: computes its part of each batch. Started by `engine.crew.leader`.

It reads runs on standard input, and ends when that does: a leader that dies leaves no helper behind.
"""

import contextlib
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
from engine.crew.rendezvous import Exchange, MemberLost, fence, wait_until
from engine.crew.share import BatchShare
from engine.crew.update import read_settings, update_own_part
from engine.formats.config_json import config_from_json
from engine.formats.spec_json import spec_from_json
from engine.network import QUIET
from engine.optimizers import make_optimizer
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
    meet = Exchange(board, run.member, board.is_open)
    executor = Executor(spec, parameters, gradients, exchange=meet)
    data = CheckedData(board.pictures, board.labels, board.weights)
    share = BatchShare(executor, config, data, run.member, run.plan.members)
    optimizer = make_optimizer(
        config.optimizer,
        momentum=config.momentum,
        nesterov=config.nesterov,
        weight_decay=config.weight_decay,
    )
    if run.plan.divided:
        optimizer.adopt(board.moments, keep=False)
    seen = 0
    # The run may end in the middle of a step, while others are awaited. The leader waits to hear that it has,
    # before it writes down another run.
    with contextlib.suppress(MemberLost):
        while True:
            wait_until(partial(board.has_begun_after, seen), board.is_open)
            seen = board.round
            if seen == OVER:
                break
            loss, right = share.compute(board.batch)
            if run.plan.divided:
                rate = read_settings(board, optimizer)
                update_own_part(board, run.member, meet, optimizer, rate, loss, right)
            else:
                board.results[run.member, :2] = loss, right
            fence()
            board.finish(run.member, seen)
    board.finish(run.member, OVER)


if __name__ == "__main__":
    sys.exit(main())
