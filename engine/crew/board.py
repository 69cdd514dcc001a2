"""What the members of a crew share: one block of memory, laid out once for each run."""

import mmap
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.spec import NetworkSpec

Array = NDArray[Any]

_LINE_BYTES = 64
# Words of the control block; each of them on a cache line of its own.
_ROUND, _STEP, _EPOCH, _START, _STOP, _FIRST_MEMBER = range(6)
_WORDS_PER_MEMBER = 2
# Learning rate, momentum, weight decay and the optimiser's counts.
_MOST_SETTINGS = 8
# Below that an update takes less time than two meetings.
_DIVIDED_FROM = 100_000
OVER = -1
"""The round that ends a run."""


class BoardPlan(msgspec.Struct, frozen=True):
    """The sizes that a `Board` follows from.

    Parameters
    ----------
    members
        The leader and its helpers.
    numbers, trainable, dtype
        Parameters of the network, those that training changes, and their type.
    exchanged
        The most numbers that members add up in the middle of a step.
    pictures, picture_dtype
        Shape and type of the data.
    weighted
        Whether the pictures have weights.
    """

    members: int
    numbers: int
    trainable: int
    dtype: str
    exchanged: int
    pictures: tuple[int, int, int, int]
    picture_dtype: str
    weighted: bool = False

    @classmethod
    def of(
        cls,
        spec: NetworkSpec,
        dtype: np.dtype[Any],
        pictures: Array,
        members: int,
        *,
        weighted: bool = False,
    ) -> "BoardPlan":
        """Plan for a network and its data."""
        channels = max((spec.shapes[name][0] for name in spec.layer_names), default=1)
        n, c, h, w = pictures.shape
        size, trainable = spec.layout.size, spec.layout.trainable
        exchanged = 2 * channels + 1
        shape, kind = (n, c, h, w), pictures.dtype.str
        return cls(members, size, trainable, dtype.str, exchanged, shape, kind, weighted)

    @property
    def divided(self) -> bool:
        """Whether each member updates a part of the parameters: worth its meetings where there are many."""
        return self.members > 1 and self.trainable >= _DIVIDED_FROM

    def part(self, member: int) -> slice:
        """Which of the trainable parameters a member updates."""
        return slice(self._edge(member), self._edge(member + 1))

    def _edge(self, place: int) -> int:
        """Where a part begins: on a cache line, so that no two members write to the same one."""
        numbers = _LINE_BYTES // 4
        return min(-(-self.trainable * place // (self.members * numbers)) * numbers, self.trainable)

    def fields(self) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
        """Shape and type of each part, in order."""
        number, whole, real = np.dtype(self.dtype), np.dtype(np.int64), np.dtype(np.float64)
        words = _FIRST_MEMBER + _WORDS_PER_MEMBER * self.members
        return {
            "control": ((words, _LINE_BYTES // 8), whole),
            "results": ((self.members, _LINE_BYTES // 8), real),
            "exchange": ((2, self.members, self.exchanged), real),
            "parameters": ((self.numbers,), number),
            "gradients": ((self.members, self.numbers), number),
            "total": ((self.numbers if self.divided else 0,), number),
            "moments": ((2, self.trainable if self.divided else 0), number),
            "settings": ((_MOST_SETTINGS,), real),
            "pictures": (self.pictures, np.dtype(self.picture_dtype)),
            "labels": ((self.pictures[0],), whole),
            "weights": ((self.pictures[0] if self.weighted else 0,), np.dtype(np.float32)),
        }

    @property
    def size(self) -> int:
        """Bytes of it all."""
        return sum(_rounded(prod(shape) * dtype.itemsize) for shape, dtype in self.fields().values())


class Board:
    """The views of one block. What the leader writes and what a member writes never overlap.

    1. control, one word to a cache line: the round that has begun, then its step, epoch, and the part of the
       epoch's order that is the batch; for each member the last round it has finished, and how often it has
       come to the `exchange`;
    2. results, per member: (sum of losses, right answers);
    3. exchange: two slots in turn, a row per member;
    4. parameters, as the leader had them when the round began; gradients, a row per member;
    5. where the update is divided: the sum of the gradients, the optimiser's moments, and its settings;
    6. the data.
    """

    def __init__(self, memory: mmap.mmap, plan: BoardPlan) -> None:
        self.plan = plan
        views: dict[str, Array] = {}
        offset = 0
        for name, (shape, dtype) in plan.fields().items():
            size = prod(shape) * dtype.itemsize
            views[name] = np.frombuffer(memory, dtype, prod(shape), offset).reshape(shape)
            offset += _rounded(size)
        self.results, self.exchange = views["results"], views["exchange"]
        self.parameters, self.gradients = views["parameters"], views["gradients"]
        self.total, self.moments, self.settings = views["total"], views["moments"], views["settings"]
        self.pictures, self.labels = views["pictures"], views["labels"]
        self.weights = views["weights"] if plan.weighted else None
        # A memoryview is read several times as fast as a number of an array, and is read while waiting.
        self._words = views["control"].reshape(-1).data
        self._stride = _LINE_BYTES // 8

    def reset(self) -> None:
        """Forget the words of a run before."""
        for word in range(0, len(self._words), self._stride):
            self._words[word] = 0

    @property
    def round(self) -> int:
        """The round that has begun last."""
        return self._words[_ROUND * self._stride]

    @property
    def batch(self) -> tuple[int, int, int, int]:
        """Step, epoch, and first and last place in the epoch's order."""
        step, epoch, start, stop = (
            self._words[word * self._stride] for word in (_STEP, _EPOCH, _START, _STOP)
        )
        return step, epoch, start, stop

    def begin(self, number: int, batch: tuple[int, int, int, int] = (0, 0, 0, 0)) -> None:
        """Write down a batch, then begin a round."""
        for word, value in zip((_STEP, _EPOCH, _START, _STOP), batch, strict=True):
            self._words[word * self._stride] = value
        self._words[_ROUND * self._stride] = number

    def is_open(self) -> bool:
        """Whether the run goes on."""
        return self.round != OVER

    def has_begun_after(self, number: int) -> bool:
        """Whether another round has begun."""
        return self._words[_ROUND * self._stride] != number

    def has_finished(self, member: int, number: int) -> bool:
        """Whether a member has finished a round."""
        return self._words[(_FIRST_MEMBER + _WORDS_PER_MEMBER * member) * self._stride] == number

    def finish(self, member: int, number: int) -> None:
        """Say that a member has finished a round."""
        self._words[(_FIRST_MEMBER + _WORDS_PER_MEMBER * member) * self._stride] = number

    def has_arrived(self, member: int, count: int) -> bool:
        """Whether a member has written to the exchange so many times."""
        return self._words[(_FIRST_MEMBER + _WORDS_PER_MEMBER * member + 1) * self._stride] >= count

    def arrive(self, member: int, count: int) -> None:
        """Say that a member has written to the exchange."""
        self._words[(_FIRST_MEMBER + _WORDS_PER_MEMBER * member + 1) * self._stride] = count


def _rounded(size: int) -> int:
    return -(-size // _LINE_BYTES) * _LINE_BYTES
