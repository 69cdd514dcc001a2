"""The pictures that excite each channel of a layer most, and where in them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.fields import Box

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Strongest:
    """The strongest places of each channel, the strongest first; all arrays are ``(channels, count)``.

    ``pictures`` are numbers of pictures; ``rows`` and ``columns`` say where in the channel.
    """

    pictures: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array


class StrongestPlaces:
    """Finds the strongest places while pictures go by, one place for each picture and channel.

    Of equally strong ones, those of the earlier picture come first, and in a picture the first in row order.

    Parameters
    ----------
    count
        Places that are kept for each channel.
    """

    def __init__(self, count: int = 9) -> None:
        self._count = count
        # Values, pictures and places, the strongest first.
        self._best: list[Array] | None = None
        self._width = 1
        self._seen = 0

    @property
    def seen(self) -> int:
        """Pictures that went by."""
        return self._seen

    def add(self, outputs: Array) -> None:
        """Look at a layer's outputs ``(n, channels, h, w)`` for the next n pictures."""
        n, channels, _, self._width = outputs.shape
        flat = outputs.reshape(n, channels, -1)
        places = flat.argmax(axis=2)
        values = np.take_along_axis(flat, places[..., None], axis=2)[..., 0]
        pictures = np.broadcast_to(np.arange(self._seen, self._seen + n)[:, None], values.shape)
        self._seen += n
        new = [values.T, pictures.T, places.T]
        if self._best is not None:
            new = [np.concatenate(pair, axis=1) for pair in zip(self._best, new, strict=True)]
        # What is no number is no strong answer.
        order = np.argsort(-np.nan_to_num(new[0], nan=-np.inf), axis=1, kind="stable")[:, : self._count]
        self._best = [np.take_along_axis(each, order, axis=1) for each in new]

    def result(self) -> Strongest:
        """Give what was found so far; ValueError before the first picture."""
        if self._best is None:
            raise ValueError("strongest places can be told after the first picture, none has gone by")
        values, pictures, places = self._best
        rows, columns = np.divmod(places, self._width)
        return Strongest(pictures.astype(np.int64), rows, columns, values)


def crop(picture: Array, box: Box, outside: float = 0.0) -> Array:
    """Cut a rectangle out of a picture ``(c, h, w)``; beyond the picture is `outside`."""
    top, bottom, left, right = box
    h, w = picture.shape[1:]
    found = np.full((len(picture), bottom - top, right - left), outside, picture.dtype)
    rows, columns = slice(max(top, 0), min(bottom, h)), slice(max(left, 0), min(right, w))
    found[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[
        :, rows, columns
    ]
    return found
