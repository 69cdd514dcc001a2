"""How somebody writes: the ranges of a hand and its pen, and one hand drawn from them."""

from dataclasses import dataclass, fields
from math import exp, log

import numpy as np

from engine.datasets.strokes.spline import ROUNDINGS
from engine.errors import ConfigError

# (smallest, largest, unit) of each field of `Manner`.
_LIMITS: dict[str, tuple[float, float, str]] = {
    "slant_deg": (-45.0, 45.0, "°"),
    "slant_spread_deg": (0.0, 30.0, "°"),
    "rotation_deg": (0.0, 30.0, "°"),
    "width_factor": (0.3, 3.0, ""),
    "width_spread": (0.0, 0.5, ""),
    "size": (0.1, 0.95, " canvas sides"),
    "size_spread": (0.0, 0.6, ""),
    "sloppiness": (0.0, 3.0, ""),
    "warp": (0.0, 0.5, ""),
    "wobble": (0.0, 0.1, " heights"),
    "tremor": (0.0, 0.05, " canvas sides"),
    "overshoot": (0.0, 0.2, " heights"),
    "gap": (0.0, 0.2, " heights"),
    "hooks": (0.0, 1.0, ""),
    "pen_width": (0.01, 0.4, " canvas sides"),
    "pen_width_spread": (0.0, 0.6, ""),
    "pressure": (0.0, 1.0, ""),
    "step": (0.004, 0.2, " canvas sides"),
}
# Beyond so many standard deviations a value is taken as at that many: nobody could read the rest.
_FURTHEST = 2.2
# Logarithmic standard deviation of how careful a person is; of how fast; and of one line of a mouse.
_CARE_SPREAD = 0.4
_STEP_SPREAD = 0.4
_SMALLEST_SIZE, _LARGEST_SIZE = 0.1, 0.95
_THINNEST, _THICKEST = 0.015, 0.4
# Sides of the canvas in logical pixels, between which a mouse is bound to whole ones.
_CANVAS_PX = (220, 560)


