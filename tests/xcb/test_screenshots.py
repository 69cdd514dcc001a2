"""Pictures of the real window, taken on the xcb platform as ``main.py --screenshot`` takes them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.xcb.screen import Program

SIZE = (1280, 720)
# An empty window of one theme has a handful of colours; text, icons and bars bring hundreds.
FEWEST_COLOURS = 64


def take(program: Program, path: Path, page: str, theme: str) -> NDArray[np.uint8]:
    """Return the picture, ``(rows, columns, 4)``, of a page."""
    size = "x".join(map(str, SIZE))
    done = program.run("--screenshot", path, "--page", page, "--size", size, "--theme", theme)
    assert done.stderr == ""
    assert done.returncode == 0
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert (image.width(), image.height()) == SIZE
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], SIZE[0], 4).copy()


@pytest.mark.parametrize("page", ["draw", "train"])
def test_a_page_is_painted_in_the_size_asked_for(program: Program, tmp_path: Path, page: str) -> None:
    picture = take(program, tmp_path / "page.png", page, "dark")
    assert len(np.unique(picture[..., :3].reshape(-1, 3), axis=0)) >= FEWEST_COLOURS


def test_a_damaged_file_is_one_sentence_and_a_code_that_says_so(program: Program, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"not a network")
    done = program.run("--screenshot", tmp_path / "out.png", damaged)
    assert done.returncode == 2
    assert "damaged.safetensors" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


def test_pages_differ_and_so_do_themes(program: Program, tmp_path: Path) -> None:
    draw = take(program, tmp_path / "draw.png", "draw", "dark")
    train = take(program, tmp_path / "train.png", "train", "dark")
    light = take(program, tmp_path / "light.png", "draw", "light")
    assert np.mean(draw != train) > 0.01
    assert np.median(light[..., :3]) > 180
    assert np.median(draw[..., :3]) < 75
