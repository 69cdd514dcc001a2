"""Batch normalisation folded into the convolutions before it: the same answers from fewer layers."""

from dataclasses import replace

import numpy as np

from engine.layers import BatchNorm2D, Conv2D, Dropout, Layer
from engine.network import Network
from engine.spec import NetworkSpec


def folded(network: Network) -> Network:
    """Give a network that answers the same outside training, without what only training needs.

    Outside training, batch normalisation multiplies each channel by one number and adds another. Where it
    comes right after a convolution these go into the filters and their bias. Dropout does nothing, and goes.
    A batch normalisation anywhere else stays.

    Returns
    -------
    Network
        A new one; its logits differ from those of `network` by rounding alone.
    """
    layers: list[Layer] = []
    values: list[dict[str, np.ndarray]] = []
    for name, layer in zip(network.spec.layer_names, network.spec.layers, strict=True):
        own = {
            part.partition(".")[2]: value
            for part, value in network.parameters.items()
            if part.startswith(f"{name}.")
        }
        if isinstance(layer, Dropout):
            continue
        if isinstance(layer, BatchNorm2D) and layers and isinstance(layers[-1], Conv2D):
            factor = own["scale"] / np.sqrt(own["running_variance"] + layer.epsilon)
            before = values[-1]
            bias = before.get("bias", np.zeros_like(factor))
            values[-1] = {
                "weight": before["weight"] * factor[:, None, None, None],
                "bias": (bias - own["running_mean"]) * factor + own["shift"],
            }
            layers[-1] = replace(layers[-1], bias=True)
            continue
        layers.append(layer)
        values.append(own)
    spec = NetworkSpec(network.spec.input_shape, tuple(layers), network.spec.classes)
    result = Network(spec, 0)
    for name, own in zip(spec.layer_names, values, strict=True):
        for part, value in own.items():
            result.parameters[f"{name}.{part}"][...] = value
    return result
