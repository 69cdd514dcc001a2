"""Pictures on the command line: drawings, PGM, PPM, arrays, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Dense, Flatten, Network, NetworkSpec
from engine.cli import main
from engine.cli.pictures import read_pictures
from engine.drawing import Drawing, Stroke, drawing_to_json, prepare
from engine.errors import DataError, EngineError

DIGIT = (1, 28, 28)
LINE = Drawing((Stroke(tuple((0.5, 0.2 + 0.02 * i, 0.08) for i in range(30))),), None)


def pgm(grey: np.ndarray, *, plain: bool = False, largest: int = 255, comment: str = "") -> bytes:
    head = f"{'P2' if plain else 'P5'}\n{comment}{grey.shape[1]} {grey.shape[0]}\n{largest}\n".encode()
    if plain:
        return head + " ".join(str(int(v)) for v in grey.ravel()).encode() + b"\n"
    return head + grey.astype(">u2" if largest > 255 else "u1").tobytes()


def read(folder: Path, name: str, content: bytes, shape: Any = DIGIT) -> Any:
    path = folder / name
    path.write_bytes(content)
    return read_pictures(path, shape)


def one(folder: Path, name: str, content: bytes, shape: Any = DIGIT) -> Any:
    ((given_name, picture),) = read(folder, name, content, shape)
    assert given_name == name
    return picture


@pytest.fixture
def ink() -> np.ndarray:
    """Give 28 × 28 bytes with a dark edge, as MNIST's."""
    grey = np.zeros((28, 28), np.uint8)
    grey[5:20, 12:15] = np.arange(45).reshape(15, 3) + 200
    return grey


@pytest.mark.parametrize("plain", [False, True])
def test_a_pgm_of_the_network_s_size_is_taken_as_it_is(plain: bool, ink: np.ndarray, tmp_path: Path) -> None:
    found = one(tmp_path, "a.pgm", pgm(ink, plain=plain, comment="# made by hand 3\n"))
    np.testing.assert_array_equal(found[0], ink)


def test_ink_on_light_paper_is_turned_to_light_on_dark(ink: np.ndarray, tmp_path: Path) -> None:
    np.testing.assert_array_equal(one(tmp_path, "a.pgm", pgm(255 - ink))[0], ink)


def test_a_pgm_of_16_bits_is_brought_to_8(ink: np.ndarray, tmp_path: Path) -> None:
    wide = ink.astype(int) * 257
    np.testing.assert_array_equal(one(tmp_path, "a.pgm", pgm(wide, largest=65_535))[0], ink)
    np.testing.assert_array_equal(one(tmp_path, "b.pgm", pgm(wide, largest=65_535, plain=True))[0], ink)


def test_a_picture_of_another_size_is_prepared_as_mnist_was(tmp_path: Path) -> None:
    paper = np.full((120, 90), 250, np.uint8)
    paper[20:100, 40:50] = 10
    found = one(tmp_path, "scan.pgm", pgm(paper))
    assert found.shape == DIGIT
    rows = np.flatnonzero(found[0].max(axis=1) > 0.5)
    assert len(rows) == 20


def test_a_colour_picture_becomes_grey_for_a_network_without_colours(tmp_path: Path) -> None:
    colour = np.zeros((28, 28, 3), np.uint8)
    colour[10:18, 10:18] = (30, 60, 90)
    found = one(tmp_path, "a.ppm", b"P6 28 28 255\n" + colour.tobytes())
    assert found.max() == 60
    plain = b"P3 28 28 255\n" + " ".join(map(str, colour.ravel())).encode()
    np.testing.assert_array_equal(one(tmp_path, "b.ppm", plain), found)


def test_a_colour_picture_keeps_its_colours_for_a_network_with_colours(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    content = b"P6 5 4 255\n" + colour.tobytes()
    np.testing.assert_array_equal(one(tmp_path, "a.ppm", content, (3, 4, 5)), colour.transpose(2, 0, 1))
    with pytest.raises(DataError, match=r"reads pictures of \(3, 5, 5\), got a.ppm of \(3, 4, 5\)"):
        one(tmp_path, "a.ppm", content, (3, 5, 5))


def test_a_drawing_is_prepared_and_a_blank_one_is_none(tmp_path: Path) -> None:
    found = one(tmp_path, "line.json", drawing_to_json(LINE).encode())
    np.testing.assert_array_equal(found[0], prepare(LINE).picture)
    assert one(tmp_path, "blank.json", drawing_to_json(Drawing((), None)).encode()) is None
    with pytest.raises(
        DataError, match=r"becomes a picture of \(1, 28, 28\), the network reads \(1, 12, 12\)"
    ):
        one(tmp_path, "line.json", drawing_to_json(LINE).encode(), (1, 12, 12))


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 1, 28, 28)])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32])
def test_arrays_are_cut_into_pictures(shape: tuple[int, ...], kind: Any, tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 2, shape).astype(kind)
    for name, write in (("a.npy", np.save), ("a.npz", lambda p, a: np.savez(p, labels=[1], x=a))):
        write(tmp_path / name, array)
        found = read_pictures(tmp_path / name, DIGIT)
        assert [n for n, _ in found] == [f"{name}[{i}]" for i in range(3)]
        np.testing.assert_array_equal(found[2][1], array[2].reshape(DIGIT))
        assert found[0][1].dtype == (np.float32 if kind is np.float32 else np.uint8)


