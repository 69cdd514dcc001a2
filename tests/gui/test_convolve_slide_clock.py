"""The clock of the slide: even motion by the time that has passed."""

import pytest

from gui.pages.convolve import slide_clock
from gui.pages.convolve.slide_clock import SlideClock


class Hand:
    """A time that is set by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def hand():
    """Set the time by hand."""
    return Hand()


@pytest.fixture
def clock(qtbot, hand):
    """Make a clock of 100 positions that stands still; it ticks only with `tick`."""
    made = SlideClock(now=hand)
    made.set_count(100)
    yield made
    made.pause()


@pytest.fixture
def heard(clock):
    """Collect the places that are told."""
    places = []
    clock.moved.connect(places.append)
    return places


def tick(clock, hand, seconds):
    """Let time pass, then one tick."""
    hand.now += seconds
    clock._on_tick()


def test_it_moves_by_time_however_many_ticks_there_were(clock, hand, heard):
    clock.set_speed(30)
    clock.play()
    tick(clock, hand, 0.5)
    assert clock.place == 15
    for _ in range(1000):
        tick(clock, hand, 0.001)
    assert clock.place == 45


def test_slow_motion_glides_and_fast_motion_goes_from_position_to_position(clock, hand, monkeypatch):
    monkeypatch.setattr(slide_clock, "_reduced_motion", lambda: False)
    clock.set_speed(2)
    clock.play()
    tick(clock, hand, 0.25)
    assert clock.place == 0.5
    assert clock.position == 0
    clock.set_speed(60)
    tick(clock, hand, 0.02)
    assert clock.place == int(clock.place)


def test_it_does_not_glide_where_the_desktop_asks_for_no_motion(clock, hand, monkeypatch):
    monkeypatch.setattr(slide_clock, "_reduced_motion", lambda: True)
    clock.set_speed(2)
    clock.play()
    tick(clock, hand, 0.25)
    assert clock.place == 0
    tick(clock, hand, 0.3)
    assert clock.place == 1


def test_it_stops_at_the_end_and_playing_again_begins_anew(clock, hand, qtbot):
    clock.seek(98)
    clock.play()
    with qtbot.waitSignal(clock.playing_changed) as changed:
        tick(clock, hand, 5)
    assert changed.args == [False]
    assert clock.place == 99
    clock.play()
    assert (clock.place, clock.playing, clock.filled) == (0, True, 0)


def test_a_step_stands_still_on_a_whole_position(clock, hand, monkeypatch):
    monkeypatch.setattr(slide_clock, "_reduced_motion", lambda: False)
    clock.set_speed(2)
    clock.play()
    tick(clock, hand, 1.75)
    assert clock.place == 3.5
    clock.step(1)
    assert (clock.place, clock.playing) == (4, False)
    clock.step(-1)
    assert clock.place == 3


def test_nothing_is_beyond_the_ends(clock):
    clock.step(-1)
    assert clock.place == 0
    clock.seek(1000)
    assert clock.place == 99


def test_seeking_goes_on_playing_from_there(clock, hand):
    clock.set_speed(30)
    clock.play()
    tick(clock, hand, 0.5)
    clock.seek(60)
    tick(clock, hand, 0.5)
    assert (clock.place, clock.playing) == (75, True)


def test_looking_back_keeps_what_was_computed_and_seeking_does_not(clock, heard):
    clock.seek(80)
    clock.peek(10)
    assert (clock.place, clock.filled) == (10, 80)
    clock.peek(90)
    assert clock.filled == 90
    clock.seek(10)
    assert clock.filled == 10
    assert heard == [80, 10, 90, 10]


def test_a_seek_to_the_same_place_still_tells_that_less_is_filled(clock, heard):
    clock.seek(80)
    clock.peek(10)
    heard.clear()
    clock.seek(10)
    assert heard == [10]


def test_another_count_keeps_the_place_where_it_can(clock, heard):
    clock.seek(80)
    clock.set_count(200)
    assert clock.place == 80
    clock.set_count(50)
    assert (clock.place, clock.filled) == (49, 49)
    clock.set_count(0)
    clock.play()
    assert (clock.place, clock.playing) == (0, False)


def test_another_speed_begins_where_it_is(clock, hand):
    clock.set_speed(30)
    clock.play()
    tick(clock, hand, 1)
    clock.set_speed(60)
    tick(clock, hand, 0.5)
    assert clock.place == 60


def test_toggling_plays_and_pauses_with_the_real_timer(qtbot):
    clock = SlideClock()
    clock.set_count(1000)
    clock.set_speed(240)
    clock.toggle()
    qtbot.waitUntil(lambda: clock.place >= 5)
    clock.toggle()
    assert not clock.playing
    assert clock.place == int(clock.place)
