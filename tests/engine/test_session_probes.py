"""Probes of a training session, on a thread and in a process: read beside it, and it does not notice."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import Network, TrainingConfig
from engine.errors import ShapeError
from engine.probes import MOST_PROBES, Reading
from engine.run_probes import ProbeReadings
from engine.session import SessionState, TrainingSession
from engine.session_messages import SetProbes
from engine.wire import decode_command, decode_probes, encode_command, encode_probes
from tests.engine.network_samples import SMALL
from tests.engine.session_listener import DATA, Listener

CONFIG = TrainingConfig(epochs=40, batch_size=32, learning_rate=0.01, seed=5)
PICTURES = np.random.default_rng(3).random((3, *SMALL.input_shape), dtype=np.float32)
Make = Callable[..., TrainingSession]


@pytest.fixture
def make(host: Make) -> Make:
    return lambda **options: host(SMALL, CONFIG, DATA, **options)


class Reader:
    """Collects what a session has read of its probes."""

    def __init__(self, session: TrainingSession) -> None:
        self.session, self.listener = session, Listener(session)
        self.found: dict[int, dict[int, Reading]] = {}

    def has(self, number: int, steps: set[int]) -> bool:
        for part in self.session.probe_readings():
            self.found.setdefault(part.number, {}).update({r.step: r for r in part.readings})
        return steps <= set(self.found.get(number, {}))

    def wait_for_all(self, number: int) -> None:
        """Wait until every step on the tape is read; they are not told at once, either."""
        step = self.session.step_count
        self.listener.until(lambda: step in self.session.recorded_steps)
        self.listener.until(lambda: self.has(number, set(self.session.recorded_steps)))


def test_every_recorded_step_is_read_while_the_run_rests(make: Make) -> None:
    session = make()
    reader = Reader(session)
    session.set_probes(4, PICTURES)
    session.run_epoch()
    reader.listener.until_state(SessionState.PAUSED)
    reader.wait_for_all(4)
    session.stop()
    reader.listener.until(lambda: not session.is_alive)
    for step, reading in reader.found[4].items():
        network = Network.from_parameters(SMALL, session.tape.at(step).parameters)
        np.testing.assert_allclose(reading.probabilities, network.probabilities(PICTURES), atol=1e-6)
    assert sorted(reader.found[4]) == [0, 1, 2, 3]


def test_probes_that_are_set_at_rest_are_read_and_commands_are_obeyed(make: Make) -> None:
    session = make()
    reader = Reader(session)
    session.run_epoch()
    reader.listener.until_state(SessionState.PAUSED)
    session.set_probes(1, PICTURES)
    reader.wait_for_all(1)
    session.step()
    reader.listener.until(lambda: session.step_count == 4 and session.state is SessionState.PAUSED)
    reader.wait_for_all(1)
    session.set_probes(2, PICTURES[:1])
    reader.wait_for_all(2)
    assert all(reading.probabilities.shape == (1, len(SMALL.classes)) for reading in reader.found[2].values())
    session.set_probes(3, PICTURES[:0])
    session.step()
    reader.listener.until(lambda: session.step_count == 5 and session.state is SessionState.PAUSED)
    reader.has(3, set())
    assert 3 not in reader.found


def test_of_several_settings_before_the_start_the_last_one_counts(make: Make) -> None:
    session = make()
    reader = Reader(session)
    for number in (1, 2):
        session.set_probes(number, PICTURES)
    session.step()
    reader.listener.until_state(SessionState.PAUSED)
    reader.wait_for_all(2)
    assert list(reader.found) == [2]


def test_the_training_does_not_notice(make: Make) -> None:
    vectors = []
    for number in range(2):
        session = make()
        if number:
            session.set_probes(1, PICTURES)
        session.start()
        Listener(session).until(lambda session=session: session.state is SessionState.FINISHED)
        session.close()
        vectors.append(session.record().state.parameters.vector)
    np.testing.assert_array_equal(vectors[0], vectors[1])


@pytest.mark.parametrize(
    "pictures",
    [PICTURES[0], PICTURES.astype(np.float64), np.zeros((MOST_PROBES + 1, *SMALL.input_shape), np.float32)],
)
def test_other_pictures_are_refused(make: Make, pictures: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="at most 12"):
        make().set_probes(1, pictures)


def test_commands_and_readings_come_over_the_wire_as_they_are() -> None:
    command = SetProbes(3, (1, 1, 2, 2), b"0123456789abcdef")
    assert decode_command(encode_command(command)) == command
    probabilities = np.random.default_rng(0).random((2, 3), dtype=np.float32)
    part = ProbeReadings(9, (Reading(5, probabilities), Reading(70_000, probabilities[::-1].copy())))
    again = decode_probes(encode_probes(part))
    assert (again.number, [reading.step for reading in again.readings]) == (9, [5, 70_000])
    for reading, twin in zip(part.readings, again.readings, strict=True):
        np.testing.assert_array_equal(reading.probabilities, twin.probabilities)
