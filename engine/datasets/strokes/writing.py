"""From a style and a hand to the strokes that the canvas would have received."""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, radians, sin, sqrt, tan

import numpy as np
from numpy.typing import NDArray

from engine.datasets.strokes.manner import Hand
from engine.datasets.strokes.spline import spline_matrix
from engine.datasets.strokes.style import PenLine, Style
from engine.drawing import Drawing, Stroke

Points = NDArray[np.float64]

# The part of the canvas's side, at either edge, that the middle of the pen keeps clear of.
_MARGIN = 0.03
# Closer points are the same place, as in the canvas (gui/pad/growing_stroke.py).
_SMALLEST_STEP = 0.0015
# A line that ends too early keeps at least so much of its length at either end.
_LARGEST_CUT = 0.12
_FEWEST_POINTS = 4
# Length of a hook, in heights of the character.
_HOOK = 0.06
# How far from either end of a line the pen has not its full pressure, as a share of the line.
_TAPER = 0.09
_WOBBLES = 5
# How much of the straying of a point the next one shares.
_TOGETHER = 0.6


# Fast trembling is white noise after this: of one point and its neighbours, about 1 in all.
_TREMBLE = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / np.sqrt(19.0)


def write(style: Style, hand: Hand, rng: np.random.Generator) -> Drawing:
    """Write one character.

    Parameters
    ----------
    style
        What to write.
    hand
        Who writes, with what.
    rng
        Where chance comes from.

    Returns
    -------
    Drawing
        Its points lie on the canvas, though a thick pen's edge may not; its label is that of the
        style, its name the style's name.
    """
    paths = [_placed(line, index, hand, rng) for index, line in enumerate(style.lines)]
    return draw(paths, hand, rng, label=style.label, name=style.name)


def draw(
    paths: Sequence[Points], hand: Hand, rng: np.random.Generator, *, label: int | None = None, name: str = ""
) -> Drawing:
    """Put lines on the canvas as a hand and its pen would.

    Parameters
    ----------
    paths
        Each ``(m, 2)``, m ≥ 1, in heights of the character, as in `PenLine`.
    hand, rng
        As in `write`.
    label, name
        Of the drawing.

    Returns
    -------
    Drawing
        One stroke for each path.
    """
    canvas = _on_canvas(np.concatenate(paths), hand, rng)
    ends = np.cumsum([len(path) for path in paths])[:-1]
    strokes = tuple(_stroke(path, hand, rng) for path in np.split(canvas, ends))
    return Drawing(strokes, label=label, name=name)


def _placed(line: PenLine, index: int, hand: Hand, rng: np.random.Generator) -> Points:
    """Return the dense path of one line, ``(m, 2)`` in heights, with its points strayed."""
    chance = rng.standard_normal(line.places.shape)
    # A point strays with the one before it.
    chance[1:] = (chance[1:] + _TOGETHER * chance[:-1]) / sqrt(1 + _TOGETHER**2)
    path = spline_matrix(line, hand.rounding) @ (line.places + line.spreads * (hand.sloppiness * chance))
    if len(path) > 1:
        path += _waves(len(path)) @ (hand.wobble * rng.standard_normal((_WOBBLES, 2)))
    if index > 0:
        path += hand.gap * rng.standard_normal(2)
    return path


@lru_cache(maxsize=64)
def _waves(count: int) -> Points:
    """Return slow waves along a line, ``(count, waves)``, the slowest the largest; about 1 in all."""
    wave = np.arange(1, _WOBBLES + 1)
    basis: Points = np.cos(np.pi * wave * np.linspace(0, 1, count)[:, np.newaxis]) / wave
    basis /= np.sqrt((basis**2).sum(axis=1).mean())
    basis.flags.writeable = False
    return basis


