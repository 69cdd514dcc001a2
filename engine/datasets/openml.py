"""Whole data sets from OpenML, fetched once when the person asks for them."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event

from engine.datasets.npz import as_dataset, read_npz
from engine.datasets.openml_download import (
    Download,
    Failed,
    Finished,
    Progress,
    download_into,
)
from engine.datasets.values import DIGIT_CLASSES, Split
from engine.errors import DataError

# How long one look at the downloading process may take: a cancel is seen after this.
_POLL_S = 0.1
_JOIN_S = 5.0


Report = Callable[[str, float | None], None]


class FetchCancelled(DataError):
    """The person cancelled; nothing of the data set is left behind."""


@dataclass(frozen=True, slots=True)
class OpenMLSet:
    """One row of the table of data sets.

    Parameters
    ----------
    key
        What the program and its files call it.
    title
        What the person sees.
    download
        Name, version and shape at OpenML.
    classes
        The name of each class.
    """

    key: str
    title: str
    download: Download
    classes: tuple[str, ...]


OPENML_SETS: dict[str, OpenMLSet] = {
    row.key: row
    for row in (
        OpenMLSet(
            key="mnist",
            title="MNIST",
            download=Download("mnist_784", 1, (1, 28, 28), train_count=60_000, count=70_000),
            classes=DIGIT_CLASSES,
        ),
    )
}


def is_fetched(row: OpenMLSet, folder: Path) -> bool:
    """Return whether a data set lies in the folder already."""
    return _cache_path(row, folder).is_file()


def fetch_openml(
    row: OpenMLSet,
    folder: Path,
    report: Report | None = None,
    cancel: Event | None = None,
) -> Split:
    """Return a data set of OpenML, from the folder if it is there, else over the network.

    Downloading and reading OpenML's text format take a process of their own: for MNIST about a
    minute and 1 GB of memory for a moment, beside which the caller stays free, and it ends at once
    when cancelled. What is kept is one NPZ file, written so that it is complete or not there. Call
    it from a worker thread. In a frozen build, `multiprocessing.freeze_support` must be called
    first thing in the main module.

    Parameters
    ----------
    row
        One of `OPENML_SETS`.
    folder
        Where data sets are kept; made if it is not there.
    report
        Called in this thread with what is going on ("Downloading MNIST, 3.1 of 15.2 MB") and the
        share that is done; None where that is not known.
    cancel
        Set it from another thread to give up.

    Raises
    ------
    FetchCancelled
        After `cancel`.
    DataError
        One sentence for the person: offline, the server fails, or the data are not as expected.
    """
    path = _cache_path(row, folder)
    if not path.is_file():
        _fetch(row, path, report, cancel)
    sets = read_npz(path)
    if len(sets) != 2:
        raise DataError(f"{path.name} has no test pictures; delete it to fetch {row.title} again.")
    return Split(*(as_dataset(row.title, x, y, row.classes) for x, y in sets))


def fetch_mnist(folder: Path, report: Report | None = None, cancel: Event | None = None) -> Split:
    """Return whole MNIST: 60,000 digits to train on, 10,000 to test on. See `fetch_openml`."""
    return fetch_openml(OPENML_SETS["mnist"], folder, report, cancel)


def _cache_path(row: OpenMLSet, folder: Path) -> Path:
    return folder / f"{row.key}.npz"


def _fetch(row: OpenMLSet, path: Path, report: Report | None, cancel: Event | None) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(dir=path.parent, prefix=f"{row.key}-", suffix=".partial"))
    except OSError as error:
        raise DataError(f"{row.title} cannot be kept in {path.parent}: {error.strerror or error}.") from error
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=download_into,
        args=(row.download, row.title, path, scratch, sender),
        name=f"fetch {row.key}",
        daemon=True,
    )
    try:
        process.start()
        # From here on only the other process holds the sending end, so that its death is seen.
        sender.close()
        _follow(row, receiver, report, cancel)
    finally:
        receiver.close()
        if process.pid is not None:
            process.terminate()
            process.join(_JOIN_S)
        rmtree(scratch, ignore_errors=True)


def _follow(
    row: OpenMLSet,
    receiver: Connection,
    report: Report | None,
    cancel: Event | None,
) -> None:
    """Pass on what the other process says until it is done."""
    while True:
        if cancel is not None and cancel.is_set():
            raise FetchCancelled(f"Fetching {row.title} was cancelled.")
        if not receiver.poll(_POLL_S):
            continue
        try:
            message = receiver.recv()
        except EOFError as error:
            raise DataError(f"Fetching {row.title} stopped for an unknown reason.") from error
        match message:
            case Progress():
                if report is not None:
                    report(*_in_words(row.title, message))
            case Failed(sentence):
                raise DataError(sentence)
            case Finished():
                return


def _in_words(title: str, progress: Progress) -> tuple[str, float | None]:
    """Say how far it is, and which share of it is done where that is known."""
    megabytes = progress.received / 1e6
    if progress.stage == "reading":
        return f"Reading {title}", None
    if progress.total is None:
        return f"Downloading {title}, {megabytes:.1f} MB", None
    text = f"Downloading {title}, {megabytes:.1f} of {progress.total / 1e6:.1f} MB"
    return text, min(1.0, progress.received / max(1, progress.total))
