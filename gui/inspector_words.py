"""What the Inspector writes about each thing, as plain values made from numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inspect.describe import (
    describe_change,
    describe_channel,
    describe_filter,
    describe_picture,
    statistics,
)
from engine.inspect.fingerprint import fingerprint, nearest_kernel
from engine.inspect.layer_facts import LayerFacts, describe_layer, layer_formula, weight_formula
from engine.inspect.words import grouped, number, percent, plural, shape_text, short_number

# Layers whose channels go below zero, by the layer name without its count.
_SIGNED = ("conv", "dense", "batchnorm", "leakyrelu", "tanh", "avgpool", "globalpool")


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the Inspector says about one thing.

    ``question`` is the heading over ``sentence``, "What it looks for"; ``facts`` are rows of a name
    and a value.
    """

    heading: str
    subtitle: str
    question: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()


def is_signed(layer: str) -> bool:
    """Tell whether a layer's channels may go below zero, from its name."""
    return layer.rstrip("0123456789") in _SIGNED


def filter_words(
    name: str,
    index: int,
    weight: NDArray[np.float32],
    bias: float | None,
    start: NDArray[np.float32] | None,
    pixel: tuple[int, int] | None = None,
) -> Words:
    """Say what is known of a filter: weight and start (c, kh, kw), `index` counted from 0."""
    channels, rows, columns = weight.shape
    subtitle = f"{plural(channels, 'input channel')} · {rows}×{columns}"
    if bias is not None:
        subtitle += f" · bias {number(bias)}"
    facts = _range_facts(weight, "weights")
    if start is not None:
        facts.append(("change since start", describe_change(weight, start)))
    facts += _fingerprint_facts(weight)
    if pixel is not None and channels == 1:
        facts.insert(0, _pixel_fact(weight[0], pixel))
    return Words(
        f"{name} · filter {index + 1}",
        subtitle,
        "What it looks for",
        describe_filter(weight),
        tuple(facts),
    )


def channel_words(
    name: str,
    index: int,
    values: NDArray[np.float32],
    pixel: tuple[int, int] | None,
) -> Words:
    """Say what is known of an output channel: values (h, w), `index` counted from 0."""
    facts = _range_facts(values, "positions")
    if values.size > 1:
        where = np.unravel_index(int(np.argmax(values)), values.shape)
        facts.append(("largest at", f"({int(where[0])}, {int(where[1])})"))
    if pixel is not None:
        facts.insert(0, _pixel_fact(values, pixel))
    word = "input channel" if name == "input" else "channel"
    return Words(
        f"{name} · {word} {index + 1}",
        f"{shape_text(values.shape)} · one value per position",
        "What it shows",
        describe_channel(name, index, values),
        tuple(facts),
    )


def layer_words(
    facts: LayerFacts,
    weight: NDArray[np.float32] | None = None,
    start: NDArray[np.float32] | None = None,
) -> Words:
    """Say what is known of a layer; its weights of any shape add their range."""
    rows = [
        ("input", shape_text(facts.input_shape)),
        ("output", shape_text(facts.output_shape)),
    ]
    formula = layer_formula(facts)
    if formula:
        rows.append(("output size", formula))
    # A line break belongs before the equals sign, not after it.
    rows.append(("weights", weight_formula(facts).replace("= ", "=\u00a0")))
    if weight is not None:
        rows += _range_facts(weight)
        if start is not None:
            rows.append(("change since start", describe_change(weight, start)))
    arrow = f"{shape_text(facts.input_shape)} → {shape_text(facts.output_shape)}"
    return Words(facts.name, f"{facts.kind} · {arrow}", "What it does", describe_layer(facts), tuple(rows))


def picture_words(name: str, picture: NDArray[np.float32], answer: str = "") -> Words:
    """Say what is known of an input picture (c, h, w)."""
    facts = _range_facts(picture, "pixels")
    if answer:
        facts.insert(0, ("answer", answer))
    return Words(name, shape_text(picture.shape), "What it is", describe_picture(picture), tuple(facts))


def network_words(name: str, rows: Sequence[LayerFacts]) -> Words:
    """Say what is known of a whole network."""
    weights = sum(row.weights for row in rows)
    learning = sum(row.weights > 0 for row in rows)
    if not rows:
        return Words(name, "", "What it is", "No network is loaded.")
    sentence = (
        f"Turns a picture of {shape_text(rows[0].input_shape)} into "
        f"{plural(rows[-1].output_shape[0], 'number')}, one for each class. "
        f"{learning} of its {plural(len(rows), 'layer')} learn."
    )
    return Words(
        name,
        f"{plural(len(rows), 'layer')} · {plural(weights, 'weight')}",
        "What it is",
        sentence,
    )


def numbers_text(maps: NDArray[np.float32]) -> str:
    """Write maps (slices, rows, columns) as tab-separated text, a blank line between slices.

    A spreadsheet reads them, so they have a plain minus sign.
    """
    blocks = ["\n".join("\t".join(f"{v:.6g}" for v in row) for row in cells) for cells in maps]
    return "\n\n".join(blocks) + "\n"


def layers_text(rows: Sequence[LayerFacts]) -> str:
    """Write the table of layers as tab-separated text."""
    lines = ["layer\tkind\tinput\toutput\tweights"]
    lines += [
        "\t".join(
            (
                row.name,
                row.kind,
                shape_text(row.input_shape),
                shape_text(row.output_shape),
                str(row.weights),
            )
        )
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def facts_text(words: Words) -> str:
    """Write the facts as tab-separated text."""
    return "\n".join(f"{name}\t{value}" for name, value in words.facts) + "\n"


def _range_facts(values: NDArray[np.float32], count: str = "") -> list[tuple[str, str]]:
    """Return the range as rows, and how many values there are if `count` names them."""
    found = statistics(values)
    rows = [
        ("range", f"{short_number(found.least)} … {short_number(found.greatest)}"),
        ("mean", short_number(found.mean)),
        ("L2 length", short_number(found.length)),
    ]
    return [*rows, (count, grouped(int(values.size)))] if count else rows


def _fingerprint_facts(weight: NDArray[np.float32]) -> list[tuple[str, str]]:
    """What a 3 × 3 filter is made of, and the hand-made one that it is most like; of its heaviest slice."""
    if weight.shape[1:] != (3, 3) or not np.isfinite(weight).all() or not weight.any():
        return []
    heaviest = int(np.argmax(np.sum(weight.astype(np.float64) ** 2, axis=(1, 2))))
    where = f" in channel {heaviest + 1}" if len(weight) > 1 else ""
    made = fingerprint(weight[heaviest])
    shares = (("edge", made.edge), ("line", made.line), ("average", made.average))
    facts = [(f"made of{where}", ", ".join(f"{name} {percent(share)}" for name, share in shares))]
    nearest = nearest_kernel(weight[heaviest])
    if nearest is not None:
        kernel, likeness = nearest
        facts.append((f"most like{where}", f"{kernel.name}, {number(likeness)}"))
    return facts


def _pixel_fact(values: NDArray[np.float32], pixel: tuple[int, int]) -> tuple[str, str]:
    row, column = pixel
    if row < values.shape[0] and column < values.shape[1]:
        return f"at ({row}, {column})", number(float(values[row, column]), 3)
    return f"at ({row}, {column})", "outside"
