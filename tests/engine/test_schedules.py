"""The schedules: their known points."""

from itertools import pairwise

import pytest

from engine.schedules import SCHEDULES, constant, cosine, onecycle


@pytest.mark.parametrize("progress", [0.0, 0.3, 1.0, 1.5])
def test_the_constant_schedule_is_1_throughout(progress: float) -> None:
    assert constant(progress) == 1


@pytest.mark.parametrize(
    ("progress", "factor"), [(0, 1), (1 / 3, 0.75), (0.5, 0.5), (2 / 3, 0.25), (1, 0), (1.2, 0)]
)
def test_the_cosine_schedule_falls_from_1_to_0(progress: float, factor: float) -> None:
    assert cosine(progress) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize(
    ("progress", "factor"),
    [(0, 1 / 25), (0.15, (1 + 1 / 25) / 2), (0.3, 1), (0.65, (1 + 4e-6) / 2), (1, 4e-6), (1.2, 4e-6)],
)
def test_the_onecycle_schedule_rises_to_1_and_falls_to_almost_nothing(progress: float, factor: float) -> None:
    assert onecycle(progress) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_schedule_leaves_0_to_1(name: str) -> None:
    factors = [SCHEDULES[name](i / 1000) for i in range(1001)]
    assert 0 <= min(factors) <= max(factors) <= 1
    # No jumps.
    assert max(abs(b - a) for a, b in pairwise(factors)) < 0.01
