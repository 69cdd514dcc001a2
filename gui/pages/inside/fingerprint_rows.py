"""The slices of a layer's filters and what they are made of: everything a table of them shows, as a value."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.inspect.fingerprints import (
    Fingerprints,
    fingerprints,
    kernels_of_size,
    likenesses,
    nearest_kernels,
    slice_names,
)
from engine.inspect.tiles import nice_scale
from engine.inspect.words import number, percent
from engine.kernels import Kernel
from engine.layers import Conv2D
from engine.parameters import Parameters
from gui.frames import Subject
from gui.pages.inside.card_pictures import signed_entries

Array: TypeAlias = NDArray[Any]

SHARES = ("edge", "line", "spot", "average")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A convolution of a network, and the hand-made filter that its slices are compared with, if any."""

    subject: Subject
    layer: str
    kernel: Kernel | None

    def is_about(self, other: "Question") -> bool:
        """Tell whether both ask for the same rows, at whatever step and compared with whatever filter."""
        return (self.subject.key, self.layer) == (other.subject.key, other.layer)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A row for each slice, filter by filter.

    ``filters`` and ``inputs`` are the slices' numbers from 0; ``entries`` ``(n, kh, kw)`` their pictures in a
    diverging colour table, full strength at ``scale``. ``made`` is None for slices that are not 3 × 3,
    ``start_names`` where it is not known how the network began. ``length`` is relative to the layer's
    longest slice. ``likeness`` and ``nearest`` are None where there is no hand-made filter of that size.
    """

    name: str
    question: Question | None
    weight: Array
    scale: float
    entries: NDArray[np.uint8]
    filters: Array
    inputs: Array
    made: Fingerprints | None
    names: tuple[str, ...]
    start_names: tuple[str, ...] | None
    length: Array
    likeness: Array | None
    nearest: tuple[Array, Array] | None

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of a slice."""
        return self.weight.shape[1], self.weight.shape[2]

    @property
    def has_inputs(self) -> bool:
        """Whether a filter has more slices than one."""
        return len(self.filters) > 1 and int(self.filters[1]) == int(self.filters[0])

    def shares_text(self, row: int) -> str:
        """Write what a slice is made of."""
        if self.made is None:
            return ""
        shares = zip(SHARES, self.made.shares[row].tolist(), strict=True)
        return ", ".join(f"{name} {percent(share)}" for name, share in shares)

    def nearest_text(self, row: int) -> str:
        """Name the hand-made filter that a slice is most like, with the likeness."""
        if self.nearest is None or self.nearest[0][row] < 0:
            return "—"
        kernel = kernels_of_size(*self.size)[self.nearest[0][row]]
        return f"{kernel.name} {number(float(self.nearest[1][row]))}"

    def orientation_text(self, row: int) -> str:
        """Write the orientation; a dash for a slice that has none."""
        degrees = np.nan if self.made is None else float(self.made.orientation[row])
        return "—" if np.isnan(degrees) else f"{number(degrees, 0)}°"

    def title(self, row: int) -> str:
        """Say which slice it is."""
        if self.question is None:
            return f"{self.name}, made by hand"
        channel = f", input channel {self.inputs[row] + 1}" if self.has_inputs else ""
        return f"{self.name} · filter {self.filters[row] + 1}{channel}"

    def words(self, row: int) -> str:
        """Say in a line what is known of a slice."""
        parts = [self.title(row), self.names[row]]
        if self.start_names is not None and self.start_names[row] != self.names[row]:
            parts.append(f"at the start {self.start_names[row]}")
        if self.made is not None:
            parts.append(self.shares_text(row))
        if self.question is not None:
            parts.append(f"length {percent(float(self.length[row]))} of the longest")
            if self.likeness is not None and self.question.kernel is not None:
                parts.append(f"like {self.question.kernel.name} {number(float(self.likeness[row]))}")
            if self.nearest is not None:
                parts.append(f"most like {self.nearest_text(row)}")
        return " · ".join(parts)


def kernel_rows(kernel: Kernel) -> Rows:
    """Measure a hand-made filter as the slices of a layer are measured: one row."""
    return _rows(kernel.name, None, kernel.values[None, None], kernel, float(np.abs(kernel.values).max()))


class Measurer:
    """Makes the rows of what is asked for. Used by one thread.

    The scale of the pictures is kept as long as the same network is asked about, and so are the names that
    its slices had at the start.
    """

    def __init__(self) -> None:
        self._key = ""
        self._scales: dict[str, float] = {}
        self._starts: dict[str, tuple[Parameters, tuple[str, ...]]] = {}

    def measure(self, question: Question) -> Rows:
        """Make the rows of a layer."""
        subject, layer = question.subject, question.layer
        if subject.key != self._key:
            self._key, self._scales, self._starts = subject.key, {}, {}
        weight = np.asarray(subject.parameters[f"{layer}.weight"])
        scale = self._scales[layer] = nice_scale(weight, self._scales.get(layer))
        return _rows(layer, question, weight, question.kernel, scale, self._start_names(subject, layer))

    def _start_names(self, subject: Subject, layer: str) -> tuple[str, ...] | None:
        if subject.reference is None:
            return None
        known = self._starts.get(layer)
        if known is None or known[0] is not subject.reference:
            start = np.asarray(subject.reference[f"{layer}.weight"])
            known = self._starts[layer] = subject.reference, slice_names(start)
        return known[1]


def _rows(
    name: str,
    question: Question | None,
    weight: Array,
    kernel: Kernel | None,
    scale: float,
    start_names: tuple[str, ...] | None = None,
) -> Rows:
    count, channels, height, width = weight.shape
    slices = weight.reshape(-1, height, width)
    made = fingerprints(weight) if (height, width) == (3, 3) else None
    lengths = np.nan_to_num(np.linalg.norm(slices.reshape(len(slices), -1), axis=1), posinf=0.0)
    filters, inputs = np.divmod(np.arange(count * channels), channels)
    if question is not None:
        inputs = inputs + _first_inputs(question, count, channels)[filters]
    return Rows(
        name,
        question,
        slices,
        scale,
        signed_entries(slices, scale),
        filters,
        inputs,
        made,
        slice_names(weight) if made is None else made.names,
        start_names,
        lengths / (lengths.max(initial=0) or 1),
        None if kernel is None else likenesses(weight, kernel.values),
        nearest_kernels(weight),
    )


def _first_inputs(question: Question, count: int, channels: int) -> Array:
    """Of each filter, the number of the first input channel that it sees: filters of a group share theirs."""
    layer = question.subject.spec.layer(question.layer)
    groups = layer.groups if isinstance(layer, Conv2D) else 1
    return np.arange(count) // max(1, count // groups) * channels
