"""Data sets in NPZ files: NumPy arrays in a zip, without pickled objects."""

import os
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.datasets.limits import require_plausible
from engine.datasets.values import Dataset, Split
from engine.errors import DataError

ZIP_MAGIC = b"PK"

# Names of arrays under which a data set is found, the first that are all there.
_NAMES: tuple[tuple[str, ...], ...] = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("x", "y"),
    ("pictures", "labels"),
    ("x_train", "y_train"),
)


def read_npz(path: Path) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
    """Read the pictures and labels of an NPZ file as they are stored.

    Parameters
    ----------
    path
        A file with `x_train`, `y_train`, `x_test` and `y_test`, or with `x` and `y`, or with
        `pictures` and `labels`.

    Returns
    -------
    tuple
        One or two pairs of arrays: training pictures and labels, and those to test on.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or holds other or absurdly large arrays.
    """
    try:
        with ZipFile(path) as archive:
            found = {name.removesuffix(".npy") for name in archive.namelist()}
            names = next((names for names in _NAMES if found.issuperset(names)), None)
            if names is None:
                raise DataError(
                    f"{path.name} must hold x_train, y_train, x_test and y_test, or x and y, or "
                    f"pictures and labels, got {', '.join(sorted(found)[:8]) or 'nothing'}."
                )
            arrays = [_read_member(archive, name, path.name) for name in names]
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        # A damaged zip or array header raises whatever its bytes lead to: BadZipFile, zlib.error,
        # EOFError, ValueError, NotImplementedError, RuntimeError, tokenize.TokenError, ...
        raise DataError(f"{path.name} is damaged or not an NPZ file.") from error
    return tuple(zip(arrays[::2], arrays[1::2], strict=True))


def write_npz(path: Path, split: Split) -> None:
    """Write a data set so that the file is either complete or not there at all.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(
                    file,
                    x_train=split.train.pictures,
                    y_train=split.train.labels,
                    x_test=split.test.pictures,
                    y_test=split.test.labels,
                )
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(f"{path.name} cannot be written: {error.strerror or error}.") from error


def as_dataset(name: str, pictures: NDArray[Any], labels: NDArray[Any], classes: tuple[str, ...]) -> Dataset:
    """Bring arrays as people store them into the form that the engine wants.

    Parameters
    ----------
    name
        What to call the data set.
    pictures
        ``(n, h, w)``, ``(n, c, h, w)`` or ``(n, h, w, c)`` with 1 or 3 channels; integers 0 to 255
        or floats 0 to 1.
    labels
        ``(n,)`` or ``(n, 1)`` integers.
    classes
        The name of each class.

    Raises
    ------
    DataError
        If the arrays are something else.
    """
    shape = tuple(pictures.shape)
    if pictures.ndim == 3:
        pictures = pictures[:, np.newaxis]
    elif pictures.ndim == 4 and shape[1] not in (1, 3) and shape[3] in (1, 3):
        pictures = pictures.transpose(0, 3, 1, 2)
    if pictures.ndim != 4 or pictures.shape[1] not in (1, 3) or pictures.size == 0:
        raise DataError(
            f"The pictures of {name} must be (n, h, w) or (n, c, h, w) with 1 or 3 channels, got {shape}."
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if not np.issubdtype(labels.dtype, np.integer) or labels.shape != (len(pictures),):
        raise DataError(
            f"The labels of {name} must be {len(pictures)} integers, "
            f"got {labels.dtype} {tuple(labels.shape)}."
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise DataError(
            f"The labels of {name} must be from 0 to {len(classes) - 1}, "
            f"got {labels.min()} to {labels.max()}."
        )
    return Dataset(name, _as_bytes(name, pictures), labels.astype(np.int64), classes)


def _as_bytes(name: str, pictures: NDArray[Any]) -> NDArray[np.uint8]:
    if pictures.dtype == np.uint8:
        return np.ascontiguousarray(pictures)
    if np.issubdtype(pictures.dtype, np.floating):
        top, scale = 1, 255
    elif np.issubdtype(pictures.dtype, np.integer):
        top, scale = 255, 1
    else:
        raise DataError(f"The pictures of {name} must be numbers, got {pictures.dtype}.")
    low, high = pictures.min(), pictures.max()
    # Written so that a NaN fails the comparison.
    if not (low >= 0 and high <= top):
        raise DataError(f"The values of {name}'s pictures must be from 0 to {top}, got {low} to {high}.")
    content = np.empty(pictures.shape, dtype=np.uint8)
    for target, picture in zip(content, pictures, strict=True):
        # One picture at a time: floats take eight times the memory of the result.
        target[...] = np.rint(picture * scale)
    return content


def _read_member(archive: ZipFile, name: str, file_name: str) -> NDArray[Any]:
    """Read one array, after its header was found to be plausible."""
    what = f"{name} in {file_name}"
    info = archive.getinfo(f"{name}.npy" if f"{name}.npy" in archive.namelist() else name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise DataError(f"{what} is compressed in a way that NPZ files are not.")
    with archive.open(info) as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(member)
        header_bytes = member.tell()
    if dtype.hasobject:
        raise DataError(f"{what} holds Python objects, which are never opened.")
    # What it unpacks to must be what the header says, and possible for what is stored.
    require_plausible(what, shape, dtype.itemsize, info.file_size - header_bytes, packed=False)
    if info.compress_type == ZIP_DEFLATED:
        require_plausible(what, shape, dtype.itemsize, info.compress_size, packed=True)
    with archive.open(info) as member:
        values: NDArray[Any] = npy.read_array(member, allow_pickle=False)
    return values
