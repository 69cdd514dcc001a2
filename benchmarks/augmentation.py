"""Measure what changing pictures at random costs training: the same network without and with it, in rounds.

Each contestant is a process that trains for a moment while the others are stopped; the ratio within a round
is what counts.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks._contest import Contestant, Measurement, python_command, spread, this_python
from benchmarks._field import ONE_THREAD, machine, write_data
from benchmarks._networks import NETWORKS
from engine.cli.train import AUGMENTATIONS
from engine.cores import default_workers

PICTURES = 60_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", nargs="+", choices=tuple(NETWORKS), default=["S", "M"])
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: 7, after one to warm up")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="per turn (default: 2)")
    parser.add_argument("--workers", type=int, default=default_workers(), metavar="N")
    options = parser.parse_args()
    print(f"{machine()}; {options.rounds} rounds of {options.seconds:g} s; {options.workers} workers")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.network:
            shape, layers = NETWORKS[name]
            data = write_data(Path(folder), shape, PICTURES)
            common = {"task": "train", "layers": layers, "batch": 64, "weights": 0}
            settings = data | common | {"workers": options.workers}
            rounds = {kind: list[Measurement]() for kind in AUGMENTATIONS}
            with ExitStack() as stack:
                contestants = []
                for kind in AUGMENTATIONS:
                    command = python_command(
                        this_python(), "_engine_worker.py", settings | {"augmentation": kind}
                    )
                    contestants.append(stack.enter_context(Contestant(kind, command, ONE_THREAD)))
                for number in range(options.rounds + 1):
                    for one in contestants:
                        found = one.run(options.seconds)
                        if number:
                            rounds[one.name].append(found)
            plain = [one.images_per_second for one in rounds["none"]]
            print(f"\n{name}")
            for kind, measured in rounds.items():
                speeds = [one.images_per_second for one in measured]
                shares = [100 * (1 - speed / without) for speed, without in zip(speeds, plain, strict=True)]
                print(f"  {kind:8}{spread(speeds, ',.0f')} pictures/s, {spread(shares, '.0f')} % slower")


if __name__ == "__main__":
    main()
