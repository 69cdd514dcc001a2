"""The pattern wall of one layer: what excites each of its channels, and what in it does.

Everything here comes in small pieces, so that whoever asks can stop between two of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.inspect.backward import Rule, back_to, record
from engine.inspect.fields import spanned_box
from engine.inspect.strongest import Strongest, StrongestPlaces, crop
from engine.network import Network
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]

# Pictures that go through the network between two moments at which one can stop.
AT_ONCE = 50
PATCHES = 9


def as_input(spec: NetworkSpec, pictures: Array) -> Array:
    """Bring pictures ``(n, h, w)`` or ``(n, c, h, w)``, uint8 or 0 to 1, to what a network takes.

    Grey pictures go into each of its input channels.

    Raises
    ------
    ShapeError
        If they have another size, or other channels.
    """
    x = pictures[:, None] if pictures.ndim == 3 else pictures
    if x.shape[1] == 1:
        x = np.repeat(x, spec.input_shape[0], axis=1)
    if x.shape[1:] != spec.input_shape:
        raise ShapeError(f"pictures for this network must be {spec.input_shape}, got {x.shape[1:]}")
    if x.dtype == np.uint8:
        return x.astype(np.float32) / np.float32(255)
    return x.astype(np.float32, copy=False)


class Search:
    """Looks for the strongest places of all convolutions, some pictures at a time.

    Parameters
    ----------
    network
        Whose; its buffers are used.
    pictures
        What it looks at, as in a `Dataset`.
    """

    def __init__(self, network: Network, pictures: Array) -> None:
        self._network, self._pictures = network, pictures
        self._places = {name: StrongestPlaces(PATCHES) for name in network.spec.convolutions}
        self._seen = 0

    @property
    def share(self) -> float:
        """How much of the pictures has been looked at, 0 to 1."""
        return self._seen / len(self._pictures)

    @property
    def done(self) -> bool:
        """Whether all have."""
        return self._seen >= len(self._pictures)

    def advance(self) -> None:
        """Look at the next few pictures."""
        part = self._pictures[self._seen : self._seen + AT_ONCE]
        found = self._network.activations(as_input(self._network.spec, part))
        for name, places in self._places.items():
            places.add(found[name])
        self._seen += len(part)

    def result(self, layer: str) -> Strongest:
        """Give the strongest places of a convolution."""
        return self._places[layer].result()


@dataclass(frozen=True, slots=True, eq=False)
class ChannelPatterns:
    """What excites one channel most, the strongest first.

    Parameters
    ----------
    layer, channel
        Which channel.
    values
        What the channel makes of each, ``(k,)``.
    pictures, pixels
        Numbers of the pictures, and the (row, column) of the channel's pixel.
    patches
        What that pixel sees of each picture, ``(k, c, h, w)``; beyond the picture is paper.
    projections
        What is carried back to there from the pixel, of the same shape, signed.
    rule
        By which way.
    """

    layer: str
    channel: int
    values: Array
    pictures: tuple[int, ...]
    pixels: tuple[tuple[int, int], ...]
    patches: Array
    projections: Array
    rule: Rule

    @property
    def is_dead(self) -> bool:
        """Whether no picture excites it: behind a ReLU it is zero everywhere."""
        return bool(self.values[0] <= 0) if len(self.values) else True


def patterns_of(
    network: Network, pictures: Array, layer: str, strongest: Strongest, rule: Rule, channels: Sequence[int]
) -> Iterator[ChannelPatterns]:
    """Cut out the patches of some channels and carry back what excites them, channel by channel."""
    spec, parameters = network.spec, network.parameters
    for channel in channels:
        chosen = strongest.pictures[channel]
        x = as_input(spec, pictures[chosen])
        values = record(network, x)
        pixels = tuple(
            zip(strongest.rows[channel].tolist(), strongest.columns[channel].tolist(), strict=True)
        )
        seed = np.zeros_like(values[layer])
        for place, (row, column) in enumerate(pixels):
            seed[place, channel, row, column] = 1
        carried = back_to(spec, parameters, values, layer, seed, rule)
        boxes = [spanned_box(spec, layer, pixel) for pixel in pixels]
        yield ChannelPatterns(
            layer,
            channel,
            strongest.values[channel],
            tuple(chosen.tolist()),
            pixels,
            np.stack([crop(picture, box) for picture, box in zip(x, boxes, strict=True)]),
            np.stack([crop(each, box) for each, box in zip(carried, boxes, strict=True)]),
            rule,
        )
