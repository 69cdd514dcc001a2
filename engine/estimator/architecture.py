"""The network that a setting of an estimator stands for."""

from collections.abc import Iterable, Sequence
from typing import Any

from engine.errors import ConfigError, ShapeError
from engine.estimator.inputs import PictureShape
from engine.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D, ReLU
from engine.recipes import DEFAULT_PRESET, preset
from engine.spec import NetworkSpec

# For what is no picture.
_DENSE = (Flatten(), Dense(128), ReLU())
# For pictures that the default preset, made for 28 × 28, is too large for.
_SMALL_PICTURES = (
    Conv2D(8, 3, padding="same"), ReLU(), MaxPool2D(2),
    Conv2D(16, 3, padding="same"), ReLU(), Flatten(),
)  # fmt: skip


def network_for(
    layers: Any, shape: PictureShape | None, features: int, classes: Iterable[Any]
) -> NetworkSpec:
    """Describe the network for pictures of `shape`, or for rows of `features` numbers, and for `classes`.

    Parameters
    ----------
    layers
        "auto", the key of a preset, or the layers but for the last one, which is added.

    Raises
    ------
    ConfigError, ShapeError
        If `layers` is nothing of these, or does not fit the pictures.
    """
    names = tuple(str(name) for name in classes)
    read = shape or (1, 1, features)
    if isinstance(layers, str) and layers == "auto":
        return _automatic(shape, read, names)
    if isinstance(layers, str):
        if shape is None:
            raise ConfigError(
                f"layers={layers!r} reads pictures: picture_shape must be their (height, width), "
                f"got rows of {features} features without it"
            )
        return preset(layers).spec_for(read, names)
    if not isinstance(layers, Sequence) or not all(isinstance(layer, Layer) for layer in layers):
        raise ConfigError(
            f'layers must be "auto", the key of a preset, or layers of this engine, got {layers!r}'
        )
    return NetworkSpec(read, (*layers, Dense(len(names))), names)


def _automatic(shape: PictureShape | None, read: PictureShape, names: tuple[str, ...]) -> NetworkSpec:
    last = Dense(len(names))
    if shape is None:
        return NetworkSpec(read, (*_DENSE, last), names)
    for layers in (preset(DEFAULT_PRESET).spec.layers[:-1], _SMALL_PICTURES):
        try:
            return NetworkSpec(read, (*layers, last), names)
        except ShapeError:
            continue
    return NetworkSpec(read, (*_DENSE, last), names)
