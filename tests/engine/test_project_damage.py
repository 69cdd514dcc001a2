"""Project files that are old, foreign, damaged or meant to do harm: one clear sentence each, nothing written.

10,000 fuzzed files are tried; ``FILTERSCOPE_PROJECTS`` is another number. A failure names the seed of the
file, with which its kind of damage makes it again.
"""

import io
import json
import os
import random
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load, save

from engine import Network, Trainer
from engine.errors import FormatError
from engine.formats import project_file
from engine.formats.project import read_project, run_folder
from engine.formats.project_file import unpack
from engine.formats.run_folder import read_run_folder
from tests.engine.project_damages import DAMAGES, changed, packed, parts_of, refusal, whole_file
from tests.engine.project_samples import content_of_folder

MUTATIONS = int(os.environ.get("FILTERSCOPE_PROJECTS", "10000"))
# A sound one of these takes less than one.
MOST_MEGABYTES = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a project file."""
    return whole_file(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in which to unpack, deep in another one that must stay as it is."""
    (tmp_path / "beside.txt").write_text("mine")
    place = tmp_path / "a" / "b" / "c"
    place.mkdir(parents=True)
    before = content_of_folder(tmp_path)
    yield place
    found = {
        name: data
        for name, data in content_of_folder(tmp_path).items()
        if not name.startswith("a/b/c/") and name != "a/b/x.filterscope"
    }
    assert found == before


def use(place: Path) -> None:
    """Go on with what a file that was taken holds, and remove it."""
    for run in read_project(place / "p").project.runs:
        record, _ = read_run_folder(run_folder(place / "p", run.id))
        Trainer(Network(record.spec, 1), record.config).restore(record.state)
    for path in sorted((place / "p").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (place / "p").rmdir()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", DAMAGES)
def test_fuzzed_files_are_refused_in_one_sentence_or_sound(kind: str, whole: bytes, watched: Path) -> None:
    damage, share = DAMAGES[kind]
    assert refusal(whole, watched) == ""
    use(watched)
    refused = 0
    count = round(MUTATIONS * share)
    tracemalloc.start()
    try:
        for seed in range(count):
            with warnings.catch_warnings():
                # Of two parts of one name, when the file is made.
                warnings.simplefilter("ignore", UserWarning)
                content = damage(whole, random.Random(seed))
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            try:
                if refusal(content, watched):
                    refused += 1
                else:
                    use(watched)
            except Exception as error:
                pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
            used = tracemalloc.get_traced_memory()[1] - before
            assert used < MOST_MEGABYTES << 20, f"seed {seed} took {used >> 20} MB"
    finally:
        tracemalloc.stop()
    assert refused > count // 2


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(share: float, whole: bytes, watched: Path) -> None:
    assert refusal(whole[: int(share * len(whole))], watched)
    assert refusal(whole + b"more", watched)


def test_every_flipped_bit_in_what_is_kept_is_noticed(whole: bytes, watched: Path) -> None:
    rng = random.Random(7)
    at = whole.index(b"runs/run-1/tape-1.safetensors") + 2000
    for _ in range(50):
        content = bytearray(whole)
        content[at + rng.randrange(5000)] ^= 1 << rng.randrange(8)
        assert "damaged" in refusal(bytes(content), watched)


FOREIGN = [b"", b"PK", b"PK\5\6" + bytes(18), b"\x89PNG\r\n\x1a\n" + bytes(50), b"{}" * 40, bytes(1000)]


@pytest.mark.parametrize("content", FOREIGN)
def test_files_of_another_kind_are_refused(content: bytes, watched: Path) -> None:
    assert refusal(content, watched)


def test_a_zip_of_something_else_is_refused(watched: Path) -> None:
    assert "it has no “project.json”" in refusal(packed({"mimetype": b"x", "content.xml": b"y"}), watched)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "../../../evil.json",
        "/tmp/evil.json",
        "..\\evil.json",
        "C:\\evil.json",
        "C:evil.json",
        "\\\\host\\share\\evil.json",
        "drawings/../../evil.json",
        "drawings/../project.json",
        "drawings//canvas2.json",
        "./project.json",
        "runs/run-1/../run-2/run.safetensors",
        "runs/run-1/evil.py",
        "runs/run-1/deeper/run.safetensors",
        "runs/run-1/tape-0.safetensors",
        "runs/run-1/tape-1.safetensors/",
        "runs/con/run.safetensors",
        "drawings/aux.json",
        "drawings/Canvas.json",
        "drawings/.json",
        "drawings/canvas.exe",
        "runs/run-1",
        "evil",
        "project.json ",
        "project.json\n",
        "PROJECT.JSON",
        "lock",
    ],
)
def test_no_part_of_another_name_is_written(name: str, whole: bytes, watched: Path) -> None:
    assert "a project has no part called" in refusal(packed(parts_of(whole) | {name: b"1"}), watched)


