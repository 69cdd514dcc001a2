"""Pictures from files, in the form that a network reads: no screen library needed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.idx import GZIP_MAGIC, IDX_MAGIC, read_idx
from engine.datasets.limits import MAX_BYTES, MAX_SIDE
from engine.datasets.npz import ZIP_MAGIC
from engine.drawing import PICTURE_SIDE, Backdrop, Drawing, drawing_from_json, prepare
from engine.errors import DataError
from engine.layers import Shape

Picture = NDArray[Any]

NPY_MAGIC = b"\x93N"
PNM_KINDS = {b"P2": 1, b"P3": 3, b"P5": 1, b"P6": 3}
# Names under which NPZ files hold pictures, best first.
ARRAY_NAMES = ("pictures", "x", "x_test", "x_train")
# Above this much light on average along the edge, a picture is ink on paper.
PAPER = 128
# Less of the darkest ink than this, above the ground, is noise and shadow.
FAINTEST = 0.25


def read_pictures(path: Path, shape: Shape) -> list[tuple[str, Picture | None]]:
    """Read a file as named pictures of `shape`, uint8 0–255 or float 0–1; None for a blank drawing.

    Raises
    ------
    DataError, FormatError
        If the file is of no known kind, damaged, or its pictures do not fit.
    """
    content = _content(path)
    start = content[:2]
    if start in PNM_KINDS:
        return [(path.name, _fitted(_read_pnm(content, path.name), shape, path.name))]
    if content.lstrip()[:1] == b"{":
        drawing = drawing_from_json(content.decode("utf-8", errors="replace"))
        return [(path.name, _prepared(drawing, shape, path.name))]
    if start in (IDX_MAGIC, GZIP_MAGIC):
        array: NDArray[Any] = read_idx(path)
    elif start in (ZIP_MAGIC, NPY_MAGIC):
        array = _read_array(path)
    else:
        raise DataError(f"{path.name} must be a drawing (JSON), PGM, PPM, NPY, NPZ or IDX file.")
    return _stack(array, shape, path.name)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path.name} must have at most {MAX_BYTES >> 20} MB.")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _read_array(path: Path) -> NDArray[Any]:
    try:
        with path.open("rb") as file:
            found = np.load(file, allow_pickle=False)
            if isinstance(found, np.ndarray):
                return found
            names = [name for name in ARRAY_NAMES if name in found] or found.files[:1]
            if not names:
                raise DataError(f"{path.name} holds no arrays.")
            return np.asarray(found[names[0]])
    except DataError:
        raise
    except Exception as error:
        # A damaged header raises whatever its bytes lead to.
        raise DataError(f"{path.name} is damaged or holds no plain array.") from error


def _stack(array: NDArray[Any], shape: Shape, name: str) -> list[tuple[str, Picture | None]]:
    """Cut an array into pictures of `shape`."""
    c, h, w = shape
    if array.ndim >= 2 and array.shape[-2:] == (h, w) and array.size % (c * h * w) == 0 and array.size:
        stack = array.reshape(-1, c, h, w)
    else:
        raise DataError(f"The pictures of {name} must be {c} × {h} × {w}, got {tuple(array.shape)}.")
    if stack.dtype.kind == "f":
        if not (stack.min() >= 0 and stack.max() <= 1):
            raise DataError(f"The floats of {name} must be from 0 to 1.")
    elif stack.dtype.kind in "iub" and stack.min() >= 0 and stack.max() <= 255:
        stack = stack.astype(np.uint8)
    else:
        raise DataError(f"The values of {name} must be bytes 0 to 255 or floats 0 to 1, got {stack.dtype}.")
    if len(stack) == 1:
        return [(name, stack[0])]
    return [(f"{name}[{i}]", picture) for i, picture in enumerate(stack)]


def _read_pnm(content: bytes, name: str) -> NDArray[np.uint8]:
    """Read a PGM or PPM picture, plain or binary: ``(c, h, w)``."""
    # Magic, width, height and largest value, with comments between them; then one white space.
    header = re.match(rb"(P[2356])" + rb"(?:\s|#[^\n]*\n)+(\d{1,6})" * 3 + rb"\s", content)
    if header is None:
        raise DataError(f"{name} is damaged: its header must give width, height and largest value.")
    kind, (width, height, largest) = header[1], (int(header[i]) for i in (2, 3, 4))
    channels = PNM_KINDS[kind]
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and 0 < largest < 65_536):
        raise DataError(f"{name} must have sides of 1 to {MAX_SIDE} pixels, got {width} × {height}.")
    count, body = width * height * channels, content[header.end() :]
    if kind in (b"P2", b"P3"):
        words = re.sub(rb"#[^\n]*", b"", body).split()
        if not all(word.isdigit() and len(word) < 6 for word in words):
            raise DataError(f"{name} is damaged: its values must be whole numbers.")
        values = np.array([int(word) for word in words[:count]])
    else:
        kind_of_value = np.dtype(">u2" if largest > 255 else "u1")
        whole = len(body) // kind_of_value.itemsize * kind_of_value.itemsize
        values = np.frombuffer(body[:whole], kind_of_value)[:count].astype(int)
    if len(values) < count:
        raise DataError(f"{name} is damaged: it must have {count:,} values, got {len(values):,}.")
    if values.max() > largest:
        raise DataError(f"{name} is damaged: its values must be at most {largest}, got {values.max()}.")
    bytes_ = np.rint(values * (255 / largest)).astype(np.uint8)
    return bytes_.reshape(height, width, channels).transpose(2, 0, 1)


def _fitted(picture: NDArray[np.uint8], shape: Shape, name: str) -> Picture | None:
    """Bring a picture of any size to what the network reads: as it is, or as ink the way MNIST was made."""
    if shape[0] != 1:
        if picture.shape != shape:
            raise DataError(f"The network reads pictures of {shape}, got {name} of {picture.shape}.")
        return picture
    grey = np.rint(picture.mean(axis=0)).astype(np.uint8)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if edge.mean() > PAPER else grey
    if ink.shape == shape[1:]:
        return ink[None]
    return _prepared(Drawing(backdrop=Backdrop(_clean(ink))), shape, name)


def _clean(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make the ground of a scanned or photographed picture, as its edge shows it, nothing at all."""
    ground = float(np.median(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])))
    contrast = float(ink.max()) - ground
    if contrast <= 0:
        return np.zeros_like(ink)
    share = (ink - ground) / contrast
    share[share < FAINTEST] = 0
    return np.rint(255 * share).astype(np.uint8)


def _prepared(drawing: Drawing, shape: Shape, name: str) -> Picture | None:
    if shape != (1, PICTURE_SIDE, PICTURE_SIDE):
        raise DataError(
            f"{name} becomes a picture of (1, {PICTURE_SIDE}, {PICTURE_SIDE}), the network reads {shape}."
        )
    preparation = prepare(drawing)
    return None if preparation.blank else preparation.picture[None]
