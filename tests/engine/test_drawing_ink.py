"""Strokes become ink: coverage, joining, erasing, and what is remembered of it."""

from math import pi

import numpy as np
import pytest

from engine.drawing import Backdrop, Drawing, Stroke, rasterize, smooth_path
from engine.errors import ConfigError, ShapeError
from tests.engine.drawing_samples import stroke


def ink_of(*strokes: Stroke, side: int = 140) -> np.ndarray:
    return rasterize(Drawing(strokes=strokes), side)


def test_a_dot_covers_the_area_of_its_disc() -> None:
    ink = ink_of(stroke((0.5, 0.5), width=0.2))
    assert ink.sum() == pytest.approx(pi * (0.1 * 140) ** 2, rel=0.01)
    assert ink.dtype == np.float32
    assert ink.min() == 0.0
    assert ink.max() == 1.0


def test_a_line_covers_its_length_times_its_width_and_two_half_discs() -> None:
    ink = ink_of(stroke((0.2, 0.3), (0.8, 0.7), width=0.1))
    length, width = np.hypot(0.6, 0.4) * 140, 14.0
    assert ink.sum() == pytest.approx(length * width + pi * width**2 / 4, rel=0.01)


def test_a_tapering_line_is_thick_where_it_was_pressed() -> None:
    ink = ink_of(Stroke(((0.2, 0.5, 0.2), (0.8, 0.5, 0.05))))
    column = ink.sum(axis=0)
    assert column[round(0.25 * 140)] == pytest.approx(0.1875 * 140, rel=0.1)
    assert column[round(0.75 * 140)] == pytest.approx(0.0625 * 140, rel=0.1)


def test_a_line_thinner_than_a_pixel_fades_with_its_width() -> None:
    thick, thin = (
        ink_of(stroke((0.2, 0.5), (0.8, 0.5), width=width)).sum() for width in (1 / 140, 0.2 / 140)
    )
    assert thin < 0.35 * thick
    assert ink_of(stroke((0.2, 0.5), (0.8, 0.5), width=0.0)).sum() == 0.0


def test_edges_are_smooth_ramps_one_pixel_wide() -> None:
    row = ink_of(stroke((0.2, 0.5), (0.8, 0.52), width=0.1))[:, 70]
    grey = np.count_nonzero((row > 0) & (row < 1))
    assert 1 <= grey <= 4


def test_crossing_strokes_join_without_a_darker_spot() -> None:
    ink = ink_of(stroke((0.2, 0.2), (0.8, 0.8)), stroke((0.8, 0.2), (0.2, 0.8)))
    assert ink.max() == 1.0


def test_ink_outside_the_canvas_is_clipped_and_far_away_costs_nothing() -> None:
    half = ink_of(stroke((0.0, 0.5), width=0.2))
    assert half.sum() == pytest.approx(pi * 14**2 / 2, rel=0.02)
    assert ink_of(stroke((50.0, 50.0), (99.0, -99.0))).sum() == 0.0
    through = ink_of(stroke((-90.0, 0.5), (90.0, 0.5), width=0.1))
    assert through.sum() == pytest.approx(140 * 14, rel=0.01)


def test_the_eraser_takes_away_only_what_was_there_before_it() -> None:
    line = stroke((0.2, 0.5), (0.8, 0.5))
    rub = Stroke(((0.5, 0.5, 0.3),), erases=True)
    erased = ink_of(line, rub)
    assert erased[70, 70] == 0.0
    assert erased[70, 40] == 1.0
    assert ink_of(line, rub, line)[70, 70] == 1.0


@pytest.mark.parametrize("erases", [False, True])
def test_a_growing_stroke_looks_the_same_as_one_drawn_at_once(erases: bool) -> None:
    rng = np.random.default_rng(1)
    points = tuple((float(x), float(y), float(w / 10)) for x, y, w in rng.random((40, 3)))
    below = Drawing(strokes=(stroke((0.1, 0.1), (0.9, 0.9), width=0.6),))
    for count in range(1, 41):
        grown = rasterize(below.with_stroke(Stroke(points[:count], erases)))
    rasterize(Drawing(strokes=(stroke((0.3, 0.3)),)))  # forgets the stroke that was growing
    mirrored = tuple((1 - x, y, w) for x, y, w in points)
    fresh = rasterize(Drawing(strokes=(stroke((0.9, 0.1), (0.1, 0.9), width=0.6), Stroke(mirrored, erases))))
    np.testing.assert_allclose(grown, fresh[:, ::-1], atol=2e-5)


