"""The networks that ship: what their cards say, and what they do to pictures that they have never seen."""

import numpy as np
import pytest

from engine.calibration import expected_calibration_error
from engine.datasets import NO_DIGIT, embedded_digits
from engine.datasets.shapes import SPLIT_SEEDS, rgb_shapes
from engine.datasets.strokes import STYLE_NAMES, non_digits, written_digits
from engine.metrics import evaluate
from engine.network import Network
from gui.shipped import load_shipped

# Of the networks as they are; a network that was trained anew may be a little worse.
LEAST = {"Reader": 0.996, "Classic": 0.99}
SEED = 20_261_125


@pytest.fixture(scope="module", params=[0, 1], ids=["Reader", "Classic"])
def shipped(request):
    return load_shipped()[request.param]


@pytest.fixture(scope="module")
def reader():
    model = load_shipped()[0].model
    return Network.from_parameters(model.spec, model.parameters)


def test_it_reads_the_embedded_test_digits_and_knows_how_well(shipped):
    test = embedded_digits().test
    network = Network.from_parameters(shipped.model.spec, shipped.model.parameters)
    assert evaluate(network, test.pictures, test.labels).accuracy >= LEAST[shipped.name] - 0.005
    assert expected_calibration_error(network.probabilities(test.pictures), test.labels) < 0.01


def test_its_card_says_what_it_was_trained_on_and_how_well_it_did(shipped):
    card = shipped.model.card
    assert card["name"] == shipped.name
    assert card["accuracy"] >= LEAST[shipped.name]
    assert card["seed"] == 1
    assert "without the program's own test digits" in card["data"]
    classes = len(shipped.model.spec.classes)
    confusion = np.array(card["confusion"])
    assert confusion.shape == (classes, classes)
    assert confusion.sum() == 10_000
    assert np.trace(confusion) / confusion.sum() == pytest.approx(card["accuracy"])
    assert set(card["read_right_by_style_%"]) == set(STYLE_NAMES)
    assert float(card["calibration_error"].removesuffix("%")) <= 0.5


def test_the_network_of_shapes_knows_its_test_pictures_and_says_so():
    network = load_shipped()[2]
    card = network.model.card
    test = rgb_shapes(2_000, SPLIT_SEEDS[1], 28)
    result = evaluate(
        Network.from_parameters(network.model.spec, network.model.parameters), test.pictures, test.labels
    )
    assert network.name == card["name"] == "Shapes"
    assert network.model.spec.classes == test.classes
    assert result.accuracy >= 0.99
    assert result.accuracy == pytest.approx(card["accuracy"], abs=0.002)
    assert card["test_data"] == f"RGB shapes made from seed {SPLIT_SEEDS[1]}, 2,000 test pictures"


@pytest.mark.parametrize(
    "style",
    [
        "one with flag and base",
        "one with base",
        "crossed seven",
        "slashed zero",
        "closed four",
        "curled nine",
    ],
)
def test_the_reader_reads_what_people_write(reader, style):
    written = written_digits(60, SEED, [style]).dataset
    assert evaluate(reader, written.pictures, written.labels).accuracy >= 0.93


def test_the_reader_says_of_letters_and_scribbles_that_they_are_no_digit(reader):
    answers = reader.forward(non_digits(240, SEED).pictures).argmax(axis=1)
    assert (answers == reader.spec.classes.index(NO_DIGIT)).mean() >= 0.97
    digits = embedded_digits().test.pictures
    assert (reader.forward(digits).argmax(axis=1) == reader.spec.classes.index(NO_DIGIT)).mean() <= 0.005
