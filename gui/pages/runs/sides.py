"""From the frames of two runs to what is shown of them side by side: pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.inspect.tiles import TileSet, channel_tiles, filter_tiles, nice_scale
from engine.inspect.words import grouped, plural, shape_text
from engine.spec import NetworkSpec
from gui.frames import Frame
from gui.pages.train.walls import ConvolutionPlace, Scales, convolutions
from gui.widgets.class_bars import percent


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A run's filters of one convolution and its output channels; None for a network without it."""

    filters: TileSet | None
    channels: TileSet | None


NOTHING = Side(None, None)


def shared_convolutions(specs: Sequence[NetworkSpec]) -> tuple[str, ...]:
    """Name the convolutions of all these networks, each once, in order."""
    names = [place.layer for spec in specs for place in convolutions(spec)]
    # "conv2" is after "conv1" whichever network has it.
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (len(name), name)))


def side_of(frame: Frame | None, layer: str, weight_scale: float, channel_scale: float) -> Side:
    """Make the tiles of a convolution of one of both, to these scales."""
    place = None if frame is None else _place(frame.spec, layer)
    if frame is None or place is None:
        return NOTHING
    weight, maps = frame.parameters[f"{layer}.weight"], frame.activations[place.output]
    # The layer's name stands once above both: what is left has room beside the legend.
    filters = f"{plural(len(weight), 'filter')} of {shape_text(weight.shape[1:])}"
    channels = f"{plural(len(maps), 'channel')} of {shape_text(maps.shape[1:])}"
    return Side(
        filter_tiles(layer, weight, weight_scale, title=filters),
        channel_tiles(place.output, maps, place.output == layer, channel_scale, title=channels),
    )


def sides(
    first: Frame | None,
    second: Frame | None,
    layer: str,
    scales: Scales,
    make: Callable[[Frame | None, str, float, float], Side] = side_of,
) -> tuple[Side, Side]:
    """Make the tiles of a convolution of both, to ONE scale.

    Parameters
    ----------
    first, second
        Frames of the same picture; None for what is not there yet.
    layer
        Name of the convolution.
    scales
        Of this pair and layer; raised where the values of either have outgrown them.
    make
        `side_of`, or what remembers what that made.
    """
    found = [
        (frame, place)
        for frame in (first, second)
        if frame is not None and (place := _place(frame.spec, layer)) is not None
    ]
    for frame, place in found:
        scales.weight = nice_scale(frame.parameters[f"{layer}.weight"], scales.weight)
        scales.channel = nice_scale(frame.activations[place.output], scales.channel)
    weight, channel = scales.weight or 1.0, scales.channel or 1.0
    return make(first, layer, weight, channel), make(second, layer, weight, channel)


def answer_words(frame: Frame) -> str:
    """Say what the network answers: "7 · 98.2 %"."""
    if frame.verdict.kind == "blank":
        return "nothing drawn"
    label = f"{frame.spec.classes[frame.verdict.label]} · {percent(frame.verdict.probability)}"
    return label if frame.verdict.kind == "digit" else f"no digit, or {label}"


def step_words(frame: Frame, wanted: int | None = None, last: int | None = None) -> str:
    """Say which step is shown; where another one is wanted, whether it is the last one recorded or before."""
    if frame.step is None:
        return ""
    words = f"step {grouped(frame.step)}"
    if wanted is None or wanted == frame.step:
        return words
    return f"{words}, its last" if frame.step == last else f"{words}, nearest before"


def _place(spec: NetworkSpec, layer: str) -> ConvolutionPlace | None:
    return next((place for place in convolutions(spec) if place.layer == layer), None)
