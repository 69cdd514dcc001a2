"""Temperatures and the calibration error of probabilities."""

import numpy as np
import pytest

from engine import Network
from engine.calibration import at_temperature, expected_calibration_error, fit_temperature
from engine.errors import ConfigError, ShapeError
from engine.functional import softmax
from engine.layers import Conv2D, Dense, Flatten, ReLU
from engine.spec import NetworkSpec


def _answers(rng, count=20_000):
    """Logits, and labels that are drawn by just these probabilities."""
    logits = rng.normal(size=(count, 5)) * 2
    labels = (softmax(logits).cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return logits, np.minimum(labels, 4)


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_scaling_of_honest_logits(factor):
    logits, labels = _answers(np.random.default_rng(1))

    assert fit_temperature(logits * factor, labels) == pytest.approx(factor, rel=0.03)


def test_honest_probabilities_have_nearly_no_error_and_exaggerated_ones_have():
    logits, labels = _answers(np.random.default_rng(2))

    assert expected_calibration_error(softmax(logits), labels) < 0.01
    assert expected_calibration_error(softmax(logits * 5), labels) > 0.1
    assert expected_calibration_error(softmax(logits / 5), labels) > 0.1


def test_the_error_is_the_mean_distance_of_the_intervals():
    # Two answers of 0.9 of which one is right, and two of 0.6 that are right: |0.9 − 0.5| and |0.6 − 1|.
    probabilities = [[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]]

    assert expected_calibration_error(probabilities, [0, 0, 0, 0]) == pytest.approx(0.4)
    assert expected_calibration_error([[1.0, 0.0]], [0]) == 0


@pytest.mark.parametrize("bias", [True, False])
def test_a_network_at_another_temperature_gives_divided_logits_and_the_first_stays(bias):
    spec = NetworkSpec((1, 8, 8), (Conv2D(3, 3), ReLU(), Flatten(), Dense(4, bias=bias)))
    network = Network(spec, 3)
    x = np.random.default_rng(3).random((5, 1, 8, 8), dtype=np.float32)
    before = network.forward(x)

    np.testing.assert_allclose(at_temperature(network, 2.5).forward(x), before / 2.5, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(network.forward(x), before)


def test_what_cannot_be_scaled_is_said():
    network = Network(NetworkSpec((1, 8, 8), (Flatten(), Dense(4), ReLU())), 0)
    with pytest.raises(ConfigError, match="last layer must be Dense"):
        at_temperature(network, 2)
    with pytest.raises(ConfigError, match="temperature must be a number above 0, got 0"):
        at_temperature(network, 0)


def test_what_does_not_fit_together_is_said():
    with pytest.raises(ShapeError, match="values must be"):
        fit_temperature([1.0, 2.0], [0, 1])
    with pytest.raises(ShapeError):
        expected_calibration_error([[0.5, 0.5]], [0, 1])
