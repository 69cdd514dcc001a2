"""What the program says about filters, channels and layers, from their numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.inspect.describe import (
    describe_change,
    describe_channel,
    describe_filter,
    describe_slice,
    statistics,
)
from engine.inspect.filter_reading import read_filter
from engine.inspect.layer_facts import layer_facts, layer_formula, size_formula, weight_formula
from engine.inspect.words import duration, grouped, number, rate, short_number
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.spec import NetworkSpec


def weights(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


TOP = weights((-1, -1, -1), (1, 1, 1), (0, 0, 0))
LINE = weights((-1, 2, -1), (-1, 2, -1), (-1, 2, -1))


@pytest.mark.parametrize(
    ("weight", "edge"),
    [
        (TOP, "a top edge"),
        (TOP[::-1], "a bottom edge"),
        (TOP.T, "a left edge"),
        (TOP.T[:, ::-1], "a right edge"),
        (weights((-2, -1, 0), (-1, 0, 1), (0, 1, 2)), "an upper left edge"),
        (weights((0, -1, -2), (1, 0, -1), (2, 1, 0)), "an upper right edge"),
    ],
)
def test_an_edge_filter_is_named_by_the_side_of_the_stroke(weight: NDArray[np.float32], edge: str) -> None:
    assert f"answers to {edge} (1.00" in describe_slice(weight)


def test_a_filter_and_its_scaled_copy_read_alike() -> None:
    assert describe_slice(TOP) == describe_slice(TOP * 0.01)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (LINE, "an upright line"),
        (-LINE, "an upright gap"),
        (LINE.T, "a level line"),
        (weights((-1, -1, 2), (-1, 2, -1), (2, -1, -1)), "a rising line"),
        (weights((0, -1, 0), (-1, 4, -1), (0, -1, 0)), "spots"),
        (-weights((0, -1, 0), (-1, 4, -1), (0, -1, 0)), "holes"),
        (np.full((5, 5), 0.2, np.float32), "whatever lies under it"),
        (np.full((3, 3), -0.2, np.float32), "emptiness under it"),
        (weights((1, 0, -1), (0, 0, 0), (-1, 0, 1)), "corners"),
        (np.zeros((3, 3), np.float32), "All weights are zero"),
        (weights((-0.5,)), "multiplies by −0.50"),
    ],
)
def test_a_plain_pattern_is_named(weight: NDArray[np.float32], words: str) -> None:
    assert words in describe_slice(weight)


def test_most_random_filters_are_said_to_have_no_pattern_or_only_somewhat() -> None:
    rng = np.random.default_rng(7)
    texts = [describe_slice(rng.normal(size=(3, 3)).astype(np.float32)) for _ in range(300)]
    assert sum("No simple pattern" in text for text in texts) > 200
    assert sum("answers to" in text for text in texts) < 30


def test_an_edge_filter_under_some_noise_is_still_an_edge() -> None:
    noise = np.random.default_rng(3).normal(scale=0.15, size=(3, 3)).astype(np.float32)
    reading = read_filter(TOP + noise)
    assert (reading.pattern, reading.angle) == ("edge", 270)


def test_a_deep_filter_is_read_at_its_strongest_input_channel() -> None:
    weight = np.zeros((4, 3, 3), np.float32)
    weight[0, 0, 0] = 0.1
    weight[2] = TOP
    text = describe_filter(weight)
    assert "4 input channels, channel 3 weighing most" in text
    assert "a top edge" in text


def test_broken_numbers_are_said_to_be_broken() -> None:
    weight = np.full((1, 3, 3), np.nan, np.float32)
    assert "not numbers" in describe_filter(weight)
    assert "not numbers" in describe_channel("relu1", 0, weight[0])


def test_a_channel_tells_how_much_of_it_is_above_zero() -> None:
    values = weights((1, 0), (0, -1))
    text = describe_channel("conv1", 2, values)
    assert text.startswith("Output channel 3 of conv1: how strongly filter 3 matches")
    assert "25\u202f% of its positions are above zero" in text


def test_a_dark_channel_is_said_to_be_dark() -> None:
    assert "zero everywhere" in describe_channel("relu1", 0, np.zeros((4, 4), np.float32))


def test_the_change_is_relative_to_the_start() -> None:
    assert describe_change(TOP * 1.5, TOP) == "1.22 (50\u202f% of its start)"


def test_statistics_of_nothing_are_zero() -> None:
    assert statistics(np.zeros((0,), np.float32)).length == 0.0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((28, 3), "(28 − 3) / 1 + 1 = 26"),
        ((28, 3, 1, (1, 1)), "(28 + 2 × 1 − 3) / 1 + 1 = 28"),
        ((28, 2, 2, (0, 1)), "(28 + 0 + 1 − 2) / 2 + 1 = 14, rounded down"),
        ((28, 3, 1, (0, 0), 2), "(28 − (2 × 2 + 1)) / 1 + 1 = 24"),
        ((5, 2, 2), "(5 − 2) / 2 + 1 = 2, rounded down"),
    ],
)
def test_the_size_formula_has_the_actual_numbers(arguments: tuple[int], text: str) -> None:
    assert size_formula(*arguments) == text


def test_facts_of_a_network_follow_its_layers() -> None:
    spec = NetworkSpec((1, 28, 28), (Conv2D(8, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
    rows = {row.name: row for row in layer_facts(spec)}
    assert layer_formula(rows["conv1"]) == "(28 − 3) / 1 + 1 = 26"
    assert layer_formula(rows["pool1"]) == "(26 − 2) / 2 + 1 = 13"
    assert layer_formula(rows["relu1"]) == ""
    assert weight_formula(rows["conv1"]) == "8 filters × 1×3×3 + 8 biases = 80"
    assert sum(row.weights for row in rows.values()) == spec.weight_count


def test_numbers_are_written_with_true_minus_signs_and_thin_spaces() -> None:
    assert number(-0.018) == "−0.02"
    assert number(-0.001) == "0.00"
    assert grouped(-1234567) == "−1\u202f234\u202f567"
    assert [rate(820), rate(31_240), rate(1_400_000)] == ["820", "31.2k", "1.4M"]
    assert [duration(3.2), duration(61), duration(3729)] == ["0:04", "1:01", "1:02:09"]
    assert [short_number(v) for v in (0, 1234, -0.5, 0.0123, 1e-7)] == [
        "0",
        "1234",
        "−0.50",
        "0.0123",
        "1.0 × 10⁻⁷",
    ]
    assert number(float("nan")) == "not a number"


def test_zeros_round_a_filter_are_no_part_of_its_pattern() -> None:
    plain = describe_filter(TOP[None])
    for before, after in ((0, 1), (1, 1), (3, 5)):
        frame = np.pad(TOP, ((before, after), (before, after)))
        assert "top edge" in describe_filter(frame[None])
    assert describe_filter(np.pad(TOP, 1)[None]) == plain


def test_channels_that_weigh_the_same_are_said_to() -> None:
    same = describe_filter(np.stack([TOP, TOP, TOP]))
    assert same.startswith("Adds up 3 input channels, all in the same way. In each: ")
    assert "top edge" in same
    other = describe_filter(np.stack([TOP, -TOP]))
    assert other.startswith("Adds up 2 input channels, which weigh about the same. In channel 1: ")
    assert "channel 2 weighing most" in describe_filter(np.stack([TOP, 3 * TOP]))
