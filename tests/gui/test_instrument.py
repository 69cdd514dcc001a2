"""The display clock: whose frames are asked for, when, and which of them are shown."""

from engine import Network
from engine.formats.model import Model
from engine.session import SessionState
from tests.gui.instrument_bench import DIGIT, INK, SPEC, bench

__all__ = ["bench"]


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
