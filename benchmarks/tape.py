"""Measure what the recording of a run costs: speed of training, and memory after many steps.

Blocks of steps with and without recording take turns within one training, so that a change of the machine's
speed hits both. Once every step of a block with recording is copied, as in the first steps of a run; once the
recording goes on through the whole measurement, as in a run of that length. Recorded are the parameters and,
as long as there is room, the states that forks begin with. The trained run is a whole session: its memory
holds the tables of numbers, too.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402

import main  # noqa: E402, F401  sets the number of BLAS threads
from engine.datasets import embedded_digits  # noqa: E402
from engine.formats.run import run_to_bytes  # noqa: E402
from engine.network import Network  # noqa: E402
from engine.recipes import PRESETS, preset  # noqa: E402
from engine.recorder import Recorder  # noqa: E402
from engine.session import TrainingSession  # noqa: E402
from engine.tape import Tape  # noqa: E402
from engine.trainer import Trainer  # noqa: E402
from engine.training_config import TrainingConfig  # noqa: E402

BLOCK = 5


def cost(key: str, workers: int, blocks: int, *, dense: bool) -> None:
    """Print the times of a step with and without recording, and by how many percent they differ.

    With `dense` the recording begins anew before it gets sparse.
    """
    config = TrainingConfig(epochs=1000, batch_size=64, learning_rate=1e-3, workers=workers)
    trainer = Trainer(Network(preset(key).spec, 0), config)
    train = embedded_digits().train
    reports = trainer.run((train.pictures, train.labels))
    recorder, recorded = Recorder(trainer), 0
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(-4, blocks):
        if dense and recorded + BLOCK >= recorder.tape.capacity:
            recorder, recorded = Recorder(trainer), 0
        # What comes first alternates as well: a pair of blocks is compared.
        for records in (True, False) if number % 2 else (False, True):
            started = time.perf_counter()
            for _ in range(BLOCK):
                next(reports)
                if records:
                    recorded += 1
                    recorder.note_step()
            if number >= 0:
                times[records].append(1e6 * (time.perf_counter() - started) / BLOCK)
    reports.close()
    trainer.close()
    medians = {records: float(np.median(values)) for records, values in times.items()}
    when = "while every step is copied" if dense else f"over a run of {2 * BLOCK * blocks:,} steps"
    pairs = 100 * (np.array(times[True]) / np.array(times[False]) - 1)
    print(
        f"{key}, {workers} worker(s): a step takes {medians[True]:.0f} µs recorded, {medians[False]:.0f} µs "
        f"not, median of {blocks} pairs {np.median(pairs):+.2f} % {when}; budget <= 3 %",
        flush=True,
    )


def copy_and_memory(key: str, length: int) -> None:
    """Print what a copy takes, and what a tape holds after a long run."""
    parameters = Network(preset(key).spec, 0).parameters
    tape, times = Tape(0, parameters), []
    for step in range(1, length + 1):
        started = time.perf_counter()
        tape.record(step, parameters.vector)
        times.append(time.perf_counter() - started)
    dense = 1e6 * np.median(times[: tape.capacity // 2])
    steps = np.array(tape.steps)
    late = steps[steps >= length // 2]
    print(
        f"{key}: vector {parameters.vector.nbytes / 1e3:.0f} kB, room for {tape.capacity}; one copy "
        f"{dense:.0f} µs; after {length:,} steps {len(steps)} kept, {tape.nbytes / 1e6:.1f} MB, "
        f"largest gap in the second half {np.diff(late).max() if len(late) > 1 else length // 2:,} steps; "
        f"{sum(times):.2f} s in all, longest {1e3 * max(times):.1f} ms",
        flush=True,
    )


def trained_run(key: str, length: int) -> None:
    """Print the memory of a session that trains so many steps, and what its recording takes on disk."""
    split = embedded_digits()
    config = TrainingConfig(epochs=10**6, batch_size=64, learning_rate=1e-4)
    session = TrainingSession(preset(key).spec, config, split.train, test_data=split.test)
    marks: list[tuple[int, float]] = []
    session.start()
    for goal in (length // 100, length // 10, length):
        while session.step_count < goal:
            time.sleep(0.01)
        marks.append((session.step_count, resident_mb()))
    session.close(keep_tape=True)
    record = session.record()
    assert record.recording is not None
    assert record.recording.states is not None
    size = len(run_to_bytes(record, data="")) / 1e6
    told = ", ".join(f"{mb:.0f} MB at step {step:,}" for step, mb in marks)
    print(
        f"{key}, trained in one process: {told}; recorded {len(record.recording.tape.steps)} steps and "
        f"{len(record.recording.states.steps)} states, {size:.1f} MB as a file",
        flush=True,
    )


def resident_mb() -> float:
    """Give this process's memory, in MB; Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


def report() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=200, help="pairs of blocks with and without recording")
    parser.add_argument("--length", type=int, default=100_000, help="steps of the long run")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--network", nargs="+", default=[p.key for p in PRESETS])
    parser.add_argument("--trained", nargs="*", default=["one-filter"], help="networks of the trained run")
    options = parser.parse_args()
    for key in options.network:
        copy_and_memory(key, options.length)
    for key in options.network:
        for workers in options.workers:
            for dense in (True, False):
                cost(key, workers, options.blocks, dense=dense)
    for key in options.trained:
        trained_run(key, options.length)


if __name__ == "__main__":
    report()
