"""What a drag and a wheel over a cell come to: steps of its value, and which of them belong together."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

DRAG_STEP, DRAG_STEP_PX = 0.05, 4.0
WHEEL_STEP, LARGE_WHEEL_STEP = 0.1, 1.0
FINE = 0.1
_PLACES = 12
_NOTCH = 120
# Notches that follow each other within this time are one gesture.
_PAUSE_MS = 700

Cell = tuple[int, int]


@dataclass(slots=True)
class CellDrag:
    """A cell under the pressed button: all weights as they were before, and whether anything changed."""

    cell: Cell
    before: NDArray[Any]
    y: float
    changed: bool = False
    _amount: float = 0.0

    def moved(self, y: float, fine: bool) -> float:
        """Give the value for a pointer at height `y`, in whole steps from the start."""
        share = FINE if fine else 1.0
        self._amount += (self.y - y) / DRAG_STEP_PX * DRAG_STEP * share
        self.y = y
        step = DRAG_STEP * share
        start, steps = float(self.before[self.cell]), round(self._amount / step)
        return stepped(start, steps * step) if steps else start


def stepped(value: float, amount: float) -> float:
    """Add a step; what floating point adds to 0.1 + 0.2 is left out."""
    return round(value + amount, _PLACES)


class CellWheel:
    """Turns the wheel into steps of a cell's value; remembers for how long they belong together."""

    def __init__(self) -> None:
        self._rest = 0.0
        self._last: tuple[Cell, int] | None = None

    def steps(self, event: QWheelEvent) -> float:
        """By how much the value changes: 0 until a whole notch is reached."""
        # Some platforms turn the wheel sideways while a modifier is held.
        self._rest += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._rest / _NOTCH)
        self._rest -= notches * _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return notches * LARGE_WHEEL_STEP
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return notches * WHEEL_STEP * (FINE if fine else 1.0)

    def continues(self, cell: Cell, event: QWheelEvent) -> bool:
        """Tell whether this step goes on with the gesture of the one before."""
        if self._last is None:
            return False
        before, at = self._last
        return before == cell and event.timestamp() - at < _PAUSE_MS

    def stepped(self, cell: Cell, event: QWheelEvent) -> None:
        """Remember that a step was made."""
        self._last = cell, event.timestamp()

    def end(self) -> None:
        """Let the next step begin another gesture."""
        self._last = None
