"""What channels are ordered by that takes longer than a frame: importance and names, computed on a thread."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.channels import by_name, by_size, filter_names
from engine.inspect.saliency import importance
from engine.lab.from_network import convolution_of
from engine.spec import NetworkSpec
from gui.frames import Frame
from gui.pages.inside.channel_tools import Order
from gui.pages.inside.channel_words import importance_captions


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question: the channels of a layer, asked for an order that was chosen at a certain turn."""

    frame: Frame
    layer: str
    order: Order
    turn: int


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The answer: channels in that order, and what is written on each, by number."""

    asked: Asked
    order: tuple[int, ...]
    captions: tuple[str, ...]


def measure(asked: Asked) -> Measured:
    """Find out what the channels of a frame are ordered by."""
    frame, layer = asked.frame, asked.layer
    if asked.order == "name":
        names = channel_names(frame.spec, frame.parameters, layer)
        return Measured(asked, tuple(by_name(names)), names)
    found = importance(frame.spec, frame.parameters, frame.values, layer, frame.verdict.label)[0]
    return Measured(asked, tuple(by_size(found)), importance_captions(found))


def channel_names(spec: NetworkSpec, parameters: Any, layer: str) -> tuple[str, ...]:
    """Name each channel: by its filter, a logit by its class; "" where there is nothing to name it by."""
    convolution = convolution_of(spec, layer)
    if convolution is not None:
        weight: NDArray[np.floating] = parameters[f"{convolution}.weight"]
        return filter_names(weight)
    if layer == spec.layer_names[-1]:
        # Its number counts from 1: a digit alone beside it would be taken for another number.
        return tuple(f"class {name}" if name.isdigit() else name for name in spec.classes)
    shape = spec.input_shape if layer == "input" else spec.shapes[layer]
    return ("",) * shape[0]
