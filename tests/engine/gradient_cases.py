"""Thirty random networks with numbers and a batch each, the same ones every time."""

import numpy as np

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
from engine.spec import NetworkSpec
from tests.engine.network_samples import Case, pictures_for, values_for

COUNT = 30
_PROJECTIONS = 2


def gradient_case(number: int) -> Case:
    """Make network `number`, from 0 to `COUNT`."""
    rng = np.random.default_rng((2026, number))
    channels, side = int(rng.integers(1, 4)), int(rng.integers(9, 15))
    spec = NetworkSpec((channels, side, side), (*_features(rng, channels, side), *_answer(rng)))
    return Case(spec, values_for(spec, rng), *pictures_for(spec, 5, rng))


def fingerprint(gradient: np.ndarray) -> list[float]:
    """Bring a gradient down to a few numbers: its length, and its projections on fixed random directions."""
    flat = gradient.astype(np.float64).ravel()
    directions = np.random.default_rng(7).normal(size=(_PROJECTIONS, flat.size))
    return [float(np.linalg.norm(flat)), *map(float, directions @ flat)]


def _features(rng: np.random.Generator, channels: int, side: int) -> list[Layer]:
    layers: list[Layer] = []
    for _ in range(int(rng.integers(1, 4))):
        convolution = _convolution(rng, channels, side)
        shape = convolution.output_shape((channels, side, side))
        channels, side = shape[0], min(shape[1:])
        layers.append(convolution)
        if rng.random() < 0.3:
            layers.append(BatchNorm2D())
        layers.append([ReLU(), ReLU(), LeakyReLU(0.1), Tanh(), Sigmoid()][rng.integers(5)])
        if side >= 4 and rng.random() < 0.6:
            pool = [MaxPool2D(2), MaxPool2D(3, 2, 1), AvgPool2D(2), MaxPool2D(2, 1)][rng.integers(4)]
            layers.append(pool)
            side = pool.output_shape((channels, side, side))[1]
    if rng.random() < 0.2:
        layers.append(GlobalAvgPool2D())
    return layers


def _convolution(rng: np.random.Generator, channels: int, side: int) -> Conv2D:
    kernel = tuple(int(k) for k in rng.integers(1, min(5, side) + 1, 2))
    largest = max(kernel)
    dilation = 2 if 2 * (largest - 1) + 1 <= side and rng.random() < 0.2 else 1
    groups = channels if channels > 1 and rng.random() < 0.25 else 1
    return Conv2D(
        groups * int(rng.integers(1, 5)),
        kernel,
        stride=2 if side > 6 and rng.random() < 0.2 else 1,
        padding=int(rng.integers(0, 3)) if rng.random() < 0.5 else 0,
        dilation=dilation,
        groups=groups,
        bias=bool(rng.random() < 0.8),
    )


def _answer(rng: np.random.Generator) -> list[Layer]:
    hidden: list[Layer] = [Dense(int(rng.integers(3, 9))), ReLU()] if rng.random() < 0.5 else []
    return [Flatten(), *hidden, Dense(int(rng.integers(2, 6)))]
