"""A picture that a channel would like to see: gradient ascent from noise.

Each step moves the pictures along the gradient of the channel's middle pixel, as it is before any ReLU of
its own. What keeps them smooth: they are moved about by a pixel or two before the step and back after it,
blurred a little, and faded. Towards the end all that stops, and only the ascent goes on. Sources: Erhan et
al. (2009); Yosinski et al. (2015) for blur and decay; Mordvintsev, Olah and Tyka (2015) for the jitter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.front import front_of
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ascent:
    """How pictures are made.

    Parameters
    ----------
    steps
        How many there are.
    rate
        Length of a step, as the root mean square over the pixels, where 1 is from black to white.
    jitter
        Pixels that the picture is moved about at most; less on small pictures.
    blur
        Share of each pixel that is replaced by the mean of its four neighbours, at each step.
    decay
        Share of its distance from black that each pixel loses at each step.
    polish
        Share of the steps, at the end, without jitter, blur and decay.
    start
        Largest of the random pixels that it begins with.
    """

    steps: int = 64
    rate: float = 0.06
    jitter: int = 2
    blur: float = 0.12
    decay: float = 0.01
    polish: float = 0.4
    start: float = 0.3


USUAL = Ascent()

# The first step of the polishing is so many times as long as those before.
_POLISHING = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Dream:
    """The pictures after one step.

    ``pictures`` are ``(channels, c, h, w)``, 0 to 1. ``values`` ``(channels,)`` is what each channel makes of
    its own; ``stuck`` tells where there is no way up: the gradient is zero everywhere.
    """

    step: int
    pictures: Array
    values: Array
    stuck: NDArray[np.bool_]


def dream(
    spec: NetworkSpec,
    parameters: Parameters,
    layer: str,
    channels: Sequence[int],
    ascent: Ascent = USUAL,
    *,
    seed: int = 0,
) -> Iterator[Dream]:
    """Make a picture for each of some channels of a layer; gives them before the first and after each step.

    The last one holds the best of all steps without jitter, blur and decay. The pictures have the size of the
    channel's receptive field, or of the whole picture where that field reaches beyond it.
    """
    front = front_of(spec, parameters, layer)
    network = front.network
    rng = np.random.default_rng(seed)
    shape = (len(channels), *network.spec.input_shape)
    pictures = (rng.random(shape) * ascent.start).astype(np.float32)
    outputs = np.array([front.output(channel) for channel in channels], np.int64)
    every = np.arange(len(channels))
    seeds = np.zeros((len(channels), len(network.spec.classes)), np.float32)
    seeds[every, outputs] = 1
    calm = round(ascent.steps * (1 - ascent.polish))
    jitter = min(ascent.jitter, min(shape[2:]) // 8)
    best, best_values = pictures, np.full(len(channels), -np.inf, np.float32)
    for step in range(ascent.steps + 1):
        rough = step < calm
        shift = tuple(rng.integers(-jitter, jitter + 1, 2)) if rough and jitter else (0, 0)
        moved = np.roll(pictures, shift, (2, 3))
        logits, gradient = network.input_gradient(moved, seeds)
        values = logits[every, outputs]
        size = np.sqrt(np.mean(gradient**2, axis=(1, 2, 3), keepdims=True))
        if not rough:
            better = values > best_values
            best = np.where(better[:, None, None, None], pictures, best)
            best_values = np.where(better, values, best_values)
        last = step == ascent.steps
        shown, shown_values = (best, best_values) if last else (pictures, values)
        yield Dream(step, shown.copy(), shown_values, (size == 0).reshape(-1))
        if last:
            return
        way = np.divide(gradient, size, out=np.zeros_like(gradient), where=size > 0)
        rate = ascent.rate
        if not rough:
            # Pixels that matter little go along, too: at the end none shall be left half way. The step
            # shrinks as the polishing goes on, so that it comes to rest.
            way = np.sign(way) * np.sqrt(np.abs(way))
            rate *= _POLISHING * (ascent.steps - step) / (ascent.steps - calm)
        pictures = np.roll(moved + np.float32(rate) * way, (-shift[0], -shift[1]), (2, 3))
        if rough:
            pictures = (1 - np.float32(ascent.decay)) * _blurred(pictures, ascent.blur)
        np.clip(pictures, 0, 1, out=pictures)


def _blurred(pictures: Array, share: float) -> Array:
    """Mix each pixel with the mean of its four neighbours; at the edge, the edge goes on."""
    wide = np.pad(pictures, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    around = wide[:, :, :-2, 1:-1] + wide[:, :, 2:, 1:-1] + wide[:, :, 1:-1, :-2] + wide[:, :, 1:-1, 2:]
    return pictures * np.float32(1 - share) + around * np.float32(share / 4)
