"""How one number inside a network comes about: what was added up, term by term, for every kind of layer.

Each term is a weight times a number of the layer before, so that every term leads on to a ledger of its own,
down to the ink. All of it is computed in float64 from the network's own numbers: the terms add up to the
total exactly, and the network, which adds up the same terms in float32, has it to six or seven figures.
"""

from dataclasses import dataclass
from math import fsum, nan, prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import functional
from engine.errors import ShapeError
from engine.geometry import Sides, pair
from engine.inspect.backward import Values
from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
)
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One number of a layer's output, or of the input: a channel's pixel, or a number of a vector.

    `pixel` is (row, column), None in a vector.
    """

    layer: str
    channel: int
    pixel: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A weight times a number of the layer before; `place` is None where that lies in the border."""

    place: Place | None
    weight: float
    number: float

    @property
    def product(self) -> float:
        """What is added up."""
        return self.weight * self.number


@dataclass(frozen=True, slots=True)
class Part:
    """Terms that belong together: those of one channel of the layer before."""

    channel: int
    terms: tuple[Term, ...]

    @property
    def total(self) -> float:
        """Their sum."""
        return _sum([term.product for term in self.terms])


@dataclass(frozen=True, slots=True)
class LayerLedger:
    """How one number comes about.

    Parameters
    ----------
    place
        Which number.
    layer
        The layer that it is in.
    parts
        The terms, by channels of the layer before.
    extras
        What is added without a number of the layer before, with its name: a bias, what a ReLU takes away.
    """

    place: Place
    layer: Layer
    parts: tuple[Part, ...]
    extras: tuple[tuple[str, float], ...] = ()

    @property
    def total(self) -> float:
        """The number itself: the sum of all terms and extras; NaN where that has gone beyond all numbers."""
        products = (term.product for part in self.parts for term in part.terms)
        return _sum([*products, *(value for _, value in self.extras)])


def _sum(terms: list[float]) -> float:
    try:
        return fsum(terms)
    except (OverflowError, ValueError):
        # ∞ − ∞, of a network that has diverged.
        return nan


def layer_ledger(spec: NetworkSpec, parameters: Parameters, values: Values, place: Place) -> LayerLedger:
    """Write down how a number comes about, for the first of the pictures.

    Parameters
    ----------
    spec, parameters
        The network.
    values
        Its outputs, and the picture as "input": from `engine.inspect.backward.record`.
    place
        Which number; of a layer, not of the input.

    Raises
    ------
    ShapeError
        If there is no such number.
    """
    names = ("input", *spec.layer_names)
    if place.layer not in spec.layer_names:
        raise ShapeError(f"a ledger is of a layer ({', '.join(spec.layer_names)}), got {place.layer!r}")
    before = names[names.index(place.layer) - 1]
    _check(spec.shapes[place.layer], place)
    x = values[before][0].astype(np.float64)
    layer = spec.layer(place.layer)
    p = {
        name.split(".")[1]: value.astype(np.float64)
        for name, value in parameters.items()
        if name.split(".")[0] == place.layer
    }
    match layer:
        case Conv2D():
            return _convolution(layer, p, x, before, place)
        case Dense():
            return _dense(spec, layer, p, x, before, place)
        case MaxPool2D() | AvgPool2D():
            return _pool(layer, x, before, place)
        case GlobalAvgPool2D():
            share = 1 / prod(x.shape[1:])
            cells = [(i, j) for i in range(x.shape[1]) for j in range(x.shape[2])]
            return LayerLedger(place, layer, (_part(x, before, place.channel, cells, [share] * len(cells)),))
        case BatchNorm2D():
            factor = p["scale"] / np.sqrt(p["running_variance"] + layer.epsilon)
            moved = p["shift"] - p["running_mean"] * factor
            return _alone(
                layer, x, before, place, float(factor[place.channel]), ("shift", moved[place.channel])
            )
        case ReLU() | LeakyReLU() | Sigmoid() | Tanh():
            name = {"relu": "ReLU", "leakyrelu": "leaky ReLU"}.get(layer.kind, layer.kind)
            own = _number(x, place)
            return _alone(layer, x, before, place, 1.0, (name, _activated(layer, own) - own))
        case Flatten():
            _, h, w = x.shape
            channel, pixel = divmod(place.channel, h * w)
            source = Place(before, channel, divmod(pixel, w))
            return LayerLedger(place, layer, (Part(channel, (Term(source, 1.0, _number(x, source)),)),))
    return _alone(layer, x, before, place, 1.0)


