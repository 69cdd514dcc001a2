"""Curves of a run as SVG, for the report: drawn column by column, whatever the length of the run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.words import grouped
from gui.markup import Markup, element
from gui.widgets.nice import nice_step
from gui.widgets.trace import Smoother

WIDTH, HEIGHT = 720, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 16, 40
_SMALLEST_LOSS = 1e-5
_MOST_DOTS = 60
# Room for a digit of the picture's text, in whatever font.
_DIGIT = 7.0

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from values to places: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def at(self, values: Values) -> Values:
        """Give the places of values; below the low end of a logarithmic scale they lie at it."""
        low, high, shown = self.low, self.high, values
        if self.log:
            low, high = math.log10(low), math.log10(high)
            shown = np.log10(np.maximum(values, self.low))
        return self.start + (shown - low) / (high - low) * (self.end - self.start)


def loss_chart(
    steps: NDArray[Any],
    tests: NDArray[Any],
    events: Sequence[tuple[int, str]],
    *,
    log_loss: bool,
    log_steps: bool,
) -> Markup:
    """Draw the loss of every batch, its running mean and that on the test pictures."""
    batch = _finite(steps["step"], steps["loss"])
    mean = _smoothed(batch)
    test = _finite(tests["step"], tests["loss"])
    # A single bad batch may leave the picture, not squeeze it.
    top = max([1e-3, *(float(curve[1].max()) for curve in (mean, test) if len(curve[1]))])
    lowest = min([top, *(float(curve[1].min()) for curve in (mean, test) if len(curve[1]))])
    y = _loss_axis(lowest, top, log_loss)
    x = _step_axis(steps, tests, log_steps)
    return _chart(
        "Loss over the steps of the run",
        x,
        y,
        _loss_ticks(y),
        "loss",
        [_line(_extremes(*batch, x), x, y, "batch"), _line(_last(*mean, x), x, y, "mean")],
        [(test, "test")],
        events,
    )


def accuracy_chart(
    steps: NDArray[Any],
    tests: NDArray[Any],
    events: Sequence[tuple[int, str]],
    *,
    log_steps: bool,
) -> Markup:
    """Draw the running mean of the batches' accuracy and that on the test pictures, in per cent."""
    mean = _smoothed(_finite(steps["step"], 100 * steps["accuracy"].astype(np.float64)))
    test = _finite(tests["step"], 100 * tests["accuracy"].astype(np.float64))
    y = Axis(0.0, 100.0, HEIGHT - _BOTTOM, _TOP, False)
    x = _step_axis(steps, tests, log_steps)
    ticks = [(float(tick), str(tick)) for tick in range(0, 101, 25)]
    lines = [_line(_last(*mean, x), x, y, "train")]
    title = "Accuracy over the steps of the run"
    return _chart(title, x, y, ticks, "accuracy, %", lines, [(test, "tested")], events)


def _finite(steps: NDArray[Any], values: NDArray[Any]) -> tuple[Values, Values]:
    kept = np.isfinite(values)
    return steps[kept].astype(np.float64), values[kept].astype(np.float64)


def _smoothed(curve: tuple[Values, Values]) -> tuple[Values, Values]:
    return curve[0], Smoother().feed(curve[1])


def _step_axis(steps: NDArray[Any], tests: NDArray[Any], log: bool) -> Axis:
    last = max([1, *(int(table["step"][-1]) for table in (steps, tests) if len(table))])
    return Axis(1.0 if log else 0.0, max(float(last), 10.0), _LEFT, WIDTH - _RIGHT, log)


def _loss_axis(lowest: float, top: float, log: bool) -> Axis:
    bottom = HEIGHT - _BOTTOM
    if not log:
        return Axis(0.0, 1.08 * top, bottom, _TOP, False)
    low = math.floor(math.log10(max(_SMALLEST_LOSS, 0.7 * lowest)))
    return Axis(10.0**low, 10.0 ** max(low + 1, math.ceil(math.log10(top))), bottom, _TOP, True)


def _loss_ticks(axis: Axis) -> list[tuple[float, str]]:
    if axis.log:
        decades = range(round(math.log10(axis.low)), round(math.log10(axis.high)) + 1)
        return [(10.0**decade, f"{10.0**decade:g}") for decade in decades]
    step = nice_step(axis.high, 4)
    return [(tick, f"{tick:g}") for tick in (step * k for k in range(8)) if tick <= axis.high]


def _step_ticks(axis: Axis) -> list[tuple[float, str]]:
    if axis.log:
        decades = range(round(math.log10(axis.low)), math.floor(math.log10(axis.high)) + 1)
        return [(10.0**decade, grouped(10**decade)) for decade in decades]
    step = max(1, round(nice_step(axis.high, 6)))
    return [(float(tick), grouped(tick)) for tick in range(0, int(axis.high) + 1, step)]