@dataclass(frozen=True, slots=True)
class Manner:
    """How much handwriting varies, from drawing to drawing. An immutable value; any thread.

    A spread is a standard deviation; where it belongs to a factor, of its logarithm.

    Parameters
    ----------
    slant_deg, slant_spread_deg
        Leaning to the right, as a shear: its mean and spread.
    rotation_deg
        Spread of the rotation.
    width_factor, width_spread
        Factor on the character's width: its median and spread.
    size, size_spread
        Height of the character, as a fraction of the canvas: its median and spread.
    sloppiness
        Factor on how far the points of a style stray.
    warp
        Spread of the smooth bending of the whole character: upper part larger, sides bowed.
    wobble
        Slow straying along each line, in heights of the character.
    tremor
        Fast trembling of the hand, in canvas sides: that of small writing is as large.
    overshoot
        Spread of how far lines end too early or too late, in heights.
    gap
        Spread of how far later lines begin beside their place, in heights.
    hooks
        Share of lines that begin with a small hook.
    pen_width, pen_width_spread
        Diameter of the brush, as a fraction of the canvas: its median and spread.
    pressure
        Share of drawings made by a pen whose width follows its pressure. Half of the others are
        made by a mouse, bound to whole pixels of the screen.
    step
        Median distance of the points that the canvas delivers: the speed of the pen.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    slant_deg: float = 9.0
    slant_spread_deg: float = 12.0
    rotation_deg: float = 5.0
    width_factor: float = 1.06
    width_spread: float = 0.2
    size: float = 0.62
    size_spread: float = 0.2
    sloppiness: float = 1.3
    warp: float = 0.17
    wobble: float = 0.016
    tremor: float = 0.0026
    overshoot: float = 0.05
    gap: float = 0.04
    hooks: float = 0.12
    pen_width: float = 0.085
    pen_width_spread: float = 0.25
    pressure: float = 0.4
    step: float = 0.028

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            low, high, unit = _LIMITS[field.name]
            # Written so that a NaN fails the comparison.
            if not (low <= value <= high):
                raise ConfigError(f"{field.name} must be from {low:g} to {high:g}{unit}, got {value}.")

    def hand(self, rng: np.random.Generator) -> "Hand":
        """Draw one hand, that of one drawing."""
        n = np.clip(rng.standard_normal(8), -_FURTHEST, _FURTHEST).tolist()
        u = rng.random(5).tolist()
        care = exp(_CARE_SPREAD * n[0])
        pressed = u[0] < self.pressure
        mouse = not pressed and u[1] < 0.5
        return Hand(
            slant_deg=self.slant_deg + self.slant_spread_deg * n[1],
            rotation_deg=self.rotation_deg * n[2],
            width_factor=self.width_factor * exp(self.width_spread * n[3]),
            size=min(max(self.size * exp(self.size_spread * n[4]), _SMALLEST_SIZE), _LARGEST_SIZE),
            sloppiness=self.sloppiness * care,
            warp=self.warp,
            wobble=self.wobble * care,
            tremor=self.tremor * care,
            overshoot=self.overshoot,
            gap=self.gap,
            hooks=self.hooks,
            rounding=int(u[2] * len(ROUNDINGS)),
            pen_width=min(max(self.pen_width * exp(self.pen_width_spread * n[5]), _THINNEST), _THICKEST),
            force=0.5 + 0.12 * n[6] if pressed else None,
            canvas_px=int(exp(log(_CANVAS_PX[0]) + u[3] * log(_CANVAS_PX[1] / _CANVAS_PX[0])))
            if mouse
            else None,
            step=self.step * exp(_STEP_SPREAD * n[7]),
            slowing=0.2 + 0.6 * u[4],
        )


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand with one pen: what `Manner` says of many, decided. Any thread.

    Parameters
    ----------
    slant_deg, rotation_deg, width_factor, size, sloppiness, warp, wobble, tremor, overshoot, gap, hooks
        As in `Manner`, for this drawing.
    rounding
        How this hand takes corners: index into `engine.datasets.strokes.spline.ROUNDINGS`.
    pen_width
        Diameter of the brush, as a fraction of the canvas.
    force
        Mean pressure of the pen, 0 to 1, where its width follows it; else None.
    canvas_px
        Side of the canvas in pixels, where a mouse is bound to whole ones; else None.
    step
        Mean distance of the points, in canvas sides.
    slowing
        How much slower the hand is in bends than on straights, 0 (not) to 1.
    """

    slant_deg: float
    rotation_deg: float
    width_factor: float
    size: float
    sloppiness: float
    warp: float
    wobble: float
    tremor: float
    overshoot: float
    gap: float
    hooks: float
    rounding: int
    pen_width: float
    force: float | None
    canvas_px: int | None
    step: float
    slowing: float


EVERYDAY = Manner()
"""All sorts of people, without great care."""

NEAT = Manner(
    sloppiness=0.6, warp=0.06, wobble=0.006, tremor=0.001, overshoot=0.012, gap=0.012, hooks=0.0,
    slant_spread_deg=7.0, size_spread=0.1, pen_width_spread=0.15,
)  # fmt: skip
"""Somebody who takes care."""

SHAKY = Manner(wobble=0.022, tremor=0.014, gap=0.05, step=0.024)
"""An unsteady hand, or a mouse on one's knees."""

SLANTED = Manner(slant_deg=24.0, slant_spread_deg=8.0)
"""Leaning far to the right."""

BACKWARD = Manner(slant_deg=-16.0, slant_spread_deg=7.0)
"""Leaning to the left, as many left-handed people write."""

SMALL = Manner(size=0.3, size_spread=0.15, step=0.014)
"""A small part of the canvas, with the usual brush: so thick for its size."""

THICK = Manner(pen_width=0.15, pen_width_spread=0.15)
"""A brush much thicker than usual."""

THIN = Manner(pen_width=0.035, pen_width_spread=0.2)
"""A fine pen."""

MANNERS: dict[str, Manner] = {
    "everyday": EVERYDAY,
    "neat": NEAT,
    "shaky": SHAKY,
    "slanted": SLANTED,
    "backward": BACKWARD,
    "small": SMALL,
    "thick": THICK,
    "thin": THIN,
}
"""All of them by name, for one who measures how well each is read."""
