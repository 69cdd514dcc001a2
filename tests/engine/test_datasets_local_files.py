"""IDX and NPZ files are read, and what is wrong with one is said in a sentence."""

import gzip
import io
import struct
import tracemalloc
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from engine.datasets import Dataset, embedded_digits, load_dataset
from engine.errors import DataError


@pytest.fixture
def digits() -> Dataset:
    return embedded_digits().train.take(np.arange(50))


def idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.astype(np.uint8).tobytes()


def write_idx_pair(folder: Path, digits: Dataset, names: tuple[str, str], packed: bool = False) -> Path:
    for name, array in zip(names, (digits.pictures[:, 0], digits.labels), strict=True):
        content = idx(array)
        (folder / name).write_bytes(gzip.compress(content) if packed else content)
    return folder / names[0]


TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def all_pictures(*datasets: Dataset) -> set[bytes]:
    return {picture.tobytes() for dataset in datasets for picture in dataset.pictures}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("chosen", [*TRAIN, *TEST])
def test_any_of_the_four_idx_files_leads_to_all(
    tmp_path: Path, digits: Dataset, chosen: str, packed: bool
) -> None:
    test = embedded_digits().test.take(np.arange(20))
    suffix = ".gz" if packed else ""
    for dataset, names in ((digits, TRAIN), (test, TEST)):
        write_idx_pair(tmp_path, dataset, (names[0] + suffix, names[1] + suffix), packed)
    split = load_dataset(tmp_path / (chosen + suffix))
    np.testing.assert_array_equal(split.train.pictures, digits.pictures)
    np.testing.assert_array_equal(split.train.labels, digits.labels)
    np.testing.assert_array_equal(split.test.pictures, test.pictures)


def test_pictures_find_labels_that_are_packed_or_dotted(tmp_path: Path, digits: Dataset) -> None:
    write_idx_pair(tmp_path, digits, (TRAIN[0], "labels"))
    (tmp_path / "train-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx(digits.labels)))
    split = load_dataset(tmp_path / TRAIN[0])
    assert all_pictures(split.train, split.test) == all_pictures(digits)


def test_without_test_files_one_in_five_is_held_out_and_always_the_same(
    tmp_path: Path, digits: Dataset
) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN)
    first, second = load_dataset(path), load_dataset(path)
    assert (len(first.train), len(first.test)) == (40, 10)
    assert all_pictures(first.train, first.test) == all_pictures(digits)
    np.testing.assert_array_equal(first.test.pictures, second.test.pictures)


def test_an_npz_file_with_test_pictures_is_taken_as_it_is(tmp_path: Path, digits: Dataset) -> None:
    path = tmp_path / "set.npz"
    plain = digits.pictures[:, 0], digits.labels.astype(np.uint8)
    np.savez(path, x_train=plain[0], y_train=plain[1], x_test=plain[0][:7], y_test=plain[1][:7])
    split = load_dataset(str(path))
    np.testing.assert_array_equal(split.train.pictures, digits.pictures)
    np.testing.assert_array_equal(split.test.labels, digits.labels[:7])


@pytest.mark.parametrize("names", [("x", "y"), ("pictures", "labels"), ("x_train", "y_train")])
def test_other_names_of_arrays_are_understood(
    tmp_path: Path, digits: Dataset, names: tuple[str, str]
) -> None:
    path = tmp_path / "set.npz"
    np.savez_compressed(path, **dict(zip(names, (digits.pictures, digits.labels), strict=True)))
    split = load_dataset(path)
    assert all_pictures(split.train, split.test) == all_pictures(digits)


@pytest.mark.parametrize(
    "stored",
    [
        lambda pictures: pictures.astype(np.float32) / 255,
        lambda pictures: pictures.astype(np.float64) / 255,
        lambda pictures: pictures.astype(np.int64),
        lambda pictures: np.asfortranarray(pictures),
        lambda pictures: pictures.transpose(0, 2, 3, 1),
    ],
    ids=["float32", "float64", "int64", "Fortran order", "channels last"],
)
def test_pictures_in_other_forms_become_the_same_bytes(
    tmp_path: Path, digits: Dataset, stored: object
) -> None:
    assert callable(stored)
    path = tmp_path / "set.npz"
    np.savez(path, x=stored(digits.pictures), y=digits.labels[:, np.newaxis])
    split = load_dataset(path)
    assert all_pictures(split.train, split.test) == all_pictures(digits)


def test_colour_pictures_keep_their_channels(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (10, 8, 9, 3), dtype=np.uint8)
    np.savez(tmp_path / "set.npz", x=pictures, y=np.arange(10))
    assert load_dataset(tmp_path / "set.npz").train.picture_shape == (3, 8, 9)


def test_labels_beyond_nine_make_more_classes(tmp_path: Path, digits: Dataset) -> None:
    np.savez(tmp_path / "set.npz", x=digits.pictures, y=np.arange(50) % 26)
    assert load_dataset(tmp_path / "set.npz").train.classes[-1] == "25"


def assert_one_sentence(path: Path, message: str | None = None) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load_dataset(path)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 250


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert_one_sentence(tmp_path / "nowhere.npz", "nowhere")
    assert_one_sentence(tmp_path, "cannot be read|neither")


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"hello world", b"\x89PNG\r\n", bytes(100)],
    ids=["empty", "one byte", "text", "picture", "zeros"],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("train-images-idx3-ubyte", "set.npz"):
        (tmp_path / name).write_bytes(content)
        (tmp_path / "train-labels-idx1-ubyte").write_bytes(content)
        assert_one_sentence(tmp_path / name)


