"""Probes: what networks read of them, and the order in which a run's steps are read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Dense, Flatten, NetworkSpec
from engine.drawing import Backdrop, Drawing, prepare
from engine.errors import ConfigError, ShapeError
from engine.probes import Legible, Probe, ProbeReader
from tests.engine.drawing_samples import drawn_digit
from tests.engine.probe_samples import PICTURES, SPEC, network_at, tape_of

PLENTY = 60.0


def read_all(reader: ProbeReader) -> list[int]:
    while reader.advance(PLENTY):
        pass
    return [reading.step for reading in reader.take()]


def test_each_reading_is_what_the_network_of_its_step_answers() -> None:
    reader = ProbeReader(SPEC, PICTURES, tape_of(range(20)))
    assert reader.advance(PLENTY) == 20
    for reading in reader.take():
        wanted = network_at(reading.step).probabilities(PICTURES)
        np.testing.assert_array_equal(reading.probabilities, wanted)


@given(
    steps=st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True).map(sorted),
    room=st.integers(2, 80),
    known=st.lists(st.integers(0, 400), max_size=20, unique=True).map(sorted),
)
@settings(max_examples=60, deadline=None)
def test_every_recorded_step_is_read_once_unless_it_is_known(steps, room, known) -> None:
    tape = tape_of(steps, room)
    read = read_all(ProbeReader(SPEC, PICTURES, tape, known))
    assert sorted(read) == [step for step in tape.steps if step not in known]


def test_the_newest_comes_first_and_then_the_run_from_coarse_to_fine() -> None:
    read = read_all(ProbeReader(SPEC, PICTURES, tape_of(range(65))))
    assert read[:2] == [64, 0]
    for count in (4, 8, 16, 32):
        gaps = np.diff(sorted(read[: count + 2]))
        assert gaps.max() <= 2 * 64 / count


def test_what_is_recorded_later_is_read_next() -> None:
    tape = tape_of(range(0, 101, 10))
    reader = ProbeReader(SPEC, PICTURES, tape)
    reader.advance(PLENTY)
    reader.take()
    assert reader.advance(PLENTY) == 0
    for step in (110, 120):
        tape.record(step, network_at(step).parameters.vector, newest=True)
    assert read_all(reader)[0] == tape.steps[-1] == 120


def test_readings_of_steps_that_are_thinned_away_stay_and_come_once() -> None:
    tape = tape_of(range(10), room=16)
    reader = ProbeReader(SPEC, PICTURES, tape)
    before = read_all(reader)
    for step in range(10, 200):
        tape.record(step, network_at(step).parameters.vector)
    after = read_all(reader)
    assert sorted(before) == list(range(10))
    assert not set(before) & set(after)
    assert set(after) <= set(tape.steps)
    assert len(tape.steps) <= 16


def test_no_time_is_no_reading_once_the_cost_is_known() -> None:
    reader = ProbeReader(SPEC, PICTURES, tape_of(range(100)))
    assert reader.advance(0) == 1
    reader.take()
    assert reader.advance(0) == 0
    assert reader.take() == []


def test_without_pictures_there_is_nothing_to_read() -> None:
    assert ProbeReader(SPEC, PICTURES[:0], tape_of(range(3))).advance(PLENTY) == 0


def test_a_probe_keeps_its_own_picture() -> None:
    picture = np.zeros((1, 4, 4), np.uint8)
    probe = Probe("a", 1, picture)
    picture[...] = 9
    assert probe.picture.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        probe.picture[0, 0, 0] = 1


@pytest.mark.parametrize("picture", [np.zeros((4, 4), np.uint8), np.zeros((1, 4, 4), np.float64)])
def test_other_arrays_are_no_pictures(picture) -> None:
    with pytest.raises(ShapeError, match=r"uint8 or float32 \(c, h, w\)"):
        Probe("a", None, picture)


def test_a_label_must_be_a_class() -> None:
    with pytest.raises(ConfigError, match="from 0 to 9, got 10"):
        Probe("a", 10, PICTURES[0])


def test_the_true_class_is_found_by_its_name() -> None:
    probe = Probe("a", 1, PICTURES[0], classes=("circle", "square"))
    assert probe.label_in(("square", "circle")) == 0
    assert probe.label_in(("0", "1")) is None
    assert Probe("a", None, PICTURES[0]).label_in(("0", "1")) is None


def test_grey_values_are_read_as_shares_of_ink() -> None:
    pixels = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    received = Probe("a", None, pixels).received_by((1, 4, 4))
    assert received is not None
    np.testing.assert_array_equal(received, pixels.astype(np.float32) / np.float32(255))


def test_a_drawing_is_prepared_anew_for_a_network_of_other_channels() -> None:
    drawing = drawn_digit(3)
    picture = prepare(drawing).picture[None]
    probe = Probe("a", 3, picture, drawing=drawing)
    received = probe.received_by((3, 28, 28))
    assert received is not None
    np.testing.assert_array_equal(received, np.repeat(picture, 3, axis=0))
    assert probe.received_by((1, 8, 8)) is None


def test_legible_are_those_of_the_networks_shape_in_their_order() -> None:
    probes = [
        Probe("small", None, PICTURES[0]),
        Probe("other", None, np.zeros((1, 5, 5), np.uint8)),
        Probe("last", None, PICTURES[1]),
    ]
    legible = Legible.of(probes, SPEC)
    assert legible.keys == ("small", "last")
    np.testing.assert_array_equal(legible.pictures, PICTURES)
    assert Legible.of(probes, NetworkSpec((1, 9, 9), (Flatten(), Dense(2)))).pictures.shape == (0, 1, 9, 9)


def test_a_coloured_digit_is_read_in_its_colours() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    probe = Probe("a", None, pixels, drawing=Drawing(backdrop=Backdrop(pixels, exact=True)))
    received = probe.received_by((3, 28, 28))
    assert received is not None
    np.testing.assert_allclose(received, pixels / 255, atol=1e-6)