def test_an_idx_file_gives_its_pictures(ink: np.ndarray, tmp_path: Path) -> None:
    head = bytes([0, 0, 8, 3]) + np.array([2, 28, 28], ">i4").tobytes()
    found = read(tmp_path, "t10k-images-idx3-ubyte", head + ink.tobytes() + ink.tobytes())
    assert len(found) == 2
    np.testing.assert_array_equal(found[1][1][0], ink)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "must be a drawing"),
        (b"\x89PNG\r\n", "must be a drawing"),
        (b"P5", "its header must give"),
        (b"P5 28 x 255\n", "its header must give"),
        (b"P5 0 28 255\n", "sides of 1 to 1024 pixels, got 0 × 28"),
        (b"P5 99999 28 255\n", "sides of 1 to 1024"),
        (b"P5 28 28 255\n" + bytes(100), "must have 784 values, got 100"),
        (b"P5 2 2 9\n" + bytes([1, 2, 3, 10]), "at most 9, got 10"),
        (b"P2 2 2 9\n1 2 3", "must have 4 values, got 3"),
        (b"P2 2 2 9\n1 2 -3 4", "whole numbers"),
        (b"\x93NUMPY", "damaged or holds no plain array"),
        (b"PK\x03\x04xxxx", "damaged or holds no plain array"),
    ],
)
def test_a_damaged_or_foreign_picture_is_refused(content: bytes, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=wanted):
        read(tmp_path, "x", content)


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        (np.zeros((2, 27, 28)), r"must be 1 × 28 × 28, got \(2, 27, 28\)"),
        (np.zeros((0, 28, 28)), r"got \(0, 28, 28\)"),
        (np.full((28, 28), 1.5), "floats .* from 0 to 1"),
        (np.full((28, 28), np.nan), "floats .* from 0 to 1"),
        (np.full((28, 28), 256), "bytes 0 to 255"),
        (np.full((28, 28), -1), "bytes 0 to 255"),
        (np.full((28, 28), 1j), "got complex128"),
        (np.array([[{}]]), "no plain array"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(array: np.ndarray, wanted: str, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError, match=wanted):
        read_pictures(tmp_path / "x.npy", DIGIT)


@given(
    start=st.sampled_from([b"P2 ", b"P5 ", b"P6\n#c\n", b"{", b"\x93NUMPY\x01\x00", b"PK\x03\x04"]),
    rest=st.binary(max_size=80),
)
def test_any_bytes_are_pictures_or_one_of_our_errors(
    start: bytes, rest: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + rest)
    try:
        read_pictures(path, (1, 2, 2))
    except EngineError as error:
        said = str(error)
        assert "\n" not in said


def test_classify_says_what_each_picture_shows(
    ink: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = NetworkSpec(DIGIT, (Flatten(), Dense(2)), ("dark", "light"))
    bias = {"dense1.weight": np.zeros((2, 784)), "dense1.bias": np.log([0.25, 0.75])}
    net = tmp_path / "net.safetensors"
    Network(spec, initial_values=bias).save(net)
    (tmp_path / "a.pgm").write_bytes(pgm(ink))
    (tmp_path / "blank.json").write_text(drawing_to_json(Drawing((), None)))
    files = [str(tmp_path / name) for name in ("a.pgm", "blank.json")]
    assert main(["classify", str(net), *files]) == 0
    assert capsys.readouterr().out == "a.pgm: light  (light 75.0 %, dark 25.0 %)\nblank.json: blank\n"
    assert main(["classify", str(net), *files, "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["class"] == "light"
    assert first["probabilities"] == pytest.approx({"dark": 0.25, "light": 0.75})
    assert second["class"] is None


def test_nothing_is_printed_when_one_picture_is_damaged(
    ink: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = tmp_path / "net.safetensors"
    Network(NetworkSpec(DIGIT, (Flatten(), Dense(2)))).save(net)
    (tmp_path / "a.pgm").write_bytes(pgm(ink))
    assert main(["classify", str(net), str(tmp_path / "a.pgm"), str(tmp_path / "none.pgm")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "none.pgm cannot be read" in told.err
