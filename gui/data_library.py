"""The data sets that a person can train on, and getting hold of them."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal

from engine.datasets import Split, embedded_digits, load_dataset
from engine.datasets.shapes import shapes_split
from engine.errors import DataError
from gui.jobs import Job

logger = logging.getLogger(__name__)

EMBEDDED, MNIST, SHAPES, OPEN_FILE = "embedded", "mnist", "shapes", "open"
TRAIN_SHAPES, TEST_SHAPES = 8_000, 2_000
PICTURE_SHAPE = (1, 28, 28)

Report = Callable[[str, float | None], None]


class DataLibrary(QObject):
    """Lists and loads data sets. What takes long runs as a `Job`; GUI thread only."""

    loaded = Signal(str, object)
    """Key and `Split`."""
    failed = Signal(str)
    """One sentence; nothing has changed."""
    started = Signal(str)
    """Name of what begins to load."""
    progressed = Signal(object)
    """A `JobProgress` of what takes long."""
    ended = Signal()
    """Nothing loads any more, whatever came of it."""

    def __init__(self, cache: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._loaded: dict[str, Split] = {}
        self._files: list[str] = []
        self._job: Job | None = None

    def entries(self) -> list[tuple[str, str, str]]:
        """Every data set as (key, name, tooltip), in the order to show."""
        cached = self._is_cached()
        mnist_tip = "70,000 digits" if cached else "70,000 digits, fetched once from OpenML (about 15 MB)"
        entries = [
            (EMBEDDED, "Embedded digits", "8,000 real MNIST digits to learn from, 2,000 to test with"),
            (MNIST, "MNIST" if cached else "MNIST, fetch", mnist_tip),
            (
                SHAPES,
                "RGB shapes",
                f"{TRAIN_SHAPES:,} coloured pictures to learn from, {TEST_SHAPES:,} to test with",
            ),
        ]
        entries += [(path, Path(path).name, path) for path in self._files]
        return [*entries, (OPEN_FILE, "Open a file…", "IDX (*-ubyte, .gz) or NPZ with 28 × 28 grey pictures")]

    def needs_fetch(self, key: str) -> bool:
        """Whether a data set would have to come over the network."""
        return key == MNIST and key not in self._loaded and not self._is_cached()

    def _is_cached(self) -> bool:
        return (self._cache / "mnist.npz").exists()

    @staticmethod
    def name_of(key: str) -> str:
        """What a data set is called."""
        return {EMBEDDED: "Embedded digits", MNIST: "MNIST", SHAPES: "RGB shapes"}.get(key, Path(key).name)

    def embedded(self) -> Split:
        """The embedded digits; read from the program's own files when first needed."""
        if EMBEDDED not in self._loaded:
            self._loaded[EMBEDDED] = embedded_digits()
        return self._loaded[EMBEDDED]

    @property
    def is_loading(self) -> bool:
        """Whether a data set is on its way."""
        return self._job is not None

    def load(self, key: str) -> None:
        """Get a data set; `loaded` or `failed` follows, at once where it is at hand."""
        if key == EMBEDDED:
            self.loaded.emit(key, self.embedded())
        elif key in self._loaded:
            self.loaded.emit(key, self._loaded[key])
        elif self._job is not None:
            self.failed.emit("Another data set is being loaded: wait for it, or cancel it first.")
        else:
            self._start(key)

    def read(self, key: str, cancel: Event) -> Split:
        """Give a data set that need not be fetched; any thread. DataError if it does not serve."""
        found = self._loaded.get(key)
        if found is None:
            found = embedded_digits() if key == EMBEDDED else _read(key, self._cache, lambda *_: None, cancel)
            # Read twice at once, it is the same; who comes first is kept.
            found = self._loaded.setdefault(key, found)
        return found

    def cancel(self) -> None:
        """Give up what is being loaded."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Give up and wait for the thread."""
        if self._job is not None:
            self._job.close()
            self._job = None

    def _start(self, key: str) -> None:
        job = Job(partial(_read, key, self._cache), self)
        self._job = job
        job.progressed.connect(self.progressed)
        job.succeeded.connect(lambda split: self._finish(key, split))
        job.failed.connect(lambda sentence: self._finish(key, None, sentence))
        job.cancelled.connect(lambda: self._finish(key, None))
        self.started.emit(self.name_of(key))
        job.start()

    def _finish(self, key: str, split: Split | None, sentence: str = "") -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.ended.emit()
        if split is not None:
            self._loaded[key] = split
            if key not in (MNIST, SHAPES) and key not in self._files:
                self._files.append(key)
            self.loaded.emit(key, split)
        else:
            self.failed.emit(sentence)


def _read(key: str, cache: Path, report: Report, cancel: Event) -> Split:
    """Read a data set on the job's thread; DataError with one sentence if it does not serve."""
    if key == MNIST:
        from engine.datasets.openml import fetch_mnist

        return fetch_mnist(cache, report=report, cancel=cancel)
    if key == SHAPES:
        return _made_shapes(report, cancel)
    split = load_dataset(key)
    if split.train.picture_shape != PICTURE_SHAPE:
        raise DataError(
            f"“{Path(key).name}” must hold 28 × 28 grey pictures, like the canvas's, "
            f"got {' × '.join(map(str, split.train.picture_shape))}."
        )
    return split


def _made_shapes(report: Report, cancel: Event) -> Split:
    """Make the coloured shapes; one picture takes half a millisecond."""
    made, every = 0, 100

    def watch(count: int) -> None:
        nonlocal made
        made += 1
        if cancel.is_set():
            raise DataError("The making of the shapes was cancelled.")
        if made % every == 0:
            total = TRAIN_SHAPES + TEST_SHAPES
            report(f"Making {total:,} pictures of shapes: {made:,}", made / total)

    return shapes_split(TRAIN_SHAPES, TEST_SHAPES, watch=watch)
