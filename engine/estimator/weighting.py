"""Sample weights and class weights: exact, as if each example were there so many times."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight

from engine.errors import ConfigError, InputError

Array = NDArray[Any]


def checked_weights(sample_weight: Any, rows: Array) -> NDArray[np.float64]:
    """Give a weight of at least 0 for each row, ``(n,)``; 1 unless given. ValueError if that cannot be."""
    weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():
        raise InputError("sample_weight must not be zero for every example, got nothing but zeros")
    return weights


def with_class_weights(
    class_weight: Any, classes: Array, labels: Array, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Multiply each weight by that of its example's class; `labels` are places in `classes`."""
    if class_weight is None:
        return weights
    if not (class_weight == "balanced" or isinstance(class_weight, dict)):
        raise ConfigError(
            f'class_weight must be None, "balanced" or a dict of class to weight, got {class_weight!r}'
        )
    each = compute_class_weight(class_weight, classes=classes, y=classes[labels], sample_weight=weights)
    if not (np.isfinite(each).all() and (each >= 0).all()):
        raise ConfigError(f"class_weight must hold finite numbers of at least 0, got {class_weight!r}")
    found = weights * each[labels]
    if not found.any():
        raise ConfigError(f"class_weight must leave some class a weight, got {class_weight!r}")
    return found


def weighted_set(
    rows: Array, labels: Array, weights: NDArray[np.float64]
) -> tuple[Array, Array, NDArray[np.float64]]:
    """Give each different example once, with the sum of its weights.

    An example of weight two and one that is there twice are then the same data, to the bit, and so train the
    same network; so do the same examples in another order. Sorted by their bytes, which means nothing, but is
    one order for one set.
    """
    n, width = len(rows), rows.shape[1] * rows.dtype.itemsize
    keys = np.empty((n, width + labels.dtype.itemsize), np.uint8)
    keys[:, :width] = np.ascontiguousarray(rows).view(np.uint8).reshape(n, width)
    keys[:, width:] = np.ascontiguousarray(labels).view(np.uint8).reshape(n, -1)
    _, first, place = np.unique(
        keys.view(np.dtype((np.void, keys.shape[1]))).ravel(), return_index=True, return_inverse=True
    )
    return rows[first], labels[first], np.bincount(place, weights).astype(np.float64, copy=False)


def relative(weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Divide weights by their mean, for only what they are to each other counts; None where all are equal."""
    if (weights == weights[0]).all():
        return None
    return weights / weights.mean()
