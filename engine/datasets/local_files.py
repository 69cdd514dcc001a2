"""Data sets from files of the person's own: IDX and NPZ."""

from itertools import product
from pathlib import Path

import numpy as np

from engine.datasets.idx import GZIP_MAGIC, IDX_MAGIC, read_idx
from engine.datasets.limits import MAX_SIDE
from engine.datasets.npz import ZIP_MAGIC, as_dataset, read_npz
from engine.datasets.values import DIGIT_CLASSES, Dataset, Split
from engine.errors import DataError

_MAX_CLASSES = 1000
# Where a file has no test pictures, one in five is held out, always the same ones.
_HELD_OUT = 5
_HOLD_OUT_SEED = 0

# How the four files of such a set are told apart by name: MNIST's own names and those of others.
_KIND_WORDS = (("images", "labels"), ("idx3", "idx1"))
_TEST_WORDS = ("t10k", "test")


def load_dataset(path: Path | str) -> Split:
    """Read a data set from an IDX or NPZ file.

    An IDX file of pictures finds its labels beside it by its name and the other way round
    (``train-images-idx3-ubyte.gz``, ``train-labels-idx1-ubyte``), and likewise the files to test
    on (``t10k-...`` or ``...test...``). Where there is nothing to test on, every fifth picture of a
    fixed shuffle is held out. Nothing in a file is ever run. Any thread.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Split
        Classes are named by their numbers, at least 0 to 9.

    Raises
    ------
    DataError
        One sentence for the person, if the file is missing, damaged or of another kind.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(2)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if start == ZIP_MAGIC:
        sets = [(path.name, pictures, labels) for pictures, labels in read_npz(path)]
    elif start in (GZIP_MAGIC, IDX_MAGIC):
        sets = [
            (pictures.name, read_idx(pictures), read_idx(labels)) for pictures, labels in _idx_files(path)
        ]
    else:
        raise DataError(f"{path.name} is neither an IDX nor an NPZ file.")
    for name, pictures, _ in sets:
        if max(pictures.shape[1:], default=0) > MAX_SIDE:
            raise DataError(
                f"The pictures of {name} must have sides of at most {MAX_SIDE} pixels, "
                f"got {tuple(pictures.shape)}."
            )
    highest = max(
        (int(labels.max()) for _, _, labels in sets if labels.size and labels.dtype.kind in "iu"),
        default=0,
    )
    if highest >= _MAX_CLASSES:
        raise DataError(f"{path.name} must have at most {_MAX_CLASSES} classes, got label {highest}.")
    classes = tuple(str(label) for label in range(max(len(DIGIT_CLASSES), highest + 1)))
    datasets = [as_dataset(name, pictures, labels, classes) for name, pictures, labels in sets]
    if len(datasets) == 2:
        return Split(*datasets)
    return _hold_out(datasets[0])


def _hold_out(whole: Dataset) -> Split:
    if len(whole) < 2:
        raise DataError(f"{whole.name} must have two pictures at least, got one.")
    order = np.random.default_rng(_HOLD_OUT_SEED).permutation(len(whole))
    count = max(1, len(whole) // _HELD_OUT)
    return Split(whole.take(order[:-count]), whole.take(order[-count:]))


def _idx_files(path: Path) -> list[tuple[Path, Path]]:
    """Return the files of pictures and labels to train on and, if there are any, to test on."""
    name = path.name.lower()
    if not any(word in name for word in _KIND_WORDS[0]):
        raise DataError(
            f"The name of {path.name} must have 'images' or 'labels' in it, so that its "
            "counterpart can be found beside it."
        )
    chosen = _pair(path)
    test_word = next((word for word in _TEST_WORDS if word in name), None)
    if test_word is not None:
        others = [_pair_or_none(_renamed(path, test_word, "train"))]
        return [*(other for other in others if other is not None), chosen]
    others = [_pair_or_none(_renamed(path, "train", word)) for word in _TEST_WORDS]
    return [chosen, *(other for other in others if other is not None)][:2]


def _pair_or_none(path: Path) -> tuple[Path, Path] | None:
    return _pair(path) if _existing(path) is not None else None


def _pair(path: Path) -> tuple[Path, Path]:
    """Return the files of pictures and of labels of which this is one."""
    pictures = labels = path
    for picture_word, label_word in _KIND_WORDS:
        pictures = _renamed(pictures, label_word, picture_word)
        labels = _renamed(labels, picture_word, label_word)
    found = _existing(pictures), _existing(labels)
    for wanted, there in zip((pictures, labels), found, strict=True):
        if there is None:
            raise DataError(f"{wanted.name} must lie beside {path.name}, but it is not there.")
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]


def _existing(path: Path) -> Path | None:
    """Return the file of this name, packed or not, with MNIST's hyphen or a dot before idx."""
    plain = path.name.removesuffix(".gz")
    names = (plain, plain.replace("-idx", ".idx"), plain.replace(".idx", "-idx"))
    for name, suffix in product(names, ("", ".gz")):
        candidate = path.with_name(name + suffix)
        if candidate.is_file():
            return candidate
    return None


def _renamed(path: Path, old: str, new: str) -> Path:
    return path.with_name(path.name.replace(old, new))
