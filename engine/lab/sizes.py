"""How large the input of every layer of a setup is, without computing anything."""

from engine.errors import ShapeError
from engine.geometry import output_size, resolve_padding
from engine.lab.values import LabLayer, Setup


def input_sizes(setup: Setup, size: tuple[int, int]) -> tuple[tuple[int, int] | None, ...]:
    """Give rows and columns that come to each layer, and last those that leave the last one.

    Parameters
    ----------
    setup
        The layers.
    size
        Rows and columns of the picture.

    Returns
    -------
    One more than there are layers; None from where something does not fit any more.
    """
    sizes: list[tuple[int, int] | None] = [size]
    for layer in setup.layers:
        before = sizes[-1]
        sizes.append(None if before is None else _passed(layer, before))
    return tuple(sizes)


def _passed(layer: LabLayer, size: tuple[int, int]) -> tuple[int, int] | None:
    geometry, kernel = layer.geometry, layer.filters[0].weight.shape[1:]
    sides = resolve_padding(geometry.padding, size, kernel, geometry.stride, geometry.dilation)
    widest = [max(pair) for pair in sides]
    if geometry.border == "reflect" and any(w >= s for w, s in zip(widest, size, strict=True)):
        return None
    try:
        rows, columns = output_size(size, kernel, geometry.stride, sides, geometry.dilation)
    except ShapeError:
        return None
    if min(rows, columns) < layer.pool:
        return None
    return rows // layer.pool, columns // layer.pool
