"""Ink out of a photograph of paper: even out the light, then part dark from light."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

# The light on paper changes slowly: it is measured on a grid of so many fields per longer side.
_LIGHT_FIELDS = 16
# In each field, paper is what is lighter than most; ink covers less than half of it or a
# neighbouring field shows the paper.
_PAPER_PERCENTILE = 80
# The light in the darkest corner of a page, as a share of that in the brightest.
_DARKEST_LIGHT = 0.4
# Ink is at least this much darker than its paper (0 to 1), or there is none.
SMALLEST_CONTRAST = 0.12
# Half the width of the ramp from paper to ink, so that edges stay smooth.
_SOFTNESS = 0.06
# Stroke thickness of MNIST, next to the longer side of a digit.
STROKE_SHARE = 0.12
# Spots smaller than this share of the largest connected piece of ink are dust.
_DUST = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """Ink parted from paper. A value: any thread.

    Parameters
    ----------
    ink
        ``(h, w)`` uint8, 0 = paper, 255 = ink; read-only.
    threshold
        Darkness, 0 to 1, at which ink begins.
    inverted
        True where the picture has light ink on dark paper.
    found
        False where nothing stands out of the paper.
    """

    ink: Grey
    threshold: float
    inverted: bool
    found: bool


def separate_ink(grey: Grey, *, threshold: float | None = None, inverted: bool | None = None) -> Separation:
    """Part ink from paper.

    Parameters
    ----------
    grey
        ``(h, w)`` uint8, 0 = black, 255 = white.
    threshold
        Darkness, 0 to 1, at which ink begins; None finds it (Otsu's method).
    inverted
        True for light ink on dark paper; None finds out from the border of the picture.

    Returns
    -------
    Separation
        With the values that were found or given.
    """
    if inverted is None:
        inverted = looks_inverted(grey)
    darkness = flattened_darkness(255 - grey if inverted else grey)
    automatic = otsu_threshold(darkness)
    used = automatic if threshold is None else min(max(threshold, 0.0), 1.0)
    ramp = (darkness - (used - _SOFTNESS)) / (2 * _SOFTNESS)
    ink = without_dust(np.rint(ramp.clip(0, 1) * 255).astype(np.uint8))
    dark = darkness[darkness > automatic]
    light = darkness[darkness <= automatic]
    contrast = float(dark.mean() - light.mean()) if dark.size and light.size else 0.0
    found = contrast >= SMALLEST_CONTRAST and bool((ink > 127).any())
    ink.flags.writeable = False
    return Separation(ink, used, inverted, found)


def looks_inverted(grey: Grey) -> bool:
    """Tell whether ink is lighter than paper, by taking the border of the picture for paper."""
    border = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    low, high = np.percentile(grey, (1, 99))
    return bool(np.median(border) < (low + high) / 2)


def flattened_darkness(grey: Grey) -> NDArray[np.float32]:
    """Return how dark each pixel is next to the paper around it, 0 = paper, 1 = black.

    Paper's brightness is the product of its whiteness and the light on it, so the picture is
    divided by the light, which is measured where the paper shows.
    """
    light = np.maximum(paper_light(grey), 1.0)
    return (1 - grey.astype(np.float32) / light).clip(0, 1)


def paper_light(grey: Grey) -> NDArray[np.float32]:
    """Estimate the brightness of bare paper at every pixel, ``(h, w)``."""
    height, width = grey.shape
    longer = max(height, width)
    rows = max(1, round(_LIGHT_FIELDS * height / longer))
    columns = max(1, round(_LIGHT_FIELDS * width / longer))
    down = np.linspace(0, height, rows + 1).astype(np.intp)
    across = np.linspace(0, width, columns + 1).astype(np.intp)
    field = np.array(
        [
            [
                np.percentile(grey[down[r] : down[r + 1], across[c] : across[c + 1]], _PAPER_PERCENTILE)
                for c in range(columns)
            ]
            for r in range(rows)
        ],
        dtype=np.float32,
    )
    # Light falls off across a page, but ink that fills a field and its neighbours is darker still.
    field = np.maximum(field, _DARKEST_LIGHT * field.max())
    # A field that is full of ink takes its paper from its lighter neighbours. The minimum after
    # the maximum leaves a slope of light as it was; then smooth.
    closed = _neighbours(_neighbours(field, np.max), np.min)
    return _stretched(_neighbours(closed, np.mean), height, width)


def otsu_threshold(darkness: NDArray[np.float32]) -> float:
    """Find the darkness that parts two groups with the largest variance between them.

    N. Otsu, "A threshold selection method from gray-level histograms" (1979).
    """
    counts, edges = np.histogram(darkness, bins=256, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = counts.sum() - below
    sum_below = np.cumsum(counts * middles)[:-1]
    sum_above = float((counts * middles).sum()) - sum_below
    both = (below > 0) & (above > 0)
    if not both.any():
        return 0.5
    means_apart = sum_below / np.maximum(below, 1) - sum_above / np.maximum(above, 1)
    between = np.where(both, below * above * means_apart**2, 0.0)
    # Where nothing lies between the groups the variance has a plateau; its middle is safest.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1:-1][best].mean())


def thickened(ink: Grey, share: float = STROKE_SHARE) -> Grey:
    """Widen thin lines to a share of the longer side of their bounding box.

    A ballpoint's line is far thinner next to its digit than the strokes of the digits that the
    networks have learnt, and would fade to grey when it is made small.
    """
    mask = ink > 127
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return ink
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    radius = round((share * float(longer) - line_width(mask)) / 2)
    grown = np.pad(ink, max(radius, 0))
    for step in range(radius):
        # Squares and crosses in turn come near to a disc.
        grown = _widened(grown, corners=step % 2 == 0)
    return grown


def line_width(mask: NDArray[np.bool_]) -> float:
    """Estimate the width of the lines of a mask, in pixels: twice their area by their outline."""
    padded = np.pad(mask, 1).astype(np.int8)
    edges = sum(int(np.abs(np.diff(padded, axis=axis)).sum()) for axis in (0, 1))
    # On a grid, a line in any direction has on average 4 / π as much outline as in truth.
    return 2 * float(mask.sum()) / (max(edges, 1) * np.pi / 4)


def without_dust(ink: Grey) -> Grey:
    """Return the ink without the connected pieces that are tiny next to the largest one."""
    labels = _labelled(ink > 127)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    if sizes.max() == 0:
        return ink
    keeps = sizes >= _DUST * sizes.max()
    keeps[0] = True
    kept = keeps[labels]
    # The soft edge of ink is below the limit of the pieces; it stays next to ink that stays.
    near_ink = _grown(kept & (labels > 0), 3)
    return np.where(kept & near_ink, ink, 0).astype(np.uint8)


def _labelled(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Number the connected pieces of a mask, row runs joined by their overlaps; 0 = none."""
    height, width = mask.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    changes = np.diff(padded, axis=1)
    row, start = np.nonzero(changes == 1)
    end = np.nonzero(changes == -1)[1]
    parent = list(range(len(row) + 1))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = np.searchsorted(row, np.arange(height + 1)).tolist()
    starts, ends = start.tolist(), end.tolist()
    for y in range(1, height):
        above, here = first[y - 1], first[y]
        while above < first[y] and here < first[y + 1]:
            # Runs that touch, corners included.
            if starts[above] <= ends[here] and starts[here] <= ends[above]:
                parent[root(here + 1)] = root(above + 1)
            if ends[above] < ends[here]:
                above += 1
            else:
                here += 1
    numbers = np.array([root(run) for run in range(len(parent))], dtype=np.intp)
    labels = np.zeros((height, width), dtype=np.intp)
    labels[mask] = np.repeat(numbers[1:], end - start)
    return labels


def _grown(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    grown = mask.copy()
    for axis in (0, 1):
        source = grown.copy()
        for step in range(1, pixels + 1):
            before, after = [slice(None)] * 2, [slice(None)] * 2
            before[axis], after[axis] = slice(None, -step), slice(step, None)
            grown[tuple(after)] |= source[tuple(before)]
            grown[tuple(before)] |= source[tuple(after)]
    return grown


def _widened(ink: Grey, *, corners: bool) -> Grey:
    padded = np.pad(ink, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, ink.shape)
    flat = [windows[y, x] for y in range(3) for x in range(3) if corners or 1 in (y, x)]
    return np.asarray(np.maximum.reduce(flat), dtype=np.uint8)


def _neighbours(field: NDArray[np.float32], reduce: Callable[..., Any]) -> NDArray[np.float32]:
    padded = np.pad(field, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return np.asarray(reduce(windows, axis=(2, 3)), dtype=np.float32)


def _stretched(field: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Interpolate a coarse field to the size of the picture."""
    rows, columns = field.shape
    y = (np.arange(height) + 0.5) * rows / height - 0.5
    x = (np.arange(width) + 0.5) * columns / width - 0.5
    down = np.stack([np.interp(y, np.arange(rows), field[:, c]) for c in range(columns)], axis=1)
    both = np.stack([np.interp(x, np.arange(columns), line) for line in down])
    return both.astype(np.float32)
