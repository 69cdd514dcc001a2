"""Changing the size of a picture by averaging over areas."""

import numpy as np
from numpy.typing import NDArray


def resize(picture: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Resample a picture so that each new pixel is the mean of the area it covers.

    Parameters
    ----------
    picture
        ``(h, w)``, 0 to 1.
    rows, columns
        The new size.

    Returns
    -------
    ndarray
        ``(rows, columns)`` float32. The mean stays the same; a whole multiple of the size
        repeats pixels, and going back returns the picture that it came from.
    """
    means = _mean_rows(_mean_rows(picture, rows).T, columns).T
    # Differences of running sums stray from the range by their rounding.
    return np.clip(means, 0, 1).astype(np.float32, order="C")


def fit_into_square(picture: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Resample a picture to fill a square as far as its ratio allows, in the middle, on paper.

    Parameters
    ----------
    picture
        ``(h, w)``, 0 = paper.
    side
        Pixels per side of the square.

    Returns
    -------
    ndarray
        ``(side, side)`` float32.
    """
    rows, columns = fitted_size(picture.shape[0], picture.shape[1], side)
    square = np.zeros((side, side), dtype=np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = resize(picture, rows, columns)
    return square


def fitted_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Return the size of the same ratio whose longer side is `side`, at least one pixel."""
    longer = max(height, width)
    return max(1, round(height * side / longer)), max(1, round(width * side / longer))


def _mean_rows(picture: NDArray[np.floating], new: int) -> NDArray[np.float64]:
    """Return ``(new, w)``, the means of equal bands of the rows of ``(h, w)``.

    Through running sums, and not by a matrix product: that would wake up the threads of the
    BLAS, which the pen need not wait for.
    """
    old = len(picture)
    sums = np.zeros((old + 1, picture.shape[1]), dtype=np.float64)
    np.cumsum(picture, axis=0, dtype=np.float64, out=sums[1:])
    edges = np.arange(new + 1) * old / new
    whole = np.minimum(edges.astype(np.intp), old - 1)
    part = (edges - whole)[:, np.newaxis]
    at_edges = sums[whole] + part * (sums[whole + 1] - sums[whole])
    means: NDArray[np.float64] = np.diff(at_edges, axis=0) * (new / old)
    return means
