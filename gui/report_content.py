"""What a report tells of a run, as plain values, and the measuring that it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import Dataset
from engine.inspect.words import grouped
from engine.metrics import Evaluation, evaluate
from engine.network import Network
from engine.spec import NetworkSpec
from engine.tape import Recorded
from engine.training_config import TrainingConfig

# Pictures that are measured before anybody is told and may give up.
_CHUNK = 500

Report = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class RunFacts:
    """A run as its report shows it. Any thread may read it.

    Parameters
    ----------
    name, network, notes
        The run's name, its network's name, and what the person wrote about it.
    when, program
        The day of the report, and what made it.
    spec, config, epochs_done
        What was trained, how, and how far: passes through the data.
    train, test
        The data.
    steps, tests
        Tables with the fields of `engine.history`.
    events
        Step and words, in order.
    recorded
        Parameters at chosen steps, ascending.
    log_loss, log_steps
        How the curves are drawn.
    """

    name: str
    network: str
    notes: str
    when: str
    program: str
    spec: NetworkSpec
    config: TrainingConfig
    epochs_done: float
    train: Dataset
    test: Dataset
    steps: NDArray[Any]
    tests: NDArray[Any]
    events: tuple[tuple[int, str], ...]
    recorded: tuple[Recorded, ...]
    log_loss: bool = False
    log_steps: bool = False


def measured(facts: RunFacts, report: Report, cancel: Event) -> tuple[Evaluation, ...] | None:
    """Measure the network at each recorded step on all test pictures; None if it is to be given up."""
    pictures, labels = facts.test.pictures, facts.test.labels
    network, found = Network(facts.spec), []
    parts = range(0, len(pictures), _CHUNK)
    total = len(facts.recorded) * len(pictures)
    for number, recorded in enumerate(facts.recorded):
        np.copyto(network.parameters.vector, recorded.parameters.vector)
        results = []
        for start in parts:
            if cancel.is_set():
                return None
            done = number * len(pictures) + start
            text = f"Testing step {grouped(recorded.step)} on {grouped(len(pictures))} pictures"
            report(text, done / total)
            end = start + _CHUNK
            results.append(evaluate(network, pictures[start:end], labels[start:end]))
        found.append(_together(results))
    return tuple(found)


def _together(parts: list[Evaluation]) -> Evaluation:
    """Join the results of parts of a set into that of the whole."""
    confusion = np.sum([part.confusion for part in parts], axis=0)
    count = int(confusion.sum())
    loss = sum(part.loss * part.count for part in parts) / count
    return Evaluation(loss, float(np.trace(confusion)) / count, confusion)
