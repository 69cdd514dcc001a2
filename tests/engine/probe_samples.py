"""Small networks, tapes and pictures for tests of probes."""

import numpy as np

from engine import Dense, Flatten, Network, NetworkSpec
from engine.tape import Tape

SPEC = NetworkSpec((1, 4, 4), (Flatten(), Dense(3)), classes=("a", "b", "c"))
PICTURES = np.random.default_rng(0).random((2, 1, 4, 4), dtype=np.float32)


def network_at(step: int) -> Network:
    return Network(SPEC, seed=step)


def tape_of(steps, room=1000) -> Tape:
    """A tape with the networks of `network_at` at these steps."""
    first, *rest = steps
    parameters = network_at(first).parameters
    tape = Tape(first, parameters, room * parameters.vector.nbytes)
    for step in rest:
        tape.record(step, network_at(step).parameters.vector)
    return tape
