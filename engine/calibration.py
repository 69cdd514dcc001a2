"""Whether a network's probabilities are what they say, and making them so.

Method: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from engine.errors import ConfigError, ShapeError
from engine.functional import cross_entropy
from engine.layers import Dense
from engine.network import Network, check_labels

LOWEST, HIGHEST = 0.05, 20.0
"""Between which temperatures the best one is looked for."""


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Find the number that logits are to be divided by for the least mean loss on held-back pictures.

    Parameters
    ----------
    logits, labels
        ``(n, classes)``, and ``(n,)`` class indices.

    Returns
    -------
    float
        From `LOWEST` to `HIGHEST`; above 1 where the network is too sure of itself. The answers stay the
        same at any temperature, and so does the accuracy.

    Raises
    ------
    ShapeError
        If the two do not fit together.
    """
    logits, labels = _checked(logits, labels)
    found = minimize_scalar(
        lambda log_temperature: cross_entropy(logits / np.exp(log_temperature), labels),
        bounds=(np.log(LOWEST), np.log(HIGHEST)),
        method="bounded",
    )
    return float(np.exp(found.x))


def at_temperature(network: Network, temperature: float) -> Network:
    """Give a copy of a network whose logits are divided by `temperature`: its last layer is scaled.

    Raises
    ------
    ConfigError
        If the temperature is not above 0, or the last layer is not Dense.
    """
    if not 0 < temperature < float("inf"):
        raise ConfigError(f"temperature must be a number above 0, got {temperature!r}")
    name, last = network.spec.layer_names[-1], network.spec.layers[-1]
    if not isinstance(last, Dense):
        raise ConfigError(f"the last layer must be Dense to be scaled, got {type(last).__name__}")
    parameters = network.parameters.copy()
    for own in ("weight", "bias") if last.bias else ("weight",):
        parameters[f"{name}.{own}"][...] /= temperature
    return Network.from_parameters(network.spec, parameters)


def expected_calibration_error(probabilities: ArrayLike, labels: ArrayLike, bins: int = 15) -> float:
    """How far the confidence of answers is from the share that is right, 0 to 1.

    The answers are sorted into `bins` intervals of equal width by the probability of the class that was
    answered; the result is the mean over all answers of the distance, in their interval, between the mean
    probability and the share that is right.

    Raises
    ------
    ShapeError
        If the two do not fit together.
    """
    probabilities, labels = _checked(probabilities, labels)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(which, confidence - right, bins)
    return float(np.abs(gaps).sum() / len(labels))


def _checked(values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int64]]:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise ShapeError(f"values must be (n, classes) with n ≥ 1, got shape {values.shape}")
    return values, check_labels(labels, *values.shape)
