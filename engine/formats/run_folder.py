"""A run at rest as a folder that is written again and again while it trains, at low cost.

What never changes, the recorded steps and the older rows of the tables, goes into segment files
`tape-<n>.safetensors`, which are not touched again. `run.safetensors` holds the rest and says what is in
which segment; it is written last, and what it does not need is removed after that. So at any moment the
folder holds the older state or the newer one, whole.
"""

import contextlib
import re
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, FormatError, NotReadableNowError
from engine.formats.files import read_part
from engine.formats.model import MOST_BYTES, decode_safetensors
from engine.formats.part_file import PART_SUFFIX, flush_folder
from engine.formats.problems import problem
from engine.formats.recording import Tensors
from engine.formats.run import RunHeader, run_of, run_parts
from engine.formats.tensor_file import write_tensors
from engine.formats.text import brief
from engine.session_record import SessionRecord

FORMAT = "filterscope-run-folder"
VERSION = 1
RUN_FILE = "run.safetensors"
SEGMENT_NAME = re.compile(r"tape-([1-9][0-9]{0,8})\.safetensors")

MOST_SEGMENTS = 64

# Thousands of names and events; a header of a few bytes more each could fill the memory.
MOST_HEADER = 1 << 25

# Rows of a table, as bytes, that go into a segment together.
_BLOCK = 1 << 17
_TABLES = ("steps", "tests")
_LASTING = ("tape.", "state.", *(f"{table}." for table in _TABLES))

# Segment and digest of each array by its name.
_Places = dict[str, tuple[int, str]]


class _Index(msgspec.Struct, forbid_unknown_fields=True):
    run: RunHeader
    # Digests by name, by the number of their segment.
    segments: dict[int, dict[str, str]]
    present: dict[str, str]
    blocks: tuple[int, int]


class RunFolder:
    """Writes one run to its folder. One thread at a time, and nobody else writes there.

    Parameters
    ----------
    path
        The folder; made by the first `write` if the folder above it is there.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._places: _Places = {}
        self._written = ""
        self._newest = 0
        # Recorded arrays are never written to: their digests are computed once.
        self._digests: dict[str, tuple[NDArray[Any], str]] = {}

    def write(self, record: SessionRecord, *, data: str) -> int:
        """Bring the folder up to date, and give the bytes that were written: 0 if nothing has changed.

        Parameters
        ----------
        record
            The run.
        data
            Name of its data set.

        Raises
        ------
        OSError
            If it cannot be written; the older state is there all the same.
        """
        self.path.mkdir(exist_ok=True)
        if not self._newest:
            self._look()
        header, present = run_parts(record, data=data)
        blocks = [_put_blocks(present, table) for table in _TABLES]
        lasting = {name: present.pop(name) for name in list(present) if name.startswith(_LASTING)}
        digests = self._digests_of(lasting)
        new = self._new(lasting, digests)
        number = self._newest + 1
        places = {
            name: (number if name in new else self._places[name][0], digest)
            for name, digest in digests.items()
        }
        index = {
            "run": header,
            "segments": _by_segment(places),
            "present": {name: _digest(array) for name, array in present.items()},
            "blocks": blocks,
        }
        text = msgspec.json.encode(index, order="deterministic").decode()
        if not new and text == self._written:
            return 0
        if new:
            write_tensors(self.path / _segment(number), {name: lasting[name] for name in new}, {})
            self._newest = number
        metadata = {"format": FORMAT, "version": str(VERSION), "index": text, "digest": _digest_of(text)}
        write_tensors(self.path / RUN_FILE, present, metadata)
        self._places, self._written = places, text
        self._remove_others({_segment(segment) for segment, _ in places.values()})
        written = [*present.values(), *(lasting[name] for name in new)]
        return len(text) + sum(array.nbytes for array in written)

    def _look(self) -> None:
        """See what is there already; of a folder that cannot be read nothing is used again."""
        numbers = [int(found[1]) for name in _names(self.path) if (found := SEGMENT_NAME.fullmatch(name))]
        self._newest = max(numbers, default=0)
        with contextlib.suppress(FormatError):
            index, text, _ = _read_index(self.path)
            places = _places(index)
            if {segment for segment, _ in places.values()} <= set(numbers):
                self._places, self._written = places, text

    def _digests_of(self, arrays: Tensors) -> dict[str, str]:
        known, self._digests = self._digests, {}
        for name, array in arrays.items():
            before = known.get(name)
            same = before is not None and before[0] is array
            self._digests[name] = (array, before[1] if same and before else _digest(array))
        return {name: digest for name, (_, digest) in self._digests.items()}

    def _new(self, arrays: Tensors, digests: dict[str, str]) -> set[str]:
        """Tell what is to be written: what is not there yet, or all where too much is not needed any more."""
        stays = {name for name, digest in digests.items() if self._places.get(name, (0, ""))[1] == digest}
        segments = {self._places[name][0] for name in stays}
        held = 0
        for segment in segments:
            with contextlib.suppress(OSError):
                held += (self.path / _segment(segment)).stat().st_size
        needed = sum(arrays[name].nbytes for name in stays)
        if 2 * needed < held or len(segments) >= MOST_SEGMENTS:
            return set(arrays)
        return set(arrays) - stays

    def _remove_others(self, needed: set[str]) -> None:
        for name in _names(self.path):
            left = name.startswith(".") and name.endswith(PART_SUFFIX)
            if left or (SEGMENT_NAME.fullmatch(name) and name not in needed):
                with contextlib.suppress(OSError):
                    (self.path / name).unlink()
        flush_folder(self.path)


def read_run_folder(path: str | Path, *, name: str = "") -> tuple[SessionRecord, str]:
    """Read a run and the name of its data set; FormatError says in one sentence what is wrong.

    `name` is what the person calls the run, for that sentence; without one it tells the folder.
    """
    path = Path(path)
    try:
        index, _, tensors = _read_index(path)
        _check(RUN_FILE, index.present, tensors)
        for segment, digests in index.segments.items():
            _, found = _read_tensors(path, _segment(segment))
            tensors.update(_check(_segment(segment), digests, found))
        for table, count in zip(_TABLES, index.blocks, strict=True):
            _join_blocks(tensors, table, count)
        return run_of(index.run, tensors), index.run.data
    except (EngineError, msgspec.MsgspecError, KeyError, ValueError, TypeError, RecursionError) as error:
        which = f"The run “{brief(name)}”" if name else f"The run in “{brief(path.name)}”"
        kind = NotReadableNowError if isinstance(error, NotReadableNowError) else FormatError
        raise kind(f"{which} cannot be read: {problem(error, 250)}.") from None


def run_place(path: str | Path) -> tuple[str, int]:
    """Give a run's name and its step without reading its recording; FormatError if that cannot be."""
    index, _, _ = _read_index(Path(path))
    return index.run.name, index.run.position[0]


