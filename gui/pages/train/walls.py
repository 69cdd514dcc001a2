"""From a frame to the tiles of the Train page: pure functions."""

from dataclasses import dataclass

from engine.inspect.tiles import TileSet, change_captions, channel_tiles, filter_tiles, nice_scale
from engine.layers import BatchNorm2D, Conv2D, Dropout, ReLU
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from gui.frames import Frame

# What may stand between a convolution and its ReLU without making other channels of it.
_BETWEEN = (BatchNorm2D, Dropout)


@dataclass(frozen=True, slots=True)
class ConvolutionPlace:
    """A convolution, and the layer whose output is shown for it: its ReLU where one follows."""

    layer: str
    output: str


@dataclass(frozen=True, slots=True, eq=False)
class Walls:
    """Everything that the page shows of one convolution at one step."""

    filters: TileSet
    start: TileSet
    change: TileSet
    channels: TileSet


@dataclass(slots=True)
class Scales:
    """Values drawn at full strength. They only grow within a run, so that pictures do not breathe."""

    weight: float | None = None
    change: float | None = None
    channel: float | None = None


def convolutions(spec: NetworkSpec) -> tuple[ConvolutionPlace, ...]:
    """The convolutions of a network, in order."""
    places = []
    for i, (name, layer) in enumerate(zip(spec.layer_names, spec.layers, strict=True)):
        if isinstance(layer, Conv2D):
            j = i + 1
            while isinstance(spec.layers[j], _BETWEEN):
                j += 1
            output = spec.layer_names[j] if isinstance(spec.layers[j], ReLU) else name
            places.append(ConvolutionPlace(name, output))
    return tuple(places)


def walls_of(
    frame: Frame,
    place: ConvolutionPlace,
    scales: Scales,
    before: Parameters | None,
    *,
    since_start: bool,
) -> Walls:
    """Compute the tiles of one convolution.

    Parameters
    ----------
    scales
        Of this run and layer; raised where the values have outgrown them.
    before
        Parameters of the frame that was on screen before.
    since_start
        Whether the changes are those since the start of the run, or since that frame.
    """
    key = f"{place.layer}.weight"
    weight = frame.parameters[key]
    start = weight if frame.reference is None else frame.reference[key]
    reference = start if since_start else weight if before is None else before[key]
    change = weight - reference
    maps = frame.activations[place.output]
    signed = place.output == place.layer
    scales.weight = nice_scale(weight, scales.weight)
    # Since the start a change grows, and the scale with it; from frame to frame it is drawn to its own.
    scales.change = nice_scale(change, scales.change if since_start else None)
    scales.channel = nice_scale(maps, scales.channel)
    return Walls(
        filter_tiles(place.layer, weight, scales.weight, change_captions(weight, reference)),
        filter_tiles(place.layer, start, scales.weight),
        filter_tiles(place.layer, change, scales.change),
        channel_tiles(place.output, maps, signed, scales.channel),
    )
