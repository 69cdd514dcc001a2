"""Says in one sentence what a filter, a channel or a picture is, from its actual numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inspect.filter_reading import FilterReading, read_filter
from engine.inspect.words import number, percent, plural

# Counter-clockwise in steps of 45 degrees from the right: where the weights are larger, where they
# are smaller, and which edge of a bright stroke on dark ground that answers to.
_EDGES = (
    ("on the right", "on the left", "a left edge"),
    ("at the upper right", "at the lower left", "a lower left edge"),
    ("above", "below", "a bottom edge"),
    ("at the upper left", "at the lower right", "a lower right edge"),
    ("on the left", "on the right", "a right edge"),
    ("at the lower left", "at the upper right", "an upper right edge"),
    ("below", "above", "a top edge"),
    ("at the lower right", "at the upper left", "an upper left edge"),
)
_LINES = ("a level", "a rising", "an upright", "a falling")

# Cosine to a plain filter from which a pattern is called by its name, or with a hedge. Random 3 × 3
# filters reach the first about once in twenty and the second about once in four, 5 × 5 never do.
CLEAR = 0.85
FAINT = 0.75
# Channels whose squared weights come to so much of the largest's weigh about the same.
_ALIKE = 0.8
_SMALLEST_PATTERN = 3

# What a channel of each kind of layer holds, by the layer name without its count.
_CHANNELS = {
    "conv": "how strongly filter {index} matches at each position",
    "relu": "what it received, with everything below zero set to zero",
    "leakyrelu": "what it received, with everything below zero made much smaller",
    "sigmoid": "what it received, squeezed between 0 and 1",
    "tanh": "what it received, squeezed between −1 and 1",
    "pool": "one value for each small window of the channel before",
    "avgpool": "the average of each small window of the channel before",
    "norm": "what it received, shifted and scaled to a steady range",
    "batchnorm": "what it received, shifted and scaled to a steady range",
    "dropout": "what it received; values are dropped only while training",
    "flatten": "the values of all channels in one row",
    "dense": "a weighted sum of everything before",
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """The range of some values: least, mean, greatest and L2 length."""

    least: float
    mean: float
    greatest: float
    length: float


def statistics(values: NDArray[np.float32]) -> Statistics:
    """Return the range of an array of any shape; zeros for an empty one."""
    if values.size == 0:
        return Statistics(0.0, 0.0, 0.0, 0.0)
    flat = values.reshape(-1).astype(np.float64)
    return Statistics(float(flat.min()), float(flat.mean()), float(flat.max()), float(np.sqrt(flat @ flat)))


def describe_filter(weight: NDArray[np.float32]) -> str:
    """Say what a filter answers to, as far as its numbers tell.

    Parameters
    ----------
    weight : NDArray[np.float32]
        The filter's weights, (input channels, kh, kw).

    Returns
    -------
    str
        One or two sentences; a filter without a simple pattern is said to have none.
    """
    if not np.isfinite(weight).all():
        return "Some weights are not numbers any more: this filter is broken."
    weight = _without_frame(weight)
    energies = np.sum(weight.astype(np.float64) ** 2, axis=(1, 2))
    if energies.sum() <= 1e-20:
        return "All weights are zero: the output is the bias everywhere."
    if weight.shape[0] == 1:
        return describe_slice(weight[0])
    strongest = int(np.argmax(energies))
    share = percent(float(energies[strongest] / energies.sum()))
    count = plural(weight.shape[0], "input channel")
    if energies.min() > _ALIKE * energies[strongest]:
        each = describe_slice(weight[0])
        if np.ptp(weight, axis=0).max() <= 1e-6 * np.abs(weight).max():
            return f"Adds up {count}, all in the same way. In each: {each[0].lower()}{each[1:]}"
        return f"Adds up {count}, which weigh about the same. In channel 1: {each[0].lower()}{each[1:]}"
    if weight.shape[1:] == (1, 1):
        sign = "adds" if weight[strongest, 0, 0] > 0 else "subtracts"
        return (
            f"Mixes {count} at each position without looking around; "
            f"it {sign} channel {strongest + 1} most ({share} of the squared weights)."
        )
    slice_text = describe_slice(weight[strongest])
    return (
        f"Adds up {count}, channel {strongest + 1} weighing most ({share} of the squared weights). "
        f"There: {slice_text[0].lower()}{slice_text[1:]}"
    )


def _without_frame(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut off rows and columns of zeros round a filter larger than 3 × 3: they are no part of its pattern."""
    for axis in (1, 2):
        end = True
        while weight.shape[axis] > _SMALLEST_PATTERN:
            last, first = weight.take(-1, axis), weight.take(0, axis)
            if np.any(last) and np.any(first):
                break
            # From both sides in turn, so that the middle stays in the middle.
            cut_end = not np.any(last) and (end or np.any(first))
            weight = np.delete(weight, -1 if cut_end else 0, axis)
            end = not cut_end
    return weight


