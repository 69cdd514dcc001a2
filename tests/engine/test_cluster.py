"""A search on a Dask cluster: a real scheduler and two workers, one of which is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ConfigError
from engine.estimator import on_cluster

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
# Everything stays on this machine, the pages that a scheduler and its workers serve included.
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@contextmanager
def running(log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Python beside the test, and end it with the test at the latest."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__ADMIN__LOG_LENGTH": "0"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env=environment,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(found: Callable[[], Any], process: "subprocess.Popen[bytes]", log: Path) -> Any:
    """Wait until something is there; fail when the process that is to bring it has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.02)
    return value


def content(path: Path) -> Any:
    """Give what a JSON file holds, or None while it has not been written to its end."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def test_a_search_loses_nothing_when_one_of_two_workers_is_killed(tmp_path: Path) -> None:
    notes, contact, results = tmp_path / "notes", tmp_path / "scheduler.json", tmp_path / "results.json"
    notes.mkdir()
    log = tmp_path / "scheduler.log"
    with ExitStack() as stack:
        # A scheduler that nobody uses any more ends by itself, should this process be killed.
        scheduler = stack.enter_context(
            running(
                log,
                *("-m", "distributed.cli.dask_scheduler", *LOOPBACK, "--port", "0"),
                *("--scheduler-file", str(contact), "--idle-timeout", "120s"),
            )
        )
        address = wait_for(lambda: content(contact), scheduler, log)["address"]
        assert address.startswith("tcp://127.0.0.1:")
        for number in range(2):
            stack.enter_context(
                running(
                    tmp_path / f"worker-{number}.log",
                    *("-m", "distributed.cli.dask_worker", address, *LOOPBACK, "--no-nanny"),
                    *("--nthreads", "1", "--death-timeout", "60", "--local-directory", str(tmp_path)),
                )
            )
        log = tmp_path / "search.log"
        program = str(Path(__file__).with_name("cluster_search.py"))
        search = stack.enter_context(running(log, program, address, str(notes), str(results)))
        killed = wait_for(lambda: content(tmp_path / "held"), search, log)["pid"]
        os.kill(killed, KILL)
        assert search.wait(PATIENCE_S) == 0, log.read_text(errors="replace")
    found = json.loads(results.read_text(encoding="utf-8"))
    assert found["there"] == found["here"]
    fits = Counter(note.name.partition("-")[0] for note in notes.iterdir())
    # The searching process itself makes the last fit, of the best settings.
    assert len(fits) == 3
    assert fits.pop(str(killed)) == 2
    # At least eleven of the twelve fits, and that last one.
    assert fits.total() >= 12


def test_a_cluster_without_dask_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match='"distributed" must be installed'), on_cluster("tcp://127.0.0.1:1"):
        pass
