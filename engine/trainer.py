"""The training loop, as a generator that yields after each step."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, DataError, EngineError
from engine.network import QUIET, Network
from engine.optimizers import OptimizerName, make_optimizer
from engine.parameters import Parameters
from engine.schedules import SCHEDULES, ScheduleName


class TrainingDiverged(EngineError):
    """The loss or its gradient is not a finite number. The parameters are those before that step."""

    ADVICE = "Try a learning rate ten times smaller, and start again from the same seed."

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(
            f"Training stopped at step {step}: the loss is no longer a usable number ({loss:.3g}). "
            f"{self.ADVICE}"
        )
        self.step, self.loss = step, loss


class Augmentation(Protocol):
    """Random changes of pictures ``(n, c, h, w)``, float 0–1; see `engine.augment`."""

    def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]: ...


class LabelledPictures(Protocol):
    """What a data set offers: pictures ``(n, c, h, w)`` and labels ``(n,)``."""

    @property
    def pictures(self) -> NDArray[Any]: ...

    @property
    def labels(self) -> NDArray[Any]: ...


Data = LabelledPictures | tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. Immutable; a run's present settings are a changed copy.

    Parameters
    ----------
    epochs
        Times that the whole data set is gone through.
    batch_size
        Pictures per step; an epoch's last step takes what is left.
    learning_rate
        Before the schedule's factor.
    optimizer, momentum, nesterov, weight_decay
        "sgd", "adam" or "adamw"; `momentum` is Adam's β₁; Nesterov is for SGD.
    schedule
        "constant", "cosine" or "onecycle", over all the epochs.
    label_smoothing
        Share of the target that is spread over all classes.
    augmentation
        Random changes of each picture at each epoch, or None.
    averaging
        Decay per step of the running average of the parameters (`Trainer.averaged`), 0 for none.
    seed
        Of the order of the pictures, the augmentation and dropout. Not of the network's first values.

    Raises
    ------
    ConfigError
        If a value is outside what is allowed.
    """

    epochs: int = 1
    batch_size: int = 64
    learning_rate: float = 1e-3
    optimizer: OptimizerName = "adam"
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: ScheduleName = "constant"
    label_smoothing: float = 0.0
    augmentation: Augmentation | None = None
    averaging: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ConfigError(f"{name} must be a whole number of at least {least}, got {value!r}")
        if not (_is_number(self.learning_rate) and 0 < self.learning_rate < float("inf")):
            raise ConfigError(f"learning_rate must be a number above 0, got {self.learning_rate!r}")
        for name in ("momentum", "label_smoothing", "averaging"):
            value = getattr(self, name)
            if not (_is_number(value) and 0 <= value < 1):
                raise ConfigError(f"{name} must be a number of at least 0 and below 1, got {value!r}")
        if not (_is_number(self.weight_decay) and 0 <= self.weight_decay < float("inf")):
            raise ConfigError(f"weight_decay must be a number of at least 0, got {self.weight_decay!r}")
        if self.schedule not in SCHEDULES:
            raise ConfigError(f"schedule must be one of {', '.join(SCHEDULES)}, got {self.schedule!r}")
        make_optimizer(self.optimizer, momentum=0, nesterov=False, weight_decay=0)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class StepReport:
    """One finished step: its number from 1, its epoch from 0, and the batch's figures before the step."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    batch_size: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run is: finished steps, the present epoch, and pictures of it that are done."""

    step: int = 0
    epoch: int = 0
    picture: int = 0


BEGINNING = Position()


@dataclass(frozen=True, slots=True, eq=False)
class TrainerState:
    """Everything that a trainer needs to go on as if it had never stopped, beside data and configuration."""

    position: Position
    parameters: Parameters
    optimizer: dict[str, NDArray[Any]]
    averaged: Parameters | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    pictures: NDArray[Any]
    labels: NDArray[np.int64]
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", len(self.pictures))


