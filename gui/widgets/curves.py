"""Loss and accuracy over the steps of a run."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.inspect.words import grouped, number, percent
from gui.plotting import Curve, Plot
from gui.theme import S1, Theme, ThemeManager, caption_font, mixed
from gui.widgets.caption_line import CaptionLine
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.curve_legend import CurveLegend, LegendEntry
from gui.widgets.nice import nice_step
from gui.widgets.paced import Paced
from gui.widgets.trace import Smoother, Trace

# The axis of steps grows in leaps of a quarter, so that the curve does not crawl at every frame.
_LEAP = 1.25
_SHORTEST_AXIS = 100
_SMALLEST_LOSS = 1e-5
_AXIS_WIDTH_PX = 48
# A curve of hundreds of steps moves by less than a pixel per frame: it need not be drawn at each.
_DRAW_INTERVAL_MS = 100
_BATCH_SPANS, _MEAN_SPANS, _TEST_SPANS = 512, 256, 96
# More dots than this run into a band.
_MOST_DOTS = 40
_ACCURACY_TICKS = [(float(p), str(p)) for p in (0, 25, 50, 75, 100)]


class LossPlot(QWidget):
    """Draws a run's loss on the left axis and its accuracy on the right one. GUI thread only.

    Every batch is drawn faintly, its running mean clearly, tests as dots. The cost of a frame and
    the memory do not grow with the length of the run.
    """

    step_wanted = Signal(object)
    """A step was clicked: it is to be shown."""
    hovered = Signal(str)
    """The values at the step under the mouse, in words; empty when the mouse has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._caption = CaptionLine(themes)
        self._legend = CurveLegend(themes)
        self._plot = Plot(right_axis=True)
        self._log_button = QToolButton()
        self._log_button.setText("Log")
        self._log_button.setCheckable(True)
        self._log_button.setObjectName("loss_log_scale")
        self._log_button.setToolTip("Draw the loss on a logarithmic scale")
        self._log_button.setFont(caption_font())
        self._log_button.setFixedHeight(24)
        self._log_button.toggled.connect(self._on_log_toggled)

        self._batch_curve = self._plot.add_curve(smooth=False)
        self._train_curve = self._plot.add_curve(right=True)
        self._loss_curve = self._plot.add_curve()
        self._test_loss_curve = self._plot.add_curve()
        self._test_curve = self._plot.add_curve(right=True)
        self._plot.set_labels("step", "loss", "accuracy, %")
        self._plot.set_axis_widths(_AXIS_WIDTH_PX, _AXIS_WIDTH_PX)
        self._plot.set_ticks("right", _ACCURACY_TICKS)
        self._plot.set_y_range(-3, 104, right=True)

        header = QHBoxLayout()
        header.setSpacing(S1)
        header.addWidget(self._caption, 1)
        header.addWidget(self._log_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(header)
        column.addWidget(self._plot.widget, 1)
        column.addWidget(self._legend)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        self.setAccessibleName("Loss and accuracy")
        self._words = Paced(self._refresh_words, parent=self)
        self._drawing = Paced(self._draw, _DRAW_INTERVAL_MS, parent=self)
        self.reset()
        self._apply(themes.theme)
        themes.changed.connect(self._apply)

    @property
    def log_scale(self) -> bool:
        """Whether the loss is drawn on a logarithmic scale."""
        return self._log_button.isChecked()

    @property
    def drawn_points(self) -> int:
        """How many points are drawn, all curves together."""
        traces = (self._batch, self._loss, self._train, self._test_loss, self._test)
        return sum(len(trace) for trace in traces)

    def reset(self) -> None:
        """Begin a new run."""
        self._batch = Trace(_BATCH_SPANS, extremes=True)
        self._loss, self._train = Trace(_MEAN_SPANS), Trace(_MEAN_SPANS)
        self._test_loss, self._test = Trace(_TEST_SPANS), Trace(_TEST_SPANS)
        self._loss_mean, self._accuracy_mean = Smoother(), Smoother()
        self._last_step = 0.0
        self._steps_shown = float(_SHORTEST_AXIS)
        self._highest_mean, self._lowest_mean = 0.0, math.inf
        self._last_tests: tuple[float, float] | None = None
        self._playhead: int | None = None
        self._plot.set_playhead(None)
        self._fit_step_axis()
        self._drawing.call_now()
        self._words.call_now()

    def append(
        self, steps: NDArray[np.integer], loss: NDArray[np.floating], accuracy: NDArray[np.floating]
    ) -> None:
        """Add batches.

        Parameters
        ----------
        steps, loss, accuracy : ndarray, shape (n,)
            Steps grow; the accuracy of a batch is from 0 to 1. What is not finite is left out.
        """
        if len(steps) == 0:
            return
        x = np.asarray(steps, np.float64)
        mean = self._loss_mean.feed(loss)
        self._batch.append(x, np.asarray(loss, np.float64))
        self._loss.append(x, mean)
        self._train.append(x, 100 * self._accuracy_mean.feed(accuracy))
        finite = mean[np.isfinite(mean)]
        if finite.size:
            self._highest_mean = max(self._highest_mean, float(finite.max()))
            self._lowest_mean = min(self._lowest_mean, float(finite.min()))
        self._reach(float(x[-1]))
        self._drawing.request()
        self._words.request()

    def append_tests(
        self, steps: NDArray[np.integer], loss: NDArray[np.floating], accuracy: NDArray[np.floating]
    ) -> None:
        """Add results on the test set: loss, and accuracy from 0 to 1, each of shape (n,)."""
        if len(steps) == 0:
            return
        x = np.asarray(steps, np.float64)
        self._test_loss.append(x, np.asarray(loss, np.float64))
        self._test.append(x, 100 * np.asarray(accuracy, np.float64))
        self._last_tests = (float(loss[-1]), float(accuracy[-1]))
        self._reach(float(x[-1]))
        self._drawing.request()
        self._words.request()

    def set_playhead(self, step: int | None) -> None:
        """Mark the step that the other views show, and tell its values; None while they follow the run."""
        self._playhead = step
        self._plot.set_playhead(None if step is None else float(step))
        self._words.call_now()

    def _reach(self, step: float) -> None:
        self._last_step = max(self._last_step, step)
        if self._last_step > self._steps_shown:
            while self._last_step > self._steps_shown:
                self._steps_shown *= _LEAP
            self._fit_step_axis()

    def _draw(self) -> None:
        self._draw_loss(self._batch_curve, self._batch)
        self._draw_loss(self._loss_curve, self._loss)
        self._draw_loss(self._test_loss_curve, self._test_loss)
        self._train_curve.set_points(*self._train.points())
        self._test_curve.set_points(*self._test.points())
        dots = 5.0 if len(self._test) <= _MOST_DOTS else 0.0
        self._test_curve.set_dot_size(dots)
        self._test_loss_curve.set_dot_size(dots)
        self._fit_loss_axis()

    def _draw_loss(self, curve: Curve, trace: Trace) -> None:
        x, y = trace.points()
        curve.set_points(x, np.log10(y.clip(_SMALLEST_LOSS)) if self.log_scale else y)

    def _fit_step_axis(self) -> None:
        step = nice_step(self._steps_shown, 5)
        ticks = range(0, int(self._steps_shown) + 1, max(1, round(step)))
        self._plot.set_ticks("bottom", [(float(tick), grouped(tick)) for tick in ticks])
        self._plot.set_x_range(0, self._steps_shown)

    def _fit_loss_axis(self) -> None:
        """Fit the axis to the mean: a single bad batch may leave the picture, not squeeze it."""
        top = self._highest_mean or 1.0
        if not self.log_scale:
            step = nice_step(top, 4)
            ticks = [step * count for count in range(6) if step * count <= 1.12 * top]
            self._plot.set_ticks("left", [(tick, f"{tick:g}") for tick in ticks])
            self._plot.set_y_range(-0.03 * top, 1.12 * top)
            return
        lowest = self._lowest_mean if math.isfinite(self._lowest_mean) else 0.1
        low = math.floor(math.log10(max(_SMALLEST_LOSS, 0.5 * min(lowest, top))))
        high = max(low + 1, math.ceil(math.log10(top)))
        decades = range(low, high + 1)
        self._plot.set_ticks("left", [(float(d), f"{10.0**d:g}") for d in decades])
        self._plot.set_y_range(low, high)

    def _refresh_words(self) -> None:
        parts: list[str] = []
        if self._playhead is not None:
            parts.append(self._readout(self._playhead))
        elif self._loss_mean.value is not None:
            parts.append(f"loss {number(self._loss_mean.value, 3)}")
        if self._last_tests is not None and self._playhead is None:
            parts.append(f"test {percent(self._last_tests[1], 1)}")
        self._caption.set_text("Loss and accuracy", " · ".join(parts))
        self.setAccessibleDescription(", ".join(parts) or "Nothing has been trained yet.")

    def _numbers(self) -> str:
        """Write the drawn points of the means and of the tests as a table."""
        if len(self._loss) == 0:
            return ""
        steps, loss = self._loss.points()
        lines = ["step\tsmoothed loss\tsmoothed accuracy, %\ttest loss\ttest accuracy, %"]
        for step, value in zip(steps.tolist(), loss.tolist(), strict=True):
            others = (self._train, self._test_loss, self._test)
            found = [value, *(trace.nearest(step) for trace in others)]
            cells = ["" if cell is None else f"{cell:.6g}" for cell in found]
            lines.append("\t".join([f"{step:.0f}", *cells]))
        return "\n".join(lines) + "\n"

    def _readout(self, step: float) -> str:
        """Say what the curves show at a step."""
        if not 0 <= step <= self._last_step or len(self._loss) == 0:
            return ""
        found = {
            "loss": self._loss.nearest(step),
            "test loss": self._test_loss.nearest(step),
        }
        shares = {
            "accuracy": self._train.nearest(step),
            "test accuracy": self._test.nearest(step),
        }
        parts = [f"step {grouped(round(step))}"]
        parts += [f"{name} {number(v, 3)}" for name, v in found.items() if v is not None]
        parts += [f"{name} {percent(v / 100, 1)}" for name, v in shares.items() if v is not None]
        return " · ".join(parts)

    def _apply(self, theme: Theme) -> None:
        faint = mixed(theme.window, theme.text_dim, 0.55)
        quiet = mixed(theme.window, theme.accent, 0.5)
        looks = {
            self._batch_curve: LegendEntry("batch loss", faint, 1.0),
            self._loss_curve: LegendEntry("smoothed", theme.text, 2.0),
            self._test_loss_curve: LegendEntry("test loss", theme.text_dim, 1.0, dots=True),
            self._train_curve: LegendEntry("accuracy", quiet, 1.5),
            self._test_curve: LegendEntry("test accuracy", theme.accent, 1.5, dots=True),
        }
        for curve, look in looks.items():
            curve.set_pen(look.colour, look.width)
            if look.dots:
                curve.set_dots(look.colour)
        self._plot.apply_theme(theme, theme.window)
        self._legend.set_entries(tuple(looks.values()))

    def _on_log_toggled(self) -> None:
        self._plot.set_labels("step", "loss, log" if self.log_scale else "loss")
        self._drawing.call_now()

    def sizeHint(self) -> QSize:
        """Want a picture wider than high."""
        return QSize(400, 280)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where the axes can still be read."""
        return QSize(240, 160)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curves at the step under the mouse."""
        place = self._plot.data_at(event.position() - QPointF(self._plot.widget.pos()))
        text = self._readout(place[0]) if place is not None else ""
        self._plot.set_cursor(place[0] if place is not None and text else None)
        self.hovered.emit(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the mouse."""
        place = self._plot.data_at(event.position() - QPointF(self._plot.widget.pos()))
        if event.button() == Qt.MouseButton.LeftButton and place is not None and self._readout(place[0]):
            self.step_wanted.emit(round(place[0]))
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._plot.set_cursor(None)
        self.hovered.emit("")
