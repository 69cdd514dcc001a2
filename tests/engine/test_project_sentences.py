"""What the person is told of a damaged project file: which part of it, what was wanted, and what came."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.project_damages import changed, packed, parts_of, refusal, whole_file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a project file."""
    return whole_file(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give an empty folder to unpack in."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


# Where a part's content lies in the file: behind its header of 30 bytes and its name.
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda c: c[:-1],
            "it is cut short or damaged: it must end with the list of its parts, got something",
        ),
        (lambda c: c[: len(c) // 2], "it is cut short or damaged: it must end with the list of its parts"),
        (lambda c: b"", "it must be a project of Filterscope, got an empty file"),
        (lambda c: b"a letter to my aunt", "it must be a project of Filterscope, got a file of another kind"),
        (
            lambda c: flipped(c, c.index(b"project.json") + 12),
            "its part “project.json” is damaged: its content",
        ),
        (
            lambda c: flipped(c, c.index(b"canvas.png") + 20),
            "its part “drawings/canvas.png” is damaged: its con",
        ),
        (
            lambda c: flipped(c, 0),
            "its part “project.json” is damaged: it must begin where the list of parts",
        ),
        (
            lambda c: flipped(c, 30),
            "its part “project.json” is damaged: it must begin where the list of parts",
        ),
        (
            lambda c: flipped(c, c.rindex(b"PK\1\2")),
            "it must end with the list of its parts, got one that is",
        ),
        (
            lambda c: packed(parts_of(c) | {"library.json": b"{"}),
            "its part “library.json” cannot be read: its",
        ),
        (
            lambda c: changed(c, **{(n := "runs/run-1/tape-1.safetensors"): parts_of(c)[n][:-9]}),
            "the run “Run 1” cannot be read: “tape-1.safetensors” is damaged or cut short: it must have",
        ),
        (
            lambda c: packed(
                {n: data for n, data in parts_of(c).items() if not n.endswith("/run.safetensors")}
            ),
            "the run “Run 1” cannot be read: its part “run.safetensors” is missing",
        ),
    ],
)
def test_the_sentence_names_the_part_and_what_was_wanted(
    damage: Callable[[bytes], bytes], words: str, whole: bytes, place: Path
) -> None:
    assert refusal(damage(whole), place).split("project: ")[1].startswith(words)


def test_the_words_of_the_libraries_are_in_the_log(
    whole: bytes, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert refusal(flipped(whole, 0), place)
    assert "BadZipFile: Bad magic number for file header" in caplog.text
