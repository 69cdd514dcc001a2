"""Sessions that are told where to measure on their test pictures, and processes without helpers."""

import io
import os
import signal
import sys
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, NetworkSpec, ReLU, TrainingConfig, worker
from engine.metrics import evaluate
from engine.network import Network
from engine.process_session import ProcessSession, WorkerPool
from engine.session import SessionState, TrainingSession
from engine.session_messages import Run
from engine.wire import HELPERS
from tests.engine.network_samples import digits_like

SPEC = NetworkSpec((1, 12, 12), (Conv2D(2, 3), ReLU(), Flatten(), Dense(4)))
CONFIG = TrainingConfig(epochs=5, batch_size=20, learning_rate=0.01, seed=2)
DATA, TEST = digits_like(200), digits_like(40, seed=1)


@pytest.fixture(params=["thread", "process"])
def session(request):
    if request.param == "thread":
        made = TrainingSession(SPEC, CONFIG, DATA, test_data=TEST)
    else:
        pool = WorkerPool(helpers=False)
        made = ProcessSession(SPEC, CONFIG, DATA, test_data=TEST, pool=pool)
    yield made
    made.close()


def wait_for(condition):
    waiting = threading.Event()
    for _ in range(15_000):
        if condition():
            return
        waiting.wait(0.002)
    pytest.fail("it did not happen in time")


def test_it_is_measured_at_the_step_at_which_the_run_rests(session):
    for step in (7, 11):
        # The second wish is added to the first, wherever that is.
        session.send(Run(steps=step - session.step_count - 1))
        session.send(Run(steps=1, examine=True))
        wait_for(lambda step=step: len(session.tests) and session.tests.since(0)["step"][-1] == step)
        session.send(Run(steps=1))
        wait_for(lambda step=step: session.step_count == step + 1)
        wait_for(lambda: session.state is SessionState.PAUSED)
    rows = session.tests.since(0)
    assert {7, 11} <= set(rows["step"].tolist())
    assert len(set(rows["step"].tolist())) == len(rows)


@pytest.mark.parametrize("patience", [float("inf"), -1.0])
def test_a_pause_measures_what_is_looked_at_then_unless_that_takes_long(monkeypatch, patience):
    monkeypatch.setattr("engine.examiner.QUICK_SECONDS", patience)
    # From the first measurement on none is due any more by itself.
    monkeypatch.setattr("engine.examiner.LEAST_SECONDS", float("inf"))
    with closing(TrainingSession(SPEC, replace(CONFIG, epochs=10_000), DATA, test_data=TEST)) as session:
        session.start()
        wait_for(lambda: session.step_count >= 5)
        session.pause()
        wait_for(lambda: session.state is SessionState.PAUSED)
        measured = session.tests.since(0)["step"].tolist()
        assert measured == ([1] if patience < 0 else [1, session.step_count])


def test_what_is_measured_is_what_the_network_answers(session):
    session.send(Run(steps=4, examine=True))
    wait_for(lambda: len(session.tests) and session.tests.since(0)["step"][-1] == 4)
    row = session.tests.since(0)[-1]
    session.close()
    network = Network.from_parameters(SPEC, session.record().state.parameters)
    assert row["accuracy"] == np.float32(evaluate(network, *TEST).accuracy)


@pytest.mark.parametrize(("told", "wanted"), [(None, [2]), ("1", [2]), ("0", [])])
def test_helpers_wait_beside_a_process_unless_it_is_told_otherwise(monkeypatch, told, wanted):
    started = []

    class Waiting:
        def __init__(self, helpers):
            started.append(helpers)

        def close(self):
            pass

    monkeypatch.setattr(worker, "Crew", Waiting)
    monkeypatch.setattr(worker, "default_workers", lambda: 3)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(os, "nice", lambda _: 0, raising=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.delenv(HELPERS, raising=False)
    if told is not None:
        monkeypatch.setenv(HELPERS, told)
    assert worker.main() == 0
    assert started == wanted
