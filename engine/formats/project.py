"""A project as a folder: runs, drawings, probes, the Library's kernels and notes.

`project.json` says what belongs to it, and is written last; what it does not name is not there:

    project.json
    runs/<id>/run.safetensors, tape-<n>.safetensors    see `engine.formats.run_folder`
    drawings/<id>.json, <id>.png                        strokes, and how they look
    probes.json
    library.json

The folder is the person's work as it is kept while the program runs; as one file, `.filterscope`, it is
packed by `engine.formats.project_file`.
"""

import contextlib
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from engine.drawing import drawing_from_json, drawing_to_json
from engine.errors import EngineError, FormatError
from engine.formats.files import read_network_file, read_part, write_atomically
from engine.formats.library_json import kernels_of
from engine.formats.problems import problem
from engine.project import MOST_DRAWINGS, Project, ProjectContent, ProjectDrawing, is_id
from engine.version import VERSION as PROGRAM

FORMAT = "filterscope-project"
VERSION = 1
PROJECT_FILE, PROBES_FILE, LIBRARY_FILE = "project.json", "probes.json", "library.json"
RUNS, DRAWINGS = "runs", "drawings"

MOST_TEXT = 1 << 25
# Of all texts together.
MOST_TEXTS = 1 << 26
MOST_PREVIEW = 1 << 22

_PNG = b"\x89PNG\r\n\x1a\n"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    version: int
    program: str
    project: Project
    drawings: tuple[str, ...]
    has_probes: bool
    has_library: bool


class _Kind(msgspec.Struct):
    format: str = ""
    version: int = 0


def run_folder(folder: Path, run_id: str) -> Path:
    """Give the folder of a run."""
    return folder / RUNS / run_id


def make_project_folder(folder: Path) -> None:
    """Make the folder and those in it, which its runs are written to; OSError if that cannot be done."""
    (folder / RUNS).mkdir(parents=True, exist_ok=True)
    (folder / DRAWINGS).mkdir(exist_ok=True)


def write_project(folder: Path, content: ProjectContent) -> bool:
    """Bring a project's folder up to date; its runs must have been written before.

    Returns
    -------
    Whether anything was written.

    Raises
    ------
    OSError
        If it cannot be written; the older state is there all the same.
    FormatError
        If a part is too large.
    """
    make_project_folder(folder)
    texts = {_drawing_name(key): drawing_to_json(kept.drawing) for key, kept in content.drawings.items()}
    if content.probes:
        texts[PROBES_FILE] = content.probes
    if content.library:
        texts[LIBRARY_FILE] = content.library
    file = _File(
        FORMAT,
        VERSION,
        PROGRAM,
        content.project,
        tuple(content.drawings),
        bool(content.probes),
        bool(content.library),
    )
    files = {name: text.encode() for name, text in texts.items()}
    for key, kept in content.drawings.items():
        if kept.preview:
            files[f"{DRAWINGS}/{key}.png"] = kept.preview
    files[PROJECT_FILE] = msgspec.json.format(msgspec.json.encode(file), indent=2)
    for name, data in files.items():
        if len(data) > MOST_TEXT:
            raise FormatError(f"“{name}” must have at most {MOST_TEXT >> 20} MB in a project.")
    _require_room(sum(len(data) for name, data in files.items() if name.endswith(".json")))
    changed = [_write(folder / name, data) for name, data in files.items()]
    for path in (folder / PROBES_FILE, folder / LIBRARY_FILE, *(folder / DRAWINGS).iterdir()):
        if path.relative_to(folder).as_posix() not in files:
            # What cannot be removed does no harm.
            with contextlib.suppress(OSError):
                path.unlink()
    return any(changed)


def remove_other_runs(folder: Path, ids: Collection[str]) -> None:
    """Remove the folders of all runs but these; none of them may be written to at the moment."""
    for entry in (folder / RUNS).iterdir():
        if entry.name not in ids:
            shutil.rmtree(entry, ignore_errors=True)


def read_project(folder: Path) -> ProjectContent:
    """Read a project without its runs; FormatError says in one sentence what is wrong."""
    try:
        file = _read_file(folder)
        _require_room(sum(path.stat().st_size for path in (folder / DRAWINGS).glob("*.json")))
        drawings = {key: _read_drawing(folder, key) for key in _ids(file.drawings)}
        probes = _read(folder, PROBES_FILE) if file.has_probes else ""
        library = _read(folder, LIBRARY_FILE) if file.has_library else ""
        if probes:
            with _named(PROBES_FILE):
                msgspec.json.decode(probes, type=msgspec.Raw)
        if library:
            with _named(LIBRARY_FILE):
                kernels_of(library)
        return ProjectContent(file.project, drawings, probes, library)
    except EngineError as error:
        raise FormatError(f"{problem(error, 300)}.") from None


def _read_file(folder: Path) -> _File:
    text = _read(folder, PROJECT_FILE)
    with _named(PROJECT_FILE):
        kind = msgspec.json.decode(text, type=_Kind)
    if kind.format != FORMAT or kind.version != VERSION:
        newer = kind.format == FORMAT and kind.version > VERSION
        raise FormatError(
            f"the project must be of format version {VERSION}, got "
            f"{f'{kind.version}, of a newer Filterscope' if newer else 'another kind of file'}"
        )
    with _named(PROJECT_FILE):
        return msgspec.json.decode(text, type=_File)


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Say of what goes wrong which part of the project it is in."""
    try:
        yield
    except (msgspec.MsgspecError, EngineError, ValueError, RecursionError) as error:
        raise FormatError(f"its part “{name}” cannot be read: {problem(error)}") from None


def _require_room(size: int) -> None:
    if size > MOST_TEXTS:
        raise FormatError(
            f"A project's drawings and texts must have at most {MOST_TEXTS >> 20} MB, got {size >> 20} MB."
        )


def _drawing_name(key: str) -> str:
    return f"{DRAWINGS}/{key}.json"


def _ids(keys: tuple[str, ...]) -> tuple[str, ...]:
    if len(keys) > MOST_DRAWINGS or not all(map(is_id, keys)):
        raise FormatError(f"a project must have at most {MOST_DRAWINGS} drawings, of proper ids")
    return keys


def _read_drawing(folder: Path, key: str) -> ProjectDrawing:
    name, picture = _drawing_name(key), f"{DRAWINGS}/{key}.png"
    preview = read_network_file(folder / picture, MOST_PREVIEW) if (folder / picture).exists() else b""
    if preview and not preview.startswith(_PNG):
        raise FormatError(f"its part “{picture}” must be a PNG picture, got something else")
    text = _read(folder, name)
    with _named(name):
        return ProjectDrawing(drawing_from_json(text), preview)


def _read(folder: Path, name: str) -> str:
    content = read_part(folder, name, MOST_TEXT)
    with _named(name):
        return content.decode()


def _write(path: Path, data: bytes) -> bool:
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    write_atomically(path, data)
    return True