@pytest.mark.parametrize("kind", [0o120777, 0o020666, 0o010666, 0o060666, 0o040755])
def test_links_and_devices_are_refused(kind: int, whole: bytes, watched: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts_of(whole).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = kind << 16 if name == "probes.json" else 0
            archive.writestr(info, content)
    assert "must be a file, got a link or a device" in refusal(file.getvalue(), watched)


def test_two_parts_of_one_name_are_refused(whole: bytes, watched: Path) -> None:
    file = io.BytesIO(whole)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("project.json", b"{}")
    assert "there twice" in refusal(file.getvalue(), watched)


def test_a_zip_bomb_is_refused_by_its_list_of_parts(whole: bytes, watched: Path) -> None:
    bomb = b'"' + b"0" * (30 << 20) + b'"'
    assert "compressed too much" in refusal(packed(parts_of(whole) | {"probes.json": bomb}), watched)
    huge = {f"drawings/d{i}.json": bytes(200) for i in range(20)}
    content = bytearray(packed(parts_of(whole) | huge))
    # Each says that it is 30 MB long.
    for name in huge:
        at = content.rindex(name.encode()) - 46
        content[at + 24 : at + 28] = struct.pack("<L", 30 << 20)
        content[at + 20 : at + 24] = struct.pack("<L", 1 << 20)
    assert "texts must have at most" in refusal(bytes(content), watched)


def test_a_part_that_is_longer_than_it_says_is_refused(whole: bytes, watched: Path) -> None:
    content = bytearray(changed(whole, **{"probes.json": b"[" + b"1," * 100_000 + b"1]"}))
    at = content.rindex(b"probes.json") - 46
    content[at + 24 : at + 28] = struct.pack("<L", 100)
    assert refusal(bytes(content), watched)


@pytest.mark.parametrize("name", ["runs/run-1/run.safetensors", "drawings/canvas.png"])
def test_numbers_and_pictures_must_be_stored_as_they_are(name: str, whole: bytes, watched: Path) -> None:
    content = packed(parts_of(whole), deflated=lambda part: part == name or part.endswith(".json"))
    assert "must be stored as it is" in refusal(content, watched)


def test_a_part_that_is_too_large_is_refused(whole: bytes, watched: Path) -> None:
    content = changed(whole, **{"drawings/canvas.png": bytes(5 << 20)})
    assert "must have at most 4 MB, got 5 MB" in refusal(content, watched)


def test_a_list_of_very_many_parts_is_not_read(whole: bytes, watched: Path) -> None:
    many = {f"drawings/d{i}.json": b"{}" for i in range(project_file.MOST_PARTS)}
    assert "it must have at most 20000 parts" in refusal(packed(parts_of(whole) | many), watched)
    content = bytearray(whole)
    content[-22 + 12 : -22 + 16] = struct.pack("<L", 1 << 30)
    assert "parts" in refusal(bytes(content), watched)


def test_parts_that_lie_over_each_other_are_refused(whole: bytes, watched: Path) -> None:
    content = bytearray(whole)
    first = content.index(b"PK\1\2")
    second = content.index(b"PK\1\2", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    assert "damaged" in refusal(bytes(content), watched)


def test_passwords_and_other_compressions_are_refused(whole: bytes, watched: Path) -> None:
    at = whole.index(b"PK\1\2")
    content = bytearray(whole)
    content[at + 8] |= 1
    assert refusal(bytes(content), watched)
    for kind in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99):
        content = bytearray(whole)
        content[at + 10 : at + 12] = struct.pack("<H", kind)
        assert "stored as it is" in refusal(bytes(content), watched)


def project_json(whole: bytes, **changes: Any) -> bytes:
    values = json.loads(parts_of(whole)["project.json"])
    values.update({key: value for key, value in changes.items() if key in values})
    values["project"].update({key: value for key, value in changes.items() if key not in values})
    return changed(whole, **{"project.json": msgspec.json.encode(values)})


RUN = {"id": "run-1", "name": "x"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, "got 2, of a newer Filterscope"),
        ({"version": 10**6}, "of a newer Filterscope"),
        ({"version": 0}, "format version 1"),
        ({"format": "other"}, "another kind of file"),
        ({"runs": [RUN | {"id": "../../x"}]}, "id"),
        ({"runs": [RUN, RUN]}, "each of another id"),
        (
            {"runs": [RUN | {"id": "gone"}], "present": "gone"},
            "the run “x” cannot be read: its part “run.safetensors” is missing",
        ),
        ({"runs": [RUN] * 300}, "at most 200 runs"),
        ({"present": "nobody"}, "present run"),
        ({"playhead": "x"}, "playhead"),
        ({"notes": "x" * 200_000}, "at most 100000 characters"),
        ({"selection": {"a": [1, 2, 3]}}, "selection"),
        ({"drawings": ["../canvas"]}, "proper ids"),
        ({"drawings": ["other"]}, "its part “drawings/other.json” is missing"),
        ({"created": "1e999"}, "created"),
    ],
)
def test_a_project_that_does_not_fit_itself_is_refused(
    changes: Mapping[str, Any], words: str, whole: bytes, watched: Path
) -> None:
    assert words in refusal(project_json(whole, **changes), watched)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("probes.json", b"{"),
        ("probes.json", b"\xff\xfe"),
        ("probes.json", b"[" * 100_000),
        ("library.json", b"[]"),
        ("library.json", b'{"version":1,"kernels":[{"name":"a","values":[[[1,2],[3]]]}]}'),
        ("drawings/canvas.json", b"{}"),
        ("drawings/canvas.json", b"[" * 100_000),
        ("drawings/canvas.png", b"GIF89a"),
        ("project.json", b"[" * 100_000),
        ("project.json", b"null"),
        ("runs/run-1/run.safetensors", b""),
        ("runs/run-1/tape-1.safetensors", bytes(100)),
    ],
)
def test_parts_that_are_something_else_are_refused(
    name: str, content: bytes, whole: bytes, watched: Path
) -> None:
    assert refusal(changed(whole, **{name: content}), watched)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.update({"tape.1": tensors["tape.1"][1:]}),
        lambda tensors: tensors.update({"tape.1": tensors["tape.1"].astype(np.float64)}),
        lambda tensors: tensors.update({"tape.1": tensors["tape.1"] * np.float32(np.nan)}),
        lambda tensors: tensors.pop("tape.1"),
        lambda tensors: tensors.clear(),
    ],
)
def test_wrong_shapes_and_numbers_are_refused(change: Any, whole: bytes, watched: Path) -> None:
    name = "runs/run-1/tape-1.safetensors"
    tensors = dict(load(parts_of(whole)[name]))
    change(tensors)
    assert "the run “Run 1” cannot be read: " in refusal(changed(whole, **{name: save(tensors)}), watched)


def test_a_folder_a_pipe_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, words in (("pipe", "got a pipe or a device"), ("folder", "got a folder"), ("gone", "no such")):
        with pytest.raises(FormatError, match=words):
            unpack(tmp_path / name, tmp_path / "p")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]
