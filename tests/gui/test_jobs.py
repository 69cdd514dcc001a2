"""Work on a thread of its own: progress, success, failure, cancel."""

import logging
import threading

import pytest

from engine.errors import DataError
from gui.jobs import Job, JobProgress


@pytest.fixture
def outcome(qtbot):
    """Run a piece of work to its end and give what the job told."""
    jobs = []

    def run(work, cancel=False):
        job = Job(work)
        jobs.append(job)
        told = []
        for name in ("progressed", "succeeded", "failed"):
            getattr(job, name).connect(lambda value, name=name: told.append((name, value)))
        job.cancelled.connect(lambda: told.append(("cancelled", None)))
        job.start()
        if cancel:
            job.cancel()
        qtbot.waitUntil(lambda: bool(told) and told[-1][0] != "progressed")
        return told

    yield run
    for job in jobs:
        job.close()


def test_the_result_arrives_on_the_gui_thread(outcome):
    threads = []
    told = outcome(lambda report, cancel: threads.append(threading.current_thread()) or 42)
    assert told == [("succeeded", 42)]
    assert threads[0] is not threading.main_thread()


def test_progress_is_told_before_the_result(outcome):
    def work(report, cancel):
        report("Reading", 0.5)
        return "done"

    assert outcome(work) == [("progressed", JobProgress("Reading", 0.5)), ("succeeded", "done")]


def test_a_known_error_is_its_sentence(outcome):
    def work(report, cancel):
        raise DataError("The file is empty.")

    assert outcome(work) == [("failed", "The file is empty.")]


def test_an_unknown_error_is_a_sentence_and_is_logged(outcome, caplog):
    def work(report, cancel):
        raise RuntimeError("bad luck")

    with caplog.at_level(logging.ERROR, "gui.jobs"):
        assert outcome(work) == [("failed", "That did not work: bad luck")]
    assert "a job failed" in caplog.text


def test_a_cancelled_job_says_only_that(outcome):
    def work(report, cancel):
        assert cancel.wait(10)
        raise DataError("never told")

    assert outcome(work, cancel=True) == [("cancelled", None)]


def test_closing_ends_the_thread_without_a_word(qtbot):
    ended = threading.Event()

    def work(report, cancel):
        cancel.wait(10)
        ended.set()

    job = Job(work)
    told = []
    job.cancelled.connect(lambda: told.append(1))
    job.start()
    job.close()
    qtbot.wait(120)
    assert ended.is_set()
    assert told == []
