"""Arrays out of an ONNX file, or out of the file of weights that lies beside it."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError, reason_of
from engine.formats.onnx_package import onnx_package
from engine.formats.text import brief

# A file of a few bytes can ask for copies of its weights over and over; no honest network needs so much.
MOST_BYTES = 1 << 29

# TensorProto.DataType: what weights, shapes and flags are made of. The rest is refused.
_TYPES: dict[int, str] = {
    1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8",
}  # fmt: skip

_EXTERNAL = 1

FLOATS = (1, 10, 11)
BYTE = 2


class Tensors:
    """Turns tensors of a file into arrays and keeps count of the memory that constants take.

    Parameters
    ----------
    folder
        Where the file lies: the only folder from which weights outside it are read; None for none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._bytes = 0

    def array(self, tensor: Any) -> NDArray[Any]:
        """Give a TensorProto as an array; FormatError if it is damaged or of an unusual kind."""
        name, shape = brief(tensor.name or "a constant"), tuple(tensor.dims)
        kind = _TYPES.get(tensor.data_type)
        if kind is None:
            raise FormatError(f"{name} must hold plain numbers, got the data type {tensor.data_type}")
        if len(shape) > 8 or any(side < 0 for side in shape):
            raise FormatError(f"{name} must have at most 8 axes of at least 0, got shape {brief(shape)}")
        self.charge(prod(shape) * np.dtype(kind).itemsize)
        if tensor.data_location == _EXTERNAL:
            content = self._outside(tensor, name, prod(shape) * np.dtype(kind).itemsize)
            return np.frombuffer(content, kind).reshape(shape)
        try:
            return np.asarray(onnx_package().numpy_helper.to_array(tensor))
        except (ValueError, TypeError) as error:
            raise FormatError(f"{name} must have shape {brief(shape)} ({brief(error)})") from None

    def charge(self, count: int) -> None:
        """Count bytes that a new array takes; FormatError when they become too many."""
        self._bytes += count
        if self._bytes > MOST_BYTES:
            raise FormatError(f"its constants must take at most {MOST_BYTES >> 20} MB, got more")

    def _outside(self, tensor: Any, name: str, size: int) -> bytes:
        where = {entry.key: entry.value for entry in tensor.external_data}
        location = where.get("location", "")
        if self._folder is None or not location:
            raise FormatError(f"the numbers of {name} must be in the file, got a reference to another one")
        folder = self._folder.resolve()
        try:
            path = (folder / location).resolve()
            if not path.is_relative_to(folder):
                raise FormatError(
                    f"the numbers of {name} must lie in the same folder as the file, "
                    f"got {brief(repr(location))}"
                )
            # A pipe could keep us waiting for ever.
            if not path.is_file():
                raise FormatError(f"its weights {brief(repr(location))} must lie beside the file, got none")
            # Short, whatever a damaged file says: int() would take time on millions of digits.
            offset, length = int(where.get("offset", "0")[:20]), int(where.get("length", str(size))[:20])
            if offset < 0 or length != size:
                raise FormatError(f"the numbers of {name} must take {size} bytes, got {length} at {offset}")
            with path.open("rb") as file:
                file.seek(offset)
                content = file.read(size)
        except (ValueError, OverflowError):
            raise FormatError(f"the place of {name} in {brief(repr(location))} must be two numbers") from None
        except OSError as error:
            reason = reason_of(error)
            raise FormatError(f"its weights {brief(repr(location))} cannot be opened: {reason}") from None
        if len(content) != size:
            raise FormatError(
                f"{brief(repr(location))} must hold {size} bytes for {name}, got {len(content)}"
            )
        return content
