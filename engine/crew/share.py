"""A member's part of each batch: choose the pictures, change them at random, compute the gradients."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.augment import Augmentation, Augmenter
from engine.errors import EngineError
from engine.freezing import frozen_views
from engine.network import Network
from engine.optimizers import Optimizer
from engine.plan import Executor
from engine.plan.tensor import Array
from engine.training_config import TrainingConfig
from engine.training_data import CheckedData

Batch: TypeAlias = tuple[int, int, int, int]
"""Step from 0, epoch from 0, first and last place in the epoch's order."""


class NotFinite(EngineError):
    """A batch's loss or gradients are no numbers; nothing was updated."""

    def __init__(self, loss: float) -> None:
        super().__init__(f"the loss must be a finite number, got {loss}")
        self.loss = loss


def update(
    parameters: Array, gradients: Array, optimizer: Optimizer, learning_rate: float, loss: float
) -> None:
    """Update parameters by the gradients of a batch; NotFinite if these or its loss are no numbers."""
    if not (np.isfinite(loss) and np.isfinite(gradients @ gradients)):
        raise NotFinite(loss)
    optimizer.step(parameters, gradients, learning_rate)


def generator(
    config: TrainingConfig, purpose: int, moment: int, member: int | None = None
) -> np.random.Generator:
    """Give the random numbers of one purpose at one moment: the same whatever happened before.

    Purpose 0 is the order of an epoch, 1 the augmentation and 2 the dropout of a step.
    """
    seed = (config.seed, purpose, moment)
    return np.random.default_rng(seed if member is None else (*seed, member))


class BatchShare:
    """Computes the gradients of one member's pictures of a batch.

    Parameters
    ----------
    executor
        Computes with the present parameters, and writes the gradients.
    config, data
        How, and on what, is trained.
    member, members
        Which part is computed, of how many; 0 of 1 is the whole batch.
    """

    def __init__(
        self, executor: Executor, config: TrainingConfig, data: CheckedData, member: int = 0, members: int = 1
    ) -> None:
        self._executor, self._config, self._data = executor, config, data
        self._member, self._members = member, members
        how = config.augmentation
        self._augmenter = Augmenter(how, data.pictures.shape[1:]) if isinstance(how, Augmentation) else None
        # A run with one member has the random numbers that it always had.
        self._stream = None if members == 1 else member
        self._order: tuple[int, NDArray[np.int64]] | None = None
        gradients = executor.gradients
        # What does not learn has no gradient: nothing is gathered in the optimiser's moments.
        self._silent = [] if gradients is None else frozen_views(gradients, config.frozen)

    def compute(self, batch: Batch) -> tuple[float, int]:
        """Compute the gradients of the mean loss of the whole batch, as far as they come from this part.

        Parameters
        ----------
        batch
            Step from 0, epoch from 0, first and last place in the epoch's order; at least one picture per
            member.

        Returns
        -------
        The part's share in the mean loss, and its right answers.
        """
        step, epoch, start, stop = batch
        chosen = self._epoch_order(epoch)[start:stop]
        count = len(chosen)
        chosen = chosen[count * self._member // self._members : count * (self._member + 1) // self._members]
        config, data = self._config, self._data
        pictures, labels = data.pictures[chosen], data.labels[chosen]
        if config.augmentation is not None:
            pictures = self._changed(pictures, generator(config, 1, step, self._stream))
        found = self._executor.loss_and_gradients(
            pictures,
            labels,
            weights=None if data.weights is None else data.weights[chosen],
            count=count,
            label_smoothing=config.label_smoothing,
            rng=generator(config, 2, step, self._stream) if self._executor.has_dropout else None,
            update_running=self._member == 0,
        )
        for gradient in self._silent:
            gradient[...] = 0
        return found

    def _changed(self, pictures: Array, rng: np.random.Generator) -> Array:
        """Change pictures at random."""
        if self._augmenter is not None:
            return self._augmenter(pictures, rng)
        assert self._config.augmentation is not None
        if pictures.dtype == np.uint8:
            pictures = np.multiply(pictures, np.float32(1 / 255), dtype=np.float32)
        return self._config.augmentation.apply(pictures, rng)

    def _epoch_order(self, epoch: int) -> NDArray[np.int64]:
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, generator(self._config, 0, epoch).permutation(self._data.count)
        return self._order[1]


class Alone:
    """A run of one process: a step is the gradients of a batch, and an update by them."""

    def __init__(
        self, network: Network, optimizer: Optimizer, config: TrainingConfig, data: CheckedData
    ) -> None:
        self._network, self._optimizer = network, optimizer
        self._share = BatchShare(network.executor_for_training(), config, data)

    def step(self, batch: Batch, learning_rate: float) -> tuple[float, int]:
        """Train on a batch; gives its mean loss and right answers. NotFinite leaves the parameters alone."""
        loss, right = self._share.compute(batch)
        network = self._network
        update(
            network.parameters.trainable, network.gradients.trainable, self._optimizer, learning_rate, loss
        )
        return loss, right

    def close(self) -> None:
        """Nothing is held."""
