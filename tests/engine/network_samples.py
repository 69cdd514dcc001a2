"""Random networks, pictures and labels for tests, as Hypothesis strategies; and a few fixed ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.geometry import Padding
from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
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

SMALL = NetworkSpec(
    (1, 12, 12),
    (Conv2D(4, 3), ReLU(), MaxPool2D(2), Conv2D(6, 3), ReLU(), Flatten(), Dense(4)),
)
EVERYTHING = NetworkSpec(
    (2, 12, 12),
    (
        Conv2D(4, 3, padding="same", groups=2),
        BatchNorm2D(),
        LeakyReLU(0.1),
        MaxPool2D(3, 2, 1),
        Dropout(0.25),
        Conv2D(6, 2, stride=(1, 2), dilation=2, bias=False),
        Tanh(),
        AvgPool2D(2, 1),
        Sigmoid(),
        GlobalAvgPool2D(),
        Flatten(),
        Dense(5),
        ReLU(),
        Dense(3, initial="glorot"),
    ),
    ("circle", "square", "cross"),
)


@dataclass(frozen=True)
class Case:
    """A network with its numbers and a batch for it, in float64."""

    spec: NetworkSpec
    parameters: Parameters
    x: NDArray[Any]
    y: NDArray[np.int64]


def values_for(spec: NetworkSpec, rng: np.random.Generator, *, whole: bool = False) -> Parameters:
    """Draw parameters that are alive everywhere: no zero biases, running variances above zero."""
    parameters = Parameters(spec.layout, dtype=np.float64)
    for name, part in parameters.items():
        if name.endswith("variance"):
            part[...] = rng.uniform(0.5, 2, part.shape)
        elif whole:
            part[...] = rng.integers(-2, 3, part.shape)
        else:
            part[...] = rng.normal(0, 1 / max(1, part[0].size) ** 0.5, part.shape)
    return parameters


def pictures_for(
    spec: NetworkSpec, count: int, rng: np.random.Generator, *, whole: bool = False
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Draw pictures and labels for a network; `whole` numbers are full of ties."""
    shape = (count, *spec.input_shape)
    x = rng.integers(-1, 2, shape).astype(float) if whole else rng.normal(size=shape)
    return x, rng.integers(0, len(spec.classes), count)


def digits_like(count: int, *, classes: int = 4, side: int = 12, seed: int = 0) -> Any:
    """Make pictures that can be learned: a bright bar whose place tells the class; uint8, and labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    pictures = rng.integers(0, 60, (count, 1, side, side), dtype=np.uint8)
    width = side // classes
    for picture, label in zip(pictures, labels, strict=True):
        picture[0, :, label * width : (label + 1) * width] += 150
    return pictures, labels


@st.composite
def convolutions(draw: st.DrawFn, channels: int, side: int) -> Conv2D:
    """Draw a convolution for pictures of so many channels and at least `side` × `side` pixels."""
    groups = draw(st.sampled_from([g for g in (1, 2, 3) if channels % g == 0]))
    padding: Padding = draw(st.sampled_from(["valid", "same", 1, (0, 2)]))
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    if any(d * (k - 1) + 1 > side for d, k in zip(dilation, kernel, strict=True)):
        kernel, dilation = (1, 1), (1, 1)
    return Conv2D(
        groups * draw(st.integers(1, 3)),
        kernel,
        stride=draw(st.tuples(st.integers(1, 3), st.integers(1, 2))),
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=draw(st.booleans()),
    )


@st.composite
def blocks(draw: st.DrawFn, channels: int, side: int) -> tuple[Layer, ...]:
    """Draw what networks are made of: a few layers that often stand together."""
    odd = [k for k in (1, 3, 5) if k <= side]
    joined: tuple[Layer, ...] = (
        Conv2D(
            draw(st.integers(1, 4)),
            draw(st.sampled_from(odd)),
            padding=draw(st.sampled_from(["valid", "same", 1, (2, 0)])),
            bias=draw(st.booleans()),
        ),
        *draw(st.sampled_from([(), (ReLU(),)])),
        MaxPool2D(2),
    )
    size = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    size = tuple(min(s, side) for s in size)
    pools = {
        "stride": draw(st.sampled_from([None, 1, (2, 3)])),
        "padding": tuple(draw(st.integers(0, s // 2)) for s in size),
    }
    general = draw(convolutions(channels, side))
    activation = draw(st.sampled_from([ReLU(), LeakyReLU(0.2), Sigmoid(), Tanh()]))
    choices: list[tuple[Layer, ...]] = [
        joined,
        (general, activation),
        (general, BatchNorm2D(), activation),
        (activation,),
        (MaxPool2D(size, **pools),),
        (AvgPool2D(size, **pools),),
        (Dropout(0.5),),
        (GlobalAvgPool2D(),),
    ]
    return draw(st.sampled_from(choices))


@st.composite
def specs(draw: st.DrawFn) -> NetworkSpec:
    """Draw a small network of any layers that fit each other."""
    channels = draw(st.integers(1, 3))
    shape = (channels, draw(st.integers(4, 11)), draw(st.integers(4, 11)))
    layers: list[Layer] = []
    at = shape
    for _ in range(draw(st.integers(0, 3))):
        block = draw(blocks(at[0], min(at[1:])))
        try:
            after = at
            for layer in block:
                after = layer.output_shape(after)
        except ValueError:
            continue
        layers, at = [*layers, *block], after
    layers.append(Flatten())
    if draw(st.booleans()):
        layers += [
            Dense(draw(st.integers(1, 5)), bias=draw(st.booleans())),
            draw(st.sampled_from([ReLU(), Tanh()])),
        ]
    return NetworkSpec(shape, (*layers, Dense(draw(st.integers(2, 4)))))


@st.composite
def cases(draw: st.DrawFn, *, whole: bool = False) -> Case:
    """Draw a network, its numbers and a batch of 1 to 11 pictures."""
    spec = draw(specs())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, y = pictures_for(spec, draw(st.integers(1, 11)), rng, whole=whole)
    return Case(spec, values_for(spec, rng, whole=whole), x, y)
