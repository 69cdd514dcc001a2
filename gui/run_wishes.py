"""What waits for runs to come back from their processes; only what was wanted last is for the front."""

from collections.abc import Callable
from dataclasses import dataclass

from gui.run_book import RunEntry


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    entry: RunEntry
    act: Callable[[bool], None]


class RunWishes:
    """Remembers every wish until it can be met; none takes the place of another. GUI thread only."""

    def __init__(self) -> None:
        self._waiting: list[_Wish] = []
        self._newest: _Wish | None = None

    @property
    def are_waiting(self) -> bool:
        """Whether there is anything to be met."""
        return bool(self._waiting)

    @property
    def is_for_front(self) -> bool:
        """Whether what waits will bring another run to the front."""
        return self._newest in self._waiting

    def add(self, entry: RunEntry, act: Callable[[bool], None]) -> None:
        """Do something when a run's session has ended.

        Parameters
        ----------
        entry
            The run; its session was told to end.
        act
            Called with whether the run is still wanted in front: nothing was wanted there since.
        """
        self._newest = _Wish(entry, act)
        self._waiting.append(self._newest)

    def pass_over(self) -> None:
        """Note that another run has come to the front: what waits is not wanted there any more."""
        self._newest = None

    def meet(self) -> None:
        """Do what waits for runs whose sessions have ended."""
        ended = [wish for wish in self._waiting if not wish.entry.session.is_alive]
        self._waiting = [wish for wish in self._waiting if wish not in ended]
        for wish in ended:
            wish.act(wish is self._newest)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting = []
        self._newest = None
