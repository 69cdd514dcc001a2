"""Three networks that differ in their first layer only."""

from dataclasses import replace

import numpy as np
import pytest

from engine import BatchNorm2D, Conv2D, Dense, Flatten, NetworkSpec, ReLU, TrainingConfig
from engine.errors import ConfigError
from engine.kernels import kernel
from engine.network import Network
from engine.race import RaceResult, hand_made_filters, race_entries, race_sentence
from engine.recipes import preset
from engine.trainer import Trainer
from tests.engine.network_samples import digits_like

SPEC = NetworkSpec((1, 12, 12), (Conv2D(8, 3), ReLU(), Conv2D(3, 3), ReLU(), Flatten(), Dense(4)))
CONFIG = TrainingConfig(epochs=2, batch_size=20, learning_rate=0.01, seed=11)
DATA = digits_like(60)


def trained(spec, entry):
    """Train an entry; give its parameters and the loss of its first step."""
    network = Network.from_parameters(spec, entry.parameters)
    reports = list(Trainer(network, entry.config).run(DATA))
    return network.parameters, reports


def norms(weight):
    return np.sqrt((weight.astype(np.float64) ** 2).sum(axis=(1, 2, 3)))


def test_all_but_the_hand_made_first_layer_begins_bit_equal():
    made, random, learned = race_entries(SPEC, CONFIG)
    start = Network(SPEC, CONFIG.seed).parameters
    np.testing.assert_array_equal(random.parameters.vector, start.vector)
    np.testing.assert_array_equal(learned.parameters.vector, start.vector)
    for name in start:
        same = np.array_equal(made.parameters[name], start[name])
        assert same == (name != "conv1.weight"), name


def test_only_the_frozen_layer_sets_their_trainings_apart():
    entries = race_entries(SPEC, CONFIG)
    assert [entry.key for entry in entries] == ["hand-made", "random", "learned"]
    assert [entry.config.frozen for entry in entries] == [("conv1",), ("conv1",), ()]
    assert all(replace(entry.config, frozen=()) == CONFIG for entry in entries)


def test_the_first_layer_learns_in_one_of_them_and_everything_behind_it_in_all():
    entries = race_entries(SPEC, CONFIG)
    seen = []
    for entry in entries:
        found, reports = trained(SPEC, entry)
        held = np.array_equal(found["conv1.weight"], entry.parameters["conv1.weight"])
        assert held == (entry.key != "learned")
        assert not np.array_equal(found["dense1.weight"], entry.parameters["dense1.weight"])
        seen.append([(r.step, r.epoch, r.batch_size) for r in reports])
    assert seen[0] == seen[1] == seen[2]


def test_random_and_learned_see_the_same_first_pictures():
    _, random, learned = (trained(SPEC, entry)[1] for entry in race_entries(SPEC, CONFIG))
    assert random[0] == learned[0]
    assert random[-1].loss != learned[-1].loss


def test_hand_made_filters_are_the_named_ones_as_strong_as_the_random_ones():
    made, random, _ = race_entries(SPEC, CONFIG)
    weight = made.parameters["conv1.weight"]
    assert made.filters[:4] == ("top edge", "left edge", "bottom edge", "right edge")
    np.testing.assert_allclose(norms(weight), norms(random.parameters["conv1.weight"]), rtol=1e-6)
    edge = kernel("left-edge").values
    np.testing.assert_allclose(weight[1, 0] / weight[1, 0].max(), edge, atol=1e-6)
    assert not made.parameters["conv1.bias"].any()


def test_several_input_channels_share_a_filter_between_them():
    spec = NetworkSpec((3, 12, 12), (Conv2D(5, 3, bias=False), BatchNorm2D(), ReLU(), Flatten(), Dense(4)))
    made, random, _ = race_entries(spec, CONFIG)
    weight = made.parameters["conv1.weight"]
    assert weight.shape == (5, 3, 3, 3)
    np.testing.assert_array_equal(weight[:, 0], weight[:, 1])
    np.testing.assert_array_equal(weight[:, 0], weight[:, 2])
    np.testing.assert_allclose(norms(weight), norms(random.parameters["conv1.weight"]), rtol=1e-6)


def test_larger_filters_have_the_kernel_in_the_middle_and_smaller_ones_its_middle():
    (_, large), *_ = hand_made_filters(1, 5, 7)
    top = kernel("top-edge").values
    np.testing.assert_allclose(large[1:4, 2:5], top / np.linalg.norm(top))
    assert np.count_nonzero(large) == np.count_nonzero(top)
    (_, small), *_ = hand_made_filters(1, 1, 3)
    np.testing.assert_allclose(small, top[1:2] / np.linalg.norm(top[1]))


@pytest.mark.parametrize(
    ("count", "size", "different"), [(1, 3, 1), (8, 3, 8), (32, 3, 32), (50, 3, 50), (6, 5, 6), (4, 1, 2)]
)
def test_there_are_as_many_different_ones_as_there_can_be(count, size, different):
    filters = hand_made_filters(count, size, size)
    assert len(filters) == count
    assert len({values.tobytes() for _, values in filters}) == different
    for _, values in filters:
        assert np.linalg.norm(values) == pytest.approx(1)


def test_more_filters_than_there_are_different_kernels_repeat_from_the_first():
    filters = hand_made_filters(80, 3, 3)
    different = len({values.tobytes() for _, values in filters})
    assert different < 80
    np.testing.assert_array_equal(filters[different][1], filters[0][1])


@pytest.mark.parametrize("key", ["one-filter", "lenet", "8-16", "32-64"])
def test_every_preset_can_race(key):
    chosen = preset(key)
    for entry in race_entries(chosen.spec, chosen.config):
        assert len(entry.filters) == chosen.spec.layers[0].filters
        assert np.isfinite(entry.parameters.vector).all()


def test_a_network_without_a_convolution_cannot_race():
    with pytest.raises(ConfigError, match="a network with a convolution"):
        race_entries(NetworkSpec((1, 12, 12), (Flatten(), Dense(4))), CONFIG)


def sentence(made, random, learned, count=2000):
    keys = ("hand-made", "random", "learned")
    found = zip(keys, (made, random, learned), strict=True)
    text = race_sentence([RaceResult(key, 500, right, count) for key, right in found])
    return text.replace("\u202f", " ")


def test_a_clear_winner_is_told_with_both_distances():
    assert sentence(1900, 1700, 1980) == (
        "After 500 steps on the same pictures in the same order: learned 99.0 %, hand-made 95.0 %, "
        "random 85.0 % of the 2 000 test pictures right; "
        "learned wins by 4.0 points over hand-made and 14.0 points over random."
    )


def test_who_is_within_the_counting_error_is_level_with_the_best():
    assert sentence(1956, 1900, 1960).endswith(
        "; learned and hand-made are level within the counting error of 0.9 points, "
        "random is 3.0 points behind."
    )
    assert sentence(1900, 1899, 1901).endswith(
        "; all three are level within the counting error of 1.4 points."
    )


def test_few_pictures_carry_no_verdict_that_many_would():
    assert "learned wins" in sentence(9500, 9400, 9700, 10_000)
    assert "all three are level" in sentence(95, 94, 97, 100)


def test_equal_counts_are_level_even_without_a_mistake():
    assert "wins" not in sentence(2000, 2000, 2000)
    assert "of 0.0 points" not in sentence(2000, 2000, 2000)