def run_files(path: str | Path) -> tuple[str, ...]:
    """Name the files that the run in a folder is made of; FormatError if it cannot be read."""
    index, _, _ = _read_index(Path(path))
    return (RUN_FILE, *(_segment(segment) for segment in index.segments))


def _read_index(path: Path) -> tuple[_Index, str, Tensors]:
    metadata, tensors = _read_tensors(path, RUN_FILE)
    version = metadata.get("version", "")
    if metadata.get("format") != FORMAT or version != str(VERSION):
        newer = version.isdecimal() and len(version) < 9 and int(version) > VERSION
        raise (NotReadableNowError if newer else FormatError)(
            f"it must be a run of format version {VERSION}, got "
            f"{'one of a newer program' if newer else brief(metadata.get('format', 'another kind of file'))}"
        )
    text = metadata.get("index", "")
    if _digest_of(text) != metadata.get("digest"):
        raise FormatError(f"its header in “{RUN_FILE}” is damaged: it must be as it was saved")
    try:
        index = msgspec.json.decode(text, type=_Index)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FormatError(f"its header in “{RUN_FILE}” is damaged: {problem(error, 150)}") from None
    if len(index.segments) > MOST_SEGMENTS + 1:
        raise FormatError(f"it must have at most {MOST_SEGMENTS + 1} segments, got {len(index.segments)}")
    _require_size(path, index.segments)
    return index, text, tensors


def _read_tensors(folder: Path, name: str) -> tuple[dict[str, str], Tensors]:
    content = read_part(folder, name, MOST_BYTES)
    if int.from_bytes(content[:8], "little") > MOST_HEADER:
        raise FormatError(f"its part “{name}” has a header of more than {MOST_HEADER >> 20} MB")
    return decode_safetensors(content, name)


def _require_size(path: Path, segments: Iterable[int]) -> None:
    total = 0
    for segment in segments:
        name = _segment(segment)
        if not SEGMENT_NAME.fullmatch(name):
            raise FormatError(f"a segment's number must be from 1 on, got {brief(segment)}")
        with contextlib.suppress(OSError):
            total += (path / name).stat().st_size
    if total > MOST_BYTES:
        raise FormatError(f"its segments must have at most {MOST_BYTES >> 20} MB, got {total >> 20} MB")


def _check(name: str, digests: dict[str, str], found: Tensors) -> Tensors:
    """Give the arrays that are needed of those of a file; FormatError unless they are as they were."""
    for key, digest in digests.items():
        if key not in found:
            raise FormatError(f"“{brief(key)}” in “{name}” is missing")
        if _digest(found[key]) != digest:
            raise FormatError(f"“{brief(key)}” in “{name}” is damaged: it must be as it was saved")
    return {key: found[key] for key in digests}


def _places(index: _Index) -> _Places:
    return {
        name: (segment, digest)
        for segment, digests in index.segments.items()
        for name, digest in digests.items()
    }


def _by_segment(places: _Places) -> dict[str, dict[str, str]]:
    segments: dict[str, dict[str, str]] = {}
    for name, (segment, digest) in places.items():
        segments.setdefault(str(segment), {})[name] = digest
    return segments


def _put_blocks(tensors: Tensors, table: str) -> int:
    """Cut the older rows of a table into blocks that never change; gives their number."""
    rows = tensors[table]
    count = len(rows) // _BLOCK
    for block in range(count):
        tensors[f"{table}.{block}"] = rows[block * _BLOCK : (block + 1) * _BLOCK]
    tensors[table] = rows[count * _BLOCK :]
    return count


def _join_blocks(tensors: Tensors, table: str, count: int) -> None:
    if count:
        parts = [tensors.pop(f"{table}.{block}") for block in range(count)]
        tensors[table] = np.concatenate([*parts, tensors[table]])


def _digest(array: NDArray[Any]) -> str:
    kind = f"{array.dtype.str}{array.shape}".encode()
    content = np.ascontiguousarray(array).data.cast("B") if array.size else b""
    return blake2b(content, digest_size=8, key=kind[:64]).hexdigest()


def _digest_of(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _segment(number: int) -> str:
    return f"tape-{number}.safetensors"


def _names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())
