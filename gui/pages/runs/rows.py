"""What the list of runs shows of each, as values, and their order as a tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.inspect.words import grouped, percent

# Deeper forks are drawn no further to the right.
MOST_DEPTH = 4
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list.

    Parameters
    ----------
    key, name, hue, note
        As in the book of runs.
    network, data
        What is trained on what: "8–16", "MNIST 8 000".
    step, best
        Finished steps, and the best test accuracy, 0 to 1; None before the first test.
    origin
        "Run 1 · step 120" for a fork of it, else "".
    changes
        What was changed there: "learning rate 0.002 → 0.01".
    recipe
        How it is trained, for the tooltip: "Adam, learning rate 0.002, batch 64".
    depth
        Forks between it and a run that is no fork.
    trains
        Whether it trains at this moment.
    """

    key: str
    name: str
    hue: int = 0
    note: str = ""
    network: str = ""
    data: str = ""
    step: int = 0
    best: float | None = None
    origin: str = ""
    depth: int = 0
    trains: bool = False
    changes: str = ""
    recipe: str = ""

    @property
    def settings(self) -> str:
        """What is trained on what, in words."""
        return _SEPARATOR.join(part for part in (self.network, self.data) if part)

    @property
    def came(self) -> str:
        """What a fork changed and where it came from, what matters most first; what is trained on what."""
        origin = f"from {self.origin}" if self.origin else ""
        return _SEPARATOR.join(filter(None, (self.changes, origin, self.settings)))

    @property
    def figures(self) -> str:
        """How long and how good: "step 1 240 · best 97.3 %"."""
        best = "no test yet" if self.best is None else f"best {percent(self.best, 1)}"
        return f"step {grouped(self.step)}{_SEPARATOR}{best}"

    @property
    def words(self) -> str:
        """All of it as one sentence, for a tooltip and a screen reader."""
        parts = [self.name, self.settings, *([self.recipe] if self.recipe else []), self.figures]
        if self.origin:
            changes = f": {self.changes}" if self.changes else ""
            parts.append(f"forked from {self.origin.replace(_SEPARATOR, ' at ')}{changes}")
        if self.trains:
            parts.append("trains at this moment")
        return _SEPARATOR.join(parts) + (f"\n{self.note}" if self.note else "")


def tree_order(runs: Sequence[tuple[str, str | None]]) -> list[tuple[str, int]]:
    """Put forks below the run that they came from.

    Parameters
    ----------
    runs
        Keys in the order in which the runs were opened, each with that of its parent; a parent that is not
        among them counts as none.

    Returns
    -------
    list of (str, int)
        Keys, each with its depth, 0 for a run without a parent.
    """
    known = {key for key, _ in runs}
    children: dict[str | None, list[str]] = {}
    for key, parent in runs:
        children.setdefault(parent if parent in known and parent != key else None, []).append(key)
    ordered: list[tuple[str, int]] = []
    waiting = [(key, 0) for key in reversed(children.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        ordered.append((key, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(key, []))]
    return ordered
