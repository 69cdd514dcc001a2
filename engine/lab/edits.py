"""Changes of a setup that keep its layers fitting each other: pure functions from one value to the next."""

import re
from dataclasses import replace

import numpy as np

from engine.errors import ConfigError
from engine.kernels import FOUR_EDGES, KERNELS, kernel, random_kernel, resized
from engine.lab.examples import four_edges
from engine.lab.values import Array, Filter, LabLayer, Setup

MOST_FILTERS = 64
_EDITED = ", edited"
# "conv1 · 3", as `from_network` calls them.
_OF_NETWORK = re.compile(r"\S+ · \d+")
# Filters of a layer that is fed forward into, unless it reads what edge filters found.
_NEW_FILTERS = 4
_CORNERS = (
    ("top left corner", "top-edge", "left-edge"),
    ("top right corner", "top-edge", "right-edge"),
    ("bottom left corner", "bottom-edge", "left-edge"),
    ("bottom right corner", "bottom-edge", "right-edge"),
)


def with_layer(setup: Setup, number: int, layer: LabLayer) -> Setup:
    """Put a layer with as many filters in the place of layer `number`, counted from 0."""
    layers = list(setup.layers)
    layers[number] = layer
    return replace(setup, layers=tuple(layers))


def with_filter(setup: Setup, number: int, index: int, new: Filter) -> Setup:
    """Put a filter in the place of filter `index` of layer `number`."""
    filters = list(setup.layers[number].filters)
    filters[index] = new
    return with_layer(setup, number, replace(setup.layers[number], filters=tuple(filters)))


def edited_name(name: str, weight: Array) -> str:
    """Name a filter whose weights have become `weight`, ``(c, kh, kw)``.

    A name that says what the weights were, as "Sobel x" or "conv1 · 3" do, must not outlive them. One that
    a person gave stays.
    """
    base = name.removesuffix(_EDITED)
    if base in {one.name for one in KERNELS}:
        for one in KERNELS:
            if one.values.shape == weight.shape[1:] and (weight == one.values).all():
                return one.name
    elif base not in {row[0] for row in _CORNERS} and not _OF_NETWORK.fullmatch(base):
        return name
    return base + _EDITED


def filter_added(setup: Setup, number: int, new: Filter) -> Setup:
    """Add a filter, and with it an output channel, which the next layer does not count yet: zeros.

    ConfigError beyond `MOST_FILTERS`.
    """
    layer = setup.layers[number]
    if len(layer.filters) >= MOST_FILTERS:
        raise ConfigError(f"a layer here must have at most {MOST_FILTERS} filters, got one more")
    setup = with_layer(setup, number, replace(layer, filters=(*layer.filters, new)))
    after = _next(setup, number)
    if after is None or after.takes is not None:
        return setup
    rows, columns = after.filters[0].weight.shape[1:]
    filters = tuple(
        replace(one, weight=np.concatenate([one.weight, np.zeros((1, rows, columns))]))
        for one in after.filters
    )
    return with_layer(setup, number + 1, replace(after, filters=filters))


def filter_removed(setup: Setup, number: int, index: int) -> Setup:
    """Remove a filter, and with it an output channel and the next layer's slices; the last one stays."""
    layer = setup.layers[number]
    if len(layer.filters) == 1:
        raise ConfigError("a layer must keep at least one filter, got none")
    left = tuple(one for place, one in enumerate(layer.filters) if place != index)
    setup = with_layer(setup, number, replace(layer, filters=left))
    after = _next(setup, number)
    if after is None:
        return setup
    if after.takes is not None:
        takes = after.takes - (after.takes > index)
        return with_layer(setup, number + 1, replace(after, takes=min(takes, len(left) - 1)))
    filters = tuple(replace(one, weight=np.delete(one.weight, index, axis=0)) for one in after.filters)
    return with_layer(setup, number + 1, replace(after, filters=filters))


def kernels_resized(setup: Setup, number: int, rows: int, columns: int) -> Setup:
    """Give all kernels of a layer another size, round their middles."""
    layer = setup.layers[number]
    filters = tuple(replace(one, weight=resized(one.weight, rows, columns)) for one in layer.filters)
    return with_layer(setup, number, replace(layer, filters=filters))


def fed_forward(setup: Setup, channel: int | None = None, *, seed: int = 0) -> Setup:
    """Make the output channels of the last layer, or one of them, the input of a new one.

    In between come a ReLU and a max pooling of 2, as in most small networks. After the four edge filters
    the new filters are corners, each the sum of two edges; otherwise they are random, from `seed`.
    """
    last = len(setup.layers) - 1
    before = setup.layers[last]
    setup = with_layer(setup, last, replace(before, relu=True, pool=max(before.pool, 2)))
    new = replace(four_edges(), takes=channel) if channel is not None else _reading(before, seed)
    return replace(setup, layers=(*setup.layers, new))


def layers_cut(setup: Setup, number: int) -> Setup:
    """Remove layer `number` and all after it; the first layer stays."""
    if number < 1:
        raise ConfigError("the first layer must stay, got a request to remove it")
    return replace(setup, layers=setup.layers[:number])


def _reading(before: LabLayer, seed: int) -> LabLayer:
    """Make a layer that reads all channels of `before`."""
    channels = len(before.filters)
    if [one.name for one in before.filters] == [kernel(key).name for key in FOUR_EDGES]:
        return LabLayer(tuple(_corner(*row) for row in _CORNERS))
    generator = np.random.default_rng(seed)
    weight = random_kernel((_NEW_FILTERS, channels, 3, 3), generator)
    return LabLayer(tuple(Filter(f"random {number}", one) for number, one in enumerate(weight, 1)))


def _corner(name: str, *edges: str) -> Filter:
    """Respond where two edges are near each other, and not where there is only one."""
    weight = np.zeros((len(FOUR_EDGES), 3, 3))
    for edge in edges:
        weight[FOUR_EDGES.index(edge)] = 1 / 9
    for place in range(len(FOUR_EDGES)):
        if FOUR_EDGES[place] not in edges:
            weight[place] = -1 / 9
    return Filter(name, weight)


def _next(setup: Setup, number: int) -> LabLayer | None:
    return setup.layers[number + 1] if number + 1 < len(setup.layers) else None
