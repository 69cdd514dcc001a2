"""Styles are data: points of pen lines, and smooth paths through them."""

from collections import defaultdict

import numpy as np
import pytest

from engine.datasets.strokes import DIGIT_STYLES, STYLE_NAMES, Corner, PenLine, Style, line
from engine.datasets.strokes.sign_styles import LETTERS, SIGNS
from engine.datasets.strokes.spline import DENSE, ROUNDINGS, spline_matrix
from engine.errors import ConfigError

LINES = [pen for style in (*DIGIT_STYLES, *LETTERS, *SIGNS) for pen in style.lines]
LONG_LINES = [pen for pen in LINES if len(pen.places) > 1]


def path_of(pen: PenLine, rounding: int = 0) -> np.ndarray:
    return spline_matrix(pen, rounding) @ pen.places


def test_every_digit_has_at_least_three_styles_whose_shares_add_up_to_one() -> None:
    shares = defaultdict(list)
    for style in DIGIT_STYLES:
        shares[style.label].append(style.share)
    assert sorted(shares) == list(range(10))
    assert min(map(len, shares.values())) >= 3
    assert [sum(parts) for parts in shares.values()] == pytest.approx([1.0] * 10)


def test_what_digit_demos_misread_most_is_among_the_styles() -> None:
    assert len(set(STYLE_NAMES)) == len(STYLE_NAMES)
    assert {
        "one with flag", "one with flag and base", "crossed seven", "seven with serif", "slashed zero",
        "dotted zero", "open four", "printed four", "looped two", "open nine", "curled nine",
    } <= set(STYLE_NAMES)  # fmt: skip


def test_letters_and_signs_have_no_digit() -> None:
    assert {style.label for style in (*LETTERS, *SIGNS)} == {None}


def test_a_path_that_is_not_rounded_goes_through_every_point() -> None:
    for pen in LONG_LINES:
        path = path_of(pen)
        pieces = (len(path) - 1) // (len(pen.places) - 1)
        np.testing.assert_allclose(path[::pieces], pen.places, atol=1e-9)
        assert abs(len(path) - DENSE) <= len(pen.places) / 2 + 1


def test_rounding_keeps_both_ends_and_moves_with_its_points() -> None:
    for pen in LONG_LINES:
        for rounding in range(len(ROUNDINGS)):
            matrix = spline_matrix(pen, rounding)
            np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-9)
            np.testing.assert_allclose((matrix @ pen.places)[[0, -1]], pen.places[[0, -1]], atol=1e-9)


def test_the_path_stays_near_the_points_of_a_style() -> None:
    for pen in LONG_LINES:
        path = path_of(pen)
        assert (path >= pen.places.min(axis=0) - 0.1).all()
        assert (path <= pen.places.max(axis=0) + 0.1).all()


def turn(path: np.ndarray, at: int) -> float:
    """Return the angle, in degrees, by which a path turns at one of its points."""
    before, after = path[at] - path[at - 1], path[at + 1] - path[at]
    cosine = before @ after / np.hypot(*before) / np.hypot(*after)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def test_a_line_breaks_at_a_corner_and_runs_on_smoothly_at_any_other_point() -> None:
    points = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    sharp, smooth = line(points[0], Corner(*points[1]), points[2]), line(*points)
    middle = len(path_of(sharp)) // 2
    assert turn(path_of(sharp), middle) == pytest.approx(90)
    assert turn(path_of(smooth), middle) < 10
    rounded = path_of(sharp, len(ROUNDINGS) - 1)
    assert max(turn(rounded, at) for at in range(1, len(rounded) - 1)) < 45


def test_a_corner_parts_a_line_so_that_one_side_knows_nothing_of_the_other() -> None:
    pen = line((0.0, 0.0), (0.3, 0.4), Corner(1.0, 0.0), (1.0, 0.5), (0.5, 1.0))
    matrix = spline_matrix(pen, 0)
    middle = len(matrix) // 2
    assert not matrix[:middle, 3:].any()
    assert not matrix[middle + 1 :, :2].any()


def test_a_single_point_is_a_dot() -> None:
    assert path_of(line((0.5, 0.25))).tolist() == [[0.5, 0.25]]


@pytest.mark.parametrize("points", [(), ((0.0, float("nan")),), ((0.0, 0.0, -0.1),)])
def test_a_line_needs_points_of_numbers_and_no_negative_spread(points: tuple[tuple[float, ...]]) -> None:
    with pytest.raises(ConfigError, match=r"A line must have points of finite numbers .*, got \["):
        line(*points)


@pytest.mark.parametrize("share", [0.0, 1.5, float("nan")])
def test_a_style_needs_a_line_and_a_share(share: float) -> None:
    with pytest.raises(ConfigError, match=r"must be above 0 and up to 1, got"):
        Style("plus", None, share, (line((0.0, 0.0)),))
    with pytest.raises(ConfigError, match="The style 'plus' must have a line"):
        Style("plus", None, 1.0, ())
