"""The loss of a whole run in buckets, whatever its length."""

import numpy as np
import pytest

from gui.widgets.loss_buckets import LossBuckets, NearLoss


def test_buckets_hold_a_long_run_in_the_same_memory() -> None:
    buckets = LossBuckets(capacity=64)
    losses = np.linspace(2.0, 0.1, 100_000)
    for start in range(0, 100_000, 10_000):
        buckets.append(np.arange(start, start + 10_000), losses[start : start + 10_000])
    curve = buckets.curve(1000)
    assert 32 <= curve.step.size <= 64
    assert buckets.last_step == 99_999
    assert curve.high[0] == pytest.approx(np.log10(2.0), abs=1e-3)
    assert curve.low[-1] == pytest.approx(-1.0, abs=1e-3)
    assert np.all(np.diff(curve.step) > 0)


def test_one_append_equals_many() -> None:
    rng = np.random.default_rng(0)
    losses = rng.uniform(0.1, 2.0, 1000)
    together, apart = LossBuckets(64), LossBuckets(64)
    together.append(np.arange(1000), losses)
    for step in range(1000):
        apart.append([step], [losses[step]])
    for one, other in zip(
        (together.curve(50).mean, together.curve(50).low),
        (apart.curve(50).mean, apart.curve(50).low),
        strict=True,
    ):
        np.testing.assert_allclose(one, other)


def test_a_spike_survives_every_merge() -> None:
    buckets = LossBuckets(16)
    losses = np.ones(10_000)
    losses[4321] = 100.0
    buckets.append(np.arange(10_000), losses)
    assert buckets.curve(4).high.max() == pytest.approx(2.0)


def test_losses_that_are_not_numbers_are_left_out() -> None:
    buckets = LossBuckets()
    buckets.append([0, 1, 2], [1.0, float("nan"), float("inf")])
    assert buckets.curve(100).step.size == 1
    assert buckets.loss_near(2) == NearLoss(pytest.approx(1.0), 0, 0)
    assert LossBuckets().loss_near(3) is None


def test_the_loss_of_a_step_is_that_of_the_bucket_which_holds_it() -> None:
    buckets = LossBuckets(16)
    buckets.append(np.arange(1, 9), 2.0 ** np.arange(8))
    assert [buckets.loss_near(step) for step in (1, 4, 8)] == [
        NearLoss(pytest.approx(1.0), 1, 1),
        NearLoss(pytest.approx(8.0), 4, 4),
        NearLoss(pytest.approx(128.0), 8, 8),
    ]
    buckets.append(np.arange(9, 60), np.full(51, 3.0))
    assert [buckets.loss_near(step) for step in (16, 19, 59)] == [
        NearLoss(pytest.approx(3.0), 16, 19),
        NearLoss(pytest.approx(3.0), 16, 19),
        NearLoss(pytest.approx(3.0), 56, 59),
    ]


def test_a_loss_is_named_for_what_it_is() -> None:
    assert NearLoss(2.0, 8, 8).words(8) == "batch loss 2.00"
    assert NearLoss(2.0, 1, 1).words(0) == "batch loss 2.00 (step 1)"
    assert NearLoss(0.5, 4000, 4003).words(4001) == "mean loss 0.50 (steps 4\u202f000–4\u202f003)"
