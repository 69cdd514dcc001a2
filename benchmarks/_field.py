"""Who competes in training.py and inference.py, how their rounds run, and how they are reported."""

import argparse
import datetime
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._contest import (
    Contestant,
    Measurement,
    median,
    python_command,
    spread,
    this_python,
)
from benchmarks._networks import NETWORKS
from engine.cores import default_workers
from engine.datasets import embedded_digits
from engine.datasets.shapes import rgb_shapes

ROOT = Path(__file__).resolve().parent.parent
TORCH_VERSION = "2.13.0"
OURS, PLAIN, PROTOTYPE = "Filterscope", "plain NumPy (im2col, np.add.at)", "hard-wired prototype"
EAGER = "PyTorch"
BOTH_TASKS = ("train", "answer")
# Name, what is different from PyTorch as it comes, and for which tasks.
TORCH: tuple[tuple[str, dict[str, bool], tuple[str, ...]], ...] = (
    (EAGER, {}, BOTH_TASKS),
    ("PyTorch, channels last", {"channels_last": True}, BOTH_TASKS),
    ("PyTorch, channels last, fused Adam", {"channels_last": True, "fused": True}, ("train",)),
    ("PyTorch, the same, memory kept", {"channels_last": True, "fused": True, "kept": True}, ("train",)),
    ("PyTorch, channels last, memory kept", {"channels_last": True, "kept": True}, ("answer",)),
    ("PyTorch, torch.compile", {"compiled": True}, BOTH_TASKS),
)
# What may lie in PyTorch's environment too: name, module, worker.
OTHERS = (("JAX", "jax", "_jax_worker.py"), ("Keras", "keras", "_keras_worker.py"))
# The C library gives freed memory back to the system and gets it anew, page by page, with every step of
# PyTorch, unless it is told not to; other allocators keep it too. Whether it does depends on what a process
# did before, so that PyTorch "as it comes" may be as fast as this.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}
PLAIN_KINDS = {"conv", "dense", "relu", "flatten", "max"}
# PyTorch's threads wait for each other: when one is held up by another program, all are, and speed collapses.
QUIET = 0.05
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Rounds = dict[str, list[Measurement]]


def write_data(folder: Path, shape: list[int], count: int) -> dict[str, Any]:
    """Write as many pictures as MNIST has: the embedded digits several times over, or coloured shapes."""
    data = embedded_digits().train if shape[0] == 1 else rgb_shapes(2_000, 1)
    chosen = np.arange(count) % len(data)
    name = "x".join(map(str, shape))
    pictures, labels = folder / f"pictures-{name}", folder / f"labels-{name}"
    data.pictures[chosen].tofile(pictures)
    data.labels[chosen].astype(np.int64).tofile(labels)
    return {"pictures": str(pictures), "labels": str(labels), "count": count, "shape": shape}


def field(settings: dict[str, Any], options: argparse.Namespace) -> Iterator[Contestant]:
    """Start each contestant that can do the task."""
    own = settings | {"workers": options.workers}
    yield Contestant(OURS, python_command(this_python(), "_engine_worker.py", own), ONE_THREAD)
    if options.torch is not None:
        for name, changes, tasks in TORCH:
            if name in options.without or settings["task"] not in tasks:
                continue
            plain = dict.fromkeys(("channels_last", "fused", "compiled"), False)
            base = {"threads": options.torch_threads, **plain}
            command = python_command(options.torch, "_torch_worker.py", settings | base | changes)
            yield Contestant(name, command, KEEP_MEMORY if changes.get("kept") else {})
    if settings["task"] != "train":
        return
    for name, module, script in OTHERS:
        if module in options.present and name not in options.without:
            yield Contestant(name, python_command(options.torch, script, settings), {})
    plain_layers = all(
        layer[0] in PLAIN_KINDS and (layer[0] != "conv" or layer[5] == 1) for layer in settings["layers"]
    )
    if PLAIN not in options.without and plain_layers:
        yield Contestant(PLAIN, python_command(this_python(), "_plain_numpy_worker.py", settings), {})
    if settings["name"] in ("S", "M") and options.prototype.is_file() and PROTOTYPE not in options.without:
        its = settings | {"prototype": str(options.prototype)}
        yield Contestant(PROTOTYPE, python_command(this_python(), "_prototype_worker.py", its), ONE_THREAD)


def measure(settings: dict[str, Any], options: argparse.Namespace) -> Rounds:
    """Run the rounds; the first one only warms up."""
    rounds: Rounds = {}
    with ExitStack() as stack:
        contestants = [stack.enter_context(one) for one in field(settings, options)]
        for number in range(options.rounds + 1):
            # Another one begins each time: nobody always follows the same one.
            turn = number % len(contestants)
            for contestant in contestants[turn:] + contestants[:turn]:
                found = contestant.run(options.seconds)
                if number:
                    rounds.setdefault(contestant.name, []).append(found)
    return {contestant.name: rounds[contestant.name] for contestant in contestants}


