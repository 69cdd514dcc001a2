"""How the slide looks: names, scales, and the colour tables that follow from them."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from gui.palettes import FULL_INDEX, GAP_INDEX, Lut, Rgb, diverging_lut, one_sided_lut
from gui.theme import Theme, contrast, text_on

Tint: TypeAlias = Literal["input", "red", "green", "blue"]


@dataclass(frozen=True, slots=True)
class SceneLook:
    """What the slide writes and how it colours; scales are the values drawn at full strength.

    Parameters
    ----------
    input_names
        One per input channel: "grey", "red", "channel 3".
    input_luts
        The hue of each input channel.
    classic
        −1 black, 0 grey, 1 white for weights and outputs, black to white for inputs.
    output_name
        What the output channel is called: the name of its filter.
    show_relu
        Whether outputs are shown after the ReLU.
    """

    input_names: tuple[str, ...] = ("input channel",)
    input_luts: tuple[Tint, ...] = field(default=("input",))
    classic: bool = False
    input_scale: float = 1.0
    part_scale: float = 1.0
    output_scale: float = 1.0
    weight_scale: float = 1.0
    output_name: str = "output channel"
    show_relu: bool = False

    def input_name(self, channel: int) -> str:
        """Name an input channel, also one that was given no name."""
        names = self.input_names
        return names[channel] if channel < len(names) else f"channel {channel + 1}"

    def tint(self, channel: int) -> Tint:
        """Tell the hue of an input channel."""
        return self.input_luts[channel] if channel < len(self.input_luts) else "input"


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """A colour table and whether zero is in its middle."""

    lut: Lut
    signed: bool


def input_colours(theme: Theme, tint: Tint, values: NDArray[Any], *, classic: bool) -> Colours:
    """Choose the colours of an input channel; one with negative values needs two hues."""
    return _input_colours(theme, tint, bool(values.size) and float(values.min()) < 0, classic)


def output_colours(theme: Theme, *, classic: bool) -> Colours:
    """Choose the colours of output channels and of contributions to them."""
    return _classic(theme) if classic else _signed_output(theme)


def weight_colours(theme: Theme, *, classic: bool) -> Colours:
    """Choose the colours of weights."""
    return _classic(theme) if classic else _weights(theme)


@lru_cache(maxsize=32)
def figure_colours(colours: Colours, theme: Theme) -> tuple[QColor, ...]:
    """Choose the colour of figures for each entry of a table: the theme's own text where it reads well."""
    found: list[QColor] = []
    for red, green, blue, _ in colours.lut[:GAP_INDEX].tolist():
        cell = QColor(red, green, blue)
        readable = (text for text in (theme.text, theme.window) if contrast(text, cell) >= 4.5)
        found.append(next(readable, text_on((red, green, blue))))
    return tuple(found)


@lru_cache(maxsize=8)
def _classic(theme: Theme) -> Colours:
    return Colours(theme.classic_lut, signed=True)


@lru_cache(maxsize=8)
def _signed_output(theme: Theme) -> Colours:
    return Colours(theme.output_lut, signed=True)


@lru_cache(maxsize=8)
def _weights(theme: Theme) -> Colours:
    return Colours(theme.weight_lut, signed=True)


@lru_cache(maxsize=32)
def _input_colours(theme: Theme, tint: Tint, negative: bool, classic: bool) -> Colours:
    tables = {"red": theme.red_lut, "green": theme.green_lut, "blue": theme.blue_lut}
    lut = tables.get(tint, theme.input_lut)
    if classic:
        # Red, green and blue light stay what they are; everything else is black to white.
        black = _rgb(theme.classic_lut, 0)
        full = _rgb(lut if tint in tables else theme.classic_lut, FULL_INDEX)
        return _classic(theme) if negative else Colours(one_sided_lut(black, full), signed=False)
    if negative:
        # What is negative here was negative as an output channel: it keeps that hue.
        lut = diverging_lut(_rgb(theme.output_lut, 0), _rgb(lut, 0), _rgb(lut, FULL_INDEX))
    return Colours(lut, signed=negative)


def _rgb(lut: Lut, entry: int) -> Rgb:
    red, green, blue = (int(part) for part in np.asarray(lut[entry, :3]))
    return red, green, blue
