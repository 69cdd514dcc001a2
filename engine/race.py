"""The race: three networks that differ in their first layer only, trained on the same pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.inspect.words import grouped, number, percent
from engine.kernels import kernel, negated, resized, turned
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from engine.training_config import TrainingConfig

Array = NDArray[Any]

HAND_MADE, RANDOM, LEARNED = "hand-made", "random", "learned"

# In this order: a small first layer gets the edges of all four sides before anything else.
KEYS = (
    "top-edge", "left-edge", "bottom-edge", "right-edge", "sobel-x", "sobel-y", "laplacian", "line",
    "corner", "emboss", "roberts", "prewitt-x", "scharr-x", "gaussian", "identity", "sharpen",
)  # fmt: skip

# Differences below this many standard errors may well be chance: one in twenty is as large by itself.
ERRORS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class RaceEntry:
    """One of the three: what it is, its first values, and how it is trained.

    `key` is "hand-made", "random" or "learned"; `filters` names the filters of the first layer, in order.
    """

    key: str
    name: str
    sentence: str
    filters: tuple[str, ...]
    parameters: Parameters
    config: TrainingConfig


@dataclass(frozen=True, slots=True)
class RaceResult:
    """What one of the three has reached: right answers among `count` test pictures after `step` steps."""

    key: str
    step: int
    right: int
    count: int

    @property
    def accuracy(self) -> float:
        """From 0 to 1."""
        return self.right / self.count


def first_convolution(spec: NetworkSpec) -> str:
    """Name of the first layer whose filters race; ConfigError if the network has no convolution."""
    if not spec.convolutions:
        raise ConfigError("a race needs a network with a convolution, got one without")
    return spec.convolutions[0]


def race_entries(spec: NetworkSpec, config: TrainingConfig) -> tuple[RaceEntry, RaceEntry, RaceEntry]:
    """Set up the three: first layer hand-made and frozen, random and frozen, and learned.

    ``config.seed`` draws the first values. All but those of a hand-made first layer are the same in all
    three, bit for bit, and so is the order of the pictures.

    Raises
    ------
    ConfigError
        If the network has no convolution.
    """
    layer = first_convolution(spec)
    start = Network(spec, config.seed).parameters.frozen()
    weight = start[f"{layer}.weight"]
    made = start.copy()
    names = _fill(made[f"{layer}.weight"])
    if f"{layer}.bias" in made:
        made[f"{layer}.bias"][...] = 0
    frozen = replace(config, frozen=(layer,))
    drawn = ("",) * len(weight)
    return (
        RaceEntry(
            HAND_MADE,
            "Hand-made",
            f"{layer} holds filters made by hand, frozen",
            names,
            made.frozen(),
            frozen,
        ),
        RaceEntry(RANDOM, "Random", f"{layer} keeps its random filters, frozen", drawn, start, frozen),
        RaceEntry(
            LEARNED,
            "Learned",
            f"{layer} begins with the same, and learns",
            drawn,
            start,
            replace(config, frozen=()),
        ),
    )


def hand_made_filters(count: int, rows: int, columns: int) -> tuple[tuple[str, Array], ...]:
    """Give named filters ``(rows, columns)`` of norm 1, all different as long as there are different ones.

    The named kernels come first, then turned, then negated ones. Larger ones have zeros outside; of smaller
    ones the middle is left.
    """
    chosen: list[tuple[str, Array]] = []
    for name, values in _candidates():
        if len(chosen) == count:
            break
        fitted = resized(values, rows, columns)
        norm = float(np.linalg.norm(fitted))
        if norm > 0 and not any(np.allclose(fitted / norm, other) for _, other in chosen):
            chosen.append((name, fitted / norm))
    return tuple(chosen[place % len(chosen)] for place in range(count))


def race_sentence(results: Sequence[RaceResult]) -> str:
    """Say in one sentence what each has reached and who won, as far as the counts can tell.

    Two of them are level where their difference is within twice its standard error, that of two counts among
    as many pictures.
    """
    ranked = sorted(results, key=lambda result: -result.right)
    best = ranked[0]
    shares = ", ".join(f"{result.key} {percent(result.accuracy, 1)}" for result in ranked)
    level = [result for result in ranked[1:] if _are_level(best, result)]
    behind = [result for result in ranked[1:] if result not in level]
    return (
        f"After {grouped(best.step)} steps on the same pictures in the same order: {shares} of the "
        f"{grouped(best.count)} test pictures right; {_verdict(best, level, behind)}."
    )


def _candidates() -> Iterator[tuple[str, Array]]:
    for negative in (False, True):
        for quarters in range(4):
            for key in KEYS:
                one = kernel(key)
                # One that reaches beyond its middle is turned about it, also where its size is even.
                values = turned(resized(one.values, *_odd(one.values)), quarters)
                words = one.name + (f", turned {90 * quarters}°" if quarters else "")
                yield words + (", negated" if negative else ""), negated(values) if negative else values


def _odd(values: Array) -> tuple[int, int]:
    rows, columns = values.shape
    return rows | 1, columns | 1


def _fill(weight: Array) -> tuple[str, ...]:
    """Write hand-made filters into ``(filters, channels, rows, columns)``, as strong as what they replace.

    Every input channel gets the same slice.
    """
    filters = hand_made_filters(len(weight), *weight.shape[2:])
    for place, (_, values) in enumerate(filters):
        strength = np.linalg.norm(weight[place].astype(np.float64)) / np.sqrt(weight.shape[1])
        weight[place] = strength * values
    return tuple(name for name, _ in filters)


def _error(first: RaceResult, second: RaceResult) -> float:
    """Counting error of the difference of two accuracies."""
    # One more right and one more wrong answer: a network without a mistake may still make one some day.
    shares = [((one.right + 1) / (one.count + 2), one.count) for one in (first, second)]
    variance = sum(share * (1 - share) / count for share, count in shares)
    return float(ERRORS * np.sqrt(variance))


def _are_level(best: RaceResult, other: RaceResult) -> bool:
    return best.right == other.right or best.accuracy - other.accuracy <= _error(best, other)


def _verdict(best: RaceResult, level: list[RaceResult], behind: list[RaceResult]) -> str:
    if not level:
        gaps = [f"{_points(best.accuracy - other.accuracy)} over {other.key}" for other in behind]
        return f"{best.key} wins by {' and '.join(gaps)}"
    error = _points(max(_error(best, other) for other in level))
    names = [best.key, *(other.key for other in level)]
    if not behind:
        named = "all three" if len(names) == 3 else " and ".join(names)
        return f"{named} are level within the counting error of {error}"
    gaps = [f"{other.key} is {_points(best.accuracy - other.accuracy)} behind" for other in behind]
    return f"{' and '.join(names)} are level within the counting error of {error}, {', '.join(gaps)}"


def _points(share: float) -> str:
    text = number(100 * share, 1)
    return f"{text} point" if text == "1.0" else f"{text} points"