def test_missing_labels_are_named(tmp_path: Path, digits: Dataset) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN)
    (tmp_path / TRAIN[1]).unlink()
    assert_one_sentence(path, "train-labels-idx1-ubyte must lie beside")


def test_an_idx_file_of_unknown_name_is_refused(tmp_path: Path, digits: Dataset) -> None:
    (tmp_path / "some-ubyte").write_bytes(idx(digits.pictures[:, 0]))
    assert_one_sentence(tmp_path / "some-ubyte", "'images' or 'labels'")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("keep", [3, 9, 20, 5_000])
def test_an_idx_file_that_is_cut_short_is_refused(
    tmp_path: Path, digits: Dataset, keep: int, packed: bool
) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN)
    content = path.read_bytes()[:keep]
    path.write_bytes(gzip.compress(content) if packed else content)
    assert_one_sentence(path)


def test_a_gzip_file_that_is_cut_short_or_damaged_is_refused(tmp_path: Path, digits: Dataset) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN, packed=True)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert_one_sentence(path, "damaged or cut short")
    path.write_bytes(content[:1000] + bytes(50) + content[1050:])
    assert_one_sentence(path, "damaged")


def test_an_idx_file_that_is_too_long_is_refused(tmp_path: Path, digits: Dataset) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN)
    content = path.read_bytes()
    for longer in (content + b"x", gzip.compress(content + b"x")):
        path.write_bytes(longer)
        assert_one_sentence(path, "damaged")


def test_labels_of_another_number_are_refused(tmp_path: Path, digits: Dataset) -> None:
    path = write_idx_pair(tmp_path, digits, TRAIN)
    (tmp_path / TRAIN[1]).write_bytes(idx(digits.labels[:-1]))
    assert_one_sentence(path, "must be 50 integers")


@pytest.mark.parametrize("packed", [False, True])
def test_an_absurd_idx_header_takes_no_memory(tmp_path: Path, packed: bool) -> None:
    for shape in ((4_000_000_000, 28, 28), (1_000_000, 28, 28)):
        head = bytes((0, 0, 8, 3)) + struct.pack(">3I", *shape)
        content = head + bytes(1000)
        path = tmp_path / TRAIN[0]
        path.write_bytes(gzip.compress(content) if packed else content)
        (tmp_path / TRAIN[1]).write_bytes(idx(np.zeros(3)))
        tracemalloc.start()
        assert_one_sentence(path, "announces")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()


def npy(header: str, content: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def write_zip(path: Path, **members: bytes) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def test_an_absurd_npz_header_takes_no_memory(tmp_path: Path) -> None:
    huge = "{'descr': '|u1', 'fortran_order': False, 'shape': (100000000000, 28, 28)}"
    path = write_zip(tmp_path / "set.npz", x=npy(huge, bytes(1000)), y=npy(huge, bytes(1000)))
    tracemalloc.start()
    assert_one_sentence(path, "announces")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (7, 28, 28)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 28, 28)}",
        "{'descr': '|u1', 'fortran_order': False}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (10, 10,",
        "__import__('os').getcwd()",
        "",
    ],
)
def test_a_damaged_npy_header_is_refused(tmp_path: Path, header: str) -> None:
    path = write_zip(tmp_path / "set.npz", x=npy(header, bytes(7840)), y=npy(header, bytes(10)))
    assert_one_sentence(path)


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    np.savez(path, x=np.array([{}, {}], dtype=object), y=np.arange(2))
    assert_one_sentence(path, "Python objects, which are never opened")


def test_an_npz_file_that_is_cut_short_or_damaged_is_refused(tmp_path: Path, digits: Dataset) -> None:
    path = tmp_path / "set.npz"
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=digits.pictures, y=digits.labels)
    content = buffer.getvalue()
    for keep in (2, 50, len(content) // 2, len(content) - 5):
        path.write_bytes(content[:keep])
        assert_one_sentence(path, "damaged")
    path.write_bytes(content[:2000] + bytes(50) + content[2050:])
    assert_one_sentence(path, "damaged")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": np.zeros(3)}, "must hold x_train.*got a"),
        ({"x": np.zeros((3, 5)), "y": np.zeros(3, int)}, r"got \(3, 5\)"),
        ({"x": np.zeros((3, 5, 5, 5)), "y": np.zeros(3, int)}, "1 or 3 channels"),
        ({"x": np.zeros((0, 5, 5)), "y": np.zeros(0, int)}, r"got \(0, 5, 5\)"),
        ({"x": np.zeros((3, 5, 5)), "y": np.zeros(3)}, "integers, got float64"),
        ({"x": np.zeros((3, 5, 5)), "y": np.full(3, -1)}, "got -1"),
        ({"x": np.zeros((3, 5, 5)), "y": np.full(3, 5000)}, "at most 1000 classes"),
        ({"x": np.full((3, 5, 5), 2.0), "y": np.zeros(3, int)}, "from 0 to 1, got"),
        ({"x": np.full((3, 5, 5), np.nan), "y": np.zeros(3, int)}, "got nan"),
        ({"x": np.full((3, 5, 5), 300), "y": np.zeros(3, int)}, "from 0 to 255, got"),
        ({"x": np.full((3, 5, 5), "a"), "y": np.zeros(3, int)}, "must be numbers"),
        ({"x": np.zeros((1, 5, 5)), "y": np.zeros(1, int)}, "two pictures at least"),
        ({"x": np.zeros((2, 5, 5000)), "y": np.zeros(2, int)}, "at most 1024 pixels"),
    ],
)
def test_unusable_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    path = tmp_path / "set.npz"
    np.savez(path, **arrays)
    assert_one_sentence(path, message)
