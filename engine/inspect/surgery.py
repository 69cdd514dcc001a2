"""Changed filters: off, scaled, replaced or painted; and what each digit's accuracy loses by it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.layers import BatchNorm2D, Conv2D
from engine.metrics import Evaluation
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class FilterEdit:
    """One filter of a convolution, changed.

    Parameters
    ----------
    layer, filter
        Which one.
    factor
        What its weights and its bias are multiplied by; 0 switches it off.
    weight
        Numbers ``(input channels, kh, kw)`` in place of its weights, as nested tuples; None leaves them.
    """

    layer: str
    filter: int
    factor: float = 1.0
    weight: tuple[tuple[tuple[float, ...], ...], ...] | None = None


def operate(spec: NetworkSpec, parameters: Parameters, edits: tuple[FilterEdit, ...]) -> Parameters:
    """Give a copy of the parameters with some filters changed.

    A filter that is switched off gives a channel of zeros; a batch normalisation right behind it would turn
    that into another constant, so that its numbers for the channel are switched off as well.

    Raises
    ------
    ConfigError, ShapeError
        If there is no such filter, or new weights do not fit.
    """
    changed = parameters.copy()
    for edit in edits:
        layers = dict(zip(spec.layer_names, spec.layers, strict=True))
        layer = layers.get(edit.layer)
        if not isinstance(layer, Conv2D) or not 0 <= edit.filter < layer.filters:
            raise ConfigError(f"the filter must be one of a convolution, got {edit.layer} {edit.filter}")
        weight = changed[f"{edit.layer}.weight"][edit.filter]
        if edit.weight is not None:
            new = np.array(edit.weight, weight.dtype)
            if new.shape != weight.shape:
                raise ShapeError(f"the new weights must have shape {weight.shape}, got {new.shape}")
            weight[...] = new
        weight *= weight.dtype.type(edit.factor)
        if layer.bias:
            changed[f"{edit.layer}.bias"][edit.filter] *= weight.dtype.type(edit.factor)
        if edit.factor == 0:
            _silence_norm(spec, changed, edit)
    return changed


def _silence_norm(spec: NetworkSpec, parameters: Parameters, edit: FilterEdit) -> None:
    after = spec.layer_names.index(edit.layer) + 1
    if after < len(spec.layers) and isinstance(spec.layers[after], BatchNorm2D):
        for part in ("scale", "shift"):
            parameters[f"{spec.layer_names[after]}.{part}"][edit.filter] = 0


def accuracy_by_class(evaluation: Evaluation) -> Array:
    """Share of right answers among the pictures of each class, ``(classes,)``; NaN where there are none."""
    counts = evaluation.confusion.sum(axis=1)
    found = np.full(len(counts), np.nan)
    return np.divide(np.diag(evaluation.confusion), counts, out=found, where=counts > 0)
