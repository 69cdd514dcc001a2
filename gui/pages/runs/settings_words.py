"""What two runs were trained with, side by side, and in a sentence how they differ."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass

import numpy as np

from engine.inspect.words import grouped, plural, shape_text
from engine.parameters import Parameters
from engine.session_messages import KnobChanged, SessionEvent
from engine.spec import NetworkSpec
from engine.training_config import TrainingConfig

OPTIMISERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}
_NUMBERS = {
    "learning_rate": "Learning rate",
    "batch_size": "Batch",
    "epochs": "Epochs",
    "momentum": "Momentum",
    "weight_decay": "Weight decay",
    "label_smoothing": "Label smoothing",
    "averaging": "Averaging",
    "seed": "Seed",
    "workers": "Workers",
}
_UNITS = {"px": "px", "deg": "°", "percent": "%"}


@dataclass(frozen=True, slots=True, eq=False)
class RunFacts:
    """What a run is trained with. A value.

    Parameters
    ----------
    key, name
        As in the book of runs.
    network, data
        What they are called.
    pictures
        How many it learns from.
    parent
        Key of the run that it was forked from, with that one's name and the step.
    """

    key: str
    name: str
    network: str
    data: str
    pictures: int
    spec: NetworkSpec
    config: TrainingConfig
    initial: Parameters
    events: tuple[SessionEvent, ...] = ()
    parent: tuple[str, str, int] | None = None

    def is_like(self, other: "RunFacts") -> bool:
        """Tell whether a comparison of the other one would say the same."""
        mine = self.key, self.name, self.network, self.data, self.pictures, self.config, self.parent
        theirs = other.key, other.name, other.network, other.data, other.pictures, other.config, other.parent
        return mine == theirs and len(self.events) == len(other.events) and self.spec == other.spec


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: a setting of both runs in words."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class Comparison:
    """The settings of two runs, and what they have to do with each other."""

    settings: tuple[Setting, ...]
    sentence: str


def recipe(config: TrainingConfig) -> str:
    """Say how a run is trained, as briefly as for a tooltip: "Adam, learning rate 0.002, batch 64"."""
    numbers = f"learning rate {config.learning_rate:g}", f"batch {config.batch_size}"
    frozen = [f"frozen {' and '.join(config.frozen)}"] if config.frozen else []
    return ", ".join([OPTIMISERS[config.optimizer], *numbers, *frozen])


def compare(first: RunFacts, second: RunFacts) -> Comparison:
    """Put the settings of two runs side by side."""
    ours, theirs = _settings(first), _settings(second)
    rows = tuple(Setting(label, ours[label], theirs[label]) for label in ours)
    return Comparison(rows, " ".join([*_kinship(first, second), _difference(first, second, rows)]))


def shapes_sentence(layer: str, first: RunFacts, second: RunFacts) -> str:
    """Say how a convolution of the two differs in shape; "" where it does not."""
    parts = []
    shapes = [dict(facts.spec.layout.shapes).get(f"{layer}.weight") for facts in (first, second)]
    if shapes[0] == shapes[1]:
        return ""
    for facts, shape in zip((first, second), shapes, strict=True):
        if shape is None:
            parts.append(f"{facts.name} has no {layer}")
        else:
            parts.append(f"{facts.name} has {plural(shape[0], 'filter')} of {shape_text(shape[1:])}")
    return f"{layer} is not the same: {', '.join(parts)}."


def _settings(facts: RunFacts) -> dict[str, str]:
    config = facts.config
    numbers = {label: f"{getattr(config, name):g}" for name, label in _NUMBERS.items()}
    start = "random values"
    if facts.parent is not None:
        start = f"{facts.parent[1]}, step {grouped(facts.parent[2])}"
    return {
        "Network": facts.network,
        "Weights": grouped(facts.spec.weight_count),
        "Data set": f"{facts.data}, {grouped(facts.pictures)}",
        "Begins with": start,
        "Optimiser": OPTIMISERS.get(config.optimizer, config.optimizer),
        **numbers,
        "Nesterov": "yes" if config.nesterov else "no",
        "Schedule": config.schedule,
        "Augmentation": _augmentation(config.augmentation),
        "Frozen layers": ", ".join(config.frozen) or "none",
        "Changed on the way": _changes(facts.events),
    }


def _kinship(first: RunFacts, second: RunFacts) -> list[str]:
    for child, parent in ((second, first), (first, second)):
        if child.parent is not None and child.parent[0] == parent.key:
            step = child.parent[2]
            if step == 0:
                return [f"{child.name} is a twin of {parent.name}: both began with the same weights."]
            return [f"{child.name} was forked from {parent.name} at step {grouped(step)}."]
    if first.parent is not None and second.parent is not None and first.parent[0] == second.parent[0]:
        return [f"Both were forked from {first.parent[1]}."]
    if first.spec != second.spec or not np.array_equal(first.initial.vector, second.initial.vector):
        return []
    if any(run.parent is not None and run.parent[2] for run in (first, second)):
        return ["Both go back to the same first weights."]
    return ["They are twins: both began with the same weights."]


def _difference(first: RunFacts, second: RunFacts, rows: Sequence[Setting]) -> str:
    # Where they come from is told apart from how they were trained; weights follow from the network.
    told = [row for row in rows if row.differs and row.label not in ("Begins with", "Weights")]
    if first.spec != second.spec and all(row.label != "Network" for row in told):
        told.insert(0, next(row for row in rows if row.label == "Weights"))
    if not told:
        return "Their settings are the same."
    words = [f"{_lowered(row.label)} ({row.first} and {row.second})" for row in told]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{first.name} and {second.name} differ in {listed}."


def _lowered(label: str) -> str:
    return label if label == "Nesterov" else label[0].lower() + label[1:]


def _augmentation(augmentation: object) -> str:
    if augmentation is None:
        return "none"
    if not is_dataclass(augmentation):
        return type(augmentation).__name__
    parts = []
    for field in fields(augmentation):
        value = getattr(augmentation, field.name)
        if value == field.default or not isinstance(value, int | float):
            continue
        name, _, unit = field.name.rpartition("_")
        known = unit in _UNITS
        words = (name if known else field.name).replace("_", " ")
        parts.append(f"{words} {value:g}" + (f" {_UNITS[unit]}" if known else ""))
    return ", ".join(parts) or "none"


def _changes(events: Sequence[SessionEvent]) -> str:
    # What was set before the first step is what the run was trained with.
    turned = [
        event for event in events if isinstance(event, KnobChanged) and event.name != "epochs" and event.step
    ]
    words = [
        f"{_NUMBERS.get(event.name, event.name).lower()} {event.old:g} → {event.new:g} at "
        f"{grouped(event.step)}"
        for event in turned
    ]
    return "; ".join(words) or "nothing"
