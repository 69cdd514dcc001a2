"""Where an answer is sensitive: gradient, deconvnet, Grad-CAM and occlusion of one picture.

None of them says why a network answers as it does. Each says what the answer, or the difference between two
answers, is sensitive to.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.functional import softmax
from engine.inspect.backward import Rule, Values, back_to
from engine.inspect.occlusion import covered
from engine.layers import BatchNorm2D, Dropout, LeakyReLU, ReLU, Sigmoid, Tanh
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec

Array: TypeAlias = NDArray[Any]

# What may follow a convolution and leaves its channels what they are.
_OF_CHANNELS = (BatchNorm2D, Dropout, LeakyReLU, ReLU, Sigmoid, Tanh)


def class_seed(spec: NetworkSpec, count: int, label: int, other: int | None = None) -> Array:
    """Ask for the logit of a class, or for how much it leads that of another: ``(count, classes)``."""
    seed = np.zeros((count, len(spec.classes)), np.float32)
    seed[:, label] = 1
    if other is not None:
        seed[:, other] -= 1
    return seed


def sensitivity(
    spec: NetworkSpec,
    parameters: Parameters,
    values: Values,
    label: int,
    rule: Rule = "gradient",
    *,
    other: int | None = None,
) -> Array:
    """Tell how a logit answers to each pixel of the pictures, ``(n, c, h, w)``, signed.

    With `other`, how its lead over that class's logit does. For a linear way of carrying back ("gradient"),
    that is the difference of the two; for the others it is not, and the way back is gone with both at once.
    """
    seed = class_seed(spec, len(values["input"]), label, other)
    return back_to(spec, parameters, values, spec.layer_names[-1], seed, rule)


def features_behind(spec: NetworkSpec, layer: str) -> str:
    """Name the layer where a convolution's channels are ready: its ReLU, where one follows."""
    place = spec.layer_names.index(layer)
    while isinstance(spec.layers[place + 1], _OF_CHANNELS):
        place += 1
    return spec.layer_names[place]


def last_features(spec: NetworkSpec) -> str:
    """Name where the last convolution's channels are ready: where Grad-CAM looks.

    ConfigError for a network without convolution.
    """
    if not spec.convolutions:
        raise ConfigError("Grad-CAM needs a network with a convolution, got one without")
    return features_behind(spec, spec.convolutions[-1])


def importance(spec: NetworkSpec, parameters: Parameters, values: Values, layer: str, label: int) -> Array:
    """How much a logit would fall if each channel of a layer were zero, to first order: ``(n, channels)``.

    The sum over the channel's pixels of value times gradient; `layer` may also give a vector, or be "input".
    Source: Molchanov et al. (2017).
    """
    seed = class_seed(spec, len(values["input"]), label)
    gradient = back_to(spec, parameters, values, spec.layer_names[-1], seed, to=layer)
    product = gradient * values[layer]
    return product.reshape(*product.shape[:2], -1).sum(axis=2)


def grad_cam(
    spec: NetworkSpec,
    parameters: Parameters,
    values: Values,
    label: int,
    layer: str,
    *,
    other: int | None = None,
) -> Array:
    """Weigh a layer's channels by the mean gradient of a logit in each, add up, keep what speaks for it.

    Returns
    -------
    ``(n, h, w)`` of that layer, not negative.

    Notes
    -----
    Selvaraju et al. (2017), equations 1 and 2.
    """
    seed = class_seed(spec, len(values["input"]), label, other)
    gradient = back_to(spec, parameters, values, spec.layer_names[-1], seed, to=layer)
    weights = gradient.mean(axis=(2, 3))
    return np.maximum(np.einsum("nc,nchw->nhw", weights, values[layer]), 0)


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What happens to the answer when a square of the picture is covered.

    ``probabilities`` and ``logits``, ``(rows, columns, classes)``, are those with the square's upper left
    corner at `tops` and `lefts`, which may lie outside the picture.
    """

    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    side: int
    logits: Array
    probabilities: Array

    def drop(self, before: Array, label: int, other: int | None = None) -> Array:
        """How much a class's logit, or its lead over another's, falls at each place: ``(rows, columns)``."""
        lost = before[label] - self.logits[..., label]
        return lost if other is None else lost - (before[other] - self.logits[..., other])


def occlude(network: Network, picture: Array, side: int = 5, step: int = 2, fill: float = 0.0) -> Occlusion:
    """Cover a square of a picture ``(c, h, w)`` at every place, and ask again.

    Parameters
    ----------
    network
        Which network answers.
    picture
        What is covered.
    side, step
        Of the square, and from place to place, in pixels.
    fill
        What it is covered with; 0 is paper.

    Notes
    -----
    Zeiler and Fergus (2014), section 4.2.
    """
    _, h, w = picture.shape
    # Places so that the middle of the square comes to the first and to the last pixel.
    tops, lefts = range(-(side // 2), h - side // 2, step), range(-(side // 2), w - side // 2, step)
    places = [(top, left) for top in tops for left in lefts]
    pictures = covered(picture, [top for top, _ in places], [left for _, left in places], side, fill)
    logits = network.forward(pictures).reshape(len(tops), len(lefts), -1)
    return Occlusion(tuple(tops), tuple(lefts), side, logits, softmax(logits))