def _check(shape: tuple[int, ...], place: Place) -> None:
    good = 0 <= place.channel < shape[0] and (place.pixel is None) == (len(shape) == 1)
    if good and place.pixel is not None:
        good = 0 <= place.pixel[0] < shape[1] and 0 <= place.pixel[1] < shape[2]
    if not good:
        raise ShapeError(f"the number must be in {place.layer}, of shape {shape}, got {place}")


def _number(x: Array, place: Place) -> float:
    return float(x[place.channel] if place.pixel is None else x[(place.channel, *place.pixel)])


def _alone(
    layer: Layer, x: Array, before: str, place: Place, weight: float, *extras: tuple[str, float]
) -> LayerLedger:
    """A ledger of one number at the same place."""
    source = Place(before, place.channel, place.pixel)
    part = Part(place.channel, (Term(source, weight, _number(x, place)),))
    return LayerLedger(place, layer, (part,), tuple((name, float(value)) for name, value in extras))


def _activated(layer: Layer, value: float) -> float:
    x = np.array([value])
    match layer:
        case ReLU():
            return float(functional.relu(x)[0])
        case LeakyReLU():
            return float(functional.leaky_relu(x, layer.slope)[0])
        case Sigmoid():
            return float(functional.sigmoid(x)[0])
    return float(functional.tanh(x)[0])


def _part(x: Array, before: str, channel: int, cells: list[tuple[int, int]], weights: list[float]) -> Part:
    """Terms of one channel; cells beyond the picture are border, and zero."""
    h, w = x.shape[1:]
    terms = []
    for (row, column), weight in zip(cells, weights, strict=True):
        inside = 0 <= row < h and 0 <= column < w
        source = Place(before, channel, (row, column)) if inside else None
        terms.append(Term(source, weight, float(x[channel, row, column]) if inside else 0.0))
    return Part(channel, tuple(terms))


def _cells(
    pixel: tuple[int, int],
    kernel: tuple[int, int],
    steps: tuple[int, int],
    dilation: tuple[int, int],
    sides: Sides,
) -> list[tuple[int, int]]:
    """Row and column under each cell of a window, row by row."""
    top, left = pixel[0] * steps[0] - sides[0][0], pixel[1] * steps[1] - sides[1][0]
    return [
        (top + i * dilation[0], left + j * dilation[1]) for i in range(kernel[0]) for j in range(kernel[1])
    ]


def _convolution(layer: Conv2D, p: dict[str, Array], x: Array, before: str, place: Place) -> LayerLedger:
    assert place.pixel is not None
    steps, dilation = pair(layer.stride, "stride"), pair(layer.dilation, "dilation")
    cells = _cells(place.pixel, layer.kernel, steps, dilation, layer.sides(x.shape))
    weight = p["weight"][place.channel]
    group = place.channel // (layer.filters // layer.groups)
    first = group * len(weight)
    parts = tuple(
        _part(x, before, first + channel, cells, values.ravel().tolist())
        for channel, values in enumerate(weight)
    )
    extras = (("bias", float(p["bias"][place.channel])),) if layer.bias else ()
    return LayerLedger(place, layer, parts, extras)


def _dense(
    spec: NetworkSpec, layer: Dense, p: dict[str, Array], x: Array, before: str, place: Place
) -> LayerLedger:
    weight = p["weight"][place.channel].tolist()
    terms = [Term(Place(before, i), w, float(v)) for i, (w, v) in enumerate(zip(weight, x, strict=True))]
    # Numbers of a flattened picture belong to its channels.
    flat = isinstance(spec.layer(before), Flatten)
    size = prod(spec.input_shapes[before][1:]) if flat else len(terms)
    parts = tuple(Part(i // size, tuple(terms[i : i + size])) for i in range(0, len(terms), size))
    extras = (("bias", float(p["bias"][place.channel])),) if layer.bias else ()
    return LayerLedger(place, layer, parts, extras)


def _pool(layer: MaxPool2D | AvgPool2D, x: Array, before: str, place: Place) -> LayerLedger:
    assert place.pixel is not None
    cells = _cells(place.pixel, layer.window, layer.steps, (1, 1), layer.sides)
    part = _part(x, before, place.channel, cells, [1 / len(cells)] * len(cells))
    if isinstance(layer, MaxPool2D):
        # The first of the largest; a border never wins.
        numbers = [term.number if term.place else -np.inf for term in part.terms]
        winner = int(np.argmax(numbers))
        terms = tuple(Term(t.place, float(i == winner), t.number) for i, t in enumerate(part.terms))
        part = Part(part.channel, terms)
    return LayerLedger(place, layer, (part,))
