"""The person's own kernels on disk, in one JSON file."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, reason_of
from engine.formats.files import write_atomically
from engine.lab.values import Filter

logger = logging.getLogger(__name__)

LIBRARY_FILE = "kernels.json"
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class StoredKernel:
    """One kernel of the person's own: its name, which no other has, and ``(slices, kh, kw)``, read-only."""

    name: str
    weight: NDArray[np.float64]


class _Entry(msgspec.Struct):
    name: str
    values: list[list[list[float]]]


class _File(msgspec.Struct):
    version: int
    kernels: list[_Entry]


class LibraryStore:
    """Keeps kernels in a folder; the newest comes first. GUI thread only.

    A file that cannot be used is told by one sentence in `problem`, "" while all is well, and is never
    written over: what is in it is not lost. What could not be written stays until the program closes.

    Parameters
    ----------
    folder
        Where the file is; made when something is kept for the first time.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LIBRARY_FILE
        self._kernels: list[StoredKernel] = []
        self._keeps = True
        self.problem = ""
        self._read()

    @property
    def kernels(self) -> tuple[StoredKernel, ...]:
        """All kernels, the newest first."""
        return tuple(self._kernels)

    def add(self, name: str, weight: NDArray[Any]) -> str:
        """Keep a kernel and give the name it got: one that no other has.

        Parameters
        ----------
        name
            What it is to be called; a number is put behind it where the name is taken.
        weight
            ``(slices, kh, kw)``.

        Raises
        ------
        EngineError
            It is no kernel: another shape, too large, or not finite.
        OSError
            It could not be written; the text is one sentence.
        """
        checked = Filter(name, weight).weight
        given = self._free_name(name)
        self._kernels.insert(0, StoredKernel(given, checked))
        self._write()
        return given

    def rename(self, name: str, new_name: str) -> str:
        """Call a kernel something else and give the name it got; OSError as in `add`."""
        index = self._index(name)
        if index is None or not new_name.strip() or new_name.strip() == name:
            return name
        given = self._free_name(new_name)
        self._kernels[index] = StoredKernel(given, self._kernels[index].weight)
        self._write()
        return given

    def remove(self, name: str) -> StoredKernel | None:
        """Take a kernel out and give it, None if there is none; OSError as in `add`."""
        index = self._index(name)
        if index is None:
            return None
        removed = self._kernels.pop(index)
        self._write()
        return removed

    def _index(self, name: str) -> int | None:
        return next((i for i, kernel in enumerate(self._kernels) if kernel.name == name), None)

    def _free_name(self, name: str) -> str:
        wanted = name.strip() or "kernel"
        taken = {kernel.name for kernel in self._kernels}
        candidate, number = wanted, 2
        while candidate in taken:
            candidate, number = f"{wanted} {number}", number + 1
        return candidate

    def _read(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            # A file that cannot be read must not be written over.
            self._keeps = False
            self.problem = f"The Library cannot be read: {_reason(error)}. New kernels are not kept."
            logger.warning("%s cannot be read: %s", self._path, error)
            return
        try:
            file = msgspec.json.decode(content, type=_File)
            if file.version != _VERSION:
                raise msgspec.ValidationError(f"version {file.version}")
            for entry in file.kernels:
                weight = Filter(entry.name, np.array(entry.values)).weight
                self._kernels.append(StoredKernel(self._free_name(entry.name), weight))
        except (msgspec.DecodeError, UnicodeDecodeError, EngineError, ValueError) as error:
            logger.warning("%s is damaged: %s", self._path, error)
            self._kernels.clear()
            self._set_aside()

    def _set_aside(self) -> None:
        """Give a damaged file a name of its own, which no later one takes."""
        number = 1
        while (aside := self._path.with_name(f"kernels-damaged-{number}.json")).exists():
            number += 1
        try:
            self._path.rename(aside)
        except OSError as error:
            self._keeps = False
            self.problem = (
                f"The Library is damaged and cannot be set aside: {_reason(error)}. New kernels are not kept."
            )
            return
        self.problem = f"The Library was damaged; it is set aside as “{aside.name}”, and a new one begins."

    def _write(self) -> None:
        if not self._keeps:
            raise OSError(self.problem)
        entries = [_Entry(kernel.name, kernel.weight.tolist()) for kernel in self._kernels]
        content = msgspec.json.format(msgspec.json.encode(_File(_VERSION, entries)), indent=2)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, content)
        except OSError as error:
            raise OSError(f"The Library cannot be written: {_reason(error)}.") from error


def _reason(error: OSError) -> str:
    return reason_of(error)
