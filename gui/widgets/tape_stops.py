"""Where the playhead can stop: at the recorded steps of a run, and at its live end."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TapeStops:
    """The recorded steps, ascending, and the newest one. Of a stop, None stands for the live end."""

    recorded: tuple[int, ...] = ()
    live: int = 0

    @property
    def any(self) -> bool:
        """Whether there is an earlier step to go to."""
        return bool(self.recorded) and self.recorded[0] < self.live

    @property
    def first(self) -> int | None:
        """The first recorded step; the live end where there is no other."""
        return self.recorded[0] if self.any else None

    def before(self, stop: int | None) -> int | None:
        """Give the stop before this one; the first one stays where it is."""
        index = bisect_left(self.recorded, self.live if stop is None else stop) - 1
        return self.recorded[max(index, 0)] if self.any else None

    def after(self, stop: int | None) -> int | None:
        """Give the stop after this one; the live end stays where it is."""
        index = bisect_right(self.recorded, self.live if stop is None else stop)
        found = self.recorded[index] if index < len(self.recorded) else self.live
        return found if found < self.live else None

    def nearest(self, step: float) -> int | None:
        """Give the stop nearest to a step, of two the live end."""
        index = bisect_left(self.recorded, step)
        around = self.recorded[max(index - 1, 0) : index + 1] if self.any else ()
        found = min((*around, self.live), key=lambda each: (abs(each - step), each != self.live))
        return found if found < self.live else None
