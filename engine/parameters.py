"""All of a network's numbers in one flat vector, with a named view of each part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.errors import ShapeError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ParameterLayout:
    """Where each named part lies in the flat vector.

    What training changes comes first, in layer order, so that an optimiser's step is arithmetic on
    ``vector[:trainable]``; running statistics follow it.
    """

    shapes: tuple[tuple[str, Shape], ...]
    trainable: int

    @cached_property
    def size(self) -> int:
        """Numbers in the vector."""
        return sum(prod(shape) for _, shape in self.shapes)


class Parameters(Mapping[str, NDArray[Any]]):
    """One flat vector and, as a mapping, a view of each named part: ``parameters["conv1.weight"]``.

    The views share the vector's memory: writing to one writes to the other.

    Parameters
    ----------
    layout
        Names and shapes, from `NetworkSpec.layout`.
    vector
        ``(layout.size,)``; used as it is, not copied. Zeros unless given.
    dtype
        Of the zeros that are made when there is no vector.
    """

    def __init__(
        self,
        layout: ParameterLayout,
        vector: NDArray[Any] | None = None,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        size = layout.size
        self.layout = layout
        self.vector: NDArray[Any] = np.zeros(size, dtype) if vector is None else vector
        if self.vector.shape != (size,):
            raise ShapeError(f"vector must have shape ({size},), got {self.vector.shape}")

    @cached_property
    def _views(self) -> dict[str, NDArray[Any]]:
        views = {}
        offset = 0
        for name, shape in self.layout.shapes:
            end = offset + prod(shape)
            views[name] = self.vector[offset:end].reshape(shape)
            offset = end
        return views

    @property
    def trainable(self) -> NDArray[Any]:
        """The part of the vector that training changes, as a view."""
        return self.vector[: self.layout.trainable]

    @property
    def state(self) -> NDArray[Any]:
        """The rest of the vector, running statistics, as a view."""
        return self.vector[self.layout.trainable :]

    def copy(self) -> Self:
        """Give an independent copy."""
        return type(self)(self.layout, self.vector.copy())

    def frozen(self) -> Self:
        """Give a private copy that nobody can write to."""
        vector = self.vector.copy()
        vector.flags.writeable = False
        return type(self)(self.layout, vector)

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied part by part, the views would no longer share the vector's memory.
        return type(self), (self.layout, self.vector)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return f"Parameters({len(self)} parts, {self.vector.size} numbers)"
