"""The thread that fills the pattern wall: how much of a core it takes, and what it tells."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from engine.inspect.synthesis import Ascent
from gui.pages.inside import wall_worker
from gui.pages.inside.wall_worker import Patterns, Question, WallWorker, Working
from tests.gui.frame_samples import frame_of

PICTURES = np.random.default_rng(0).integers(0, 256, (70, 28, 28), dtype=np.uint8)


def deliver(worker, monkeypatch, worked, *, moved_at=None):
    """Deliver a piece that took `worked` seconds on a thread whose sleep ends at once; give its sleeps."""
    now, slept = [100.0], []
    clock = iter([worker._worked_until + worked] * 2)

    def wait(seconds):
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(wall_worker.time, "thread_time", lambda: next(clock))
    monkeypatch.setattr(wall_worker.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(worker._condition, "wait", wait, raising=False)
    if moved_at is not None:
        worker._moved_at = now[0] + moved_at
    wanted = worker._deliver(worker._subject, worker._question, Working("a piece"))
    monkeypatch.undo()
    return wanted, slept


def test_beside_a_training_it_sleeps_many_times_as_long_as_it_works(qtbot, monkeypatch):
    worker = WallWorker(lambda spec: PICTURES, Ascent(steps=1))
    worker._subject, worker._question = frame_of().subject, Question("conv1", "guided")
    assert deliver(worker, monkeypatch, 0.5) == (True, [])
    worker._gentle = True
    wanted, slept = deliver(worker, monkeypatch, 0.25)
    assert wanted
    assert slept == [pytest.approx(0.25 * (1 / wall_worker.SHARE - 1))]
    worker._gentle = False
    assert deliver(worker, monkeypatch, 0.25) == (True, [])
    assert [news.text for news in worker._news] == ["a piece"] * 3


def test_what_is_wanted_no_more_does_not_sleep_and_is_not_told(qtbot, monkeypatch):
    worker = WallWorker(lambda spec: PICTURES, Ascent(steps=1))
    subject, question = frame_of().subject, Question("conv1", "guided")
    worker._subject, worker._question, worker._gentle = subject, Question("conv2", "guided"), True
    monkeypatch.setattr(worker._condition, "wait", lambda seconds: pytest.fail("it sleeps"), raising=False)
    assert not worker._deliver(subject, question, Working("nobody wants it"))
    assert worker._news == []


def test_while_somebody_drags_through_the_steps_it_takes_a_part_of_a_core(qtbot, monkeypatch):
    worker = WallWorker(lambda spec: PICTURES, Ascent(steps=1))
    worker._subject, worker._question = frame_of().subject, Question("conv1", "guided")
    rests = 0.02 * (1 / wall_worker.MOVING_SHARE - 1)
    assert deliver(worker, monkeypatch, 0.02, moved_at=0.0) == (True, [pytest.approx(rests)])
    # The mouse has stopped: no longer than until that is known.
    _, slept = deliver(worker, monkeypatch, 1.0, moved_at=-0.1)
    assert slept == [wall_worker.MOVING_SECONDS]
    assert deliver(worker, monkeypatch, 1.0, moved_at=-1.0) == (True, [])


def test_what_was_found_and_not_told_is_told_when_it_is_asked_for_again(qtbot):
    worker = WallWorker(lambda spec: PICTURES, Ascent(steps=1))
    told = []
    worker.told.connect(told.extend)
    subject, question = frame_of().subject, Question("conv1", "guided")
    worker.ask(subject, question, gentle=False)
    # Done, and not all of it told yet: the window looks now and then only.
    deadline = time.monotonic() + 20
    while worker._done is None and time.monotonic() < deadline:
        time.sleep(0.001)
    assert worker._news
    worker.rest()
    told.clear()
    worker.ask(subject, question, gentle=False)
    qtbot.waitUntil(lambda: worker.is_idle, timeout=20_000)
    assert sum(isinstance(each, Patterns) for each in told) == 4
    worker.close()


def steps_of(told):
    return [news.step for news in told if isinstance(news, Patterns)]


def test_going_back_to_a_step_while_another_is_worked_at_fills_the_wall_for_it_again(qtbot):
    begun, go_on = threading.Event(), threading.Event()
    asked_for = []

    def pictures(spec):
        asked_for.append(spec)
        if len(asked_for) == 2:
            begun.set()
            go_on.wait(20)
        return PICTURES

    worker = WallWorker(pictures, Ascent(steps=1))
    told = []
    worker.told.connect(told.extend)
    first, question = frame_of().subject, Question("conv1", "guided")
    other = replace(first, step=99)
    worker.ask(first, question, gentle=False)
    qtbot.waitUntil(lambda: worker.is_idle, timeout=20_000)
    worker.ask(other, question, gentle=False)
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    worker.ask(first, question, gentle=False)
    # Long enough for a look: what is worked at has not been told yet.
    qtbot.wait(3 * wall_worker.LOOK_MS)
    go_on.set()
    qtbot.waitUntil(lambda: worker.is_idle and 99 in steps_of(told), timeout=5_000)
    assert steps_of(told)[-1] == first.step
    worker.close()
