"""Strokes to anti-aliased ink, fast enough to follow a moving pen."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from engine.drawing.path import settled_path, smooth_path
from engine.drawing.resampling import fit_into_square
from engine.drawing.values import CANVAS_SIDE, Backdrop, Drawing, Stroke
from engine.errors import ConfigError

Ink = NDArray[np.float32]

# Long pieces are cut so that the square around each stays small next to the canvas.
_MAX_PIECE_PX = 16.0
# Pieces are drawn together up to this many pixels of work space (1 MB per float32 array).
_WORK_PIXELS = 262_144
# Finished canvases that are kept, at 78 kB each for the usual side: room for undo and redo.
_MAX_CACHED = 48
_MAX_SIDE = 2048


def rasterize(drawing: Drawing, side: int = CANVAS_SIDE) -> Ink:
    """Draw the ink of a drawing.

    A stroke is the union of round-capped pieces of varying width; its edge is a ramp one pixel
    wide. Strokes join by maximum, erasing strokes take away, in their order. Completed strokes
    are remembered, and of a stroke that grows only what is new is drawn. Any thread.

    Parameters
    ----------
    drawing
        What to draw.
    side
        Pixels per side of the canvas.

    Returns
    -------
    ndarray
        ``(side, side)`` float32, 0 = paper, 1 = ink; read-only, since it is shared.

    Raises
    ------
    ConfigError
        If the side is not from 1 to 2048.
    """
    if not 1 <= side <= _MAX_SIDE:
        raise ConfigError(f"A canvas must have 1 to {_MAX_SIDE} pixels per side, got {side}.")
    return _CACHE.ink(drawing.backdrop, drawing.strokes, side)


def stamp(target: Ink, path: NDArray[np.float64]) -> None:
    """Draw a flattened line into an array, by maximum.

    Parameters
    ----------
    target
        ``(side, side)``, changed in place.
    path
        ``(m, 3)``, m ≥ 1: x, y and width as fractions of the side. One corner is a dot.
    """
    side = target.shape[0]
    # Pixel i covers i to i + 1, so its centre has the coordinate i + 0.5.
    corners = path * side - (0.5, 0.5, 0.0)
    corners[:, 2] /= 2
    start, end = _cut_long_pieces(corners)
    reach = np.maximum(start[:, 2], end[:, 2]) + 0.5
    low = np.minimum(start, end)[:, :2] - reach[:, np.newaxis]
    high = np.maximum(start, end)[:, :2] + reach[:, np.newaxis]
    seen = ((high >= 0) & (low <= side - 1)).all(axis=1)
    if not seen.any():
        return
    start, end, low = start[seen], end[seen], low[seen]
    extent = int(np.ceil((high[seen] - low).max())) + 1
    patch = min(extent, side)
    corner = np.ceil(low).clip(0, side - patch).astype(np.intp)
    at_once = max(1, _WORK_PIXELS // (patch * patch))
    for first in range(0, len(start), at_once):
        part = slice(first, first + at_once)
        cover = _coverage(start[part], end[part], corner[part], patch)
        for (left, top), square in zip(corner[part].tolist(), cover, strict=True):
            view = target[top : top + patch, left : left + patch]
            np.maximum(view, square, out=view)


def _cut_long_pieces(
    corners: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pair up the corners into pieces, cutting those that are longer than the limit."""
    if len(corners) == 1:
        return corners, corners
    start, end = corners[:-1], corners[1:]
    length = np.hypot(*(end - start)[:, :2].T)
    if length.max() <= _MAX_PIECE_PX:
        return start, end
    parts = np.ceil(length / _MAX_PIECE_PX).clip(1).astype(np.intp)
    piece = np.repeat(np.arange(len(parts)), parts)
    index = np.arange(len(piece)) - (np.cumsum(parts) - parts)[piece]
    step = (end - start)[piece] / parts[piece, np.newaxis]
    cut = start[piece] + index[:, np.newaxis] * step
    return cut, cut + step


