"""Filters and output channels as sets of tiles, ready to be drawn: plain values, no colours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.inspect.words import MINUS, number, plural, shape_text, short_number

Role: TypeAlias = Literal["weight", "activation", "picture"]

# A scale is one of these times a power of ten, so that a legend shows a short number.
_NICE_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# The reciprocal of a larger one has no full precision any more.
_LARGEST_FLOAT32_SCALE = 1e37
# Of float64 numbers; ten times that is still a number.
_LARGEST_SCALE = 1e307


@dataclass(frozen=True, slots=True, eq=False)
class TileSet:
    """Equally large maps that are shown together. A value: safe on any thread.

    Parameters
    ----------
    name : str
        The layer, ``conv1``.
    maps : ndarray of float32, shape (tiles, slices, rows, columns), read-only
        A filter's slices are its input channels; an output channel has one slice.
    role : {"weight", "activation", "picture"}
        Which family of colours the display uses.
    signed : bool
        True: drawn about zero, from −scale to +scale. False: from 0 to scale.
    scale : float
        The value that is drawn at full strength, above 0.
    captions : tuple of str
        One per tile, drawn at the right of its number; "" for none.
    title, detail : str
        What the display writes above: ``conv1 · 8 filters of 1×3×3``, ``scale ±0.90, fixed``.
    scales : ndarray of float, shape (tiles,), optional
        In place of `scale`, the value that each tile draws at full strength, all above 0.

    Raises
    ------
    ShapeError
        `maps` has not four axes, or there is not one caption, or not one of `scales`, per tile.
    ConfigError
        A scale is not a finite number above 0.
    """

    name: str
    maps: NDArray[np.float32]
    role: Role
    signed: bool
    scale: float
    captions: tuple[str, ...]
    title: str
    detail: str
    scales: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        if self.maps.ndim != 4:
            raise ShapeError(f"maps must be (tiles, slices, rows, columns), got shape {self.maps.shape}")
        if len(self.captions) != len(self.maps):
            raise ShapeError(f"captions must be one per tile ({len(self.maps)}), got {len(self.captions)}")
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise ConfigError(f"scale must be a finite number above 0, got {self.scale}")
        if self.scales is not None:
            if self.scales.shape != self.maps.shape[:1]:
                raise ShapeError(f"scales must be one per tile ({len(self.maps)}), got {self.scales.shape}")
            if not (np.isfinite(self.scales) & (self.scales > 0)).all():
                raise ConfigError(f"scales must be finite numbers above 0, got {self.scales}")


def tile_indices(tiles: TileSet) -> NDArray[np.uint8]:
    """Turn values into entries of a colour table.

    Returns
    -------
    ndarray of uint8, shape of ``tiles.maps``
        Signed: 0..254 and zero is exactly 127. Otherwise 0..254. 255 is never used: it is the
        gap between tiles. What is not a number is drawn as zero.
    """
    low, reach, zero = (-1.0, 127.0, 127.0) if tiles.signed else (0.0, 254.0, 0.0)
    # Weights of a network that has diverged may be beyond all scales; the terminal does not hear of it.
    with np.errstate(over="ignore", invalid="ignore"):
        if tiles.scales is not None:
            strength = (tiles.maps / tiles.scales[:, None, None, None]).astype(np.float32)
        elif tiles.scale < _LARGEST_FLOAT32_SCALE:
            strength = tiles.maps * np.float32(1 / tiles.scale)
        else:
            strength = (tiles.maps / np.float64(tiles.scale)).astype(np.float32)
    # Clipping sees to infinities. One pass tells whether there is what is not a number: hardly ever.
    if np.isnan(strength.max(initial=low)):
        np.nan_to_num(strength, copy=False, nan=0.0)
    strength.clip(low, 1.0, out=strength)
    strength *= np.float32(reach)
    strength += np.float32(zero + 0.5)
    return strength.astype(np.uint8)


def nice_scale(values: NDArray[np.floating], previous: float | None = None) -> float:
    """Choose the value to draw at full strength: a short number that no magnitude exceeds.

    Parameters
    ----------
    values : ndarray of float, any shape
        What will be drawn; what is not finite does not count.
    previous : float, optional
        The scale so far. It is kept unless it has become too small: pictures must not breathe.

    Returns
    -------
    float
        Above 0; 1 where there is nothing to measure.
    """
    # Two passes without a copy; the rare array that is not finite pays for a third.
    peak = max(float(values.max(initial=0)), -float(values.min(initial=0)))
    if not np.isfinite(peak):
        peak = float(np.abs(values[np.isfinite(values)]).max(initial=0))
    if previous is not None and peak <= previous:
        return previous
    if peak < float(np.finfo(np.float32).tiny):
        return 1.0
    if peak >= _LARGEST_SCALE:
        return _LARGEST_SCALE
    power = 10.0 ** math.floor(math.log10(peak))
    # A hair of room: 0.30000001, a float32 0.3, is still 0.3.
    step = next((step for step in _NICE_STEPS if peak <= step * power * 1.000001), 10.0)
    return float(step * power)


def unit_scales(
    values: NDArray[np.floating], previous: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Choose for each channel by itself what `nice_scale` chooses for all of them together.

    Parameters
    ----------
    values : ndarray of float, shape (channels, ...)
    previous : ndarray of float64, shape (channels,), optional
        The scales so far; they never shrink.

    Returns
    -------
    ndarray of float64, shape (channels,)
        0 for a channel of which nothing but zeros has been seen: what comes next chooses its scale.
    """
    flat = values.reshape(len(values), -1)
    scales = np.zeros(len(flat)) if previous is None else previous.copy()
    peaks = np.maximum(flat.max(axis=1, initial=0), -flat.min(axis=1, initial=0))
    # What is not a number is larger than nothing: such a channel keeps its scale.
    for channel in np.flatnonzero(peaks > scales):
        scales[channel] = nice_scale(flat[channel], float(scales[channel]) or None)
    return scales


