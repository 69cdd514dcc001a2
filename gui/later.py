"""Something that is made when it is first needed, and those who wait for it."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """Holds what a function makes, once, when somebody asks for it. GUI thread only."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._waiting: list[Callable[[T], object]] = []

    @property
    def made(self) -> T | None:
        """What was made; None as long as nobody has needed it."""
        return self._made

    def get(self) -> T:
        """Make it, if it is not there, and give it."""
        if self._made is None:
            self._made = self._make()
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act(self._made)
        return self._made

    def when_made(self, act: Callable[[T], object]) -> None:
        """Call this with it as soon as it is made: at once, if it is there."""
        if self._made is None:
            self._waiting.append(act)
        else:
            act(self._made)
