"""Loss and accuracy over the steps of a run."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.inspect.words import grouped, number, percent
from gui.theme import S1, Theme, ThemeManager, caption_font, mixed
from gui.widgets.caption_line import CaptionLine
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.curve_legend import CurveLegend, LegendEntry
from gui.widgets.paced import Paced
from gui.widgets.trace import RunTraces, Smoother

if TYPE_CHECKING:
    from gui.widgets.loss_chart import LossChart

# The axis of steps grows in leaps of a quarter, so that the curve does not crawl at every frame.
_LEAP = 1.25
_SHORTEST_AXIS = 100
# A curve of hundreds of steps moves by less than a pixel per frame: it need not be drawn at each.
_DRAW_INTERVAL_MS = 100


class LossPlot(QWidget):
    """Draws a run's loss on the left axis and its accuracy on the right one. GUI thread only.

    Every batch is drawn faintly, its running mean clearly, tests as dots. The cost of a frame and
    the memory do not grow with the length of the run. Before it is first seen it keeps the numbers only.
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
        self._chart: LossChart | None = None
        self._playhead: int | None = None
        self._log_button = QToolButton()
        self._log_button.setText("Log")
        self._log_button.setCheckable(True)
        self._log_button.setObjectName("loss_log_scale")
        self._log_button.setToolTip("Draw the loss on a logarithmic scale")
        self._log_button.setFont(caption_font())
        self._log_button.setFixedHeight(24)
        self._log_button.toggled.connect(self._on_log_toggled)

        header = QHBoxLayout()
        header.setSpacing(S1)
        header.addWidget(self._caption, 1)
        header.addWidget(self._log_button)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(header)
        column.addStretch(1)
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
        return sum(len(trace) for trace in self._traces.all)

    def reset(self) -> None:
        """Begin a new run."""
        self._traces = RunTraces()
        self._loss_mean, self._accuracy_mean = Smoother(), Smoother()
        self._last_step = 0.0
        self._steps_shown = float(_SHORTEST_AXIS)
        self._last_tests: tuple[float, float] | None = None
        self.set_playhead(None)
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
        self._traces.batch.append(x, np.asarray(loss, np.float64))
        self._traces.loss.append(x, mean)
        self._traces.train.append(x, 100 * self._accuracy_mean.feed(accuracy))
        finite = mean[np.isfinite(mean)]
        if finite.size:
            traces = self._traces
            traces.highest_mean = max(traces.highest_mean, float(finite.max()))
            traces.lowest_mean = min(traces.lowest_mean, float(finite.min()))
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
        self._traces.test_loss.append(x, np.asarray(loss, np.float64))
        self._traces.test.append(x, 100 * np.asarray(accuracy, np.float64))
        self._last_tests = (float(loss[-1]), float(accuracy[-1]))
        self._reach(float(x[-1]))
        self._drawing.request()
        self._words.request()

    def set_playhead(self, step: int | None) -> None:
        """Mark the step that the other views show, and tell its values; None while they follow the run."""
        self._playhead = step
        if self._chart is not None:
            self._chart.set_playhead(step)
        self._words.call_now()

    def _reach(self, step: float) -> None:
        self._last_step = max(self._last_step, step)
        if self._last_step > self._steps_shown:
            while self._last_step > self._steps_shown:
                self._steps_shown *= _LEAP
            self._fit_step_axis()

    def _make_chart(self) -> None:
        """Make what draws, and show what is known."""
        # Only the page Train has curves: no other one waits for pyqtgraph.
        from gui.widgets.loss_chart import LossChart

        self._chart = chart = LossChart()
        # The room that was kept for it.
        self._column.takeAt(1)
        self._column.insertWidget(1, chart.widget, 1)
        # At once, not with the next event: the first picture is whole.
        chart.widget.show()
        self._column.activate()
        chart.name_loss(log_scale=self.log_scale)
        chart.set_playhead(self._playhead)
        self._apply(self._themes.theme)
        self._fit_step_axis()
        self._drawing.call_now()

    def _draw(self) -> None:
        if self._chart is not None:
            self._chart.draw(self._traces, log_scale=self.log_scale)

    def _fit_step_axis(self) -> None:
        if self._chart is not None:
            self._chart.fit_steps(self._steps_shown)

    def _refresh_words(self) -> None:
        parts: list[str] = []
        if self._playhead is not None:
            # No test: the nearest one may have been long before.
            loss = self._traces.loss.nearest(self._playhead)
            parts.append(f"step {grouped(self._playhead)}")
            parts += [] if loss is None else [f"smoothed loss {number(loss, 3)}"]
        elif self._loss_mean.value is not None:
            parts.append(f"smoothed loss {number(self._loss_mean.value, 3)}")
        if self._last_tests is not None and self._playhead is None:
            parts.append(f"test {percent(self._last_tests[1], 1)}")
        self._caption.set_text("Loss and accuracy", " · ".join(parts))
        self.setAccessibleDescription(", ".join(parts) or "Nothing has been trained yet.")

    def _numbers(self) -> str:
        """Write the drawn points of the means and of the tests as a table."""
        if len(self._traces.loss) == 0:
            return ""
        steps, loss = self._traces.loss.points()
        lines = ["step\tsmoothed loss\tsmoothed accuracy, %\ttest loss\ttest accuracy, %"]
        for step, value in zip(steps.tolist(), loss.tolist(), strict=True):
            others = (self._traces.train, self._traces.test_loss, self._traces.test)
            found = [value, *(trace.nearest(step) for trace in others)]
            cells = ["" if cell is None else f"{cell:.6g}" for cell in found]
            lines.append("\t".join([f"{step:.0f}", *cells]))
        return "\n".join(lines) + "\n"

    def _readout(self, step: float) -> str:
        """Say what the curves show at a step."""
        if not 0 <= step <= self._last_step or len(self._traces.loss) == 0:
            return ""
        found = {
            "smoothed loss": self._traces.loss.nearest(step),
            "test loss": self._traces.test_loss.nearest(step),
        }
        shares = {
            "smoothed accuracy": self._traces.train.nearest(step),
            "test accuracy": self._traces.test.nearest(step),
        }
        parts = [f"step {grouped(round(step))}"]
        parts += [f"{name} {number(v, 3)}" for name, v in found.items() if v is not None]
        parts += [f"{name} {percent(v / 100, 1)}" for name, v in shares.items() if v is not None]
        return " · ".join(parts)

    def _apply(self, theme: Theme) -> None:
        faint = mixed(theme.window, theme.text_dim, 0.55)
        quiet = mixed(theme.window, theme.accent, 0.5)
        looks = (
            LegendEntry("batch loss", faint, 1.0),
            LegendEntry("smoothed", theme.text, 2.0),
            LegendEntry("test loss", theme.text_dim, 1.0, dots=True),
            LegendEntry("accuracy", quiet, 1.5),
            LegendEntry("test accuracy", theme.accent, 1.5, dots=True),
        )
        if self._chart is not None:
            self._chart.apply(theme, looks)
        self._legend.set_entries(looks)

    def _on_log_toggled(self) -> None:
        if self._chart is not None:
            self._chart.name_loss(log_scale=self.log_scale)
        self._drawing.call_now()

    def sizeHint(self) -> QSize:
        """Want a picture wider than high."""
        return QSize(400, 280)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where the axes can still be read."""
        return QSize(240, 160)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the chart when it is first seen."""
        super().showEvent(event)
        if self._chart is None:
            self._make_chart()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curves at the step under the mouse."""
        if self._chart is None:
            return
        step = self._chart.step_at(event.position())
        text = self._readout(step) if step is not None else ""
        self._chart.set_cursor(step if text else None)
        self.hovered.emit(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the mouse."""
        step = None if self._chart is None else self._chart.step_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and step is not None and self._readout(step):
            self.step_wanted.emit(round(step))
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        if self._chart is not None:
            self._chart.set_cursor(None)
        self.hovered.emit("")
