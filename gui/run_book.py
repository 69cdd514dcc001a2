"""All runs of the window: what they are called, where they came from, and how much of them is remembered."""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from engine.datasets import Split
from engine.parameters import Parameters
from engine.project import MOST_NOTES
from engine.session import Snapshot, TrainingSession
from engine.spec import NetworkSpec
from engine.training_config import TrainingConfig

# Tapes of all runs together; runs that were not looked at for the longest time lose every second step first.
MOST_TAPE_BYTES = 256_000_000
# Steps that a run keeps in any case.
LEAST_STEPS = 32


@dataclass(frozen=True, slots=True, eq=False)
class RunInfo:
    """What a run was opened with."""

    name: str
    preset_name: str
    data_key: str
    split: Split
    spec: NetworkSpec
    config: TrainingConfig


@dataclass(frozen=True, slots=True)
class Parent:
    """The run that another one came from, and the step."""

    key: str
    name: str
    step: int


@dataclass(slots=True, eq=False)
class RunEntry:
    """One run. `session` may have ended: its numbers and its tape stay readable.

    Parameters
    ----------
    key
        Tells runs apart, also those of one name and of other projects.
    session, info
        What trains or trained, and what it was opened with.
    hue
        Number of its colour in curves.
    note
        What the person wrote about it.
    parent
        Where it was forked from.
    newest
        The newest snapshot that was collected.
    put_away
        Whether it was ended only to make room: it goes on when it is opened.
    """

    session: TrainingSession
    info: RunInfo
    hue: int = 0
    note: str = ""
    parent: Parent | None = None
    newest: Snapshot | None = None
    put_away: bool = False
    key: str = field(default_factory=lambda: secrets.token_hex(6))

    @property
    def name(self) -> str:
        """What it is called."""
        return self.session.name

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to lose."""
        return self.session.step_count > 0 or self.parent is not None

    @property
    def initial(self) -> Parameters:
        """Its parameters before training."""
        return self.session.initial

    @property
    def best_accuracy(self) -> float | None:
        """The best of its own test accuracies, 0 to 1; None before the first test. Of a fork, since then."""
        tests = self.session.tests.since(0)
        if self.parent is not None:
            tests = tests[tests["step"] > self.parent.step]
        return float(tests["accuracy"].max()) if len(tests) else None


class RunBook(QObject):
    """The runs in the order in which they were opened. GUI thread only."""

    changed = Signal()
    """Runs were added or removed, renamed or annotated."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[RunEntry] = []
        # Keys, the one looked at last at the end.
        self._looked_at: list[str] = []
        self._count = 0

    def __iter__(self) -> Iterator[RunEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> RunEntry | None:
        """Give a run by its key."""
        return next((entry for entry in self._entries if entry.key == key), None)

    def next_name(self) -> str:
        """Give the name of a new run: numbers are never used twice."""
        self._count += 1
        return f"Run {self._count}"

    def count_anew(self) -> None:
        """Number runs from 1 on again: another project begins."""
        self._count = 0

    def free_hue(self) -> int:
        """Give the number of a colour that no run has."""
        taken = {entry.hue for entry in self._entries}
        return next(hue for hue in range(len(taken) + 1) if hue not in taken)

    def add(self, entry: RunEntry, at: int | None = None) -> None:
        """Take a run in, at the end or at a place."""
        self._count_from(entry.name)
        self._entries.insert(len(self._entries) if at is None else at, entry)
        self.changed.emit()

    def remove(self, entry: RunEntry) -> int:
        """Take a run out; gives its place."""
        place = self._entries.index(entry)
        del self._entries[place]
        self.changed.emit()
        return place

    def rename(self, entry: RunEntry, name: str) -> None:
        """Call a run something else."""
        entry.session.name = name
        entry.info = replace(entry.info, name=name)
        self._count_from(name)
        self.changed.emit()

    def annotate(self, entry: RunEntry, note: str) -> None:
        """Keep a note with a run, but no more than a project can have."""
        entry.note = note[:MOST_NOTES]
        self.changed.emit()

    def look_at(self, entry: RunEntry) -> None:
        """Note that a run is shown now."""
        self._looked_at = [key for key in self._looked_at if key != entry.key] + [entry.key]

    def trim(self, limit: int = MOST_TAPE_BYTES) -> None:
        """Thin the tapes of runs that have no thread or process, until all are within the limit."""
        resting = [entry for entry in self._entries if not entry.session.is_alive]
        order = {key: place for place, key in enumerate(self._looked_at)}
        # A fork's tape shares the vectors of what came before it: how many tapes have each, and its size.
        owners = Counter[int]()
        sizes: dict[int, int] = {}
        for entry in self._entries:
            own = {id(vector): vector.nbytes for vector in entry.session.tape.items}
            owners.update(own.keys())
            sizes |= own
        total = sum(sizes.values())
        for entry in sorted(resting, key=lambda entry: order.get(entry.key, -1)):
            tape = entry.session.tape
            while total > limit and len(before := tape.items) > LEAST_STEPS:
                tape.shrink(len(before) // 2)
                gone = set(map(id, before)) - set(map(id, tape.items))
                owners.subtract(gone)
                total -= sum(sizes[vector] for vector in gone if owners[vector] == 0)

    def _count_from(self, name: str) -> None:
        number = name.removeprefix("Run ")
        if name != number and number.isdecimal():
            self._count = max(self._count, int(number))
