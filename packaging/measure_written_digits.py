"""Compare written digits with real ones, and measure how well a network reads each style.

Usage:
    PYTHONPATH=. python packaging/measure_written_digits.py [NETWORK.safetensors] [--each 200] [--seed 7]

Without a file, the network that ships with the program. Prints in turn: measures of the ink of real
and of written digits; the share that is read right of each style, with what else it was read as; the
same of each manner; and of non-digits, the share that resembles no digit.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import Network
from engine.datasets import Dataset, embedded_digits
from engine.datasets.strokes import MANNERS, NON_DIGIT_KINDS, STYLE_NAMES, non_digits, written_digits
from engine.novelty import DigitLikeness
from resources import resource_path

BATCH = 500


def answers(network: Network, dataset: Dataset) -> NDArray[np.int64]:
    """Return the class that the network gives each picture."""
    parts = [dataset.pictures[first : first + BATCH] for first in range(0, len(dataset), BATCH)]
    return np.concatenate([network.forward(part / np.float32(255)).argmax(axis=1) for part in parts])


def measures(dataset: Dataset) -> dict[str, NDArray[np.float64]]:
    """Return measures of each picture's ink by name."""
    light = dataset.pictures[:, 0] / 255
    y, x = np.mgrid[:28, :28]
    mass = light.sum(axis=(1, 2))
    centre_x, centre_y = ((light * axis).sum(axis=(1, 2)) / mass for axis in (x, y))
    dx, dy = x - centre_x[:, None, None], y - centre_y[:, None, None]
    edges = np.hypot(np.diff(light, axis=2)[:, :27], np.diff(light, axis=1)[:, :, :27]).sum(axis=(1, 2))
    ink = light > 0
    return {
        "ink %": 100 * light.mean(axis=(1, 2)),
        "line px": 2 * mass / edges,
        "slant °": np.degrees(
            np.arctan(-(light * dx * dy).sum(axis=(1, 2)) / (light * dy * dy).sum(axis=(1, 2)))
        ),
        "rows": ink.any(axis=2).sum(axis=1).astype(float),
        "columns": ink.any(axis=1).sum(axis=1).astype(float),
        "centre x": centre_x,
        "centre y": centre_y,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "network", nargs="?", type=Path, default=resource_path("networks", "reader.safetensors")
    )
    parser.add_argument("--each", type=int, default=200, help="pictures of each style")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    say = sys.stdout.write
    network = Network.load(given.network)

    started = time.perf_counter()
    everyday = written_digits(10 * given.each, given.seed).dataset
    say(f"{len(everyday) / (time.perf_counter() - started):.0f} pictures per second\n\n")
    for name, dataset in (("real", embedded_digits().train), ("written", everyday)):
        shown = "  ".join(f"{key} {v.mean():.2f} ± {v.std():.2f}" for key, v in measures(dataset).items())
        say(f"{name:8s} {shown}\n")

    say(f"\n{'read right, by style':28s}\n")
    for style in STYLE_NAMES:
        dataset = written_digits(given.each, given.seed, [style]).dataset
        read = answers(network, dataset)
        wrong = Counter(read[read != dataset.labels].tolist()).most_common(3)
        say(f"{style:28s} {100 * (read == dataset.labels).mean():5.1f} %  {dict(wrong) if wrong else ''}\n")

    say(f"\n{'read right, by manner':28s}\n")
    for name, manner in MANNERS.items():
        dataset = written_digits(5 * given.each, given.seed, manner=manner).dataset
        say(f"{name:28s} {100 * (answers(network, dataset) == dataset.labels).mean():5.1f} %\n")

    say(f"\n{'resembles no digit':28s}\n")
    likeness = DigitLikeness()
    for name in (*NON_DIGIT_KINDS, "written digits"):
        chosen = everyday if name == "written digits" else non_digits(given.each, given.seed, [name])
        strange = [not likeness.resembles_digit(p) for p in chosen.pictures[:, 0] / np.float32(255)]
        say(f"{name:28s} {100 * np.mean(strange):5.1f} %\n")


if __name__ == "__main__":
    main()
