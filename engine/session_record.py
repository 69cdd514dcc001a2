"""A training run at rest, as a value."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.parameters import Parameters
from engine.spec import NetworkSpec
from engine.trainer import TrainerState
from engine.training_config import TrainingConfig


@dataclass(frozen=True, slots=True, eq=False)
class SessionRecord:
    """All that a later session needs to show a run and to go on with it."""

    name: str
    spec: NetworkSpec
    config: TrainingConfig
    state: TrainerState
    initial: Parameters
    steps: NDArray[Any]
    tests: NDArray[Any]
