"""Pictures sampled anew at moved places, in memory that is kept."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Pictures that are resampled together: their coordinates and weights stay in the processor's cache.
_AT_ONCE = 64


class Resampler:
    """Samples pictures of one size bilinearly where sums of a few fields say. One thread at a time.

    Every buffer is allocated once: fresh ones of this size come from the system page by page, which takes
    several times as long as the sampling.

    1. `where` ``(2, n, h · w)``: x and y of the samples, then how far they are from their pixels;
    2. `floor` ``(2, n, h · w)``: x and y of the pixels to their upper left; `index`: their places in 3;
    3. `padded` ``(n, h + 3, w + 3)``: a channel with a border of paper, one pixel before and two after, to
       which all coordinates outside are clipped; so no sample needs a test;
    4. `corners` ``(4, n, h · w)``: the four pixels about each sample.

    Parameters
    ----------
    size
        Height and width of the pictures.
    sigma
        Smoothness of the elastic fields in pixels, as in `fields`; 0 for none.
    """

    def __init__(self, size: tuple[int, int], sigma: float) -> None:
        height, width = self.size = size
        self.fields = fields(height, width, sigma)
        cells = height * width
        self._where = np.empty((2, _AT_ONCE, cells), np.float32)
        self._floor = np.empty((2, _AT_ONCE, cells), np.float32)
        self._index = np.empty((_AT_ONCE, cells), np.intp)
        self._first = np.arange(_AT_ONCE)[:, np.newaxis] * ((height + 3) * (width + 3))
        self._padded = np.zeros((_AT_ONCE, height + 3, width + 3), np.float32)
        self._corners = np.empty((4, _AT_ONCE, cells), np.float32)

    def __call__(self, pictures: Floats, weights: Floats, out: Floats) -> None:
        """Sample `pictures` ``(n, c, h, w)`` at the sums of `fields` by `weights` ``(2, n, fields)``.

        `out` ``(n, c, h, w)`` may be the pictures themselves.
        """
        for first in range(0, len(pictures), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            self._sample(pictures[part], weights[:, part], out[part])

    def _sample(self, pictures: Floats, weights: Floats, out: Floats) -> None:
        (height, width), n = self.size, len(pictures)
        stride = width + 3
        where, floor, index = self._where[:, :n], self._floor[:, :n], self._index[:n]
        np.matmul(weights, self.fields, out=where)
        for axis, length in enumerate((width, height)):
            where[axis] += np.float32((length + 1) / 2)
            np.clip(where[axis], 0, length + 1, out=where[axis])
        np.floor(where, out=floor)
        where -= floor
        floor[1] *= stride
        floor[0] += floor[1]
        np.copyto(index, floor[0], casting="unsafe")
        index += self._first[:n]
        x, y = where
        padded, flat, corners = self._padded[:n], self._padded.reshape(-1), self._corners[:, :n]
        (upper, upper_right), (lower, lower_right) = corners[:2], corners[2:]
        for channel in range(pictures.shape[1]):
            padded[:, 1:-2, 1:-2] = pictures[:, channel]
            for corner, offset in zip(corners, (0, 1, stride, stride + 1), strict=True):
                # No index is outside; of the ways to treat those that are, this one is the fastest.
                flat[offset:].take(index, out=corner, mode="wrap")
            for left, right in ((upper, upper_right), (lower, lower_right)):
                right -= left
                right *= x
                left += right
            lower -= upper
            lower *= y
            lower += upper
            out[:, channel] = lower.reshape(n, height, width)


@lru_cache(maxsize=8)
def fields(height: int, width: int, sigma: float) -> Floats:
    """Return what sampling coordinates are sums of, ``(fields, h · w)``, read-only.

    The rows are 1, x and y (from the picture's centre, in pixels) and, where sigma is not 0, one
    cubic B-spline bump for each knot of a coarse grid. With independent standard normal weights
    the bumps add up to a smooth random field with a standard deviation of 1 pixel on average. So
    all coordinates of all pictures, elastic or not, are one product of matrices.
    """
    y, x = np.mgrid[:height, :width].reshape(2, -1)
    rows = [np.stack((np.ones(height * width), x - (width - 1) / 2, y - (height - 1) / 2))]
    if sigma > 0.0:
        bumps = np.einsum("ky,lx->klyx", _splines(height, sigma), _splines(width, sigma))
        bumps = bumps.reshape(-1, height * width)
        rows.append(bumps / np.sqrt((bumps**2).sum(axis=0).mean()))
    basis = np.concatenate(rows).astype(np.float32)
    basis.flags.writeable = False
    return basis


def _splines(size: int, sigma: float) -> NDArray[np.float64]:
    """Return the cubic B-splines of a line of pixels, ``(knots, size)``."""
    # A cubic B-spline has the standard deviation of √(1/3) of the distance of its knots.
    spacing = sigma * np.sqrt(3.0)
    # Knots one beyond either end are the last whose splines reach the pixels.
    knots = np.arange(-1, int(np.ceil((size - 1) / spacing)) + 2)
    t = np.abs(np.arange(size) / spacing - knots[:, np.newaxis])
    inner = 2 / 3 - t**2 + t**3 / 2
    outer = np.maximum(2 - t, 0) ** 3 / 6
    return np.where(t < 1, inner, outer)
