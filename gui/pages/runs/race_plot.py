"""The race's one chart: how each of the three does on the test pictures, over the steps."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.inspect.words import grouped, number, percent
from gui.pages.runs.race_lines import line_look
from gui.plotting import Plot
from gui.theme import S1, Theme, ThemeManager, caption_font
from gui.widgets.caption_line import CaptionLine
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.nice import nice_step
from gui.widgets.paced import Paced
from gui.widgets.trace import Trace

_DRAW_INTERVAL_MS = 100
_SPANS = 256
_AXIS_WIDTH_PX = 48
_SHORTEST_AXIS = 10
# The last number of the axis of steps stands whole below its place.
_ROOM_AT_END = 1.025
# Shares of wrong answers, and losses, below which nothing is told apart any more.
_LEAST_WRONG, _LEAST_LOSS = 1e-3, 1e-4
_ACCURACIES = (0, 50, 80, 90, 95, 98, 99, 99.5, 99.9)
# Upper ends of the axis of accuracy, in decades of wrong answers: 99 %, or 99.9 % where it is needed.
_TOPS = (2.12, 3.12)
_FOOT = -0.12
_LOSSES = tuple(step * 10.0**power for power in range(-4, 3) for step in (1, 2, 5))
_USUAL_LOSSES = (0.05, 3.0)
_EMPTY = "The three curves of the race appear here"


class RacePlot(QWidget):
    """Draws one curve for each of the three: accuracy or loss on the test pictures. GUI thread only.

    Both are drawn in decades, of wrong answers and of loss: the last percent, in which the three differ,
    gets as much room as the first ninety.

    Parameters
    ----------
    keys
        What the three are called.
    """

    hovered = Signal(str)
    """The values at the step under the mouse, in words; empty when the mouse has left."""

    def __init__(self, themes: ThemeManager, keys: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = tuple(keys)
        self._caption = CaptionLine(themes)
        self._plot = Plot()
        self._curves = [self._plot.add_curve() for _ in self._keys]
        self._plot.set_axis_widths(_AXIS_WIDTH_PX, 0)
        self._button = QToolButton()
        self._button.setText("Loss")
        self._button.setCheckable(True)
        self._button.setObjectName("race_loss")
        self._button.setToolTip("Draw the loss on the test pictures instead of the share of right answers")
        self._button.setFont(caption_font())
        self._button.setFixedHeight(24)
        self._button.toggled.connect(self._on_toggled)
        self._empty = QLabel(_EMPTY, self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "dim")
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

        header = QHBoxLayout()
        header.setSpacing(S1)
        header.addWidget(self._caption, 1)
        header.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(header)
        column.addWidget(self._plot.widget, 1)
        self._empty.raise_()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Accuracy and loss of the three")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        self._drawing = Paced(self._draw, _DRAW_INTERVAL_MS, parent=self)
        self._themes = themes
        self.reset(_SHORTEST_AXIS)
        self._apply(themes.theme)
        self._on_toggled()
        themes.changed.connect(self._apply)

    @property
    def shows_loss(self) -> bool:
        """Whether the loss is drawn rather than the accuracy."""
        return self._button.isChecked()

    def reset(self, total: int) -> None:
        """Begin another race, of so many steps."""
        self._accuracy = [Trace(_SPANS) for _ in self._keys]
        self._loss = [Trace(_SPANS) for _ in self._keys]
        self._top = _TOPS[0]
        self._losses = _USUAL_LOSSES
        self._total = max(total, _SHORTEST_AXIS)
        step = max(1, round(nice_step(self._total, 8)))
        ticks = range(0, self._total + 1, step)
        self._plot.set_ticks("bottom", [(float(tick), grouped(tick)) for tick in ticks])
        self._plot.set_x_range(0, _ROOM_AT_END * self._total)
        self._drawing.call_now()

    def append(self, place: int, tests: NDArray[np.float64]) -> None:
        """Add results of one of the three: rows (step, accuracy from 0 to 1, loss), ``(n, 3)``."""
        if len(tests) == 0:
            return
        steps, accuracy, loss = tests.T
        self._accuracy[place].append(steps, accuracy)
        self._loss[place].append(steps, loss)
        if accuracy.max() > 1 - 10 ** -_TOPS[0]:
            self._top = _TOPS[1]
        finite = loss[np.isfinite(loss)]
        if finite.size:
            low, high = self._losses
            self._losses = min(low, 0.9 * float(finite.min())), max(high, 1.1 * float(finite.max()))
        self._drawing.request()

    def _draw(self) -> None:
        traces = self._loss if self.shows_loss else self._accuracy
        for curve, trace in zip(self._curves, traces, strict=True):
            x, y = trace.points()
            curve.set_points(x, _loss_place(y) if self.shows_loss else _accuracy_place(y))
        if self.shows_loss:
            low, high = (math.log10(max(end, _LEAST_LOSS)) for end in self._losses)
            ticks = [(math.log10(loss), f"{loss:g}") for loss in _LOSSES]
        else:
            low, high = _FOOT, self._top
            places = _accuracy_place(np.array(_ACCURACIES) / 100).tolist()
            ticks = [(place, f"{share:g}") for place, share in zip(places, _ACCURACIES, strict=True)]
        self._plot.set_ticks("left", [tick for tick in ticks if low <= tick[0] <= high])
        self._plot.set_y_range(low, high)
        self._empty.setVisible(not any(map(len, traces)))

    def _on_toggled(self) -> None:
        what = "Loss" if self.shows_loss else "Accuracy"
        how = "logarithmic" if self.shows_loss else "finer towards 100 %"
        self._caption.set_text(f"{what} on the test pictures", how)
        self._plot.set_labels("step", "loss" if self.shows_loss else "right, %")
        self._drawing.call_now()

    def _numbers(self) -> str:
        """Write the drawn points of all three as a table."""
        lines = ["network\tstep\ttest accuracy, %\ttest loss"]
        for key, accuracy, loss in zip(self._keys, self._accuracy, self._loss, strict=True):
            steps, shares = accuracy.points()
            rows = zip(steps.tolist(), shares.tolist(), strict=True)
            lines += [
                f"{key}\t{step:.0f}\t{100 * share:.6g}\t{loss.nearest(step):.6g}" for step, share in rows
            ]
        return "\n".join(lines) + "\n" if len(lines) > 1 else ""

    def _readout(self, step: float) -> str:
        """Say what the curves show at a step."""
        traces = self._loss if self.shows_loss else self._accuracy
        found = [(key, trace.nearest(step)) for key, trace in zip(self._keys, traces, strict=True)]
        words = [
            f"{key} {number(value, 3) if self.shows_loss else percent(value, 1)}"
            for key, value in found
            if value is not None
        ]
        return " · ".join([f"step {grouped(round(step))}", *words]) if words else ""

    def _apply(self, theme: Theme) -> None:
        for curve, key in zip(self._curves, self._keys, strict=True):
            look = line_look(theme, key)
            curve.set_pen(look.colour, look.width, look.style)
        self._plot.apply_theme(theme, theme.window)

    def sizeHint(self) -> QSize:
        """Want a picture wider than high."""
        return QSize(640, 220)

    def minimumSizeHint(self) -> QSize:
        """Shrink to where the axes can still be read."""
        return QSize(320, 150)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the words of the empty plot in its middle."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._empty.setGeometry(self._plot.widget.geometry())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curves at the step under the mouse."""
        place = self._plot.data_at(event.position() - QPointF(self._plot.widget.pos()))
        text = self._readout(place[0]) if place is not None else ""
        self._plot.set_cursor(place[0] if place is not None and text else None)
        self.hovered.emit(text)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._plot.set_cursor(None)
        self.hovered.emit("")


def _accuracy_place(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of an accuracy from 0 to 1: decades of wrong answers, 0 for none right."""
    return -np.log10((1 - share).clip(_LEAST_WRONG))


def _loss_place(loss: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log10(loss.clip(_LEAST_LOSS))
