"""The pictures that a network is trained on, brought into one form and checked once."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.network import QUIET, Network


class LabelledPictures(Protocol):
    """What a data set offers: pictures ``(n, c, h, w)`` and labels ``(n,)``."""

    @property
    def pictures(self) -> NDArray[Any]: ...

    @property
    def labels(self) -> NDArray[Any]: ...


Data = (
    LabelledPictures
    | tuple[NDArray[Any], NDArray[Any]]
    | tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]
)
"""A data set, a pair (pictures, labels), or these with a weight ``(n,)`` for each picture."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run is: finished steps, the present epoch, and pictures of it that are done."""

    step: int = 0
    epoch: int = 0
    picture: int = 0


BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class CheckedData:
    """Pictures ``(n, c, h, w)`` as training wants them, their labels, and their weights if they have some."""

    pictures: NDArray[Any]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32] | None = None
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", len(self.pictures))


@QUIET
def check_data(data: Data, network: Network, at: Position = BEGINNING) -> CheckedData:
    """Bring `data` into the form that training wants; DataError says what does not fit."""
    pictures, labels, weights = _parts(data)
    pictures, labels = np.asarray(pictures), np.asarray(labels)
    if pictures.ndim == 3:
        pictures = pictures[:, None]
    shape, classes = network.spec.input_shape, len(network.spec.classes)
    if pictures.ndim != 4 or pictures.shape[1:] != shape or len(pictures) == 0:
        raise DataError(f"the network reads pictures of shape {shape}, got data of shape {pictures.shape}")
    if pictures.dtype != np.uint8 and pictures.dtype.kind != "f":
        raise DataError(f"pictures must be uint8 0–255 or float 0–1, got {pictures.dtype}")
    # A sum is finite when all its terms are, and needs no second array of that size.
    if pictures.dtype.kind == "f" and not np.isfinite(pictures.sum(dtype=np.float64)):
        raise DataError("pictures must be finite numbers, got some that are not")
    if labels.shape != (len(pictures),) or labels.dtype.kind not in "iu":
        raise DataError(
            f"labels must be {len(pictures)} whole numbers, got shape {labels.shape} of {labels.dtype}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise DataError(
            f"the network has classes 0 to {classes - 1}, got labels {labels.min()} to {labels.max()}"
        )
    if at.picture >= len(pictures):
        raise DataError(f"the run stands at picture {at.picture} of its data, got data of {len(pictures)}")
    return CheckedData(
        pictures, labels.astype(np.int64, copy=False), _checked_weights(weights, len(pictures))
    )


def _checked_weights(weights: Any, count: int) -> NDArray[np.float32] | None:
    if weights is None:
        return None
    weights = np.asarray(weights)
    if weights.shape != (count,) or weights.dtype.kind not in "iuf":
        raise DataError(f"weights must be {count} numbers, got shape {weights.shape} of {weights.dtype}")
    weights = weights.astype(np.float32)
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise DataError("weights must be finite numbers of at least 0, got some that are not")
    return weights


def _parts(data: Any) -> tuple[Any, Any, Any]:
    if isinstance(data, tuple | list) and len(data) in (2, 3):
        return data[0], data[1], data[2] if len(data) == 3 else None
    try:
        return data.pictures, data.labels, None
    except AttributeError:
        raise DataError(
            f"data must be a pair (pictures, labels) or a data set, got {type(data).__name__}"
        ) from None
