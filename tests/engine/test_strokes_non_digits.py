"""Ink that is no digit: each kind is what it is called, and the same from the same seed."""

import numpy as np
import pytest

from engine.datasets.strokes import NON_DIGIT_KINDS, non_digit_drawings, non_digits
from engine.drawing import Drawing, prepare
from engine.errors import ConfigError
from engine.novelty import DigitLikeness


def drawings(kind: str, count: int = 60) -> list[Drawing]:
    return list(non_digit_drawings(count, 1, [kind]))


def extent(drawing: Drawing) -> tuple[float, float]:
    points = np.concatenate([np.array(stroke.points) for stroke in drawing.strokes])
    width, height = np.ptp(points[:, :2], axis=0)
    return float(width), float(height)


def test_the_kinds_come_in_turn_and_the_labels_say_which() -> None:
    dataset = non_digits(20, 0)
    assert dataset.classes == NON_DIGIT_KINDS
    assert dataset.picture_shape == (1, 28, 28)
    assert dataset.labels.tolist() == [index % 6 for index in range(20)]
    few = non_digits(6, 0, ["dot", "letter"])
    assert [few.classes[label] for label in few.labels] == ["dot", "letter"] * 3


def test_the_same_seed_gives_the_same_and_a_smaller_count_the_first_of_them() -> None:
    np.testing.assert_array_equal(non_digits(30, 5).pictures, non_digits(30, 5).pictures)
    np.testing.assert_array_equal(non_digits(12, 5).pictures, non_digits(30, 5).pictures[:12])
    assert (non_digits(30, 5).pictures != non_digits(30, 6).pictures).any()


def test_pictures_are_what_the_canvas_would_prepare_from_the_same_strokes() -> None:
    dataset = non_digits(30, 7)
    for index, drawing in enumerate(non_digit_drawings(30, 7)):
        assert drawing.label is None
        expected = np.rint(prepare(drawing).picture * np.float32(255)).astype(np.uint8)
        np.testing.assert_array_equal(dataset.pictures[index, 0], expected)


def test_blank_is_no_ink_and_all_else_is_ink() -> None:
    dataset = non_digits(60, 2)
    blank = dataset.labels == NON_DIGIT_KINDS.index("blank")
    np.testing.assert_array_equal(dataset.pictures.any(axis=(1, 2, 3)), ~blank)


def test_a_dot_is_a_single_point() -> None:
    for drawing in drawings("dot"):
        (stroke,) = drawing.strokes
        assert len(stroke.points) == 1


def test_a_flat_line_is_too_flat_for_a_one() -> None:
    for drawing in drawings("flat line"):
        width, height = extent(drawing)
        assert height < 0.75 * width


def test_letters_signs_and_scribbles_are_many() -> None:
    letters = {drawing.name for drawing in drawings("letter", 150)}
    assert letters == {f"letter {name}" for name in "AEFHKMNPRTVWX"}
    signs = {drawing.name for drawing in drawings("sign", 100)}
    assert {"plus", "heart", "star", "hash"} <= signs
    assert {drawing.name for drawing in drawings("scribble")} == {"zigzag", "tangle"}


def test_most_of_them_resemble_no_digit() -> None:
    likeness = DigitLikeness()
    pictures = non_digits(120, 3).pictures[:, 0] / np.float32(255)
    assert np.mean([likeness.resembles_digit(picture) for picture in pictures]) < 0.35


def test_wrong_requests_are_refused_in_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"^There must be at least 1 drawing, got 0\.$"):
        non_digits(0, 0)
    with pytest.raises(ConfigError, match=r"^A seed must be at least 0, got -1\.$"):
        non_digit_drawings(1, -1)
    with pytest.raises(ConfigError, match=r"^A kind must be one of letter, .*, blank, got 'cat'\.$"):
        non_digits(1, 0, ["cat"])
    with pytest.raises(ConfigError, match=r"^At least one kind must be named\.$"):
        non_digit_drawings(1, 0, [])
