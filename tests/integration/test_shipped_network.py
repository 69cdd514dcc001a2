"""The network that ships: what its card says, and what it does to digits that it has never seen."""

import numpy as np
import pytest

from engine.datasets import embedded_digits
from engine.formats.model import load_model
from engine.metrics import evaluate
from engine.network import Network
from resources import resource_path


@pytest.fixture(scope="module")
def model():
    return load_model(resource_path("networks", "digits.safetensors"))


def test_it_reads_the_embedded_test_digits(model):
    test = embedded_digits().test
    network = Network.from_parameters(model.spec, model.parameters)
    assert evaluate(network, test.pictures, test.labels).accuracy >= 0.995


def test_its_card_says_what_it_was_trained_on_and_how_well_it_did(model):
    card = model.card
    assert card["accuracy"] >= 0.995
    assert card["seed"] == 1
    assert "without" in card["data"]
    confusion = np.array(card["confusion"])
    assert confusion.shape == (10, 10)
    assert confusion.sum() == 10_000
    assert np.trace(confusion) / confusion.sum() == pytest.approx(card["accuracy"])
