"""What is drawn at full strength on Convolve: fixed while one thing is looked at, lest pictures breathe."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.tiles import nice_scale
from gui.pages.convolve.lab_model import Lab
from gui.pages.convolve.lab_worker import Evaluation

# Text books print −1 black, 0 grey and 1 white, whatever else there is: a Sobel's 2 is as white as a 1.
CLASSIC_END = 1.0


@dataclass(frozen=True, slots=True)
class Scales:
    """Values drawn at full strength in one layer, each above 0, shared by all its filters."""

    weight: float
    input: float
    output: float
    part: float


class ScaleKeeper:
    """Chooses scales anew for another layer, source or geometry; otherwise they only grow."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], tuple[object, float]] = {}

    def weight_scale(self, lab: Lab, number: int, *, classic: bool) -> float:
        """Give the weight drawn at full strength in layer `number`; the classic palette ends at ±1."""
        weight = lab.setup.layers[number].weight
        scale = self._scale(number, "weight", weight, weight.shape)
        return CLASSIC_END if classic else scale

    def scales(self, evaluation: Evaluation, number: int, *, classic: bool) -> Scales:
        """Give the scales of layer `number`, which must have been computed."""
        result, lab = evaluation.run.layers[number], evaluation.lab
        layer = lab.setup.layers[number]
        key = (lab.source.kind, lab.source.name, layer.weight.shape, layer.geometry, layer.takes)
        parts = result.outputs if evaluation.parts is None or number != evaluation.layer else evaluation.parts
        return Scales(
            self.weight_scale(lab, number, classic=classic),
            self._scale(number, "input", result.input, key),
            self._scale(number, "output", result.outputs, key),
            self._scale(number, "part", parts, key),
        )

    def forget(self) -> None:
        """Choose everything anew: another kernel was put in, not only a cell changed."""
        self._kept.clear()

    def _scale(self, number: int, name: str, values: NDArray[Any], key: object) -> float:
        old_key, old = self._kept.get((number, name), (None, None))
        scale = nice_scale(values, old if old_key == key else None)
        self._kept[number, name] = key, scale
        return scale


def brightest_place(evaluation: Evaluation) -> int:
    """Where the selected output channel responds most: an output pixel, counted row by row."""
    outputs = evaluation.run.layers[evaluation.layer].outputs[evaluation.filter]
    return int(np.argmax(outputs))
