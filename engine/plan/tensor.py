"""Buffers of a plan: aligned memory, and a value with its gradient."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

# A cache line; also what AVX-512 loads want.
ALIGNMENT_BYTES = 64


def allocate(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Zeros that start on a cache line."""
    kind = np.dtype(dtype)
    count = prod(shape)
    raw = np.zeros(count * kind.itemsize + ALIGNMENT_BYTES, np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT_BYTES
    return raw[offset : offset + count * kind.itemsize].view(kind).reshape(shape)


@dataclass(slots=True, eq=False)
class Tensor:
    """What flows between two kernels: ``(c, h, w, n)`` or ``(d, n)``, the batch last.

    The batch is last so that every copy, addition and comparison runs over whole pictures' worth of
    neighbouring numbers, and so that a layer's product is one matrix product for all pictures.
    `gradient` is None where nothing before it learns.
    """

    value: Array
    gradient: Array | None

    @classmethod
    def make(cls, shape: tuple[int, ...], batch: int, dtype: DTypeLike, *, gradient: bool) -> "Tensor":
        """Allocate for pictures of `shape`."""
        full = (*shape, batch)
        return cls(allocate(full, dtype), allocate(full, dtype) if gradient else None)

    def rows(self) -> Array:
        """Value as a matrix, one row per channel."""
        return self.value.reshape(self.value.shape[0], -1)

    def gradient_rows(self) -> Array:
        """Gradient as a matrix, one row per channel."""
        assert self.gradient is not None
        return self.gradient.reshape(self.gradient.shape[0], -1)
