"""What a wall of tiles says in words: the readout under the mouse, and its numbers as a table."""

from engine.inspect.tiles import TileSet
from engine.inspect.words import number, short_number
from gui.widgets.tile_geometry import Hit


def unit_word(tiles: TileSet) -> str:
    """Name what one tile is: a filter, an output channel, or an input channel."""
    return {"weight": "filter", "activation": "channel", "picture": "input channel"}[tiles.role]


def readout(tiles: TileSet, hit: Hit) -> str:
    """Say what lies under the mouse: ``conv1 · filter 3 · (1, 2) = −0.25``.

    Filters and channels count from 1, as on their tiles; rows and columns from 0, as in arrays.
    """
    parts = [tiles.name, f"{unit_word(tiles)} {hit.tile + 1}"]
    if tiles.role == "picture" and tiles.captions[hit.tile]:
        parts[-1] += f", {tiles.captions[hit.tile]}"
    if hit.slice is None or hit.row is None or hit.column is None:
        caption = "" if tiles.role == "picture" else tiles.captions[hit.tile]
        return " · ".join([*parts, caption] if caption else parts)
    if tiles.maps.shape[1] > 1:
        parts.append(f"input channel {hit.slice + 1}")
    value = float(tiles.maps[hit.tile, hit.slice, hit.row, hit.column])
    text = number(value) if abs(value) >= 0.1 or value == 0 else short_number(value)
    if tiles.maps.shape[2:] == (1, 1):
        return f"{' · '.join(parts)} = {text}"
    return f"{' · '.join(parts)} · ({hit.row}, {hit.column}) = {text}"


def numbers_as_table(tiles: TileSet) -> str:
    """Write all numbers as tab-separated text, a block of rows per tile and slice.

    A spreadsheet reads them, so they have a plain minus sign.
    """
    lines: list[str] = []
    for tile, slices in enumerate(tiles.maps):
        for index, cells in enumerate(slices):
            name = f"{tiles.name} {unit_word(tiles)} {tile + 1}"
            if len(slices) > 1:
                name += f" input channel {index + 1}"
            lines.append(name)
            lines += ["\t".join(f"{value:.6g}" for value in row) for row in cells]
    return "\n".join(lines) + "\n"
