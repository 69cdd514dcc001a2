"""How far a run goes before it pauses by itself."""

from dataclasses import replace

from engine.session_messages import Run


class RunBudget:
    """What is left of the steps that were asked for. One thread at a time."""

    def __init__(self) -> None:
        self._left = Run()

    @property
    def examines(self) -> bool:
        """Whether it is measured where it pauses."""
        return self._left.to_epoch_end or self._left.examine

    def ask(self, command: Run, *, running: bool) -> None:
        """Take a new wish; single steps are added to those that are still to come while it runs."""
        waiting = self._left.steps if running else None
        if waiting is not None and command.steps is not None:
            command = replace(command, steps=waiting + command.steps)
        self._left = command

    def spend(self, *, epoch_ended: bool) -> bool:
        """Count one step; tells whether it was the last."""
        steps, to_epoch_end = self._left.steps, self._left.to_epoch_end
        if steps is not None:
            self._left = replace(self._left, steps=steps - 1)
        return steps == 1 or (to_epoch_end and epoch_ended)