def _on_canvas(points: Points, hand: Hand, rng: np.random.Generator) -> Points:
    """Bend, stretch, slant, turn, size and place points, ``(m, 2)`` in heights, on the canvas."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    x, y = (points - middle).T
    bent = np.stack((x, y, x * x, x * y, y * y), axis=1)
    c, s = cos(radians(hand.rotation_deg)), sin(radians(hand.rotation_deg))
    # y points down, so that leaning to the right is less x with more y.
    slant = -tan(radians(hand.slant_deg))
    matrix = np.zeros((5, 2))
    matrix[:2] = np.array([[hand.width_factor, 0.0], [slant, 1.0]]) @ np.array([[c, s], [-s, c]])
    matrix[2:] = hand.warp * rng.standard_normal((3, 2))
    placed: Points = bent @ (hand.size * matrix)
    low, high = placed.min(axis=0), placed.max(axis=0)
    room = 1 - 2 * _MARGIN
    largest = float((high - low).max())
    if largest > room:
        placed *= room / largest
        low, high = low * (room / largest), high * (room / largest)
    # Most people begin near the middle; nobody's pen leaves the canvas.
    centre = 0.5 + 0.06 * rng.standard_normal(2)
    shift = np.clip(centre - (low + high) / 2, _MARGIN - low, 1 - _MARGIN - high)
    return placed + shift


def _stroke(path: Points, hand: Hand, rng: np.random.Generator) -> Stroke:
    """Turn a path on the canvas, ``(m, 2)``, into the points that a canvas delivers."""
    points = path + 0.0 if len(path) == 1 else _sampled(path, hand, rng)
    count = len(points)
    if hand.tremor > 0.0 and count > 1:
        noise = rng.standard_normal((count + len(_TREMBLE) - 1, 2))
        for axis in range(2):
            points[:, axis] += hand.tremor * np.convolve(noise[:, axis], _TREMBLE, mode="valid")
    # Trembling, hooks and lines that end too late stop at the edge.
    np.clip(points, 0.0, 1.0, out=points)
    widths = np.full(count, hand.pen_width) if hand.force is None else _pressed(count, hand, rng)
    if hand.canvas_px is not None:
        points = np.rint(points * hand.canvas_px) / hand.canvas_px
    if count > 2:
        # The last point counts, however near it is.
        moved = np.abs(np.diff(points, axis=0)).max(axis=1) >= _SMALLEST_STEP
        moved[-1] = True
        keep = np.concatenate(([True], moved))
        points, widths = points[keep], widths[keep]
    values = np.column_stack((points, widths)).tolist()
    return Stroke(tuple((x, y, width) for x, y, width in values))


def _sampled(path: Points, hand: Hand, rng: np.random.Generator) -> Points:
    """Return where the pen is at equal times, ``(n, 2)``, too early or too late at the ends."""
    arc = np.zeros(len(path))
    np.cumsum(np.hypot(*np.diff(path, axis=0).T), out=arc[1:])
    length = max(float(arc[-1]), 1e-9)
    clock = (1 - hand.slowing) * arc / length + np.linspace(0, hand.slowing, len(path))
    start, end = (hand.overshoot * hand.size * rng.standard_normal(2)).tolist()
    cut = [min(max(-over / length, 0.0), _LARGEST_CUT) for over in (start, end)]
    count = max(_FEWEST_POINTS, round(length / hand.step) + 1)
    time = np.linspace(cut[0], 1 - cut[1], count)
    points = np.stack([np.interp(time, clock, path[:, axis]) for axis in range(2)], axis=1)
    for index, inner, over in ((0, 2, start), (-1, -3, end)):
        if over > 0.0:
            along = points[index] - points[inner]
            points[index] += along * min(over / max(float(np.hypot(*along)), 1e-9), 1.0)
    if rng.random() < hand.hooks:
        angle = rng.uniform(0, 2 * np.pi)
        hook = points[0] + _HOOK * hand.size * np.array([cos(angle), sin(angle)])
        points = np.concatenate((hook[np.newaxis], points))
    return points


def _pressed(count: int, hand: Hand, rng: np.random.Generator) -> Points:
    """Return the widths of a pen that follows its pressure, ``(n,)``; see the canvas's own rule."""
    assert hand.force is not None
    t = np.linspace(0, 1, count)
    waves = rng.standard_normal(3)
    slow = 0.06 * (waves[0] * np.cos(np.pi * t) + 0.6 * waves[1] * np.cos(2 * np.pi * t))
    ends = np.exp(-t / _TAPER) * 0.25 + np.exp((t - 1) / _TAPER) * (0.35 + 0.1 * waves[2])
    force = np.clip(hand.force + slow, 0.1, 1.0) * np.clip(1 - ends, 0.2, 1.0)
    # As gui/pad/canvas.py does: half of the full pressure leaves the brush as it is.
    return hand.pen_width * (0.3 + 1.4 * force)
