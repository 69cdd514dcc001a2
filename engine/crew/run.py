"""One run of a crew, as its leader sees it: hands out batches, adds up gradients, updates the parameters."""

import contextlib
import logging
import subprocess
from collections.abc import Sequence
from functools import partial

import numpy as np

from engine import cores
from engine.crew.board import OVER, Board
from engine.crew.rendezvous import Exchange, MemberLost, fence, wait_until
from engine.crew.share import Batch, BatchShare, NotFinite, update
from engine.crew.update import read_settings, update_own_part, write_settings
from engine.freezing import frozen_names
from engine.network import Network
from engine.optimizers import Optimizer
from engine.parameters import Parameters
from engine.plan import Executor
from engine.training_config import TrainingConfig
from engine.training_data import CheckedData

logger = logging.getLogger(__name__)


class CrewRun:
    """One run of a crew, as the leader sees it.

    When a helper is lost, the leader computes its part as well, from the same random numbers: the run goes on
    as if nothing had happened, only slower. Networks that normalise by whole batches are the exception: their
    members need each other in the middle of a step, so the leader then goes on with whole batches.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        config: TrainingConfig,
        data: CheckedData,
        board: Board,
        helpers: Sequence["subprocess.Popen[bytes]"],
    ) -> None:
        self._network, self._optimizer = network, optimizer
        self._config, self._data = config, data
        self._board, self._helpers = board, helpers
        self._members = board.plan.members
        self._round = 0
        self._meet = Exchange(board, 0, self._is_whole)
        parameters, gradients = network.parameters, network.gradients
        board.parameters[...] = parameters.vector
        if board.plan.divided:
            # All members change the parameters on the board; the network's own follow.
            layout = network.spec.layout
            parameters = Parameters(layout, board.parameters)
            gradients = Parameters(layout, board.gradients[0])
            optimizer.adopt(board.moments)
        self._frozen = frozen_names(network.parameters, config.frozen)
        self._parameters = parameters
        executor = Executor(network.spec, parameters, gradients, exchange=self._meet)
        self._own = BatchShare(executor, config, data, 0, self._members)
        self._alone: BatchShare | None = None
        self._stand_ins: list[BatchShare] | None = None
        cores.acquire()

    def step(self, batch: Batch, learning_rate: float) -> tuple[float, int]:
        """Train on a batch; gives its mean loss and right answers. NotFinite leaves the parameters alone."""
        if batch[3] - batch[2] < self._members:
            return self._step_alone(self._whole_batch(batch), learning_rate)
        if self._stand_ins is not None:
            return self._step_alone(self._compute_all(batch), learning_rate)
        try:
            if self._board.plan.divided:
                return self._step_divided(batch, learning_rate)
            return self._step_alone(self._compute_together(batch), learning_rate)
        except MemberLost:
            self._dismiss()
            return self.step(batch, learning_rate)

    def close(self) -> None:
        """End the run; when this returns, the helpers wait for another one."""
        cores.release()
        self._board.begin(OVER)
        for member, helper in enumerate(self._helpers, 1):
            with contextlib.suppress(MemberLost):
                wait_until(partial(self._board.has_finished, member, OVER), partial(_lives, helper))
        if self._board.plan.divided:
            self._optimizer.adopt(np.empty_like(self._board.moments))

    def _is_whole(self) -> bool:
        return all(map(_lives, self._helpers))

    def _step_alone(self, found: tuple[float, int], learning_rate: float) -> tuple[float, int]:
        """Update all parameters by the gradients that were added up."""
        network = self._network
        update(
            network.parameters.trainable,
            network.gradients.trainable,
            self._optimizer,
            learning_rate,
            found[0],
        )
        if self._board.plan.divided:
            self._board.parameters[...] = network.parameters.vector
        return found

    def _begin_round(self, batch: Batch) -> None:
        self._round += 1
        fence()
        self._board.begin(self._round, batch)

    def _wait_for(self, member: int) -> None:
        wait_until(partial(self._board.has_finished, member, self._round), self._is_whole)

    def _compute_together(self, batch: Batch) -> tuple[float, int]:
        board, total = self._board, self._network.gradients.vector
        board.parameters[...] = self._network.parameters.vector
        self._begin_round(batch)
        loss, right = self._own.compute(batch)
        for member in range(1, self._members):
            self._wait_for(member)
            total += board.gradients[member]
            loss += float(board.results[member, 0])
            right += int(board.results[member, 1])
        return loss, right

    def _step_divided(self, batch: Batch, learning_rate: float) -> tuple[float, int]:
        board, optimizer = self._board, self._optimizer
        for name in self._frozen:
            # Put back by the trainer after the step before.
            self._parameters[name][...] = self._network.parameters[name]
        write_settings(board, optimizer, learning_rate)
        self._begin_round(batch)
        loss, right = self._own.compute(batch)
        # Whoever is lost up to here has changed nothing: the step is made again.
        loss, right, finite = update_own_part(board, 0, self._meet, optimizer, learning_rate, loss, right)
        if not finite:
            raise NotFinite(loss)
        for member in range(1, self._members):
            try:
                self._wait_for(member)
            except MemberLost:
                # It may have updated some of its part. A second update of that is a slightly longer step.
                counts = optimizer.counts
                read_settings(board, optimizer)
                optimizer.step(board.parameters, board.total, learning_rate, board.plan.part(member))
                optimizer.counts = counts
                self._dismiss()
        self._network.parameters.vector[...] = board.parameters
        return loss, right

    def _dismiss(self) -> None:
        """Go on without helpers."""
        if self._stand_ins is not None:
            return
        logger.warning("a process that helped with training has ended; training goes on without it")
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

    def _compute_all(self, batch: Batch) -> tuple[float, int]:
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

    def _whole_batch(self, batch: Batch) -> tuple[float, int]:
        """Compute a batch with fewer pictures than there are members."""
        if self._alone is None:
            executor = Executor(self._network.spec, self._network.parameters, self._network.gradients)
            self._alone = BatchShare(executor, self._config, self._data)
        return self._alone.compute(batch)


def _lives(helper: "subprocess.Popen[bytes]") -> bool:
    return helper.poll() is None
