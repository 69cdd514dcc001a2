"""An instrument among stand-ins for training and worker, for tests of the display clock."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from engine.drawing import Drawing, Stroke
from engine.formats.model import Model
from engine.history import STEP_FIELDS, TEST_FIELDS, Progress
from engine.session import SessionState, Snapshot
from engine.tape import Recorded
from gui.bridge import Pulled
from gui.document import Document
from gui.frames import compute_frame
from gui.instrument import Instrument

SPEC = NetworkSpec((1, 28, 28), (Conv2D(2, 3), ReLU(), Flatten(), Dense(10)))
OTHER = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
INK = Drawing((Stroke(((0.5, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="my drawing")
DIGIT = Drawing((Stroke(((0.2, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="digit 7")


class StandInSession:
    name, spec = "Run 1", SPEC


class StandInBridge(QObject):
    """Gives what the test has put there."""

    run_opened = Signal(object)

    def __init__(self):
        super().__init__()
        self.session, self.state, self.initial = None, None, Network(SPEC, 1).parameters.frozen()
        self.snapshot, self.wanted = None, []
        self.steps_asked, self.recorded = [], None

    @property
    def present(self):
        run = self.session
        return run and SimpleNamespace(key=run.name, name=run.name, session=run, initial=self.initial)

    @property
    def is_running(self):
        return self.state is SessionState.RUNNING

    def open(self):
        self.session, self.state = StandInSession(), SessionState.READY
        self.snapshot = self.snapshot_of(0)
        self.run_opened.emit(None)

    def snapshot_of(self, step):
        return Snapshot(step, 0.0, Network(SPEC, 1 + step).parameters.frozen())

    def request_recorded(self, step):
        self.steps_asked.append(step)

    def answer(self, step):
        self.recorded = Recorded(step, self.snapshot_of(step).parameters)

    def pull(self, *, want_snapshot, numbers=True):
        if self.session is None:
            return None
        self.wanted.append(want_snapshot)
        snapshot, self.snapshot = self.snapshot, None
        recorded, self.recorded = self.recorded, None
        nothing = np.zeros(0, STEP_FIELDS), np.zeros(0, TEST_FIELDS)
        return Pulled(*nothing, snapshot, (), Progress(0, 0, 1, 0, 0, None), recorded)


class StandInWorker:
    """Computes what is asked for when the test says so."""

    def __init__(self):
        self.wanted, self.made, self.asked, self.held, self.closed = {}, {}, [], False, False

    def request(self, slot, subject, drawing):
        self.asked.append((slot, subject, drawing))
        self.wanted[slot] = subject, drawing
        if not self.held:
            self.compute()

    def compute(self):
        for slot, (subject, drawing) in self.wanted.items():
            self.made[slot] = compute_frame(subject, drawing, Network(subject.spec), None)
        self.wanted = {}

    def collect(self):
        made, self.made = self.made, {}
        return made

    @property
    def is_idle(self):
        return not (self.wanted or self.made)

    def close(self):
        self.closed = True


class Bench:
    """An instrument among stand-ins, and what it has shown."""

    def __init__(self, qtbot):
        self.qtbot, self.document = qtbot, Document(INK)
        self.bridge, self.worker = StandInBridge(), StandInWorker()
        model = Model(OTHER, Network(OTHER, 5).parameters.frozen(), {})
        self.instrument = Instrument(self.document, self.bridge, self.worker, model, "Trained network")
        self.answers, self.runs, self.subjects = [], [], []
        self.instrument.answer_changed.connect(self.answers.append)
        self.instrument.run_changed.connect(self.runs.append)
        self.instrument.subject_changed.connect(self.subjects.append)

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=5000)

    def settle(self):
        self.until(lambda: self.instrument.is_settled)

    def train(self, step):
        self.bridge.state = SessionState.RUNNING
        self.bridge.snapshot = self.bridge.snapshot_of(step)
        self.instrument.wake()
        self.until(lambda: self.instrument.run is not None and self.instrument.run.step == step)
        self.settle()

    def scrub(self, step):
        self.instrument.go_to(step)
        self.bridge.answer(step)
        self.settle()


@pytest.fixture
def bench(qtbot):
    bench = Bench(qtbot)
    yield bench
    bench.instrument.close()
