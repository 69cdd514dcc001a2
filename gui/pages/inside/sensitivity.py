"""Where the answer to the present drawing is sensitive: everything that is shown of it, as a value."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.saliency import Occlusion, grad_cam, last_features, occlude, sensitivity
from engine.network import Network
from gui.frames import Frame

Array: TypeAlias = NDArray[Any]

# The square that is laid over the picture, and how far from place to place, in its pixels.
SQUARE_PX, STEP_PX = 5, 2


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A frame, the class that is asked about, and the one that it is compared with."""

    frame: Frame
    label: int
    other: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """The maps of one picture.

    ``gradient``, ``guided`` and ``deconvnet`` are ``(h, w)`` and signed; ``cam`` is ``(h, w)`` of a layer,
    not negative, and None for a network without convolution. ``drop`` is how much the logit, or its lead,
    falls when a square is laid over that place.
    """

    asked: Asked
    picture: Array
    gradient: Array
    guided: Array
    deconvnet: Array
    cam: Array | None
    cam_layer: str
    occlusion: Occlusion
    drop: Array


def look(asked: Asked) -> Sensitivity:
    """Compute the maps of a frame."""
    frame, label, other = asked.frame, asked.label, asked.other
    spec, parameters = frame.spec, frame.parameters
    values = frame.values
    # Of several input channels, what all of them together do.
    gradient, guided, deconvnet = (
        sensitivity(spec, parameters, values, label, rule, other=other)[0].sum(axis=0)
        for rule in ("gradient", "guided", "deconvnet")
    )
    layer, cam = "", None
    if spec.convolutions:
        layer = last_features(spec)
        cam = grad_cam(spec, parameters, values, label, layer, other=other)[0]
    network = Network.from_parameters(spec, parameters)
    occlusion = occlude(network, frame.picture, SQUARE_PX, STEP_PX)
    drop = occlusion.drop(np.asarray(frame.logits), label, other)
    return Sensitivity(
        asked, frame.picture.mean(axis=0), gradient, guided, deconvnet, cam, layer, occlusion, drop
    )
