"""Coming again to a step of a run whose parameters are known, but not what the optimiser remembers of it.

From a state before it the same steps are taken once more, with the same settings at the same moments.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.parameters import Parameters
from engine.session_messages import KnobChanged
from engine.trainer import Trainer, TrainerState
from engine.training_config import TrainingConfig, as_setting
from engine.training_data import Data, Position


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """How to come from a known state to a later step.

    Parameters
    ----------
    origin
        The state to begin with.
    config
        The settings then.
    changes
        Settings that were changed later on, up to the step, oldest first.
    expected
        The parameters that were recorded at the step.
    """

    origin: TrainerState
    config: TrainingConfig
    changes: tuple[KnobChanged, ...]
    expected: Parameters


class Rehearsal:
    """Takes a replay's steps with a trainer that stands at its end; afterwards that goes on from there.

    The trainer's parameters may have been edited meanwhile: they are put back when the steps are through.
    """

    def __init__(self, trainer: Trainer, replay: Replay, data: Data) -> None:
        self._trainer, self.replay, self._data = trainer, replay, data
        self.goal = trainer.state()
        self.config = trainer.config
        """The trainer's settings from the step on."""
        self.is_exact = False
        """Afterwards: whether the parameters came out as they were recorded, to the bit."""
        self._steps = self._run()

    @property
    def left(self) -> int:
        """Steps that are still to take."""
        return self.goal.position.step - self._trainer.position.step

    def set(self, **changes: Any) -> None:
        """Change settings from the goal on."""
        self.config = replace(self.config, **changes)

    def advance(self) -> bool:
        """Take one step; tells whether the goal is reached."""
        return next(self._steps, None) is None

    def close(self) -> None:
        """Give up on the way."""
        self._steps.close()

    def _run(self) -> Generator[int]:
        trainer, goal, replay = self._trainer, self.goal, self.replay
        trainer.configure(replay.config)
        trainer.restore(replay.origin)
        changes = list(replay.changes)
        reports = trainer.run(self._data)
        try:
            while self.left > 0:
                yield next(reports).step
                while changes and changes[0].step <= trainer.position.step:
                    change = changes.pop(0)
                    trainer.set(**{change.name: as_setting(trainer.config, change.name, change.new)})
        finally:
            reports.close()
        self._arrive(goal)

    def _arrive(self, goal: TrainerState) -> None:
        trainer = self._trainer
        found = trainer.network.parameters.vector
        self.is_exact = np.array_equal(found.view(np.uint8), self.replay.expected.vector.view(np.uint8))
        found[...] = goal.parameters.vector
        trainer.configure(self.config)
        if not self.config.averaging:
            trainer.averaged = None


def position_after(
    at: Position, step: int, config: TrainingConfig, changes: tuple[KnobChanged, ...], count: int
) -> Position:
    """Tell where a run on `count` pictures stands at `step`, from where it stood before."""
    sizes = [(change.step, int(change.new)) for change in changes if change.name == "batch_size"]
    batch = config.batch_size
    while at.step < step:
        while sizes and sizes[0][0] <= at.step:
            batch = sizes.pop(0)[1]
        steps, until = -(-count // batch), min(step, sizes[0][0] if sizes else step)
        epochs = (until - at.step) // steps
        if at.picture == 0 and epochs:
            at = Position(at.step + epochs * steps, at.epoch + epochs, 0)
            continue
        end = at.picture + batch
        at = Position(at.step + 1, at.epoch, end) if end < count else Position(at.step + 1, at.epoch + 1, 0)
    return at
