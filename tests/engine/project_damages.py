"""Damage to project files, at random but repeatable: in their bytes, their list of parts, parts and names."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import FormatError
from engine.formats.project_file import pack, unpack
from engine.formats.run_folder import _digest_of
from tests.engine.mutations import damage_bytes, damage_json
from tests.engine.project_samples import make_project

Parts = dict[str, bytes]

# Of Python's zipfile and zlib, msgspec, safetensors and NumPy: nobody but a programmer reads them.
FOREIGN_WORDS = re.compile(
    r"magic|CRC|zip file|central|directory|decompress|Err|serializ|Expected|truncated|malformed|Object|"
    r"codec|inhomogeneous|buffer|overlap|[`$]|\bb'",
    re.IGNORECASE,
)


def whole_file(folder: Path) -> bytes:
    """Make a project of one run in a folder, and give the bytes of its file."""
    make_project(folder / "p", {"run-1": 3})
    pack(folder / "p", folder / "x")
    return (folder / "x").read_bytes()


def refusal(content: bytes, place: Path) -> str:
    """Try to open a file of this content, and give the sentence; "" if it is a project."""
    path = place.parent / "x.filterscope"
    path.write_bytes(content)
    try:
        unpack(path, place / "p")
    except FormatError as error:
        sentence = str(error)
        assert list(place.iterdir()) == []
        assert sentence.startswith("“x.filterscope” cannot be opened as a project: ")
        assert sentence.endswith(".")
        assert sentence.isprintable()
        assert not FOREIGN_WORDS.search(re.sub("“[^”]*”?", "", sentence)), sentence
        assert len(sentence) < 450
        return sentence
    return ""


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], *, deflated: Callable[[str], bool] | None = None) -> bytes:
    """Zip parts as a project file has them."""
    file = io.BytesIO()
    shrinks = deflated or (lambda name: name.endswith(".json"))
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_DEFLATED if shrinks(name) else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return file.getvalue()


def changed(content: bytes, **parts: bytes) -> bytes:
    """Give the file with parts of other content; names as in the file."""
    return packed(parts_of(content) | parts)


def damage_part(content: bytes, rng: random.Random) -> bytes:
    """Damage a part, in a zip that is sound itself."""
    parts = parts_of(content)
    name = rng.choice(sorted(parts))
    if name.endswith(".json") and rng.random() < 0.9:
        parts[name] = damage_json(parts[name].decode(), rng).encode("utf-8", "replace")
    elif name.endswith(".safetensors") and rng.random() < 0.7:
        parts[name] = damage_header(parts[name], rng)
    else:
        parts[name] = damage_bytes(parts[name], rng)
    return packed(parts)


def damage_header(content: bytes, rng: random.Random) -> bytes:
    """Damage the header of a `.safetensors` file, or the JSON in its metadata, with a digest that fits."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header["__metadata__"]
    if "index" in metadata and rng.random() < 0.8:
        metadata["index"] = damage_json(metadata["index"], rng)
        metadata["digest"] = _digest_of(metadata["index"].encode("utf-8", "replace").decode())
        text = json.dumps(header)
    else:
        text = damage_json(json.dumps(header), rng)
    raw = text.encode("utf-8", "replace")
    return len(raw).to_bytes(8, "little") + raw + content[8 + length :]


def damage_directory(content: bytes, rng: random.Random) -> bytes:
    """Damage the list of parts at the end of the zip."""
    at = content.rindex(b"PK\5\6")
    begin = int.from_bytes(content[at + 16 : at + 20], "little")
    return content[:begin] + damage_bytes(content[begin:], rng)


def rename_part(content: bytes, rng: random.Random) -> bytes:
    """Give a part another name, one that may lead elsewhere."""
    parts = parts_of(content)
    name = rng.choice(sorted(parts))
    places = (
        "../",
        "/",
        "..\\",
        "C:\\",
        "//host/",
        "runs/../../",
        "./",
        "runs/run-1/",
        "drawings/",
        "\0",
        "é",
    )
    odd = rng.choice(
        (
            rng.choice(places) + name,
            name + rng.choice(places),
            name.upper(),
            name.replace("/", "\\"),
            name * 2,
        )
    )
    data = parts.pop(name) if rng.random() < 0.5 else parts[name]
    try:
        return packed(parts | {odd: data})
    except (UnicodeError, ValueError):
        return packed(parts | {"..": data})


DAMAGES = {
    "bytes": (damage_bytes, 0.3),
    "directory": (damage_directory, 0.2),
    "parts": (damage_part, 0.35),
    "names": (rename_part, 0.15),
}