def filter_tiles(
    name: str,
    weight: NDArray[np.floating],
    scale: float | None = None,
    captions: Sequence[str] | None = None,
    *,
    title: str | None = None,
) -> TileSet:
    """Show a convolution's filters, one tile each, its input channels as slices.

    Parameters
    ----------
    name : str
        The layer, ``conv1``.
    weight : ndarray of float, shape (filters, input channels, kernel height, kernel width)
    scale : float, optional
        Weight drawn at full strength; chosen from the weights when it is not given.
    captions : sequence of str, optional
        One per filter; `change_captions` makes them.
    title : str, optional
        Written above in place of the layer, the number of filters and their shape.
    """
    if weight.ndim != 4:
        raise ShapeError(
            f"weight must be (filters, input channels, kernel height, kernel width), got shape {weight.shape}"
        )
    fixed = scale is not None
    strength = scale if scale is not None else nice_scale(weight)
    count = plural(len(weight), "filter")
    return TileSet(
        name=name,
        maps=_private(weight),
        role="weight",
        signed=True,
        scale=strength,
        captions=_captions(captions, len(weight)),
        title=title or f"{name} · {count} of {shape_text(weight.shape[1:])}",
        detail=f"scale ±{short_number(strength)}{', fixed' if fixed else ''}",
    )


def channel_tiles(
    name: str,
    maps: NDArray[np.floating],
    signed: bool,
    scale: float | None = None,
    captions: Sequence[str] | None = None,
    *,
    role: Role = "activation",
    title: str | None = None,
) -> TileSet:
    """Show a layer's output channels for one picture, one tile each.

    Parameters
    ----------
    name : str
        The layer, ``relu1``.
    maps : ndarray of float, shape (channels, height, width)
    signed : bool
        Whether the layer can give negative values.
    scale : float, optional
        Value drawn at full strength; chosen from the values when it is not given.
    captions : sequence of str, optional
        One per channel; its largest value unless given.
    role : {"activation", "picture"}
        "picture" for the network's input.
    title : str, optional
        Written above in place of the layer, the number of channels and their size.
    """
    if maps.ndim != 3:
        raise ShapeError(f"maps must be (channels, height, width), got shape {maps.shape}")
    count = plural(len(maps), "channel")
    return TileSet(
        name=name,
        maps=_private(maps[:, None]),
        role=role,
        signed=signed,
        scale=scale if scale is not None else nice_scale(maps),
        captions=_captions(peak_captions(maps) if captions is None else captions, len(maps)),
        title=title or f"{name} · {count} of {shape_text(maps.shape[1:])}",
        detail=range_text(maps),
    )


def peak_captions(maps: NDArray[np.floating]) -> tuple[str, ...]:
    """Write the largest value of each channel: ``max 1.6``. `maps` is (channels, ...)."""
    flat = maps.reshape(len(maps), -1)
    return tuple(f"max {_short(float(peak))}" for peak in flat.max(axis=1, initial=-np.inf))


def change_captions(now: NDArray[np.floating], before: NDArray[np.floating]) -> tuple[str, ...]:
    """Write how far each filter has moved: ``Δ 0.28``, the largest change of one weight.

    Parameters
    ----------
    now, before : ndarray of float, both of shape (filters, ...)
    """
    if now.shape != before.shape:
        raise ShapeError(f"before must have the shape {now.shape}, got {before.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.abs(now - before).reshape(len(now), -1).max(axis=1, initial=0)
    return tuple(f"Δ {number(float(change))}" for change in moved)


def range_text(values: NDArray[np.floating]) -> str:
    """Write a range: ``0 … 2.1``."""
    if values.size == 0:
        return ""
    return f"{_short(float(values.min()))} … {_short(float(values.max()))}"


def _short(value: float) -> str:
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return number(value)
    text = number(value, 1 if abs(value) >= 0.1 else 2)
    return text if float(text.replace(MINUS, "-")) else short_number(value)


def _private(values: NDArray[np.floating]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        copy = np.array(values, dtype=np.float32, order="C")
    copy.flags.writeable = False
    return copy


def _captions(captions: Sequence[str] | None, count: int) -> tuple[str, ...]:
    return ("",) * count if captions is None else tuple(captions)
