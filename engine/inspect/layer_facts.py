"""What is known about a layer without running it: shapes, weights and the size formula."""

from dataclasses import dataclass, replace
from math import prod

from engine.geometry import Sides, pair
from engine.inspect.words import grouped, plural, shape_text
from engine.layers import AvgPool2D, Conv2D, MaxPool2D
from engine.spec import NetworkSpec

_NO_SIDES: Sides = ((0, 0), (0, 0))


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """One row of the network's table, as plain values.

    Shapes are (c, h, w) or (d,) without the batch. ``window`` is the size (kh, kw) of what slides
    over the picture, None where nothing slides; ``padding`` is in pixels, ((top, bottom),
    (left, right)).
    """

    name: str
    kind: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    weights: int = 0
    window: tuple[int, int] | None = None
    stride: tuple[int, int] = (1, 1)
    padding: Sides = _NO_SIDES
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1


def layer_facts(spec: NetworkSpec) -> tuple[LayerFacts, ...]:
    """List what is known about each layer of a network, in order."""
    rows = []
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        before = spec.input_shapes[name]
        row = LayerFacts(
            name=name,
            kind=type(layer).__name__,
            input_shape=before,
            output_shape=spec.shapes[name],
            weights=sum(prod(shape) for shape in layer.parameter_shapes(before).values()),
        )
        match layer:
            case Conv2D():
                row = replace(
                    row,
                    window=layer.kernel,
                    stride=pair(layer.stride, "stride"),
                    padding=layer.sides(before),
                    dilation=pair(layer.dilation, "dilation"),
                    groups=layer.groups,
                )
            case MaxPool2D() | AvgPool2D():
                row = replace(row, window=layer.window, stride=layer.steps, padding=layer.sides)
        rows.append(row)
    return tuple(rows)


def size_formula(
    size: int,
    window: int,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    dilation: int = 1,
) -> str:
    """Write how an output side follows from an input side, with the actual numbers.

    Parameters
    ----------
    size, window, stride, dilation : int
        Input side, window side, step and spacing, all in pixels.
    padding : tuple of int
        Pixels added before and after.

    Returns
    -------
    str
        ``(28 − 3) / 1 + 1 = 26``; padding and dilation appear only where they matter, and a
        division that leaves a rest says that it is rounded down.
    """
    reach = dilation * (window - 1) + 1
    before, after = padding
    added = f" + 2 × {before}" if before == after else f" + {before} + {after}"
    padded = f"{size}{added if before + after else ''}"
    window_text = f"({dilation} × {window - 1} + 1)" if dilation > 1 else str(window)
    room = size + before + after - reach
    rounding = ", rounded down" if room % stride else ""
    return f"({padded} − {window_text}) / {stride} + 1 = {room // stride + 1}{rounding}"


def layer_formula(facts: LayerFacts) -> str:
    """Write a layer's size formula, both sides where they differ; "" where nothing slides."""
    if facts.window is None or len(facts.input_shape) != 3:
        return ""
    lines = [
        size_formula(
            facts.input_shape[axis + 1],
            facts.window[axis],
            facts.stride[axis],
            facts.padding[axis],
            facts.dilation[axis],
        )
        for axis in (0, 1)
    ]
    if lines[0] == lines[1]:
        return lines[0]
    return f"rows {lines[0]}\ncolumns {lines[1]}"


def weight_formula(facts: LayerFacts) -> str:
    """Write where a layer's weights come from: ``8 filters × 1×3×3 + 8 biases = 80``."""
    if facts.weights == 0:
        return "none, nothing to learn here"
    outputs = facts.output_shape[0]
    if facts.window is not None and len(facts.input_shape) == 3:
        inputs = facts.input_shape[0] // facts.groups
        one = inputs * facts.window[0] * facts.window[1]
        text = f"{plural(outputs, 'filter')} × {shape_text((inputs, *facts.window))}"
    elif len(facts.input_shape) == 1:
        one = facts.input_shape[0]
        text = f"{plural(outputs, 'output')} × {plural(one, 'input')}"
    else:
        return grouped(facts.weights)
    rest = facts.weights - outputs * one
    if rest not in (0, outputs):
        return grouped(facts.weights)
    biases = f" + {plural(outputs, 'bias', 'biases')}" if rest else ""
    return f"{text}{biases} = {grouped(facts.weights)}"


def describe_layer(facts: LayerFacts) -> str:
    """Say in one sentence what a layer does with what it receives."""
    received = shape_text(facts.input_shape)
    sides = shape_text(facts.window) if facts.window else ""
    match facts.kind:
        case "Conv2D":
            inputs = plural(facts.input_shape[0] // facts.groups, "input channel")
            return (
                f"Slides {plural(facts.output_shape[0], 'filter')} of {sides} over {inputs}; "
                "each filter makes one output channel."
            )
        case "MaxPool2D":
            return f"Keeps the largest value of each {sides} window, channel by channel."
        case "AvgPool2D":
            return f"Averages each {sides} window, channel by channel."
        case "GlobalAvgPool2D":
            return "Averages each channel to one number."
        case "ReLU":
            return "Sets everything below zero to zero."
        case "LeakyReLU":
            return "Makes everything below zero much smaller."
        case "Sigmoid":
            return "Squeezes each value between 0 and 1."
        case "Tanh":
            return "Squeezes each value between −1 and 1."
        case "BatchNorm2D":
            return "Shifts and scales each channel to a steady range."
        case "Dropout":
            return "Drops values at random while training; passes everything otherwise."
        case "Flatten":
            return f"Writes {received} values in one row, channel after channel."
        case "Dense":
            return (
                f"{plural(facts.output_shape[0], 'weighted sum')} of "
                f"{plural(facts.input_shape[0], 'input')}, one weight for each pair."
            )
    return f"Turns {received} into {shape_text(facts.output_shape)}."
