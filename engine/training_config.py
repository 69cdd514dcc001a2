"""How to train: one immutable value."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.optimizers import OptimizerName, make_optimizer
from engine.schedules import SCHEDULES, ScheduleName


class Augmentation(Protocol):
    """Random changes of pictures ``(n, c, h, w)``, float 0–1; see `engine.augment`."""

    def apply(self, pictures: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]: ...


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
    workers
        Processes that share each batch, this one included. Their number is part of what makes a run
        repeatable: the same sums in another order differ in their last digit.
    frozen
        Layers, by name ("conv1"), whose parameters stay as they are: weights, bias and running statistics.

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
    workers: int = 1
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0), ("workers", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ConfigError(f"{name} must be a whole number of at least {least}, got {value!r}")
            if name != "seed" and value > MOST:
                raise ConfigError(f"{name} must be at most {MOST}, got {value}")
        if self.workers > MOST_WORKERS:
            raise ConfigError(f"workers must be at most {MOST_WORKERS}, got {self.workers}")
        if not (_is_number(self.learning_rate) and 0 < self.learning_rate < float("inf")):
            raise ConfigError(f"learning_rate must be a number above 0, got {self.learning_rate!r}")
        for name in ("momentum", "label_smoothing", "averaging"):
            value = getattr(self, name)
            if not (_is_number(value) and 0 <= value < 1):
                raise ConfigError(f"{name} must be a number of at least 0 and below 1, got {value!r}")
        if not (_is_number(self.weight_decay) and 0 <= self.weight_decay < float("inf")):
            raise ConfigError(f"weight_decay must be a number of at least 0, got {self.weight_decay!r}")
        names = self.frozen
        if not (isinstance(names, tuple) and all(isinstance(n, str) for n in names)):
            raise ConfigError(f'frozen must be a tuple of layer names, ("conv1",), got {names!r}')
        if self.schedule not in SCHEDULES:
            raise ConfigError(f"schedule must be one of {', '.join(SCHEDULES)}, got {self.schedule!r}")
        make_optimizer(self.optimizer, momentum=0, nesterov=False, weight_decay=0)


def as_setting(config: TrainingConfig, name: str, value: float) -> Any:
    """Give a number the kind that a setting has: from a file or a pipe, a batch size is whole again."""
    return type(getattr(config, name))(value)


# A run counts with 32 bits.
MOST = (1 << 31) - 1
# More would share batches of a few pictures each, and wait for one another.
MOST_WORKERS = 32


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
