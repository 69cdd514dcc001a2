"""The curves of many runs in one plot."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspect.words import grouped
from gui.plotting import Curve, Plot
from gui.run_colours import run_look
from gui.theme import S1, Theme, ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.curve_legend import CurveLegend, LegendEntry
from gui.widgets.nice import nice_step

_AXIS_WIDTH_PX = 52
_SMALLEST = 1e-4
_DOT_PX = 5.0
# A single bad batch, or a run that diverges at its end, may leave the picture, not squeeze it.
_SHARE_IN_SIGHT = 0.97
# More names than that are in the list only.
MOST_NAMES = 12
_WIDTHS = {"A": 2.5, "B": 2.0, "": 1.25}


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve to be drawn: points ``(n,)``, ascending in x, and whose it is.

    ``role`` is "A" for the run that is open, "B" for the one it is compared with, else ""; ``dots`` marks
    each point, where they are few.
    """

    name: str
    hue: int
    role: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    dots: bool = False


class OverlayPlot(QWidget):
    """Draws lines by key, on a linear or a logarithmic scale. GUI thread only."""

    pointed = Signal(float, float)
    """The mouse is at a place: x and y in the lines' own units; NaN when it has left."""
    clicked = Signal(float, float)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_plot")
        self._themes = themes
        self._plot, self._legend = Plot(), CurveLegend(themes)
        self._curves: dict[str, Curve] = {}
        self._lines: dict[str, Line] = {}
        # How each was dressed last.
        self._dressed: dict[str, tuple[str, Qt.PenStyle, str, bool]] = {}
        self._entries: tuple[LegendEntry, ...] = ()
        self._log = self._percent = False
        self._words = "step"
        self._plot.set_axis_widths(_AXIS_WIDTH_PX, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addWidget(self._plot.widget, 1)
        column.addWidget(self._legend)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Curves of all runs")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        self._apply(themes.theme)
        themes.changed.connect(self._apply)

    @property
    def lines(self) -> Mapping[str, Line]:
        """What is drawn, by key."""
        return self._lines

    def show_lines(
        self, lines: Mapping[str, Line], bottom: str, left: str, *, log: bool, percent: bool
    ) -> None:
        """Draw these lines and no others.

        Parameters
        ----------
        lines
            By key of the run.
        bottom, left
            What the axes are called, units included.
        log
            Whether y is drawn on a logarithmic scale.
        percent
            Whether y goes from 0 to 100.
        """
        before, other_scale = self._lines, log != self._log
        self._lines, self._log, self._percent, self._words = dict(lines), log, percent, bottom
        for key in [key for key in self._curves if key not in lines]:
            self._plot.remove_curve(self._curves.pop(key))
            self._dressed.pop(key, None)
        for key, line in lines.items():
            if key not in self._curves:
                self._curves[key] = self._plot.add_curve()
            elif line is before.get(key) and not other_scale:
                continue
            y = np.log10(line.y.clip(_SMALLEST)) if log else line.y
            self._curves[key].set_points(line.x, y)
        self._plot.set_labels(bottom, f"{left}, log" if log else left)
        self._fit()
        self._dress()

    def set_playhead(self, x: float | None) -> None:
        """Stand the playhead at `x`, or take it away."""
        self._plot.set_playhead(x)

    def set_cursor_at(self, x: float | None) -> None:
        """Stand a quiet line where the curves are read."""
        self._plot.set_cursor(x)

    def _fit(self) -> None:
        longest = max((float(line.x[-1]) for line in self._lines.values() if len(line.x)), default=0.0)
        longest = longest or 100.0
        step = max(1.0, nice_step(longest, 6))
        self._plot.set_ticks(
            "bottom", [(step * i, grouped(round(step * i))) for i in range(int(longest / step) + 1)]
        )
        self._plot.set_x_range(0, 1.02 * longest)
        ends = [_ends(line.y) for line in self._lines.values() if len(line.y)]
        if self._log:
            self._fit_log(ends)
        elif self._percent:
            self._plot.set_ticks("left", [(float(p), str(p)) for p in (0, 25, 50, 75, 100)])
            self._plot.set_y_range(-2, 102)
        else:
            top = max((high for _, high in ends), default=1.0) or 1.0
            step = nice_step(top, 4)
            self._plot.set_ticks(
                "left", [(step * i, f"{step * i:g}") for i in range(int(1.1 * top / step) + 1)]
            )
            self._plot.set_y_range(-0.03 * top, 1.1 * top)

    def _fit_log(self, ends: Sequence[tuple[float, float]]) -> None:
        low = math.log10(max(_SMALLEST, min((low for low, _ in ends), default=0.1)))
        high = math.log10(max(_SMALLEST, max((high for _, high in ends), default=1.0)))
        low, high = low - 0.05, max(high, low + 0.3) + 0.05
        ticks = [
            (math.log10(factor) + power, f"{factor * 10.0**power:g}")
            for power in range(math.floor(low), math.ceil(high) + 1)
            for factor in ((1, 2, 5) if high - low < 2.5 else (1,))
            if low <= math.log10(factor) + power <= high
        ]
        self._plot.set_ticks("left", ticks)
        self._plot.set_y_range(low, high)

    def _dress(self) -> None:
        theme, entries = self._themes.theme, []
        for key, line in self._lines.items():
            look, width = run_look(line.hue, theme), _WIDTHS[line.role]
            dress = look.colour.name(), look.style, line.role, line.dots
            if self._dressed.get(key) != dress:
                self._dressed[key] = dress
                curve = self._curves[key]
                curve.set_pen(look.colour, width, look.style)
                curve.set_height({"A": 2.0, "B": 1.0, "": 0.0}[line.role])
                curve.set_dots(look.colour)
                curve.set_dot_size(_DOT_PX if line.dots else 0.0)
            entries.append(LegendEntry(line.name, look.colour, max(width, 2.0), style=look.style))
        more = len(entries) - MOST_NAMES
        if more > 0:
            faint = LegendEntry(f"and {more} more in the list", theme.text_dim, 0.0, style=Qt.PenStyle.NoPen)
            entries = [*entries[:MOST_NAMES], faint]
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._legend.set_entries(self._entries)

    def _apply(self, theme: Theme) -> None:
        self._plot.apply_theme(theme, theme.window)
        self._dress()

    def _numbers(self) -> str:
        """Write the drawn points as a table: run, x, y."""
        rows = [
            f"{line.name}\t{x:g}\t{y:.6g}"
            for line in self._lines.values()
            for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
        ]
        return "\n".join([f"run\t{self._words}\tvalue", *rows]) + "\n" if rows else ""

    def _place(self, event: QMouseEvent) -> tuple[float, float] | None:
        place = self._plot.data_at(event.position() - QPointF(self._plot.widget.pos()))
        if place is None:
            return None
        return place[0], 10.0 ** place[1] if self._log else place[1]

    def sizeHint(self) -> QSize:
        """Want a picture wider than high."""
        return QSize(560, 360)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where the axes can still be read."""
        return QSize(240, 160)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell where the mouse is."""
        self.pointed.emit(*(self._place(event) or (math.nan, math.nan)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell where the mouse was pressed."""
        place = self._place(event)
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.clicked.emit(*place)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse has left."""
        self.pointed.emit(math.nan, math.nan)


def _ends(y: NDArray[np.float64]) -> tuple[float, float]:
    """Find the range of a curve that is to be seen: its beginning, and nearly all that follows."""
    return float(y.min()), max(float(np.quantile(y, _SHARE_IN_SIGHT)), float(y[0]))
