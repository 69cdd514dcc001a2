"""Which steps a film shows, how long, and how large."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.film_plan import HOLD_MS, FilmPlan, Sheet, chosen_steps, film_seconds, sheet_for

RECORDED = st.lists(st.integers(0, 100_000), min_size=1, max_size=300, unique=True).map(sorted)


@given(recorded=RECORDED, most=st.integers(2, 100), spacing=st.sampled_from(["recorded", "even"]))
def test_the_chosen_steps_are_recorded_few_and_hold_both_ends(recorded, most, spacing):
    chosen = chosen_steps(recorded, most, spacing)
    assert set(chosen) <= set(recorded)
    assert len(chosen) <= most
    assert list(chosen) == sorted(set(chosen))
    assert {recorded[0], recorded[-1]} <= set(chosen)


@given(count=st.integers(2, 300), most=st.integers(2, 100))
def test_as_recorded_takes_as_many_as_there_may_be_evenly(count, most):
    recorded = [k * k for k in range(count)]
    chosen = chosen_steps(recorded, most, "recorded")
    assert len(chosen) == min(most, count)
    gaps = [recorded.index(b) - recorded.index(a) for a, b in itertools.pairwise(chosen)]
    assert max(gaps) - min(gaps) <= 1


def test_evenly_takes_what_lies_nearest():
    recorded = [0, 1, 2, 3, 4, 8, 16, 31, 64, 100]
    assert chosen_steps(recorded, 5, "even") == (0, 31, 64, 100)
    assert chosen_steps(recorded, 3, "even") == (0, 64, 100)


def test_of_one_frame_it_is_the_last_step_and_of_nothing_nothing():
    assert chosen_steps([3, 5, 8], 1, "recorded") == (8,)
    assert chosen_steps([7], 9, "even") == (7,)
    assert chosen_steps([], 9, "recorded") == ()


@given(frames=st.integers(1, 200), rate=st.integers(1, 30))
def test_the_frames_last_as_long_as_was_said(frames, rate):
    plan = FilmPlan(tuple(range(frames)), Sheet(10, 10), rate, "gif", True, Path())
    total = sum(plan.duration_ms(index) for index in range(frames))
    assert total == pytest.approx(1000 * film_seconds(frames, rate), abs=1)
    assert plan.duration_ms(frames - 1) == HOLD_MS


def test_a_sheet_keeps_the_shape_of_the_panel_within_margin_and_footer():
    assert sheet_for(424, (800, 200), 12, footer=False) == Sheet(424, 124, 12, 0)
    assert sheet_for(424, (800, 200), 12, footer=True) == Sheet(424, 152, 12, 28)
    assert sheet_for(160, (5000, 1), 0, footer=False).height == 1
    assert sheet_for(160, (0, 0), 0, footer=False).width == 160