def _columns(x: Values, axis: Axis) -> NDArray[np.intp]:
    """Give where each column of pixels begins; `x` grows."""
    columns = np.floor(axis.at(x)).astype(np.int64)
    return np.flatnonzero(np.diff(columns, prepend=columns[:1] - 1))


def _extremes(x: Values, y: Values, axis: Axis) -> tuple[Values, Values]:
    """Keep the lowest and the highest value of each column."""
    if not len(x):
        return x, y
    starts = _columns(x, axis)
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    return x[starts].repeat(2), np.stack([low, high], axis=1).ravel()


def _last(x: Values, y: Values, axis: Axis) -> tuple[Values, Values]:
    """Keep the last value of each column."""
    if not len(x):
        return x, y
    ends = np.append(_columns(x, axis)[1:], len(x)) - 1
    return x[ends], y[ends]


def _line(curve: tuple[Values, Values], x: Axis, y: Axis, kind: str) -> Markup:
    across, down = x.at(curve[0]), y.at(curve[1]).clip(_TOP, HEIGHT - _BOTTOM)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across.tolist(), down.tolist(), strict=True))
    return element("polyline", class_=f"curve {kind}", points=points, fill="none")


def _dots(curve: tuple[Values, Values], x: Axis, y: Axis, kind: str) -> list[Markup]:
    if len(curve[0]) > _MOST_DOTS:
        return []
    across, down = x.at(curve[0]), y.at(curve[1]).clip(_TOP, HEIGHT - _BOTTOM)
    places = zip(across.tolist(), down.tolist(), strict=True)
    return [element("circle", class_=f"dot {kind}", cx=f"{a:.1f}", cy=f"{b:.1f}", r=2.5) for a, b in places]


def _chart(
    title: str,
    x: Axis,
    y: Axis,
    ticks: Sequence[tuple[float, str]],
    label: str,
    lines: list[Markup],
    dotted: Sequence[tuple[tuple[Values, Values], str]],
    events: Sequence[tuple[int, str]],
) -> Markup:
    parts: list[Markup] = []
    for value, words in ticks:
        place = f"{float(y.at(np.array(value))):.1f}"
        parts.append(element("line", class_="grid", x1=_LEFT, x2=WIDTH - _RIGHT, y1=place, y2=place))
        parts.append(_words(words, _LEFT - 6, float(place) + 4, "end"))
    bottom = HEIGHT - _BOTTOM
    for value, words in _step_ticks(x):
        across = float(x.at(np.array(value)))
        parts.append(
            element("line", class_="axis", x1=f"{across:.1f}", x2=f"{across:.1f}", y1=bottom, y2=bottom + 4)
        )
        parts.append(_words(words, across, bottom + 17, "middle"))
    parts.append(element("line", class_="axis", x1=_LEFT, x2=WIDTH - _RIGHT, y1=bottom, y2=bottom))
    places = [float(x.at(np.array(float(step)))) for step, _ in events]
    for place in dict.fromkeys(f"{across:.1f}" for across in places):
        parts.append(element("line", class_="event", x1=place, x2=place, y1=_TOP, y2=bottom))
    parts += [_words(words, across, _TOP - 4, "middle") for across, words in event_labels(places)]
    parts += lines
    for curve, kind in dotted:
        parts.append(_line(curve, x, y, kind))
        parts += _dots(curve, x, y, kind)
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(_words("step, logarithmic" if x.log else "step", middle, HEIGHT - 6, "middle"))
    turned = f"rotate(-90 12 {(_TOP + bottom) / 2:.0f})"
    where = (_TOP + bottom) / 2
    words = f"{label}, logarithmic" if y.log else label
    parts.append(_words(words, 12, where, "middle", transform=turned))
    box = f"0 0 {WIDTH} {HEIGHT}"
    return element(
        "svg", element("title", title), *parts, viewBox=box, role="img", width=WIDTH, height=HEIGHT
    )


def event_labels(places: Sequence[float]) -> list[tuple[float, str]]:
    """Number events from 1 at their places, ascending; of those that are too close, "2–4" in their middle."""
    groups: list[tuple[int, int]] = []

    def label(group: tuple[int, int]) -> tuple[float, str]:
        first, last = group
        words = str(first + 1) if first == last else f"{first + 1}–{last + 1}"
        return (places[first] + places[last]) / 2, words

    for number in range(len(places)):
        groups.append((number, number))
        while len(groups) > 1:
            (left, before), (right, after) = label(groups[-2]), label(groups[-1])
            if right - left >= _DIGIT * (len(before) + len(after)) / 2 + _DIGIT:
                break
            last = groups.pop()
            groups[-1] = groups[-1][0], last[1]
    return [label(group) for group in groups]


def _words(words: str, x: float, y: float, anchor: str, **more: object) -> Markup:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, **more)
