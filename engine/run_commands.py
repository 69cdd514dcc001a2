"""What a person can ask of a run, as methods that send commands."""

from abc import ABC, abstractmethod

from engine.session_messages import Command, Pause, Run, Stop


class RunCommands(ABC):
    """The transport of a run. Every method may be called from any thread and returns at once."""

    @abstractmethod
    def send(self, command: Command) -> None:
        """Hand a command on to the training."""

    def start(self) -> None:
        """Begin, or go on after a pause; after the last epoch, train as many epochs again."""
        self.send(Run())

    resume = start

    def pause(self) -> None:
        """Wait after the present step."""
        self.send(Pause())

    def step(self) -> None:
        """Train one batch, then pause."""
        self.send(Run(steps=1))

    def run_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        self.send(Run(to_epoch_end=True))

    def stop(self) -> None:
        """End the run after the present step; its parameters, numbers and tape stay readable."""
        self.send(Stop())

    def let_go(self) -> None:
        """End the run after the present step; nobody will ask for its tape any more."""
        self.send(Stop(keep_tape=False))