def _coverage(
    start: NDArray[np.float64], end: NDArray[np.float64], corner: NDArray[np.intp], patch: int
) -> NDArray[np.float32]:
    """How much of each pixel of a square each piece covers, ``(pieces, patch, patch)``."""
    a = start.astype(np.float32)
    along = (end - start).astype(np.float32)
    offset = corner.astype(np.float32)
    pixel = np.arange(patch, dtype=np.float32)
    x = (offset[:, :1] + pixel - a[:, :1])[:, np.newaxis, :]
    y = (offset[:, 1:] + pixel - a[:, 1:2])[:, :, np.newaxis]
    dx, dy, widening = (along[:, k, np.newaxis, np.newaxis] for k in range(3))
    # Nearest place on the piece, 0 at its start and 1 at its end; a dot has no length.
    t = (x * dx + y * dy) / np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    np.clip(t, 0, 1, out=t)
    distance = np.hypot(x - t * dx, y - t * dy)
    radius = a[:, 2, np.newaxis, np.newaxis] + t * widening
    # A line thinner than a pixel fills no more of it than its width.
    full = np.minimum(2 * radius, 1)
    cover: NDArray[np.float32] = np.clip(radius + np.float32(0.5) - distance, 0, full)
    return cover


@dataclass(slots=True)
class _GrowingStroke:
    """The ink of one stroke so far: the part that more points will not change, and its points."""

    side: int
    points: tuple[tuple[float, float, float], ...]
    settled: Ink

    def extend(self, points: tuple[tuple[float, float, float], ...]) -> None:
        """Draw what has become settled since."""
        corners = np.asarray(points[max(0, len(self.points) - 2) :], dtype=np.float64)
        path = settled_path(corners)
        if len(self.points) < 2:
            path = np.concatenate((corners[:1], path))
        stamp(self.settled, path)
        self.points = points


class _RasterCache:
    """Remembers finished canvases and the stroke that is growing. Any thread, behind a lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._canvases: OrderedDict[tuple[int, Backdrop | None, int, int], tuple[tuple[Stroke, ...], Ink]] = (
            OrderedDict()
        )
        self._growing: _GrowingStroke | None = None

    def ink(self, backdrop: Backdrop | None, strokes: tuple[Stroke, ...], side: int) -> Ink:
        """Return the canvas after all these strokes, from the nearest one that is known."""
        digests = [0]
        for stroke in strokes:
            digests.append(hash((digests[-1], stroke)))
        with self._lock:
            canvas, known = self._nearest(backdrop, strokes, side, digests)
            for count in range(known, len(strokes) + 1):
                if count > known or canvas is None:
                    canvas = self._next_canvas(canvas, backdrop, strokes[:count], side)
                    self._remember((side, backdrop, count, digests[count]), strokes[:count], canvas)
            assert canvas is not None
            return canvas

    def _nearest(
        self,
        backdrop: Backdrop | None,
        strokes: tuple[Stroke, ...],
        side: int,
        digests: list[int],
    ) -> tuple[Ink | None, int]:
        for count in range(len(strokes), -1, -1):
            key = (side, backdrop, count, digests[count])
            entry = self._canvases.get(key)
            if entry is not None and entry[0] == strokes[:count]:
                self._canvases.move_to_end(key)
                return entry[1], count
        return None, 0

    def _remember(
        self,
        key: tuple[int, Backdrop | None, int, int],
        strokes: tuple[Stroke, ...],
        canvas: Ink,
    ) -> None:
        canvas.flags.writeable = False
        self._canvases[key] = (strokes, canvas)
        while len(self._canvases) > _MAX_CACHED:
            self._canvases.popitem(last=False)

    def _next_canvas(
        self, canvas: Ink | None, backdrop: Backdrop | None, strokes: tuple[Stroke, ...], side: int
    ) -> Ink:
        """Return a new canvas: the one before, and the last stroke on it."""
        if canvas is None:
            if backdrop is None:
                return np.zeros((side, side), dtype=np.float32)
            return fit_into_square(backdrop.ink.astype(np.float32) / np.float32(255), side)
        stroke = strokes[-1]
        ink = self._stroke_ink(stroke.points, side)
        if stroke.erases:
            return np.minimum(canvas, 1 - ink)
        return np.maximum(canvas, ink)

    def _stroke_ink(self, points: tuple[tuple[float, float, float], ...], side: int) -> Ink:
        growing = self._growing
        if growing is None or growing.side != side or growing.points != points[: len(growing.points)]:
            growing = _GrowingStroke(side, points[:1], np.zeros((side, side), dtype=np.float32))
            self._growing = growing
        if len(points) > len(growing.points):
            growing.extend(points)
        ink = growing.settled.copy()
        # From the middle of the last line to its end; for one or two points, all there is.
        stamp(ink, smooth_path(points) if len(points) < 3 else _tail(points))
        return ink


def _tail(points: tuple[tuple[float, float, float], ...]) -> NDArray[np.float64]:
    last = np.asarray(points[-2:], dtype=np.float64)
    return np.stack((last.mean(axis=0), last[1]))


_CACHE = _RasterCache()
