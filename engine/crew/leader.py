"""The process that trains: starts helpers, and hands runs to them."""

import contextlib
import logging
import os
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from engine.crew.board import Board, BoardPlan
from engine.crew.memory import SharedMemory
from engine.crew.run import CrewRun
from engine.formats.config_json import config_to_json
from engine.formats.spec_json import spec_to_json
from engine.network import Network
from engine.optimizers import Optimizer
from engine.training_config import TrainingConfig
from engine.training_data import CheckedData

logger = logging.getLogger(__name__)

_PATIENCE_S = 5.0
HELPER_ARGUMENT = "--training-helper"
ROOT = Path(__file__).resolve().parent.parent.parent


class RunMessage(msgspec.Struct):
    """What a helper is told of a run."""

    spec: str
    config: str
    plan: BoardPlan
    member: int
    generation: int


class Crew:
    """Helpers that wait for runs, everything imported. One run at a time; one thread.

    Parameters
    ----------
    helpers
        How many processes are started beside this one.
    """

    def __init__(self, helpers: int) -> None:
        self._memory = SharedMemory()
        self._generation = 0
        self._helpers = [_start(self._memory) for _ in range(helpers)]
        # Also when nobody closes it: at the latest when this process ends.
        self._end = weakref.finalize(self, _end, self._helpers, self._memory)

    @property
    def members(self) -> int:
        """The processes: this one and its helpers."""
        return 1 + len(self._helpers)

    @property
    def is_whole(self) -> bool:
        """Whether every helper is there."""
        return all(helper.poll() is None for helper in self._helpers)

    def begin(
        self, network: Network, optimizer: Optimizer, config: TrainingConfig, data: CheckedData
    ) -> CrewRun:
        """Hand a run to the helpers; `CrewRun.close` ends it."""
        vector = network.parameters.vector
        weighted = data.weights is not None
        plan = BoardPlan.of(network.spec, vector.dtype, data.pictures, self.members, weighted=weighted)
        self._generation += 1
        board = Board(self._memory.make(plan.size, self._generation), plan)
        # The memory may hold the words of a run before.
        board.reset()
        board.pictures[...] = data.pictures
        board.labels[...] = data.labels
        if board.weights is not None:
            board.weights[...] = data.weights
        spec, settings = spec_to_json(network.spec), config_to_json(config)
        for member, helper in enumerate(self._helpers, 1):
            message = RunMessage(spec, settings, plan, member, self._generation)
            # One that has ended is found when its answer is awaited.
            with contextlib.suppress(OSError):
                pipe = cast(BinaryIO, helper.stdin)
                content = msgspec.msgpack.encode(message)
                pipe.write(len(content).to_bytes(4, "little") + content)
                pipe.flush()
        return CrewRun(network, optimizer, config, data, board, self._helpers)

    def close(self) -> None:
        """End the helpers."""
        self._end()


def _end(helpers: Sequence["subprocess.Popen[bytes]"], memory: SharedMemory) -> None:
    """Close the helpers' input, at which they end by themselves; kill those that do not."""
    for helper in helpers:
        with contextlib.suppress(OSError):
            cast(BinaryIO, helper.stdin).close()
    for helper in helpers:
        try:
            helper.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()
    memory.close()


def _start(memory: SharedMemory) -> "subprocess.Popen[bytes]":
    frozen = getattr(sys, "frozen", False)
    # -P: the folder that the program happens to be started from must not be where modules come from.
    module = [HELPER_ARGUMENT] if frozen else ["-P", "-m", "engine.crew.helper"]
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, *module, memory.handle],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=memory.inherited,
        env=os.environ | single | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
