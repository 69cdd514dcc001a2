"""The playhead of the instrument: a recorded step is shown, or the newest, and never a stale one."""

import numpy as np
from PySide6.QtCore import QTimer

from engine.session import SessionState
from gui.instrument import HURRY_MS, TICK_MS
from tests.gui.instrument_bench import DIGIT, bench

__all__ = ["bench"]


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


def test_the_clock_hurries_only_while_something_is_on_its_way_that_was_asked_for(bench):
    clock = bench.instrument.findChild(QTimer)
    bench.bridge.open()
    bench.train(9)
    assert clock.interval() == TICK_MS
    bench.instrument.go_to(4)
    assert clock.interval() == HURRY_MS
    bench.bridge.answer(4)
    bench.settle()
    assert clock.interval() == TICK_MS
    # A frame that takes long is looked for as well.
    bench.worker.held = True
    bench.document.replace(DIGIT, "Draw")
    assert clock.interval() == HURRY_MS
    bench.worker.compute()
    bench.settle()
    assert clock.interval() == TICK_MS