def test_undo_returns_the_very_picture_of_before() -> None:
    drawing = Drawing(strokes=(stroke((0.2, 0.2), (0.8, 0.8)),))
    before = rasterize(drawing)
    rasterize(drawing.with_stroke(stroke((0.8, 0.2), (0.2, 0.8))))
    assert rasterize(Drawing(strokes=drawing.strokes)) is before


def test_the_picture_cannot_be_changed_by_who_receives_it() -> None:
    ink = ink_of(stroke((0.5, 0.5)))
    with pytest.raises(ValueError, match="read-only"):
        ink[0, 0] = 1.0


def test_the_same_drawing_at_another_size_covers_the_same_share() -> None:
    line = stroke((0.2, 0.3), (0.8, 0.7))
    assert ink_of(line, side=280).mean() == pytest.approx(ink_of(line, side=140).mean(), rel=0.01)


def test_a_backdrop_fills_the_canvas_with_its_ratio_kept() -> None:
    wide = Backdrop(np.full((20, 40), 255, dtype=np.uint8))
    ink = rasterize(Drawing(backdrop=wide))
    assert ink[35:105].min() == 1.0
    assert ink[:35].max() == 0.0
    assert ink[105:].max() == 0.0


def test_a_backdrop_is_a_private_copy() -> None:
    pixels = np.zeros((28, 28), dtype=np.uint8)
    backdrop = Backdrop(pixels)
    pixels[:] = 255
    assert backdrop.pixels.max() == 0


def test_a_smooth_path_bends_through_few_points_without_corners() -> None:
    path = smooth_path([(0.2, 0.5, 0.1), (0.5, 0.1, 0.1), (0.8, 0.5, 0.1)])
    np.testing.assert_allclose(path[[0, -1], :2], [[0.2, 0.5], [0.8, 0.5]])
    step = np.diff(path[:, :2], axis=0)
    turn = np.diff(np.unwrap(np.arctan2(step[:, 1], step[:, 0])))
    assert np.abs(turn).max() < np.deg2rad(20)


def test_a_new_point_changes_only_the_end_of_a_smooth_path() -> None:
    points = [(0.1, 0.1, 0.1), (0.4, 0.2, 0.1), (0.5, 0.6, 0.1), (0.9, 0.5, 0.1)]
    shorter = smooth_path(points[:3])
    np.testing.assert_array_equal(smooth_path(points)[: len(shorter) - 1], shorter[:-1])


@pytest.mark.parametrize(
    "points",
    [
        (),
        ((0.5, float("nan"), 0.1),),
        ((0.5, 0.5, float("nan")),),
        ((float("inf"), 0.5, 0.1),),
        ((0.5, 0.5, -0.1),),
        ((0.5, 0.5, 2.0),),
        ((1e6, 0.5, 0.1),),
        ((0.5, 0.5),),
    ],
)
def test_an_impossible_stroke_is_refused(points: tuple[tuple[float, float, float], ...]) -> None:
    with pytest.raises(ConfigError, match="got"):
        Stroke(points)


@pytest.mark.parametrize(
    ("pixels", "exact"),
    [
        (np.zeros((28, 28), dtype=np.float32), False),
        (np.zeros((28, 28, 3), dtype=np.uint8), False),
        (np.zeros((0, 28), dtype=np.uint8), False),
        (np.zeros((30, 28), dtype=np.uint8), True),
    ],
)
def test_an_impossible_backdrop_is_refused(pixels: np.ndarray, exact: bool) -> None:
    with pytest.raises(ShapeError, match="got"):
        Backdrop(pixels, exact)


@pytest.mark.parametrize("side", [0, -1, 100_000])
def test_an_impossible_canvas_is_refused(side: int) -> None:
    with pytest.raises(ConfigError, match="got"):
        rasterize(Drawing(), side)
