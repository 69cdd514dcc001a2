"""Measure the seconds of training from random values to an accuracy on MNIST, beside PyTorch in the same run.

Both train the same network from the same first values with the same recipe, data order apart, and stop their
watch while test digits are read. A median of several seeds; "never" where a run ends below the accuracy.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

from benchmarks._contest import median, this_python
from benchmarks._engine_worker import spec_of
from benchmarks._field import KEEP_MEMORY, ONE_THREAD, OURS, find_torch, machine, torch_python
from benchmarks._networks import NETWORKS
from engine import Network
from engine.cli.data import data_set
from engine.cores import default_workers
from engine.datasets import Split
from engine.recipes import recipe
from engine.schedules import SCHEDULES

GOALS = (("S", "quick", 0.98), ("M", "quick", 0.99), ("M", "accurate", 0.995))
# So many times in an epoch are the test digits read.
READINGS = 8
TORCH = "PyTorch, channels last, fused, memory kept"


def prepare(
    folder: Path, data: Split, name: str, key: str, goal: float, seed: int, options: argparse.Namespace
) -> None:
    """Write what both sides are to do."""
    shape, layers = NETWORKS[name]
    config = recipe(key).config
    in_epoch = math.ceil(len(data.train) / config.batch_size)
    steps = config.epochs * in_epoch
    factor = SCHEDULES[config.schedule]
    settings = {
        "shape": shape,
        "layers": layers,
        "recipe": key,
        "config": asdict(config),
        "rates": [config.learning_rate * factor(step / steps) for step in range(steps)],
        "steps": steps,
        "every": in_epoch // READINGS,
        "goal": goal,
        "seed": seed,
        "workers": options.workers,
        "threads": options.torch_threads,
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    parameters = Network(spec_of(shape, layers), seed).parameters
    first: dict[str, Any] = {f"{number:03}": value for number, value in enumerate(parameters.values())}
    np.savez(folder / "start.npz", allow_pickle=False, **first)


def run(python: str | Path, script: str, folder: Path, environment: dict[str, str]) -> float:
    """Let one side train; gives its seconds, infinity if it never got there."""
    worker = Path(__file__).with_name(script)
    done = subprocess.run(
        [python, worker, folder], env=os.environ | environment, check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    return float(found["seconds"]) if found["reached"] else math.inf


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mnist", default="mnist", metavar="FILE", help="default: fetched once and kept")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="default: %(default)s")
    parser.add_argument("--torch-python", default=torch_python(), metavar="PATH", help="default: %(default)s")
    parser.add_argument("--torch-threads", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--workers", type=int, default=default_workers(), metavar="N")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a table for README")
    options = parser.parse_args()
    torch = find_torch(options.torch_python)
    data = data_set(options.mnist)
    sides = [(OURS, this_python(), "_engine_accuracy.py", ONE_THREAD)]
    if torch is not None:
        sides.append((TORCH, torch, "_torch_accuracy.py", KEEP_MEMORY))
    title = f"{machine()}; {options.seeds} seeds; {options.workers} workers, {options.torch_threads} threads"
    print(title)
    lines = [f"| network, recipe, accuracy | {' | '.join(side[0] for side in sides)} |"]
    lines.append("| --- " * (1 + len(sides)) + "|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: dict[str, Any] = {"x": data.train.pictures, "y": data.train.labels}
        parts |= {"test_x": data.test.pictures, "test_y": data.test.labels}
        np.savez(folder / "data.npz", allow_pickle=False, **parts)
        for network, key, goal in GOALS:
            found: dict[str, list[float]] = {side[0]: [] for side in sides}
            for seed in range(options.seeds):
                prepare(folder, data, network, key, goal, seed, options)
                # Another one begins each time.
                for side, python, script, environment in sides[:: 1 if seed % 2 else -1]:
                    found[side].append(run(python, script, folder, environment))
            shown = [f"{median(found[side[0]]):.1f} s ({_range(found[side[0]])})" for side in sides]
            lines.append(f"| {network}, {key}, {100 * goal:g} % | {' | '.join(shown)} |")
            print(lines[-1], flush=True)
    if options.markdown is not None:
        options.markdown.write_text("\n".join([f"{title}.", "", *lines]) + "\n", encoding="utf-8")


def _range(seconds: list[float]) -> str:
    return "–".join("never" if math.isinf(s) else f"{s:.1f}" for s in (min(seconds), max(seconds)))


if __name__ == "__main__":
    main()
