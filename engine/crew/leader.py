"""The process that trains: starts helpers, hands out batches, adds up gradients."""

import contextlib
import logging
import os
import subprocess
import sys
import weakref
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from engine.crew.board import OVER, Board, BoardPlan
from engine.crew.memory import SharedMemory
from engine.crew.rendezvous import Exchange, MemberLost, fence, wait_until
from engine.crew.share import BatchShare
from engine.formats.config_json import config_to_json
from engine.formats.spec_json import spec_to_json
from engine.network import Network
from engine.plan import Executor
from engine.training_config import TrainingConfig
from engine.training_data import CheckedData

logger = logging.getLogger(__name__)

_PATIENCE_S = 5.0
# Beyond that the parts of usual batches are too small to gain anything.
_MOST_BY_ITSELF = 8
HELPER_ARGUMENT = "--training-helper"
ROOT = Path(__file__).resolve().parent.parent.parent


def default_workers() -> int:
    """Tell how many processes a training takes unless it is told: one per core that it may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(cores, _MOST_BY_ITSELF)


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

    def begin(self, network: Network, config: TrainingConfig, data: CheckedData) -> "CrewRun":
        """Hand a run to the helpers; `CrewRun.close` ends it."""
        vector = network.parameters.vector
        plan = BoardPlan.of(network.spec, vector.dtype, data.pictures, self.members)
        self._generation += 1
        board = Board(self._memory.make(plan.size, self._generation), plan)
        # The memory may hold the words of a run before.
        board.reset()
        board.pictures[...] = data.pictures
        board.labels[...] = data.labels
        spec, settings = spec_to_json(network.spec), config_to_json(config)
        for member, helper in enumerate(self._helpers, 1):
            message = RunMessage(spec, settings, plan, member, self._generation)
            # One that has ended is found when its answer is awaited.
            with contextlib.suppress(OSError):
                pipe = cast(BinaryIO, helper.stdin)
                content = msgspec.msgpack.encode(message)
                pipe.write(len(content).to_bytes(4, "little") + content)
                pipe.flush()
        return CrewRun(network, config, data, board, self._helpers)

    def close(self) -> None:
        """End the helpers."""
        self._end()


class CrewRun:
    """One run of a crew, as the leader sees it.

    When a helper is lost, the leader computes its part as well, from the same random numbers: the run goes on
    as if nothing had happened, only slower. Networks that normalise by whole batches are the exception: their
    members need each other in the middle of a step, so the leader then goes on with whole batches.
    """

    def __init__(
        self,
        network: Network,
        config: TrainingConfig,
        data: CheckedData,
        board: Board,
        helpers: Sequence["subprocess.Popen[bytes]"],
    ) -> None:
        self._network, self._config, self._data = network, config, data
        self._board, self._helpers = board, helpers
        self._members = board.plan.members
        self._round = 0
        executor = Executor(
            network.spec,
            network.parameters,
            network.gradients,
            exchange=Exchange(board, 0, self._is_whole),
        )
        self._own = BatchShare(executor, config, data, 0, self._members)
        self._alone: BatchShare | None = None
        self._stand_ins: list[BatchShare] | None = None

    def compute(self, batch: tuple[int, int, int, int]) -> tuple[float, int]:
        """Compute a batch's mean loss and right answers; the gradients go to the network's own."""
        _, _, start, stop = batch
        if stop - start < self._members:
            return self._whole_batch(batch)
        if self._stand_ins is not None:
            return self._compute_all(batch)
        try:
            return self._compute_together(batch)
        except MemberLost:
            logger.warning("a process that helped with training has ended; training goes on without it")
            self._dismiss()
            return self.compute(batch)

    def close(self) -> None:
        """End the run; the helpers wait for another one."""
        self._board.begin(OVER)

    def _is_whole(self) -> bool:
        return all(helper.poll() is None for helper in self._helpers)

    def _compute_together(self, batch: tuple[int, int, int, int]) -> tuple[float, int]:
        board, total = self._board, self._network.gradients.vector
        self._round += 1
        board.parameters[...] = self._network.parameters.vector
        fence()
        board.begin(self._round, batch)
        loss, right = self._own.compute(batch)
        for member in range(1, self._members):
            wait_until(partial(board.has_finished, member, self._round), self._is_whole)
            total += board.gradients[member]
            loss += float(board.results[member, 0])
            right += int(board.results[member, 1])
        return loss, right

    def _dismiss(self) -> None:
        """Go on without helpers."""
        self._board.begin(OVER)
        spec, parameters = self._network.spec, self._network.parameters
        executor = Executor(spec, parameters, self._network.gradients)
        if executor.needs_whole_batches:
            self._stand_ins = [BatchShare(executor, self._config, self._data)]
            return
        self._stand_ins = [
            BatchShare(executor, self._config, self._data, member, self._members)
            for member in range(self._members)
        ]

    def _compute_all(self, batch: tuple[int, int, int, int]) -> tuple[float, int]:
        """Compute every member's part, one after the other, and add up as if they had come from helpers."""
        assert self._stand_ins is not None
        gradients = self._network.gradients.vector
        loss, right = self._stand_ins[0].compute(batch)
        if len(self._stand_ins) == 1:
            return loss, right
        total = gradients.copy()
        for share in self._stand_ins[1:]:
            more, correct = share.compute(batch)
            total += gradients
            loss, right = loss + more, right + correct
        gradients[...] = total
        return loss, right

    def _whole_batch(self, batch: tuple[int, int, int, int]) -> tuple[float, int]:
        """Compute a batch with fewer pictures than there are members."""
        if self._alone is None:
            executor = Executor(self._network.spec, self._network.parameters, self._network.gradients)
            self._alone = BatchShare(executor, self._config, self._data)
        return self._alone.compute(batch)


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