def describe_slice(weight: NDArray[np.float32]) -> str:
    """Say what one input channel's slice (kh, kw) is like, and how sure that is."""
    reading = read_filter(weight)
    if reading.pattern == "zero":
        return "All weights are zero."
    if reading.pattern == "single":
        return f"One weight: multiplies by {number(float(weight[0, 0]))}."
    why, answer = _reading_words(reading)
    likeness = number(reading.likeness)
    if reading.likeness >= CLEAR:
        return f"{why}: answers to {answer} ({likeness} like the plain filter)."
    if reading.likeness >= FAINT:
        return f"{why}: answers somewhat to {answer} ({likeness} like the plain filter)."
    nearest = "an average" if reading.pattern == "average" else answer
    return (
        f"No simple pattern; the nearest is {nearest} ({likeness}). Random start values look like this too."
    )


def describe_channel(name: str, index: int, values: NDArray[np.float32]) -> str:
    """Say what an output channel holds and how much of it is above zero.

    Parameters
    ----------
    name : str
        Layer name, "conv1" or "input".
    index : int
        The channel, counted from 0.
    values : NDArray[np.float32]
        The channel's values, (h, w).
    """
    if not np.isfinite(values).all():
        return f"Channel {index + 1} of {name} holds values that are not numbers."
    if name == "input":
        inked = float(np.count_nonzero(values > 0)) / max(1, values.size)
        return f"What the network receives; {percent(inked)} of its pixels carry ink."
    kind = name.rstrip("0123456789")
    meaning = _CHANNELS.get(kind, "one of the layer's results").format(index=index + 1)
    head = f"Output channel {index + 1} of {name}: {meaning}"
    if values.size == 1:
        return f"{head}; here it is {number(float(values.reshape(-1)[0]))}."
    if not np.any(values):
        return f"{head}; it is zero everywhere for this picture."
    above = float(np.count_nonzero(values > 0)) / values.size
    return f"{head}; {percent(above)} of its positions are above zero."


def describe_picture(values: NDArray[np.float32]) -> str:
    """Say how much ink an input picture (c, h, w) carries."""
    if not np.any(values > 0):
        return "A blank picture: nothing to classify."
    inked = float(np.count_nonzero(values > 0)) / values.size
    return f"What the network receives; {percent(inked)} of its pixels carry ink."


def describe_change(weight: NDArray[np.float32], start: NDArray[np.float32]) -> str:
    """Say how far weights have moved from their start, of equal shapes, relative to its length."""
    moved = statistics(weight - start).length
    length = statistics(start).length
    if length <= 0:
        return number(moved)
    return f"{number(moved)} ({percent(moved / length)} of its start)"


def _reading_words(reading: FilterReading) -> tuple[str, str]:
    """Return why and to what a filter answers."""
    match reading.pattern:
        case "edge":
            larger, smaller, edge = _EDGES[round(reading.angle / 45) % 8]
            return f"Larger weights {larger} than {smaller}", edge
        case "line":
            way = _LINES[round(reading.angle / 45) % 4]
            if reading.positive:
                return "A ridge between two valleys", f"{way} line"
            return "A valley between two ridges", f"{way} gap"
        case "spot":
            if reading.positive:
                return "The centre larger than its surround", "spots and line ends"
            return "The surround larger than its centre", "holes"
        case "corner":
            return "Large along one direction, small across it", "corners and crossings"
    if reading.positive:
        return "Weights above zero nearly everywhere", "whatever lies under it"
    return "Weights below zero nearly everywhere", "emptiness under it"
