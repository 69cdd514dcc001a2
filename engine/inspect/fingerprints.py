"""What all slices of a layer's filters are made of, at once: the measure of `engine.inspect.fingerprint`."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.inspect.describe import FAINT
from engine.inspect.filter_reading import FilterReadings, read_filters
from engine.inspect.fingerprint import BASIS, name_of
from engine.kernels import KERNELS, Kernel

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """The fingerprints of many 3 × 3 slices, a row each.

    Parameters
    ----------
    parts : ndarray of float64, shape (n, 9)
        Lengths along the nine patterns.
    shares : ndarray of float64, shape (n, 4)
        Of the squared length: edge, line, spot and average. They add up to 1; all are 0 for a slice that is
        zero or not finite. Frei and Chen count spots among the lines.
    angle, line_angle : ndarray of float64, shape (n,)
        As those of `Fingerprint`, in degrees.
    orientation : ndarray of float64, shape (n,)
        The one of the two that belongs to the plain pattern that the slice is most like; NaN where that has
        no direction.
    is_line : ndarray of bool, shape (n,)
        Whether `orientation` is that along a line, and not the way in which an edge grows.
    names : tuple of str
        "left edge, 15°", "noise".
    """

    parts: Array
    shares: Array
    angle: Array
    line_angle: Array
    orientation: Array
    is_line: NDArray[np.bool_]
    names: tuple[str, ...]


def fingerprints(weight: Array) -> Fingerprints:
    """Project every slice of a layer on the Frei–Chen basis.

    Parameters
    ----------
    weight : ndarray, shape (filters, inputs, 3, 3)

    Returns
    -------
    Fingerprints
        A row for each slice, filter by filter; each as `fingerprint` measures it alone.

    Raises
    ------
    ShapeError
        If the slices are of another size.
    """
    weight = np.asarray(weight, np.float64)
    if weight.ndim != 4 or weight.shape[2:] != (3, 3):
        raise ShapeError(f"fingerprints are of slices of 3 × 3, got shape {weight.shape}")
    slices = weight.reshape(-1, 3, 3)
    with np.errstate(invalid="ignore", over="ignore"):
        parts = slices.reshape(-1, 9) @ BASIS.T
        energy = np.sum(parts**2, axis=1)
    whole = np.isfinite(energy) & (energy > 0)
    parts[~whole] = 0
    shares = parts**2 / np.where(whole, energy, 1)[:, None]
    angle = np.where(whole, np.degrees(np.arctan2(parts[:, 0], -parts[:, 1])), 0)
    sign = np.where(parts[:, 6] + parts[:, 7] >= 0, 1, -1)
    line_angle = np.degrees(np.arctan2(sign * parts[:, 5], -sign * parts[:, 4])) / 2 % 180
    line_angle[~whole] = 0
    readings = read_filters(slices)
    is_edge, is_line = readings.pattern == "edge", readings.pattern == "line"
    return Fingerprints(
        parts,
        np.stack([shares[:, 0:4].sum(1), shares[:, 4:6].sum(1), shares[:, 6:8].sum(1), shares[:, 8]], axis=1),
        angle,
        line_angle,
        np.where(is_edge, angle, np.where(is_line, line_angle, np.nan)),
        is_line,
        _named(readings, angle, line_angle, energy),
    )


def slice_names(weight: Array) -> tuple[str, ...]:
    """Name every slice of a layer ``(filters, inputs, kh, kw)`` of any size, filter by filter.

    Those of 3 × 3 are named with the angle of their fingerprint, others with that of the plain pattern that
    they are most like, a multiple of 45°.
    """
    if weight.shape[2:] == (3, 3):
        return fingerprints(weight).names
    slices = np.asarray(weight, np.float64).reshape(-1, *weight.shape[2:])
    readings = read_filters(slices)
    return _named(readings, readings.angle, readings.angle, np.sum(slices**2, axis=(1, 2)))


def likenesses(weight: Array, to: Array) -> Array:
    """Cosines between every slice of a layer and one filter.

    Parameters
    ----------
    weight : ndarray, shape (filters, inputs, kh, kw)
    to : ndarray, shape (kh, kw)

    Returns
    -------
    ndarray of float64, shape (filters * inputs,)
        −1 to 1, filter by filter; 0 where one of both is zero or not finite.

    Raises
    ------
    ShapeError
        If the filter is not of the slices' size.
    """
    if weight.shape[2:] != np.shape(to):
        raise ShapeError(
            f"filters that are compared must have one shape, got {weight.shape[2:]} and {np.shape(to)}"
        )
    return _cosines(weight, np.asarray(to, np.float64)[None])[:, 0]


def kernels_of_size(rows: int, columns: int) -> tuple[Kernel, ...]:
    """Give the hand-made filters of a size."""
    return tuple(kernel for kernel in KERNELS if kernel.values.shape == (rows, columns))


def nearest_kernels(weight: Array) -> tuple[NDArray[np.intp], Array] | None:
    """Find the hand-made filter that each slice of a layer is most like, with either sign.

    Parameters
    ----------
    weight : ndarray, shape (filters, inputs, kh, kw)

    Returns
    -------
    tuple of ndarray, both of shape (filters * inputs,), or None
        Its place in `kernels_of_size`, −1 for a slice that is zero or not finite, and the likeness; None
        where there is no hand-made filter of this size.
    """
    kernels = kernels_of_size(*weight.shape[2:])
    if not kernels:
        return None
    found = _cosines(weight, np.stack([kernel.values for kernel in kernels]))
    best = np.argmax(np.abs(found), axis=1)
    likeness = found[np.arange(len(found)), best]
    return np.where(found.any(axis=1), best, -1), likeness


def _cosines(weight: Array, filters: Array) -> Array:
    """Cosines of every slice with every filter ``(k, kh, kw)``: ``(slices, k)``."""
    slices = np.asarray(weight, np.float64).reshape(-1, filters[0].size)
    others = filters.reshape(len(filters), -1)
    lengths = np.linalg.norm(slices, axis=1)[:, None] * np.linalg.norm(others, axis=1)
    whole = np.isfinite(lengths) & (lengths > 0)
    products = np.where(np.isfinite(slices), slices, 0) @ others.T
    cosines: Array = np.divide(products, lengths, out=np.zeros_like(products), where=whole)
    return cosines


def _named(readings: FilterReadings, angles: Array, line_angles: Array, energies: Array) -> tuple[str, ...]:
    # Most slices are noise, and there are thousands.
    names = ["noise"] * len(angles)
    named = np.flatnonzero(readings.likeness >= FAINT)
    found = map(name_of, readings.at(named), angles[named].tolist(), line_angles[named].tolist())
    for index, name in zip(named.tolist(), found, strict=True):
        names[index] = name
    for index in np.flatnonzero(~np.isfinite(energies)).tolist():
        names[index] = "broken"
    return tuple(names)