def ratios(rounds: Rounds, name: str, base: str | None = EAGER) -> list[float]:
    """How many times as fast as another one it was in each round; None: as PyTorch's best of the round."""
    others = [base] if base is not None else [one for one, _, _ in TORCH if one in rounds]
    return [
        mine.images_per_second / max(rounds[other][number].images_per_second for other in others)
        for number, mine in enumerate(rounds[name])
    ]


def report(title: str, rounds: Rounds, unit: str) -> None:
    """Print one table."""
    print(f"\n{title}")
    print(f"  {'':36}{unit:>28}{'times PyTorch as it comes':>30}")
    for name, found in rounds.items():
        speeds = [m.images_per_second for m in found]
        against = spread(ratios(rounds, name), ".2f") if EAGER in rounds else "–"
        print(f"  {name:36}{spread(speeds, ',.0f'):>28}{against:>30}", flush=True)
    if EAGER in rounds:
        best = spread(ratios(rounds, OURS, None), ".2f")
        print(f"  Filterscope against PyTorch's best of each round: {best}")
    foreign = median([m.foreign_share for found in rounds.values() for m in found])
    warning = ": these figures mean little, measure again on a quiet machine" if foreign > QUIET else ""
    print(f"  other programs took {100 * foreign:.0f} % of the cores{warning}", flush=True)


def markdown(results: dict[str, Rounds], unit: str) -> str:
    """Write the table that README shows."""
    others = [name for name, _, _ in OTHERS if any(name in rounds for rounds in results.values())]
    heads = ["network", f"Filterscope, {unit}", EAGER, "times PyTorch", "times its best variant"]
    heads += [f"times {name}" for name in others]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for name, rounds in results.items():
        if EAGER not in rounds:
            continue
        speeds = [f"{median([m.images_per_second for m in rounds[who]]):,.0f}" for who in (OURS, EAGER)]
        found = [ratios(rounds, OURS), ratios(rounds, OURS, None)]
        found += [ratios(rounds, OURS, other) if other in rounds else [] for other in others]
        lines.append(_row([name, *speeds, *(spread(values, ".2f") if values else "" for values in found)]))
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def conditions(options: argparse.Namespace) -> str:
    """Say where, when and how it was measured."""
    return (
        f"{machine()}; median and range of {options.rounds} interleaved rounds of {options.seconds:g} s; "
        f"Filterscope with {options.workers} workers, PyTorch with {options.torch_threads} threads"
    )


def machine() -> str:
    """Say on what, with which versions and when it was measured."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, PyTorch {TORCH_VERSION}; {datetime.date.today().isoformat()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def parser_for(description: str | None) -> argparse.ArgumentParser:
    """Make the options that both benchmarks have."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--torch-python", default=torch_python(), metavar="PATH", help="default: %(default)s")
    parser.add_argument("--torch-threads", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--workers", type=int, default=default_workers(), metavar="N")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: 7, after one to warm up")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="per turn (default: 2)")
    parser.add_argument("--network", nargs="+", choices=tuple(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="contestants to leave out")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a table for README")
    parser.add_argument(
        "--prototype",
        type=Path,
        default=ROOT.parent / "shared" / "prototype" / "fast_nets.py",
        help="the hard-wired prototype, where it is at hand",
    )
    return parser


def torch_python() -> str:
    """Tell where PyTorch's interpreter is looked for."""
    return os.environ.get("FILTERSCOPE_TORCH_PYTHON", str(ROOT / ".venv-torch" / "bin" / "python"))


def find_others(interpreter: str | None) -> set[str]:
    """Tell which of `OTHERS` an interpreter has."""
    if interpreter is None:
        return set()
    code = f"from importlib.util import find_spec as f; print(*filter(f, {[m for _, m, _ in OTHERS]}))"
    return set(subprocess.run([interpreter, "-c", code], capture_output=True, text=True).stdout.split())


def find_torch(given: str) -> str | None:
    """Give PyTorch's interpreter, or say how to make one."""
    if Path(given).exists():
        done = subprocess.run([given, "-c", "import torch"], capture_output=True, check=False)
        if done.returncode == 0:
            return given
    folder = Path(given).parent.parent
    print(
        f"PyTorch is not compared: {given} has none. To make it:\n"
        f"  python3 -m venv {folder}\n"
        f"  {folder / 'bin' / 'pip'} install torch=={TORCH_VERSION}\n"
        "or name another one with --torch-python or FILTERSCOPE_TORCH_PYTHON."
    )
    return None
