"""The curves of all runs over each other."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.inspect.words import grouped, number, percent
from gui.pages.runs.curve_data import Quantity, RunCurve
from gui.pages.runs.overlay_plot import Line, OverlayPlot
from gui.pages.runs.rows import RunRow
from gui.theme import S2, ThemeManager
from gui.widgets.caption_line import CaptionLine
from gui.widgets.paced import Paced

# A curve of hundreds of steps moves by less than a pixel per step.
DRAW_MS = 250
# So many runs are read out, those nearest to the mouse.
MOST_READ = 4
# More dots than this run into a band.
MOST_DOTS = 40

PicturesAt = Callable[[str, NDArray[np.float64]], NDArray[np.float64]]
"""Gives, for a run's key and some of its steps ``(n,)``, how many pictures it had seen by then."""


class CurvesPart(QWidget):
    """Overlays the loss or the test accuracy of the runs that are ticked. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    """

    run_clicked = Signal(str)
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RunRow, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._shown, self._compared = "", ""
        self._curves: dict[str, RunCurve] = {}
        # By key, what each line was made from, and the line.
        self._lines: dict[str, tuple[tuple[object, ...], Line]] = {}
        self._pictures_at: PicturesAt | None = None
        self._playhead: int | None = None
        self._caption = CaptionLine(themes)
        self.plot = OverlayPlot(themes)
        self._quantity, self._axis, self._log = QComboBox(), QComboBox(), QToolButton()
        self._make_tools()
        line = QHBoxLayout()
        line.setSpacing(S2)
        line.addWidget(self._caption, 1)
        for tool in (self._quantity, QLabel("over"), self._axis, self._log):
            line.addWidget(tool)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        column.addLayout(line)
        column.addWidget(self.plot, 1)
        self._drawing = Paced(self._draw, DRAW_MS, parent=self)
        self.plot.pointed.connect(self._on_pointed)
        self.plot.clicked.connect(self._on_clicked)
        self._write()

    @property
    def quantity(self) -> Quantity:
        """What is drawn."""
        return "loss" if self._quantity.currentIndex() == 0 else "accuracy"

    @property
    def over_pictures(self) -> bool:
        """Whether it is drawn over the pictures that a run has seen, rather than over its steps."""
        return self._axis.currentIndex() == 1

    def set_pictures_at(self, pictures_at: PicturesAt) -> None:
        """Ask this for the pictures that a run has seen."""
        self._pictures_at = pictures_at

    def curve(self, key: str) -> RunCurve:
        """Give the curve of a run, to be fed; an empty one for a run that has none yet."""
        return self._curves.setdefault(key, RunCurve())

    def show_runs(
        self, rows: Sequence[RunRow], shown: str, compared: str | None, hidden: frozenset[str]
    ) -> None:
        """Draw the curves of these runs but the hidden ones."""
        new = tuple(rows), shown, compared or "", hidden
        if new != (self._rows, self._shown, self._compared, self._hidden):
            self._rows, self._shown, self._compared, self._hidden = new
            for key in [key for key in self._curves if all(row.key != key for row in rows)]:
                del self._curves[key]
                self._lines.pop(key, None)
            self.redraw()

    def show_playhead(self, step: int | None) -> None:
        """Mark the step at which the open run is shown; None while it is shown live."""
        if step != self._playhead:
            self._playhead = step
            self.plot.set_playhead(None if step is None else self._x_of(self._shown, step))

    def redraw(self) -> None:
        """Draw anew soon: there are further numbers."""
        self._drawing.request()

    def _make_tools(self) -> None:
        self._quantity.setObjectName("curves_quantity")
        self._quantity.addItems(["Loss, smoothed", "Test accuracy"])
        self._quantity.setToolTip("What is drawn of each run.")
        self._quantity.setAccessibleName("What is drawn")
        self._axis.setObjectName("curves_axis")
        self._axis.addItems(["steps", "pictures seen"])
        self._axis.setToolTip(
            "Runs of different batch sizes are compared better over the pictures they have seen."
        )
        self._axis.setAccessibleName("Over steps or over pictures seen")
        self._log.setObjectName("curves_log")
        self._log.setText("Log")
        self._log.setCheckable(True)
        for box in (self._quantity, self._axis):
            box.currentIndexChanged.connect(self._on_tool)
        self._log.toggled.connect(self._on_tool)

    def _on_tool(self, _: object) -> None:
        self._write()
        self._drawing.call_now()
        self.plot.set_playhead(None if self._playhead is None else self._x_of(self._shown, self._playhead))

    def _write(self) -> None:
        loss = self.quantity == "loss"
        tip = "the loss" if loss else "the error, what the accuracy lacks of 100 %,"
        self._log.setToolTip(f"Draw {tip} on a logarithmic scale")

    def _draw(self) -> None:
        shows_error = self.quantity == "accuracy" and self._log.isChecked()
        lines = {}
        for row in self._rows:
            if row.key not in self._hidden and row.key in self._curves:
                line = self._line(row, self._curves[row.key], shows_error)
                if len(line.x):
                    lines[row.key] = line
        left = "loss" if self.quantity == "loss" else "test error, %" if shows_error else "test accuracy, %"
        bottom = "pictures seen" if self.over_pictures else "step"
        log = self._log.isChecked()
        in_percent = self.quantity == "accuracy" and not log
        self.plot.show_lines(lines, bottom, left, log=log, percent=in_percent)
        self._describe(lines)

    def _line(self, row: RunRow, curve: RunCurve, shows_error: bool) -> Line:
        """Make the line of a run, or give the one from before where nothing of it has changed."""
        role = "A" if row.key == self._shown else "B" if row.key == self._compared else ""
        asked = (
            row.name,
            row.hue,
            role,
            curve.rows,
            curve.tests,
            self.quantity,
            self.over_pictures,
            shows_error,
        )
        known = self._lines.get(row.key)
        if known is not None and known[0] == asked:
            return known[1]
        steps, values = curve.points(self.quantity)
        x = self._pictures(row.key, steps) if self.over_pictures else steps
        dots = self.quantity == "accuracy" and len(steps) <= MOST_DOTS
        line = Line(row.name, row.hue, role, x, 100 - values if shows_error else values, dots)
        self._lines[row.key] = asked, line
        return line

    def _describe(self, lines: Mapping[str, Line]) -> None:
        title = "Loss of all runs" if self.quantity == "loss" else "Test accuracy of all runs"
        hidden = sum(row.key in self._hidden for row in self._rows)
        if lines:
            detail = f"{hidden} hidden" if hidden else "a click on a curve chooses its run"
        elif hidden and hidden == len(self._rows):
            detail = "all are hidden: tick one in the list"
        elif self.quantity == "accuracy":
            detail = "no run has been tested yet: train for an epoch"
        else:
            detail = "curves appear here while a run trains: press Play"
        self._caption.set_text(title, detail)
        self.plot.setAccessibleDescription(detail)

    def _pictures(self, key: str, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        return steps if self._pictures_at is None else self._pictures_at(key, steps)

    def _x_of(self, key: str, step: int) -> float:
        if not self.over_pictures:
            return float(step)
        return float(self._pictures(key, np.array([step], np.float64))[0])

    def _near(self, x: float, y: float) -> list[tuple[str, float]]:
        """Find the runs whose curves are nearest above or below a place, with their values there."""
        found = []
        for key, line in self.plot.lines.items():
            place = int(np.searchsorted(line.x, x, side="right")) - 1
            if place >= 0 and x <= line.x[-1]:
                found.append((key, float(line.y[place])))
        far = _distance(self._log.isChecked())
        return sorted(found, key=lambda each: far(each[1], y))

    def _on_pointed(self, x: float, y: float) -> None:
        near = [] if math.isnan(x) else self._near(x, y)
        self.plot.set_cursor_at(x if near else None)
        self.hovered.emit(self._readout(x, near) if near else "")

    def _readout(self, x: float, near: Sequence[tuple[str, float]]) -> str:
        count = grouped(round(x))
        parts = [f"{count} pictures" if self.over_pictures else f"step {count}"]
        parts += [f"{self.plot.lines[key].name} {self._value(value)}" for key, value in near[:MOST_READ]]
        more = len(near) - MOST_READ
        return " · ".join([*parts, f"and {more} more"] if more > 0 else parts)

    def _value(self, value: float) -> str:
        if self.quantity == "loss":
            return number(value, 3)
        return percent(value / 100, 1) + (" wrong" if self._log.isChecked() else "")

    def _on_clicked(self, x: float, y: float) -> None:
        near = self._near(x, y)
        if near:
            self.run_clicked.emit(near[0][0])


def _distance(log: bool) -> Callable[[float, float], float]:
    def far(value: float, y: float) -> float:
        if not log:
            return abs(value - y)
        return abs(math.log(max(value, 1e-9)) - math.log(max(y, 1e-9)))

    return far
