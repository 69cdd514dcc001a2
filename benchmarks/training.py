"""Measure how fast the engine trains, beside PyTorch on the same machine at the same time.

Everything between two batches counts: shuffling, gathering uint8 pictures, forward, backward, Adam. Each
contestant is a process; in each round each of them runs for a moment while the others are stopped, so that a
change of the machine's speed hits all of them. What is compared is the ratio within a round.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402

from benchmarks._contest import (  # noqa: E402
    Contestant,
    Measurement,
    median,
    python_command,
    spread,
    this_python,
)
from engine.datasets import embedded_digits  # noqa: E402
from engine.recipes import preset  # noqa: E402

TORCH_VERSION = "2.13.0"
NETWORKS = ("8–16", "32–64")
PICTURES = 60_000
OURS = "Filterscope"
# Name, memory layout, optimiser: PyTorch as it comes, and the ways of making it faster.
TORCH = (
    ("PyTorch", False, False),
    ("PyTorch, channels last", True, False),
    ("PyTorch, channels last, fused Adam", True, True),
)
# PyTorch's threads wait for each other: when one is held up by another program, all are, and speed collapses.
QUIET = 0.05
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Rounds = dict[str, list[Measurement]]


def write_data(folder: Path) -> dict[str, Any]:
    """Write as many digits as MNIST has, for all contestants; the embedded ones several times over."""
    digits = embedded_digits().train
    chosen = np.arange(PICTURES) % len(digits)
    pictures, labels = folder / "pictures", folder / "labels"
    digits.pictures[chosen].tofile(pictures)
    digits.labels[chosen].tofile(labels)
    return {"pictures": str(pictures), "labels": str(labels), "count": PICTURES}


def contestants(settings: dict[str, Any], torch: str | None, threads: int) -> Iterator[Contestant]:
    """Start each contestant."""
    yield Contestant(OURS, python_command(this_python(), "_engine_worker.py", settings), ONE_THREAD)
    if torch is None:
        return
    for name, channels_last, fused in TORCH:
        own = settings | {"threads": threads, "channels_last": channels_last, "fused": fused}
        yield Contestant(name, python_command(torch, "_torch_worker.py", own), {})


def measure(settings: dict[str, Any], torch: str | None, options: argparse.Namespace) -> Rounds:
    """Run the rounds for one network and batch size; the first one only warms up."""
    rounds: Rounds = {}
    with ExitStack() as stack:
        field = [stack.enter_context(c) for c in contestants(settings, torch, options.torch_threads)]
        for number in range(options.rounds + 1):
            # Another one begins each time: nobody always follows the same one.
            turn = number % len(field)
            for contestant in field[turn:] + field[:turn]:
                found = contestant.run(options.seconds)
                if number:
                    rounds.setdefault(contestant.name, []).append(found)
    return {contestant.name: rounds[contestant.name] for contestant in field}


def report(title: str, rounds: Rounds) -> None:
    """Print one table."""
    print(f"\n{title}")
    print(f"  {'':36}{'images per second':>28}{'times PyTorch as it comes':>30}{'last loss':>11}")
    foreign = median([m.foreign_share for found in rounds.values() for m in found])
    base = rounds.get(TORCH[0][0])
    for name, found in rounds.items():
        speeds = [m.images_per_second for m in found]
        ratios = (
            "–"
            if base is None
            else spread(
                [m.images_per_second / b.images_per_second for m, b in zip(found, base, strict=True)], ".2f"
            )
        )
        print(f"  {name:36}{spread(speeds, ',.0f'):>28}{ratios:>30}{found[-1].loss:>11.4f}")
    if base is not None:
        ours = rounds[OURS]
        best = [
            mine.images_per_second / max(rounds[name][i].images_per_second for name, *_ in TORCH)
            for i, mine in enumerate(ours)
        ]
        print(f"  Filterscope against the best PyTorch of each round: {spread(best, '.2f')}")
    print(f"  other programs took {100 * foreign:.0f} % of the cores", end="")
    print(": these figures mean nothing, measure again on a quiet machine" if foreign > QUIET else "")


def find_torch(given: str) -> str | None:
    """Give PyTorch's interpreter, or say how to make one."""
    if Path(given).exists():
        return given
    folder = Path(given).parent.parent
    print(
        f"PyTorch is not compared: there is no {given}. To make it:\n"
        f"  python3 -m venv {folder}\n"
        f"  {folder / 'bin' / 'pip'} install torch=={TORCH_VERSION}\n"
        "or name another one with --torch-python or FILTERSCOPE_TORCH_PYTHON."
    )
    return None


def main() -> None:
    """Measure and print."""
    default = os.environ.get("FILTERSCOPE_TORCH_PYTHON", str(ROOT / ".venv-torch" / "bin" / "python"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--torch-python", default=default, metavar="PATH", help=f"default: {default}")
    parser.add_argument("--torch-threads", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: 7, after one to warm up")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="per turn (default: 2)")
    parser.add_argument(
        "--batch", type=int, nargs="+", default=[64, 256], metavar="N", help="default: 64 256"
    )
    parser.add_argument("--network", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every measurement")
    options = parser.parse_args()
    torch = find_torch(options.torch_python)
    print(
        f"{options.rounds} rounds of {options.seconds:g} s; median (range); {os.cpu_count()} cores; "
        f"Filterscope with 1 thread, PyTorch with {options.torch_threads}"
    )
    everything = []
    with tempfile.TemporaryDirectory() as folder:
        data = write_data(Path(folder))
        for name in options.network:
            spec = preset(name).spec
            for batch in options.batch:
                settings = data | {"network": name, "batch": batch, "weights": spec.weight_count}
                rounds = measure(settings, torch, options)
                report(f"{name}, {spec.weight_count:,} weights, batches of {batch}", rounds)
                speeds = {who: [m.images_per_second for m in found] for who, found in rounds.items()}
                medians = {who: median(found) for who, found in speeds.items()}
                everything.append({"network": name, "batch": batch, "medians": medians, "rounds": speeds})
    if options.json is not None:
        options.json.write_text(json.dumps(everything, indent=2, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
