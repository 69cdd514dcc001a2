"""Build resources/digits/likeness.npz, with which the program tells digits from other ink.

Usage:
    PYTHONPATH=. python packaging/build_digit_likeness.py

From the embedded training digits alone, and always the same file: each digit and one augmented
copy of it are the references. The thresholds are high percentiles of the distance of digits to
all references but themselves and their copies: of the training digits as they are, and of new
augmented copies. The embedded test digits have no part in it, so that tests can measure on them.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from engine.augment import STRONG
from engine.datasets import embedded_digits
from engine.drawing import Backdrop, Drawing, prepare
from engine.novelty import NEIGHBOURS, RESOURCE, VIEWS
from resources import resource_path

Floats = NDArray[np.float32]

SEED = 3
BLOCK = 400
# Of each view: name, number of principal components, and the shares of digits as they are and of
# augmented ones that may lie beyond the threshold.
SETTINGS = (("outline", 64, 0.006, 0.011), ("ink", 24, 0.003, 0.004))


def drawn_again(pictures: Floats, rng: np.random.Generator) -> Floats:
    """Augment pictures ``(n, 28, 28)``, and prepare them like drawings of somebody's."""
    augmented = STRONG.apply(pictures[:, np.newaxis], rng)[:, 0]
    pixels = np.rint(augmented * 255).astype(np.uint8)
    return np.stack([prepare(Drawing(backdrop=Backdrop(picture))).picture for picture in pixels])


def leave_one_out(
    references: Floats, components: Floats, outside: Floats, blocks: range
) -> NDArray[np.float64]:
    """Return the distance of digit i to all references but i and its augmented copy."""
    count = len(components)
    lengths = (references**2).sum(axis=1)
    distances = []
    for first in blocks:
        part = slice(first, min(first + BLOCK, count))
        squares = lengths - 2 * components[part] @ references.T
        squares += (components[part] ** 2).sum(axis=1, keepdims=True)
        own = np.arange(part.start, part.stop)
        squares[own - first, own] = np.inf
        squares[own - first, own + count] = np.inf
        nearest = np.partition(squares, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS].mean(axis=1)
        distances.append(np.sqrt(np.maximum(nearest, 0) + outside[part]))
    return np.concatenate(distances)


def main() -> None:
    """Fit both views, choose their thresholds, and write the file."""
    digits = embedded_digits().train.pictures[:, 0] / np.float32(255)
    rng = np.random.default_rng(SEED)
    copies, others = drawn_again(digits, rng), drawn_again(digits, rng)
    blocks = range(0, len(digits), BLOCK)
    content: dict[str, NDArray[np.generic]] = {}
    for (name, size, plain_share, augmented_share), features in zip(SETTINGS, VIEWS, strict=True):
        known, copied, new = (
            np.concatenate([features(pictures[first : first + BLOCK]) for first in blocks])
            for pictures in (digits, copies, others)
        )
        everything = np.concatenate((known, copied))
        mean = everything.mean(axis=0)
        _, vectors = np.linalg.eigh(np.cov(everything.T))
        axes = np.ascontiguousarray(vectors[:, ::-1][:, :size]).astype(np.float32)
        exact = (everything - mean) @ axes
        # One byte each: rounding moves a reference by far less than digits differ.
        step = np.float32(np.abs(exact).max() / 127)
        stored = np.rint(exact / step).astype(np.int8)
        thresholds = []
        for view, share in ((known, plain_share), (new, augmented_share)):
            centred = view - mean
            components = centred @ axes
            outside = np.maximum((centred**2).sum(axis=1) - (components**2).sum(axis=1), 0)
            distances = leave_one_out(stored * step, components, outside, blocks)
            thresholds.append(np.quantile(distances, 1 - share))
        content |= {
            f"{name}_mean": mean,
            f"{name}_axes": axes,
            f"{name}_references": stored,
            f"{name}_step": step,
            f"{name}_threshold": np.float32(max(thresholds)),
        }
        sys.stdout.write(f"{name}: thresholds {thresholds}\n")
    target = resource_path(*RESOURCE)
    np.savez_compressed(target, **content)  # type: ignore[arg-type]  # its allow_pickle is a bool
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
