"""The training loop, as a generator that yields after each step."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from engine.crew import Crew
from engine.crew.run import CrewRun
from engine.crew.share import Alone, NotFinite
from engine.errors import ConfigError, EngineError
from engine.freezing import check_frozen, frozen_views
from engine.network import QUIET, Network
from engine.optimizers import Optimizer, make_optimizer
from engine.parameters import Parameters
from engine.schedules import SCHEDULES
from engine.training_config import TrainingConfig
from engine.training_data import BEGINNING, CheckedData, Data, Position, check_data


class TrainingDiverged(EngineError):
    """The loss or its gradient is not a finite number. The parameters are those before that step."""

    ADVICE = "Try a learning rate ten times smaller, and start again from the same seed."

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(
            f"Training stopped at step {step}: the loss is no longer a usable number ({loss:.3g}). "
            f"{self.ADVICE}"
        )
        self.step, self.loss = step, loss


@dataclass(frozen=True, slots=True)
class StepReport:
    """One finished step: its number from 1, its epoch from 0, and the batch's figures before the step."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    batch_size: int


@dataclass(frozen=True, slots=True, eq=False)
class TrainerState:
    """Everything that a trainer needs to go on as if it had never stopped, beside data and configuration."""

    position: Position
    parameters: Parameters
    optimizer: dict[str, NDArray[Any]]
    averaged: Parameters | None = None


class Trainer:
    """Trains a network in place. One thread at a time; `run` may be left and never finished.

    Same network, configuration and data: bit-equal parameters after each step, whoever watches.

    Parameters
    ----------
    network
        Its parameters are changed.
    config
        May be replaced between steps through `set`.
    crew
        Helpers that wait already; without them a run with several workers starts its own.

    Raises
    ------
    ConfigError
        If a layer that is to be frozen is not one of the network's that have parameters.
    """

    def __init__(self, network: Network, config: TrainingConfig, crew: Crew | None = None) -> None:
        self._crew = crew
        self.network, self.config = network, config
        check_frozen(network.spec, config.frozen)
        self._frozen = frozen_views(network.parameters, config.frozen)
        self.averaged: Parameters | None = None
        self.position = BEGINNING
        self._optimizer = _optimizer_of(config)

    def set(self, **changes: Any) -> None:
        """Change settings from the next step on: learning_rate, momentum, weight_decay, batch_size, epochs.

        ConfigError, and no change, if a value is not allowed.
        """
        changeable = ("learning_rate", "momentum", "weight_decay", "batch_size", "epochs")
        for name in changes:
            if name not in changeable:
                raise ConfigError(f"only {', '.join(changeable)} can change during a run, got {name}")
        self.config = replace(self.config, **changes)
        self._optimizer.momentum = self.config.momentum
        self._optimizer.weight_decay = self.config.weight_decay

    def configure(self, config: TrainingConfig) -> None:
        """Train with any other settings from now on; not while `run` is in use.

        Another kind of optimiser begins without memory.
        """
        check_frozen(self.network.spec, config.frozen)
        self._frozen = frozen_views(self.network.parameters, config.frozen)
        same_kind = config.optimizer == self.config.optimizer
        remembered = self._optimizer.state() if same_kind else {}
        self.config, self._optimizer = config, _optimizer_of(config)
        self._optimizer.restore(remembered)

    def state(self) -> TrainerState:
        """Copy what is needed to go on later, between steps."""
        averaged = None if self.averaged is None else self.averaged.frozen()
        return TrainerState(
            self.position, self.network.parameters.frozen(), self._optimizer.state(), averaged
        )

    def restore(self, state: TrainerState) -> None:
        """Go back to `state`; the next step is bit-equal to the one that followed it then."""
        self.position = state.position
        self.network.parameters.vector[...] = state.parameters.vector
        self._optimizer.restore(state.optimizer)
        self.averaged = None if state.averaged is None else state.averaged.copy()

    def run(self, data: Data) -> Generator[StepReport]:
        """Train on `data` from the present position on, yielding after each step.

        Parameters
        ----------
        data
            A pair (pictures, labels) or a data set; pictures uint8 0–255 or float 0–1, ``(n, c, h, w)`` or
            ``(n, h, w)``. With a third part, weights ``(n,)``, a picture's loss counts so many times in the
            mean over its batch.

        Raises
        ------
        DataError
            If the data does not fit the network.
        TrainingDiverged
            If a loss is not finite; the parameters stay as they were before that step.
        """
        checked = check_data(data, self.network, self.position)
        work = self._workforce(checked)
        try:
            while self.position.epoch < self.config.epochs:
                yield self._step(checked, work)
        finally:
            work.close()

    def close(self) -> None:
        """End the processes that helped, if there were any; `run` starts new ones."""
        crew, self._crew = self._crew, None
        if crew is not None:
            crew.close()

    def _workforce(self, data: CheckedData) -> Alone | CrewRun:
        """Give what computes the gradients: this process alone, or a crew."""
        if self.config.workers == 1:
            return Alone(self.network, self._optimizer, self.config, data)
        if self._crew is None or self._crew.members != self.config.workers or not self._crew.is_whole:
            self.close()
            self._crew = Crew(self.config.workers - 1)
        return self._crew.begin(self.network, self._optimizer, self.config, data)

    # What grows beyond all numbers is found below, once, and not by warnings on the way.
    @QUIET
    def _step(self, data: CheckedData, work: Alone | CrewRun) -> StepReport:
        config, network, at = self.config, self.network, self.position
        end = min(at.picture + config.batch_size, data.count)
        state = network.parameters.state.copy()
        kept = [values.copy() for values in self._frozen]
        progress = (at.epoch + at.picture / data.count) / config.epochs
        learning_rate = config.learning_rate * SCHEDULES[config.schedule](progress)
        try:
            loss, right = work.step((at.step, at.epoch, at.picture, end), learning_rate)
        except NotFinite as error:
            network.parameters.state[...] = state
            raise TrainingDiverged(at.step + 1, error.loss) from None
        for values, before in zip(self._frozen, kept, strict=True):
            # Weight decay and batch normalisation change what has no gradient, too.
            values[...] = before
        if config.averaging:
            self._average(at.step + 1)
        if end < data.count:
            self.position = Position(at.step + 1, at.epoch, end)
        else:
            self.position = Position(at.step + 1, at.epoch + 1, 0)
        count = end - at.picture
        return StepReport(at.step + 1, at.epoch, loss, right / count, learning_rate, count)

    def _average(self, step: int) -> None:
        now = self.network.parameters.vector
        if self.averaged is None:
            self.averaged = self.network.parameters.copy()
            return
        # A young average follows quickly, so that the random first values are forgotten.
        decay = min(self.config.averaging, (1 + step) / (10 + step))
        average = self.averaged.vector
        average += now.dtype.type(1 - decay) * (now - average)


def _optimizer_of(config: TrainingConfig) -> Optimizer:
    return make_optimizer(
        config.optimizer,
        momentum=config.momentum,
        nesterov=config.nesterov,
        weight_decay=config.weight_decay,
    )
