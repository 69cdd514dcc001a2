"""A project as a folder and as one file: everything comes back, and nothing is ever half there."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.drawing import Backdrop, Drawing, Stroke, drawing_to_json
from engine.errors import ConfigError, FormatError
from engine.formats import project as project_module
from engine.formats.library_json import library_from_json, library_to_json
from engine.formats.project import (
    make_project_folder,
    read_project,
    remove_other_runs,
    run_folder,
    write_project,
)
from engine.formats.project_file import check_project, is_project_name, pack, unpack
from engine.formats.run_folder import RunFolder, read_run_folder
from engine.lab.values import Filter
from engine.project import Project, ProjectContent, ProjectDrawing, ProjectRun, is_id
from tests.engine.power_cut import power_cut
from tests.engine.project_samples import Training, assert_same_run, content_of_folder, make_project, png


def assert_same(found: ProjectContent, wanted: ProjectContent) -> None:
    assert found.project == wanted.project
    assert {key: drawing_to_json(kept.drawing) for key, kept in found.drawings.items()} == {
        key: drawing_to_json(kept.drawing) for key, kept in wanted.drawings.items()
    }
    assert [kept.preview for kept in found.drawings.values()] == [
        kept.preview for kept in wanted.drawings.values()
    ]
    assert (found.probes, found.library) == (wanted.probes, wanted.library)


def test_a_folder_comes_back_as_it_was(tmp_path: Path) -> None:
    content = make_project(tmp_path / "p")
    assert_same(read_project(tmp_path / "p"), content)
    assert not write_project(tmp_path / "p", content)


def test_a_packed_project_comes_back_to_the_bit(tmp_path: Path) -> None:
    content = make_project(tmp_path / "p")
    pack(tmp_path / "p", tmp_path / "class.filterscope")
    unpack(tmp_path / "class.filterscope", tmp_path / "q")
    assert_same(read_project(tmp_path / "q"), content)
    for key in ("run-1", "run-2"):
        found, data = read_run_folder(run_folder(tmp_path / "q", key))
        wanted, _ = read_run_folder(run_folder(tmp_path / "p", key))
        assert data == "embedded"
        assert_same_run(found, wanted)
    assert content_of_folder(tmp_path / "q") == content_of_folder(tmp_path / "p")
    # Packed again it is the same file.
    pack(tmp_path / "q", tmp_path / "again.filterscope")
    assert (tmp_path / "again.filterscope").read_bytes() == (tmp_path / "class.filterscope").read_bytes()


def test_a_project_without_anything_is_one_too(tmp_path: Path) -> None:
    write_project(tmp_path / "p", ProjectContent(Project()))
    pack(tmp_path / "p", tmp_path / "x")
    unpack(tmp_path / "x", tmp_path / "q")
    assert_same(read_project(tmp_path / "q"), ProjectContent(Project()))


def test_the_file_is_a_zip_that_any_program_reads(tmp_path: Path) -> None:
    make_project(tmp_path / "p")
    pack(tmp_path / "p", tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "x") as archive:
        assert archive.testzip() is None
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds["project.json"] == zipfile.ZIP_DEFLATED
    assert kinds["runs/run-1/run.safetensors"] == kinds["drawings/canvas.png"] == zipfile.ZIP_STORED
    assert {name.partition("/")[0] for name in kinds} == {
        "project.json",
        "probes.json",
        "library.json",
        "drawings",
        "runs",
    }


def test_only_what_belongs_to_the_project_is_packed(tmp_path: Path) -> None:
    content = make_project(tmp_path / "p")
    (tmp_path / "p" / "lock").write_text("1")
    (run_folder(tmp_path / "p", "run-1") / "tape-99.safetensors").write_bytes(b"left over")
    (run_folder(tmp_path / "p", "run-1") / ".run.safetensors.ab.part").write_bytes(b"left over")
    (tmp_path / "p" / "runs" / "run-9").mkdir()
    pack(tmp_path / "p", tmp_path / "x")
    unpack(tmp_path / "x", tmp_path / "q")
    assert_same(read_project(tmp_path / "q"), content)
    assert not [name for name in content_of_folder(tmp_path / "q") if "99" in name or "part" in name]


def test_what_is_taken_out_is_gone(tmp_path: Path) -> None:
    content = make_project(tmp_path / "p")
    run = content.project.runs[0]
    less = ProjectContent(replace(content.project, runs=(run,), present="run-1"))
    write_project(tmp_path / "p", less)
    remove_other_runs(tmp_path / "p", ["run-1"])
    assert_same(read_project(tmp_path / "p"), less)
    kept = content_of_folder(tmp_path / "p")
    assert {name for name in kept if not name.startswith("runs/run-1/")} == {"project.json"}
    check_project(tmp_path / "p")


def test_every_kind_of_drawing_is_kept(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
    drawings = {
        "canvas": ProjectDrawing(Drawing(backdrop=Backdrop(pixels), label=7, name="É")),
        "d-2": ProjectDrawing(Drawing(), png()),
    }
    write_project(tmp_path / "p", ProjectContent(Project(), drawings))
    found = read_project(tmp_path / "p").drawings
    backdrop = found["canvas"].drawing.backdrop
    assert backdrop is not None
    np.testing.assert_array_equal(backdrop.pixels, pixels)
    assert (found["canvas"].drawing.label, found["canvas"].preview, found["d-2"].preview) == (7, b"", png())


def test_a_drawing_that_is_one_point_over_and_over_is_no_trap(tmp_path: Path) -> None:
    drawing = Drawing((Stroke(((0.5, 0.5, 0.1),) * 200_000),))
    write_project(tmp_path / "p", ProjectContent(Project(), {"canvas": ProjectDrawing(drawing)}))
    pack(tmp_path / "p", tmp_path / "x")
    unpack(tmp_path / "x", tmp_path / "q")
    assert len(read_project(tmp_path / "q").drawings["canvas"].drawing.strokes[0].points) == 200_000


def test_packing_and_opening_tell_how_far_they_are_and_can_be_given_up(tmp_path: Path) -> None:
    make_project(tmp_path / "p")
    shares: list[float] = []
    pack(tmp_path / "p", tmp_path / "x", shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    unpack(tmp_path / "x", tmp_path / "q", shares.append)
    assert shares[-1] == 1

    def give_up(share: float) -> None:
        raise FormatError("given up")

    before = content_of_folder(tmp_path)
    with pytest.raises(FormatError, match="given up"):
        pack(tmp_path / "p", tmp_path / "y", give_up)
    with pytest.raises(FormatError, match="given up"):
        unpack(tmp_path / "x", tmp_path / "r", give_up)
    assert content_of_folder(tmp_path) == before


@pytest.mark.parametrize("moment", range(4))
def test_a_cut_while_packing_keeps_the_older_file(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_project(tmp_path / "p")
    pack(tmp_path / "p", tmp_path / "x")
    newer = replace(content, project=replace(content.project, notes="newer"))
    write_project(tmp_path / "p", newer)
    with power_cut(monkeypatch, moment, "replace", "fsync"):
        pack(tmp_path / "p", tmp_path / "x")
    unpack(tmp_path / "x", tmp_path / "q")
    found = read_project(tmp_path / "q")
    assert_same(found, newer if found.project.notes == "newer" else content)


def test_a_project_with_a_damaged_run_is_not_packed(tmp_path: Path) -> None:
    make_project(tmp_path / "p")
    (run_folder(tmp_path / "p", "run-2") / "run.safetensors").unlink()
    wanted = "“x” cannot be written: its run “Run 2” cannot be read: its part “run.safetensors” is missing."
    with pytest.raises(FormatError, match=wanted):
        pack(tmp_path / "p", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_what_is_too_large_for_a_project_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_module, "MOST_TEXT", 1000)
    with pytest.raises(FormatError, match=r"“probes\.json” must have at most"):
        write_project(tmp_path / "p", ProjectContent(Project(), probes='"' + "x" * 2000 + '"'))
    assert not (tmp_path / "p" / "project.json").exists()


def test_there_must_be_nothing_where_a_project_is_unpacked(tmp_path: Path) -> None:
    make_project(tmp_path / "p", {})
    pack(tmp_path / "p", tmp_path / "x")
    before = content_of_folder(tmp_path)
    with pytest.raises(FileExistsError):
        unpack(tmp_path / "x", tmp_path / "p")
    assert content_of_folder(tmp_path) == before


@pytest.mark.parametrize("name", ["", "Run-1", "..", "a/b", "con", "com1", "-a", "a" * 33, "a.b", "é", "nul"])
def test_ids_are_names_of_files_everywhere(name: str) -> None:
    assert not is_id(name)
    with pytest.raises(ConfigError):
        ProjectRun(name, "Run 1")
    with pytest.raises(ConfigError):
        ProjectContent(Project(), {name: ProjectDrawing(Drawing())})


def test_values_that_make_no_project_are_refused() -> None:
    run = ProjectRun("a", "Run 1")
    for wrong in ({"runs": (run, run)}, {"present": "b"}, {"notes": "x" * 200_000}):
        with pytest.raises(ConfigError):
            Project(**wrong)  # type: ignore[arg-type]


def test_the_library_comes_back_and_refuses_what_is_none() -> None:
    kernels = [Filter("é", np.arange(18.0).reshape(2, 3, 3)), Filter("b", np.ones((1, 1, 1)))]
    found = library_from_json(library_to_json(kernels))
    for mine, other in zip(found, kernels, strict=True):
        assert mine.name == other.name
        np.testing.assert_array_equal(mine.weight, other.weight)
    for wrong in (
        "",
        "[",
        '{"version":2,"kernels":[]}',
        '{"version":1,"kernels":[{"name":"a","values":[[[1],[1,2]]]}]}',
        '{"version":1,"kernels":[{"name":"a","values":[]}]}',
        '{"version":1,"kernels":[{"name":"a","values":[[[1e999]]]}]}',
    ):
        with pytest.raises(FormatError, match=r"The Library cannot be read: .*\.$"):
            library_from_json(wrong)


def test_project_names() -> None:
    assert is_project_name("a.filterscope")
    assert is_project_name(Path("x/B.FilterScope"))
    assert not is_project_name("filterscope")


def test_a_run_may_be_written_while_the_folder_is(tmp_path: Path) -> None:
    make_project_folder(tmp_path / "p")
    RunFolder(run_folder(tmp_path / "p", "new")).write(Training().record_after(1), data="d")
    write_project(tmp_path / "p", ProjectContent(Project()))
    assert read_run_folder(run_folder(tmp_path / "p", "new"))[1] == "d"
