"""A program that is killed at any moment loses no project: not while it trains, autosaves or packs."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Network, Trainer
from engine.formats.project import read_project, run_folder
from engine.formats.project_file import check_project, unpack
from engine.formats.run_folder import read_run_folder
from engine.session import SessionRecord
from tests.engine.network_samples import SMALL
from tests.engine.project_samples import DATA
from tests.integration.project_worker import LONG

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed")

ROOT = Path(__file__).parents[2]
MOMENTS = 50
# Each process has read what was there, or made it, before the first of these.
LONGEST_S = 0.25


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[str]]:
    """Start the program that works until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.project_worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.communicate(timeout=30)


def work_until_killed(worker: Any, kind: str, place: Path, seconds: float) -> dict[str, int]:
    """Let it work, kill it, and give the last step of each thing that it told of; 0 if of none."""
    worker.stdin.write(f"{kind} {place}\n")
    worker.stdin.flush()
    pid, told = 0, {"saved": 0, "packed": 0}
    timer = None
    for line in worker.stdout:
        match line.split():
            case ["pid", number]:
                pid = int(number)
            case ["begun", _]:
                # With it goes the process that trains, where there is one.
                timer = threading.Timer(seconds, os.killpg, (pid, signal.SIGKILL))
                timer.start()
            case ["saved" | "packed" as what, step]:
                told[what] = int(step)
            case ["ended"]:
                break
            case _:
                pytest.fail(f"the program said: {line}")
    assert timer is not None, "it ended before it began"
    timer.join()
    return told


def assert_whole(folder: Path) -> SessionRecord:
    """Read a project, and see that its run is one piece: each part of it of the same moment."""
    check_project(folder)
    content = read_project(folder)
    assert content.project.notes.startswith("note ")
    assert list(content.drawings) == ["canvas"]
    return assert_run_whole(folder)


def assert_run_whole(folder: Path) -> SessionRecord:
    record, data = read_run_folder(run_folder(folder, "run-1"))
    assert data == "embedded"
    step = record.state.position.step
    np.testing.assert_array_equal(record.steps["step"], np.arange(1, step + 1))
    assert record.recording is not None
    assert record.recording.tape.steps[-1] <= step
    return record


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "moments"), [("thread", MOMENTS), ("process", 6)])
def test_a_killed_program_loses_nothing(kind: str, moments: int, worker: Any, tmp_path: Path) -> None:
    rng = random.Random(7)
    file, folder = tmp_path / "class.filterscope", tmp_path / "working"
    newest = packed = 0
    for moment in range(moments):
        seconds = rng.uniform(0, LONGEST_S) if kind == "thread" else rng.uniform(0, 3.0)
        told = work_until_killed(worker, kind, tmp_path, seconds)
        newest, packed = max(newest, told["saved"]), max(packed, told["packed"])
        if packed:
            unpack(file, tmp_path / f"opened-{moment}")
            assert assert_whole(tmp_path / f"opened-{moment}").state.position.step >= packed
            assert assert_whole(folder).state.position.step >= newest
        elif newest:
            assert assert_run_whole(folder).state.position.step >= newest
        left = [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
        for path in left:
            path.unlink()
    assert packed
    # What was taken up again so often is still the run that was never interrupted, to the bit.
    record = assert_whole(folder)
    assert record.state.position.step > moments
    trainer = Trainer(Network(SMALL, LONG.seed), LONG)
    for report in trainer.run(DATA):
        if report.step == record.state.position.step:
            break
    np.testing.assert_array_equal(trainer.network.parameters.vector, record.state.parameters.vector)
