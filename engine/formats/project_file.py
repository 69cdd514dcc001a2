"""A project as one file, `.filterscope`: a zip of its folder.

Numbers and pictures are stored as they are, texts are compressed. A file that is opened may come from
anywhere: names, sizes and numbers of its parts are looked at before anything is written, no part gets larger
than it says, and the whole lies in a new folder that takes its name at the very end.
"""

import contextlib
import errno
import logging
import os
import re
import secrets
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from engine.errors import FormatError, reason_of
from engine.formats.files import replaced_atomically
from engine.formats.model import MOST_BYTES
from engine.formats.problems import problem
from engine.formats.project import (
    DRAWINGS,
    LIBRARY_FILE,
    MOST_PREVIEW,
    MOST_TEXT,
    MOST_TEXTS,
    PROBES_FILE,
    PROJECT_FILE,
    RUNS,
    read_project,
    run_folder,
)
from engine.formats.run_folder import RUN_FILE, SEGMENT_NAME, read_run_folder, run_files
from engine.formats.text import brief
from engine.project import is_id

logger = logging.getLogger(__name__)

SUFFIX = ".filterscope"

# What a zip without the extension for larger ones can hold.
MOST_PACKED = (1 << 32) - (1 << 20)
MOST_PARTS = 20_000
# How much smaller a text may be in the file: drawings shrink to a tenth.
MOST_RATIO = 200
_MOST_DIRECTORY = 1 << 23

Watch = Callable[[float], object]

_PIECE = 1 << 20
_BEGIN = b"PK\3\4"
_END = struct.Struct("<4s4H2LH")
_DATE = (1980, 1, 1, 0, 0, 0)
_TEXT_NAMES = (PROJECT_FILE, PROBES_FILE, LIBRARY_FILE)
# What `zipfile` raises at damage, passwords, names that are no text, and places outside the file.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(RuntimeError, ValueError, OverflowError, LookupError, OSError),
)
_DRAWING = re.compile(r"(.*)\.(json|png)")


def pack(folder: Path, path: str | Path, watch: Watch = lambda share: None) -> None:
    """Write a project's folder as one file; nobody may write to the folder meanwhile.

    Parameters
    ----------
    folder, path
        From where and to where.
    watch
        Is told the share that is done, 0 to 1; what it raises ends the work, and leaves all as it was.

    Raises
    ------
    FormatError
        If the folder is no project, or too large for one file.
    OSError
        If it cannot be written; an older file is as it was.
    """
    path = Path(path)
    try:
        names = tuple(_parts(folder))
    except FormatError as error:
        raise FormatError(f"“{brief(path.name)}” cannot be written: {problem(error, 300)}.") from None
    total = sum((folder / name).stat().st_size for name in names)
    if total > MOST_PACKED or len(names) > MOST_PARTS:
        raise FormatError(
            f"A project file must have at most {MOST_PACKED >> 20} MB in {MOST_PARTS} parts, "
            f"got {total >> 20} MB in {len(names)}: delete some runs."
        )
    with replaced_atomically(path) as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
        done = 0
        for name in names:
            with (folder / name).open("rb") as source, archive.open(_info(folder, name), "w") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    done += len(piece)
                    watch(done / total)


def unpack(path: str | Path, folder: Path, watch: Watch = lambda share: None) -> None:
    """Make a project's folder of a file, and read all of it.

    Parameters
    ----------
    path
        The file.
    folder
        Where the project is to be; there must be nothing yet, and the folder above must be there.
    watch
        As for `pack`.

    Raises
    ------
    FormatError
        If the file is damaged, too large, of another kind or a newer version; the text is one sentence, and
        there is nothing at `folder`.
    OSError
        If the folder cannot be written.
    """
    path = Path(path)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.part")
    try:
        with _opened(path) as file:
            temporary.mkdir()
            _extract(file, temporary, watch)
        check_project(temporary)
        if folder.exists():
            raise FileExistsError(f"there is something at {folder.name} already")
        temporary.rename(folder)
    except FormatError as error:
        reason = problem(error, 300)
        raise FormatError(f"“{brief(path.name)}” cannot be opened as a project: {reason}.") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_project(folder: Path) -> None:
    """Read all of a project's folder, one part after the other; FormatError says what is wrong."""
    for run in read_project(folder).project.runs:
        read_run_folder(run_folder(folder, run.id), name=run.name)


def is_project_name(path: str | Path) -> bool:
    """Tell whether a file is named like a project."""
    return Path(path).suffix.lower() == SUFFIX


def _parts(folder: Path) -> Iterator[str]:
    """Name all that a project is made of, and nothing that lies about."""
    content = read_project(folder)
    yield PROJECT_FILE
    if content.probes:
        yield PROBES_FILE
    if content.library:
        yield LIBRARY_FILE
    for key, kept in content.drawings.items():
        yield f"{DRAWINGS}/{key}.json"
        if kept.preview:
            yield f"{DRAWINGS}/{key}.png"
    for run in content.project.runs:
        try:
            files = run_files(run_folder(folder, run.id))
        except FormatError as error:
            raise FormatError(f"its run “{brief(run.name)}” cannot be read: {problem(error)}") from None
        yield from (f"{RUNS}/{run.id}/{name}" for name in files)


