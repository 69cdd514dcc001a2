"""Hands and pens: each range does what it is named for, and has its limits."""

from dataclasses import fields

import numpy as np
import pytest

from engine.datasets.strokes import (
    BACKWARD,
    EVERYDAY,
    MANNERS,
    NEAT,
    SHAKY,
    SLANTED,
    SMALL,
    THICK,
    THIN,
    Manner,
    digit_drawings,
    line,
)
from engine.datasets.strokes.style import Style
from engine.datasets.strokes.writing import write
from engine.drawing import Drawing, Stroke, prepare
from engine.errors import ConfigError

STILL = Manner(
    slant_deg=0.0, slant_spread_deg=0.0, rotation_deg=0.0, width_factor=1.0, width_spread=0.0, size=0.6,
    size_spread=0.0, sloppiness=0.0, warp=0.0, wobble=0.0, tremor=0.0, overshoot=0.0, gap=0.0, hooks=0.0,
    pen_width=0.1, pen_width_spread=0.0, pressure=0.0,
)  # fmt: skip
BAR = Style("bar", None, 1.0, (line((0.5, 0.0), (0.5, 0.5), (0.5, 1.0)),))


def drawings(manner: Manner, styles: list[str] | None = None, count: int = 120) -> list[Drawing]:
    return list(digit_drawings(count, 1, styles, manner))


def points_of(drawing: Drawing) -> np.ndarray:
    return np.concatenate([np.array(stroke.points) for stroke in drawing.strokes])


def height(drawing: Drawing) -> float:
    return float(np.ptp(points_of(drawing)[:, 1]))


def lean_deg(drawing: Drawing) -> float:
    x, y, _ = points_of(drawing)[[0, -1]].T
    return float(np.degrees(np.arctan2(x[0] - x[1], y[1] - y[0])))


def roughness(drawing: Drawing) -> float:
    """Return how far points stray from the middle between their neighbours, in the mean."""
    points = points_of(drawing)[:, :2]
    return float(np.hypot(*(points[1:-1] - (points[:-2] + points[2:]) / 2).T).mean())


def test_a_hand_without_any_spread_draws_a_straight_bar() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        bar = points_of(write(BAR, STILL.hand(rng), rng))
        assert np.ptp(bar[:, 0]) < 0.01
        assert np.ptp(bar[:, 1]) == pytest.approx(0.6, abs=0.01)
        assert set(bar[:, 2]) == {0.1}


def test_slanted_writing_leans_to_the_right_and_backward_writing_to_the_left() -> None:
    one = ["plain one"]
    slanted, usual, backward = (
        np.mean([lean_deg(drawing) for drawing in drawings(manner, one)])
        for manner in (SLANTED, EVERYDAY, BACKWARD)
    )
    assert slanted > 18
    assert 4 < usual < 14
    assert backward < -10


def test_small_writing_is_small() -> None:
    assert np.median([height(drawing) for drawing in drawings(SMALL)]) == pytest.approx(0.3, abs=0.05)
    assert np.median([height(drawing) for drawing in drawings(EVERYDAY)]) == pytest.approx(0.62, abs=0.08)


def test_a_thick_brush_leaves_more_ink_than_the_usual_one_and_a_fine_pen_less() -> None:
    thick, usual, thin = (
        np.mean([prepare(drawing).picture.mean() for drawing in drawings(manner, count=60)])
        for manner in (THICK, EVERYDAY, THIN)
    )
    assert thick > 1.3 * usual
    assert thin < 0.6 * usual


def test_a_shaky_hand_is_rougher_than_a_neat_one() -> None:
    shaky, neat = (
        np.mean([roughness(drawing) for drawing in drawings(manner, ["round zero"])])
        for manner in (SHAKY, NEAT)
    )
    assert shaky > 2 * neat


def is_even(stroke: Stroke) -> bool:
    return len({width for _, _, width in stroke.points}) == 1


def test_the_width_follows_the_pressure_of_a_pen_and_of_nothing_else() -> None:
    without, always = Manner(pressure=0.0), Manner(pressure=1.0)
    assert all(is_even(stroke) for drawing in drawings(without) for stroke in drawing.strokes)
    pressed = drawings(always, ["round zero"])
    assert not any(is_even(stroke) for drawing in pressed for stroke in drawing.strokes)
    lines = [points_of(drawing)[:, 2] for drawing in pressed]
    middle = np.mean([widths[len(widths) // 2] for widths in lines])
    assert np.mean([widths[0] for widths in lines]) < 0.9 * middle
    assert np.mean([widths[-1] for widths in lines]) < 0.9 * middle


def test_a_mouse_is_bound_to_whole_pixels_of_one_screen() -> None:
    rng = np.random.default_rng(3)
    hands = [Manner(pressure=0.0).hand(rng) for _ in range(40)]
    mice = [hand for hand in hands if hand.canvas_px is not None]
    assert 10 < len(mice) < 30
    for hand in mice:
        pixels = points_of(write(BAR, hand, rng))[:, :2] * hand.canvas_px
        np.testing.assert_allclose(pixels, np.rint(pixels), atol=1e-6)


def test_a_faster_pen_delivers_fewer_points() -> None:
    slow, fast = (
        np.mean([len(points_of(drawing)) for drawing in drawings(Manner(step=step))]) for step in (0.01, 0.06)
    )
    assert slow > 4 * fast


def test_there_are_manners_for_what_is_misread_by_name() -> None:
    assert {"everyday", "neat", "shaky", "slanted", "backward", "small", "thick", "thin"} == set(MANNERS)
    assert MANNERS["everyday"] == Manner()


@pytest.mark.parametrize("name", [field.name for field in fields(Manner)])
@pytest.mark.parametrize("value", [-100.0, 100.0, float("nan")])
def test_every_range_has_limits_and_says_them(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"^{name} must be from .* to .*, got {value}\.$"):
        Manner(**{name: value})
