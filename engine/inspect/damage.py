"""What each digit's accuracy loses when a filter is switched off: for every filter of a layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.inspect.backward import record
from engine.inspect.patterns import as_input
from engine.inspect.tail import tail_of
from engine.layers import BatchNorm2D, Conv2D
from engine.network import Network, check_labels
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]

# Pictures whose channels are kept at a time.
AT_ONCE = 250


@dataclass(frozen=True, slots=True, eq=False)
class Damage:
    """Accuracy by class, with all filters and without each.

    Parameters
    ----------
    layer
        Whose filters.
    share
        How much of the work is done, 0 to 1; only at 1 are the numbers those of all pictures.
    before
        ``(classes,)``, NaN for a class without pictures.
    after
        ``(filters, classes)``, without that filter.
    """

    layer: str
    share: float
    before: Array
    after: Array

    @property
    def lost(self) -> Array:
        """By how much each class's accuracy falls without a filter, ``(filters, classes)``."""
        return self.before - self.after


def damage(
    spec: NetworkSpec, parameters: Parameters, layer: str, pictures: Array, labels: Array
) -> Iterator[Damage]:
    """Switch off one filter of a convolution after the other; gives what is known after each.

    The layers up to the convolution are computed once, those behind it once for every filter.

    Parameters
    ----------
    spec, parameters, layer
        The network, and a convolution of it.
    pictures, labels
        As in a `Dataset`.

    Raises
    ------
    ConfigError, ShapeError
        If the layer is no convolution, or pictures or labels do not fit.
    """
    made = spec.layer(layer) if layer in spec.layer_names else None
    if not isinstance(made, Conv2D):
        raise ConfigError(f"the layer must be a convolution of the network, got {layer}")
    filters, classes = made.filters, len(spec.classes)
    labels = check_labels(labels, len(pictures), classes)
    # A filter that is off leaves zeros behind a batch normalisation, too; see `surgery.operate`.
    place = spec.layer_names.index(layer) + 1
    silenced = layer
    if place < len(spec.layers) and isinstance(spec.layers[place], BatchNorm2D):
        silenced = spec.layer_names[place]
    network, tail = Network.from_parameters(spec, parameters), tail_of(spec, parameters, silenced)
    counts = np.bincount(labels, minlength=classes)
    right = np.zeros((filters + 1, classes), np.int64)
    starts = range(0, len(pictures), AT_ONCE)
    for number, start in enumerate(starts):
        part, true = pictures[start : start + AT_ONCE], labels[start : start + AT_ONCE]
        channels = np.array(record(network, as_input(spec, part))[silenced])
        for off in range(-1, filters):
            kept = channels[:, off].copy()
            if off >= 0:
                channels[:, off] = 0
            answers = tail.forward(channels).argmax(axis=1)
            channels[:, off] = kept
            right[off + 1] += np.bincount(true[answers == true], minlength=classes)
            share = (number * (filters + 1) + off + 2) / (len(starts) * (filters + 1))
            found = np.full(right.shape, np.nan)
            np.divide(right, counts, out=found, where=counts > 0)
            yield Damage(layer, share, found[0], found[1:])
