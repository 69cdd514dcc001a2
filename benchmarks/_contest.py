"""Contestants of a benchmark: processes of their own that run one after the other, in rounds."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CAN_STOP = hasattr(signal, "SIGSTOP")
LOAD = Path("/proc/stat")
CAN_TELL_LOAD = LOAD.exists()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one contestant did in one round."""

    images: int
    seconds: float
    loss: float
    cpu_seconds: float
    foreign_share: float = 0.0
    """Part of all cores' time that other programs took meanwhile, where the system tells."""

    @property
    def images_per_second(self) -> float:
        """Speed, everything included."""
        return self.images / self.seconds


class Contestant:
    """A worker that trains for as long as it is told, and stands still otherwise.

    It reads ``{"seconds": s}`` on standard input, trains that long, and answers with a `Measurement` as JSON.
    While another one runs it is stopped outright: threads that poll while they wait would take its time.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            # A group of its own, so that the processes that it starts stand still with it.
            start_new_session=True,
        )
        self._hold()

    def run(self, seconds: float) -> Measurement:
        """Let it train; RuntimeError if it has died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._go_on()
        self._process.stdin.write(json.dumps({"seconds": seconds}) + "\n")
        self._process.stdin.flush()
        busy = _busy_seconds()
        answer = self._process.stdout.readline()
        busy = _busy_seconds() - busy
        self._hold()
        if not answer:
            raise RuntimeError(f"{self.name} ended with exit code {self._process.wait()}")
        found = Measurement(**json.loads(answer))
        foreign = (busy - found.cpu_seconds) / (found.seconds * (os.cpu_count() or 1))
        return replace(found, foreign_share=max(0.0, foreign) if CAN_TELL_LOAD else 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        self._process.communicate()

    def _hold(self) -> None:
        if CAN_STOP:
            self._signal(signal.SIGSTOP)

    def _go_on(self) -> None:
        if CAN_STOP:
            self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)


def _busy_seconds() -> float:
    """Seconds that all cores together have worked since the start of the system."""
    if not CAN_TELL_LOAD:
        return 0.0
    user, nice, system, _idle, _wait, *interrupts = LOAD.read_text().split("\n", 1)[0].split()[1:8]
    return sum(map(int, (user, nice, system, *interrupts))) / os.sysconf("SC_CLK_TCK")


def python_command(python: str | Path, script: str, settings: Mapping[str, Any]) -> list[str]:
    """Give the command that runs a worker beside this file with its settings as JSON."""
    return [str(python), str(Path(__file__).with_name(script)), json.dumps(settings)]


def median(values: Sequence[float]) -> float:
    """Middle value, or the mean of the middle two."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(values: Sequence[float], form: str) -> str:
    """Median and range of some values: ``2.10 (1.95–2.31)``."""
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def this_python() -> str:
    """Give the interpreter that runs this benchmark."""
    return sys.executable