class Trainer:
    """Trains a network in place. One thread at a time; `run` may be left and never finished.

    Same network, configuration and data: bit-equal parameters after each step, whoever watches.

    Parameters
    ----------
    network
        Its parameters are changed.
    config
        May be replaced between steps through `set`.
    """

    def __init__(self, network: Network, config: TrainingConfig) -> None:
        self.network, self.config = network, config
        self.averaged: Parameters | None = None
        self.position = BEGINNING
        self._optimizer = make_optimizer(
            config.optimizer,
            momentum=config.momentum,
            nesterov=config.nesterov,
            weight_decay=config.weight_decay,
        )

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

    def run(self, data: Data) -> Iterator[StepReport]:
        """Train on `data` from the present position on, yielding after each step.

        Parameters
        ----------
        data
            A pair (pictures, labels) or a data set; pictures uint8 0–255 or float 0–1, ``(n, c, h, w)`` or
            ``(n, h, w)``.

        Raises
        ------
        DataError
            If the data does not fit the network.
        TrainingDiverged
            If a loss is not finite; the parameters stay as they were before that step.
        """
        checked = check_data(data, self.network, self.position)
        while self.position.epoch < self.config.epochs:
            # Seeded per epoch, so that an epoch's order does not depend on what happened in those before.
            order = self._rng(self.position.epoch, 0).permutation(checked.count)
            epoch = self.position.epoch
            while self.position.epoch == epoch:
                yield self._step(checked, order)

    # What grows beyond all numbers is found below, once, and not by warnings on the way.
    @QUIET
    def _step(self, data: _Checked, order: NDArray[np.int64]) -> StepReport:
        config, network, at = self.config, self.network, self.position
        chosen = order[at.picture : at.picture + config.batch_size]
        pictures, labels = data.pictures[chosen], data.labels[chosen]
        if config.augmentation is not None:
            if pictures.dtype == np.uint8:
                pictures = np.multiply(pictures, np.float32(1 / 255), dtype=np.float32)
            pictures = config.augmentation.apply(pictures, self._rng(at.step, 1))
        state = network.parameters.state.copy()
        loss, right = network.executor_for_training().loss_and_gradients(
            pictures,
            labels,
            label_smoothing=config.label_smoothing,
            rng=self._rng(at.step, 2) if self._has_dropout else None,
            update_running=True,
        )
        slope = network.gradients.trainable
        if not (np.isfinite(loss) and np.isfinite(slope @ slope)):
            network.parameters.state[...] = state
            raise TrainingDiverged(at.step + 1, loss)
        progress = (at.epoch + at.picture / data.count) / config.epochs
        learning_rate = config.learning_rate * SCHEDULES[config.schedule](progress)
        self._optimizer.step(network.parameters.trainable, slope, learning_rate)
        if config.averaging:
            self._average(at.step + 1)
        picture = at.picture + len(chosen)
        if picture < data.count:
            self.position = Position(at.step + 1, at.epoch, picture)
        else:
            self.position = Position(at.step + 1, at.epoch + 1, 0)
        return StepReport(at.step + 1, at.epoch, loss, right / len(chosen), learning_rate, len(chosen))

    def _average(self, step: int) -> None:
        now = self.network.parameters.vector
        if self.averaged is None:
            self.averaged = self.network.parameters.copy()
            return
        # A young average follows quickly, so that the random first values are forgotten.
        decay = min(self.config.averaging, (1 + step) / (10 + step))
        average = self.averaged.vector
        average += now.dtype.type(1 - decay) * (now - average)

    def _rng(self, moment: int, purpose: int) -> np.random.Generator:
        return np.random.default_rng((self.config.seed, purpose, moment))

    @property
    def _has_dropout(self) -> bool:
        return any(layer.kind == "dropout" for layer in self.network.spec.layers)


@QUIET
def check_data(data: Data, network: Network, at: Position = BEGINNING) -> _Checked:
    """Bring `data` into the form that training wants; DataError says what does not fit."""
    pictures, labels = (np.asarray(part) for part in _parts(data))
    if pictures.ndim == 3:
        pictures = pictures[:, None]
    shape, classes = network.spec.input_shape, len(network.spec.classes)
    if pictures.ndim != 4 or pictures.shape[1:] != shape or len(pictures) == 0:
        raise DataError(f"the network reads pictures of shape {shape}, got data of shape {pictures.shape}")
    if pictures.dtype != np.uint8 and pictures.dtype.kind != "f":
        raise DataError(f"pictures must be uint8 0–255 or float 0–1, got {pictures.dtype}")
    # A sum is finite when all its terms are, and needs no second array of that size.
    if pictures.dtype.kind == "f" and not np.isfinite(pictures.sum(dtype=np.float64)):
        raise DataError("pictures must be finite numbers, got some that are not")
    if labels.shape != (len(pictures),) or labels.dtype.kind not in "iu":
        raise DataError(
            f"labels must be {len(pictures)} whole numbers, got shape {labels.shape} of {labels.dtype}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise DataError(
            f"the network has classes 0 to {classes - 1}, got labels {labels.min()} to {labels.max()}"
        )
    if at.picture >= len(pictures):
        raise DataError(f"the run stands at picture {at.picture} of its data, got data of {len(pictures)}")
    return _Checked(pictures, labels.astype(np.int64, copy=False))


def _parts(data: Data) -> tuple[Any, Any]:
    if isinstance(data, tuple | list) and len(data) == 2:
        return data[0], data[1]
    try:
        return data.pictures, data.labels
    except AttributeError:
        raise DataError(
            f"data must be a pair (pictures, labels) or a data set, got {type(data).__name__}"
        ) from None
