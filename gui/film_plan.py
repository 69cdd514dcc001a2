"""Which steps a film shows, and for how long: pure functions and values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Spacing = Literal["recorded", "even"]

MOST_FRAMES = 600
FASTEST, SLOWEST = 30, 1
LEAST_WIDTH, MOST_WIDTH = 160, 3840
# The last frame is what the film leads to: it can be read before the film begins again.
HOLD_MS = 1500
# Height of the line below a panel that says which step it shows.
FOOTER_PX = 28


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of width × height pixels: a panel with a margin around it, and a line below it or none."""

    width: int
    height: int
    margin: int = 0
    footer: int = 0


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """A film that is to be made.

    Parameters
    ----------
    steps
        Recorded steps, ascending, at least one.
    sheet
        How large each picture is, and where the panel is in it.
    frames_per_second
        How fast it plays.
    kind
        Key of one of `engine.formats.film_files.FILM_KINDS`.
    loop
        Whether it begins again.
    path
        The file, or the folder of a series.
    """

    steps: tuple[int, ...]
    sheet: Sheet
    frames_per_second: int
    kind: str
    loop: bool
    path: Path

    def duration_ms(self, index: int) -> int:
        """How long frame `index` is seen; the times of all frames add up without a drift."""
        if index == len(self.steps) - 1:
            return HOLD_MS
        rate = self.frames_per_second
        return round(1000 * (index + 1) / rate) - round(1000 * index / rate)


def film_seconds(frames: int, frames_per_second: int) -> float:
    """How long a film of `frames` frames plays, the hold at its end included; 0 without frames."""
    return (frames - 1) / frames_per_second + HOLD_MS / 1000 if frames else 0.0


def chosen_steps(recorded: Sequence[int], most: int, spacing: Spacing) -> tuple[int, ...]:
    """Choose at most `most` of the recorded steps, ascending; the first and the last are among them.

    Parameters
    ----------
    recorded
        Ascending.
    most
        At least 1; where it is 1, the last step is chosen.
    spacing
        "recorded": as evenly as can be among the recorded steps, which lie dense early in a run. "even": as
        evenly as can be in steps.
    """
    if not recorded or most < 1:
        return ()
    if most == 1:
        return (recorded[-1],)
    if most >= len(recorded) and spacing == "recorded":
        return tuple(recorded)
    if spacing == "recorded":
        last = len(recorded) - 1
        places = {round(k * last / (most - 1)) for k in range(most)}
        return tuple(recorded[place] for place in sorted(places))
    first, length = recorded[0], recorded[-1] - recorded[0]
    chosen, place = {recorded[0], recorded[-1]}, 0
    for k in range(1, most - 1):
        wanted = first + k * length / (most - 1)
        while place + 1 < len(recorded) and abs(recorded[place + 1] - wanted) <= abs(
            recorded[place] - wanted
        ):
            place += 1
        chosen.add(recorded[place])
    return tuple(sorted(chosen))


def sheet_for(width: int, panel: tuple[int, int], margin: int, *, footer: bool) -> Sheet:
    """Give the picture `width` pixels wide of a panel of (width, height), at least one pixel high."""
    across, down = max(1, panel[0]), max(1, panel[1])
    line = FOOTER_PX if footer else 0
    inside = max(1, round((width - 2 * margin) * down / across))
    return Sheet(width, inside + 2 * margin + line, margin, line)
