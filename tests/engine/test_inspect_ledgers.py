"""Ledgers close: the terms of any number of any network add up to it, and lead on to the ink."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import ShapeError
from engine.inspect.backward import record
from engine.inspect.fields import receptive_fields
from engine.inspect.ledgers import Place, layer_ledger
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.network import Network
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, Case, cases, pictures_for, values_for


def everything():
    rng = np.random.default_rng(4)
    return Case(EVERYTHING, values_for(EVERYTHING, rng), *pictures_for(EVERYTHING, 1, rng))


def places_of(spec, rng):
    """Choose a number of every layer."""
    for name in spec.layer_names:
        shape = spec.shapes[name]
        index = [int(rng.integers(size)) for size in shape]
        yield Place(name, index[0], (index[1], index[2]) if len(shape) == 3 else None)


@given(cases(), st.integers(0, 99))
@example(everything(), 0)
def test_the_terms_of_every_layer_add_up_to_its_number(case, seed):
    values = record(Network.from_parameters(case.spec, case.parameters), case.x[:1])
    for place in places_of(case.spec, np.random.default_rng(seed)):
        ledger = layer_ledger(case.spec, case.parameters, values, place)
        wanted = values[place.layer][0][(place.channel, *(place.pixel or ()))]
        assert ledger.total == pytest.approx(wanted, rel=1e-9, abs=1e-11)
        parts = sum(part.total for part in ledger.parts) + sum(value for _, value in ledger.extras)
        assert parts == pytest.approx(ledger.total, rel=1e-12, abs=1e-12)
        for part in ledger.parts:
            for term in part.terms:
                if term.place is None:
                    assert term.number == 0
                    continue
                # What is multiplied is the number at the place that the term leads on to.
                at = (term.place.channel, *(term.place.pixel or ()))
                assert term.number == values[term.place.layer][0][at]
                assert term.place.channel == part.channel or term.place.pixel is None


@given(cases(), st.integers(0, 99))
def test_a_ledger_looks_at_its_receptive_field_and_at_nothing_else(case, seed):
    values = record(Network.from_parameters(case.spec, case.parameters), case.x[:1])
    for place in places_of(case.spec, np.random.default_rng(seed)):
        if place.pixel is None:
            continue
        field = receptive_fields(case.spec, place.layer, place.pixel)[1].inside
        ledger = layer_ledger(case.spec, case.parameters, values, place)
        pixels = {term.place.pixel for part in ledger.parts for term in part.terms if term.place}
        assert pixels == {(row, column) for row in field.rows for column in field.columns}


SPEC = NetworkSpec((1, 6, 6), (Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(2)))


def case():
    network = Network(SPEC, seed=2)
    return network, record(network, np.random.default_rng(0).random((1, 1, 6, 6), np.float32))


def test_a_relu_writes_down_what_it_takes_away():
    network, values = case()
    row, column = np.argwhere(values["conv1"][0, 0] < 0)[0]
    place = Place("relu1", 0, (int(row), int(column)))
    ledger = layer_ledger(SPEC, network.parameters, values, place)
    assert ledger.total == 0
    ((name, taken),) = ledger.extras
    assert name == "ReLU"
    assert taken == pytest.approx(-values["conv1"][0, 0, row, column])


def test_a_pool_writes_down_who_won():
    network, values = case()
    ledger = layer_ledger(SPEC, network.parameters, values, Place("pool1", 1, (1, 0)))
    (part,) = ledger.parts
    assert sorted(term.weight for term in part.terms) == [0, 0, 0, 1]
    winner = max(part.terms, key=lambda term: term.number)
    assert winner.weight == 1


def test_a_logit_adds_up_channel_by_channel():
    network, values = case()
    ledger = layer_ledger(SPEC, network.parameters, values, Place("dense1", 1))
    assert [part.channel for part in ledger.parts] == [0, 1]
    assert [len(part.terms) for part in ledger.parts] == [4, 4]
    assert ledger.extras[0][0] == "bias"
    deeper = layer_ledger(SPEC, network.parameters, values, ledger.parts[1].terms[2].place)
    # The flattened number 6 is channel 1, row 1, column 0 of the pooled picture.
    assert deeper.parts[0].terms[0].place == Place("pool1", 1, (1, 0))


@pytest.mark.parametrize(
    "place",
    [Place("conv1", 2, (0, 0)), Place("conv1", 0, (4, 0)), Place("conv1", 0), Place("dense1", 0, (0, 0))],
)
def test_a_number_that_is_not_there_is_refused(place):
    network, values = case()
    with pytest.raises(ShapeError, match=f"must be in {place.layer}"):
        layer_ledger(SPEC, network.parameters, values, place)
    with pytest.raises(ShapeError, match="a ledger is of a layer"):
        layer_ledger(SPEC, network.parameters, values, Place("input", 0, (0, 0)))
