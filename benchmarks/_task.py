"""What every worker does with a request: the same thing again and again for so many seconds."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any


def serve(step: Callable[[], "tuple[int, float]"]) -> None:
    """Answer each request on standard input with what was done, as JSON.

    Parameters
    ----------
    step
        Does one batch; gives how many pictures it had, and its loss.
    """
    for line in sys.stdin:
        images, steps, total = 0, 0, 0.0
        started, cpu = time.perf_counter(), _cpu_seconds()
        end = started + json.loads(line)["seconds"]
        while time.perf_counter() < end:
            count, loss = step()
            images, steps, total = images + count, steps + 1, total + float(loss)
        answer = {
            "images": images,
            "seconds": time.perf_counter() - started,
            "loss": total / steps,
            "cpu_seconds": _cpu_seconds() - cpu,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def whole_batches(count: int, batch: int, shuffled: Callable[[int], Any]) -> Iterator[Any]:
    """Give the places of one batch after the other, for ever; `shuffled` gives the order of an epoch.

    What is left of an epoch is dropped: a compiled network would be compiled anew for it.
    """
    while True:
        order = shuffled(count)
        for at in range(0, count - batch + 1, batch):
            yield order[at : at + batch]


def _cpu_seconds() -> float:
    """Processor time of this process, and on Linux of the processes that it has started."""
    total = time.process_time()
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            children = file.read().split()
        for child in children:
            with open(f"/proc/{child}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        pass
    return total
