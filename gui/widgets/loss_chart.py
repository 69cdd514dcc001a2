"""The chart of a run's loss and accuracy; importing this imports pyqtgraph."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from engine.inspect.words import grouped
from gui.plotting import Curve, Plot
from gui.theme import Theme
from gui.widgets.curve_legend import LegendEntry
from gui.widgets.nice import nice_step
from gui.widgets.trace import RunTraces

_SMALLEST_LOSS = 1e-5
_AXIS_WIDTH_PX = 48
# More dots than this run into a band.
_MOST_DOTS = 40
_ACCURACY_TICKS = [(float(p), str(p)) for p in (0, 25, 50, 75, 100)]


class LossChart:
    """Five curves, the loss against the left axis and the accuracy against the right one. GUI thread only."""

    def __init__(self) -> None:
        self._plot = plot = Plot(right_axis=True)
        self._batch_curve = plot.add_curve(smooth=False)
        self._train_curve = plot.add_curve(right=True)
        self._loss_curve = plot.add_curve()
        self._test_loss_curve = plot.add_curve()
        self._test_curve = plot.add_curve(right=True)
        plot.set_axis_widths(_AXIS_WIDTH_PX, _AXIS_WIDTH_PX)
        plot.set_ticks("right", _ACCURACY_TICKS)
        plot.set_y_range(-3, 104, right=True)
        plot.set_labels("step", "loss", "accuracy, %")

    @property
    def widget(self) -> QWidget:
        """The Qt widget, to be put into a layout."""
        return self._plot.widget

    def draw(self, traces: RunTraces, *, log_scale: bool) -> None:
        """Draw all curves, and fit the axis of the loss to them."""
        losses = (
            (self._batch_curve, traces.batch),
            (self._loss_curve, traces.loss),
            (self._test_loss_curve, traces.test_loss),
        )
        for curve, trace in losses:
            x, y = trace.points()
            curve.set_points(x, np.log10(y.clip(_SMALLEST_LOSS)) if log_scale else y)
        self._train_curve.set_points(*traces.train.points())
        self._test_curve.set_points(*traces.test.points())
        dots = 5.0 if len(traces.test) <= _MOST_DOTS else 0.0
        self._test_curve.set_dot_size(dots)
        self._test_loss_curve.set_dot_size(dots)
        self._fit_loss_axis(traces, log_scale)

    def fit_steps(self, steps: float) -> None:
        """Let the axis of steps reach so far."""
        step = nice_step(steps, 5)
        ticks = range(0, int(steps) + 1, max(1, round(step)))
        self._plot.set_ticks("bottom", [(float(tick), grouped(tick)) for tick in ticks])
        self._plot.set_x_range(0, steps)

    def name_loss(self, *, log_scale: bool) -> None:
        """Say at the left axis what it is."""
        self._plot.set_labels("step", "loss, log" if log_scale else "loss")

    def apply(self, theme: Theme, looks: Sequence[LegendEntry]) -> None:
        """Dress the axes in a theme, and the curves in their looks, in the order of `RunTraces.all`."""
        curves: tuple[Curve, ...] = (
            self._batch_curve,
            self._loss_curve,
            self._test_loss_curve,
            self._train_curve,
            self._test_curve,
        )
        for curve, look in zip(curves, looks, strict=True):
            curve.set_pen(look.colour, look.width)
            if look.dots:
                curve.set_dots(look.colour)
        self._plot.apply_theme(theme, theme.window)

    def set_playhead(self, step: int | None) -> None:
        """Mark a step, or none."""
        self._plot.set_playhead(None if step is None else float(step))

    def set_cursor(self, step: float | None) -> None:
        """Stand a quiet line at a step, or take it away."""
        self._plot.set_cursor(step)

    def step_at(self, position: QPointF) -> float | None:
        """Find the step at a point of the widget that the chart lies in; None outside the axes."""
        place = self._plot.data_at(position - QPointF(self._plot.widget.pos()))
        return None if place is None else place[0]

    def _fit_loss_axis(self, traces: RunTraces, log_scale: bool) -> None:
        """Fit the axis to the mean: a single bad batch may leave the picture, not squeeze it."""
        top = traces.highest_mean or 1.0
        if not log_scale:
            step = nice_step(top, 4)
            ticks = [step * count for count in range(6) if step * count <= 1.12 * top]
            self._plot.set_ticks("left", [(tick, f"{tick:g}") for tick in ticks])
            self._plot.set_y_range(-0.03 * top, 1.12 * top)
            return
        lowest = traces.lowest_mean if math.isfinite(traces.lowest_mean) else 0.1
        low = math.floor(math.log10(max(_SMALLEST_LOSS, 0.5 * min(lowest, top))))
        high = max(low + 1, math.ceil(math.log10(top)))
        decades = range(low, high + 1)
        self._plot.set_ticks("left", [(float(d), f"{10.0**d:g}") for d in decades])
        self._plot.set_y_range(low, high)
