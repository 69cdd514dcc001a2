"""A stroke while the pen moves: the points so far."""

from engine.drawing import Stroke

# Closer points are the same place: a third of a pixel on a canvas of 200 pixels.
_SMALLEST_STEP = 0.0015
# A pen that leaves the canvas is clipped; further away nothing can come back into sight.
_FURTHEST = 4.0


class GrowingStroke:
    """Collects the points of one movement. Any thread, one at a time.

    Parameters
    ----------
    source
        What is moving: a mouse button, the pen, a finger. Other sources are not listened to.
    width
        Diameter of the brush, as a fraction of the canvas side.
    erases
        True for the eraser.
    """

    def __init__(self, source: object, width: float, erases: bool) -> None:
        self.source = source
        self.erases = erases
        self._width = width
        self._points: list[tuple[float, float, float]] = []

    def add(self, x: float, y: float, force: float = 1.0, *, last: bool = False) -> bool:
        """Add a point, in fractions of the canvas side.

        Parameters
        ----------
        x, y
            Where; anything outside the canvas is allowed.
        force
            Factor on the width of the brush: a pen's pressure.
        last
            True where the pen leaves the canvas: that point counts, however near it is.

        Returns
        -------
        bool
            False where the point is the last one again, and nothing changed.
        """
        x, y = (min(max(value, -_FURTHEST), 1 + _FURTHEST) for value in (x, y))
        width = min(max(self._width * force, 0.0), 1.0)
        if self._points:
            last_x, last_y, last_width = self._points[-1]
            step = max(abs(x - last_x), abs(y - last_y))
            moved = step > 0 if last else step >= _SMALLEST_STEP
            # A pen that presses harder on one spot makes that spot larger.
            if not moved and width <= last_width * 1.05:
                return False
        self._points.append((x, y, width))
        return True

    def stroke(self) -> Stroke:
        """Return the stroke so far."""
        return Stroke(tuple(self._points), self.erases)
