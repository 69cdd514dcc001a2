"""What the wall of channels says in words: captions, the readout under the mouse, its numbers as a table."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from engine.inspect.channels import silent_channels
from engine.inspect.tiles import TileSet, peak_captions
from engine.inspect.words import number, short_number
from gui.widgets.tile_words import unit_word


def is_of_units(tiles: TileSet) -> bool:
    """Tell whether the tiles are single numbers, those of a vector."""
    return tiles.maps.shape[2:] == (1, 1)


def noun(tiles: TileSet) -> str:
    """Name what one tile is: a channel, an input channel, or a unit."""
    return "unit" if is_of_units(tiles) else unit_word(tiles)


def activity_captions(maps: NDArray[Any]) -> tuple[str, ...]:
    """Write the largest value of each channel of ``(channels, h, w)``, or that it is zero everywhere."""
    if maps.shape[1:] == (1, 1):
        return tuple(value_text(float(value)) for value in maps.ravel())
    silent = silent_channels(maps)
    peaks = enumerate(peak_captions(maps))
    return tuple("silent here" if channel in silent else peak for channel, peak in peaks)


def importance_captions(importance: NDArray[Any]) -> tuple[str, ...]:
    """Write by how much the logit would fall without each channel, always with its sign."""
    return tuple(f"{'+' if value > 0 else ''}{number(float(value))}" for value in importance)


def value_text(value: float) -> str:
    """Write a value with the figures that matter."""
    return number(value) if abs(value) >= 0.1 or value == 0 else short_number(value)


def readout(tiles: TileSet, channel: int, cell: tuple[int, int] | None, caption: str) -> str:
    """Say what lies under the mouse: ``relu1 · channel 3 · (4, 5) = 0.50 · max 1.6``.

    Channels count from 1, as on their tiles; rows and columns from 0, as in arrays.
    """
    text = f"{tiles.name} · {noun(tiles)} {channel + 1}"
    if is_of_units(tiles):
        text += f" = {value_text(float(tiles.maps[channel, 0, 0, 0]))}"
    elif cell is not None:
        text += f" · ({cell[0]}, {cell[1]}) = {value_text(float(tiles.maps[channel, 0, cell[0], cell[1]]))}"
    parts = [text, caption]
    if tiles.scales is not None:
        parts.append(f"full strength at {short_number(float(tiles.scales[channel]))}")
    return " · ".join(part for part in parts if part)


def channel_table(tiles: TileSet, order: Sequence[int]) -> str:
    """Write the numbers of channels as tab-separated text, in an order; with a plain minus sign."""
    if is_of_units(tiles):
        values = tiles.maps.ravel()
        rows = [f"{channel + 1}\t{values[channel]:.6g}" for channel in order]
        return "\n".join([f"{tiles.name} unit\tvalue", *rows]) + "\n"
    lines: list[str] = []
    for channel in order:
        lines.append(f"{tiles.name} {noun(tiles)} {channel + 1}")
        lines += ["\t".join(f"{value:.6g}" for value in row) for row in tiles.maps[channel, 0]]
    return "\n".join(lines) + "\n"
