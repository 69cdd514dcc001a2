"""The display clock: whose frames are asked for, when, and which of them are shown."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, QTimer, Signal

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


def test_every_drawing_is_answered_by_the_trained_network(bench):
    bench.instrument.refresh()
    bench.settle()
    bench.document.replace(DIGIT, "Draw")
    bench.settle()
    assert [(frame.source, frame.drawing) for frame in bench.answers] == [
        ("Trained network", INK),
        ("Trained network", DIGIT),
    ]


def test_nothing_is_asked_for_twice(bench):
    for _ in range(3):
        bench.instrument.refresh()
        bench.settle()
    assert len(bench.worker.asked) == 1


def test_a_run_answers_once_it_has_begun(bench):
    bench.bridge.open()
    bench.settle()
    assert bench.instrument.answering.source == "Trained network"
    bench.train(3)
    assert (bench.answers[-1].source, bench.answers[-1].step) == ("Run 1", 3)
    assert [subject.source for subject in bench.subjects] == ["Run 1"]


def test_a_run_that_has_not_begun_answers_when_it_is_asked_to(bench):
    bench.bridge.open()
    bench.settle()
    assert not bench.instrument.run_answers
    bench.instrument.set_answer_live(True)
    bench.settle()
    assert bench.instrument.run_answers
    assert (bench.answers[-1].source, bench.answers[-1].step) == ("Run 1", 0)
    # The next run is not asked for yet.
    bench.bridge.open()
    bench.settle()
    assert not bench.instrument.run_answers


def test_the_trained_network_answers_when_one_says_so(bench):
    bench.bridge.open()
    bench.train(3)
    bench.instrument.set_answer_live(False)
    bench.settle()
    assert bench.answers[-1].source == "Trained network"
    bench.instrument.set_answer_live(True)
    bench.settle()
    assert bench.answers[-1].source == "Run 1"


def test_frames_of_the_run_come_only_while_a_page_wants_them(bench):
    bench.bridge.open()
    bench.train(1)
    assert bench.runs == []
    bench.instrument.set_run_wanted(True)
    bench.settle()
    assert [frame.step for frame in bench.runs] == [1]
    bench.instrument.set_run_wanted(False)
    bench.train(2)
    assert [frame.step for frame in bench.runs] == [1]


def test_one_frame_serves_pad_and_page_where_both_want_the_same(bench):
    bench.bridge.open()
    bench.instrument.set_run_wanted(True)
    bench.train(1)
    asked = len(bench.worker.asked)
    bench.train(2)
    assert len(bench.worker.asked) == asked + 1
    assert bench.runs[-1] is bench.answers[-1]


def test_a_chosen_digit_is_shown_to_the_run_and_the_drawing_to_the_pad(bench):
    bench.bridge.open()
    bench.instrument.set_run_wanted(True)
    bench.instrument.set_run_drawing(DIGIT)
    bench.train(1)
    assert (bench.answers[-1].drawing, bench.runs[-1].drawing) == (INK, DIGIT)


def test_a_digit_that_comes_late_does_not_replace_the_drawing(bench):
    bench.bridge.open()
    bench.instrument.set_run_wanted(True)
    bench.train(1)
    bench.worker.held = True
    bench.instrument.set_run_drawing(DIGIT)
    bench.instrument.set_run_drawing(None)
    bench.worker.compute()
    bench.settle()
    assert bench.runs[-1].drawing is INK


def test_an_answer_of_a_network_that_was_left_is_dropped(bench):
    bench.bridge.open()
    bench.train(1)
    bench.worker.held = True
    bench.document.replace(DIGIT, "Draw")
    bench.worker.compute()
    seen = len(bench.answers)
    bench.instrument.set_answer_live(False)
    bench.qtbot.waitUntil(lambda: not bench.worker.made)
    assert len(bench.answers) == seen
    bench.worker.compute()
    bench.settle()
    assert bench.answers[-1].source == "Trained network"


def test_an_opened_network_answers_and_is_another_subject(bench):
    bench.bridge.open()
    bench.train(1)
    model = Model(SPEC, Network(SPEC, 9).parameters.frozen(), {})
    bench.instrument.open_model(model, "mine")
    bench.settle()
    assert bench.answers[-1].source == "mine"
    assert not bench.instrument.answer_live
    assert bench.subjects[-1] is bench.instrument.trained


def test_a_hidden_window_asks_for_no_frame_and_no_snapshot(bench):
    bench.bridge.open()
    bench.train(1)
    bench.instrument.set_visible(False)
    asked, pulls = len(bench.worker.asked), len(bench.bridge.wanted)
    bench.document.replace(DIGIT, "Draw")
    bench.until(lambda: len(bench.bridge.wanted) > pulls + 5)
    assert len(bench.worker.asked) == asked
    assert not any(bench.bridge.wanted[pulls:])
    bench.instrument.set_visible(True)
    bench.settle()
    assert bench.answers[-1].drawing is DIGIT


def test_the_next_snapshot_does_not_wait_for_the_frame_of_the_last(bench):
    # A slow network's step is longer than a frame: a request that waits costs it a whole step.
    bench.bridge.open()
    bench.train(1)
    bench.worker.held = True
    bench.document.replace(DIGIT, "Draw")
    pulls = len(bench.bridge.wanted)
    bench.until(lambda: any(bench.bridge.wanted[pulls:]))


def test_the_clock_rests_when_nothing_happens_and_wakes_on_a_command(bench):
    bench.bridge.open()
    bench.settle()
    bench.until(lambda: not bench.instrument._clock.isActive())
    bench.instrument.wake()
    assert bench.instrument._clock.isActive()


def test_the_last_snapshot_of_a_run_that_ends_by_itself_is_shown(bench):
    bench.bridge.open()
    bench.train(1)

    def end_late():
        bench.bridge.snapshot = bench.bridge.snapshot_of(9)

    # The run is at rest before its last snapshot is there, as between two pulls.
    bench.bridge.state = SessionState.FINISHED
    pulls = len(bench.bridge.wanted)
    bench.until(lambda: len(bench.bridge.wanted) > pulls + 3)
    end_late()
    bench.until(lambda: bench.instrument.run.step == 9)


def test_a_run_that_was_opened_is_not_settled_before_it_is_seen(bench):
    bench.bridge.open()
    assert not bench.instrument.is_settled


def test_nothing_happens_after_close(bench):
    bench.instrument.close()
    assert bench.worker.closed
    bench.instrument.wake()
    bench.instrument.refresh()
    bench.document.replace(DIGIT, "Draw")
    assert not bench.instrument._clock.isActive()
    assert bench.worker.asked == []


def test_a_recorded_step_is_shown_everywhere_while_training_goes_on(bench):
    bench.bridge.open()
    bench.instrument.set_run_wanted(True)
    bench.train(9)
    moves = []
    bench.instrument.playhead_moved.connect(moves.append)
    bench.scrub(4)
    assert (bench.answers[-1].step, bench.runs[-1].step) == (4, 4)
    wanted = bench.bridge.snapshot_of(4).parameters.vector
    np.testing.assert_array_equal(bench.runs[-1].parameters.vector, wanted)
    assert (bench.instrument.playhead, moves) == (4, [4])
    # The newest step goes on underneath and is not shown.
    bench.bridge.snapshot = bench.bridge.snapshot_of(11)
    bench.until(lambda: bench.bridge.snapshot is None)
    bench.settle()
    assert bench.instrument.run.step == 4


def test_while_a_recorded_step_is_shown_no_snapshot_is_asked_for(bench):
    bench.bridge.open()
    bench.train(9)
    bench.scrub(4)
    pulls = len(bench.bridge.wanted)
    bench.until(lambda: len(bench.bridge.wanted) > pulls + 8)
    assert not any(bench.bridge.wanted[pulls:])


def test_live_again_the_recorded_step_stays_until_a_live_one_is_there(bench):
    bench.bridge.open()
    bench.train(9)
    bench.scrub(4)
    bench.instrument.go_live()
    pulls = len(bench.bridge.wanted)
    bench.until(lambda: any(bench.bridge.wanted[pulls:]))
    assert bench.instrument.run.step == 4
    bench.train(500)
    assert (bench.answers[-1].step, bench.instrument.playhead) == (500, None)


def test_live_again_a_run_at_rest_shows_its_last_step_at_once(bench):
    bench.bridge.open()
    bench.train(9)
    bench.bridge.state = SessionState.PAUSED
    bench.scrub(4)
    bench.instrument.go_live()
    bench.until(lambda: bench.instrument.run.step == 9)
    bench.settle()
    assert bench.answers[-1].step == 9


def test_of_many_steps_one_is_asked_for_at_a_time_and_the_last_is_shown(bench):
    bench.bridge.open()
    bench.train(99)
    for step in range(10, 40):
        bench.instrument.go_to(step)
    assert bench.bridge.steps_asked == [10]
    bench.bridge.answer(10)
    bench.until(lambda: len(bench.bridge.steps_asked) == 2)
    bench.bridge.answer(39)
    bench.settle()
    assert bench.bridge.steps_asked == [10, 39]
    assert bench.answers[-1].step == 39


def test_a_step_that_the_tape_has_let_go_moves_the_playhead_to_the_one_before(bench):
    bench.bridge.open()
    bench.train(99)
    bench.instrument.go_to(51)
    bench.bridge.answer(48)
    bench.settle()
    assert (bench.instrument.playhead, bench.instrument.run.step) == (48, 48)


def test_an_answer_that_comes_after_one_has_gone_live_is_not_shown(bench):
    bench.bridge.open()
    bench.train(9)
    bench.bridge.state = SessionState.PAUSED
    bench.instrument.go_to(4)
    bench.instrument.go_live()
    bench.bridge.answer(4)
    bench.settle()
    assert bench.instrument.run.step == 9


def test_another_run_is_live(bench):
    bench.bridge.open()
    bench.train(9)
    bench.scrub(4)
    bench.instrument.go_to(5)
    bench.bridge.open()
    bench.settle()
    assert (bench.instrument.playhead, bench.instrument.run.step) == (None, 0)
    bench.train(3)
    assert bench.instrument.run.step == 3


def test_the_clock_ticks_while_the_mouse_moves_faster_than_it(bench):
    bench.bridge.open()
    bench.train(9)
    bench.bridge.state = SessionState.PAUSED
    pulls, timer = len(bench.bridge.wanted), QTimer()
    timer.timeout.connect(bench.instrument.wake)
    timer.start(1)
    bench.until(lambda: len(bench.bridge.wanted) > pulls + 5)
    timer.stop()


def test_without_a_run_there_is_nowhere_to_go(bench):
    bench.instrument.go_to(3)
    assert bench.instrument.playhead is None
    assert bench.bridge.steps_asked == []
