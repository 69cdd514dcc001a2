"""Few colours for a picture of many: exact where they suffice, otherwise the best split of its colours."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# With more different colours than this they are first gathered in 32 steps per channel.
_MOST_EXACT = 16_384
_COARSE_BITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Quantised:
    """A table of colours, uint8 ``(n, 3)``, and for each pixel its entry, uint8 ``(pixels,)``."""

    colours: NDArray[np.uint8]
    indices: NDArray[np.uint8]


def quantise(pixels: NDArray[np.uint8], most: int) -> Quantised:
    """Choose at most `most` colours, 1 to 256, for uint8 ``(pixels, 3)``.

    A picture of no more colours keeps them exactly. Otherwise its colours are split, again and again, where
    the squared error is largest; each group gets its mean. There a colour weighs as the root of its count: a
    thin line is to keep its colour beside a large ground.
    """
    found, places = _numbered(_codes(pixels))
    counts = np.bincount(places)
    colours = _colours(found)
    if len(found) <= most:
        return Quantised(colours, places.astype(np.uint8))
    if len(found) > _MOST_EXACT:
        coarse = _codes((colours >> (8 - _COARSE_BITS)).astype(np.uint8))
        _, gathered = _numbered(coarse)
        totals, means = _sums_up(colours, counts, gathered)
        groups = _split(means, np.sqrt(totals), most)[gathered]
    else:
        groups = _split(colours.astype(np.float64), np.sqrt(counts), most)
    _, chosen = _sums_up(colours, counts, groups)
    return Quantised(np.rint(chosen).astype(np.uint8), groups.astype(np.uint8)[places])


def _numbered(codes: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Give the codes that there are, ascending, and of each the place among them.

    By tables of all colours that can be: NumPy's `unique` holds up all other threads meanwhile.
    """
    seen = np.zeros(1 << 24, np.bool_)
    seen[codes] = True
    found = np.flatnonzero(seen)
    place_of = np.empty(1 << 24, np.uint32)
    place_of[found] = np.arange(len(found), dtype=np.uint32)
    return found, place_of[codes]


def _codes(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    red, green, blue = colours.astype(np.uint32).T
    return red << 16 | green << 8 | blue


def _colours(codes: NDArray[np.integer]) -> NDArray[np.uint8]:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)


def _sums_up(
    colours: NDArray[np.uint8], counts: NDArray[np.int64], groups: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the count of each group, ``(groups,)``, and its mean colour, ``(groups, 3)``."""
    totals = np.bincount(groups, counts).astype(np.float64)
    sums = [np.bincount(groups, colours[:, channel] * counts.astype(np.float64)) for channel in range(3)]
    return totals, np.stack(sums, axis=1) / totals[:, None]


def _split(colours: NDArray[np.float64], weights: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Give each colour ``(n, 3)`` the number of its group, ``(n,)``; groups are from 0 to `most` - 1."""
    groups = np.zeros(len(colours), np.int64)
    everything = np.arange(len(colours))
    heap = [(-_error(colours, weights)[0], 0, everything)]
    for number in range(1, most):
        error, group, members = heapq.heappop(heap)
        if error == 0:
            break
        own, weight = colours[members], weights[members]
        _, channel, mean = _error(own, weight)
        above = own[:, channel] > mean
        for part, name in ((members[above], number), (members[~above], group)):
            groups[part] = name
            heapq.heappush(heap, (-_error(colours[part], weights[part])[0], name, part))
    return groups


def _error(colours: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, int, float]:
    """Give the squared error about the mean, the channel that has most of it, and the mean there."""
    if len(colours) == 1:
        return 0.0, 0, 0.0
    means = weights @ colours / weights.sum()
    errors = weights @ (colours - means) ** 2
    channel = int(errors.argmax())
    return float(errors.sum()), channel, float(means[channel])
