"""What flows through an ONNX graph, and how its numbers lie compared with the engine's.

Exporters put pictures with the channels first or last, turn and reshape them between layers, and flatten
them in either order. None of that changes a number, so it is kept as a table: for every number of the ONNX
value, which number of the engine's value it is. The next layer either finds the two in the same order, or,
if it is Dense, gets the columns of its weights in the engine's order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.formats.text import brief
from engine.geometry import Sides
from engine.layers import Shape

# 16 MB for a table of order; a file of a few bytes could ask for any size.
MOST_NUMBERS = 1 << 22

# Stands for the number of pictures where a graph leaves it open. A prime, so that a reshape which mixes
# pictures with each other cannot come out even.
OPEN_BATCH = 1_000_003

NO_PADS: Sides = ((0, 0), (0, 0))


@dataclass(frozen=True, eq=False)
class Signal:
    """The value of one place in the graph.

    Parameters
    ----------
    shape
        Of the engine's value for one picture, ``(c, h, w)`` or ``(d,)``.
    order
        In the shape of the ONNX value for one picture: the index of each number in the engine's flat value.
    layers
        How many of the engine's layers lie before this place.
    batch
        Number of pictures in the ONNX value; `OPEN_BATCH` where the graph leaves it open.
    scale, shift
        The ONNX value is the engine's times `scale` plus `shift`, each ``(prod(shape),)``; None for neither.
    pads
        Zeros around the picture that the next convolution has to add.
    final
        After the closing softmax: nothing may follow.
    """

    shape: Shape
    order: NDArray[np.int32]
    layers: int
    batch: int
    scale: NDArray[np.float64] | None = None
    shift: NDArray[np.float64] | None = None
    pads: Sides = NO_PADS
    final: bool = False

    @property
    def onnx_shape(self) -> Shape:
        """Shape of the ONNX value, with the pictures."""
        return (self.batch, *self.order.shape)

    @property
    def is_plain(self) -> bool:
        """Whether the two values have the same shape and order."""
        return self.order.shape == self.shape and self.in_order

    @property
    def in_order(self) -> bool:
        """Whether the two values list the same numbers in the same order, in whatever shape."""
        return bool((self.order.ravel() == np.arange(self.order.size)).all())

    def arranged(self, order: NDArray[np.int32]) -> "Signal":
        """Give the same numbers, lying differently in the ONNX value."""
        return replace(self, order=order)

    def after(self, shape: Shape, order: NDArray[np.int32] | None = None) -> "Signal":
        """Give the value after one more layer, in the engine's own order unless another is given."""
        return Signal(shape, plain_order(shape) if order is None else order, self.layers + 1, self.batch)

    def in_engine_order(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """Give a constant that is combined with the ONNX value as one number per number of the engine's."""
        try:
            whole = np.broadcast_to(value.astype(np.float64), (1, *self.order.shape))
        except ValueError:
            raise FormatError(
                f"a constant must fit the value {brief(self.order.shape)} that it changes, got {value.shape}"
            ) from None
        found = np.empty(self.order.size)
        found[self.order.ravel()] = whole.ravel()
        return found

    def reshaped(self, target: Sequence[int], *, zero_is_zero: bool = False) -> "Signal":
        """Give the value in another shape, as ONNX's Reshape says; pictures must stay apart."""
        sizes = [int(size) for size in target[:8]]
        if not zero_is_zero:
            now = self.onnx_shape
            sizes = [now[i] if size == 0 and i < len(now) else size for i, size in enumerate(sizes)]
        if sizes.count(-1) == 1:
            rest = prod(size for size in sizes if size != -1)
            if rest > 0:
                sizes[sizes.index(-1)] = self.batch * self.order.size // rest
        if len(target) > 8 or sizes[:1] != [self.batch] or prod(sizes[1:]) != self.order.size:
            raise FormatError(
                f"Reshape must keep each picture’s {self.order.size} numbers together, got the shape "
                f"{brief(list(target[:8]))}"
            )
        return self.arranged(self.order.reshape(sizes[1:]))


def plain_order(shape: Shape) -> NDArray[np.int32]:
    """Give the table of a value that lies as the engine's; FormatError if it would be too large."""
    if prod(shape) > MOST_NUMBERS:
        raise FormatError(
            f"a layer must give at most {MOST_NUMBERS:,} numbers for one picture, got {brief(prod(shape))}"
        )
    return np.arange(prod(shape), dtype=np.int32).reshape(shape)


def input_signal(sizes: Sequence[int]) -> Signal:
    """Give the graph's input from its sizes with the pictures, ``(n, …)``; 0 where one is left open.

    ``(n, c, h, w)``, or ``(n, h, w, c)`` where only the last can be 1 or 3 channels; ``(n, h, w)`` is grey,
    and so is ``(n, d)`` if d is a square number.
    """
    batch, *each = sizes
    if any(size < 1 for size in each) or not 1 <= len(each) <= 3:
        raise FormatError(
            f"its input must say the size of its pictures, (n, channels, height, width), got {brief(sizes)}"
        )
    if prod(each) > MOST_NUMBERS:
        raise FormatError(f"a picture must have at most {MOST_NUMBERS:,} numbers, got {brief(prod(each))}")
    shape: Shape
    if len(each) == 3 and each[2] in (1, 3) and each[0] not in (1, 3):
        shape = (each[2], each[0], each[1])
        order = plain_order(shape).transpose(1, 2, 0)
    else:
        side = isqrt(each[0])
        if len(each) == 1 and side * side != each[0]:
            raise FormatError(
                f"its input must be pictures; {each[0]} numbers without rows and columns are no square one"
            )
        shape = (side, side) if len(each) == 1 else tuple(each)
        shape = (1,) * (3 - len(shape)) + shape
        order = plain_order(shape).reshape(each)
    return Signal(shape, order, 0, batch if batch > 0 else OPEN_BATCH)
