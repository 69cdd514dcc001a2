"""Reading probes beside a training: paced by its time, and at once while it rests."""

from queue import SimpleQueue

import numpy as np

from engine.run_probes import RunProbes
from tests.engine.probe_samples import PICTURES, SPEC, network_at, tape_of


class Read:
    """A run's probes, and what they have put into their box."""

    def __init__(self, tape):
        self.box = SimpleQueue()
        self.probes = RunProbes(SPEC, tape, self.box)

    def take(self):
        return [self.box.get_nowait() for _ in range(self.box.qsize())]

    def steps(self):
        return [reading.step for part in self.take() for reading in part.readings]


def test_a_run_at_rest_is_read_to_the_end_and_told_once() -> None:
    read = Read(tape_of(range(50)))
    read.probes.set_pictures(7, PICTURES)
    while read.probes.rest():
        pass
    parts = read.take()
    assert {part.number for part in parts} == {7}
    assert sorted(reading.step for part in parts for reading in part.readings) == list(range(50))
    assert not read.probes.rest()
    assert read.take() == []


def test_no_training_time_allows_no_reading() -> None:
    read = Read(tape_of(range(50)))
    read.probes.set_pictures(1, PICTURES)
    # The first reading tells what one costs.
    read.probes.note(0.0)
    assert len(read.steps()) == 1
    for _ in range(100):
        read.probes.note(0.0)
    assert read.steps() == []


def test_enough_training_time_allows_readings() -> None:
    tape = tape_of(range(3))
    read = Read(tape)
    read.probes.set_pictures(1, PICTURES)
    for step in range(3, 20):
        tape.record(step, network_at(step).parameters.vector)
        read.probes.note(10.0)
    steps = read.steps()
    assert 19 in steps
    assert len(steps) > 5


def test_other_pictures_are_read_from_the_start_under_their_own_number() -> None:
    read = Read(tape_of(range(5)))
    read.probes.set_pictures(1, PICTURES)
    assert read.probes.rest()
    read.take()
    read.probes.set_pictures(2, PICTURES[:1])
    while read.probes.rest():
        pass
    parts = read.take()
    assert {part.number for part in parts} == {2}
    readings = [reading for part in parts for reading in part.readings]
    assert len(readings) == 5
    assert all(reading.probabilities.shape == (1, 3) for reading in readings)
    read.probes.set_pictures(3, np.zeros((0, 1, 4, 4), np.float32))
    assert not read.probes.rest()
    read.probes.note(1.0)
    assert read.take() == []


def test_where_one_reading_takes_long_a_run_at_rest_is_read_to_the_end(monkeypatch) -> None:
    seconds = iter(range(1_000_000))
    monkeypatch.setattr("engine.probes.time.perf_counter", lambda: float(next(seconds)))
    read = Read(tape_of(range(10)))
    read.probes.set_pictures(1, PICTURES)
    while read.probes.rest():
        pass
    assert sorted(read.steps()) == list(range(10))


def test_where_one_reading_takes_long_a_training_saves_up_for_it(monkeypatch) -> None:
    seconds = iter(range(1_000_000))
    monkeypatch.setattr("engine.probes.time.perf_counter", lambda: float(next(seconds)))
    tape = tape_of(range(3))
    read = Read(tape)
    read.probes.set_pictures(1, PICTURES)
    for _ in range(10_000):
        read.probes.note(1.0)
    assert sorted(read.steps()) == [0, 1, 2]
