"""Reading probes beside a training: paced by its time, and at once while it rests."""

import numpy as np

from engine.run_probes import RunProbes
from tests.engine.probe_samples import PICTURES, SPEC, network_at, tape_of


def test_a_run_at_rest_is_read_to_the_end_and_told_once() -> None:
    probes = RunProbes(SPEC, tape_of(range(50)))
    probes.set_pictures(7, PICTURES)
    while probes.rest():
        pass
    taken = probes.take()
    assert taken is not None
    assert taken.number == 7
    assert sorted(reading.step for reading in taken.readings) == list(range(50))
    assert probes.take() is None


def test_no_training_time_allows_no_reading() -> None:
    probes = RunProbes(SPEC, tape_of(range(50)))
    probes.set_pictures(1, PICTURES)
    # The first reading tells what one costs.
    probes.note(0.0)
    probes.take()
    for _ in range(100):
        probes.note(0.0)
    assert probes.take() is None


def test_enough_training_time_allows_readings() -> None:
    tape = tape_of(range(3))
    probes = RunProbes(SPEC, tape)
    probes.set_pictures(1, PICTURES)
    for step in range(3, 20):
        tape.record(step, network_at(step).parameters.vector)
        probes.note(10.0)
    taken = probes.take()
    assert taken is not None
    steps = [reading.step for reading in taken.readings]
    assert 19 in steps
    assert len(steps) > 5


def test_other_pictures_are_read_from_the_start_under_their_own_number() -> None:
    probes = RunProbes(SPEC, tape_of(range(5)))
    probes.set_pictures(1, PICTURES)
    assert probes.rest()
    probes.set_pictures(2, PICTURES[:1])
    while probes.rest():
        pass
    taken = probes.take()
    assert taken is not None
    assert (taken.number, len(taken.readings)) == (2, 5)
    assert all(reading.probabilities.shape == (1, 3) for reading in taken.readings)
    probes.set_pictures(3, np.zeros((0, 1, 4, 4), np.float32))
    assert not probes.rest()
    probes.note(1.0)
    assert probes.take() is None
