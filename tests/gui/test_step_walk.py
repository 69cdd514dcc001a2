"""The walk of the playhead, among stand-ins for training and worker."""

import pytest

from gui import step_walk
from gui.step_walk import LEFT, MOVED, REPLACED, StepWalk
from tests.gui.instrument_bench import bench

__all__ = ["bench"]


class Walker:
    """A walk on a bench that answers for the tape, and what came of it."""

    def __init__(self, bench):
        self.bench, self.in_view, self.settled = bench, True, True
        self.arrived, self.ends = [], []
        self.walk = StepWalk(
            bench.bridge,
            bench.instrument,
            lambda: self.settled and bench.instrument.is_settled,
            lambda: self.in_view,
            bench.instrument,
        )
        self.walk.arrived.connect(self.arrived.append)
        self.walk.ended.connect(lambda: self.ends.append("ended"))
        self.walk.broken_off.connect(self.ends.append)

    def answer(self, step, asked=None):
        """Give what the tape has when it is asked for a step."""
        bridge, wanted = self.bench.bridge, step if asked is None else asked
        self.bench.until(lambda: bridge.steps_asked[-1:] == [wanted] and bridge.recorded is None)
        bridge.answer(step)


@pytest.fixture
def walker(bench):
    bench.bridge.open()
    bench.instrument.set_run_wanted(True)
    bench.settle()
    walker = Walker(bench)
    yield walker
    walker.walk.stop()


def test_it_shows_each_step_and_ends_live_again(walker):
    instrument = walker.bench.instrument
    walker.walk.start([3, 7])
    for step in (3, 7):
        walker.answer(step)
        walker.bench.until(lambda step=step: walker.arrived[-1:] == [step])
        assert instrument.run.step == step
        assert walker.bench.runs[-1].step == step
        walker.walk.go_on()
    assert walker.ends == ["ended"]
    assert instrument.playhead is None
    assert not walker.walk.is_active


def test_it_ends_at_the_step_that_was_shown_before(walker):
    walker.bench.scrub(5)
    walker.walk.start([3])
    walker.answer(3)
    walker.bench.until(lambda: walker.arrived == [3])
    walker.walk.go_on()
    assert walker.bench.instrument.playhead == 5


def test_a_step_counts_only_when_all_of_the_window_shows_it(walker):
    walker.settled = False
    walker.walk.start([3])
    walker.answer(3)
    walker.bench.settle()
    walker.bench.qtbot.wait(3 * step_walk.LOOK_MS)
    assert walker.arrived == []
    walker.settled = True
    walker.bench.until(lambda: walker.arrived == [3])


def test_steps_that_the_tape_has_lost_are_passed_over(walker):
    walker.walk.start([3, 4, 9])
    walker.walk.arrived.connect(lambda step: walker.walk.go_on())
    walker.answer(2, asked=3)
    walker.answer(2, asked=4)
    walker.answer(9)
    walker.bench.until(lambda: bool(walker.ends))
    assert walker.arrived == [2, 9]
    assert walker.ends == ["ended"]


@pytest.mark.parametrize("step", [1, 6, None])
def test_who_moves_the_playhead_has_it(walker, step):
    instrument = walker.bench.instrument
    walker.walk.start([3, 7])
    walker.answer(3)
    walker.bench.until(lambda: walker.arrived == [3])
    walker.walk.go_on()
    if step is None:
        instrument.go_live()
    else:
        instrument.go_to(step)
    assert walker.ends == [MOVED]
    assert instrument.playhead == step


def test_another_run_ends_it(walker):
    walker.walk.start([3])
    walker.bench.bridge.open()
    assert walker.ends == [REPLACED]
    assert walker.bench.instrument.playhead is None


def test_what_is_out_of_view_ends_it_and_the_playhead_goes_back(walker):
    walker.walk.start([3])
    walker.in_view = False
    walker.bench.until(lambda: walker.ends == [LEFT])
    assert walker.bench.instrument.playhead is None


def test_a_step_that_does_not_come_ends_it(walker, monkeypatch):
    monkeypatch.setattr(step_walk, "PATIENCE_SECONDS", 0.05)
    walker.walk.start([1234])
    walker.bench.until(lambda: bool(walker.ends))
    assert walker.ends == ["step 1\u202f234 did not appear in 0 seconds"]
    assert walker.bench.instrument.playhead is None


def test_stopped_it_says_nothing_more(walker):
    walker.walk.start([3])
    walker.walk.stop()
    walker.bench.qtbot.wait(3 * step_walk.LOOK_MS)
    assert walker.ends == []
    assert walker.bench.instrument.playhead is None
