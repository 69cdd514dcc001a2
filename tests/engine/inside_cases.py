"""Twenty pictures, and everything that the engine carries back to their pixels from a network."""

from functools import cache
from pathlib import Path

import numpy as np

from engine.datasets import embedded_digits
from engine.datasets.shapes import SPLIT_SEEDS, rgb_shapes
from engine.formats.model import Model
from engine.inspect.backward import RULES, back_to, record, seed_of
from engine.inspect.saliency import grad_cam, last_features, sensitivity
from engine.layers import Conv2D
from engine.network import Network
from engine.parameters import Parameters

GOLDEN = Path(__file__).with_name("samples") / "torch_inside.json"


@cache
def pictures(channels: int) -> np.ndarray:
    """Twenty test digits, or coloured shapes, ``(20, channels, 28, 28)``, 0 to 1, each pixel a hair brighter.

    Where two patches are equal, a pool has two winners, and rounding tells which: the hair makes them differ.
    """
    hair = np.random.default_rng(0).uniform(0, 1e-3, (20, channels, 28, 28))
    test = embedded_digits().test if channels == 1 else rgb_shapes(20, SPLIT_SEEDS[1], 28)
    return test.pictures[:20] / 255 + hair


def own_maps(model: Model) -> dict[str, np.ndarray]:
    """Compute all maps: by rule and layer ``(channels, 20, c, 28, 28)``, by rule and class; Grad-CAM's."""
    spec = model.spec
    parameters = Parameters(spec.layout, model.parameters.vector.astype(np.float64))
    values = record(Network.from_parameters(spec, parameters), pictures(spec.input_shape[0]))
    found = {}
    for rule in RULES:
        for name, layer in zip(spec.layer_names, spec.layers, strict=True):
            if isinstance(layer, Conv2D):
                found[f"{rule}:{name}"] = np.stack(
                    [
                        back_to(spec, parameters, values, name, seed_of(values, name, channel), rule)
                        for channel in range(layer.filters)
                    ]
                )
        classes = range(len(spec.classes))
        found[f"{rule}:classes"] = np.stack(
            [sensitivity(spec, parameters, values, label, rule) for label in classes]
        )
    last = last_features(spec)
    found["cam"] = np.stack([grad_cam(spec, parameters, values, label, last) for label in classes])
    return found
