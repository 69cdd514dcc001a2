"""The steps of a chain of layers, in words and as channels, without any geometry of the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from engine.inspect.words import plural, shape_text
from engine.lab import LayerResult, RunResult

Array: TypeAlias = NDArray[Any]
Kind: TypeAlias = Literal["picture", "outputs", "relu", "pool"]

PICTURE = -1
"""The layer number of the picture itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Channels, and the operation that made them. A value.

    Parameters
    ----------
    layer
        Counted from 0; `PICTURE` for the picture.
    kind
        What made them.
    words
        The operation's name in short lines: ("of channel 3", "2 filters 3×3").
    shape
        Their shape, "4×26×26"; "" where it is that of the stage before.
    detail
        The operation in one sentence.
    names
        What the channels are called.
    values
        ``(c, h, w)``.
    """

    layer: int
    kind: Kind
    words: tuple[str, ...]
    shape: str
    detail: str
    names: tuple[str, ...]
    values: Array

    @property
    def title(self) -> str:
        """What the readout calls it."""
        after = {"relu": " after ReLU", "pool": " after max pooling"}.get(self.kind, "")
        return "picture" if self.layer == PICTURE else f"layer {self.layer + 1}{after}"


def stages_of(run: RunResult, input_luts: Sequence[str]) -> tuple[Stage, ...]:
    """List the stages of a run, the picture first; its channels are named by their colour tables."""
    picture = run.picture
    if run.layers and run.layers[0].input.shape == picture.shape:
        # With the channels that are off as zeros.
        picture = run.layers[0].input
    stages = [_picture_stage(picture, input_luts)]
    for number, result in enumerate(run.layers):
        stages += _layer_stages(number, result)
    return tuple(stages)


def overview_text(stages: Sequence[Stage]) -> str:
    """Write a line per channel, tab-separated: its stage, name, shape, least, greatest and mean value."""
    lines = ["stage\tchannel\trows\tcolumns\tleast\tgreatest\tmean"]
    for stage in stages:
        for name, channel in zip(stage.names, stage.values, strict=True):
            rows, columns = channel.shape
            numbers = "\t".join(f"{value:.6g}" for value in (channel.min(), channel.max(), channel.mean()))
            lines.append(f"{stage.title}\t{name}\t{rows}\t{columns}\t{numbers}")
    return "\n".join(lines)


def _picture_stage(picture: Array, input_luts: Sequence[str]) -> Stage:
    count = len(picture)
    tables = (*input_luts, *["input"] * count)[:count]
    names = tuple(
        lut if lut != "input" else f"channel {i + 1}" if count > 1 else "grey" for i, lut in enumerate(tables)
    )
    shape = shape_text(picture.shape)
    detail = f"The picture: {plural(count, 'input channel')} of {shape_text(picture.shape[1:])} pixels"
    return Stage(PICTURE, "picture", ("picture",), shape, detail, names, picture)


def _layer_stages(number: int, result: LayerResult) -> list[Stage]:
    layer = result.layer
    names = tuple(one.name for one in layer.filters)
    size = shape_text(layer.filters[0].weight.shape[1:])
    words = [f"{plural(len(layer.filters), 'filter')} {size}"]
    if layer.takes is not None:
        words.insert(0, f"of channel {layer.takes + 1}")
    stages = [
        Stage(
            number,
            "outputs",
            tuple(words),
            shape_text(result.outputs.shape),
            _convolution_detail(number, result),
            names,
            result.outputs,
        )
    ]
    if layer.relu:
        detail = f"Layer {number + 1}, ReLU: what is negative becomes 0"
        stages.append(Stage(number, "relu", ("ReLU",), "", detail, names, result.activated))
    if layer.pool > 1:
        detail = (
            f"Layer {number + 1}, max pooling: of each {layer.pool} × {layer.pool} pixels "
            f"the greatest stays, {shape_text(result.activated.shape)} → {shape_text(result.passed.shape)}"
        )
        words = [f"max pool {layer.pool}"]
        shape = shape_text(result.passed.shape)
        stages.append(Stage(number, "pool", tuple(words), shape, detail, names, result.passed))
    return stages


def _convolution_detail(number: int, result: LayerResult) -> str:
    layer, geometry = result.layer, result.layer.geometry
    shape = shape_text(layer.filters[0].weight.shape)
    parts = [f"Layer {number + 1}: {plural(len(layer.filters), 'filter')} of {shape}"]
    if layer.operation == "convolution":
        parts.append("turned by 180° (convolution)")
    if geometry.stride != (1, 1):
        parts.append(f"stride {_pair_text(geometry.stride)}")
    if any(sum(result.sides, ())):
        parts.append(f"{geometry.border} border")
    if geometry.dilation != (1, 1):
        parts.append(f"dilation {_pair_text(geometry.dilation)}")
    shapes = f"{shape_text(result.input.shape)} → {shape_text(result.outputs.shape)}"
    return f"{', '.join(parts)}; {shapes}"


def _pair_text(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} × {pair[1]}"
