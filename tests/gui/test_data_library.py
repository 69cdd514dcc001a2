"""The list of data sets, and loading them beside the window."""

import threading

import numpy as np
import pytest

from engine.datasets import Dataset, Split
from engine.errors import DataError
from gui.data_library import EMBEDDED, MNIST, OPEN_FILE, SHAPES, DataLibrary


@pytest.fixture
def library(qtbot, tmp_path):
    library = DataLibrary(tmp_path / "cache")
    yield library
    library.close()


@pytest.fixture
def told(library):
    told = []
    library.loaded.connect(lambda key, split: told.append(("loaded", key, split)))
    library.failed.connect(lambda sentence: told.append(("failed", sentence)))
    library.ended.connect(lambda: told.append(("ended",)))
    return told


def small_split():
    pictures = np.zeros((4, 1, 28, 28), np.uint8)
    dataset = Dataset("small", pictures, np.arange(4), tuple("0123"))
    return Split(dataset, dataset)


def written(path, side=28):
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 256, (20, side, side), dtype=np.uint8), y=np.arange(20) % 10)
    return str(path)


@pytest.fixture
def slow_mnist(monkeypatch):
    """Fetch MNIST when the test says so."""
    go = threading.Event()

    def fetch(folder, report=None, cancel=None):
        report("Downloading MNIST", 0.5)
        while not go.wait(0.01):
            if cancel.is_set():
                raise DataError("Fetching MNIST was cancelled.")
        return small_split()

    monkeypatch.setattr("engine.datasets.openml.fetch_mnist", fetch)
    return go


def test_the_embedded_digits_are_there_at_once(library, told):
    library.load(EMBEDDED)
    ((kind, key, split),) = told
    assert (kind, key, len(split.train), len(split.test)) == ("loaded", EMBEDDED, 8000, 2000)


def test_mnist_says_that_it_has_to_be_fetched_until_it_was(library, tmp_path):
    assert [entry[:2] for entry in library.entries()] == [
        (EMBEDDED, "Embedded digits"),
        (MNIST, "MNIST, fetch"),
        (SHAPES, "RGB shapes"),
        (OPEN_FILE, "Open a file…"),
    ]
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "mnist.npz").touch()
    assert library.entries()[1][1] == "MNIST"


def test_a_file_is_loaded_and_listed(library, told, qtbot, tmp_path):
    key = written(tmp_path / "mine.npz")
    library.load(key)
    assert library.is_loading
    qtbot.waitUntil(lambda: bool(told) and told[-1][0] == "loaded")
    assert not library.is_loading
    assert (key, "mine.npz", key) in library.entries()
    assert library.name_of(key) == "mine.npz"


def test_what_was_loaded_once_is_at_hand(library, told, qtbot, tmp_path):
    key = written(tmp_path / "mine.npz")
    library.load(key)
    qtbot.waitUntil(lambda: len(told) == 2)
    (tmp_path / "mine.npz").unlink()
    library.load(key)
    assert told[-1][:2] == ("loaded", key)


def test_pictures_of_another_size_are_one_sentence(library, told, qtbot, tmp_path):
    library.load(written(tmp_path / "small.npz", side=8))
    qtbot.waitUntil(lambda: bool(told) and told[-1][0] == "failed")
    assert told[-1][1].startswith("“small.npz” must hold 28 × 28 grey pictures")
    assert len(library.entries()) == 4


def test_shapes_are_made_when_they_are_asked_for(library, told, qtbot, monkeypatch):
    monkeypatch.setattr("gui.data_library.TRAIN_SHAPES", 200)
    monkeypatch.setattr("gui.data_library.TEST_SHAPES", 100)
    shown = []
    library.progressed.connect(shown.append)
    library.load(SHAPES)
    qtbot.waitUntil(lambda: bool(told) and told[-1][0] == "loaded")
    split = told[-1][2]
    assert (split.train.picture_shape, len(split.train), len(split.test)) == ((3, 28, 28), 200, 100)
    assert len(library.entries()) == 4
    assert all(0 < progress.share <= 1 for progress in shown)


def test_the_making_of_shapes_can_be_cancelled(library, told, qtbot):
    library.load(SHAPES)
    library.cancel()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [("ended",), ("failed", "")]


def test_a_second_request_waits_for_the_first(library, told, qtbot, slow_mnist, tmp_path):
    library.load(MNIST)
    library.load(written(tmp_path / "mine.npz"))
    assert told == [("failed", "Another data set is being loaded: wait for it, or cancel it first.")]
    slow_mnist.set()
    qtbot.waitUntil(lambda: told[-1][0] == "loaded")
    assert told[-1][1] == MNIST


def test_start_and_progress_are_told_while_it_loads(library, qtbot, slow_mnist):
    texts = []
    library.started.connect(texts.append)
    library.progressed.connect(lambda progress: texts.append(progress.text))
    library.load(MNIST)
    qtbot.waitUntil(lambda: texts == ["MNIST", "Downloading MNIST"])


def test_a_cancelled_fetch_is_no_failure_to_speak_of(library, told, qtbot, slow_mnist):
    library.load(MNIST)
    library.cancel()
    qtbot.waitUntil(lambda: bool(told) and told[-1][0] == "failed")
    assert told == [("ended",), ("failed", "")]
    assert not library.is_loading


def test_closing_gives_up_what_is_being_fetched(library, told, slow_mnist):
    library.load(MNIST)
    library.close()
    assert told == []