def _info(folder: Path, name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.file_size = (folder / name).stat().st_size
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    if name.endswith(".json") and not _is_monotonous(folder / name, info.file_size):
        info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _is_monotonous(path: Path, size: int) -> bool:
    """Tell whether a text would get so small that `unpack` took it for a trap: it is stored as it is."""
    return size > _PIECE and size > MOST_RATIO // 2 * len(zlib.compress(path.read_bytes(), 1))


def _opened(path: Path) -> BinaryIO:
    """Open a file to read, if it is one and of a size that a project can have."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            came = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
            raise FormatError(f"it must be a file, got {came}")
        if status.st_size > MOST_PACKED + _MOST_DIRECTORY:
            raise FormatError(f"it must have at most {MOST_PACKED >> 20} MB, got {status.st_size >> 20} MB")
        return path.open("rb")
    except OSError as error:
        raise FormatError(reason_of(error)) from None


def _extract(file: BinaryIO, folder: Path, watch: Watch) -> None:
    _require_short_directory(file)
    with _in_our_words("it must end with the list of its parts, got one that is damaged"):
        archive = zipfile.ZipFile(file)
    with archive:
        parts = archive.infolist()
        _require_sound(parts)
        total = sum(part.file_size for part in parts)
        done = 0
        for part in parts:
            target = folder / part.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            _extract_part(archive, part, target)
            done += part.file_size
            watch(done / max(total, 1))


@contextlib.contextmanager
def _in_our_words(sentence: str) -> Iterator[None]:
    """Say this where `zipfile` finds damage; its own words, of Python and of zip, go to the log."""
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        logger.info("%s: %s: %s", sentence, type(error).__name__, brief(error, 300))
        raise FormatError(sentence) from None


def _require_short_directory(file: BinaryIO) -> None:
    """Refuse what is no zip, or lists more parts than a project has, before that is read into memory."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise FormatError("it must be a project of Filterscope, got an empty file")
    file.seek(max(size - _END.size - 20, 0))
    tail = file.read()
    mark, _, _, _, count, length, _, comment = _END.unpack(tail[-_END.size :].rjust(_END.size, b"\0"))
    # Our own files end right there, and are never of the kind for more than 4 GB.
    if mark != b"PK\5\6" or comment or tail.startswith(b"PK\6\7"):
        file.seek(0)
        if file.read(len(_BEGIN)) != _BEGIN:
            raise FormatError("it must be a project of Filterscope, got a file of another kind")
        raise FormatError(
            "it is cut short or damaged: it must end with the list of its parts, got something else there"
        )
    if count > MOST_PARTS:
        raise FormatError(f"it must have at most {MOST_PARTS} parts, got {count}")
    if length > _MOST_DIRECTORY:
        most = _MOST_DIRECTORY >> 20
        raise FormatError(f"the list of its parts must have at most {most} MB, got {length >> 20} MB")


def _require_sound(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse what no project has, by the list of parts alone."""
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        raise FormatError("a part of it is there twice")
    if PROJECT_FILE not in names:
        raise FormatError(f"it has no “{PROJECT_FILE}”, which every project has")
    texts = 0
    for part in parts:
        name = brief(part.orig_filename)
        most = _most_bytes(part.orig_filename)
        if not most or part.filename != part.orig_filename:
            raise FormatError(f"a project has no part called “{name}”")
        if part.flag_bits & 1:
            raise FormatError(f"its part “{name}” must be readable by everybody, got it under a password")
        if stat.S_IFMT(part.external_attr >> 16) not in (0, stat.S_IFREG):
            raise FormatError(f"its part “{name}” must be a file, got a link or a device")
        if part.file_size > most:
            raise FormatError(
                f"its part “{name}” must have at most {most >> 20} MB, got {part.file_size >> 20} MB"
            )
        if name.endswith(".json"):
            texts += part.file_size
        if part.compress_type == zipfile.ZIP_DEFLATED and name.endswith(".json"):
            if part.file_size > _PIECE and part.file_size > MOST_RATIO * max(part.compress_size, 1):
                raise FormatError(f"its part “{name}” is compressed too much to be a project's")
        elif part.compress_type != zipfile.ZIP_STORED or part.compress_size != part.file_size:
            raise FormatError(f"its part “{name}” must be stored as it is, got it compressed")
    if texts > MOST_TEXTS:
        raise FormatError(f"its texts must have at most {MOST_TEXTS >> 20} MB, got {texts >> 20} MB")


def _most_bytes(name: str) -> int:
    """Give how large a part of this name may be; 0 if a project has none of that name."""
    if name in _TEXT_NAMES:
        return MOST_TEXT
    match PurePosixPath(name).parts:
        case (kind, key, part) if kind == RUNS and is_id(key) and name == f"{kind}/{key}/{part}":
            return MOST_BYTES if part == RUN_FILE or SEGMENT_NAME.fullmatch(part) else 0
        case (kind, part) if kind == DRAWINGS and name == f"{kind}/{part}":
            found = _DRAWING.fullmatch(part)
            if found and is_id(found[1]):
                return MOST_PREVIEW if found[2] == "png" else MOST_TEXT
    return 0


def _extract_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, target: Path) -> None:
    name = f"its part “{brief(part.filename)}”"
    with _in_our_words(f"{name} is damaged: it must begin where the list of parts says, got something else"):
        source = archive.open(part)
    done = 0
    with source, target.open("xb") as written:
        while piece := _read_piece(source, name):
            done += len(piece)
            if done > part.file_size:
                raise FormatError(f"{name} is larger than it says")
            written.write(piece)
    if done < part.file_size:
        raise FormatError(f"{name} is cut short: it must have {part.file_size} bytes, got {done}")


def _read_piece(source: IO[bytes], name: str) -> bytes:
    with _in_our_words(f"{name} is damaged: its content must be as it was saved, got another"):
        return source.read(_PIECE)
