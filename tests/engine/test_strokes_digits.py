"""Written digits: the same from the same seed, in shares, and prepared like any drawing."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine import Network
from engine.datasets import Dataset, embedded_digits
from engine.datasets.strokes import (
    DIGIT_STYLES,
    EVERYDAY,
    NEAT,
    STYLE_NAMES,
    WrittenDigits,
    digit_drawings,
    written_digits,
)
from engine.drawing import prepare
from engine.errors import ConfigError, DataError
from resources import resource_path

# Ways of writing that MNIST is full of, so that a network trained on it must read them.
MNIST_STYLES = (
    "round zero", "plain one", "plain two", "two with round loop", "round three", "open four",
    "five in two strokes", "straight six", "plain seven", "eight in one stroke", "straight nine",
)  # fmt: skip


@pytest.fixture(scope="module")
def many() -> WrittenDigits:
    """Return 1,500 everyday digits."""
    return written_digits(1_500, 3)


def test_the_same_seed_gives_the_same_bits_and_another_one_others() -> None:
    one, same, other = (list(digit_drawings(60, seed)) for seed in (4, 4, 5))
    assert [drawing.strokes for drawing in one] == [drawing.strokes for drawing in same]
    assert [drawing.strokes for drawing in one] != [drawing.strokes for drawing in other]
    np.testing.assert_array_equal(
        written_digits(60, 4).dataset.pictures, written_digits(60, 4).dataset.pictures
    )


def test_a_smaller_count_gives_the_first_of_them() -> None:
    few, more = written_digits(25, 1), written_digits(40, 1)
    np.testing.assert_array_equal(few.dataset.pictures, more.dataset.pictures[:25])
    np.testing.assert_array_equal(few.styles, more.styles[:25])


def test_pictures_are_what_the_canvas_would_prepare_from_the_same_strokes() -> None:
    written = written_digits(80, 8)
    for index, drawing in enumerate(digit_drawings(80, 8)):
        expected = np.rint(prepare(drawing).picture * np.float32(255)).astype(np.uint8)
        np.testing.assert_array_equal(written.dataset.pictures[index, 0], expected)
        assert written.dataset.labels[index] == drawing.label
        assert STYLE_NAMES[written.styles[index]] == drawing.name


def test_every_ten_hold_each_digit_once() -> None:
    labels = np.array([drawing.label for drawing in digit_drawings(500, 2)])
    assert (np.sort(labels.reshape(-1, 10), axis=1) == np.arange(10)).all()


def test_every_style_comes_as_often_as_its_share_says() -> None:
    count = 6_000
    found = Counter(drawing.name for drawing in digit_drawings(count, 0))
    assert set(found) == set(STYLE_NAMES)
    for style in DIGIT_STYLES:
        expected = style.share * count / 10
        assert abs(found[style.name] - expected) < 4.5 * np.sqrt(expected), style.name


def test_each_style_is_of_its_digit(many: WrittenDigits) -> None:
    digits = np.array([style.label for style in DIGIT_STYLES])
    np.testing.assert_array_equal(digits[many.styles], many.dataset.labels)


def test_styles_can_be_chosen_and_the_other_digits_stay_away() -> None:
    written = written_digits(60, 0, ["crossed seven", "slashed zero", "crossed seven"])
    assert Counter(written.dataset.labels.tolist()) == {0: 30, 7: 30}
    assert len(written.of_style("crossed seven")) == 30
    with pytest.raises(DataError, match="There is no picture of the style 'plain one' among these 60"):
        written.of_style("plain one")


def test_pictures_fill_20_pixels_around_their_centre_of_mass(many: WrittenDigits) -> None:
    pictures = many.dataset.pictures[:, 0].astype(float)
    assert many.dataset.picture_shape == (1, 28, 28)
    assert not many.dataset.pictures.flags.writeable
    ink = pictures > 0
    assert set(np.maximum(ink.any(axis=1).sum(axis=1), ink.any(axis=2).sum(axis=1))) <= {19, 20}
    for axis in (1, 2):
        profile = pictures.sum(axis=axis)
        centre = profile @ np.arange(28) / profile.sum(axis=1)
        assert np.quantile(np.abs(centre - 14), 0.98) <= 0.51


def test_nobodys_pen_leaves_the_canvas() -> None:
    for drawing in digit_drawings(300, 6, manner=replace(EVERYDAY, size=0.9, size_spread=0.5)):
        points = np.array([point for stroke in drawing.strokes for point in stroke.points])
        assert points[:, :2].min() >= 0.0
        assert points[:, :2].max() <= 1.0


def test_points_come_as_far_apart_as_the_canvas_delivers_them() -> None:
    for drawing in digit_drawings(200, 9):
        for stroke in drawing.strokes:
            points = np.array(stroke.points)[:, :2]
            if len(points) > 2:
                assert np.abs(np.diff(points[:-1], axis=0)).max(axis=1).min() >= 0.0014


def stroke_width_px(pictures: np.ndarray) -> np.ndarray:
    """Return the mean width of the lines of pictures ``(n, 28, 28)``, in pixels: ink by half its edge."""
    light = pictures / 255
    edges = np.hypot(np.diff(light, axis=2)[:, :27], np.diff(light, axis=1)[:, :, :27])
    return 2 * light.sum(axis=(1, 2)) / edges.sum(axis=(1, 2))


def slant_deg(pictures: np.ndarray) -> np.ndarray:
    """Return how far the ink of pictures ``(n, 28, 28)`` leans to the right, from its moments."""
    y, x = np.mgrid[:28, :28]
    mass = pictures.sum(axis=(1, 2))
    dx = x - ((pictures * x).sum(axis=(1, 2)) / mass)[:, None, None]
    dy = y - ((pictures * y).sum(axis=(1, 2)) / mass)[:, None, None]
    return np.degrees(
        np.arctan(-(pictures * dx * dy).sum(axis=(1, 2)) / (pictures * dy * dy).sum(axis=(1, 2)))
    )


def test_ink_width_slant_and_proportions_are_those_of_real_digits(many: WrittenDigits) -> None:
    real = embedded_digits().train.pictures[:2_000, 0].astype(float)
    written = many.dataset.pictures[:, 0].astype(float)
    measures = {
        "ink": (lambda p: p.mean(axis=(1, 2)) / 255, 0.01, 0.012),
        "line width": (stroke_width_px, 0.2, 0.25),
        "slant": (slant_deg, 3.0, 3.0),
        "columns": (lambda p: (p > 0).any(axis=1).sum(axis=1), 0.8, 0.8),
    }
    for name, (measure, mean, spread) in measures.items():
        ours, theirs = measure(written), measure(real)
        assert abs(ours.mean() - theirs.mean()) < mean, name
        assert abs(ours.std() - theirs.std()) < spread, name


def test_the_shipped_network_reads_what_is_written_like_mnist() -> None:
    dataset = written_digits(330, 12, MNIST_STYLES, NEAT).dataset
    network = Network.load(resource_path("networks", "reader.safetensors"))
    answers = network.forward(dataset.pictures / np.float32(255)).argmax(axis=1)
    assert (answers == dataset.labels).mean() > 0.98


def test_wrong_requests_are_refused_in_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"^There must be at least 1 drawing, got 0\.$"):
        written_digits(0, 0)
    with pytest.raises(ConfigError, match=r"^There must be at least 1 drawing, got -3\.$"):
        digit_drawings(-3, 0)
    with pytest.raises(ConfigError, match=r"^A seed must be at least 0, got -1\.$"):
        digit_drawings(1, -1)
    with pytest.raises(ConfigError, match=r"^A style must be one of round zero, .*, got 'crossed eight'\.$"):
        digit_drawings(1, 0, ["crossed eight"])
    with pytest.raises(ConfigError, match=r"^At least one style must be named\.$"):
        digit_drawings(1, 0, [])


def test_styles_must_fit_their_pictures() -> None:
    dataset = Dataset("x", np.zeros((2, 1, 28, 28), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(DataError, match=r"The styles of 2 pictures must be int64 \(2,\), got int64 \(3,\)"):
        WrittenDigits(dataset, np.zeros(3, np.int64))
    with pytest.raises(ConfigError, match="got 'nine of clubs'"):
        WrittenDigits(dataset, np.zeros(2, np.int64)).of_style("nine of clubs")
